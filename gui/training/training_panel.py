"""The training panel: the list of runs, and the view of the selected one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.training.run_list import RunList
from gui.training.run_view import RunView
from gui.training.run_watcher import RunWatcher


class TrainingPanel(QWidget):
    """Shows the runs of a watcher."""

    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path

    def __init__(
        self,
        watcher: RunWatcher,
        new_training: Callable[[], object],
        personalise: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._watcher = watcher
        self.list, self.view = RunList(watcher), RunView()
        self.empty = QLabel(
            self.tr(
                "There are no trainings yet.\n\nA training runs in the background, also when this"
                " window is closed. Personalise makes a model for one person in minutes."
            )
        )
        self.empty.setWordWrap(True)
        self.empty.setObjectName("paneNote")
        buttons = QHBoxLayout()
        for text, call, tip in (
            (self.tr("New training…"), new_training, self.tr("Train a model on your own pictures")),
            (self.tr("Personalise…"), personalise, self.tr("Fit the default model to one person")),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, call=call: call())
            buttons.addWidget(button)
        buttons.addStretch()
        body = QWidget()
        body.setObjectName("plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 6, 12, 12)
        column.setSpacing(10)
        column.addWidget(self.view)
        column.addWidget(self.empty)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        scroll.viewport().setObjectName("plain")
        top = QVBoxLayout()
        top.setContentsMargins(12, 10, 12, 0)
        top.setSpacing(10)
        top.addLayout(buttons)
        top.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        self.list.chosen.connect(self.view.show_run)
        watcher.changed.connect(self._changed)
        for signal in (watcher.added, watcher.removed):
            signal.connect(self._count)
        self.view.failed.connect(self.failed)
        self.view.done.connect(self.done)
        self.view.model_chosen.connect(self.model_chosen)
        self.view.forgotten.connect(watcher.remove)
        self.view.look.connect(watcher.look)
        if watcher.runs:
            self.choose(watcher.runs[0])
        self._count()

    def sizeHint(self) -> QSize:
        return QSize(430, 600)

    def choose(self, run: engine.RunFolder) -> None:
        """Show one of the watcher's runs."""
        self.list.choose(run)

    def _changed(self, run: engine.RunFolder) -> None:
        if run is self.view.run and self.isVisible():
            self.view.refresh()

    def _count(self) -> None:
        some = bool(self._watcher.runs)
        self.list.setVisible(some)
        self.empty.setVisible(not some)

    def showEvent(self, event: object) -> None:
        self.view.refresh()
