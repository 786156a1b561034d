"""The menu of everything about training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def add_training_menu(window: MainWindow) -> None:
    """The menu Training, at the end of the window's menus."""
    menu, training = window.menuBar().addMenu("&Training"), window.training
    for text, call, tip in (
        ("&New training…", training.new_training, "Train a model on your own pictures"),
        ("&Personalise…", training.personalise, "Fit the default model to one person"),
        ("&Open a run…", training.choose_run, "Watch a training that was started elsewhere"),
    ):
        action = menu.addAction(text)
        action.setStatusTip(tip)
        action.triggered.connect(lambda _checked=False, call=call: call())
    menu.addSeparator()
    training.action.setText("&Show the trainings")
    training.action.setShortcut(QKeySequence("Ctrl+Shift+T"))
    training.action.setStatusTip("The trainings that go on, and those that have ended")
    menu.addAction(training.action)
