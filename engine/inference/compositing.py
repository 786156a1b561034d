"""Compositing of the refined crop into the photo at full size.

The networks see the face at a few hundred pixels, a photo has thousands. The high-frequency detail
that downscaling removed is therefore taken from the photo, warped by the guides' maps and added
where the refined image agrees with that guide.
"""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.guides import Maps
from engine.guidance.keep import KeepMask
from engine.imaging.crop import Crop
from engine.imaging.resampling import warp

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_Layer = TypeVar("_Layer", Pixels, Floats)

FEATHER = 0.06
"""Width of the crop's soft border, share of its side."""

_ALIKE = 0.06  # difference of refined image and guide, of 1, that scales the guide's detail by 1/e
_CHANGE = (0.012, 0.04)  # of 1: up to the first, the photo's pixels; from the second, the refined
_BAND = 256  # rows composited at once, which limits memory in large photos


def paste(
    photo: Pixels, crop: Crop, refined: Floats, maps: Maps, keep: KeepMask | None = None
) -> Pixels:
    """A copy of the photo's part in the crop (`Crop.inside`) with the refined image composited in.

    photo    (H, W, 3)
    refined  (S, S, 3) in [0, 1], the scaled crop
    maps     the guides' maps for the same source and pose
    keep     areas of the photo that stay unchanged

    Pixels where refined image and photo agree are the photo's, bit for bit.
    """
    size, side = refined.shape[0], crop.side
    own = photo[crop.inside(photo)]
    height, width = own.shape[:2]
    x, y = max(-crop.left, 0), max(-crop.top, 0)  # the place of ``own`` in the crop
    shrunk = crop.scaled(photo, size)
    layers = _Layers.of(shrunk.astype(np.float32) / np.float32(255), refined, maps)
    detail = None
    if side > size:
        smooth = _enlarged(shrunk, slice(y, y + height), slice(x, x + width), side, cv2.INTER_CUBIC)
        detail = cv2.subtract(own, smooth, dtype=cv2.CV_16S)
    ramp = _feather(side)
    result = own.copy()
    left, top, right, bottom = layers.changed(side)
    left, right, bottom = max(left, x), min(right, x + width), min(bottom, y + height)
    columns = slice(left, right)
    for start in range(max(top, y), bottom, _BAND):
        rows = slice(start, min(start + _BAND, bottom))
        here = slice(start - y, rows.stop - y), slice(left - x, right - x)
        band = layers.enlarged(rows, columns, side)
        change = band.colours[..., :3] * np.float32(255)
        if detail is not None:
            _add_moved_detail(change, detail, (x, y), band, side / size)
        change -= own[here]
        alpha = band.colours[..., 3].clip(0, 1) * (ramp[rows, None] * ramp[None, columns])
        if keep is not None:
            size_of_band = (columns.stop - columns.start, rows.stop - rows.start)
            alpha *= 1 - keep.window(crop.left + left, crop.top + rows.start, *size_of_band)
        result[here] = cv2.add(own[here], _times(change, alpha), dtype=cv2.CV_8U)
    return result


