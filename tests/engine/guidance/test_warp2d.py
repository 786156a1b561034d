import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.guidance.warp2d import Warp2D, neck_fade_at
from engine.imaging.crop import Crop

SIZE = 128


@pytest.fixture(scope="module")
def landmarks(face: Landmarks) -> Landmarks:
    return Crop.around(face).to_network(face, SIZE)


def moves(landmarks: Landmarks, yaw: float, pitch: float) -> NDArray[np.float32]:
    """(S, S, 2) how far each pixel of the turned picture has come, x and y."""
    pose = Pose3D.of(landmarks)
    head, turned = pose.head, pose.turned(yaw, pitch, 0).head
    places = Warp2D(head.seen, head.pose, SIZE).map(turned.seen, turned.pose)
    here = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)))
    return np.moveaxis(here - places, 0, 2).astype(np.float32)


def test_its_own_pose_moves_nothing(landmarks: Landmarks) -> None:
    assert np.abs(moves(landmarks, 0, 0)).max() < 0.01


def test_hair_goes_less_far_than_the_nose_and_the_other_way_behind_the_axis(
    landmarks: Landmarks,
) -> None:
    turned = moves(landmarks, 20, 0)
    pose = Pose3D.of(landmarks).head.pose
    ears = pose.project(np.array([[-0.95, -0.3, 0.0], [0.95, -0.3, 0.0]]))[:, :2].round()
    nose = landmarks[30].round()
    at = [turned[int(y), int(x), 0] for x, y in (nose, *ears)]
    assert at[0] > 5
    assert max(at[1:]) < 0, "beside the ears hair is drawn as deep as the back of the skull"


def test_nodding_takes_the_hair_along_and_leaves_shoulders_and_border(
    landmarks: Landmarks,
) -> None:
    nodded = np.abs(moves(landmarks, 0, -15)).max(axis=2)
    pose = Pose3D.of(landmarks).head.pose
    crown = pose.project(np.array([[0.0, -1.3, 0.2]]))[0, :2].round()
    assert nodded[int(crown[1]), int(crown[0])] > 2
    assert nodded[[0, -1]].max() < 0.5
    assert nodded[:, [0, -1]].max() < 0.5


@pytest.mark.parametrize("yaw", [-60, 60])
def test_a_part_that_turns_away_is_covered_by_what_is_nearer(
    landmarks: Landmarks, yaw: float
) -> None:
    # Where the far cheek has gone, nothing of it may lie over the near one or the nose.
    turned = moves(landmarks, yaw, 0)
    target = Pose3D.of(landmarks).turned(yaw, 0, 0).landmarks()
    near = [36, 39, 31] if yaw > 0 else [42, 45, 35]
    for index in near:
        x, y = target[index].round().astype(int)
        came = np.array([x, y]) - turned[y, x]
        assert np.linalg.norm(came - landmarks[index]) < 3


def test_the_neck_fades_from_the_chin_down() -> None:
    heights = np.array([[0.0, y, 0.0] for y in (0.0, 0.7, 0.9, 1.1, 1.3)])
    fade = neck_fade_at(heights)
    assert fade[0] == fade[1] == 1
    assert 1 > fade[2] > fade[3] > 0
    assert fade[4] == 0
    assert neck_fade_at(np.array([[0.0, 1.3, 1.0]]))[0] == 1, "the chin never stays"
