"""What is left of unsaved work when an editor ends, as it should and otherwise."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.document.edit import Faces
from gui.document.photo import Photo
from gui.document.project import Project, read_project
from gui.panes.views import View
from gui.window import file_actions, project_actions
from gui.window.autosave import Autosave, LostWork, find_lost_work
from gui.window.main_window import MainWindow
from gui.window.recovery import RecoveryDialog

WAIT = 120_000


@pytest.fixture
def autosave(document: Document, tmp_path: Path) -> Autosave:
    def describe() -> Project | None:
        photo = document.photo
        assert photo is not None
        return Project(photo.path, photo.sha256, photo.size, document.work)

    return Autosave(document, describe, tmp_path / "autosave")


def settle(autosave: Autosave) -> None:
    """Let what is submitted be done."""
    autosave._thread.submit(lambda: None).result()


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def test_nothing_is_written_while_nothing_would_be_lost(
    document: Document, autosave: Autosave, tmp_path: Path
) -> None:
    autosave.write()
    settle(autosave)
    assert files(tmp_path / "autosave") == []
    autosave.stop()


def test_changes_are_written_once_the_hand_rests(
    qtbot: QtBot, document: Document, autosave: Autosave
) -> None:
    document.turn(7.0, 0.0, 0.0)
    assert autosave._idle.isActive()
    assert autosave._longest.isActive()
    qtbot.waitUntil(autosave.path.exists, timeout=WAIT)
    assert not autosave._longest.isActive()
    edit = read_project(autosave.path).faces.edit
    assert edit is not None
    assert edit.pose.yaw == 7.0
    autosave.stop()


def test_the_file_goes_when_all_is_saved_or_undone(
    document: Document, autosave: Autosave, tmp_path: Path
) -> None:
    def save() -> None:
        document.mark_project_saved(tmp_path / "a.repose", document.faces)

    ways: list[Callable[[], None]] = [
        document.undo_stack.undo,
        save,
        lambda: document.open_faces(Faces()),
    ]
    for angle, forget in enumerate(ways, start=1):
        document.turn(float(angle), 0.0, 0.0)
        autosave.write()
        settle(autosave)
        assert files(tmp_path / "autosave") == [".lock", ".repose"]
        forget()
        autosave.write()
        settle(autosave)
        assert files(tmp_path / "autosave") == []
    autosave.stop()


def test_an_editor_that_ends_as_it_should_leaves_nothing(
    document: Document, autosave: Autosave, tmp_path: Path
) -> None:
    document.turn(3.0, 0.0, 0.0)
    autosave.write()
    autosave.stop()
    assert files(tmp_path / "autosave") == []
    document.turn(4.0, 0.0, 0.0)
    autosave.write()  # too late


def test_the_work_of_a_living_editor_is_not_lost(
    document: Document, autosave: Autosave, tmp_path: Path
) -> None:
    document.turn(3.0, 0.0, 0.0)
    autosave.write()
    settle(autosave)
    assert find_lost_work(tmp_path / "autosave") == []
    autosave._lock.release(force=True)  # as the system does when the process ends
    (lost,) = find_lost_work(tmp_path / "autosave")
    assert find_lost_work(tmp_path / "autosave") == [], "offered once"
    lost.leave()
    (lost,) = find_lost_work(tmp_path / "autosave")
    lost.discard()
    assert files(tmp_path / "autosave") == []
    autosave.stop()


def test_a_full_disk_is_told_once(
    qtbot: QtBot, document: Document, autosave: Autosave, tmp_path: Path
) -> None:
    (tmp_path / "autosave").write_text("not a folder")
    said: list[str] = []
    autosave.failed.connect(said.append)
    for angle in (1.0, 2.0, 3.0):
        document.turn(angle, 0.0, 0.0)
        autosave.write()
    settle(autosave)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    autosave.stop()
    assert len(said) == 1
    assert said[0].startswith("Autosave failed: ")


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from PySide6.QtCore import QSettings, QTimer
from gui.window.app import make_application
from gui.window.main_window import MainWindow
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[4])
app = make_application()
window = MainWindow("cpu")
window.show()
window.start(Path(sys.argv[2]), Path(sys.argv[3]))

def edit():
    document = window.document
    if document.pose is None:
        return
    timer.stop()
    document.turn(11.0, -4.0, 2.0)
    window.keep_menu.tool.set_radius(9)
    keep = window.keep_menu.tool._nothing().painted([(150, 90), (190, 95)], 9)
    document.set_keep(keep, "Paint")
    written.start()

def tell():
    if window.autosave.path.exists():
        written.stop()
        print("written", flush=True)

timer, written = QTimer(interval=20), QTimer(interval=20)
timer.timeout.connect(edit)
written.timeout.connect(tell)
timer.start()
app.exec()
"""


