"""Lifted faces: exact landmarks, lids and lips that meet, heads that follow landmarks."""

import numpy as np
import pytest

from engine.face.coefficients import REST
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.head import N_JAW
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace, expected_expression
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

UPPER_LIDS, LOWER_LIDS = [160, 159, 158, 385, 386, 387], [144, 145, 153, 380, 374, 373]
UPPER_LIPS, LOWER_LIPS = [82, 13, 312], [87, 14, 317]


@pytest.fixture(scope="session")
def found(photo: Photo) -> Face:
    return find_faces(photo)[0]


@pytest.fixture(scope="session", params=["68", "dense"])
def lifted(found: Face, request: pytest.FixtureRequest) -> LiftedFace:
    return LiftedFace.of(found.landmarks if request.param == "68" else found)


def seen_landmarks(head: PosedHead) -> Landmarks:
    points = head_model().landmarks(head.pose.rotation, head.mesh)
    return head.pose.project(points)[:, :2].astype(np.float32)


def lid_gaps(lifted: LiftedFace, blink: float) -> np.ndarray:
    """(6,) decimetres."""
    shut = lifted.expression.replaced(eyeBlinkLeft=blink, eyeBlinkRight=blink)
    points = head_model().dense(lifted.expressed(shut))
    gaps: np.ndarray = points[LOWER_LIDS, 1] - points[UPPER_LIDS, 1]
    return gaps


def test_the_mesh_has_the_landmarks(lifted: LiftedFace) -> None:
    head = lifted.head
    assert head.landmarks is lifted.landmarks
    missed = np.linalg.norm(seen_landmarks(head) - lifted.landmarks, axis=1)
    assert missed[N_JAW:].max() < 0.015 * lifted.pose.scale
    np.testing.assert_allclose(
        lifted.pose.project(lifted.points())[:, :2], lifted.landmarks, atol=1e-3
    )


def test_irises_are_where_they_were_detected(found: Face) -> None:
    head = LiftedFace.of(found).head
    pupils = np.stack([ball.pupil for ball in head_model().eyeballs(head.mesh, head.expression)])
    assert found.irises is not None
    missed = head.pose.project(pupils)[:, :2] - found.irises
    assert np.abs(missed.mean(axis=0)).max() < 0.005 * head.pose.scale
    assert np.abs(missed).max() < 0.03 * head.pose.scale


def test_lids_meet(lifted: LiftedFace) -> None:
    assert lid_gaps(lifted, 0).min() > 0.04
    assert np.abs(lid_gaps(lifted, 1)).max() < 0.012
    half = lid_gaps(lifted, 0.5) / lid_gaps(lifted, 0)
    assert 0.3 < half.min() < half.max() < 0.7


def test_lips_meet_at_rest(lifted: LiftedFace) -> None:
    """The person of the photo smiles with open lips."""
    gaps = []
    for mesh in (lifted.mesh, lifted.expressed(REST)):
        points = head_model().dense(mesh)
        gaps.append(points[LOWER_LIPS, 1] - points[UPPER_LIPS, 1])
    assert gaps[0].min() > 0.05
    assert np.abs(gaps[1]).max() < 0.004


def test_lips_do_not_cross(lifted: LiftedFace) -> None:
    pressed = lifted.expression.replaced(mouthRollUpper=1.0, mouthShrugLower=1.0, jawOpen=0.0)
    points = head_model().dense(lifted.expressed(pressed))
    assert (points[LOWER_LIPS, 1] - points[UPPER_LIPS, 1]).min() > -0.005


def test_the_own_landmarks_give_exactly_the_own_head(lifted: LiftedFace) -> None:
    assert lifted.followed(lifted.landmarks.copy()) is lifted.head
    nearly = lifted.followed(lifted.landmarks + np.float32(1e-3))
    assert np.abs(nearly.seen - lifted.head.seen).max() < 0.05


def test_a_turned_head_is_followed(lifted: LiftedFace) -> None:
    pose = Pose3D.unchanged(lifted).with_coefficients({"jawOpen": 0.6}).turned(20, -5, 5)
    head = lifted.followed(pose.landmarks())
    np.testing.assert_array_equal(head.landmarks, pose.landmarks())
    missed = np.linalg.norm(seen_landmarks(head) - pose.landmarks(), axis=1)
    assert missed[N_JAW:].max() < 0.03 * lifted.pose.scale
    assert head.expression["jawOpen"] == pytest.approx(0.6, abs=0.15)
    face = np.flatnonzero(head_model().mean[:, 2] > 0.3)
    apart = np.linalg.norm((head.seen - pose.head.seen)[face, :2], axis=1)
    assert np.median(apart) < 0.03 * lifted.pose.scale


def test_the_head_is_the_same_in_a_crop(lifted: LiftedFace) -> None:
    crop = Crop(-30, 10, 400)
    small = lifted.head.in_crop(crop, 128)
    expected = crop.to_network(lifted.head.seen[:, :2], 128)
    np.testing.assert_allclose(small.seen[:, :2], expected, atol=1e-3)
    np.testing.assert_allclose(small.seen[:, 2], lifted.head.seen[:, 2] * 128 / 400)
    np.testing.assert_allclose(small.landmarks, crop.to_network(lifted.landmarks, 128))


def test_the_detectors_coefficients_are_relative_to_neutral_faces(found: Face) -> None:
    expected = expected_expression(found)
    assert expected["mouthSmileLeft"] == pytest.approx(found.coefficients["mouthSmileLeft"])
    assert expected["eyeSquintLeft"] < found.coefficients["eyeSquintLeft"]
    assert expected.gaze == ((0, 0), (0, 0))
