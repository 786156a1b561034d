"""The base class of the canvas's tools."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

Keys = Qt.KeyboardModifier


class CanvasTool(QObject):
    """Handles mouse and key events of the canvas; `Canvas.set_tool` sets the one in use.

    Subclasses override the hooks they need. Points are in photo pixels; mouse hooks get the left
    button only. On `changed` the canvas repaints and updates the cursor.
    """

    changed = Signal()

    @property
    def cursor(self) -> Qt.CursorShape:
        """The cursor to show over the canvas."""
        return Qt.CursorShape.ArrowCursor

    @property
    def tip(self) -> str:
        """What the mouse does at its position, for the status bar."""
        return ""

    def press(self, point: QPointF, keys: Keys) -> None:
        """The button goes down."""

    def move(self, point: QPointF, keys: Keys) -> None:
        """The mouse moves while the button is down."""

    def release(self, point: QPointF, keys: Keys) -> None:
        """The button goes up."""

    def hover(self, point: QPointF | None) -> None:
        """The mouse moves while no button is down; None: it left the canvas."""

    def key(self, event: QKeyEvent) -> bool:
        """A key is pressed. Returns whether the tool used it."""
        return False

    def widen(self, factor: float) -> None:
        """Multiply the tool's radius by `factor`."""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw over the photo, in photo pixels; `zoom` is screen pixels per photo pixel."""

    def stop(self) -> None:
        """Another tool is used or another face was opened: end what is in progress."""