def run_and_kill(photo: Path, model: Path, tmp_path: Path) -> None:
    """An editor in a process of its own that is killed while it is used."""
    repository = Path(__file__).parents[3]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", KILLED, str(repository), str(photo), str(model)]
    with subprocess.Popen(
        [*command, str(tmp_path / "settings")], env=environment, stdout=subprocess.PIPE, text=True
    ) as editor:
        try:
            assert editor.stdout is not None
            assert editor.stdout.readline() == "written\n"
        finally:
            editor.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))


def test_a_killed_editor_loses_nothing(
    qtbot: QtBot, sample: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(sample.read_bytes())
    run_and_kill(photo, model, tmp_path)
    window = MainWindow("cpu")
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.start(sample, model)
    (dialog,) = window.findChildren(RecoveryDialog)
    assert dialog.isVisible()
    assert dialog.list.item(0).text().startswith("photo.jpg ")
    with qtbot.waitSignal(window.files.projects.recovered, timeout=WAIT):
        dialog.recover.click()
    document = window.document
    assert document.photo is not None
    assert document.photo.path.samefile(photo)
    assert document.pose is not None
    assert (document.pose.yaw, document.pose.pitch, document.pose.roll) == (11.0, -4.0, 2.0)
    assert document.keep is not None
    assert document.keep.window(170, 92, 1, 1) == 1
    assert window.isWindowModified()
    assert document.undo_stack.count() == 0
    settle(window.autosave)
    assert files(engine.data_folder("autosave")) == [".lock", ".repose"], "it is this editor's now"
    monkeypatch.setattr(file_actions, "ask_unsaved", lambda *_args: "discard")
    assert window.close()
    assert files(engine.data_folder("autosave")) == []


@pytest.fixture
def lost(document: Document, autosave: Autosave, tmp_path: Path) -> LostWork:
    document.turn(3.0, 0.0, 0.0)
    autosave.write()
    settle(autosave)
    autosave._lock.release(force=True)
    (lost,) = find_lost_work(tmp_path / "autosave")
    return lost


def test_later_asks_again_and_discard_does_not(
    qtbot: QtBot, lost: LostWork, tmp_path: Path
) -> None:
    dialog = RecoveryDialog([lost])
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.later.click()
    (lost,) = find_lost_work(tmp_path / "autosave")
    dialog = RecoveryDialog([lost])
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.discard.click()
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert files(tmp_path / "autosave") == []


def test_damaged_work_is_told_of_and_stays(qtbot: QtBot, lost: LostWork, tmp_path: Path) -> None:
    lost.path.write_text("{", encoding="utf-8")
    dialog = RecoveryDialog([lost])
    qtbot.addWidget(dialog)
    assert lost.path.name in dialog.list.item(0).text()
    lost.leave()


@pytest.fixture
def window(qtbot: QtBot, model: Path, opened: Photo, tmp_path: Path) -> MainWindow:
    """An editor with a copy of the sample."""
    photo = tmp_path / "face.jpg"
    photo.write_bytes(opened.path.read_bytes())
    window = MainWindow("cpu")

    def forget(window: MainWindow) -> None:
        window.document.open_faces(Faces())

    qtbot.addWidget(window, before_close_func=forget)
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.start(photo, model)
    return window


def test_a_project_is_saved_and_opened_where_its_photo_is_now(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, path = window.document, tmp_path / "work" / "mine.repose"
    document.turn(9.0, 0.0, 0.0)
    window.panes.small.choose(View.WARP)
    window.shown.show(QRectF(100.0, 80.0, 200.0, 150.0))
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: path.with_suffix(""))
    assert window.files.projects.save()
    assert path.exists()
    assert window.windowTitle() == "mine.repose[*] – Repose"
    assert not window.isWindowModified()
    document.turn(12.0, 0.0, 0.0)
    assert window.isWindowModified()
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: pytest.fail("asked"))
    assert window.files.projects.save()
    assert not window.isWindowModified()

    (tmp_path / "face.jpg").rename(tmp_path / "renamed.jpg")
    asked: list[str] = []

    def find(_parent: object, _action: str, question: str, harmless: bool) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(project_actions, "ask_yes", find)
    monkeypatch.setattr(project_actions, "ask_open", lambda *_args: tmp_path / "renamed.jpg")
    document.open_faces(Faces())
    window.panes.small.choose(View.COARSE)
    window.shown.show(window.shown.photo)
    with qtbot.waitSignal(document.pose_changed, timeout=WAIT):
        window.files.open(path)
    qtbot.waitUntil(lambda: document.pose is not None, timeout=WAIT)
    assert len(asked) == 1
    assert "face.jpg" in asked[0]
    assert document.pose is not None
    assert document.pose.yaw == 12.0
    assert window.panes.small.chosen is View.WARP
    assert window.shown.area == QRectF(100.0, 80.0, 200.0, 150.0)
    assert document.unsaved, "the project does not know the photo's new place yet"
    assert window.files.projects.save()
    assert json.loads(path.read_text(encoding="utf-8"))["photo"]["path"] == "../renamed.jpg"
    assert not document.unsaved


