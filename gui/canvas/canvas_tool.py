"""What takes the canvas's mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

Keys = Qt.KeyboardModifier


class CanvasTool(QObject):
    """One tool of the canvas; `Canvas.set_tool` puts it to use. Every hook may stay as it is.

    Points are photo pixels. Only the left button gets here. `changed` has the canvas repainted and
    the cursor set.
    """

    changed = Signal()

    @property
    def cursor(self) -> Qt.CursorShape:
        """The cursor over the canvas at the moment."""
        return Qt.CursorShape.ArrowCursor

    @property
    def tip(self) -> str:
        """What the mouse would do where it is, for the status bar."""
        return ""

    def press(self, point: QPointF, keys: Keys) -> None:
        """The button goes down."""

    def move(self, point: QPointF, keys: Keys) -> None:
        """The mouse moves while the button is down."""

    def release(self, point: QPointF, keys: Keys) -> None:
        """The button goes up."""

    def hover(self, point: QPointF | None) -> None:
        """The mouse moves while no button is down; None: it has left."""

    def key(self, event: QKeyEvent) -> bool:
        """A key is pressed; whether it was for this tool."""
        return False

    def widen(self, factor: float) -> None:
        """Make the radius this many times as large."""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw over the photo, in photo pixels; `zoom` screen pixels are one."""

    def stop(self) -> None:
        """Another tool takes over, or another face: drop what is under way."""
