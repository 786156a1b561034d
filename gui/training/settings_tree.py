"""A tree with a field for each setting of a run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

import engine
from gui.widgets.checked_field import mark
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine import Config, Setting


class SettingsTree(QTreeWidget):
    """Groups of settings. `changes` has the edited ones, which are kept when the base changes."""

    changed = Signal()

    def __init__(self, hidden: Collection[str] = (), parent: QWidget | None = None) -> None:
        """hidden: names of settings that have fields elsewhere."""
        super().__init__(parent)
        self.changes: dict[str, str] = {}
        self.fields: dict[str, QWidget] = {}
        self._hidden = hidden
        self._last = ""
        self._base: Config | None = None
        self.setHeaderLabels([self.tr("Setting"), self.tr("Value")])
        self.setObjectName("runList")
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, 170)

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def show_settings(self, base: Config) -> None:
        """Show the settings of `base`, except those with changes."""
        if base == self._base:
            return
        self._base = base
        self.clear()
        self.fields.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for setting in engine.settings_in(base):
            if setting.name in self._hidden:
                continue
            group = setting.group or "general"
            if group not in groups:
                groups[group] = QTreeWidgetItem(self, [group])
                groups[group].setFirstColumnSpanned(True)
            item = QTreeWidgetItem(groups[group], [setting.name.rpartition(".")[2]])
            item.setToolTip(0, f"{setting.name}: {setting.meaning}")
            field = self._field(setting)
            guard_wheel(field)
            field.setToolTip(setting.meaning)
            field.setAccessibleName(setting.name)
            self.fields[setting.name] = field
            self.setItemWidget(item, 1, field)

    def set_problem(self, sentence: str) -> None:
        """Mark the last edited field as wrong; "" marks none."""
        for name, field in self.fields.items():
            mark(field, bool(sentence) and name == self._last)

    def _field(self, setting: Setting) -> QWidget:
        text = self.changes.get(setting.name, setting.text)
        if setting.choices:
            box = QComboBox()
            box.addItems(setting.choices)
            box.setCurrentText(text)
            box.currentTextChanged.connect(partial(self._take, setting.name, setting.text))
            return box
        line = QLineEdit(text)
        line.textChanged.connect(partial(self._take, setting.name, setting.text))
        return line

    def _take(self, name: str, base: str, text: str) -> None:
        self._last = name
        if text.strip() == base:
            self.changes.pop(name, None)
        else:
            self.changes[name] = text
        self.changed.emit()
