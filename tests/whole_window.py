"""What tests of the whole window do to it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

import engine
from gui.window import file_actions
from gui.window.main_window import MainWindow

WAIT = 120_000


def answer(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """Let a file dialog or a question return `value`."""
    monkeypatch.setattr(file_actions, name, lambda *_args: value)


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def landmarks(window: MainWindow) -> engine.Landmarks:
    assert window.document.editable is not None
    return window.document.editable.landmarks()
