import numpy as np
import pytest

from engine.face.displacement import Displacement, displacement_between
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.face.pose_between import pose_between
from engine.face.pose_transfer import copied_pose
from engine.imaging.crop import Crop


@pytest.fixture
def ramp() -> Displacement:
    """By 0 to 4 pixels to the right, more to the right, in a square from (10, 20) to (50, 60)."""
    x = np.linspace(0, 4, 5, dtype=np.float32)
    field = np.zeros((5, 5, 2), np.float32)
    field[..., 0] = x
    return Displacement(field, 10.0, 20.0, 40.0)


def test_it_is_interpolated_and_nothing_beside_its_square(ramp: Displacement) -> None:
    places = np.array([[10.0, 20], [35, 40], [50, 60], [90, 40], [-30, 40], [30, 100]])
    to_the_right = np.array([0, 2.5, 4, 0, 0, 0])
    np.testing.assert_allclose(ramp.at(places)[:, 0], to_the_right, atol=1e-3)
    assert not ramp.at(places)[:, 1].any()
    assert ramp.at(np.zeros((3, 7, 2))).shape == (3, 7, 2)


def test_in_a_scaled_crop(ramp: Displacement) -> None:
    crop = Crop(left=5, top=10, side=100)
    places = np.array([[20.0, 30.0], [33.0, 51.0], [44.0, 44.0]])
    small = ramp.in_crop(crop, 50)
    np.testing.assert_allclose(
        small.at(crop.to_network(places, 50)), ramp.at(places) / 2, atol=1e-3
    )


def test_sums_and_what_is_between(ramp: Displacement) -> None:
    other = Displacement(np.full((3, 3, 2), 8, np.float32), 30.0, 20.0, 60.0)
    places = np.array([[20.0, 40.0], [40.0, 40.0], [80.0, 70.0]])
    np.testing.assert_allclose(
        ramp.plus(other).at(places), ramp.at(places) + other.at(places), atol=1e-3
    )
    for share in (0.25, 1.0):
        between = displacement_between(ramp, other, share)
        assert between is not None
        np.testing.assert_allclose(
            between.at(places), (1 - share) * ramp.at(places) + share * other.at(places), atol=1e-3
        )
    for one, end, wanted in ((ramp, None, 0.75), (None, ramp, 0.25)):
        between = displacement_between(one, end, 0.25)
        assert between is not None
        np.testing.assert_allclose(between.at(places), wanted * ramp.at(places))
    assert displacement_between(ramp, ramp, 0.3) is ramp
    assert displacement_between(None, None, 0.3) is None


def test_a_pose_has_it_until_another_head_is_copied(ramp: Displacement, face: Landmarks) -> None:
    start = Pose3D.of(face)
    pose = Pose3D(start.source, start.edits, displacement=ramp)
    assert pose.changed
    assert pose.head.displacement is ramp
    np.testing.assert_array_equal(pose.landmarks(), start.landmarks())
    assert pose.turned(5, 0, 0).displacement is ramp
    assert pose.with_pose_of(face, ["mouth"]).displacement is ramp
    assert pose.with_pose_of(face).displacement is None
    for transfer in ("aligned", "absolute"):  # also from faces without dense landmarks
        copied = copied_pose(pose, face, transfer, ((9, 9), (9, 9)))
        assert copied.displacement is None
    half = pose_between(start, pose, 0.5).displacement
    assert half is not None
    np.testing.assert_allclose(half.field, ramp.field / 2)
