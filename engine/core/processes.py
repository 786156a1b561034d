"""Work on many pictures, done by several processes."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import TypeVar, TypeVarTuple

import cv2

from engine.core.errors import ReposeError

_Job = TypeVarTuple("_Job")
_Result = TypeVar("_Result")


@contextmanager
def in_processes(
    work: Callable[[*_Job], _Result], jobs: Sequence[tuple[*_Job]], workers: int
) -> Iterator[Iterator[_Result]]:
    """What ``work`` returns for each job, in their order, done by several processes.

    Raises ReposeError when one of them is ended from outside.
    """
    if workers <= 1:
        yield (work(*job) for job in jobs)
        return
    # Not forked: OpenCV's threads would be missing in the copies, which wait for them for ever.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin_work)
    with _uninterrupted():
        pool.submit(int)  # any job makes it start its processes, which inherit to ignore Ctrl+C

    def results() -> Iterator[_Result]:
        running: deque[Future[_Result]] = deque()
        for job in jobs:
            running.append(pool.submit(work, *job))
            if len(running) > 4 * workers:  # enough to keep them busy, few enough for the memory
                yield running.popleft().result()
        while running:
            yield running.popleft().result()

    try:
        yield results()
    except BrokenProcessPool as error:
        raise ReposeError(
            "A process that reads pictures was ended, perhaps because memory ran out:"
            " the same command with fewer --workers goes on from here."
        ) from error
    finally:
        # A second Ctrl+C would leave it half shut, waiting for ever; this takes a moment only.
        with _uninterrupted():
            pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Inside, Ctrl+C is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin_work() -> None:
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl+C and ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Nobody else ends the workers of a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
