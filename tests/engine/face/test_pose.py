from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.face.head import HeadPose, rotation
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import fitted_head
from engine.face.pose import Pose3D, head_angles
from engine.face.pose_transfer import copy_pose

ANGLES = [(0, 0, 0), (25, 0, 0), (-40, 12, 7), (10, -20, 30)]
CHIN_AND_LIP = [8, 57]
OTHERS = [i for i in range(68) if i not in CHIN_AND_LIP]


def mean_landmarks(
    yaw: float, pitch: float, roll: float, scale: float = 90.0, at: tuple[float, float] = (200, 180)
) -> Landmarks:
    turned = rotation(yaw, pitch, roll)
    pose = HeadPose(turned, scale, np.array(at, float))
    return pose.project(head_model().landmarks(turned, head_model().mean))[:, :2].astype(np.float32)


def test_the_source_is_given_back_exactly(face: Landmarks) -> None:
    pose = Pose3D.of(face)
    np.testing.assert_array_equal(pose.landmarks(), face)
    np.testing.assert_array_equal(pose.turned(30, 5, -3).turned(0, 0, 0).landmarks(), face)
    assert (pose.yaw, pose.pitch, pose.roll) == (0, 0, 0)


def test_poses_are_values(face: Landmarks) -> None:
    pose = Pose3D.of(face)
    with pytest.raises(FrozenInstanceError):
        pose.yaw = 3.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        pose.landmarks()[0] = 0
    pose.moved([8], (50, 0))
    pose.turned(40, 0, 0)
    np.testing.assert_array_equal(pose.landmarks(), face)


@pytest.mark.parametrize("sliders", ANGLES)
def test_moved_moves_these_handles_by_exactly_so_much(
    face: Landmarks, sliders: tuple[float, float, float]
) -> None:
    pose = Pose3D.of(face).turned(*sliders)
    before = pose.landmarks()
    after = pose.moved(CHIN_AND_LIP, (13.0, -7.0)).landmarks()
    np.testing.assert_allclose(
        after[CHIN_AND_LIP] - before[CHIN_AND_LIP], [[13, -7]] * 2, atol=1e-4
    )
    np.testing.assert_array_equal(after[OTHERS], before[OTHERS])


def test_small_moves_do_not_add_up_to_an_error(face: Landmarks) -> None:
    pose = Pose3D.of(face).turned(20, 10, 5)
    start = pose.landmarks()
    for _ in range(200):
        pose = pose.moved([33], (0.37, -0.21))
    np.testing.assert_allclose(pose.landmarks()[33] - start[33], (74, -42), atol=1e-3)


def test_an_edit_turns_with_the_head() -> None:
    face = mean_landmarks(0, 0, 0)
    plain, edited = Pose3D.of(face), Pose3D.of(face).moved([8], (0, 20))
    edit = (edited.turned(0, 0, 90).landmarks() - plain.turned(0, 0, 90).landmarks())[8]
    np.testing.assert_allclose(edit, (-20, 0), atol=0.1)  # down has become left
    sideways = Pose3D.of(face).moved([8], (20, 0))
    edit = (sideways.turned(60, 0, 0).landmarks() - plain.turned(60, 0, 0).landmarks())[8]
    np.testing.assert_allclose(edit, (10, 0), atol=0.1)  # cos 60: seen from the side


