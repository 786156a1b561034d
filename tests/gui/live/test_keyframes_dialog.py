"""The dialog of keyframes: set, moved, deleted, played, saved, opened, exported."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from whole_window import WAIT

from engine.core.files import resource
from engine.export.keyframes import Keyframes
from engine.export.sequence import open_footage
from gui.document.edit import Faces
from gui.live import export_row, keyframes_dialog, sequence
from gui.live.keyframes_dialog import KeyframesDialog
from gui.window.main_window import MainWindow


@pytest.fixture
def empty(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> KeyframesDialog:
    """Without keyframes. Closing the window drops those that are not saved."""
    monkeypatch.setattr(sequence, "ask_yes", lambda *_: True)
    window.sequences.show_keyframes()
    assert window.sequences.keyframes is not None
    return window.sequences.keyframes


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow, empty: KeyframesDialog) -> KeyframesDialog:
    """As in the photo at 0 s, turned by 20 degrees at 1 s."""
    empty.form.set_key.click()
    window.document.turn(20, 0, 0)
    empty.form.time.setValue(1.0)
    qtbot.waitUntil(empty.isActiveWindow)
    QTest.keyClick(empty, Qt.Key.Key_K)
    return empty


def times(dialog: KeyframesDialog) -> list[float]:
    return [key.time for key in dialog.keyframes.keys]


def yaw(dialog: KeyframesDialog) -> float:
    assert dialog._track is not None
    return dialog._track.at(dialog.time).yaw


def test_poses_are_set_at_times_and_shown_between(
    qtbot: QtBot, empty: KeyframesDialog, window: MainWindow
) -> None:
    form = empty.form
    assert not form.play.isEnabled()
    assert not empty.exports.button.isEnabled()
    assert not form.hint.isHidden()
    form.set_key.click()
    assert form.set_key.text() == "Replace &keyframe"
    window.document.turn(20, 0, 0)
    form.time.setValue(2.0)
    form.set_key.click()
    assert [form.keys.item(row).text() for row in range(2)] == ["0.00 s", "2.00 s"]
    assert form.keys.currentRow() == 1
    assert form.hint.isHidden()
    qtbot.waitUntil(lambda: not form.keys.item(1).icon().isNull(), timeout=WAIT)
    form.place.setValue(1000)
    assert form.time.value() == 1.0
    assert yaw(empty) == pytest.approx(10, abs=0.2)
    assert form.keys.currentRow() == -1
    assert not form.remove.isEnabled()
    qtbot.waitUntil(lambda: not empty.player.waiting, timeout=WAIT)
    assert form.view.image is not None
    assert form.place.points == (0, 2000)


def test_keyframes_are_replaced_moved_and_deleted(
    qtbot: QtBot, dialog: KeyframesDialog, window: MainWindow
) -> None:
    form = dialog.form
    window.document.turn(-10, 0, 0)
    form.set_key.click()
    assert times(dialog) == [0, 1]
    assert yaw(dialog) == pytest.approx(-10, abs=0.01)
    form.moved.setValue(3.5)
    assert times(dialog) == [0, 3.5]
    assert dialog.time == 3.5
    with qtbot.waitSignal(dialog.failed) as told:
        form.moved.setValue(0)
    assert "delete it first" in told.args[0]
    assert form.moved.value() == 3.5
    form.keys.setCurrentRow(0)
    assert dialog.time == 0
    form.keys.setFocus()
    QTest.keyClick(form.keys, Qt.Key.Key_Delete)
    assert times(dialog) == [3.5]


def test_a_pose_between_can_be_edited_in_the_window(
    dialog: KeyframesDialog, window: MainWindow
) -> None:
    dialog.form.time.setValue(0.5)
    dialog.form.edit.click()
    assert window.document.pose is not None
    assert window.document.pose.yaw == pytest.approx(10, abs=0.2)
    assert window.document.undo_stack.undoText() == "Take pose from keyframes"


def test_playing_ends_at_the_last_keyframe(qtbot: QtBot, dialog: KeyframesDialog) -> None:
    dialog.form.play.click()
    assert dialog.playing
    assert dialog.form.play.text() == "Pause"
    qtbot.waitUntil(lambda: not dialog.playing, timeout=WAIT)
    assert dialog.time == 1.0
    dialog.form.repeat.setChecked(True)
    dialog.play()
    qtbot.waitUntil(lambda: 0 < dialog.time < 1, timeout=WAIT)
    dialog.form.play.click()
    assert not dialog.playing


def test_the_file_is_saved_and_opened_and_unsaved_keyframes_are_asked_for(
    qtbot: QtBot, dialog: KeyframesDialog, window: MainWindow, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "keys.json"
    monkeypatch.setattr(keyframes_dialog, "ask_save", lambda *_: path)
    monkeypatch.setattr(keyframes_dialog, "ask_open", lambda *_: path)
    monkeypatch.setattr(keyframes_dialog, "ask_yes", lambda *_: False)
    monkeypatch.setattr(sequence, "ask_yes", lambda *_: False)
    assert dialog.unsaved
    assert not window.sequences.may_close()
    dialog.form.open.click()  # refused
    dialog.form.fps.setValue(10)
    dialog.form.save.click()
    assert not dialog.unsaved
    assert window.sequences.may_close()
    saved = Keyframes.read(path)
    assert (saved.fps, [key.time for key in saved.keys]) == (10, [0, 1])
    before = dialog.keyframes
    dialog.form.open.click()
    assert dialog.keyframes is not before
    assert times(dialog) == [0, 1]
    dialog.go_to(1.0)
    assert yaw(dialog) == pytest.approx(20, abs=0.01)
    path.write_text("{}")
    with qtbot.waitSignal(dialog.failed) as told:
        dialog.form.open.click()
    assert "is no file of keyframes" in told.args[0]
    assert times(dialog) == [0, 1]


def test_a_pose_of_the_user_is_known_by_its_name(
    dialog: KeyframesDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poses = tmp_path / "data" / "poses"
    poses.mkdir(parents=True)
    (poses / "Grin.json").write_bytes(resource("poses/07-smile.json").read_bytes())
    path = tmp_path / "keys.json"
    path.write_text('{"version": 1, "keyframes": [{"time": 1, "pose": "grin"}]}')
    monkeypatch.setattr(keyframes_dialog, "ask_open", lambda *_: path)
    monkeypatch.setattr(keyframes_dialog, "ask_yes", lambda *_: True)
    dialog.form.open.click()
    assert times(dialog) == [1]


def test_the_keyframes_are_exported(
    qtbot: QtBot, dialog: KeyframesDialog, window: MainWindow, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    window.document.turn(90, 0, 0)
    dialog.form.set_key.click()
    path = tmp_path / "made.mp4"
    monkeypatch.setattr(export_row, "ask_save", lambda *_: path)
    dialog.exports.view.setCurrentIndex(dialog.exports.view.findData("face"))
    dialog.form.fps.setValue(5)
    with qtbot.waitSignal(dialog.exports.process.ended, timeout=2 * WAIT) as blocker:
        dialog.exports.video.trigger()
        assert not dialog.exports.button.isEnabled()
    assert blocker.args is not None
    assert blocker.args[0].reason == ""
    assert (open_footage(path).fps, open_footage(path).count) == (5, 6)
    assert "frames, at worst: The head is turned by 90" in dialog.exports.progress.text.text()
    assert dialog.exports.button.isEnabled()


def test_another_face_takes_the_same_poses(
    dialog: KeyframesDialog, window: MainWindow, two_faces: Path
) -> None:
    window.document.open_faces(Faces())
    assert not dialog.form.set_key.isEnabled()
    assert not dialog.form.edit.isEnabled()
    window.document.choose_face(0)
    assert times(dialog) == [0, 1]
    assert dialog._track is not None
    assert np.isfinite(dialog._track.at(0.5).landmarks()).all()
