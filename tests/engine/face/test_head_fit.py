"""Fitting the head model gives back what made the landmarks."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.face.coefficients import REST, Coefficients
from engine.face.head import HeadPose, angles, rotation
from engine.face.head_fit import FittedHead, head_fitter
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks

LAUGH = Coefficients.of(
    jawOpen=0.4, mouthSmileLeft=0.9, mouthSmileRight=0.9, cheekSquintLeft=0.4, cheekSquintRight=0.4
)
WINK = Coefficients.of(eyeBlinkLeft=1, mouthSmileLeft=0.3)

Seen = Callable[[FittedHead], Landmarks]


def made(
    yaw: float, expression: Coefficients = REST, seed: int = 0, pitch: float = 5
) -> FittedHead:
    identity = np.random.default_rng(seed).normal(0, 0.7, 20)
    pose = HeadPose(rotation(yaw, pitch, -4), 110.0, np.array([300.0, 220.0]))
    return FittedHead(head_model(), pose, identity, expression)


def landmarks(face: FittedHead) -> Landmarks:
    points = face.model.landmarks(face.pose.rotation, face.mesh)
    return face.pose.project(points)[:, :2].astype(np.float32)


def dense(face: FittedHead) -> Landmarks:
    points = face.model.dense(face.mesh)
    for at, ball in zip((468, 473), face.model.eyeballs(face.mesh, face.expression), strict=True):
        points[at] = ball.pupil
    return face.pose.project(points)[:, :2].astype(np.float32)


@pytest.mark.parametrize("yaw", [0, -25, 40, 60])
@pytest.mark.parametrize("seen", [landmarks, dense])
def test_pose_and_shape_are_found(yaw: float, seen: Seen) -> None:
    face = made(yaw)
    found = head_fitter().fit(seen(face))
    turn = angles(found.pose.rotation @ face.pose.rotation.T)
    assert np.abs(turn).max() < 5
    missed = np.linalg.norm(seen(found) - seen(face), axis=1) / face.pose.scale
    assert np.median(missed) < 0.02


@pytest.mark.parametrize("seen", [landmarks, dense])
def test_expressions_are_found(seen: Seen) -> None:
    laughing = head_fitter().fit(seen(made(10, LAUGH))).expression
    assert laughing["jawOpen"] > 0.25
    assert laughing["mouthSmileLeft"] > 0.3
    winking = head_fitter().fit(seen(made(-10, WINK))).expression
    assert winking["eyeBlinkLeft"] > 0.7
    assert winking["eyeBlinkRight"] < 0.2


def test_an_expected_expression_decides_where_landmarks_do_not() -> None:
    seen = landmarks(made(0))
    squint = Coefficients.of(eyeSquintLeft=0.5, cheekSquintLeft=0.5)
    found = head_fitter().fit(seen, expected=squint).expression
    assert found["cheekSquintLeft"] > 0.3
    assert found["jawOpen"] < 0.1


def test_the_gaze_is_found() -> None:
    for yaw, gaze in ((0, (12, -6)), (20, (-10, 8))):
        face = made(yaw, REST.with_gaze(gaze))
        right, left = head_fitter().fit(dense(face)).expression.gaze
        assert right == pytest.approx(gaze, abs=6)
        assert left == pytest.approx(gaze, abs=6)


def test_what_is_hardly_a_face_gives_finite_numbers() -> None:
    rng = np.random.default_rng(1)
    flat = landmarks(made(0))
    flat[:, 1] *= 0.01
    for points in (rng.uniform(0, 500, (68, 2)), rng.uniform(0, 500, (478, 2)), flat):
        found = head_fitter().fit(points)
        assert np.isfinite(found.mesh).all()
        assert found.pose.scale > 0


def test_upside_down_is_no_trouble() -> None:
    points = (-dense(made(10))).astype(np.float32)
    assert abs(head_fitter().fit(points).angles[2]) > 170
