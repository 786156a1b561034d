"""Reads the faces of a video in short slices of the background thread."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

import engine
from gui.style.preferences import detector
from gui.workers.background import Background

if TYPE_CHECKING:
    from engine import Footage, Frame

SLICE = 0.25  # seconds of work per job, so that other jobs are not delayed by more


class FootageReader(QObject):
    """Reads one video or folder of frames at a time.

    It shares the background thread with the opening of photos, so that detectors do not compete
    for the processor.
    """

    opened = Signal(object)  # Footage
    found = Signal(list)  # the next Frames
    ended = Signal()  # all frames were read, or an error occurred

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._reading: object | None = None  # identifies the current video

    @property
    def running(self) -> bool:
        """Whether frames are being read."""
        return self._reading is not None

    def start(self, path: Path) -> None:
        """Start with another video or folder; the previous one is stopped."""
        reading = self._reading = object()

        def opened(footage: Footage) -> None:
            if reading is self._reading:
                self.opened.emit(footage)
                self._go_on(reading, footage)

        found_by = detector()
        self._background.run(
            lambda: engine.open_footage(path, found_by), opened, lambda: self._end(reading)
        )

    def stop(self) -> None:
        """Stop reading; the frames found so far stay."""
        self._end(self._reading)

    def _go_on(self, reading: object, footage: Footage) -> None:
        def some() -> tuple[list[Frame], bool]:
            if reading is not self._reading:
                footage.frames.close()
                return [], True
            start = time.monotonic()
            frames = []
            for frame in footage.frames:
                frames.append(frame)
                if time.monotonic() - start > SLICE:
                    return frames, False
            return frames, True

        def done(result: tuple[list[Frame], bool]) -> None:
            frames, last = result
            if reading is not self._reading:
                if not last:
                    self._go_on(reading, footage)  # closes it in the thread
                return
            if frames:
                self.found.emit(frames)
            if last:
                self._end(reading)
            else:
                self._go_on(reading, footage)

        self._background.run(some, done, lambda: self._end(reading))

    def _end(self, reading: object | None) -> None:
        if reading is not None and reading is self._reading:
            self._reading = None
            self.ended.emit()
