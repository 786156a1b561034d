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


def interleaved(places: Floats) -> Floats:
    """A map (2, S, S) as (S, S, 2)."""
    return np.asarray(cv2.merge(tuple(places)), np.float32)


def enlarged_map(places: Floats, coverage: Floats | None) -> Floats:
    """A map (2, H, W) interpolated to (2, 2 H, 2 W); its values stay in the same pixels.

    coverage  (H, W) 1 where the map is valid; elsewhere 0, and the map is 0

    Bilinear, but nearest-neighbour at discontinuities, where an average of two positions belongs to
    neither surface.
    """
    low = high = places
    large = np.stack([enlarged(layer) for layer in places])
    if coverage is not None:
        gap = np.float32(1e6) * (1 - coverage)
        low, high = places + gap, places - gap
        large /= enlarged(coverage).clip(0.5)
    window = np.ones((3, 3), np.uint8)
    spreads = (cv2.dilate(high[k], window) - cv2.erode(low[k], window) for k in (0, 1))
    torn = np.maximum(*spreads) > TEAR
    if coverage is not None:
        torn &= coverage > 0
    if torn.any():
        jumps = _repeated(torn.astype(np.float32))
        for layer, small in zip(large, places, strict=True):
            layer += jumps * (_repeated(small) - layer)
    return large


def enlarged(layer: Floats) -> Floats:
    """(H, W) float32 interpolated to (2 H, 2 W)."""
    return np.asarray(cv2.resize(layer, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR))


def _repeated(layer: Floats) -> Floats:
    """(H, W) float32 enlarged to (2 H, 2 W) by repeating pixels."""
    return np.asarray(cv2.resize(layer, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST))
