"""Actions of menus: one function makes them all, so that they look and behave alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.style.icons import icon


def add_action(
    menu: QMenu,
    text: str,
    call: Callable[[], object] | None,
    *keys: str,
    tip: str = "",
    picture: str = "",
) -> QAction:
    """Add an action to a menu.

    call     what it does; None: its signals are connected elsewhere
    keys     its shortcuts; the tool tip names the first
    tip      for the status bar and the tool tip
    picture  the name of its icon, which tool bars show and menus do not
    """
    action = menu.addAction(text)
    action.setStatusTip(tip)
    action.setShortcuts([QKeySequence(key) for key in keys if key])
    shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    said = tip or text.rstrip("…")
    action.setToolTip(f"{said} ({shortcut})" if shortcut else said)
    if picture:
        action.setIcon(icon(picture))
        action.setIconVisibleInMenu(False)
    if call is not None:
        action.triggered.connect(lambda _checked=False: call())
    return action


def add_choice(
    menu: QMenu, group: QActionGroup, text: str, call: Callable[[], object], *keys: str, tip: str
) -> QAction:
    """Add one of several actions of which exactly one is checked."""
    action = add_action(menu, text, call, *keys, tip=tip)
    action.setCheckable(True)
    group.addAction(action)
    return action
