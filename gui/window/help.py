"""The help page for new users, and the list of all shortcuts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QMenu,
    QMenuBar,
    QMessageBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gui.widgets.window_size import resize_within_screen

if TYPE_CHECKING:
    from collections.abc import Iterator


def show_help(parent: QWidget) -> None:
    """Show the help page without blocking the editor."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(QCoreApplication.translate("Help", "How to use Repose"))
    box.setText(
        QCoreApplication.translate(
            "Help",
            "<h3>Repose gives a face in a photo a new pose.</h3>"
            "<p><b>Drag</b> the points on the face, click a line to select a whole part, or turn"
            " the head with the sliders or the small head on the photo; the result is updated.</p>"
            "<p>The arrow keys move the selection; the wheel zooms, and Space or the middle button"
            " pans. Hold the mouse button on a result to compare it with the photo.</p>"
            "<p>Press <b>?</b> for all keys.</p>"
            "<p>Please ask people before you edit pictures of them.</p>",
        )
    )
    box.open()


class ShortcutSheet(QDialog):
    """Lists every action with a shortcut, by menu, and what the mouse does.

    The list is generated from the actions of the menu bar.
    """

    def __init__(self, menus: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard and mouse"))
        self.text = QTextBrowser()
        self.text.setAccessibleName(self.windowTitle())
        self.text.setHtml(self._page(menus))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
        resize_within_screen(self, 900, 640)

    def _page(self, menus: QMenuBar) -> str:
        """HTML: two columns of tables of about equal length."""
        tables = [
            (_plain(menu), list(_with_keys(_menu_of(menu))))
            for menu in menus.actions()
            if _menu_of(menu) is not None
        ]
        tables = [(title, rows) for title, rows in tables if rows]
        tables.append((self.tr("On the photo"), self._on_the_photo()))
        half = sum(len(rows) + 2 for _, rows in tables) / 2
        columns, length = ["", ""], 0
        for title, rows in tables:
            lines = "".join(
                f"<tr><td><b>{escape(keys)}</b>&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>"
                for text, keys in rows
            )
            columns[length >= half] += (
                f"<h3>{escape(title)}</h3><table cellpadding='2'>{lines}</table>"
            )
            length += len(rows) + 2
        cells = "".join(f"<td width='50%' valign='top'>{column}</td>" for column in columns)
        return f"<table width='100%'><tr>{cells}</tr></table>"

    def _on_the_photo(self) -> list[tuple[str, str]]:
        return [
            (self.tr("move points, or turn the small head"), self.tr("Drag")),
            (self.tr("turn the eyes; with Shift one alone"), self.tr("Drag an iris")),
            (self.tr("select a whole part"), self.tr("Click a line")),
            (self.tr("add to the selection, or remove from it"), self.tr("Shift-click")),
            (self.tr("select all points in a rectangle"), self.tr("Drag beside a point")),
            (self.tr("move the selection by 1 pixel, with Shift by 10"), self.tr("Arrow keys")),
            (self.tr("cancel a drag; clear the selection"), self.tr("Esc")),
            (self.tr("zoom at the cursor"), self.tr("Wheel")),
            (self.tr("pan"), self.tr("Space and drag, middle drag")),
            (self.tr("compare with the photo"), self.tr("Hold on a result")),
        ]


def _menu_of(action: QAction | None) -> QMenu | None:
    menu = None if action is None else action.menu()
    return menu if isinstance(menu, QMenu) else None


def _with_keys(menu: QMenu | None) -> Iterator[tuple[str, str]]:
    """Text and keys of each action with shortcuts in a menu and its submenus."""
    for action in () if menu is None else menu.actions():
        inner = _menu_of(action)
        if inner is not None:
            for text, keys in _with_keys(inner):
                yield f"{_plain(action)}: {text}", keys
        elif action.shortcuts():
            native = QKeySequence.SequenceFormat.NativeText
            keys = ", ".join(shortcut.toString(native) for shortcut in action.shortcuts())
            yield _plain(action), keys


def _plain(action: QAction) -> str:
    """An action's text without the mnemonic and the ellipsis."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("… ")
