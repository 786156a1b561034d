"""Resampling by maps: the source position of each pixel of a picture."""

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_Value = TypeVar("_Value", np.uint8, np.int16, np.float32)

TEAR = 8.0
"""Pixels: a larger difference between neighbouring positions is a discontinuity of the map."""


def warp(
    source: NDArray[Any], places: Floats, scale: float = 1.0, how: int = cv2.INTER_LINEAR
) -> NDArray[Any]:
    """``source`` (H, W[, C]), uint8, int16 or float32, sampled at ``places`` (S, S, 2).

    ``places`` are pixels of a picture 1 / ``scale`` times the source's size. 0 outside the source.
    ``how`` as for `sampled`.
    """
    if scale != 1.0:
        places = (places + 0.5) * scale - 0.5
    return sampled(source, places, cv2.BORDER_CONSTANT, how)


def sampled(
    picture: NDArray[_Value],
    places: NDArray[np.floating],
    border: int = cv2.BORDER_REPLICATE,
    how: int = cv2.INTER_LINEAR,
) -> NDArray[_Value]:
    """A picture (H, W[, C]) sampled at ``places`` (..., 2), x then y, pixels of it.

    border  of OpenCV: what is beyond the picture; by default its border is repeated
    how     interpolation of OpenCV: bilinear, which takes up to half of the finest detail, or
            cubic, which keeps nearly all of it and takes three times as long
    """
    nothing: Any = None  # OpenCV's type hints do not allow None for the second map
    at = np.asarray(places, np.float32)
    return np.asarray(cv2.remap(picture, at, nothing, how, borderMode=border))


def four_channels(picture: NDArray[_Value]) -> NDArray[_Value]:
    """A picture (H, W, 3) as (H, W, 4): OpenCV samples these in half the time."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA), picture.dtype)


def interleaved(places: Floats) -> Floats:
    """A map (2, S, S) as (S, S, 2)."""
    return np.asarray(cv2.merge(tuple(places)), np.float32)


def enlarged_map(places: Floats, coverage: Floats | None) -> Floats:
    """A map (H, W, 2) interpolated to (2 H, 2 W, 2); its values stay in the same pixels.

    coverage  (H, W) 1 where the map is valid, also in the pixels beside these; elsewhere 0

    Bilinear, but nearest-neighbour at discontinuities, where an average of two positions belongs to
    neither surface.
    """
    large = enlarged(places)
    spread = cv2.morphologyEx(places, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    torn = np.maximum(*cv2.split(spread)) > TEAR
    if coverage is not None:
        torn &= coverage > 0
    if not torn.any():
        return large
    rows, columns = np.nonzero(torn)
    for down in (0, 1):
        for across in (0, 1):
            large[2 * rows + down, 2 * columns + across] = places[rows, columns]
    return large


def enlarged(layer: Floats) -> Floats:
    """(H, W[, C]) float32 interpolated to (2 H, 2 W[, C])."""
    return np.asarray(cv2.resize(layer, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR))
