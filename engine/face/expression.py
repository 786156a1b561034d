"""Expressions: seven sliders and the displacements of the landmarks that they cause.

All points are landmarks (68, 3) in head coordinates (see `engine.face.head`). Displacements in the
tables are multiples of the distance between the eye centres.
"""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config.skeletons import MIRROR_IMAGES, N_LANDMARKS
from engine.core.errors import ReposeError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Expression:
    """Slider values in [-1, 1], relative to the source's own expression; 0 changes nothing.

    open_mouth       1: jaw dropped; -1: lips closed
    smile            1: broad smile; -1: corners of the mouth down
    pucker           1: lips puckered; -1: lips stretched
    close_right_eye  1: shut; -1: wide open; right as seen by the person
    close_left_eye   likewise
    raise_brows      1: up; -1: down
    frown            1: inner ends of the brows down and together; -1: up, as in worry

    Raises ReposeError for values outside of [-1, 1].
    """

    open_mouth: float = 0.0
    smile: float = 0.0
    pucker: float = 0.0
    close_right_eye: float = 0.0
    close_left_eye: float = 0.0
    raise_brows: float = 0.0
    frown: float = 0.0

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            if not (isinstance(value, int | float) and math.isfinite(value) and abs(value) <= 1):
                raise ReposeError(f"{name} of an expression must be a number from -1 to 1.")


NEUTRAL = Expression()

CLOSED_BY = {
    "open_mouth": (*range(4, 13), *range(48, 68)),
    "close_right_eye": tuple(range(36, 42)),
    "close_left_eye": tuple(range(42, 48)),
}
"""The landmarks that these sliders close; their displacement depends on the present opening."""

_LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))  # upper and lower
_UPPER_LIDS_SHARE = 0.85  # share of the closing movement that the upper lid makes
_SHUT = 0.92  # of the opening: dlib places the lids of a shut eye slightly apart
_WIDE = 0.45  # of the opening, added at -1

_LIPS = ((61, 67), (62, 66), (63, 65))
_FOLLOW = {61: (49, 50), 62: (51,), 63: (52, 53), 67: (58, 59), 66: (57,), 65: (55, 56)}
_LOWER_LIP_SHARE = 0.85
_CHIN_SHARE = 0.7

_JAW_DROP = math.radians(16.0)
# Share of the jaw's rotation about the ears, by landmark.
_WITH_JAW = {
    2: 0.08, 3: 0.22, 4: 0.45, 5: 0.7, 6: 0.9, 7: 1.0, 8: 1.0,
    48: 0.35, 59: 0.8, 58: 0.97, 57: 1.0, 60: 0.37, 67: 0.97, 66: 1.0,
}  # fmt: skip

# Displacements (x, y, z) of the right half (the image's left) and the middle of a face. _SMILE is
# twice the median between the neutral and the smiling portraits of 40 people.
_SMILE = {
    4: (-0.02, 0.0, 0.025), 7: (0.0, 0.04, 0.0), 8: (0.0, 0.06, 0.0),
    19: (0.0, 0.02, 0.0), 20: (0.0, 0.02, 0.0), 30: (0.0, 0.05, 0.0),
    31: (-0.026, 0.01, 0.0), 32: (-0.014, 0.01, 0.0), 33: (0.0, 0.02, 0.0),
    48: (-0.12, -0.135, -0.02), 49: (-0.08, -0.07, 0.0), 50: (-0.035, -0.035, 0.0),
    51: (0.0, -0.038, 0.0), 57: (0.0, 0.075, -0.01), 58: (-0.034, 0.068, -0.01),
    59: (-0.083, 0.008, -0.01), 60: (-0.114, -0.107, -0.02), 61: (-0.034, -0.09, 0.0),
    62: (0.0, -0.076, 0.0), 66: (0.0, 0.09, -0.005), 67: (-0.036, 0.09, -0.005),
}  # fmt: skip
_SADNESS = {
    7: (0.0, -0.02, 0.0), 8: (0.0, -0.02, 0.01),
    48: (0.01, 0.09, 0.0), 49: (0.0, 0.035, 0.0), 59: (0.0, 0.03, 0.0), 60: (0.01, 0.08, 0.0),
    57: (0.0, -0.02, 0.02), 58: (0.0, -0.01, 0.015),
}  # fmt: skip
_BROWS_UP = {
    17: (0.0, -0.13, 0.0), 18: (0.0, -0.17, 0.0), 19: (0.0, -0.18, 0.0), 20: (0.0, -0.175, 0.0),
    21: (0.0, -0.16, 0.0), 37: (0.0, -0.02, 0.0), 38: (0.0, -0.02, 0.0),
}  # fmt: skip
_BROWS_DOWN = {
    17: (0.0, 0.04, 0.0), 18: (0.0, 0.06, 0.0), 19: (0.0, 0.08, 0.0), 20: (0.0, 0.09, 0.0),
    21: (0.0, 0.09, 0.0),
}  # fmt: skip
_FROWN = {
    18: (0.0, -0.01, 0.0), 19: (0.012, 0.02, 0.0), 20: (0.035, 0.06, 0.0), 21: (0.05, 0.085, 0.0),
}  # fmt: skip
_WORRY = {
    17: (0.0, 0.03, 0.0), 18: (0.0, 0.015, 0.0), 19: (0.0, -0.03, 0.0), 20: (0.01, -0.09, 0.0),
    21: (0.015, -0.13, 0.0),
}  # fmt: skip


