"""The process that makes a batch: its events and its folder."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from pytestqt.qtbot import QtBot

import engine
from gui.widgets.progress_view import ExportView
from gui.workers.export_process import ExportProcess, export_folder

WAIT = 240_000


@pytest.fixture(autouse=True)
def own_places() -> None:
    QStandardPaths.setTestModeEnabled(True)


JOB = json.dumps({"event": "job", "reason": "", "warning": "", "total": 2, "done": 1, "kept": 0,
                  "failed": 0, "left": None}).encode()  # fmt: skip


class Pieces:
    """The output of a process that has just arrived."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readAllStandardOutput(self) -> "Pieces":  # noqa: N802
        return self

    def data(self) -> bytes:
        return self._data


@pytest.mark.parametrize(
    "pieces",
    [
        (JOB[:20], JOB[20:] + b"\nwarning: something\n"),
        (b'3\n"text"\n[]\n{"total": 2}\n' + JOB + b"\n",),
    ],
    ids=["in pieces", "after values that are no events"],
)
def test_events_are_read(qtbot: QtBot, pieces: tuple[bytes, ...]) -> None:
    process = ExportProcess()
    seen: list[int] = []
    process.progressed.connect(lambda progress: seen.append(progress.done))
    for piece in pieces:
        process._process = Pieces(piece)  # type: ignore[assignment]
        process._read()
    assert seen == [1]


def test_what_may_be_wrong_with_the_pictures_is_shown_at_the_end(
    qtbot: QtBot, sample: Path, model: Path, tmp_path: Path
) -> None:
    process, view = ExportProcess(), ExportView()
    qtbot.addWidget(view)
    process.ended.connect(view.show_ending)
    batch = engine.ExportBatch(
        (sample,), yaw=(0, 90), roll=(0, 1), out=tmp_path / "out", model=model, device="cpu"
    )
    with qtbot.waitSignal(process.ended, timeout=WAIT):
        process.start(batch, export_folder())
    made, warning = view.text.text().splitlines()
    assert made == "4 pictures made"
    assert warning.startswith("The head is turned by 90 degrees, and the model was trained up to")
    assert warning.endswith("(2 times)")


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
