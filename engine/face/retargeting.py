"""Retargeting: the expression of one face on another, as coefficients."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from engine.face.coefficients import GROUPS, INDEX, NAMES, REST, Coefficients

PosePart = Literal["head", "eyes", "brows", "mouth", "jaw"]
POSE_PARTS: tuple[PosePart, ...] = ("head", "eyes", "brows", "mouth", "jaw")
"""Parts of a pose that can be copied separately: the head's rotation and the moving features."""

_NAMES_OF: Mapping[PosePart, tuple[str, ...]] = MappingProxyType({
    "head": (), "eyes": GROUPS["eyes"], "brows": GROUPS["brows"], "jaw": GROUPS["jaw"],
    "mouth": (*GROUPS["mouth"], *GROUPS["cheeks"], *GROUPS["nose"], "jawOpen"),
})  # fmt: skip
"""The coefficients of each part: the gaze is with the eyes, and jawOpen also with the mouth."""


def retargeted(
    own: Coefficients,
    target: Coefficients,
    parts: Collection[PosePart] = POSE_PARTS,
    strength: float = 1.0,
    target_neutral: Coefficients = REST,
) -> Coefficients:
    """A face's own expression on the way to what another face does relative to its own neutral.

    own       the expression that the face has; at strength 1 nothing of it is left in these parts
    target    what the other face shows    target_neutral  what it shows at rest
    strength  factor of the change
    """
    wanted = (target.array - target_neutral.array).clip(0, 1)
    share = np.zeros(len(NAMES))
    for part in parts:
        share[[INDEX[name] for name in _NAMES_OF[part]]] = strength
    return Coefficients.from_array(own.array + share * (wanted - own.array))
