"""Bending a head: to all landmarks, and near dragged ones alone."""

import numpy as np

from engine.face.head import N_JAW, rotation
from engine.face.head_bend import INNER_REACH, compact, thin_plate
from engine.face.head_model import Part, head_model

MODEL, TURNED = head_model(), rotation(15, 5, -4)
RIGID = (Part.RIGHT_EYE, Part.LEFT_EYE, Part.UPPER_TEETH, Part.LOWER_TEETH)


def test_thin_plates_meet_the_landmarks() -> None:
    residual = np.random.default_rng(2).normal(0, 0.02, (68, 2))
    residual[[61, 62, 63]] = residual[[67, 66, 65]]  # lips that meet cannot go two ways
    mesh = thin_plate(MODEL, MODEL.mean, TURNED, residual)
    moved = MODEL.landmarks(TURNED, mesh) - MODEL.landmarks(TURNED, MODEL.mean)
    missed = (moved @ TURNED.T)[N_JAW:, :2] - residual[N_JAW:]
    assert np.median(np.abs(missed)) < 0.003


def test_a_dragged_brow_moves_a_brow_and_nothing_else() -> None:
    residual = np.zeros((68, 2))
    residual[24] = 0, -0.11
    moved = np.linalg.norm(compact(MODEL, MODEL.mean, TURNED, residual) - MODEL.mean, axis=1)
    handle = MODEL.landmarks(TURNED, MODEL.mean)[24]
    far = np.linalg.norm(MODEL.mean - handle, axis=1) > INNER_REACH
    assert moved[far].max() == 0
    assert moved.max() > 0.09
    others = MODEL.landmarks(TURNED, compact(MODEL, MODEL.mean, TURNED, residual))
    still = np.delete(others - MODEL.landmarks(TURNED, MODEL.mean), 24, axis=0)
    assert np.abs(still[N_JAW:]).max() < 0.02


def test_without_a_drag_nothing_moves() -> None:
    still = compact(MODEL, MODEL.mean, TURNED, np.zeros((68, 2)))
    np.testing.assert_array_equal(still, MODEL.mean)


def test_eyeballs_and_teeth_are_not_deformed() -> None:
    residual = np.random.default_rng(3).normal(0, 0.05, (68, 2))
    bent = thin_plate(MODEL, MODEL.mean, TURNED, residual) - MODEL.mean
    near = compact(MODEL, MODEL.mean, TURNED, residual) - MODEL.mean
    for part in RIGID:
        assert np.ptp(bent[MODEL.rows(part)], axis=0).max() < 1e-6
        assert np.abs(near[MODEL.rows(part)]).max() == 0
