"""Displacements: corrections of where a pose of the head puts hair, neck and clothes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.crop import Crop

Floats = NDArray[np.float32]

_MOST_POINTS = 513  # along a side, in a file
_STORED = np.dtype("<f4")


@dataclass(frozen=True, eq=False)
class Displacement:
    """A smooth displacement of what a pose puts into a square of a picture; 0 beside the square.

    field      (N, N, 2) float32 x and y, at the corners of equal cells of the square, pixels
    left, top  the first corner, pixels of the picture
    side       of the square, pixels
    """

    field: Floats
    left: float
    top: float
    side: float

    def at(self, places: NDArray[np.floating]) -> Floats:
        """(..., 2) how far what is at places (..., 2), pixels of the picture, is displaced."""
        scale = (len(self.field) - 1) / self.side
        cells = np.asarray((places - (self.left, self.top)) * scale, np.float32)
        x, y = (np.atleast_2d(cells[..., axis]) for axis in (0, 1))
        way = cv2.remap(self.field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(way, np.float32).reshape(places.shape)

    def in_crop(self, crop: Crop, size: int) -> Self:
        """The same in pixels of a crop that is scaled to ``size`` pixels."""
        factor = size / crop.side
        left, top = (
            factor * (start - first + 0.5) - 0.5
            for start, first in ((self.left, crop.left), (self.top, crop.top))
        )
        return type(self)(self.field * np.float32(factor), left, top, factor * self.side)

    def scaled(self, factor: float) -> Self:
        """The displacement times a factor."""
        return replace(self, field=self.field * np.float32(factor))

    def plus(self, other: "Displacement") -> "Displacement":
        """The sum of both, on a square around theirs."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right, bottom = (
            max(self.left + self.side, other.left + other.side),
            max(self.top + self.side, other.top + other.side),
        )
        side = max(right - left, bottom - top)
        finest = min(each.side / (len(each.field) - 1) for each in (self, other))
        steps = np.linspace(0, side, min(round(side / finest) + 1, _MOST_POINTS))
        places = np.stack(np.meshgrid(left + steps, top + steps), axis=2)
        return Displacement(self.at(places) + other.at(places), left, top, side)

    def to_values(self) -> dict[str, Any]:
        """The displacement as JSON values, exactly."""
        data = base64.b64encode(self.field.astype(_STORED).tobytes()).decode("ascii")
        return {"field": data, "left": self.left, "top": self.top, "side": self.side}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """The displacement from the values of `to_values`. Raises ValueError, TypeError or
        LookupError for others."""
        field = np.frombuffer(base64.b64decode(values["field"], validate=True), _STORED)
        points = round(np.sqrt(field.size / 2))
        square = [float(values[name]) for name in ("left", "top", "side")]
        if not 2 <= points <= _MOST_POINTS or field.size != 2 * points**2:
            raise ValueError("field")
        if not np.isfinite(field).all() or not np.isfinite(square).all() or square[2] <= 0:
            raise ValueError("square")
        return cls(field.astype(np.float32).reshape(points, points, 2), *square)


def displacement_between(
    one: Displacement | None, other: Displacement | None, share: float
) -> Displacement | None:
    """The displacement on the way from one to the other; None: nothing is displaced."""
    if one is other:
        return one
    if one is None:
        return None if other is None else other.scaled(share)
    rest = one.scaled(1 - share)
    return rest if other is None else rest.plus(other.scaled(share))
