"""Fields for sweeps of yaw, pitch and roll: single angles or evenly spaced ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSpinBox, QWidget

import engine
from gui.document.edit import PITCH_LIMIT, ROLL_LIMIT, YAW_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_STEPS, USUAL_STEPS = 99, 7


class SweepRows(QWidget):
    """One row for each of yaw, pitch and roll: first angle, last angle, number of steps."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, tuple[QDoubleSpinBox, QDoubleSpinBox, QSpinBox]] = {}
        self._names: dict[str, str] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        limits = {
            "yaw": (self.tr("Yaw"), YAW_LIMIT),
            "pitch": (self.tr("Pitch"), PITCH_LIMIT),
            "roll": (self.tr("Roll"), ROLL_LIMIT),
        }
        for line, (name, (shown, limit)) in enumerate(limits.items()):
            first, last, steps = self._angle(limit), self._angle(limit), QSpinBox()
            steps.setRange(1, MOST_STEPS)
            steps.setAccessibleName(self.tr("Steps of {angle}").format(angle=shown))
            steps.setAlignment(Qt.AlignmentFlag.AlignRight)
            steps.setFixedWidth(52)
            first.setAccessibleName(self.tr("First {angle}").format(angle=shown))
            last.setAccessibleName(self.tr("Last {angle}").format(angle=shown))
            self.rows[name] = (first, last, steps)
            self._names[name] = shown
            cells: Iterable[QWidget] = (
                QLabel(shown), first, QLabel(self.tr("to")), last, QLabel(self.tr("in")), steps,
                QLabel(self.tr("steps")),
            )  # fmt: skip
            for column, cell in enumerate(cells):
                grid.addWidget(cell, line, column)
            for box in (first, last, steps):
                box.valueChanged.connect(lambda _, name=name, box=box: self._follow(name, box))
        grid.setColumnStretch(7, 1)

    def set(self, name: str, first: float, last: float, steps: int) -> None:
        """Set the values of one row."""
        boxes = self.rows[name]
        boxes[2].setValue(steps)
        boxes[0].setValue(first)
        boxes[1].setValue(last)

    def angles(self, name: str) -> tuple[float, ...]:
        """The angles of one row, degrees. Raises ReposeError for a sweep between equal angles."""
        first, last, steps = self.rows[name]
        if steps.value() == 1:
            return (first.value() + 0.0,)
        if first.value() == last.value():
            sentence = self.tr("The sweep of {angle} begins and ends at the same angle.")
            raise engine.ReposeError(sentence.format(angle=self._names[name]))
        return engine.angles_between(first.value(), last.value(), steps.value())

    def _angle(self, limit: float) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(-limit, limit)
        box.setDecimals(1)
        box.setSuffix("°")
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setFixedWidth(72)
        return box

    def _follow(self, name: str, changed: QWidget) -> None:
        """Keep a row consistent: one step has one angle, two angles have several steps."""
        first, last, steps = self.rows[name]
        if steps.value() == 1 and last.value() != first.value():
            if changed is last:
                steps.setValue(USUAL_STEPS)
            else:
                last.setValue(first.value())
        self.changed.emit()
