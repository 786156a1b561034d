"""Expression retargeting: transfers the openings of mouth, eyes and brows as ratios.

All points are landmarks (68, 3) in head coordinates (see `engine.face.head`), so that the result is
independent of the head's rotation.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.face.expression import eye_distance

Floats = NDArray[np.float64]


class _Eye(NamedTuple):
    corners: tuple[int, int]
    lids: tuple[tuple[int, int], tuple[int, int]]
    """Pairs of an upper and a lower point that meet in a shut eye."""


_EYES = (_Eye((36, 39), ((37, 41), (38, 40))), _Eye((42, 45), ((43, 47), (44, 46))))
_BROWS = ((slice(17, 22), slice(36, 42)), (slice(22, 27), slice(42, 48)))
_UPPER_LIP = [49, 50, 51, 52, 53, 61, 62, 63]
_LOWER_LIP = [55, 56, 57, 58, 59, 65, 66, 67]
_CHIN = slice(4, 13)

# Shares of the change of an opening:
_UPPER_SHARE, _LOWER_SHARE = -0.15, 0.85  # of the mouth; the lower lip moves with the jaw
_CHIN_SHARE = 0.7  # of the mouth
_UPPER_LID_SHARE = 0.8  # of the eye

_WIDEST = 0.55  # largest opening of an eye, height over width

PosePart = Literal["head", "eyes", "brows", "mouth", "jaw"]
POSE_PARTS: tuple[PosePart, ...] = ("head", "eyes", "brows", "mouth", "jaw")
"""Parts of a pose that can be copied separately: the head's rotation and the moving features."""


def retarget_expression(
    source: Floats,
    target: Floats,
    parts: Collection[PosePart] = POSE_PARTS,
    strength: float = 1.0,
) -> Floats:
    """A copy of ``source`` (68, 3) with the openings of ``target`` (68, 3), head coordinates.

    strength  factor of the change; 1 reaches the target. Lids and lips never cross.
    """
    points = source.copy()
    ratio = eye_distance(source) / eye_distance(target)
    if "eyes" in parts:
        _open_eyes(points, target, strength)
    if "brows" in parts:
        _raise_brows(points, target, ratio, strength)
    gap = strength * (ratio * _gap(target) - _gap(points))
    if "jaw" in parts:
        points[_CHIN, 1] += _CHIN_SHARE * gap * np.sin(np.linspace(0, np.pi, 9)) ** 0.5
    if "mouth" in parts:
        _shape_mouth(points, target, ratio, strength)
    return points


def eye_openings(points: Floats) -> tuple[float, float]:
    """Height over width of the right and the left eye, as seen by the person."""
    right, left = (_opening(points, eye) for eye in _EYES)
    return right, left


def _open_eyes(points: Floats, target: Floats, strength: float) -> None:
    """Move the lids, mostly the upper ones, in place; they never cross."""
    for eye in _EYES:
        wanted = min(_opening(target, eye), _WIDEST)
        further = strength * (wanted - _opening(points, eye)) * _eye_width(points, eye)
        for upper, lower in eye.lids:
            gap = points[lower, 1] - points[upper, 1]
            change = max(further, min(-gap, 0.0))
            points[upper, 1] -= _UPPER_LID_SHARE * change
            points[lower, 1] += (1 - _UPPER_LID_SHARE) * change


def _opening(points: Floats, eye: _Eye) -> float:
    """Height over width."""
    heights = [points[lower, 1] - points[upper, 1] for upper, lower in eye.lids]
    return float(np.mean(heights)) / _eye_width(points, eye)


def _eye_width(points: Floats, eye: _Eye) -> float:
    return max(float(np.ptp(points[list(eye.corners), 0])), 1e-6)


def _raise_brows(points: Floats, target: Floats, ratio: float, strength: float) -> None:
    for brow, eye in _BROWS:
        height = points[brow, 1].mean() - points[eye, 1].mean()
        wanted = ratio * (target[brow, 1].mean() - target[eye, 1].mean())
        points[brow, 1] += strength * (wanted - height)


def _shape_mouth(points: Floats, target: Floats, ratio: float, strength: float) -> None:
    """Set width, height of the corners and opening of the mouth, in place; lips stay as thick."""
    mouth = slice(48, 68)
    middle = points[[48, 54]].mean(axis=0)
    wider = max(1 + strength * (ratio * _width(target) / _width(points) - 1), 0.1)
    points[mouth, 0] = middle[0] + (points[mouth, 0] - middle[0]) * wider
    lift = strength * (ratio * _corner_lift(target) - _corner_lift(points))
    side = np.abs(points[mouth, 0] - middle[0]) / (_width(points) / 2)
    points[mouth, 1] += lift * side**2
    own = _gap(points)
    gap = max(strength * (ratio * _gap(target) - own), min(-own, 0.0))
    centre = np.sqrt(np.clip(1 - side**2, 0, 1))  # 0 at the corners
    lips = np.zeros(20)
    lips[np.array(_UPPER_LIP) - 48] = _UPPER_SHARE
    lips[np.array(_LOWER_LIP) - 48] = _LOWER_SHARE
    points[mouth, 1] += gap * lips * centre


def _width(points: Floats) -> float:
    return max(float(np.ptp(points[[48, 54], 0])), 1e-6)


def _corner_lift(points: Floats) -> float:
    """The distance of the mouth's corners below the middle of the upper lip."""
    return float(points[[48, 54], 1].mean() - points[51, 1])


def _gap(points: Floats) -> float:
    """The distance between the inner edges of the lips."""
    return float((points[[67, 66, 65], 1] - points[[61, 62, 63], 1]).mean())
