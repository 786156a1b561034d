"""The list of runs in the training panel."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

import engine
from gui.style.theme import colour
from gui.training.run_watcher import RunWatcher

STATES: dict[str, tuple[Any, str]] = {
    "starting": (QT_TRANSLATE_NOOP("RunList", "starting"), "faint"),
    "running": (QT_TRANSLATE_NOOP("RunList", "running"), "accent"),
    "paused": (QT_TRANSLATE_NOOP("RunList", "paused"), "warm"),
    "stopped": (QT_TRANSLATE_NOOP("RunList", "stopped"), "soft"),
    "finished": (QT_TRANSLATE_NOOP("RunList", "finished"), "good"),
    "failed": (QT_TRANSLATE_NOOP("RunList", "failed"), "wrong"),
    "crashed": (QT_TRANSLATE_NOOP("RunList", "crashed"), "wrong"),
}
NAME, STATE, SSIM = range(3)
ROWS_SHOWN = 5


class RunList(QTreeWidget):
    """Lists the watcher's runs with state and best score; emits the selected one."""

    chosen = Signal(object)  # RunFolder or None

    def __init__(self, watcher: RunWatcher, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watcher = watcher
        self.setObjectName("runList")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHeaderLabels([self.tr("Run"), self.tr("State"), self.tr("Best SSIM")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (STATE, SSIM):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for run in reversed(watcher.runs):
            self._add(run)
        watcher.added.connect(self._add)
        watcher.removed.connect(self._remove)
        watcher.changed.connect(self._refresh)
        self.currentItemChanged.connect(lambda *_: self.chosen.emit(self.run()))

    def run(self) -> engine.RunFolder | None:
        """The selected run."""
        item = self.currentItem()
        return None if item is None else item.data(NAME, Qt.ItemDataRole.UserRole)

    def choose(self, run: engine.RunFolder) -> None:
        """Select one of the watcher's runs."""
        item = self._item(run)
        if item is not None:
            self.setCurrentItem(item)

    def sizeHint(self) -> QSize:
        rows = min(max(self.topLevelItemCount(), 1), ROWS_SHOWN)
        row = max(self.sizeHintForRow(0), 22)
        return QSize(300, self.header().sizeHint().height() + rows * row + 6)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.topLevelItemCount():
            for run in self._watcher.runs:
                self._refresh(run)

    def _item(self, run: engine.RunFolder) -> QTreeWidgetItem | None:
        items = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        return next((i for i in items if i and i.data(NAME, Qt.ItemDataRole.UserRole) is run), None)

    def _add(self, run: engine.RunFolder) -> None:
        item = QTreeWidgetItem([run.folder.name, "", ""])
        item.setData(NAME, Qt.ItemDataRole.UserRole, run)
        item.setToolTip(NAME, str(run.folder))
        item.setTextAlignment(SSIM, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.insertTopLevelItem(0, item)
        self.updateGeometry()
        self._refresh(run)

    def _remove(self, run: engine.RunFolder) -> None:
        item = self._item(run)
        if item is not None:
            self.takeTopLevelItem(self.indexOfTopLevelItem(item))
            self.updateGeometry()

    def _refresh(self, run: engine.RunFolder) -> None:
        item, status = self._item(run), run.status
        if item is None:
            return
        state, shade = STATES[status.state]
        text = self.tr(state)
        if status.state == "running" and status.total:
            stage = "1" if status.phase == "stage1" else "2"
            text = self.tr("stage {stage}, {share:.0%}").format(stage=stage, share=status.share)
        item.setText(STATE, text)
        item.setForeground(STATE, QBrush(colour(shade)))
        item.setText(SSIM, "" if status.best is None else f"{status.best:.4f}")