def test_another_picture_is_not_taken_for_the_photo(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, path = window.document, tmp_path / "mine.repose"
    document.turn(9.0, 0.0, 0.0)
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: path)
    assert window.files.projects.save()
    photo, pixels = document.photo, document.photo.pixels  # type: ignore[union-attr]
    engine.write_photo(tmp_path / "face.jpg", np.ascontiguousarray(pixels[:, :400]))
    with qtbot.waitSignal(window.files.failed, timeout=WAIT) as failed:
        window.files.open(path)
    assert "512x512" in failed.args[0]
    assert document.photo is photo

    engine.write_photo(tmp_path / "face.jpg", pixels)  # the same picture, another file
    answers = [False, True]
    monkeypatch.setattr(project_actions, "ask_yes", lambda *_args: answers.pop(0))
    window.files.open(path)
    qtbot.waitUntil(lambda: len(answers) == 1 and not window.hint._busy, timeout=WAIT)
    assert document.photo is photo
    with qtbot.waitSignal(document.photo_changed, timeout=WAIT):
        window.files.open(path)
    assert document.project == path


def test_unsaved_work_is_saved_before_another_photo_opens(
    qtbot: QtBot,
    window: MainWindow,
    two_faces: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.document.turn(9.0, 0.0, 0.0)
    monkeypatch.setattr(file_actions, "ask_unsaved", lambda *_args: "project")
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: None)
    photo = window.document.photo
    window.files.open(two_faces)
    assert not window.hint._busy, "no file was chosen, so the photo stays"
    assert window.document.photo is photo
    path = tmp_path / "mine.repose"
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: path)
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        window.files.open(two_faces)
    edit = read_project(path).faces.edit
    assert edit is not None
    assert edit.pose.yaw == 9.0
