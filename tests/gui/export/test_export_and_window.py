"""An export that runs while the window is closed."""

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from pytestqt.qtbot import QtBot

from gui.window import file_actions
from gui.window.main_window import MainWindow

WAIT = 240_000


def test_the_window_opens_it_and_asks_before_an_export_is_stopped(
    qtbot: QtBot, model: Path, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QStandardPaths.setTestModeEnabled(True)
    window = MainWindow("cpu")
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.start(sample, model)
    window.files.export_batch()
    dialog = window.files.export
    assert dialog is not None
    dialog.form.folder.setText(str(tmp_path / "out"))
    dialog.form.sweeps.set("yaw", -20, 20, 99)
    dialog.refresh()
    with qtbot.waitSignal(dialog.process.progressed, timeout=WAIT):
        dialog.start.click()
    dialog.close()
    asked: list[str] = []

    def answer(yes: bool) -> None:
        def ask(_window: object, _title: str, text: str) -> bool:
            asked.append(text)
            return yes

        monkeypatch.setattr(file_actions, "ask_yes", ask)

    answer(False)
    assert not window.close()
    assert dialog.process.running
    assert "can be" in asked[0]
    answer(True)
    assert window.close()
    assert not dialog.process.running