@dataclass(frozen=True)
class _Layers:
    """Layers that are enlarged from the networks' size to the photo's.

    colours  (H, W, 4) the refined image and its alpha over the photo
    places   (H, W, 4) source positions of the 3D and the 2D warp, pixels of the scaled crop
    shares   (H, W, 2) weights of the two warps' detail
    """

    colours: Floats
    places: Floats
    shares: Floats

    @classmethod
    def of(cls, small: Floats, refined: Floats, maps: Maps) -> Self:
        """From the scaled source crop and the refined image, both (S, S, 3) in [0, 1]."""
        planes = cv2.split(cv2.absdiff(refined, small))
        change = cv2.dilate(np.maximum(np.maximum(*planes[:2]), planes[2]), np.ones((5, 5)))
        change = cv2.GaussianBlur(change, (0, 0), refined.shape[0] / 100)
        low, high = _CHANGE
        share = ((change - low) / np.float32(high - low)).clip(0, 1)
        seen = (maps.valid > 0).astype(np.float32)
        alike3d = _alike(refined, warp(small, maps.warp3d)) * seen
        alike2d = _alike(refined, warp(small, maps.warp2d)) * (1 - alike3d)
        places3d = [plane * seen for plane in cv2.split(maps.warp3d)]
        return cls(
            colours=cv2.merge([*cv2.split(refined), share]).astype(np.float32),
            places=cv2.merge([*places3d, *cv2.split(maps.warp2d)]).astype(np.float32),
            shares=cv2.merge([alike3d, alike2d]).astype(np.float32),
        )

    def changed(self, side: int) -> tuple[int, int, int, int]:
        """Bounding box of all changes: left, top, right, bottom, pixels of a crop of that side."""
        ends = []
        for axis in (0, 1):
            found = np.flatnonzero(self.colours[..., 3].max(axis=axis) > 0)
            first, last = (found[0], found[-1] + 1) if len(found) else (0, 0)
            scale = side / self.colours.shape[0]
            margin = 2 * scale  # the support of the interpolation
            ends.append((max(int((first * scale) - margin), 0), int(last * scale + margin) + 1))
        (left, right), (top, bottom) = ends
        return left, top, min(right, side), min(bottom, side)

    def enlarged(self, rows: slice, columns: slice, side: int) -> "_Layers":
        """The given rows and columns of the layers enlarged to ``side``."""
        return _Layers(
            _enlarged(self.colours, rows, columns, side, cv2.INTER_CUBIC),
            _enlarged(self.places, rows, columns, side, cv2.INTER_LINEAR),
            _enlarged(self.shares, rows, columns, side, cv2.INTER_LINEAR),
        )


def _enlarged(layer: _Layer, rows: slice, columns: slice, side: int, how: int) -> _Layer:
    """The given rows and columns of a layer (S, S, C) enlarged to ``side``."""
    scale = layer.shape[0] / side
    start = [(place + 0.5) * scale - 0.5 for place in (columns.start, rows.start)]
    from_photo = np.array([[scale, 0, start[0]], [0, scale, start[1]]])
    size = (columns.stop - columns.start, rows.stop - rows.start)
    flags, border = how | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    large = cv2.warpAffine(layer, from_photo, size, flags=flags, borderMode=border)
    return np.asarray(large, layer.dtype)


def _alike(refined: Floats, guide: Floats) -> Floats:
    """(S, S) in [0, 1], 1 where both are equal: a Gaussian of their difference."""
    difference = cv2.transform(cv2.absdiff(refined, guide), np.full((1, 3), 1 / 3))
    same = np.exp(-((difference / np.float32(_ALIKE)) ** 2))
    return np.asarray(cv2.GaussianBlur(same, (0, 0), 1.0), np.float32)


def _add_moved_detail(
    change: Floats, detail: NDArray[Any], corner: tuple[int, int], band: _Layers, scale: float
) -> None:
    """Add the warped detail, times its weights, to the band ``change`` (R, C, 3), of 255.

    corner  the place of the detail in the crop: x, y
    """
    for k in (0, 1):
        places = np.ascontiguousarray(band.places[..., 2 * k : 2 * k + 2])
        moved = warp(detail, places - np.array(corner, np.float32) / np.float32(scale), scale)
        change += _times(moved, np.ascontiguousarray(band.shares[..., k]))


def _times(picture: NDArray[Any], share: Floats) -> Floats:
    """(R, C, 3) times (R, C), float32."""
    return np.asarray(cv2.multiply(picture, cv2.merge([share] * 3), dtype=cv2.CV_32F), np.float32)


def _feather(side: int) -> Floats:
    """(side,) a window of 1 with smoothstep ramps to 0 at both ends."""
    place = np.arange(side)
    inward = np.clip(np.minimum(place, place[::-1]) / max(FEATHER * side, 1.0), 0, 1)
    ramp: Floats = (inward * inward * (3 - 2 * inward)).astype(np.float32)
    return ramp
