"""The gaze of a pose: by angles, by an iris, and to the viewer."""

import numpy as np
import pytest

from engine.face.coefficients import LARGEST_GAZE
from engine.face.detection import find_faces
from engine.face.expression import Expression
from engine.face.faces import Face
from engine.face.gaze import irises, looking_at_viewer, mean_gaze, with_gaze, with_iris_at
from engine.face.pose import Pose3D, expressed
from engine.imaging.photos import Photo


@pytest.fixture(scope="module")
def detected(photo: Photo) -> Face:
    return find_faces(photo)[0]


@pytest.fixture
def pose(detected: Face) -> Pose3D:
    return Pose3D.of(detected)


def test_both_eyes_turn_alike_and_nothing_else_changes(pose: Pose3D) -> None:
    looking = with_gaze(pose, 12, -5)
    assert mean_gaze(looking) == pytest.approx((12, -5))
    before, after = np.array(pose.shown.gaze), np.array(looking.shown.gaze)
    np.testing.assert_allclose(after[0] - after[1], before[0] - before[1], atol=1e-9)
    for name in pose.shown:
        assert name.startswith("eyeLook") or looking.shown[name] == pose.shown[name]
    assert with_gaze(pose, *mean_gaze(pose)) is pose


def test_eyes_keep_their_angle_where_one_turns_no_further(pose: Pose3D) -> None:
    farthest = with_gaze(pose, 90, -90)
    right, left = farthest.shown.gaze
    assert max(right.yaw, left.yaw) == pytest.approx(LARGEST_GAZE)
    np.testing.assert_allclose(np.subtract(right, left), np.subtract(*pose.shown.gaze), atol=1e-9)


def test_irises_are_where_the_detector_sees_them(pose: Pose3D, detected: Face) -> None:
    assert detected.irises is not None
    np.testing.assert_allclose(np.asarray(irises(pose)), detected.irises, atol=1e-6)


@pytest.mark.parametrize("eye", [0, 1])
@pytest.mark.parametrize("turn", [(0, 0, 0), (25, -10, 15)])
def test_an_iris_goes_to_its_point(pose: Pose3D, eye: int, turn: tuple[int, int, int]) -> None:
    turned = expressed(pose.turned(*turn), Expression(smile=0.5))
    goal = irises(turned)[eye] + (2.0, -1.0)
    looking = with_iris_at(turned, eye, goal)
    np.testing.assert_allclose(irises(looking)[eye], goal, atol=0.1)
    moved = irises(looking) - irises(turned)
    assert (moved * moved[eye] > 0).all(), "the other eye goes the same way"


def test_one_iris_moves_alone(pose: Pose3D) -> None:
    goal = irises(pose)[0] + (2.0, 0.0)
    looking = with_iris_at(pose, 0, goal, eyes=(0,))
    np.testing.assert_allclose(irises(looking)[1], irises(pose)[1], atol=1e-6)
    assert irises(looking)[0] == pytest.approx(goal, abs=0.1)


def test_an_iris_stays_in_its_eye(pose: Pose3D) -> None:
    looking = with_iris_at(pose, 1, (10_000, 0))
    assert mean_gaze(looking).yaw > 20
    assert max(abs(a) for gaze in looking.shown.gaze for a in gaze) <= LARGEST_GAZE


def test_eyes_follow_the_viewer_when_the_head_turns(pose: Pose3D) -> None:
    turned = looking_at_viewer(with_gaze(pose, 20, 10).turned(15, 0, 0))
    own = looking_at_viewer(pose)
    # Two thirds of the turn: the iris lies before the corners of the lids.
    assert mean_gaze(turned).yaw - mean_gaze(own).yaw == pytest.approx(-10, abs=1)


def test_a_tilt_of_the_head_is_no_reason_to_look_elsewhere(pose: Pose3D) -> None:
    tilted = looking_at_viewer(pose.turned(0, 0, 30))
    np.testing.assert_allclose(mean_gaze(tilted), mean_gaze(looking_at_viewer(pose)))


def test_a_coefficient_shows_what_it_is_set_to(pose: Pose3D) -> None:
    sliders = Expression(smile=0.8, open_mouth=0.3)
    smiling = expressed(pose, sliders)
    looking = smiling.showing({"tongueOut": 0.5})
    assert looking.expression == sliders
    assert looking.shown["tongueOut"] == 0.5
    lopsided = smiling.showing({"mouthSmileLeft": 0.1})
    assert lopsided.expression == Expression()
    for name in smiling.shown:
        expected = 0.1 if name == "mouthSmileLeft" else smiling.shown[name]
        assert lopsided.shown[name] == expected


def test_a_hand_closed_eye_stays_where_a_coefficient_is_set(pose: Pose3D) -> None:
    opened = expressed(pose.moved([37, 38], (0, -3)), Expression(close_right_eye=1))
    changed = opened.showing({"eyeBlinkRight": 1 - 1e-9})
    np.testing.assert_allclose(changed.landmarks(), opened.landmarks(), atol=1e-3)


@pytest.mark.parametrize("yaw", [-35, 35])
def test_an_iris_stays_between_the_lids_when_only_the_head_turns(pose: Pose3D, yaw: float) -> None:
    """The share of the way between the corners of the lids at which the iris is."""

    def shares(pose: Pose3D) -> list[float]:
        landmarks, found = pose.landmarks(), []
        for (left, right), iris in zip(((36, 39), (42, 45)), irises(pose), strict=True):
            along = landmarks[right] - landmarks[left]
            found.append(float((iris - landmarks[left]) @ along / (along @ along)))
        return found

    ahead = with_gaze(pose, 0, 0)
    np.testing.assert_allclose(shares(ahead.turned(yaw, 0, 0)), shares(ahead), atol=0.06)
