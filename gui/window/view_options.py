"""`ViewOptions`: what the canvas shows over the photo, shared by the menus and the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction


class Option(QObject):
    """A switch: `on` is its state, `changed` is emitted with the new one."""

    changed = Signal(bool)

    def __init__(self, on: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = on

    def set(self, on: bool) -> None:
        """Switch it on or off."""
        if on != self.on:
            self.on = on
            self.changed.emit(on)

    def bind(self, action: QAction) -> None:
        """Make an action checkable, and keep its check mark and this option equal."""
        action.setCheckable(True)
        action.setChecked(self.on)
        action.toggled.connect(self.set)
        self.changed.connect(action.setChecked)


class ViewOptions(QObject):
    """One option for each overlay of the canvas.

    points     the handles
    result     the reposed face instead of the photo
    heatmaps   the pose heatmaps
    mask       the mask of the training loss
    parts      the parts of the photo: skin, hair, clothes, eyes, mouth
    head       the gizmo that turns the head
    comparing  the photo instead of the result, on the canvas and in the panes
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.points, self.head = Option(True, self), Option(True, self)
        self.result, self.heatmaps = Option(True, self), Option(False, self)
        self.mask, self.parts = Option(False, self), Option(False, self)
        self.comparing = Option(False, self)
