"""Expression coefficients: how strongly each of ARKit's 52 face units is in a face.

The names are ARKit's (Apple's developer documentation, `ARFaceAnchor.BlendShapeLocation`); left and
right are the person's own. `engine.face.head_model` has the shape of each. The gaze is in the eight
coefficients `eyeLook...` and nowhere else: `Coefficients.gaze` reads them as angles.
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.core.errors import ReposeError

Floats = NDArray[np.float64]

_UNITS = MappingProxyType({
    "eyes": ("eyeBlink_", "eyeLookDown_", "eyeLookIn_", "eyeLookOut_", "eyeLookUp_", "eyeSquint_",
             "eyeWide_"),
    "jaw": ("jawForward", "jawLeft", "jawRight", "jawOpen"),
    "mouth": ("mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthSmile_",
              "mouthFrown_", "mouthDimple_", "mouthStretch_", "mouthRollLower", "mouthRollUpper",
              "mouthShrugLower", "mouthShrugUpper", "mouthPress_", "mouthLowerDown_",
              "mouthUpperUp_", "tongueOut"),
    "brows": ("browDown_", "browInnerUp", "browOuterUp_"),
    "cheeks": ("cheekPuff", "cheekSquint_"),
    "nose": ("noseSneer_",),
})  # fmt: skip
"""By part of the face, in ARKit's order; `_` stands for Left and Right."""


def _sides(unit: str) -> tuple[str, ...]:
    if not unit.endswith("_"):
        return (unit,)
    return unit[:-1] + "Left", unit[:-1] + "Right"


GROUPS = MappingProxyType(
    {part: tuple(n for unit in units for n in _sides(unit)) for part, units in _UNITS.items()}
)
"""The names of the coefficients by part of the face: eyes, jaw, mouth, brows, cheeks, nose."""

NAMES = tuple(name for names in GROUPS.values() for name in names)
"""All 52, in the order of every array of coefficients."""

INDEX = MappingProxyType({name: i for i, name in enumerate(NAMES)})


def _other_side(name: str) -> str:
    if "Left" in name:
        return name.replace("Left", "Right")
    return name.replace("Right", "Left")


MIRROR_NAMES = MappingProxyType({name: _other_side(name) for name in NAMES})
"""What each coefficient becomes in a mirrored picture; most in the middle become themselves."""

_MIRROR = [INDEX[MIRROR_NAMES[name]] for name in NAMES]

LARGEST_GAZE = 30.0
"""Degrees, to every side: how far an eye turns at a coefficient of 1."""


class Gaze(NamedTuple):
    """How far an eye is turned in the head, degrees: yaw > 0 to the image's right, pitch > 0 up."""

    yaw: float
    pitch: float


