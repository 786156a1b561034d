"""What the whole window opens, saves and asks before something is lost."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from whole_window import WAIT, answer, drop, landmarks

import engine
from gui.widgets import file_dialogs
from gui.widgets.file_dialogs import ask_save
from gui.widgets.progress_view import ExportState
from gui.window import file_actions
from gui.window.main_window import MainWindow
from gui.window.recent_menu import RecentMenu, recent_files, remember_file


def test_a_saved_picture_leaves_the_project_unsaved_and_closing_says_so(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    answer(monkeypatch, "ask_save", tmp_path / "out.jpg")
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "out.jpg").stat().st_size > 1000
    assert window.document.picture_saved
    assert window.isWindowModified()
    asked: list[tuple[str, bool]] = []

    def ask(_parent: object, question: str, picture: bool) -> str:
        asked.append((question, picture))
        return "discard"

    monkeypatch.setattr(file_actions, "ask_unsaved", ask)
    assert window.close()
    (question, picture), = asked  # fmt: skip
    assert "picture of sample.jpg is saved" in question
    assert not picture


@pytest.mark.parametrize("name", ["out.png", "no-folder/out.png"])
def test_a_picture_is_saved_before_the_window_closes(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    (tmp_path / "no-folder").write_text("not a folder")
    answer(monkeypatch, "ask_unsaved", "picture")
    answer(monkeypatch, "ask_save", tmp_path / name)
    there = window.close()
    assert there == (tmp_path / name).is_file() == (name == "out.png")


def test_the_button_and_the_key_save_the_same(window: MainWindow) -> None:
    button = window.tool_bar.actions()[1]
    assert button.iconText() == "Save"
    assert button.shortcut() == QKeySequence("Ctrl+S")


@pytest.mark.parametrize("noted", [True, False])
def test_a_saved_picture_says_that_it_was_edited_unless_told_not_to(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: bool
) -> None:
    assert window.file_menu.note.isChecked()
    if not noted:
        window.file_menu.note.trigger()
    answer(monkeypatch, "ask_save", tmp_path / "out.png")
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        window.file_menu.save.trigger()
    xmp = engine.read_picture(tmp_path / "out.png").metadata.xmp
    assert (b"compositeWithTrainedAlgorithmicMedia" in xmp) == noted


@pytest.mark.parametrize("name", ["out.ora", "out.psd", "out.layer.png"])
def test_a_picture_is_saved_with_layers(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    window.document.turn(20.0, 0.0, 0.0)
    answer(monkeypatch, "ask_save", tmp_path / name)
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        window.file_menu.save.trigger()
    photo = window.document.photo
    assert photo is not None
    if name == "out.ora":
        assert (tmp_path / name).read_bytes()[30:54] == b"mimetypeimage/openraster"
        return
    with Image.open(tmp_path / name) as picture:
        assert picture.size == photo.size
        assert picture.mode == ("RGBA" if name == "out.layer.png" else "RGB")


def test_the_kind_is_that_of_the_name_or_the_chosen_one(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {".png": "PNG, exact", ".psd": "Photoshop", ".layer.png": "Change alone"}

    def ask(typed: str, kind: str) -> Path | None:
        chosen = f"{kinds[kind]} (*{kind})"
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / typed), chosen)
        )
        return ask_save(window, "Save", tmp_path / "out.png", kinds, "pictures")

    assert ask("out", ".layer.png") == tmp_path / "out.layer.png"
    assert ask("out.png", ".layer.png") == tmp_path / "out.layer.png"
    assert ask("out.layer.png", ".layer.png") == tmp_path / "out.layer.png"
    assert ask("out.png", ".png") == tmp_path / "out.png"
    assert ask("out.png", ".psd") == tmp_path / "out.psd"
    assert ask("other.png", ".psd") == tmp_path / "other.png"
    assert ask("out.jpg", ".layer.png") == tmp_path / "out.jpg"
    (tmp_path / "out.layer.png").touch()
    monkeypatch.setattr(file_dialogs, "ask_yes", lambda *_args: False)
    assert ask("out.png", ".layer.png") is None


def test_closing_with_an_edited_pose_asks(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    answer(monkeypatch, "ask_unsaved", "cancel")
    assert not window.close()
    assert window.isVisible()


def test_a_pose_that_was_reset_is_nothing_to_lose(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    assert window.isWindowModified()
    window.document.reset_pose()
    assert not window.isWindowModified()
    monkeypatch.setattr(file_actions, "ask_unsaved", lambda *_args: pytest.fail("asked"))
    assert window.close()


def test_the_original_is_not_overwritten_without_asking(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = tmp_path / "original.png"
    engine.write_photo(original, window.document.photo.pixels)  # type: ignore[union-attr]
    before = original.read_bytes()
    with qtbot.waitSignal(window.document.source_changed, timeout=WAIT):
        window.files.open(original)
    answer(monkeypatch, "ask_save", original)
    answer(monkeypatch, "ask_yes", False)
    window.files.save_picture()
    window.worker.stop()
    assert original.read_bytes() == before


def test_a_failed_save_is_a_dialog_and_loses_nothing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    pose = window.document.pose
    (tmp_path / "file").write_text("not a folder")
    answer(monkeypatch, "ask_save", tmp_path / "file" / "out.png")
    with qtbot.waitSignal(window.worker.failed, timeout=WAIT):
        window.files.save_picture()
    assert window._error is not None
    assert window._error.isVisible()
    assert "cannot be written" in window._error.text()
    assert window.document.pose is pose
    assert window.document.unsaved
    window._error.close()


@pytest.mark.parametrize("suffix", [".json", ".pts", ".csv", ".xml"])
def test_a_saved_pose_opens_again(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"pose{suffix}"
    window.document.turn(15.0, 5.0, 0.0)
    pose = landmarks(window)
    answer(monkeypatch, "ask_save", path)
    window.files.save_pose()
    window.document.reset_pose()
    drop(window, path)
    np.testing.assert_allclose(landmarks(window), pose, atol=0.02)


def test_a_pose_with_67_points_is_refused_and_the_pose_stays(
    window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "pose.pts"
    points = "\n".join("1 1" for _ in range(67))
    path.write_text(f"version: 1\nn_points: 67\n{{\n{points}\n}}\n")
    pose = window.document.pose
    drop(window, path)
    assert window._error is not None
    assert "67" in window._error.text()
    assert window.document.pose is pose


def test_a_dropped_photo_opens_and_is_remembered(
    qtbot: QtBot, window: MainWindow, two_faces: Path
) -> None:
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        drop(window, two_faces)
    assert window.document.photo is not None
    assert len(window.document.photo.faces) == 2
    assert "2 faces" in window.hint.label.text()
    assert window.panes.large.view.image is None
    assert recent_files() == [two_faces]
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.document.choose_face(1)
    assert window.panes.large.view.image is not None


def test_a_photo_that_cannot_be_read_leaves_the_one_before(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a photo")
    photo, pose = window.document.photo, window.document.pose
    with qtbot.waitSignal(window.background.failed, timeout=WAIT):
        drop(window, bad)
    assert window.document.photo is photo
    assert window.document.pose is pose
    assert window._error is not None
    assert "bad.jpg" in window._error.text()
    assert not window.hint._busy


def test_a_bad_model_leaves_the_one_before(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"\x80\x04K\x01.")
    model = window.document.model
    with qtbot.waitSignals([window.worker.failed, window.worker.updated], timeout=WAIT):
        drop(window, bad)
    assert window.document.model is model
    assert window._error is not None
    window._error.close()


def test_recent_files_open_again(window: MainWindow, two_faces: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a & b"
    folder.mkdir()
    there = folder / "c & d.png"
    there.touch()
    for path in (two_faces, tmp_path / "gone.png", there, two_faces):
        remember_file(path)
    opened: list[Path] = []
    menu = RecentMenu(opened.append, window)
    menu.aboutToShow.emit()
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text().split("  ")[0] for action in actions] == [
        "&1 two.png", "&2 c && d.png", "&3 gone.png", "&Clear this list",
    ]  # fmt: skip
    assert "a && b" in actions[1].text()
    assert [action.isEnabled() for action in actions] == [True, True, False, True]
    actions[0].trigger()
    assert opened == [two_faces]
    actions[-1].trigger()
    assert recent_files() == []


def test_points_of_another_photo_are_brought_onto_the_face(
    window: MainWindow, tmp_path: Path
) -> None:
    face = window.document.landmarks
    assert face is not None
    turned = engine.Pose3D.of(face).turned(20, 0, 0).landmarks()
    engine.write_pose(tmp_path / "own.pts", turned, (512, 512))
    engine.write_pose(tmp_path / "other.pts", turned * 4 + 500, (4000, 3000))
    window.files.open_pose(tmp_path / "own.pts")
    np.testing.assert_allclose(landmarks(window), turned, atol=1e-3)
    window.files.open_pose(tmp_path / "other.pts")
    assert np.abs(landmarks(window) - turned).max() < 0.15 * np.ptp(face[:, 1])


def test_an_export_in_the_background_shows_its_progress_and_its_end(
    qtbot: QtBot, window: MainWindow, batch: engine.ExportBatch
) -> None:
    window.files.export_batch()
    dialog = window.files.export
    assert dialog is not None
    dialog.close()
    (state,) = window.status.findChildren(ExportState)
    assert state.isHidden()
    seen: list[str] = []
    dialog.process.progressed.connect(lambda _: seen.append(state.text()))
    assert batch.out is not None
    with qtbot.waitSignal(dialog.process.ended, timeout=2 * WAIT):
        dialog.process.start(batch, batch.out.parent)
    assert "Export: 4 of 4" in seen
    assert state.isVisible()
    assert state.text() == "Export finished"
    state.click()
    assert dialog.isVisible()
    assert state.isHidden()


def test_closing_ends_nothing_before_all_was_asked(
    window: MainWindow, batch: engine.ExportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.export_batch()
    dialog = window.files.export
    assert dialog is not None
    assert batch.out is not None
    dialog.process.start(batch, batch.out.parent)
    answer(monkeypatch, "ask_yes", True)
    monkeypatch.setattr(window.sequences, "may_close", lambda: False)
    assert not window.close()
    assert dialog.process.running
    monkeypatch.setattr(window.sequences, "may_close", lambda: True)
    assert window.close()
    assert not dialog.process.running
