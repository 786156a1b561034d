"""Expressions by sliders and from other faces, as coefficients.

The seven sliders of `Expression` are combinations of ARKit's coefficients. An expression is copied
as what the other face does relative to its own neutral.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.coefficients import GROUPS, INDEX, NAMES, REST, Coefficients
from engine.face.expression import Expression
from engine.face.retargeting import PosePart

Floats = NDArray[np.float64]

LARGEST_STRENGTH = 1.5

_FULL: Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]] = MappingProxyType({
    # What 1 and -1 of each slider add; `_` stands for both sides.
    "open_mouth": ({"jawOpen": 0.7, "mouthLowerDown_": 0.1}, {}),
    "smile": (
        {"mouthSmile_": 0.85, "mouthUpperUp_": 0.25, "mouthLowerDown_": 0.1, "cheekSquint_": 0.45,
         "eyeSquint_": 0.2, "mouthDimple_": 0.1},
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

# What a slider undoes on its way before it adds: an open mouth closes, a shut eye opens.
_UNDOES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType({
    "open_mouth": ((), ("jawOpen", "mouthLowerDown_", "mouthUpperUp_", "mouthFunnel")),
    "smile": (("mouthFrown_",), ("mouthSmile_", "mouthUpperUp_", "cheekSquint_")),
    "pucker": (("mouthStretch_", "mouthSmile_"), ("mouthPucker", "mouthFunnel")),
    "close_right_eye": (("eyeWideRight", "eyeSquintRight"), ("eyeBlinkRight", "eyeSquintRight")),
    "close_left_eye": (("eyeWideLeft", "eyeSquintLeft"), ("eyeBlinkLeft", "eyeSquintLeft")),
    "raise_brows": (("browDown_",), ("browInnerUp", "browOuterUp_")),
    "frown": (("browInnerUp",), ("browDown_",)),
})  # fmt: skip

_GROUPS_OF: Mapping[PosePart, tuple[str, ...]] = MappingProxyType(
    {"eyes": ("eyes",), "brows": ("brows",), "mouth": ("mouth", "cheeks", "nose"), "jaw": ("jaw",)}
)


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


def with_sliders(own: Coefficients, expression: Expression) -> Coefficients:
    """A face's own expression with the sliders on top; a slider at 0 changes nothing.

    A slider goes from what is there: at 1 an eye that was half shut is shut and no more, at -1 an
    open mouth is closed.
    """
    kept, added = np.ones(len(NAMES)), np.zeros(len(NAMES))
    for name in _ADDED:
        value = float(getattr(expression, name))
        end = 0 if value > 0 else 1
        kept *= 1 - abs(value) * _UNDONE[name][end]
        added += abs(value) * _ADDED[name][end]
    there = own.array * kept
    # Towards 1, as far as each slider goes: never beyond, and never back.
    result = np.where(added > 0, np.maximum(there, np.minimum(there + added, 1)), there)
    return Coefficients.from_array(result)


def retargeted(
    own: Coefficients,
    target: Coefficients,
    target_neutral: Coefficients = REST,
    parts: Collection[PosePart] = tuple(_GROUPS_OF),
    strength: float = 1.0,
    neutral: Coefficients = REST,
) -> Coefficients:
    """A face's own expression on the way to another face's.

    own  the expression that the face has    neutral  the same face's when it is at rest
    target, target_neutral  what the other face shows, and what it shows at rest
    parts  whose coefficients change; the gaze is with the eyes, cheeks and nose with the mouth
    strength  how much of the way, in [0, 1.5]; 1: the own expression is left behind entirely

    Raises ReposeError for another strength.
    """
    if not 0 <= strength <= LARGEST_STRENGTH:
        raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
    wanted = (neutral.array + target.array - target_neutral.array).clip(0, 1)
    share = np.zeros(len(NAMES))
    for part in parts:
        for group in _GROUPS_OF.get(part, ()):
            share[[INDEX[name] for name in GROUPS[group]]] = strength
    return Coefficients.from_array(own.array + share * (wanted - own.array))
