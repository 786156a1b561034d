"""The size of windows and dialogs on small screens."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(8, 40)  # pixels: room for the title bar and the borders, unknown before it is shown


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Set the size of a window, bounded to its screen with room for the window's frame.

    A window that is shown already is moved if it would reach beyond the screen.
    """
    screen = window.screen().availableGeometry()
    window.resize(QSize(width, height).boundedTo(screen.size() - FRAME))
    if window.isVisible():
        right, bottom = (screen.bottomRight() - window.rect().bottomRight()).toTuple()
        window.move(min(window.x(), right), min(window.y(), bottom))
