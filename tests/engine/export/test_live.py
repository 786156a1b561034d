"""A camera as live target; a video stands in for the camera."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.export.live import Camera, CameraPicture, LiveTarget, OneEuroFilter
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.photos import Photo

Video = Callable[[list[Photo]], Path]


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """Writes a video of 50 frames a second."""

    def write(frames: list[Photo]) -> Path:
        height, width = frames[0].shape[:2]
        path = tmp_path / "camera.avi"
        kind = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), kind, 50, (width, height))
        for frame in frames:
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()
        return path

    return write


def numbered(count: int) -> list[Photo]:
    return [np.full((64, 64, 3), 2 * number, np.uint8) for number in range(count)]


def test_the_newest_picture_wins(video: Video) -> None:
    with Camera(video(numbered(40))) as camera:
        first = camera.after(0)
        assert first is not None
        time.sleep(0.3)  # as long as a slow update takes
        later = camera.after(first.number)
        assert later is not None
        assert later.number > first.number + 5
        assert abs(int(later.photo.mean()) - 2 * (later.number - 1)) <= 3
        last = later
        while (newest := camera.after(last.number)) is not None:
            assert newest.number > last.number
            assert newest.seconds > last.seconds
            last = newest
    assert last.number == 40


def test_a_camera_that_cannot_be_used_is_one_sentence(
    video: Video, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ReposeError, match=r"no\.avi cannot be used: connect it"):
        Camera(tmp_path / "no.avi")
    camera = Camera(video(numbered(2)))
    camera._file = False  # a camera that vanishes
    number = 0
    with pytest.raises(ReposeError, match="gives no more pictures"):
        for _ in range(3):
            newest = camera.after(number)
            assert newest is not None
            number = newest.number
    camera.close()


def test_what_rests_does_not_tremble_and_what_moves_does_not_lag() -> None:
    rng, step = np.random.default_rng(0), 1 / 20
    smooth = OneEuroFilter()
    rest = [smooth(rng.normal(0, 0.5, 1), k * step)[0] for k in range(100)]
    assert np.std(rest[20:]) < 0.25
    smooth = OneEuroFilter()
    for k in range(40):  # 60 degrees a second, as a head turns
        turned = smooth(np.array([3.0 * k]), k * step)[0]
    assert 3.0 * 39 - turned < 4, "about a frame"
    smooth.reset()
    assert smooth(np.array([7.0]), 9.0)[0] == 7.0


def test_a_face_is_followed_on_the_source(photo: Photo, face: Landmarks) -> None:
    """The head of the picture is tilted; the source tilts as much, and back when calibrated."""
    height, width = photo.shape[:2]
    tilted = cv2.warpAffine(
        photo, cv2.getRotationMatrix2D((width / 2, height / 2), -12, 1), (width, height)
    )
    source, target = Pose3D.of(face), LiveTarget(mirrored=False)
    assert target.pose_on(source).landmarks() == pytest.approx(source.landmarks(), abs=1e-3)
    target.follow(CameraPicture(photo, 1, 0.0))
    assert not target.pose_on(source).roll
    for number in range(2, 30):
        target.follow(CameraPicture(np.asarray(tilted, np.uint8), number, number / 20))
    assert target.pose_on(source).roll == pytest.approx(12, abs=3)
    target.calibrate()
    assert target.pose_on(source).roll == 0
    target.follow(CameraPicture(np.zeros_like(photo), 40, 2.0))
    assert target.face is None
    assert math.isfinite(target.pose_on(source).yaw)


def test_people_see_themselves_mirrored(photo: Photo) -> None:
    shown = LiveTarget().follow(CameraPicture(photo, 1, 0.0))
    np.testing.assert_array_equal(shown, photo[:, ::-1])
