"""A slider with a spin box and a marked range."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from gui.document.edit import new_gesture
from gui.style.theme import colour
from gui.widgets.checked_field import restyle
from gui.widgets.wheel import guard_wheel

HANDLE_WIDTH = 14.0  # pixels, as in the style sheet


class NameLabel(QLabel):
    """The name of a value; a double click requests a reset."""

    reset = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()


class ValueBox(QDoubleSpinBox):
    """A spin box that does not use the keys of undo and redo and letters, which are shortcuts."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            undoes = event.matches(keys.Undo) or event.matches(keys.Redo)
            if undoes or event.text().isalpha():
                event.ignore()
                return False
        return super().event(event)


class Groove(QSlider):
    """A slider that marks its origin, a range and single values. Wheel events go to its parent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.origin: int | None = 0
        self.marked: tuple[int, int] | None = None
        self.points: tuple[int, ...] = ()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        if self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            if self.marked is not None:
                low, high = (self._place(value) for value in self.marked)
                band = QColor(colour("accent"))
                band.setAlpha(70)
                painter.setBrush(band)
                painter.drawRoundedRect(QRectF(low, middle - 5, high - low, 10), 4, 4)
            painter.setBrush(colour("accent"))
            for value in self.points:
                painter.drawEllipse(QPointF(self._place(value), middle - 8), 2.5, 2.5)
            painter.setBrush(colour("faint"))
            if self.origin is not None:
                painter.drawRect(QRectF(self._place(self.origin) - 0.5, middle - 7, 1, 14))
        painter.end()
        super().paintEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _place(self, value: int) -> float:
        """The centre of the handle at a value, in pixels from the left."""
        share = (value - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        return HANDLE_WIDTH / 2 + share * (self.width() - HANDLE_WIDTH)


class MarkedSlider(QWidget):
    """A slider and a spin box for one value; a drag is one gesture.

    A double click on the name sets the value to the origin, which is marked: 0 until `set_origin`.
    """

    changed = Signal(float, int)  # value, gesture

    def __init__(
        self,
        name: str,
        tip: str,
        limit: float,
        unit: str,
        decimals: int = 1,
        lowest: float | None = None,
        reset_tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """limit, lowest: the ends of the range; None: the lowest value is -limit."""
        super().__init__(parent)
        lowest = -limit if lowest is None else lowest
        self._gesture = new_gesture()
        self._origin = self._exact = 0.0
        self._steps = 10**decimals  # slider steps per unit
        self.name, self.slider, self.spin_box = NameLabel(name), Groove(), ValueBox()
        self.slider.setMinimumWidth(70)  # fits beside a dock
        self.slider.setRange(round(lowest * self._steps), round(limit * self._steps))
        step = 5.0 if limit >= 100 else 1.0
        self.slider.setSingleStep(round(step * self._steps))
        self.slider.setPageStep(round(5 * step * self._steps))
        self.spin_box.setRange(lowest, limit)
        self.spin_box.setSingleStep(step)
        self.spin_box.setDecimals(decimals)
        self.spin_box.setSuffix(unit)
        self.spin_box.setKeyboardTracking(False)
        self.spin_box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin_box.setFixedWidth(64)
        guard_wheel(self.spin_box)
        hint = reset_tip or self.tr("Double-click the name to reset it to 0.")
        for widget in (self.name, self.slider, self.spin_box):
            widget.setToolTip(f"{tip}\n{hint}")
            widget.setStatusTip(tip)
        for widget in (self.slider, self.spin_box):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(tip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.name)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin_box)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.valueChanged.connect(self._slide)
        self.spin_box.valueChanged.connect(self._type)
        self.name.reset.connect(self._reset)

    @property
    def value(self) -> float:
        """The current value."""
        return self.spin_box.value()

    def show_value(self, value: float) -> None:
        """Set the value without emitting `changed`."""
        self._exact = value
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin_box):
            self.spin_box.setValue(value)
            # A slider that is being dragged is not set to the rounded value.
            if not self.slider.isSliderDown():
                self.slider.setValue(round(value * self._steps))

    def set_origin(self, value: float) -> None:
        """Set the value to which a double click on the name resets."""
        self._origin, self.slider.origin = value, round(value * self._steps)
        self.slider.update()

    def mark(self, marked: tuple[float, float] | None) -> None:
        """Mark a range; None: no range."""
        self.slider.marked = (
            None
            if marked is None
            else (round(marked[0] * self._steps), round(marked[1] * self._steps))
        )
        self.slider.update()

    def show_beyond(self, beyond: bool) -> None:
        """Set whether the value is shown as outside the marked range."""
        if bool(self.spin_box.property("beyond")) != beyond:
            self.spin_box.setProperty("beyond", beyond)
            restyle(self.spin_box)

    def _begin(self) -> None:
        self._gesture = new_gesture()

    def _reset(self) -> None:
        if self._exact != self._origin:
            self._begin()
            self.show_value(self._origin)
            self.changed.emit(self._origin, self._gesture)  # exact, unlike the spin box

    def _slide(self, steps: int) -> None:
        if not self.slider.isSliderDown():
            self._begin()
        with QSignalBlocker(self.spin_box):
            self.spin_box.setValue(steps / self._steps)
        self._exact = steps / self._steps
        self.changed.emit(self._exact, self._gesture)

    def _type(self, value: float) -> None:
        self._begin()
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * self._steps))
        self._exact = value
        self.changed.emit(value, self._gesture)
