"""What a user asks of a running training: to stop, to save, to pause.

Ctrl+C and a request of the system to end mean: stop now. The same, and more, can be asked by files
in the folder of the run, from any other program and on any system:

stop   stop now; with the contents ``epoch``, after this epoch. Removed once it is obeyed.
save   write a checkpoint and go on. Removed once it is obeyed.
pause  wait for as long as the file exists.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from engine.core import distributed
from engine.training.run_folder import PAUSE, SAVE, STOP


@dataclass(frozen=True)
class StopFlags:
    """What is asked: ``stop`` now, stop at the end of the ``epoch``, ``save``, ``pause``."""

    stop: bool = False
    epoch: bool = False
    save: bool = False
    pause: bool = False


class Requests:
    """The requests to the training of the run in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signalled = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Inside, Ctrl+C and a request to end are noted instead of breaking off a step."""

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
        """What is asked now; all processes that train together get the same answer."""
        stop = epoch = save = pause = False
        if distributed.rank() == 0:
            stop, epoch = self._stop()
            save = (self._folder / SAVE).exists()
            pause = (self._folder / PAUSE).exists()
        return StopFlags(*distributed.agreed([stop or self._signalled, epoch, save, pause]))

    def obeyed(self, name: str) -> None:
        """The request ``name`` has been obeyed."""
        if distributed.rank() == 0:
            (self._folder / name).unlink(missing_ok=True)

    def _stop(self) -> tuple[bool, bool]:
        """Whether to stop now, and whether at the end of the epoch."""
        try:
            when = (self._folder / STOP).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # most likely there is none
            return False, False
        return when != "epoch", when == "epoch"
