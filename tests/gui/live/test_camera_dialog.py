"""The open face follows a camera; a video stands in for the camera."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from engine.imaging.photos import Photo
from gui.document.edit import Faces
from gui.live import camera_dialog
from gui.live.camera_dialog import CameraDialog
from gui.window.main_window import MainWindow


@pytest.fixture
def video(photo: Photo, tmp_path: Path) -> Path:
    """A head that tilts."""
    path = tmp_path / "camera.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (512, 512))
    for number in range(60):
        tilt = cv2.getRotationMatrix2D((256, 256), -min(number, 12), 1)
        writer.write(cv2.cvtColor(cv2.warpAffine(photo, tilt, (512, 512)), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


@pytest.fixture
def dialog(window: MainWindow) -> CameraDialog:
    window.sequences.show_camera()
    assert window.sequences.camera is not None
    window.sequences.camera.mirrored.setChecked(False)
    return window.sequences.camera


def test_the_face_follows_and_its_pose_is_used(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, video: Path
) -> None:
    dialog.start(video)
    assert dialog.start_button.text() == "Stop"
    own = window.document.pose
    assert own is not None
    qtbot.waitUntil(lambda: dialog.use.isEnabled() and dialog.view.image is not None, timeout=WAIT)
    assert "frames a second" in dialog.state.text()

    def moved() -> bool:
        pose = dialog._pose
        return pose is not None and bool(np.abs(pose.landmarks() - own.landmarks()).max() > 5)

    qtbot.waitUntil(moved, timeout=WAIT)
    assert not dialog.myself.pixmap().isNull()
    dialog.use.click()
    assert window.document.edited
    assert window.document.undo_stack.undoText() == "Take pose from camera"
    dialog.neutral.click()
    assert window.document.photo is not None
    window.document.open_faces(Faces())
    qtbot.waitUntil(lambda: "Open a photo" in dialog.state.text(), timeout=WAIT)
    dialog.close()
    assert dialog._reader is None


def test_the_face_that_is_chosen_follows(
    qtbot: QtBot, model: Path, two_faces: Path, video: Path
) -> None:
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        window.start(two_faces, model)
    window.sequences.show_camera()
    dialog, document = window.sequences.camera, window.document
    assert dialog is not None
    dialog.start(video)
    qtbot.waitUntil(lambda: "Open a photo" in dialog.state.text(), timeout=WAIT)
    for face in (0, 1):
        document.choose_face(face)
        assert not dialog.use.isEnabled(), "the last pose is of the other face"
        qtbot.waitUntil(dialog.use.isEnabled, timeout=WAIT)
        assert document.pose is not None
        assert dialog._pose is not None
        assert dialog._pose.source is document.pose.source
    dialog.close()


def test_what_is_shown_is_recorded(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, video: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "made.mp4"
    monkeypatch.setattr(camera_dialog, "ask_save", lambda *_: path)
    assert not dialog.record.isEnabled()
    dialog.start(video)
    qtbot.waitUntil(lambda: dialog.view.image is not None, timeout=WAIT)
    dialog.record.click()
    assert dialog.record.text() == "Stop recording"
    assert dialog.recorded.text() == "Recording: 0:00"
    with qtbot.waitSignal(window.worker.played, timeout=WAIT):
        pass
    qtbot.wait(500)
    with qtbot.waitSignal(dialog.message, timeout=WAIT) as told:
        dialog.record.click()
    assert told.args == [f"Recorded {path}"]
    assert dialog.record.text() == "Record…"
    capture = cv2.VideoCapture(str(path))
    assert (capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FPS)) == (512, 30)
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) >= 3
    capture.release()


def test_a_recording_that_fails_is_told_and_one_that_runs_is_completed(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, video: Path, tmp_path: Path
) -> None:
    dialog.start(video)
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as said:
        dialog.start_recording(tmp_path / "made.avi")
    assert "must be an .mp4" in said.args[0]
    (tmp_path / "folder.mp4").mkdir()
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as said:
        dialog.start_recording(tmp_path / "folder.mp4")
    assert "cannot be written" in said.args[0]
    qtbot.waitUntil(lambda: dialog.record.text() == "Record…")
    path = tmp_path / "made.mp4"
    dialog.start_recording(path)
    with qtbot.waitSignal(window.worker.played, timeout=WAIT):
        pass
    qtbot.waitUntil(lambda: dialog.view.image is not None, timeout=WAIT)
    assert not path.exists()
    assert window.close()
    assert path.stat().st_size > 1000


def test_a_camera_that_cannot_be_used_is_said(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, tmp_path: Path
) -> None:
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as said:
        dialog.start(tmp_path / "none.avi")
    assert "cannot be used" in said.args[0]
    qtbot.waitUntil(lambda: dialog.start_button.text() == "Start", timeout=WAIT)


def test_one_click_starts_again_after_the_end_or_an_error(
    qtbot: QtBot, dialog: CameraDialog, video: Path, tmp_path: Path
) -> None:
    dialog.camera.addItem("video", video)
    dialog.camera.setCurrentIndex(dialog.camera.count() - 1)
    dialog.start_button.setEnabled(True)
    for first in (tmp_path / "none.avi", video):
        dialog.start(first)
        qtbot.waitUntil(lambda: dialog.start_button.text() == "Start", timeout=WAIT)
        dialog.start_button.click()
        assert dialog.start_button.text() == "Stop"
        assert dialog._reader is not None
        assert dialog._reader.isRunning()


def test_what_an_earlier_reader_says_late_does_not_stop_the_newer_one(
    qtbot: QtBot, dialog: CameraDialog, video: Path, tmp_path: Path
) -> None:
    dialog.start(tmp_path / "none.avi")
    assert dialog._reader is not None
    assert dialog._reader.wait(WAIT)
    dialog.start(video)  # `finished` of the earlier one has not been delivered yet
    newer = dialog._reader
    qtbot.waitUntil(dialog.use.isEnabled, timeout=WAIT)
    assert dialog._reader is newer
    assert dialog.start_button.text() == "Stop"


def test_escape_frees_the_camera(dialog: CameraDialog, video: Path) -> None:
    dialog.start(video)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog._reader is None


def test_without_a_camera_the_dialog_says_so(
    dialog: CameraDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "camera_numbers", lambda: (), raising=False)
    dialog.look_for_cameras()
    assert not dialog.start_button.isEnabled()
    assert "No camera" in dialog.state.text()
    monkeypatch.setattr(engine, "camera_numbers", lambda: (0, 2), raising=False)
    dialog.look_for_cameras()
    assert dialog.start_button.isEnabled()
    assert dialog.camera.itemText(1) == "Camera 3"


def test_the_window_closes_while_the_camera_runs(
    window: MainWindow, dialog: CameraDialog, video: Path
) -> None:
    dialog.start(video)
    assert window.close()
    assert dialog._reader is None
