"""What takes too long while the mouse is moving: done when the pose has rested for a moment."""

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

REST_MS = 250


@dataclass(frozen=True, eq=False)
class FullResolutionPreview:
    """The result as it would be saved, and how far it is from the person.

    levels  the crop at the photo's own size, and its `halvings`
    area    where that is in the photo
    drift   what `engine.identity_drift` tells; None for the source's own pose
    """

    levels: tuple[QImage, ...]
    area: QRectF
    drift: float | None


class AtRest(QObject):
    """Follows predictions; the newest one is finished, in a thread of its own, when it rests."""

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
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._begin)

    def follow(self, prediction: Prediction, keep: KeepMask | None) -> None:
        """The newest prediction, and what must not change in it."""
        self._newest = (prediction, keep)
        self._timer.start()

    def follow_keep(self, keep: KeepMask | None) -> None:
        """Other places must not change in the newest prediction."""
        if self._newest is not None:
            self.follow(self._newest[0], keep)

    def forget(self) -> None:
        """Nothing is being edited."""
        self._newest = None
        self._timer.stop()

    def stop(self) -> None:
        """Wait for what is under way."""
        self.forget()
        self._background.stop()

    def _begin(self) -> None:
        newest = self._newest
        if newest is not None and not self._broken:
            self._background.run(lambda: finish(*newest), lambda done: self._deliver(newest, done))

    def _deliver(self, begun: object, rested: FullResolutionPreview) -> None:
        if begun is self._newest:
            self.finished.emit(rested)

    def _fail(self, sentence: str) -> None:
        self._broken = True  # said once; editing goes on without
        self.failed.emit(sentence)


def finish(prediction: Prediction, keep: KeepMask | None) -> FullResolutionPreview:
    """Paste a prediction and measure it. Slow: not for the GUI thread."""
    crop = prediction.crop
    pasted = prediction.pasted(keep)
    left, top = max(crop.left, 0), max(crop.top, 0)
    part = pasted[top : max(crop.top + crop.side, 0), left : max(crop.left + crop.side, 0)]
    height, width = part.shape[:2]
    levels = halvings(rgb_image(part))
    own = np.array_equal(prediction.posed.source.face, prediction.pose)
    drift = None if own else engine.identity_drift(prediction)
    return FullResolutionPreview(levels, QRectF(left - 0.5, top - 0.5, width, height), drift)