def moves(points: Floats, expression: Expression, closing: Floats) -> Floats:
    """The displacements (68, 3) of the landmarks by an expression, head coordinates.

    points   (68, 3) the face without it    closing  (68, 3) from `closing_moves`
    """
    total = np.zeros_like(points)
    for value, positive, negative in (
        (expression.smile, _TABLES["smile"], _TABLES["sadness"]),
        (expression.raise_brows, _TABLES["brows up"], _TABLES["brows down"]),
        (expression.frown, _TABLES["frown"], _TABLES["worry"]),
    ):
        total += abs(value) * (positive if value > 0 else negative)
    total *= eye_distance(points)
    total += _drop_jaw(points, max(expression.open_mouth, 0.0))
    total += _pucker(points, expression.pucker)
    mouth = list(CLOSED_BY["open_mouth"])
    total[mouth] += max(-expression.open_mouth, 0.0) * closing[mouth]
    for name in ("close_right_eye", "close_left_eye"):
        eye, value = list(CLOSED_BY[name]), getattr(expression, name)
        total[eye] += (value if value > 0 else _WIDE * value) * closing[eye]
    return total


def closing_moves(points: Floats) -> Floats:
    """The displacements (68, 3) that close both eyes and the mouth, head coordinates."""
    closing = np.zeros_like(points)
    for upper, lower in _LIDS:
        gap = _SHUT * (points[lower] - points[upper])
        closing[upper] = _UPPER_LIDS_SHARE * gap
        closing[lower] = (_UPPER_LIDS_SHARE - 1) * gap
    for upper, lower in _LIPS:
        gap = points[lower] - points[upper]
        closing[[upper, *_FOLLOW[upper]]] = (1 - _LOWER_LIP_SHARE) * gap
        closing[[lower, *_FOLLOW[lower]]] = -_LOWER_LIP_SHARE * gap
    chin = np.sin(np.linspace(0, np.pi, 9)) ** 0.5
    closing[4:13, 1] = _CHIN_SHARE / _LOWER_LIP_SHARE * closing[66, 1] * chin
    return closing


def eye_distance(points: Floats) -> float:
    """The distance between the eye centres, the unit of length of a face."""
    apart = points[36:42].mean(axis=0) - points[42:48].mean(axis=0)
    return max(float(np.linalg.norm(apart)), 1e-6)


def _drop_jaw(points: Floats, share: float) -> Floats:
    """Displacements (68, 3): the lower jaw rotates about the ears, the mouth becomes narrower."""
    angle = share * _JAW_DROP * _WITH_JAW_WEIGHTS
    y, z = points[:, 1], points[:, 2]
    moved = np.zeros_like(points)
    moved[:, 1] = np.sin(angle) * z + (np.cos(angle) - 1) * y
    moved[:, 2] = (np.cos(angle) - 1) * z - np.sin(angle) * y
    mouth = slice(48, 68)
    moved[mouth, 0] = -0.12 * share * (points[mouth, 0] - _mouth_middle(points))
    return moved


def _pucker(points: Floats, value: float) -> Floats:
    """Displacements (68, 3): the mouth narrower and forward, or wider and backward."""
    moved = np.zeros_like(points)
    mouth = slice(48, 68)
    across = points[mouth, 0] - _mouth_middle(points)
    side = across / max(float(np.abs(across).max()), 1e-6)
    moved[mouth, 0] = (-0.34 if value > 0 else -0.16) * value * across
    moved[mouth, 2] = (0.1 if value > 0 else 0.03) * value * (1 - side**2) * eye_distance(points)
    return moved


def _mouth_middle(points: Floats) -> float:
    return float(points[[48, 54], 0].mean())


def _both_sides(half: dict[int, tuple[float, float, float]]) -> Floats:
    """Mirror a table of one half and the middle to displacements of all landmarks (68, 3)."""
    moved = np.zeros((N_LANDMARKS, 3))
    for index, (x, y, z) in half.items():
        moved[MIRROR_IMAGES[index]] = (-x, y, z)
        moved[index] = (x, y, z)
    return moved


_TABLES = {
    "smile": _both_sides(_SMILE),
    "sadness": _both_sides(_SADNESS),
    "brows up": _both_sides(_BROWS_UP),
    "brows down": _both_sides(_BROWS_DOWN),
    "frown": _both_sides(_FROWN),
    "worry": _both_sides(_WORRY),
}
_WITH_JAW_WEIGHTS = _both_sides({k: (0.0, w, 0.0) for k, w in _WITH_JAW.items()})[:, 1]
