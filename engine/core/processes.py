"""A pool of worker processes that ends with its parent and survives Ctrl+C."""

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
    """The results of ``work`` for each job, in order, computed by ``workers`` processes.

    Raises ReposeError when a worker is killed.
    """
    if workers <= 1:
        yield (work(*job) for job in jobs)
        return
    # Not forked: OpenCV's threads do not exist in a fork, which then waits for them forever.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin_work)
    with _uninterrupted():
        pool.submit(int)  # starts the processes, which inherit the ignored signal

    def results() -> Iterator[_Result]:
        running: deque[Future[_Result]] = deque()
        for job in jobs:
            running.append(pool.submit(work, *job))
            if len(running) > 4 * workers:  # bounds the memory for waiting results
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
        # A second Ctrl+C during shutdown would make it hang; shutdown takes a moment only.
        with _uninterrupted():
            pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore Ctrl+C in the block (in the main thread, the only one that receives it)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin_work() -> None:
    """Initialise a worker process."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl+C
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Exit when the parent process does, also if it was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
