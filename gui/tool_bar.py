"""The tool bar and its icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar

if TYPE_CHECKING:
    from gui.menus import Menus


def tool_bar(menus: Menus) -> QToolBar:
    """What is used most, under short names."""
    bar = QToolBar("Tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    groups = (
        ((menus.open, "Open"), (menus.save, "Save")),
        ((menus.undo, "Undo"), (menus.redo, "Redo"), (menus.reset, "Reset")),
        ((menus.copy, "Copy pose"),),
        (
            (menus.select.symmetry, "Symmetry"),
            (menus.select.soft, "Soft"),
            (menus.correct, "Correct"),
            (menus.keep.brush, "Keep"),
        ),
        ((menus.handles, "Points"), (menus.result, "Result")),
        ((menus.fit, "Photo"), (menus.face, "Face")),
    )
    for number, group in enumerate(groups):
        if number:
            bar.addSeparator()
        for action, name in group:
            action.setIconText(name)
            bar.addAction(action)
    return bar
