"""The reposed faces of the photo beside the one that is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

import engine
from gui.document.edit import FacePose
from gui.document.images import halvings, rgb_image

if TYPE_CHECKING:
    from engine import Group, Pose3D, Prediction, Predictor


@dataclass(frozen=True, eq=False)
class Others:
    """The other faces, composited into the photo.

    levels  the part of the photo around them, and its `halvings`
    area    its place in the photo, pixels
    """

    group: Group
    levels: tuple[QImage, ...]
    area: QRectF

    @classmethod
    def of(cls, group: Group, icc: bytes) -> Others:
        """icc: the photo's colour profile. Slow: not for the GUI thread."""
        return cls(group, *group_image(group, icc))


def group_image(group: Group, icc: bytes) -> tuple[tuple[QImage, ...], QRectF]:
    """The part of the photo around the faces of a group as `halvings`, and its place."""
    rows, columns = group.inside
    part = group.picture[rows, columns]
    height, width = part.shape[:2]
    area = QRectF(columns.start - 0.5, rows.start - 0.5, width, height)
    return halvings(rgb_image(part, icc)), area


class OtherFaces:
    """Predicts the other faces, each once per pose. For the worker thread alone.

    Of each it keeps the prediction, 10 MB for a photo of any size; the sources, which are as large,
    are cut again when a face is edited again.
    """

    def __init__(self) -> None:
        self._known: list[tuple[Pose3D, Prediction]] = []
        self._wanted: Sequence[FacePose] = ()
        self._made: Others | None = None
        self._problem = ""  # why there are none

    def clear(self) -> None:
        """Another photo or another model is used."""
        self._known, self._wanted, self._made, self._problem = [], (), None, ""

    def remember(self, pose: Pose3D, prediction: Prediction) -> None:
        """The newest prediction of the edited face, which may become one of the others."""
        wanted = [face.pose for face in self._wanted]
        self._known = [known for known in self._known if any(known[0] is p for p in wanted)]
        self._known.append((pose, prediction))

    def get(
        self,
        predictor: Predictor,
        photo: NDArray[np.uint8],
        faces: Sequence[FacePose],
        icc: bytes = b"",
    ) -> Others | None:
        """The faces in their poses; None without one. Raises ReposeError."""
        same = len(faces) == len(self._wanted) and all(
            one.pose is other.pose and one.keep is other.keep
            for one, other in zip(faces, self._wanted, strict=True)
        )
        if not same:
            self._wanted, self._made, self._problem = faces, None, ""
            try:
                self._make(predictor, photo, icc)
            except engine.ReposeError as error:
                self._problem = str(error)
        if self._problem:
            raise engine.ReposeError(self._problem)
        return self._made

    def _make(self, predictor: Predictor, photo: NDArray[np.uint8], icc: bytes) -> None:
        faces = self._wanted
        known = [(face.pose, self._predicted(predictor, photo, face.pose)) for face in faces]
        posed = [
            engine.PosedFace(prediction, face.keep)
            for face, (_, prediction) in zip(faces, known, strict=True)
        ]
        self._made = Others.of(engine.Group.of(posed), icc) if posed else None
        self._known = known

    def _predicted(
        self, predictor: Predictor, photo: NDArray[np.uint8], pose: Pose3D
    ) -> Prediction:
        for known, prediction in self._known:
            if known is pose:
                return prediction
        source = predictor.cut(photo, pose.source)
        return predictor.predict_all([predictor.pose(source, pose)])[0]
