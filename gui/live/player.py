"""`Player`: plays poses of a timeline on the open photo in real time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Landmarks, Pose3D, Prediction


class Player(QObject):
    """Emits the time to show while it plays, and requests one prediction after the other.

    While a prediction is awaited, times are skipped. It pauses when its dialog is hidden.
    """

    moved = Signal(float)  # seconds
    changed = Signal(bool)  # whether it plays
    predicted = Signal(object)  # of the newest pose: a Prediction or an error sentence

    def __init__(
        self,
        worker: PredictWorker,
        span: Callable[[], tuple[float, float]],
        repeat: QAbstractButton,
        dialog: QWidget,
    ) -> None:
        """span    gives the first and the last time, seconds
        repeat  whether it is checked decides if playing goes on from the first time at the end
        """
        super().__init__(dialog)
        self._worker, self._span, self._repeat, self._dialog = worker, span, repeat, dialog
        self._asked: object | None = None  # the last request, until it is answered
        self._timer, self._clock = QTimer(self), QElapsedTimer()
        self._began_at = 0.0
        self._timer.timeout.connect(self._tick)
        worker.played.connect(self._answer)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    @property
    def waiting(self) -> bool:
        """Whether a prediction is awaited."""
        return self._asked is not None

    def play(self, seconds: float, fps: float) -> None:
        """Play from a time, with at most `fps` times a second."""
        self.seek(seconds)
        self._timer.start(round(1000 / fps))
        self.changed.emit(True)

    def pause(self) -> None:
        """Stop playing."""
        self._timer.stop()
        self.changed.emit(False)

    def seek(self, seconds: float) -> None:
        """Continue from another time if it plays."""
        self._began_at = seconds
        self._clock.start()

    def predict(self, pose: Pose3D | Landmarks) -> None:
        """Request the prediction of a pose; that of an earlier one is no longer awaited."""
        self._asked = object()
        self._worker.play(self, self._asked, pose)

    def forget(self) -> None:
        """Await no prediction any more."""
        self._asked = None

    def _tick(self) -> None:
        if not self._dialog.isVisible():
            self.pause()
        if not self.playing or self.waiting:
            return
        first, last = self._span()
        seconds = self._began_at + self._clock.elapsed() / 1000
        if seconds > last and self._repeat.isChecked():
            seconds = first
            self.seek(first)
        elif seconds > last:
            seconds = last
            self.pause()
        self.moved.emit(seconds)

    def _answer(self, asked: object, answer: Prediction | str) -> None:
        if self.waiting and asked is self._asked:
            self._asked = None
            self.predicted.emit(answer)
