"""The process that makes a batch: its events and its folder."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from pytestqt.qtbot import QtBot

import engine
from gui.workers.export_process import ExportProcess, export_folder


@pytest.fixture(autouse=True)
def own_places() -> None:
    QStandardPaths.setTestModeEnabled(True)


def test_events_are_read_in_pieces(qtbot: QtBot) -> None:
    process = ExportProcess()
    seen: list[int] = []
    process.progressed.connect(lambda progress: seen.append(progress.done))
    line = json.dumps({"event": "job", "reason": "", "total": 2, "done": 1, "kept": 0,
                       "failed": 0, "left": None}).encode()  # fmt: skip

    class Pieces:
        def __init__(self, data: bytes) -> None:
            self._data = data

        def readAllStandardOutput(self) -> "Pieces":  # noqa: N802
            return self

        def data(self) -> bytes:
            return self._data

    for piece in (line[:20], line[20:] + b"\nwarning: something\n"):
        process._process = Pieces(piece)  # type: ignore[assignment]
        process._read()
    assert seen == [1]


def test_the_folder_for_what_an_export_reads_is_the_users_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("REPOSE_DATA")
    assert engine.data_folder("export").is_relative_to(Path.home())


def test_folders_of_old_exports_are_removed() -> None:
    old, new = export_folder(), export_folder()
    (old / "batch.json").touch()
    os.utime(old, (0, 0))
    assert old != new
    assert export_folder().parent == old.parent
    assert not old.exists()
    assert new.exists()
