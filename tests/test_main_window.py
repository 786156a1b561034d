"""The whole window with a small random model."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine
from gui import file_actions
from gui.copy_pose_dialog import CopyPoseDialog
from gui.main_window import MainWindow
from gui.photo import Photo
from gui.recent_menu import RecentMenu, recent_files, remember_file

WAIT = 30_000


def forget_edits(window: MainWindow) -> None:
    """So that closing the window asks nothing."""
    if window.document.edit is not None:
        window.document.mark_saved(window.document.edit)


@pytest.fixture
def window(qtbot: QtBot, model: Path, sample: Path) -> MainWindow:
    """The editor with the sample photo and its first picture shown."""
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=forget_edits)
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.start(sample, model)
    return window


def refined(window: MainWindow) -> QImage:
    image = window.panes.large.view.image
    assert image is not None
    return image


def landmarks(window: MainWindow) -> engine.Landmarks:
    assert window.document.pose is not None
    return window.document.pose.landmarks()


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


def test_the_sample_is_open_and_predicted(window: MainWindow) -> None:
    assert window.windowTitle() == "sample.jpg[*] – Repose"
    assert window.document.landmarks is not None
    assert window.panes.small.view.image is not None
    texts = (window._model.text(), window._device_label.text(), window._time.text())
    assert texts[0].startswith("model: ")
    assert texts[1] == "CPU"
    assert texts[2].endswith(" ms")
    assert not window.isWindowModified()


def test_the_panes_follow_while_the_mouse_is_still_moving(qtbot: QtBot, window: MainWindow) -> None:
    before = refined(window)
    handles, point = window.canvas.handles, QPointF(*landmarks(window)[30].tolist())
    handles.press(point, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        handles.move(point + QPointF(12, 0), Qt.KeyboardModifier.NoModifier)
    assert refined(window) != before
    assert window.isWindowModified()
    handles.release(point, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.menus.undo.trigger()
    assert refined(window) == before
    assert not window.isWindowModified()


def test_a_slider_drag_is_one_undo_entry(window: MainWindow) -> None:
    yaw = window.pose_panel.yaw
    yaw.slider.setSliderDown(True)
    for degrees in range(1, 21):
        yaw.slider.setValue(degrees * 10)
    yaw.slider.setSliderDown(False)
    assert window.document.undo_stack.count() == 1
    assert window.document.pose is not None
    assert window.document.pose.yaw == 20.0
    assert yaw.spin_box.value() == 20.0
    window.menus.undo.trigger()
    assert yaw.slider.value() == 0
    assert yaw.spin_box.value() == 0.0


def test_typing_an_angle_turns_the_head(window: MainWindow) -> None:
    box = window.pose_panel.pitch.spin_box
    box.setValue(-7.5)
    assert window.document.pose is not None
    assert window.document.pose.pitch == -7.5
    assert window.pose_panel.pitch.slider.value() == -75
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.pose.pitch == 0.0


def test_overlays_are_shown_and_hidden(qtbot: QtBot, window: MainWindow) -> None:
    for action, item in (
        (window.menus.heatmaps, window.canvas._heatmaps),
        (window.menus.mask, window.canvas._mask),
    ):
        for shown in (True, False):
            with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
                action.trigger()
            assert item.isVisible() == shown


def test_saving_and_then_closing_asks_nothing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.document.turn(5.0, 0.0, 0.0)
    answer(monkeypatch, "ask_save", tmp_path / "out.jpg")
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        window.menus.save.trigger()
    assert (tmp_path / "out.jpg").stat().st_size > 1000
    assert not window.document.unsaved
    assert not window.isWindowModified()
    monkeypatch.setattr(file_actions, "ask_unsaved", lambda *_args: pytest.fail("asked"))
    assert window.close()


@pytest.mark.parametrize("noted", [True, False])
def test_a_saved_picture_says_that_it_was_edited_unless_told_not_to(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: bool
) -> None:
    assert window.menus.note.isChecked()
    if not noted:
        window.menus.note.trigger()
    answer(monkeypatch, "ask_save", tmp_path / "out.png")
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        window.menus.save.trigger()
    xmp = engine.read_picture(tmp_path / "out.png").metadata.xmp
    assert (b"compositeWithTrainedAlgorithmicMedia" in xmp) == noted


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


@pytest.mark.parametrize("key", [Qt.Key.Key_Z, Qt.Key.Key_Y])
def test_both_usual_keys_redo(window: MainWindow, key: Qt.Key) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    shift = Qt.KeyboardModifier.ShiftModifier if key == Qt.Key.Key_Z else control
    window.document.turn(5.0, 0.0, 0.0)
    pose = window.document.pose
    window.activateWindow()
    QTest.keyClick(window.canvas, Qt.Key.Key_Z, control)
    assert not window.document.edited
    QTest.keyClick(window.canvas, key, control | shift)
    assert window.document.pose is pose


def test_the_panes_show_nothing_beyond_the_photo(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.document.photo is not None
    narrow = tmp_path / "narrow.png"
    engine.write_photo(narrow, window.document.photo.pixels[:, 150:300])
    with qtbot.waitSignal(window.document.source_changed, timeout=WAIT):
        window.files.open(narrow)
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT) as update:
        window.request()
    assert update.args[0].prediction.crop.side > 150
    view = window.panes.large.view
    window.canvas.zoom_to_fit()
    beside = view.viewportTransform().map(QPointF(-3.0, 100.0)).toPoint()
    background = view.grab().toImage().pixelColor(1, 1)
    assert view.grab().toImage().pixelColor(beside) == background


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
    assert not window.document.unsaved
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


def test_a_photo_without_a_face_offers_two_clicks(
    qtbot: QtBot, window: MainWindow, no_face: Path
) -> None:
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        drop(window, no_face)
    assert "No face" in window.hint.label.text()
    window.hint.primary.click()
    chooser = window.canvas.chooser
    assert chooser.eyes_clicked == 0
    chooser.press(QPointF(24, 28))
    chooser.press(QPointF(40, 28))
    assert window.document.fitting
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.hint.primary.click()
    assert not window.document.fitting


def test_a_pose_is_copied_from_the_chosen_face(
    qtbot: QtBot, window: MainWindow, two_faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(dialog: CopyPoseDialog) -> int:
        assert dialog.choices["relative"].isChecked()
        QTest.mouseClick(
            dialog.faces, Qt.MouseButton.LeftButton, pos=dialog.faces.rect_of(1).center().toPoint()
        )
        assert dialog.faces.index == 1
        dialog.choices["aligned"].setChecked(True)
        dialog.accept()
        return 1

    monkeypatch.setattr(CopyPoseDialog, "exec", accept)
    answer(monkeypatch, "ask_open", two_faces)
    before = landmarks(window)
    with qtbot.waitSignal(window.document.pose_changed, timeout=WAIT):
        window.menus.copy.trigger()
    assert window.document.undo_stack.undoText() == "Copy pose"
    assert (landmarks(window) != before).any()
    # The same person: the aligned points lie on the source's own.
    assert np.abs(landmarks(window) - before).mean() < 4


def test_absolute_with_another_size_is_refused_in_the_dialog(
    window: MainWindow, two_faces: Path
) -> None:
    photo = window.document.photo
    assert photo is not None
    assert window.document.pose is not None
    other = Photo(two_faces, photo.pixels[:300], photo.faces, photo.image)
    dialog = CopyPoseDialog(window.document.pose, photo.size, other, window)
    dialog.choices["absolute"].setChecked(True)
    assert dialog.pose is None
    assert not dialog.copy.isEnabled()
    assert "same size" in dialog.problem.text()


def test_a_copied_pose_is_seen_before_it_is_taken(
    window: MainWindow, two_faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that is given up leaves nothing behind."""
    stack, before = window.document.undo_stack, landmarks(window)

    def give_up(dialog: CopyPoseDialog) -> int:
        dialog.show()
        dialog.choices["aligned"].setChecked(True)
        whole = landmarks(window)
        assert (whole != before).any()
        dialog.percent.setValue(0)
        np.testing.assert_allclose(landmarks(window), before, atol=1e-3)
        dialog.percent.setValue(50)
        for part, box in dialog.parts.items():
            box.setChecked(part == "mouth")
        np.testing.assert_allclose(landmarks(window)[:48], before[:48], atol=1e-3)
        np.testing.assert_allclose(landmarks(window)[48:], ((before + whole) / 2)[48:], atol=1e-2)
        dialog.parts["mouth"].setChecked(False)
        assert "at least one part" in dialog.problem.text()
        assert stack.count() == 1
        dialog.reject()
        return 0

    monkeypatch.setattr(CopyPoseDialog, "exec", give_up)
    answer(monkeypatch, "ask_open", two_faces)
    monkeypatch.setattr(window.background, "run", lambda job, done, _failed: done(job()))
    window.menus.copy.trigger()
    np.testing.assert_array_equal(landmarks(window), before)
    assert stack.count() == 0


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


def test_the_same_error_does_not_pile_up(window: MainWindow) -> None:
    window.show_error("It is broken.")
    first = window._error
    window.show_error("It is broken.")
    assert window._error is first
    assert first is not None
    first.close()


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
