"""The full-resolution preview, computed once the pose has not changed for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QImage

import engine
from gui.document.images import halvings, rgb_image
from gui.workers.background import Background

if TYPE_CHECKING:
    from engine import KeepMask, Prediction

IDLE_MS = 250  # without a new prediction, before the preview is computed


@dataclass(frozen=True, eq=False)
class FullResolutionPreview:
    """The result as it would be saved, and how far its identity is from the person's.

    levels  the crop at the photo's resolution, and its `halvings`
    area    the crop in the photo, pixels
    drift   of `engine.identity_drift`; None if the pose is the source's
    """

    levels: tuple[QImage, ...]
    area: QRectF
    drift: float | None


class FullResolution(QObject):
    """Computes the preview of the newest prediction in a thread of its own."""

    finished = Signal(object)  # FullResolutionPreview
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self._background.failed.connect(self._fail)
        self._newest: tuple[Prediction, KeepMask | None] | None = None
        self._broken = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(IDLE_MS)
        self._timer.timeout.connect(self._begin)

    def follow(self, prediction: Prediction, keep: KeepMask | None) -> None:
        """Set the newest prediction and its keep mask; starts the delay anew."""
        self._newest = (prediction, keep)
        self._timer.start()

    def follow_keep(self, keep: KeepMask | None) -> None:
        """Set another keep mask for the newest prediction."""
        if self._newest is not None:
            self.follow(self._newest[0], keep)

    def clear(self) -> None:
        """Drop the newest prediction: no face is being edited."""
        self._newest = None
        self._timer.stop()

    def stop(self) -> None:
        """Drop the newest prediction and wait for the running computation."""
        self.clear()
        self._background.stop()

    def _begin(self) -> None:
        newest = self._newest
        if newest is not None and not self._broken:
            self._background.run(lambda: finish(*newest), lambda done: self._deliver(newest, done))

    def _deliver(self, computed: object, preview: FullResolutionPreview) -> None:
        if computed is self._newest:
            self.finished.emit(preview)

    def _fail(self, sentence: str) -> None:
        self._broken = True  # reported once; editing continues without previews
        self.failed.emit(sentence)


def finish(prediction: Prediction, keep: KeepMask | None) -> FullResolutionPreview:
    """Paste a prediction at full resolution and measure it. Slow: not for the GUI thread."""
    crop = prediction.crop
    pasted = prediction.pasted(keep)
    left, top = max(crop.left, 0), max(crop.top, 0)
    part = pasted[top : max(crop.top + crop.side, 0), left : max(crop.left + crop.side, 0)]
    height, width = part.shape[:2]
    levels = halvings(rgb_image(part))
    own = np.array_equal(prediction.posed.source.face.landmarks, prediction.pose)
    drift = None if own else engine.identity_drift(prediction)
    return FullResolutionPreview(levels, QRectF(left - 0.5, top - 0.5, width, height), drift)
