"""The person's outline at the photo's own resolution, and colours without the background.

A guided filter (He et al. 2013, "Guided Image Filtering", IEEE TPAMI 35(6), with the colours as
guide, section 3.4), from coarse to fine, and fast (He and Sun 2015, arXiv:1505.00996); the colours
as in Forte 2021, "Approximate Fast Foreground Colour Estimation", ICIP.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_Value = TypeVar("_Value", np.uint8, np.float32)


@dataclass(frozen=True)
class _Pass:
    """``side`` pixels at which it works at most, ``radius`` of its window there; what lies below
    ``low`` and above 1 - ``low`` afterwards becomes 0 and 1.
    """

    side: int
    radius: int
    low: float

    def radius_at(self, side: int) -> int:
        """Of the window in a smaller picture."""
        return max(1, round(self.radius * side / self.side))

    def stretched(self, alpha: Floats) -> Floats:
        return np.asarray(((alpha - self.low) / (1 - 2 * self.low)).clip(0, 1), np.float32)


# Found on held-out renderings before other rooms, at twice the network's resolution: the mean
# error beside the outline falls from .051 (only scaled) to .027.
_COARSE, _FINE = _Pass(256, 12, 0.2), _Pass(512, 8, 0.1)
_EPSILON = 5e-5  # colours between 0 and 1, squared: what contrast counts as an edge
_UNEXPLAINED, _EXPLAINED = 0.2, 0.6  # shares of variance, from no trust in the colours to full
_SURE = 0.01  # what is nearer to 0 or 1 is no edge
_TILE = 128  # pixels of the full size


def refine_edges(person: Floats, pixels: NDArray[np.uint8]) -> Floats:
    """The person's alpha (side, side) float32, 0 to 1, along the edges in the picture.

    person  (S, S) float32, 0 to 1, how likely a pixel of the crop is the person's
    pixels  (side, side, 3) uint8, the crop at its full size
    """
    side = pixels.shape[0]
    alpha = person
    for step in (_COARSE, _FINE):
        work = min(step.side, side)
        small = np.asarray(_resized(pixels, work), np.float32) / np.float32(255)
        alpha = _resized(alpha, work)
        model = _local_model(small, alpha, step.radius_at(work))
        if step is not _FINE:
            alpha = step.stretched(_applied(model, small))
    # Most of the picture is far from any edge: only the tiles at one are filtered at full size.
    full = _resized(alpha, side)
    reach = 2 * _FINE.radius_at(work) + 2  # the filter takes means twice
    for rows, columns in _tiles_with_edges(alpha, side, reach):
        tile = pixels[rows, columns]
        scale = work / side
        offset = [(columns.start + 0.5) * scale - 0.5, (rows.start + 0.5) * scale - 0.5]
        local = cv2.warpAffine(
            model,
            np.array([[scale, 0, offset[0]], [0, scale, offset[1]]]),
            tile.shape[1::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        guide = np.asarray(tile, np.float32) / np.float32(255)
        full[rows, columns] = _applied(np.asarray(local, np.float32), guide)
    return _FINE.stretched(full)


def foreground(pixels: NDArray[np.uint8], alpha: Floats) -> NDArray[np.uint8]:
    """The person's own colours (side, side, 3) uint8 where alpha is above 0, without what shows
    through at the outline: ``alpha * foreground`` over anything else has no rim of the old
    background.

    pixels  (side, side, 3) uint8    alpha  (side, side) float32, 0 to 1, from `refine_edges`
    """
    side = pixels.shape[0]
    radius = max(2, round(0.012 * side))
    colours = pixels.copy()
    for rows, columns in _tiles_with_edges(alpha, side, reach=1):
        # With what the window reaches around the tile.
        top, left = max(rows.start - radius, 0), max(columns.start - radius, 0)
        around = (slice(top, rows.stop + radius), slice(left, columns.stop + radius))
        inner = (
            slice(rows.start - top, rows.stop - top),
            slice(columns.start - left, columns.stop - left),
        )
        tile = np.asarray(pixels[around], np.float32)
        share = alpha[around][..., None]
        person, behind = _mean_where(tile, share, radius), _mean_where(tile, 1 - share, radius)
        # The mean colours, corrected so that they mix to the pixel's own.
        own = person + share * (tile - share * person - (1 - share) * behind)
        mixed = np.where(share < 1, own, tile)[inner]
        colours[rows, columns] = np.rint(mixed).clip(0, 255)
    return colours


def _mean_where(colours: Floats, weight: Floats, radius: int) -> Floats:
    """The weighted mean of colours (H, W, 3) in each pixel's window."""
    window = (2 * radius + 1, 2 * radius + 1)
    sums = cv2.blur(colours * weight, window)
    weights = np.asarray(cv2.blur(weight, window), np.float32)[..., None]
    return np.asarray(sums / np.maximum(weights, 1e-4), np.float32)


