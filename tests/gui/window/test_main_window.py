"""The whole window with a small random model."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from whole_window import WAIT, answer, drop, landmarks

import engine
from gui.document.photo import Photo
from gui.pose.copy_pose_dialog import CopyPoseDialog
from gui.style import preferences
from gui.window.main_window import MainWindow


def refined(window: MainWindow) -> QImage:
    image = window.panes.large.view.image
    assert image is not None
    return image


def test_the_sample_is_open_and_predicted(window: MainWindow) -> None:
    assert window.windowTitle() == "sample.jpg[*] – Repose"
    assert window.document.landmarks is not None
    assert window.panes.small.view.image is not None
    status = window.status
    texts = (status._model.text(), status._device.text(), status._time.text())
    assert texts[0].startswith("model: ")
    assert re.fullmatch(r"CPU, \d threads?, (float32|bfloat16)", texts[1])
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
        window.edit_menu.undo.trigger()
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
    window.edit_menu.undo.trigger()
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


def test_the_result_is_shown_under_the_points_at_first(window: MainWindow) -> None:
    assert window.view_menu.result.isChecked()
    assert window.canvas._result.isVisible()


def test_overlays_are_shown_and_hidden(qtbot: QtBot, window: MainWindow) -> None:
    for option, item in (
        (window.options.heatmaps, window.canvas._heatmaps),
        (window.options.mask, window.canvas._mask),
        (window.options.parts, window.canvas._parts),
    ):
        for shown in (True, False):
            with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
                option.set(shown)
            assert item.isVisible() == shown


def test_the_parts_tint_the_photo_and_not_the_result(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.options.parts.set(True)
    assert not window.canvas._result.isVisible()
    face, size = landmarks(window)[30], window.document.photo.size  # type: ignore[union-attr]
    window.options.points.set(False)
    window.canvas.zoom_to_fit()
    at = window.canvas.viewportTransform().map
    tinted = window.canvas.viewport().grab().toImage()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.options.parts.set(False)
    assert window.canvas._result.isVisible()
    plain = window.canvas.viewport().grab().toImage()
    nose, corner = QPointF(*face.tolist()), QPointF(size[0] - 4, size[1] - 4)
    for place, changed in ((nose, True), (corner, False)):
        pixel = at(place).toPoint()
        assert (tinted.pixel(pixel) != plain.pixel(pixel)) == changed


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
    assert window.document.correcting
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.hint.primary.click()
    assert not window.document.correcting


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
        window.pose_menu.copy.trigger()
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
    dialog = CopyPoseDialog(window.document.pose, photo, other, window.background, window)
    dialog.choices["absolute"].setChecked(True)
    assert dialog.pose is None
    assert not dialog.copy.isEnabled()
    assert "same size" in dialog.problem.text()


def dialog_of_own_photo(qtbot: QtBot, window: MainWindow) -> CopyPoseDialog:
    """The dialog, shown, with the photo itself as the target."""
    photo, pose = window.document.photo, window.document.pose
    assert photo is not None
    assert pose is not None
    dialog = CopyPoseDialog(pose, photo, photo, window.background, window)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_an_absolute_pose_is_taken_with_all_that_the_photo_shows(
    qtbot: QtBot, window: MainWindow
) -> None:
    dialog = dialog_of_own_photo(qtbot, window)
    dialog.choices["absolute"].setChecked(True)
    assert dialog.pose is not None
    assert dialog.pose.displacement is None
    assert not dialog.copy.isEnabled(), "while it is computed"
    qtbot.waitUntil(dialog.copy.isEnabled, timeout=WAIT)
    assert dialog.pose.displacement is not None
    full = dialog.pose.displacement.field
    dialog.percent.setValue(50)
    assert dialog.pose.displacement is not None
    np.testing.assert_allclose(dialog.pose.displacement.field, full / 2)
    dialog.parts["head"].setChecked(False)
    assert dialog.pose.displacement is None
    dialog.parts["head"].setChecked(True)
    dialog.choices["relative"].setChecked(True)
    assert dialog.pose.displacement is None
    assert dialog.copy.isEnabled()


def test_a_pose_is_copied_relative_to_a_neutral_face(
    qtbot: QtBot, window: MainWindow, sample: Path, tmp_path: Path
) -> None:
    dialog = dialog_of_own_photo(qtbot, window)
    assert dialog.pose is not None
    smile = dialog.pose.shown["mouthSmileLeft"]
    assert smile > 0.2, "else the test shows little"
    dialog.compare_with(sample)  # what the face does relative to itself is nothing
    qtbot.waitUntil(lambda: dialog.neutral.text() == sample.name, timeout=WAIT)
    assert dialog.pose.shown["mouthSmileLeft"] == pytest.approx(0, abs=0.02)
    no_face = tmp_path / "grey.png"
    cv2.imwrite(str(no_face), np.full((200, 200), 128, np.uint8))
    dialog.compare_with(no_face)
    qtbot.waitUntil(lambda: "No face" in dialog.problem.text(), timeout=WAIT)
    dialog.compare_with(tmp_path / "missing.png")
    qtbot.waitUntil(lambda: "could not be opened" in dialog.problem.text(), timeout=WAIT)
    assert dialog.neutral.text() == sample.name
    assert dialog.neutral.isEnabled()


def test_the_dialog_of_a_copied_pose_leaves_the_face_visible(window: MainWindow) -> None:
    window.resize(1440, 900)
    assert window.document.photo is not None
    assert window.document.pose is not None
    photo = window.document.photo
    dialog = CopyPoseDialog(window.document.pose, photo, photo, window.background, window)
    dialog.show()
    canvas = window.canvas
    corners = [canvas.mapToGlobal(canvas.viewportTransform().map(QPointF(*point.tolist())))
               for point in landmarks(window)]  # fmt: skip
    covered = sum(dialog.geometry().contains(corner.toPoint()) for corner in corners)
    assert covered == 0
    dialog.close()


def test_a_copied_pose_is_seen_before_it_is_taken(
    window: MainWindow, two_faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that is given up leaves nothing behind."""
    stack, before = window.document.undo_stack, landmarks(window)

    def give_up(dialog: CopyPoseDialog) -> int:
        dialog.show()
        dialog.choices["aligned"].setChecked(True)
        assert (landmarks(window) != before).any()
        dialog.percent.setValue(0)
        np.testing.assert_allclose(landmarks(window), before, atol=1e-3)
        dialog.percent.setValue(50)
        for part, box in dialog.parts.items():
            box.setChecked(part == "mouth")
        np.testing.assert_allclose(landmarks(window)[:48], before[:48], atol=1e-3)
        half = landmarks(window)
        dialog.percent.setValue(100)
        np.testing.assert_allclose(half, (before + landmarks(window)) / 2, atol=1e-2)
        assert (half[48:] != before[48:]).all()
        dialog.parts["mouth"].setChecked(False)
        assert "at least one part" in dialog.problem.text()
        assert stack.count() == 1
        dialog.reject()
        return 0

    monkeypatch.setattr(CopyPoseDialog, "exec", give_up)
    answer(monkeypatch, "ask_open", two_faces)
    monkeypatch.setattr(window.background, "run", lambda job, done, _failed: done(job()))
    window.pose_menu.copy.trigger()
    np.testing.assert_array_equal(landmarks(window), before)
    assert stack.count() == 0


