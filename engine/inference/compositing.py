"""Compositing of the refined crop into the photo: only what moved changes, at full size.

The networks see the face at a few hundred pixels, a photo has thousands. The high-frequency detail
that downscaling removed is therefore taken from the photo, moved as the guides' layers are and
added where the refined image agrees with them.
"""

from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.guides import Maps
from engine.guidance.keep import KeepMask
from engine.imaging.crop import Crop, scale_to
from engine.imaging.resampling import warp

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

FEATHER = 0.06
"""Width of the crop's soft border, share of its side."""

_ALIKE = 0.06  # difference of refined image and layers, of 1, that scales the detail by 1/e
_BAND = 256  # rows composited at once, which limits memory in large photos


def only_moved(image: Floats, source: Pixels, maps: Maps) -> Floats:
    """An image (S, S, 3) in [0, 1] with the source's pixels (S, S, 3) where nothing moved."""
    own = source * np.float32(1 / 255)
    return np.asarray(own + maps.moved[..., None] * (image - own), np.float32)


def paste(
    photo: Pixels,
    crop: Crop,
    refined: Floats,
    maps: Maps,
    layered: Floats,
    keep: KeepMask | None = None,
) -> Pixels:
    """A copy of the photo (H, W, 3) with the refined image (S, S, 3) in [0, 1] in its crop.

    maps     the guides' maps for the same source and pose
    layered  (S, S, 3) in [0, 1], their layers together
    keep     areas of the photo that stay unchanged

    Pixels outside the crop, and those where nothing moved, are the photo's, bit for bit.
    """
    size, side = refined.shape[0], crop.side
    own = crop.cut(photo)
    stack = _Stack.of(refined, maps, layered, detailed=side > size)
    detail = None
    if side > size:
        detail = cv2.subtract(own, scale_to(scale_to(own, size), side), dtype=cv2.CV_16S)
    ramp = _feather(side)
    result = photo.copy()
    height, width = photo.shape[:2]
    left, top, right, bottom = stack.changed(side)
    left, right = max(left, -crop.left), min(right, width - crop.left)
    columns = slice(left, right)
    for start in range(max(top, -crop.top), min(bottom, height - crop.top), _BAND):
        rows = slice(start, min(start + _BAND, bottom, height - crop.top))
        band = stack.enlarged(rows, columns, side)
        change = band.colours[..., :3] * np.float32(255)
        if detail is not None:
            change += _moved_detail(detail, band, side / size)
        change -= own[rows, columns]
        alpha = band.colours[..., 3].clip(0, 1) * (ramp[rows, None] * ramp[None, columns])
        if keep is not None:
            size_of_band = (columns.stop - columns.start, rows.stop - rows.start)
            alpha *= 1 - keep.window(crop.left + left, crop.top + rows.start, *size_of_band)
        mixed = cv2.add(own[rows, columns], _times(change, alpha), dtype=cv2.CV_8U)
        inside = slice(crop.top + rows.start, crop.top + rows.stop)
        result[inside, crop.left + left : crop.left + right] = mixed
    return result


@dataclass(frozen=True)
class _Stack:
    """What is enlarged from the networks' size to the photo's.

    colours  (H, W, 4) the refined image and its alpha over the photo
    layers   of each layer, back to front: (H, W, 3) the source position, pixels of the scaled
             crop, and the opacity; None for a position where its colours are invented
    agreed   (H, W) weight of the layers' detail
    """

    colours: Floats
    layers: tuple[tuple[Floats | None, Floats], ...]
    agreed: Floats

    @classmethod
    def of(cls, refined: Floats, maps: Maps, layered: Floats, detailed: bool) -> Self:
        """From the refined image and the layers together (S, S, 3); ``detailed``: with layers."""
        return cls(
            colours=cv2.merge([*cv2.split(refined), maps.moved]).astype(np.float32),
            layers=tuple((layer.places, layer.alpha) for layer in maps.layers) if detailed else (),
            agreed=_alike(refined, layered),
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

    def enlarged(self, rows: slice, columns: slice, side: int) -> "_Stack":
        """The given rows and columns of everything, enlarged to ``side``."""
        scale = self.colours.shape[0] / side
        start = [(place + 0.5) * scale - 0.5 for place in (columns.start, rows.start)]
        from_photo = np.array([[scale, 0, start[0]], [0, scale, start[1]]])
        size = (columns.stop - columns.start, rows.stop - rows.start)

        def large(layer: Floats, how: int = cv2.INTER_LINEAR) -> Floats:
            flags = how | cv2.WARP_INVERSE_MAP
            border = cv2.BORDER_REPLICATE
            drawn = cv2.warpAffine(layer, from_photo, size, flags=flags, borderMode=border)
            return np.asarray(drawn, np.float32)

        return _Stack(
            large(self.colours, cv2.INTER_CUBIC),
            tuple((None if p is None else large(p), large(a)) for p, a in self.layers),
            large(self.agreed),
        )


def _alike(refined: Floats, layers: Floats) -> Floats:
    """(S, S) in [0, 1], 1 where both are equal: a Gaussian of their difference."""
    difference = cv2.transform(cv2.absdiff(refined, layers), np.full((1, 3), 1 / 3))
    same = np.exp(-((difference / np.float32(_ALIKE)) ** 2))
    return np.asarray(cv2.GaussianBlur(same, (0, 0), 1.0), np.float32)


def _moved_detail(detail: NDArray[Any], band: _Stack, scale: float) -> Floats:
    """(R, C, 3) of 255: the photo's detail, moved as the layers of a band are."""
    result = np.zeros((*band.agreed.shape, 3), np.float32)
    for places, alpha in band.layers:
        if not alpha.any():
            continue
        result = _times(result, 1 - alpha)
        if places is not None:
            result += _times(warp(detail, places, scale), alpha)
    return _times(result, band.agreed)


def _times(picture: NDArray[Any], share: Floats) -> Floats:
    """(R, C, 3) times (R, C), float32."""
    return np.asarray(cv2.multiply(picture, cv2.merge([share] * 3), dtype=cv2.CV_32F), np.float32)


def _feather(side: int) -> Floats:
    """(side,) a window of 1 with smoothstep ramps to 0 at both ends."""
    place = np.arange(side)
    inward = np.clip(np.minimum(place, place[::-1]) / max(FEATHER * side, 1.0), 0, 1)
    ramp: Floats = (inward * inward * (3 - 2 * inward)).astype(np.float32)
    return ramp