def _resized(values: NDArray[_Value], side: int) -> NDArray[_Value]:
    """Square values (S, S[, C]) as (side, side[, C]), without aliasing and overshoot."""
    if values.shape[0] == side:
        return values
    method = cv2.INTER_AREA if side < values.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (side, side), interpolation=method), values.dtype)


def _tiles_with_edges(alpha: Floats, side: int, reach: int) -> Iterator[tuple[slice, slice]]:
    """The tiles of a square of ``side`` pixels that lie within ``reach`` pixels of ``alpha``
    (square, of any size) from what is neither 0 nor 1.
    """
    work = alpha.shape[0]
    unsure = np.asarray((alpha > _SURE) & (alpha < 1 - _SURE), np.uint8)
    near = np.asarray(cv2.dilate(unsure, np.ones((2 * reach + 1,) * 2, np.uint8)), np.uint8)
    for top in range(0, side, _TILE):
        for left in range(0, side, _TILE):
            rows, columns = slice(top, min(top + _TILE, side)), slice(left, min(left + _TILE, side))
            inside = tuple(
                slice(part.start * work // side, -(-part.stop * work // side))
                for part in (rows, columns)
            )
            if near[inside].any():
                yield rows, columns


def _applied(model: Floats, guide: Floats) -> Floats:
    return np.asarray(np.einsum("hwc,hwc->hw", model[..., :3], guide) + model[..., 3], np.float32)


def _local_model(guide: Floats, target: Floats, radius: int) -> Floats:
    """Slopes and offset (H, W, 3 + 1): what ``target`` (H, W) is locally, linear in ``guide``."""
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, window, borderType=cv2.BORDER_REFLECT), np.float32)

    # Planes, not pixels: the processor reads what lies side by side.
    planes = [np.ascontiguousarray(guide[..., channel]) for channel in range(3)]
    means, mean_target = [mean(plane) for plane in planes], mean(target)

    def variation(i: int, j: int) -> Floats:
        return mean(planes[i] * planes[j]) - means[i] * means[j]

    rr, gg, bb = (variation(i, i) + np.float32(_EPSILON) for i in range(3))
    rg, rb, gb = variation(0, 1), variation(0, 2), variation(1, 2)
    r, g, b = (mean(planes[i] * target) - means[i] * mean_target for i in range(3))
    # The inverse of the symmetric 3 x 3 matrix by its cofactors.
    c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = 1 / np.maximum(rr * c00 + rg * c01 + rb * c02, np.float32(1e-14))
    slopes = (
        (c00 * r + c01 * g + c02 * b) * scale,
        (c01 * r + c11 * g + c12 * b) * scale,
        (c02 * r + c12 * g + c22 * b) * scale,
    )
    offset = mean_target - sum(a * m for a, m in zip(slopes, means, strict=True))
    # Where the colours explain little of the target, as of dark hair in the dark, the filter would
    # only blur it: there it stays as it is.
    variance = mean(target * target) - mean_target * mean_target
    explained = (slopes[0] * r + slopes[1] * g + slopes[2] * b) / np.maximum(variance, 1e-6)
    trust = mean(((explained - _UNEXPLAINED) / (_EXPLAINED - _UNEXPLAINED)).clip(0, 1))
    model = [mean(plane) * trust for plane in (*slopes, offset)]
    model[3] += (1 - trust) * target
    return np.asarray(cv2.merge(model), np.float32)
