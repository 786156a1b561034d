"""Menus, their keys, the sheet that lists them, and what a screen reader can say."""

from collections import Counter

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.window.help import ShortcutSheet, show_help
from gui.window.main_window import MainWindow

NATIVE = QKeySequence.SequenceFormat.NativeText


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow("cpu")
    qtbot.addWidget(window)
    return window


def menus(window: MainWindow) -> list[QMenu]:
    """All menus of the menu bar and those in them."""
    found: list[QMenu] = []
    waiting = [action.menu() for action in window.menuBar().actions()]
    while waiting:
        menu = waiting.pop()
        assert isinstance(menu, QMenu)
        found.append(menu)
        waiting += [action.menu() for action in menu.actions() if action.menu() is not None]
    return found


def actions(window: MainWindow) -> list[QAction]:
    """All that a menu can do."""
    return [
        action
        for menu in menus(window)
        for action in menu.actions()
        if action.menu() is None and not action.isSeparator()
    ]


def test_every_action_says_what_it_does(window: MainWindow) -> None:
    assert [action.text() for action in actions(window) if not action.text().strip("&")] == []
    assert [action.text() for action in actions(window) if not action.statusTip()] == []


def test_no_two_actions_have_the_same_key(window: MainWindow) -> None:
    keys = Counter(
        key.toString(NATIVE) for action in set(actions(window)) for key in action.shortcuts()
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_two_entries_of_a_menu_have_the_same_letter(spoken: None, window: MainWindow) -> None:
    bar = Counter(action.text().partition("&")[2][:1] for action in window.menuBar().actions())
    assert max(bar.values()) == 1
    for menu in menus(window):
        texts = [action.text().replace("&&", "") for action in menu.actions()]
        letters = Counter(text[text.index("&") + 1].lower() for text in texts if "&" in text)
        assert [(menu.title(), key) for key, count in letters.items() if count > 1] == []


def test_the_tool_bar_has_only_what_a_menu_has(window: MainWindow) -> None:
    in_menus = set(actions(window))
    for action in window.tool_bar.actions():
        if not action.isSeparator():
            assert action in in_menus
            assert not action.icon().isNull()


def test_the_sheet_lists_every_key(qtbot: QtBot, window: MainWindow) -> None:
    sheet = ShortcutSheet(window.menuBar(), window)
    text = sheet.text.toPlainText()
    for action in actions(window):
        for key in action.shortcuts():
            assert key.toString(NATIVE) in text
    sheet.close()
    show_help(window)


def test_every_control_has_a_name(window: MainWindow) -> None:
    nameless = []
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    for kind in (*kinds, QAbstractScrollArea):
        for widget in window.findChildren(kind):
            said_later = widget.isHidden()
            if not isinstance(widget, QScrollBar) and not said_later and not named(widget):
                nameless.append((type(widget).__name__, widget.objectName(), parents(widget)))
    assert nameless == []


def named(widget: QWidget) -> bool:
    """Whether a screen reader has something to say."""
    if widget.accessibleName() or (widget.objectName() or "").startswith("qt_"):
        return True
    if isinstance(widget, QAbstractButton):
        later = not widget.text() and widget.icon().isNull()  # it gets its name with its task
        return later or bool(widget.text().strip("&✕… "))
    parent = widget.parent()
    return isinstance(parent, QAbstractSpinBox | QComboBox) and bool(parent.accessibleName())


def parents(widget: QWidget) -> str:
    names = []
    parent = widget.parent()
    while parent is not None:
        names.append(type(parent).__name__)
        parent = parent.parent()
    return " < ".join(names)
