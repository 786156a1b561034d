"""The head rotation of the editable pose, and the range that the model was trained for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Signal

import engine
from gui.document.document import Document
from gui.document.edit import PITCH_LIMIT, ROLL_LIMIT, YAW_LIMIT

Angles = tuple[float, float, float]
Range = tuple[float, float]

LIMITS = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)


def axis_name(axis: int) -> str:
    """Yaw, pitch or roll, in the user's language."""
    translate = QCoreApplication.translate
    return (
        translate("HeadTurn", "Yaw"),
        translate("HeadTurn", "Pitch"),
        translate("HeadTurn", "Roll"),
    )[axis]


class HeadTurn(QObject):
    """Yaw, pitch and roll in degrees as offsets from the source's, and the trained ranges.

    `ranges` are the lowest and the highest offset of each angle that the model was trained for,
    within the sliders' limits; None without a face or a model.
    """

    ranges_changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.ranges: tuple[Range, Range, Range] | None = None
        document.source_changed.connect(self._find_ranges)
        document.model_changed.connect(self._find_ranges)
        self._find_ranges()

    @property
    def angles(self) -> Angles:
        """The current offsets; 0 without a face."""
        pose = self._document.editable
        return (0.0, 0.0, 0.0) if pose is None else (pose.yaw, pose.pitch, pose.roll)

    @property
    def beyond(self) -> frozenset[int]:
        """The axes whose angles are outside the trained range."""
        if self.ranges is None:
            return frozenset()
        return frozenset(
            axis
            for axis, (angle, (low, high)) in enumerate(zip(self.angles, self.ranges, strict=True))
            if not low - 0.5 <= angle <= high + 0.5
        )

    def turn_to(self, angles: Angles, gesture: int | None = None) -> None:
        """Set the offsets, limited to the sliders' ranges."""
        yaw, pitch, roll = (
            round(min(max(angle, -limit), limit), 1)
            for angle, limit in zip(angles, LIMITS, strict=True)
        )
        if (yaw, pitch, roll) != self.angles:
            self._document.turn(yaw, pitch, roll, gesture)

    def turn_by(self, angles: Angles, gesture: int | None = None) -> None:
        """Add to the current offsets."""
        yaw, pitch, roll = (a + b for a, b in zip(self.angles, angles, strict=True))
        self.turn_to((yaw, pitch, roll), gesture)

    def _find_ranges(self) -> None:
        pose, model = self._document.editable, self._document.model
        if pose is None or model is None:
            self.ranges = None
        else:
            trained: engine.TrainedRange = model.trained_range.around(pose.source.angles)
            yaw, pitch, roll = (
                (max(low, -limit), min(high, limit))
                for (low, high), limit in zip(
                    (trained.yaw, trained.pitch, trained.roll), LIMITS, strict=True
                )
            )
            self.ranges = (yaw, pitch, roll)
        self.ranges_changed.emit()
