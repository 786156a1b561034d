"""Fitting the head model gives back what made the landmarks."""

import time

import numpy as np
import pytest

from engine.face.coefficients import INDEX, REST, Coefficients
from engine.face.head import N_JAW, HeadPose, angles, rotation
from engine.face.head_bend import HeadBend
from engine.face.head_fit import FittedHead, HeadFitter, fitter
from engine.face.landmarks import Landmarks

LAUGH = Coefficients.of(
    jawOpen=0.5, mouthSmileLeft=0.8, mouthSmileRight=0.8, cheekSquintLeft=0.4, cheekSquintRight=0.4
)
WINK = Coefficients.of(eyeBlinkLeft=1, mouthSmileLeft=0.3)


@pytest.fixture(scope="module")
def fit() -> HeadFitter:
    return fitter()


def made(
    fit: HeadFitter, yaw: float, expression: Coefficients = REST, seed: int = 0, pitch: float = 5
) -> FittedHead:
    identity = np.random.default_rng(seed).normal(0, 0.7, 20)
    pose = HeadPose(rotation(yaw, pitch, -4), 110.0, np.array([300.0, 220.0]))
    return FittedHead(fit.model, pose, identity, expression)


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
def test_pose_and_shape_are_found(fit: HeadFitter, yaw: float, seen) -> None:  # type: ignore[no-untyped-def]
    face = made(fit, yaw)
    found = fit.fit(seen(face))
    turn = angles(found.pose.rotation @ face.pose.rotation.T)
    assert np.abs(turn).max() < 4
    missed = np.linalg.norm(seen(found) - seen(face), axis=1) / face.pose.scale
    assert np.median(missed) < 0.012


@pytest.mark.parametrize("seen", [landmarks, dense])
def test_expressions_are_found(fit: HeadFitter, seen) -> None:  # type: ignore[no-untyped-def]
    laughing = fit.fit(seen(made(fit, 10, LAUGH)), ridge=4).expression
    assert laughing["jawOpen"] > 0.3
    assert laughing["mouthSmileLeft"] > 0.4
    winking = fit.fit(seen(made(fit, -10, WINK)), ridge=4).expression
    assert winking["eyeBlinkLeft"] > 0.7
    assert winking["eyeBlinkRight"] < 0.2


def test_the_gaze_is_found(fit: HeadFitter) -> None:
    for yaw, gaze in ((0, (12, -6)), (20, (-10, 8))):
        face = made(fit, yaw, REST.with_gaze(gaze))
        right, left = fit.fit(dense(face)).expression.gaze
        assert right == pytest.approx(gaze, abs=6)
        assert left == pytest.approx(gaze, abs=6)


def test_a_known_face_is_followed(fit: HeadFitter) -> None:
    face = made(fit, 10)
    known = fit.fit(dense(face))
    moved = FittedHead(fit.model, HeadPose(rotation(18, 2, 0), 115.0, np.array([310.0, 230.0])),
                       face.identity, LAUGH)  # fmt: skip
    found = fit.follow(known, dense(moved), ridge=4, steps=3)
    assert found.identity is known.identity
    assert angles(found.pose.rotation) == pytest.approx((18, 2, 0), abs=2)
    assert found.expression["jawOpen"] > 0.3
    frozen = fit.follow(known, dense(moved), pose_free=False)
    assert frozen.pose is known.pose


def test_what_is_hardly_a_face_gives_finite_numbers(fit: HeadFitter) -> None:
    rng = np.random.default_rng(1)
    flat = landmarks(made(fit, 0)) * np.float32([1, 0.01])
    for points in (rng.uniform(0, 500, (68, 2)), rng.uniform(0, 500, (478, 2)), flat):
        found = fit.fit(points)
        assert np.isfinite(found.mesh).all()
        assert found.pose.scale > 0


def test_upside_down_is_no_trouble(fit: HeadFitter) -> None:
    points = (-dense(made(fit, 10))).astype(np.float32)
    assert abs(fit.fit(points).angles[2]) > 170


@pytest.mark.parametrize("way", ["thin_plate", "compact"])
def test_a_bend_meets_the_landmarks(fit: HeadFitter, way: str) -> None:
    face = made(fit, 15)
    bend = HeadBend(face)
    goal = landmarks(face) + np.random.default_rng(2).normal(0, 2, (68, 2)).astype(np.float32)
    mesh = getattr(bend, way)(bend.residual(goal))
    inside = face.model.landmarks(face.pose.rotation, mesh)[N_JAW:]
    seen = face.pose.project(inside)[:, :2]
    assert np.abs(seen - goal[N_JAW:]).max() < 4, "lips that meet cannot go two ways"
    assert np.median(np.abs(seen - goal[N_JAW:])) < 0.3


def test_a_dragged_brow_moves_a_brow_and_nothing_else(fit: HeadFitter) -> None:
    face = made(fit, 15)
    bend = HeadBend(face)
    goal = landmarks(face)
    goal[24] += (0, -12)
    drag = 12 / face.pose.scale
    moved = np.linalg.norm(bend.compact(bend.residual(goal)) - face.mesh, axis=1)
    handle = bend.landmarks[24]
    far = np.linalg.norm(face.mesh - handle, axis=1) > 0.5
    assert moved[far].max() < 1e-3 * drag
    assert moved.max() > 0.9 * drag
    assert np.abs(bend.compact(np.zeros((68, 2))) - face.mesh).max() == 0


def test_eyeballs_and_teeth_are_not_bent(fit: HeadFitter) -> None:
    face = made(fit, 0)
    bend = HeadBend(face)
    residual = np.random.default_rng(3).normal(0, 0.05, (68, 2))
    for part in (1, 2, 3, 4):
        rows = face.model.vertex_parts == part
        moved = (bend.thin_plate(residual) - face.mesh)[rows]
        assert np.ptp(moved, axis=0).max() < 1e-6
        assert np.abs((bend.compact(residual) - face.mesh)[rows]).max() == 0


def test_it_is_fast_enough_for_a_hand(fit: HeadFitter) -> None:
    """Generous: other programs run, too."""
    face = made(fit, 10, LAUGH)
    points = dense(face)
    fit.fit(points)
    start = time.perf_counter()
    known = fit.fit(points)
    assert time.perf_counter() - start < 1
    start = time.perf_counter()
    assert fit.follow(known, points).mesh is not None
    assert time.perf_counter() - start < 0.2
    assert known.expression.array[INDEX["jawOpen"]] > 0
