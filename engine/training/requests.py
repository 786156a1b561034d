"""Requests to a running training: stop, save a checkpoint, pause.

SIGINT (Ctrl+C) and SIGTERM stop the training. Other programs send requests by creating files in the
run's folder, which works on every operating system:

stop   stop now or, if the file contains ``epoch``, after the current epoch. Removed when done.
save   write a checkpoint and continue. Removed when done.
pause  wait as long as the file exists.

This module is separate from `engine.training.run_folder` because it needs torch.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from engine.core import distributed
from engine.training.run_folder import PAUSE, REQUESTS, SAVE, STOP


@dataclass(frozen=True)
class StopFlags:
    """Pending requests: ``stop`` now, stop after the ``epoch``, ``save``, ``pause``."""

    stop: bool = False
    epoch: bool = False
    save: bool = False
    pause: bool = False


class Requests:
    """Reads and removes the requests to the training of the run in ``folder``.

    Requests to an earlier process are removed first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signalled = False
        self._handled: dict[str, int] = {}  # modification times of files that cannot be removed
        for name in REQUESTS:
            self.obeyed(name)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Within this context, SIGINT and SIGTERM set a flag instead of interrupting a step."""

        def note(number: int, frame: FrameType | None) -> None:
            self._signalled = True

        names = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last is Windows'
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def asked(self) -> StopFlags:
        """The pending requests; identical on all ranks of a distributed training."""
        stop = epoch = save = pause = False
        if distributed.rank() == 0:
            when = self._pending(STOP)
            stop, epoch = when not in (None, "epoch"), when == "epoch"
            save = self._pending(SAVE) is not None
            pause = self._pending(PAUSE) is not None
        return StopFlags(*distributed.agreed([stop or self._signalled, epoch, save, pause]))

    def obeyed(self, name: str) -> None:
        """Remove the request file ``name`` after carrying out the request.

        On Windows, a file that another program still has open cannot be removed; it is then
        ignored until it is written again.
        """
        if distributed.rank() > 0:
            return
        path = self._folder / name
        try:
            path.unlink(missing_ok=True)
        except OSError:
            with suppress(OSError):  # the other program may have removed it meanwhile
                self._handled[name] = path.stat().st_mtime_ns

    def _pending(self, name: str) -> str | None:
        """The contents of the request file ``name``; None if there is no new request."""
        path = self._folder / name
        try:
            if path.stat().st_mtime_ns == self._handled.get(name):
                return None
            return path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # usually because there is no such file
            return None
