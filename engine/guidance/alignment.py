"""Alignment: the networks see the head of the target where the head of the source is.

A head that moves across the picture then looks to them as one that stays, and the features of the
source lie on those of the guides.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.head import N_JAW
from engine.face.landmarks import Landmarks

Offset = tuple[int, int]
"""Whole pixels, x and y."""

STILL: Offset = (0, 0)


def alignment(source: Landmarks, target: Landmarks) -> Offset:
    """The offset that brings a head with target landmarks to where it is with source landmarks,
    (68, 2) pixels each.

    The middle between the ends of the jaw tells: it is near the head's axis, hardly moves when the
    face turns, and not at all when it speaks.
    """
    ends = [0, N_JAW - 1]
    x, y = np.rint(source[ends].mean(axis=0) - target[ends].mean(axis=0))
    return int(x), int(y)


def opposite(offset: Offset) -> Offset:
    """The way back."""
    return -offset[0], -offset[1]


def moved(picture: NDArray[Any], by: Offset, axis: int = 0) -> NDArray[Any]:
    """A picture moved by an offset; its edges are continued. ``axis`` is that of its rows: 0, or 1
    for planes (C, H, W).
    """
    if by == STILL:
        return picture
    planes, result = (p if axis else p[None] for p in (picture, np.empty_like(picture)))
    height, width = planes.shape[1:3]
    x, y = (int(np.clip(d, 1 - n, n - 1)) for d, n in zip(by, (width, height), strict=True))
    seen = np.s_[max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)]
    border = max(y, 0), max(-y, 0), max(x, 0), max(-x, 0)
    for plane, place in zip(planes, result, strict=True):
        cv2.copyMakeBorder(plane[seen], *border, cv2.BORDER_REPLICATE, dst=place)
    return result if axis else np.asarray(result[0])


def moved_over(picture: NDArray[Any], by: Offset, below: NDArray[Any] | float) -> NDArray[Any]:
    """A picture (H, W, C) moved by an offset; where it has nothing, ``below`` is seen."""
    if by == STILL:
        return picture
    result = np.empty_like(picture)
    result[:] = below
    height, width = picture.shape[:2]
    x, y = (int(np.clip(d, -n, n)) for d, n in zip(by, (width, height), strict=True))
    result[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = picture[
        max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)
    ]
    return result
