"""Seven sliders for expressions, as combinations of expression coefficients."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.config.skeletons import N_LANDMARKS
from engine.core.errors import ReposeError
from engine.face.coefficients import INDEX, NAMES, Coefficients

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
"""The landmarks that these sliders close."""

_FULL: Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]] = MappingProxyType({
    # The coefficients that 1 and -1 of each slider add; `_` stands for both sides.
    "open_mouth": ({"jawOpen": 0.85, "mouthLowerDown_": 0.1}, {}),
    "smile": (
        {"mouthSmile_": 0.85, "mouthUpperUp_": 0.25, "mouthLowerDown_": 0.1, "cheekSquint_": 0.45,
         "eyeSquint_": 0.2, "mouthDimple_": 0.1, "mouthStretch_": 0.15},
        {"mouthFrown_": 0.9, "mouthShrugLower": 0.3, "browInnerUp": 0.15},
    ),
    "pucker": (
        {"mouthPucker": 1.0, "mouthFunnel": 0.15},
        {"mouthStretch_": 0.7, "mouthDimple_": 0.3},
    ),
    "close_right_eye": ({"eyeBlinkRight": 1.0}, {"eyeWideRight": 1.0, "browOuterUpRight": 0.1}),
    "close_left_eye": ({"eyeBlinkLeft": 1.0}, {"eyeWideLeft": 1.0, "browOuterUpLeft": 0.1}),
    "raise_brows": ({"browInnerUp": 1.0, "browOuterUp_": 1.0}, {"browDown_": 0.7}),
    "frown": ({"browDown_": 1.0, "noseSneer_": 0.1}, {"browInnerUp": 0.9}),
})  # fmt: skip

# The coefficients that 1 and -1 of each slider set to 0: an open mouth closes, a shut eye opens.
_UNDOES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType({
    "open_mouth": ((), ("jawOpen", "mouthLowerDown_", "mouthUpperUp_", "mouthFunnel")),
    "smile": (("mouthFrown_",), ("mouthSmile_", "mouthUpperUp_", "cheekSquint_")),
    "pucker": (("mouthStretch_", "mouthSmile_"), ("mouthPucker", "mouthFunnel")),
    "close_right_eye": (("eyeWideRight", "eyeSquintRight"), ("eyeBlinkRight", "eyeSquintRight")),
    "close_left_eye": (("eyeWideLeft", "eyeSquintLeft"), ("eyeBlinkLeft", "eyeSquintLeft")),
    "raise_brows": (("browDown_",), ("browInnerUp", "browOuterUp_")),
    "frown": (("browInnerUp",), ("browDown_",)),
})  # fmt: skip

_LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))  # upper and lower
_UPPER_LIDS_SHARE = 0.85  # share of the closing movement that the upper lid makes
_LIPS = ((61, 67), (62, 66), (63, 65))
_FOLLOW = {61: (49, 50), 62: (51,), 63: (52, 53), 67: (58, 59), 66: (57,), 65: (55, 56)}
_LOWER_LIP_SHARE = 0.85
_CHIN_SHARE = 0.7


def with_sliders(own: Coefficients, expression: Expression) -> Coefficients:
    """A face's own expression changed by sliders; a slider at 0 changes nothing.

    A slider continues from the own expression: at 1 an eye that is half shut is just shut, at -1 an
    open mouth is closed.
    """
    kept, added = np.ones(len(NAMES)), np.zeros(len(NAMES))
    for name in _ADDED:
        value = float(getattr(expression, name))
        end = 0 if value > 0 else 1
        kept *= 1 - abs(value) * _UNDONE[name][end]
        added += abs(value) * _ADDED[name][end]
    remaining = own.array * kept
    return Coefficients.from_array(remaining + added)


def closing_moves(edits: Floats) -> Floats:
    """The displacements (68, 3) that take back by how far edits (68, 3) open the eyes and mouth."""
    closing = np.zeros_like(edits)
    for upper, lower in _LIDS:
        gap = edits[lower] - edits[upper]
        closing[upper] = _UPPER_LIDS_SHARE * gap
        closing[lower] = (_UPPER_LIDS_SHARE - 1) * gap
    for upper, lower in _LIPS:
        gap = edits[lower] - edits[upper]
        closing[[upper, *_FOLLOW[upper]]] = (1 - _LOWER_LIP_SHARE) * gap
        closing[[lower, *_FOLLOW[lower]]] = -_LOWER_LIP_SHARE * gap
    chin = np.sin(np.linspace(0, np.pi, 9)) ** 0.5
    closing[4:13, 1] = _CHIN_SHARE / _LOWER_LIP_SHARE * closing[66, 1] * chin
    return closing


def closing_share(expression: Expression) -> Floats:
    """(68, 1) how much of `closing_moves` an expression applies to each landmark, 0 to 1."""
    share = np.zeros((N_LANDMARKS, 1))
    for name, indices in CLOSED_BY.items():
        value = getattr(expression, name)
        share[list(indices)] = max(-value if name == "open_mouth" else value, 0.0)
    return share


def _values(weights: Mapping[str, float]) -> Floats:
    """(52,) from names, where `_` stands for both sides."""
    values = np.zeros(len(NAMES))
    for name, weight in weights.items():
        for side in ("Left", "Right") if name.endswith("_") else ("",):
            values[INDEX[name.removesuffix("_") + side]] = weight
    return values


_ADDED = {name: tuple(_values(end) for end in ends) for name, ends in _FULL.items()}
_UNDONE = {
    name: tuple(_values(dict.fromkeys(end, 1.0)) for end in ends) for name, ends in _UNDOES.items()
}
