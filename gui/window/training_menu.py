"""The menu of everything about training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


class TrainingMenu(QMenu):
    """The menu Training."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setTitle(self.tr("&Training"))
        training = window.training
        for text, call, tip in (
            (self.tr("&New training…"), training.new_training,
             self.tr("Train a model on your own pictures")),
            (self.tr("&Personalise…"), training.personalise,
             self.tr("Fit the default model to one person")),
            (self.tr("&Open a run…"), training.choose_run,
             self.tr("Watch a training that was started elsewhere")),
        ):  # fmt: skip
            action = self.addAction(text)
            action.setStatusTip(tip)
            action.triggered.connect(lambda _checked=False, call=call: call())
        self.addSeparator()
        training.action.setText(self.tr("&Show the trainings"))
        training.action.setShortcut(QKeySequence("Ctrl+Shift+T"))
        training.action.setStatusTip(self.tr("The trainings that go on, and those that have ended"))
        self.addAction(training.action)
