"""Sliders for yaw, pitch and roll, as offsets from the source."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from gui.document.document import Document
from gui.document.edit import PITCH_LIMIT, ROLL_LIMIT, YAW_LIMIT
from gui.document.head_turn import HeadTurn, axis_name
from gui.widgets.marked_slider import MarkedSlider

GAP = 22  # pixels between sliders beside one another


class PosePanel(QWidget):
    """One slider for each angle, with the model's trained range marked.

    The sliders are beside one another, or below one another where there is no room.
    """

    def __init__(self, document: Document, turn: HeadTurn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("posePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document, self._turn = document, turn
        tips = (
            self.tr("Turn the head: right of 0, the nose goes right."),
            self.tr("Nod: right of 0, the nose goes up."),
            self.tr("Tilt the head: right of 0, clockwise."),
        )
        limits = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)
        self.yaw, self.pitch, self.roll = self._sliders = tuple(
            MarkedSlider(axis_name(axis), tip, limit, "°")
            for axis, (tip, limit) in enumerate(zip(tips, limits, strict=True))
        )
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(16, 10, 16, 10)
        for slider in self._sliders:
            self._row.addWidget(slider)
            slider.changed.connect(self._slide)
        width = max(slider.name.sizeHint().width() for slider in self._sliders)
        for slider in self._sliders:
            slider.name.setFixedWidth(width)
        document.pose_changed.connect(self._show)
        turn.ranges_changed.connect(self._show_ranges)
        self._show_ranges()

    def minimumSizeHint(self) -> QSize:
        """The width of one slider: the others can be put below it."""
        return QSize(self._width_of(1), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= self._width_of(len(self._sliders))
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self._row.setSpacing(GAP if beside else 3)

    def _width_of(self, count: int) -> int:
        """The smallest width with this number of sliders beside one another."""
        margins = self._row.contentsMargins()
        each = self.yaw.minimumSizeHint().width()
        return count * each + (count - 1) * GAP + margins.left() + margins.right()

    def _slide(self, _degrees: float, gesture: int) -> None:
        angles = (self.yaw.value, self.pitch.value, self.roll.value)
        self._turn.turn_to(angles, gesture)

    def _show_ranges(self) -> None:
        ranges = self._turn.ranges or (None, None, None)
        for slider, marked in zip(self._sliders, ranges, strict=True):
            slider.mark(marked)
        self._show()

    def _show(self) -> None:
        self.setEnabled(self._document.editable is not None)
        beyond = self._turn.beyond
        for axis, (slider, degrees) in enumerate(
            zip(self._sliders, self._turn.angles, strict=True)
        ):
            slider.show_value(degrees)
            slider.show_beyond(axis in beyond)
