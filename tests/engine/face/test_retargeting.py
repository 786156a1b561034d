"""Expressions as `copy_pose` carries them over: openings of mouth, eyes and brows, as ratios."""

import numpy as np
import pytest

from engine.face.head import mean_head
from engine.face.landmarks import Landmarks
from engine.face.pose import copy_pose
from engine.face.retargeting import retarget_expression

UPPER, LOWER = [61, 62, 63], [67, 66, 65]
LOWER_MOUTH = [55, 56, 57, 58, 59, 65, 66, 67]
UPPER_LIDS, LOWER_LIDS = [37, 38, 43, 44], [41, 40, 47, 46]


@pytest.fixture
def mean() -> Landmarks:
    points = mean_head().landmarks(np.eye(3))[:, :2] * 100 + 200
    return points.astype(np.float32)


def gap(landmarks: Landmarks) -> float:
    """Opening of the mouth, in distances of the eyes."""
    eyes = np.linalg.norm(landmarks[36:42].mean(axis=0) - landmarks[42:48].mean(axis=0))
    return float((landmarks[LOWER, 1] - landmarks[UPPER, 1]).mean() / eyes)


def eye_opening(landmarks: Landmarks) -> float:
    return float((landmarks[LOWER_LIDS, 1] - landmarks[UPPER_LIDS, 1]).mean())


def test_own_expression_changes_nothing() -> None:
    points = mean_head().landmarks(np.eye(3))
    np.testing.assert_allclose(retarget_expression(points, points), points, atol=1e-9)


def test_size_of_the_target_plays_no_part() -> None:
    points = mean_head().landmarks(np.eye(3))
    np.testing.assert_allclose(retarget_expression(points, 3 * points), points, atol=1e-9)


def test_an_open_mouth_opens_the_mouth_and_lowers_the_chin(
    face: Landmarks, mean: Landmarks
) -> None:
    opened = mean.copy()
    opened[LOWER_MOUTH, 1] += 18
    opened[4:13, 1] += 18
    copied, closed = copy_pose(face, opened), copy_pose(face, mean)
    assert gap(copied) - gap(closed) == pytest.approx(gap(opened) - gap(mean), rel=0.25)
    assert copied[8, 1] > closed[8, 1] + 3
    assert copied[51, 1] - closed[51, 1] < 0.3 * (copied[57, 1] - closed[57, 1])
    np.testing.assert_allclose(copied[27:31], closed[27:31], atol=2.0)


def test_a_smile_widens_the_mouth_and_lifts_its_corners(mean: Landmarks) -> None:
    smiling = mean.copy()
    smiling[48:, 0] = 200 + (smiling[48:, 0] - 200) * 1.25
    smiling[[48, 54, 60, 64], 1] -= 8
    copied = copy_pose(mean, smiling)
    assert np.ptp(copied[[48, 54], 0]) == pytest.approx(1.25 * np.ptp(mean[[48, 54], 0]), rel=0.03)
    lifted = (copied - mean)[[48, 54], 1] - (copied - mean)[51, 1]
    assert lifted == pytest.approx([-8, -8], abs=2)


def test_closed_eyes_close_the_eyes(face: Landmarks, mean: Landmarks) -> None:
    asleep = mean.copy()
    middle = (asleep[UPPER_LIDS, 1] + asleep[LOWER_LIDS, 1]) / 2
    asleep[UPPER_LIDS, 1] = asleep[LOWER_LIDS, 1] = middle
    awake = eye_opening(copy_pose(face, mean))
    assert awake > 3
    assert abs(eye_opening(copy_pose(face, asleep))) < 0.25 * awake


def test_raised_brows_raise_the_brows(mean: Landmarks) -> None:
    surprised = mean.copy()
    surprised[17:27, 1] -= 9
    raised = copy_pose(mean, surprised) - mean
    assert raised[17:27, 1] == pytest.approx(np.full(10, -9), abs=2)
    assert np.abs(raised[36:48]).max() < 1


def test_collapsed_eyes_and_mouth_give_numbers() -> None:
    points = mean_head().landmarks(np.eye(3))
    collapsed = points.copy()
    collapsed[36:48] = collapsed[30]
    collapsed[48:68] = collapsed[30]
    assert np.isfinite(retarget_expression(points, collapsed)).all()
    assert np.isfinite(retarget_expression(collapsed, points)).all()