@pytest.mark.parametrize("sliders", ANGLES)
def test_with_landmarks_round_trip(face: Landmarks, sliders: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(0)
    wanted = (face + rng.normal(0, 10, face.shape)).astype(np.float32)
    pose = Pose3D.of(face).moved([3], (1.5, 2.5)).turned(*sliders).with_landmarks(wanted)
    np.testing.assert_array_equal(pose.landmarks(), wanted)
    assert (pose.yaw, pose.pitch, pose.roll) == sliders
    again = pose.turned(50, 0, 0).turned(*sliders)
    np.testing.assert_array_equal(again.landmarks(), wanted)


def test_signs_of_the_sliders(face: Landmarks) -> None:
    pose = Pose3D.of(face)
    nose, eyes = 30, slice(36, 48)

    def nose_before_eyes(landmarks: Landmarks) -> Landmarks:
        offset: Landmarks = landmarks[nose] - landmarks[eyes].mean(axis=0)
        return offset

    still = nose_before_eyes(face)
    assert nose_before_eyes(pose.turned(20, 0, 0).landmarks())[0] > still[0] + 5
    assert nose_before_eyes(pose.turned(0, 20, 0).landmarks())[1] < still[1] - 5
    clockwise = pose.turned(0, 0, 20).landmarks()
    line = clockwise[45] - clockwise[36]  # from the eye at the left to the one at the right
    assert line[1] > (face[45] - face[36])[1] + 5


@pytest.mark.parametrize("sliders", [(30, 0, 0), (-45, 0, 0), (0, 20, 0), (0, 0, 25)])
def test_sliders_turn_by_their_degrees(face: Landmarks, sliders: tuple[float, ...]) -> None:
    before = head_angles(face)
    after = head_angles(Pose3D.of(face).turned(*sliders).landmarks())
    assert np.subtract(after, before) == pytest.approx(sliders, abs=5)


def test_a_turn_of_the_mean_head_is_exact() -> None:
    turned = Pose3D.of(mean_landmarks(10, 5, 0)).turned(30, -10, 15).landmarks()
    np.testing.assert_allclose(turned, mean_landmarks(40, -5, 15), atol=1.0)
    assert head_angles(turned) == pytest.approx((40, -5, 15), abs=0.5)


@pytest.mark.parametrize(
    "points", [np.zeros((68, 2)), np.zeros((67, 2)), np.full((68, 2), np.nan), "nonsense"]
)
def test_what_is_no_face_is_refused(points: object) -> None:
    with pytest.raises(ReposeError):
        Pose3D.of(points)  # type: ignore[arg-type]
    with pytest.raises(ReposeError):
        head_angles(points)  # type: ignore[arg-type]
    with pytest.raises(ReposeError):
        copy_pose(points, mean_landmarks(0, 0, 0))  # type: ignore[arg-type]


def test_relative_takes_the_rotation_and_keeps_the_rest(face: Landmarks) -> None:
    target = mean_landmarks(35, -8, 12, scale=50, at=(900, 40))
    copied = copy_pose(face, target)
    own, other, result = (fitted_head(points).pose for points in (face, target, copied))
    assert head_angles(copied) == pytest.approx(head_angles(target), abs=4)
    assert result.scale == pytest.approx(own.scale, rel=0.05)
    assert np.abs(result.shift - own.shift).max() < 0.05 * np.ptp(face)
    assert other.scale < 0.75 * own.scale, "else the test shows nothing"


def test_relative_to_itself_changes_nothing(face: Landmarks) -> None:
    moved_away = face * np.float32(0.5) + np.float32(100)
    for target in (face, moved_away):
        np.testing.assert_allclose(copy_pose(face, target), face, atol=0.02)


def test_relative_keeps_the_shape_of_the_face() -> None:
    source = mean_landmarks(0, 0, 0)
    wide = ((source - 200) * (1.3, 1.0) + 200).astype(np.float32)
    copied = copy_pose(wide, mean_landmarks(0, 0, 0, scale=40))
    width, height = np.ptp(copied, axis=0)
    assert width / height == pytest.approx(np.divide(*np.ptp(wide, axis=0)), rel=0.05)


def test_aligned_moves_and_scales_and_does_not_turn(face: Landmarks) -> None:
    target = mean_landmarks(30, 5, 10, scale=33, at=(700, 90))
    copied = copy_pose(face, target, "aligned")
    # Some scale and shift carries the one exactly into the other.
    scale = np.ptp(copied[:, 0]) / np.ptp(target[:, 0])
    expected = (target - target.mean(axis=0)) * scale + copied.mean(axis=0)
    np.testing.assert_allclose(copied, expected, atol=0.01)
    own, result = (fitted_head(points).pose for points in (face, copied))
    assert result.scale == pytest.approx(own.scale, rel=0.02)
    np.testing.assert_allclose(result.shift, own.shift, atol=0.02 * float(np.ptp(face)))


def test_aligned_without_the_head_follows_the_turn_of_the_face(face: Landmarks) -> None:
    other = Pose3D.of(face).turned(-25, 5, 8).landmarks() * 1.5 + 40
    copied = copy_pose(face, other, "aligned", parts=("eyes", "brows", "mouth", "jaw"))
    size = float(np.ptp(face[:, 1]))
    # The same face with the same expression: turned back, its points are where they were.
    assert np.linalg.norm(copied - face, axis=1)[17:].mean() < 0.02 * size
    turned = copy_pose(face, other, "aligned")
    assert np.linalg.norm(turned - face, axis=1)[17:].mean() > 0.05 * size


def test_absolute_takes_the_points_unchanged(face: Landmarks) -> None:
    target = mean_landmarks(30, 5, 10, at=(401, 97))
    copied = copy_pose(face, target, "absolute", (640, 480), (640, 480))
    np.testing.assert_array_equal(copied, target)


@pytest.mark.parametrize("sizes", [((640, 480), (480, 640)), ((640, 480), None), (None, None)])
def test_absolute_refuses_photos_of_different_size(
    face: Landmarks, sizes: tuple[tuple[int, int] | None, tuple[int, int] | None]
) -> None:
    with pytest.raises(ReposeError, match="same size"):
        copy_pose(face, face, "absolute", *sizes)


def test_a_drag_moves_each_handle_by_its_weight(face: Landmarks) -> None:
    pose = Pose3D.of(face).turned(20, 5, 0)
    weights = np.zeros(68)
    weights[[48, 49]] = 1, 0.5
    offsets = np.tile((-6.0, 2.0), (68, 1))
    expected = pose.landmarks() + weights[:, None] * offsets
    np.testing.assert_allclose(pose.dragged(offsets, weights).landmarks(), expected, atol=1e-3)


@pytest.mark.parametrize("yaw", [0, 25, -45])
def test_a_symmetric_drag_is_one_in_space(face: Landmarks, yaw: float) -> None:
    pose = Pose3D.of(face).turned(yaw, 10, 8)
    weights = np.zeros(68)
    weights[48] = 1
    dragged = pose.dragged(np.tile((-6.0, 2.0), (68, 1)), weights, symmetric=True)
    moved = dragged.landmarks() - pose.landmarks()
    np.testing.assert_allclose(moved[48], (-6.0, 2.0), atol=1e-3)
    assert np.flatnonzero(np.abs(moved).max(axis=1) > 1e-3).tolist() == [48, 54]
    assert moved[54, 0] > 0
    frontal = dragged.turned(0, 0, 0).edits
    np.testing.assert_allclose(frontal[54], frontal[48] * (-1, 1, 1), atol=1e-9)


def test_a_symmetric_drag_of_both_sides_takes_the_mean(face: Landmarks) -> None:
    weights = np.zeros(68)
    weights[[48, 54]] = 1
    offsets = np.zeros((68, 2))
    offsets[48] = 0, 8
    pose = Pose3D.of(face).dragged(offsets, weights, symmetric=True)
    np.testing.assert_allclose(pose.edits[[48, 54], 1], pose.edits[48, 1])
    assert 3 < pose.edits[48, 1] < 5
