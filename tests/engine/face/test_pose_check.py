"""What is said to be wrong with a pose, and what is not."""

from dataclasses import fields, replace

import numpy as np
import pytest

import engine
from engine.face.expression import Expression
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, expressed
from engine.face.pose_check import SMALLEST_FACE, check_pose
from engine.face.trained_range import TrainedRange
from engine.imaging.photos import Photo
from engine.inference.predictor import Predictor

SIZE = (512, 512)
WIDE = TrainedRange((-90, 90), (-90, 90), (-180, 180))


def eyes_apart(face: Landmarks) -> float:
    return float(np.linalg.norm(face[36:42].mean(axis=0) - face[42:48].mean(axis=0)))


def kinds(pose: Pose3D, trained: TrainedRange = WIDE) -> list[str]:
    return [finding.kind for finding in check_pose(pose, SIZE, trained)]


def test_the_face_as_it_is_has_nothing_wrong(face: Landmarks) -> None:
    assert check_pose(Pose3D.of(face), SIZE, TrainedRange()) == ()


@pytest.mark.parametrize("yaw", [-60, -30, 30, 60])
@pytest.mark.parametrize("pitch", [-30, 0, 30])
def test_a_turned_head_is_not_folded(face: Landmarks, yaw: float, pitch: float) -> None:
    assert kinds(Pose3D.of(face).turned(yaw, pitch, 20)) == []


@pytest.mark.parametrize("name", [field.name for field in fields(Expression)])
@pytest.mark.parametrize("yaw", [0, 40])
def test_no_expression_is_folded(face: Landmarks, name: str, yaw: float) -> None:
    pose = expressed(Pose3D.of(face).turned(yaw, 0, 0), replace(Expression(), **{name: 1.0}))
    assert kinds(pose) == []


def test_a_face_moved_and_scaled_as_a_whole_is_not_folded(face: Landmarks) -> None:
    centre = face.mean(axis=0)
    assert kinds(Pose3D.of(face).with_landmarks((face - centre) * 1.2 + centre + 10)) == []


@pytest.mark.parametrize(
    ("points", "x", "y"),
    [
        ([8], 0, -0.75),  # the chin into the mouth
        ([48, 60], -0.9, 0),  # a corner of the mouth out of the face
        ([37, 38], 0, 0.3),  # an upper lid below the lower one
        ([30], 0, -0.6),  # the tip of the nose between the eyes
        ([50, 51, 52, 61, 62, 63], 0, 0.6),  # the upper lip below the lower one
    ],
)
def test_points_on_the_wrong_side_of_others_are_named(
    face: Landmarks, points: list[int], x: float, y: float
) -> None:
    unit = eyes_apart(face)
    pose = Pose3D.of(face).moved(points, (x * unit, y * unit))
    (finding,) = check_pose(pose, SIZE, WIDE)
    assert finding.kind == "folded"
    assert finding.points
    assert finding.points <= set(points)


@pytest.mark.parametrize(("kind", "index"), [("yaw", 0), ("pitch", 1), ("roll", 2)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_head_turned_further_than_was_learnt(
    face: Landmarks, kind: str, index: int, sign: int
) -> None:
    own = engine.head_angles(face)
    learnt = replace(WIDE, **{kind: (own[index] - 20, own[index] + 20)})
    for degrees, expected in ((19, []), (21, [kind])):
        turn = [0.0, 0.0, 0.0]
        turn[index] = sign * degrees
        findings = check_pose(Pose3D.of(face).turned(*turn), SIZE, learnt)
        assert [finding.kind for finding in findings] == expected
        if findings:
            assert findings[0].value == sign * degrees
            assert findings[0].limit == pytest.approx(sign * 20, abs=0.1)


def test_a_source_beyond_the_range_is_no_pose_beyond_it(face: Landmarks) -> None:
    far = Pose3D.of(face).turned(40, 0, 0).landmarks()
    learnt = replace(WIDE, yaw=(-30.0, 30.0))
    assert kinds(Pose3D.of(far).turned(0, 5, 0), learnt) == []
    assert kinds(Pose3D.of(far).turned(1, 0, 0), learnt) == ["yaw"]


def test_a_head_tilted_by_its_points_is_tilted_too(face: Landmarks) -> None:
    tilted = Pose3D.of(face).turned(0, 0, 40).landmarks()
    assert kinds(Pose3D.of(face).with_landmarks(tilted), replace(WIDE, roll=(-20, 20))) == ["roll"]


def test_a_face_that_leaves_the_photo(face: Landmarks) -> None:
    gone = (face + np.array([0, SIZE[1] - face[:, 1].mean()])).astype(np.float32)
    (finding,) = check_pose(Pose3D.of(face).with_landmarks(gone), SIZE, WIDE)
    assert finding.kind == "outside"
    assert finding.points == {i for i, y in enumerate(gone[:, 1]) if y > SIZE[1] - 0.5}
    assert kinds(Pose3D.of(gone).with_landmarks(gone + 0.5)) == [], "it was so before"


def test_a_small_face_is_found_small_whatever_the_pose(face: Landmarks) -> None:
    small = (face * np.float32(0.9 * SMALLEST_FACE / np.ptp(face[:, 1]))).astype(np.float32)
    for pose in (Pose3D.of(small), Pose3D.of(small).turned(5, 0, 0)):
        (finding,) = check_pose(pose, SIZE, WIDE)
        assert finding.kind == "small"
        assert finding.value == pytest.approx(0.9 * SMALLEST_FACE, abs=0.1)


def test_identity_drifts_with_the_picture(predictor: Predictor, photo: Photo) -> None:
    face = engine.find_faces(photo)[0].landmarks
    predictor.set_source(photo, face)
    made = predictor.predict(face)
    source = (made.posed.source.pixels / 255).astype(np.float32)
    assert engine.identity_drift(replace(made, refined=source)) == pytest.approx(0, abs=1e-4)
    mirrored = np.ascontiguousarray(source[::-1])
    assert engine.identity_drift(replace(made, refined=mirrored)) > 0.5
