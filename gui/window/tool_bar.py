"""The tool bar and its icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar, QToolButton

if TYPE_CHECKING:
    from gui.window.menus import Menus


class ToolBar(QToolBar):
    """What is used most, under short names."""

    def __init__(self, menus: Menus) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Tools"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        groups = (
            ((menus.open, self.tr("Open")), (menus.save, self.tr("Save"))),
            (
                (menus.undo, self.tr("Undo")),
                (menus.redo, self.tr("Redo")),
                (menus.reset, self.tr("Reset")),
            ),
            ((menus.copy, self.tr("Copy pose")),),
            (
                (menus.select.symmetry, self.tr("Symmetry")),
                (menus.select.soft, self.tr("Soft")),
                (menus.correct, self.tr("Correct")),
                (menus.keep.brush, self.tr("Keep")),
            ),
            ((menus.handles, self.tr("Points")), (menus.result, self.tr("Result"))),
            ((menus.fit, self.tr("Photo")), (menus.face, self.tr("Face"))),
        )
        for number, group in enumerate(groups):
            if number:
                self.addSeparator()
            for action, name in group:
                action.setIconText(name)
                self.addAction(action)
        # What everyone knows by its picture leaves room for the others' names in any language.
        for action in (menus.undo, menus.redo, menus.fit, menus.face):
            button = self.widgetForAction(action)
            assert isinstance(button, QToolButton)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        # What has no room is behind this; Qt's own picture of it cannot be seen on dark ground.
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            more.setText("»")
