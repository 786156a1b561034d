"""The refined crop back into the photo at full size, without a seam and without losing sharpness.

The networks see the face at a few hundred pixels; a photo may show it at thousands. So the photo's
own fine detail, which scaling to the network's size took away, is moved along the guides' maps and
added where the refined image shows what that guide shows.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop import Crop, scale_to
from engine.guides import Maps, warp

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

FEATHER = 0.06
"""Width of the soft border of the crop, as a share of its side."""

_ALIKE = 0.06  # how close, of 1, refined and guide must be for the guide's detail to belong there
_CHANGE = (0.012, 0.04)  # of 1: below, the photo's own pixels are kept; above, none of them
_BAND = 256  # rows that are worked on at once, to hold memory down in large photos


def paste(photo: Pixels, crop: Crop, refined: Floats, maps: Maps) -> Pixels:
    """A copy of the photo (H, W, 3) with the refined image (S, S, 3) in [0, 1] in its crop.

    maps  the guides' maps of the same source and pose. Pixels outside the crop, and those where the
    refined image shows what the photo shows, are the photo's own.
    """
    size, side = refined.shape[0], crop.side
    own = crop.cut(photo)
    small = scale_to(own, size).astype(np.float32) / np.float32(255)
    detail = own.astype(np.int16) - scale_to(scale_to(own, size), side) if side > size else None
    layers = _layers(small, refined, maps)
    ramp = _feather(side)
    result = photo.copy()
    height, width = photo.shape[:2]
    left, right = max(crop.left, 0), min(crop.left + side, width)
    for top in range(max(0, -crop.top), min(side, height - crop.top), _BAND):
        bottom = min(top + _BAND, side, height - crop.top)
        band = _enlarged_rows(layers, top, bottom, side)
        face = band[..., :3] * 255
        if detail is not None:
            face += _moved_detail(detail, band, side / size)
        alpha = (band[..., 3] * ramp[top:bottom, None] * ramp[None])[..., None]
        before = own[top:bottom].astype(np.float32)
        mixed = np.where(alpha > 0, before + alpha * (face - before), before)
        rounded = mixed.round().clip(0, 255).astype(np.uint8)
        inside = rounded[:, left - crop.left : right - crop.left]
        result[crop.top + top : crop.top + bottom, left:right] = inside
    return result


def _layers(small: Floats, refined: Floats, maps: Maps) -> Floats:
    """All that is enlarged to the photo's size, (S, S, 10): refined (3), share of the refined
    image (1), places of the 3D and the 2D warp (2 + 2), their shares of the detail (1 + 1)."""
    change = np.abs(refined - small).max(axis=2)
    change = cv2.GaussianBlur(cv2.dilate(change, np.ones((5, 5))), (0, 0), refined.shape[0] / 100)
    low, high = _CHANGE
    share = np.clip((change - low) / (high - low), 0, 1)
    alike3d = _alike(refined, warp(small, maps.warp3d)) * (maps.valid > 0)
    alike2d = _alike(refined, warp(small, maps.warp2d)) * (1 - alike3d)
    places3d = np.where(maps.valid[..., None] > 0, maps.warp3d, 0)
    parts = [refined, share, places3d, maps.warp2d, alike3d, alike2d]
    return np.dstack(parts).astype(np.float32)


def _alike(refined: Floats, guide: Floats) -> Floats:
    """(S, S) in [0, 1]: how surely both show the same thing."""
    difference = np.abs(refined - guide).mean(axis=2)
    same = np.exp(-((difference / _ALIKE) ** 2))
    return np.asarray(cv2.GaussianBlur(same, (0, 0), 1.0), np.float32)


def _moved_detail(detail: NDArray[np.int16], band: Floats, scale: float) -> Floats:
    """The photo's fine detail where it belongs in a band (R, side, 10): (R, side, 3), of 255."""
    moved = np.zeros((*band.shape[:2], 3), np.float32)
    for places, share in ((band[..., 4:6], band[..., 8:9]), (band[..., 6:8], band[..., 9:10])):
        moved += share * warp(detail, np.ascontiguousarray(places), scale)
    return moved


def _enlarged_rows(layers: Floats, top: int, bottom: int, side: int) -> Floats:
    """Rows ``top`` to ``bottom`` of the layers (S, S, C) enlarged to ``side``: (R, side, C)."""
    scale = layers.shape[0] / side
    x = (np.arange(side, dtype=np.float32) + 0.5) * scale - 0.5
    y = (np.arange(top, bottom, dtype=np.float32) + 0.5) * scale - 0.5
    columns, rows = np.meshgrid(x, y)
    border = cv2.BORDER_REPLICATE
    # OpenCV interpolates at most four channels at once.
    parts = [
        cv2.remap(layers[..., k : k + 4], columns, rows, method, borderMode=border)
        for k, method in ((0, cv2.INTER_CUBIC), (4, cv2.INTER_LINEAR), (8, cv2.INTER_LINEAR))
    ]
    enlarged = np.dstack(parts).astype(np.float32, copy=False)
    enlarged[..., 3] = enlarged[..., 3].clip(0, 1)
    return enlarged


def _feather(side: int) -> Floats:
    """(side,) 1 inside, falling smoothly to 0 at both ends."""
    place = np.arange(side)
    inward = np.clip(np.minimum(place, place[::-1]) / max(FEATHER * side, 1.0), 0, 1)
    ramp: Floats = (inward * inward * (3 - 2 * inward)).astype(np.float32)
    return ramp
