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


def laid_over(picture: NDArray[Any], place: Offset, below: NDArray[Any]) -> NDArray[Any]:
    """A picture (H, W, C) over another one (S, S, C), in which its first pixel has a place, maybe
    outside. The other one does not change."""
    if place == STILL and picture.shape == below.shape:
        return picture
    result = below.copy()
    (left, top), (height, width) = place, picture.shape[:2]
    there = np.s_[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
    part = result[there]
    part[:] = picture[max(-top, 0) :, max(-left, 0) :][: part.shape[0], : part.shape[1]]
    return result
