"""The part of the View menu about the panes and the theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.panes.views import View
from gui.style.theme import Theme, choose_theme, chosen_theme
from gui.window.compare_action import CompareAction

if TYPE_CHECKING:
    from gui.panes.panes import Pane, Panes


class ViewMenu(QObject):
    """Adds what the panes show, how they compare, and the theme to a menu."""

    def __init__(self, panes: Panes, menu: QMenu) -> None:
        super().__init__(menu)
        self._panes = panes
        self.large = self._views(
            menu.addMenu(self.tr("&Large picture")), panes.large, self.tr("Large picture"), ""
        )
        self.small = self._views(
            menu.addMenu(self.tr("&Small picture")), panes.small, self.tr("Small picture"), "Shift+"
        )
        menu.addSeparator()
        self.split = menu.addAction(self.tr("Split into &before and after"))
        self.split.setShortcut(QKeySequence("Shift+C"))
        self.split.setCheckable(True)
        self.split.setStatusTip(
            self.tr("Divide the pictures: left of the line the photo before; drag the line")
        )
        self.split.triggered.connect(panes.set_split)
        self.compare = CompareAction(Qt.Key.Key_C, self)
        self.compare.setText(self.tr("&Compare with the photo"))
        self.compare.setStatusTip(
            self.tr("Show the photo instead of the pictures: tap the key to switch, or hold it")
        )
        self.compare.triggered.connect(panes.set_comparing)
        menu.addAction(self.compare)
        menu.addSeparator()
        self.themes = self._theme_menu(menu.addMenu(self.tr("&Appearance")))
        panes.views_changed.connect(self._refresh)
        panes.split_changed.connect(self._refresh)
        self._refresh()

    def _views(self, menu: QMenu, pane: Pane, name: str, modifier: str) -> dict[View, QAction]:
        group = QActionGroup(menu)
        actions = {}
        for key, view in enumerate(View, start=5):  # F1 is help, F11 the full screen
            action = choice(menu, group, view.name_shown, partial(pane.choose, view))
            action.setShortcut(QKeySequence(f"{modifier}F{key}"))
            action.setStatusTip(f"{name}: {view.explained}")
            actions[view] = action
        return actions

    def _theme_menu(self, menu: QMenu) -> dict[Theme, QAction]:
        names = {
            Theme.SYSTEM: (self.tr("As the &system"), self.tr("Light or dark as the system is")),
            Theme.LIGHT: (self.tr("&Light"), self.tr("Dark text on light grey")),
            Theme.DARK: (self.tr("&Dark"), self.tr("Light text on dark grey")),
        }
        group = QActionGroup(menu)
        actions = {}
        for theme, (name, tip) in names.items():
            action = choice(menu, group, name, partial(choose_theme, theme))
            action.setStatusTip(tip)
            action.setChecked(theme is chosen_theme())
            actions[theme] = action
        return actions

    def _refresh(self) -> None:
        self.split.setChecked(self._panes.split)
        self.large[self._panes.large.chosen].setChecked(True)
        self.small[self._panes.small.chosen].setChecked(True)


def choice(menu: QMenu, group: QActionGroup, name: str, call: Callable[[], None]) -> QAction:
    """One of several actions of which one is checked."""
    action = menu.addAction(name)
    action.setCheckable(True)
    group.addAction(action)
    action.triggered.connect(lambda _checked=False: call())
    return action