@dataclass(frozen=True)
class Coefficients(Mapping[str, float]):
    """A coefficient for each of `NAMES`, 0 (neutral) to 1; as a mapping from name to value.

    Raises ReposeError for what is not a number in [0, 1].
    """

    values_in_order: tuple[float, ...] = field(default=(0.0,) * len(NAMES))

    def __post_init__(self) -> None:
        for name, value in zip(NAMES, self.values_in_order, strict=True):
            if not (isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1):
                raise ReposeError(f"{name} of an expression must be a number from 0 to 1.")

    @classmethod
    def of(cls, **coefficients: float) -> Self:
        """From some of the names; the others are 0. `_L` and `_R` stand for Left and Right.

        Raises ReposeError for unknown names.
        """
        return cls().replaced(**coefficients)

    @classmethod
    def from_array(cls, values: ArrayLike) -> Self:
        """From an array (52,) in the order of `NAMES`; what is outside [0, 1] is cut off."""
        return cls(tuple(np.clip(np.asarray(values, np.float64), 0, 1).tolist()))

    def replaced(self, **coefficients: float) -> Self:
        """The same coefficients but for these. Raises ReposeError for unknown names."""
        values = list(self.values_in_order)
        for name, value in coefficients.items():
            values[INDEX[_known(name)]] = value
        return type(self)(tuple(values))

    def __getitem__(self, name: str) -> float:
        return self.values_in_order[INDEX[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    @cached_property
    def array(self) -> Floats:
        """(52,) in the order of `NAMES`; read-only."""
        values = np.array(self.values_in_order, np.float64)
        values.setflags(write=False)
        return values

    def mirrored(self) -> Self:
        """The expression in a mirrored picture."""
        return type(self)(tuple(self.values_in_order[i] for i in _MIRROR))

    @property
    def gaze(self) -> tuple[Gaze, Gaze]:
        """Of the right and of the left eye (the person's own)."""
        right = Gaze(
            LARGEST_GAZE * (self["eyeLookInRight"] - self["eyeLookOutRight"]),
            LARGEST_GAZE * (self["eyeLookUpRight"] - self["eyeLookDownRight"]),
        )
        left = Gaze(
            LARGEST_GAZE * (self["eyeLookOutLeft"] - self["eyeLookInLeft"]),
            LARGEST_GAZE * (self["eyeLookUpLeft"] - self["eyeLookDownLeft"]),
        )
        return right, left

    def with_gaze(
        self, right: tuple[float, float], left: tuple[float, float] | None = None
    ) -> Self:
        """The expression with the eyes turned to (yaw, pitch), degrees, at most `LARGEST_GAZE`.

        left: None turns both eyes alike.
        """
        changed: dict[str, float] = {}
        for side, angles in (("Right", right), ("Left", right if left is None else left)):
            yaw, pitch = (float(np.clip(a / LARGEST_GAZE, -1, 1)) for a in angles)
            inwards = yaw if side == "Right" else -yaw
            changed |= {
                f"eyeLookIn{side}": max(inwards, 0.0), f"eyeLookOut{side}": max(-inwards, 0.0),
                f"eyeLookUp{side}": max(pitch, 0.0), f"eyeLookDown{side}": max(-pitch, 0.0),
            }  # fmt: skip
        return self.replaced(**changed)


REST = Coefficients()
"""A neutral face that looks straight ahead."""


def read_coefficients(text: str) -> dict[str, float]:
    """Parse coefficients by name: ``"jawOpen=0.6,eyeBlink_L=1"``; ``eyeBlink`` sets both sides.

    Raises ReposeError for any other text.
    """
    values: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (word.strip() for word in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not equals or not 0 <= value <= 1:
            raise ReposeError(f"{part!r} is not NAME=VALUE with a value from 0 to 1.")
        both = any(f"{name}_" in units for units in _UNITS.values())
        values |= dict.fromkeys(_sides(f"{name}_") if both else (_known(name),), value)
    return values


def read_gaze(text: str) -> tuple[float, float]:
    """Parse ``"YAW,PITCH"`` in degrees. Raises ReposeError for any other text, and beyond
    `LARGEST_GAZE`."""
    try:
        yaw, pitch = map(float, text.split(","))
    except ValueError:
        raise ReposeError(f"The gaze {text!r} is not YAW,PITCH in degrees.") from None
    if not (abs(yaw) <= LARGEST_GAZE and abs(pitch) <= LARGEST_GAZE):  # also for NaN
        raise ReposeError(f"The gaze goes to {LARGEST_GAZE:g} degrees to every side.")
    return yaw, pitch


def _known(name: str) -> str:
    """A coefficient's name from what a user wrote."""
    long = name.removesuffix("_L") + "Left" if name.endswith("_L") else name
    long = long.removesuffix("_R") + "Right" if long.endswith("_R") else long
    if long in INDEX:
        return long
    close = difflib.get_close_matches(long, NAMES, 1)
    hint = f" Is {close[0]} meant?" if close else ""
    raise ReposeError(f"{name} is no coefficient of an expression.{hint}")
