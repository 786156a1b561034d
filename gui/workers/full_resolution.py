"""The full-resolution preview, computed once the pose has not changed for a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer, Signal, SignalInstance
from PySide6.QtGui import QImage

import engine
from gui.document.images import halvings, rgb_image
from gui.workers.background import Background, explain
from gui.workers.others import group_image

if TYPE_CHECKING:
    from engine import Group, KeepMask, Prediction

    _Followed = tuple[Prediction, KeepMask | None, Group | None]

IDLE_MS = 250  # without a new prediction, before the preview is computed


@dataclass(frozen=True, eq=False)
class FullResolutionPreview:
    """The result as it would be saved.

    levels  the crops of all reposed faces at the photo's resolution, and their `halvings`
    area    their place in the photo, pixels
    """

    levels: tuple[QImage, ...]
    area: QRectF


class FullResolution(QObject):
    """Computes the preview and the drift of the newest prediction in a thread of its own.

    The failure of one does not affect the other, nor the next prediction's.
    """

    finished = Signal(object)  # FullResolutionPreview
    measured = Signal(object)  # `drift`
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self.icc = b""  # the colour profile of the photo
        self._newest: _Followed | None = None
        # Why the last preview and the last drift failed, or "": the next often has the same reason.
        self._said: dict[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(IDLE_MS)
        self._timer.timeout.connect(self._begin)

    def follow(
        self, prediction: Prediction, keep: KeepMask | None, others: Group | None = None
    ) -> None:
        """Set the newest prediction, its keep mask and the other faces; starts the delay anew."""
        self._newest = (prediction, keep, others)
        self._timer.start()

    def follow_keep(self, keep: KeepMask | None) -> None:
        """Set another keep mask for the newest prediction."""
        if self._newest is not None:
            prediction, _, others = self._newest
            self.follow(prediction, keep, others)

    def clear(self) -> None:
        """Drop the newest prediction: no face is being edited."""
        self._newest = None
        self._timer.stop()

    def stop(self) -> None:
        """Drop the newest prediction and wait for the running computation."""
        self.clear()
        self._background.stop()

    def _begin(self) -> None:
        newest, icc = self._newest, self.icc
        if newest is not None:
            self._run(newest, "preview", lambda: finish(*newest, icc), self.finished)
            self._run(newest, "drift", lambda: drift(newest[0]), self.measured)

    def _run(
        self, newest: _Followed, name: str, compute: Callable[[], object], signal: SignalInstance
    ) -> None:
        """Emit the result of `compute`, which the thread computes if `newest` is then still so."""

        def job() -> tuple[object, str] | None:
            if newest is not self._newest:
                return None
            try:
                return compute(), ""
            except Exception as error:  # shown to the user
                return None, explain(error)

        def done(outcome: tuple[object, str] | None) -> None:
            if outcome is None:
                return
            result, sentence = outcome
            if sentence and sentence not in self._said.values():
                self.failed.emit(sentence)
            self._said[name] = sentence
            if not sentence and newest is self._newest:
                signal.emit(result)

        self._background.run(job, done)


def finish(
    prediction: Prediction, keep: KeepMask | None, others: Group | None = None, icc: bytes = b""
) -> FullResolutionPreview:
    """Paste a prediction, and the other faces, at full resolution. Slow: not for the GUI thread."""
    if others is not None:
        group = engine.Group.of([engine.PosedFace(prediction, keep), *others.faces])
        return FullResolutionPreview(*group_image(group, icc))
    left, top = max(prediction.crop.left, 0), max(prediction.crop.top, 0)
    part = prediction.pasted_crop(keep)
    height, width = part.shape[:2]
    area = QRectF(left - 0.5, top - 0.5, width, height)
    return FullResolutionPreview(halvings(rgb_image(part, icc)), area)


def drift(prediction: Prediction) -> float | None:
    """`engine.identity_drift`; None if the pose is the source's. Slow, as `finish`."""
    own = np.array_equal(prediction.posed.source.face.landmarks, prediction.pose)
    return None if own else engine.identity_drift(prediction)