def test_the_same_error_does_not_pile_up(window: MainWindow) -> None:
    window.show_error("It is broken.")
    first = window._error
    window.show_error("It is broken.")
    assert window._error is first
    assert first is not None
    first.close()


def test_the_empty_panes_say_what_they_wait_for(window: MainWindow) -> None:
    view = window.panes.large.view
    window.document.start_correcting()
    assert not view.filled
    assert "points are corrected" in view.sentence
    window.document.cancel_correcting()
    assert "corrected" not in view.sentence


def test_precision_and_threads_are_chosen_in_the_menu(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    actions = {action.text(): action for action in window.findChildren(QAction)}
    for name, shown in (("&Full (float32)", "float32"), ("&Half", "bfloat16"), ("&1", "1 thread,")):
        with qtbot.waitSignal(window.worker.model_loaded, timeout=WAIT):
            actions[name].trigger()
        assert shown in window.status._device.text()
    assert (preferences.precision(), preferences.threads()) == ("half", 1)
    window.files.export_batch()
    assert window.files.export is not None
    window.files.export.form.folder.setText(str(tmp_path))
    window.files.export.refresh()
    batch = window.files.export._batch
    assert batch is not None
    assert batch.precision == "half"
    other = MainWindow("cpu")
    qtbot.addWidget(other)
    chosen = {action.text() for action in other.findChildren(QAction) if action.isChecked()}
    assert {"&Half", "&1"} <= chosen
