"""Fields that the wheel does not change by accident while it scrolls what is around them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QScrollBar,
    QTabBar,
    QWidget,
)


class _WheelGuard(QObject):
    """Passes wheel events of a field without the focus on to its parent."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget):
            event.setAccepted(watched.hasFocus())
            return not watched.hasFocus()
        return super().eventFilter(watched, event)


def guard_wheel(widget: QWidget) -> None:
    """Let the wheel change this field or tab bar, and those in it, only while it has the focus."""
    guard = _WheelGuard(widget)
    for kind in (QAbstractSpinBox, QComboBox, QAbstractSlider, QTabBar):
        fields = [widget] if isinstance(widget, kind) else widget.findChildren(kind)
        for field in fields:
            if isinstance(field, QScrollBar):
                continue
            field.installEventFilter(guard)
            if field.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
