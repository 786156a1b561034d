"""Yaw, pitch and roll of the head, as offsets from the source."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from gui.commands import new_gesture
from gui.document import PITCH_LIMIT, ROLL_LIMIT, YAW_LIMIT, Document

STEPS = 10  # slider steps per degree


class NameLabel(QLabel):
    """The name of an angle; a double click sets the angle back."""

    reset = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()


class AngleBox(QDoubleSpinBox):
    """A spin box that leaves undo and redo to the pose."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return False
        return super().event(event)


class AngleSlider(QWidget):
    """A slider and a spin box for one angle in degrees. A drag of the slider is one gesture."""

    changed = Signal(float, int)  # degrees, gesture

    def __init__(self, name: str, limit: float, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gesture = new_gesture()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumWidth(100)  # beside a dock, too
        self.slider.setRange(round(-limit * STEPS), round(limit * STEPS))
        self.slider.setSingleStep(STEPS)
        self.slider.setPageStep(5 * STEPS)
        self.spin_box = AngleBox()
        self.spin_box.setRange(-limit, limit)
        self.spin_box.setDecimals(1)
        self.spin_box.setSuffix("°")
        self.spin_box.setKeyboardTracking(False)
        self.spin_box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin_box.setFixedWidth(64)
        label = NameLabel(name)
        for widget in (label, self.slider, self.spin_box):
            widget.setToolTip(f"{tip}\nDouble-click the name to set it back to 0.")
            widget.setStatusTip(tip)
        for widget in (self.slider, self.spin_box):
            widget.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin_box)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.valueChanged.connect(self._slide)
        self.spin_box.valueChanged.connect(self._type)
        label.reset.connect(lambda: self.spin_box.setValue(0.0))

    @property
    def value(self) -> float:
        """The angle in degrees."""
        return self.spin_box.value()

    def show_value(self, degrees: float) -> None:
        """Show an angle without announcing it."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin_box):
            self.spin_box.setValue(degrees)
            # A slider that is being dragged knows better than its rounded echo.
            if not self.slider.isSliderDown():
                self.slider.setValue(round(degrees * STEPS))

    def _begin(self) -> None:
        self._gesture = new_gesture()

    def _slide(self, steps: int) -> None:
        if not self.slider.isSliderDown():
            self._begin()
        with QSignalBlocker(self.spin_box):
            self.spin_box.setValue(steps / STEPS)
        self.changed.emit(steps / STEPS, self._gesture)

    def _type(self, degrees: float) -> None:
        self._begin()
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(degrees * STEPS))
        self.changed.emit(degrees, self._gesture)


class PosePanel(QWidget):
    """The three angles."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("posePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self.yaw = AngleSlider("Yaw", YAW_LIMIT, "Turn the head: right of 0, the nose goes right.")
        self.pitch = AngleSlider("Pitch", PITCH_LIMIT, "Nod: right of 0, the nose goes up.")
        self.roll = AngleSlider("Roll", ROLL_LIMIT, "Tilt the head: right of 0, clockwise.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(22)
        for angle in (self.yaw, self.pitch, self.roll):
            layout.addWidget(angle)
            angle.changed.connect(self._turn)
        document.pose_changed.connect(self._show)
        self._show()

    def _turn(self, _degrees: float, gesture: int) -> None:
        self._document.turn(self.yaw.value, self.pitch.value, self.roll.value, gesture)

    def _show(self) -> None:
        pose = self._document.pose
        self.setEnabled(pose is not None)
        for angle, degrees in (
            (self.yaw, 0.0 if pose is None else pose.yaw),
            (self.pitch, 0.0 if pose is None else pose.pitch),
            (self.roll, 0.0 if pose is None else pose.roll),
        ):
            angle.show_value(degrees)
