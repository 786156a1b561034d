import numpy as np
import pytest

from engine.face.head import HeadPose, angles, rotation


def test_signs() -> None:
    nose, crown = np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
    assert (rotation(20, 0, 0) @ nose)[0] > 0.3, "yaw > 0 turns the nose to the image's right"
    assert (rotation(0, 20, 0) @ nose)[1] < -0.3, "pitch > 0 lifts the nose; y points down"
    assert (rotation(0, 0, 20) @ crown)[0] > 0.3, "roll > 0 turns clockwise"


def test_angles_invert_rotation() -> None:
    rng = np.random.default_rng(0)
    for yaw, pitch, roll in rng.uniform((-89, -89, -179), (89, 89, 179), (50, 3)):
        assert angles(rotation(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_rotations_are_rotations() -> None:
    turned = rotation(33, -21, 12)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turned) == pytest.approx(1)


def test_pixels_are_scaled_and_shifted() -> None:
    pose = HeadPose(rotation(0, 0, 90), 100.0, np.array([30.0, 20.0]))
    seen = pose.project(np.array([[1.0, 0.0, 0.5]]))
    np.testing.assert_allclose(seen, [[30, 120, 50]], atol=1e-9)
