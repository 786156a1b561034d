"""Expressions on another face: by coefficients, in parts and by strength."""

import numpy as np
import pytest

from engine.face.coefficients import Coefficients
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D
from engine.face.pose_transfer import copy_pose
from engine.face.retargeting import PosePart, retargeted

UPPER, LOWER = [61, 62, 63], [67, 66, 65]
LOWER_MOUTH = [55, 56, 57, 58, 59, 65, 66, 67]
UPPER_LIDS, LOWER_LIDS = [37, 38, 43, 44], [41, 40, 47, 46]


@pytest.fixture
def mean() -> Landmarks:
    points = head_model().landmarks(np.eye(3), head_model().mean)[:, :2] * 100 + 200
    return points.astype(np.float32)


def gap(landmarks: Landmarks) -> float:
    """Opening of the mouth, in distances of the eyes."""
    eyes = np.linalg.norm(landmarks[36:42].mean(axis=0) - landmarks[42:48].mean(axis=0))
    return float((landmarks[LOWER, 1] - landmarks[UPPER, 1]).mean() / eyes)


def eye_opening(landmarks: Landmarks) -> float:
    return float((landmarks[LOWER_LIDS, 1] - landmarks[UPPER_LIDS, 1]).mean())


def test_an_expression_is_copied_relative_to_its_own_neutral() -> None:
    own = Coefficients.of(mouthSmileLeft=0.8, jawOpen=0.4, browInnerUp=0.3)
    target = Coefficients.of(jawOpen=0.6, eyeBlinkLeft=0.9, browInnerUp=0.5)
    usual = Coefficients.of(jawOpen=0.1, browInnerUp=0.5)
    copied = retargeted(own, target, target_neutral=usual)
    assert copied["jawOpen"] == pytest.approx(0.5), "the own open mouth is not added to it"
    assert copied["mouthSmileLeft"] == 0
    assert copied["browInnerUp"] == 0
    parts: tuple[PosePart, ...] = ("eyes",)
    eyes_only = retargeted(own, target, parts)
    assert eyes_only == own.replaced(eyeBlinkLeft=0.9)
    half = retargeted(own, target, strength=0.5)
    assert half["jawOpen"] == pytest.approx(0.5)
    assert half["mouthSmileLeft"] == pytest.approx(0.4)
    assert retargeted(own, target, strength=0) == own


def test_an_open_mouth_opens_the_mouth_and_lowers_the_chin(
    face: Landmarks, mean: Landmarks
) -> None:
    opened = mean.copy()
    opened[LOWER_MOUTH, 1] += 18
    opened[4:13, 1] += 14
    copied, closed = copy_pose(face, opened), copy_pose(face, mean)
    assert gap(closed) == pytest.approx(0, abs=0.03), "the smile with open lips is not kept"
    assert gap(copied) - gap(closed) == pytest.approx(gap(opened) - gap(mean), rel=0.35)
    assert copied[8, 1] > closed[8, 1] + 3
    assert copied[51, 1] - closed[51, 1] < 0.3 * (copied[57, 1] - closed[57, 1])


def test_a_smile_widens_the_mouth_and_lifts_its_corners(mean: Landmarks) -> None:
    smiling = mean.copy()
    smiling[48:, 0] = 200 + (smiling[48:, 0] - 200) * 1.2
    smiling[[48, 54, 60, 64], 1] -= 7
    copied = copy_pose(mean, smiling)
    assert np.ptp(copied[[48, 54], 0]) > 1.08 * np.ptp(mean[[48, 54], 0])
    lifted = (copied - mean)[[48, 54], 1] - (copied - mean)[51, 1]
    assert lifted.max() < -3


def test_closed_eyes_close_the_eyes(face: Landmarks, mean: Landmarks) -> None:
    asleep = mean.copy()
    middle = (asleep[UPPER_LIDS, 1] + asleep[LOWER_LIDS, 1]) / 2
    asleep[UPPER_LIDS, 1] = asleep[LOWER_LIDS, 1] = middle
    awake = eye_opening(copy_pose(face, mean))
    assert awake > 3
    assert abs(eye_opening(copy_pose(face, asleep))) < 0.2 * awake


def test_raised_brows_raise_the_brows(mean: Landmarks) -> None:
    surprised = mean.copy()
    surprised[17:27, 1] -= 9
    raised = copy_pose(mean, surprised) - mean
    assert raised[18:26, 1].max() < -3
    assert np.abs(raised[48:68]).max() < 2


def test_a_copied_expression_is_read_from_the_coefficients_alone(face: Landmarks) -> None:
    wide = Pose3D.of(face).with_coefficients({"jawOpen": 0.8, "eyeBlinkLeft": 1.0})
    copied = Pose3D.of(face).with_pose_of(wide.landmarks(), ["mouth", "jaw", "eyes"])
    assert copied.shown["jawOpen"] == pytest.approx(0.8, abs=0.2)
    assert copied.shown["eyeBlinkLeft"] > 0.7
    assert copied.shown["eyeBlinkRight"] < 0.3
    assert not copied.edits.any()


def test_collapsed_eyes_and_mouth_give_numbers(mean: Landmarks) -> None:
    collapsed = mean.copy()
    collapsed[36:48] = collapsed[30]
    collapsed[48:68] = collapsed[30]
    for source, target in ((mean, collapsed), (collapsed, mean)):
        assert np.isfinite(copy_pose(source, target)).all()
    assert np.isfinite(LiftedFace.of(collapsed).mesh).all()
