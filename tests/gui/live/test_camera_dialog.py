"""The open face follows a camera; a video stands in for the camera."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from engine.imaging.photos import Photo
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
    window.document.leave_face()
    qtbot.waitUntil(lambda: "Open a photo" in dialog.state.text(), timeout=WAIT)
    dialog.close()
    assert dialog._reader is None


def test_a_camera_that_cannot_be_used_is_said(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, tmp_path: Path
) -> None:
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as said:
        dialog.start(tmp_path / "none.avi")
    assert "cannot be used" in said.args[0]
    qtbot.waitUntil(lambda: dialog.start_button.text() == "Start", timeout=WAIT)


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
