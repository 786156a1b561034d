"""Compositing of the refined crop into the photo: only what moved changes, at full size.

The networks see the face at a few hundred pixels, a photo has thousands, and their image is softer
than a photo even at their size. Where the refined image agrees with the guides' layers, its fine
detail is therefore replaced by the photo's, moved as the layers are (two bands of the
multiresolution blend of Burt and Adelson 1983). At an old outline that is within the head now, that
would draw the outline again, as a dark and a bright line: there, and where a layer's places jump,
the detail is that of the layers at the networks' size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.guidance.guides import Maps
from engine.guidance.keep import KeepMask
from engine.guidance.layers import Layer
from engine.guidance.patches import Patch, Window
from engine.imaging.crop import Crop
from engine.imaging.resampling import warp

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_Depth = TypeVar("_Depth", np.uint8, np.uint16)
_Layer = TypeVar("_Layer", NDArray[np.uint8], NDArray[np.uint16], Floats)

FEATHER = 0.06
"""Width of the crop's soft border, share of its side."""

_FINE = 2.0  # pixels of the networks: Gaussian that separates fine detail from the rest
_ALIKE = 0.04  # difference of refined image and layers, of 1, that scales the detail by 1/e
_CONTRADICTED = (0.005, 0.015)  # mean difference of image and layers in a patch: image, layers
_BAND = 256  # rows composited at once, which limits memory in large photos


def only_moved(image: Floats, source: Pixels, maps: Maps, layered: Floats) -> Floats:
    """An image (S, S, 3) in [0, 1] with the source's pixels (S, S, 3) where nothing moved, and with
    the eyes and the mouth of the layers where the image contradicts them.

    layered  (S, S, 3) in [0, 1], the layers together

    Beside the head, where the layers know better, they replace the image: networks leave a haze
    where hair was. Networks that were trained on few shut eyes open them again. Where they agree
    with the layers, they are nearer to true pictures.
    """
    mixed, here = source * np.float32(1 / 255), maps.window.slices
    part, own = mixed[here], maps.beside[here]
    change = cv2.blendLinear(image[here], layered[here], 1 - own, own) - part
    change *= maps.moved[here][..., None]
    part += change
    for patch in maps.patches:
        part, drawn = (
            picture[patch.window.rows, patch.window.columns] for picture in (mixed, layered)
        )
        apart = np.average(np.abs(drawn - part).mean(axis=2), weights=patch.alpha + 1e-6)
        low, high = _CONTRADICTED
        share = np.float32(np.clip((apart - low) / (high - low), 0, 1))
        part += share * patch.alpha[..., None] * (drawn - part)
    return mixed


def over(image: Floats, moved: Floats, source: NDArray[_Depth], onto: NDArray[_Depth]) -> Floats:
    """An image of `only_moved` for another picture behind it than the source, (S, S, 3) in [0, 1].

    moved   (S, S) in [0, 1], the share of the image that is not the source
    source  (S, S, 3) of 8 or 16 bits
    onto    the other picture, as the source
    """
    behind = onto.astype(np.float32) - source
    behind /= np.float32(np.iinfo(source.dtype).max)
    return np.asarray((image + (1 - moved)[..., None] * behind).clip(0, 1), np.float32)


def paste(
    photo: NDArray[_Depth],
    crop: Crop,
    refined: Floats,
    maps: Maps,
    layered: Floats,
    patches: Sequence[Patch] = (),
    keep: KeepMask | None = None,
    onto: NDArray[_Depth] | None = None,
) -> NDArray[_Depth]:
    """A copy of the photo's part in the crop (`Crop.inside`) with the refined image composited in.

    photo    (H, W, 3) of 8 or 16 bits, as the result
    refined  (S, S, 3) in [0, 1], the scaled crop
    maps     the guides' maps for the same source and pose
    layered  (S, S, 3) in [0, 1], their layers together
    patches  those of the maps, drawn at full size, in pixels of the crop; (): enlarged ones
    keep     areas of the photo that stay unchanged
    onto     the photo with other faces reposed, into which this one is composited; None: the photo

    Pixels where nothing moved are those of ``onto``, bit for bit. What moved is computed from the
    photo alone, detail included: a part of another face in the crop moves as it is in the photo.
    """
    size, side = refined.shape[0], crop.side
    own = base = photo[crop.inside(photo)]
    if onto is not None:
        base = onto[crop.inside(onto)]
        refined = over(refined, maps.moved, *(crop.scaled(p, size) for p in (photo, onto)))
    height, width = own.shape[:2]
    x, y = max(-crop.left, 0), max(-crop.top, 0)  # the place of ``own`` in the crop
    below = _smooth(layered)
    layers = [_Detail.of(layer, maps.beside) for layer in maps.layers]
    layers += (_Detail.drawn(patch, large=bool(patches)) for patch in maps.patches)
    stack = _Stack.of(refined, maps.moved, layered, below, layers, larger=side > size)
    white = np.float32(np.iinfo(photo.dtype).max)
    depth, difference = (cv2.CV_8U, cv2.CV_16S) if white == 255 else (cv2.CV_16U, cv2.CV_32F)
    detail = None
    if side > size:
        shrunk = _smooth(crop.scaled(photo, size))
        smooth = _enlarged(shrunk, slice(y, y + height), slice(x, x + width), side, cv2.INTER_CUBIC)
        detail = cv2.subtract(own, smooth, dtype=difference)
    result = base.copy()
    left, top, right, bottom = stack.changed(side)
    left, right, bottom = max(left, x), min(right, x + width), min(bottom, y + height)
    columns = slice(left, right)
    for start in range(max(top, y), bottom, _BAND):
        rows = slice(start, min(start + _BAND, bottom))
        here = slice(start - y, rows.stop - y), slice(left - x, right - x)
        band = stack.enlarged(rows, columns, side)
        change = band.colours[..., :3] * white
        if detail is not None:
            window = Window(left, start, right - left, rows.stop - start)
            moved = _moved_detail(detail, (x, y), layers, window, side, size)
            for patch in patches:
                _draw_detail(patch, below, moved, window, side, white)
            change += _times(moved, band.detailed)
        change -= base[here]
        alpha = _opacity(band.colours[..., 3], crop, rows, columns, keep)
        result[here] = cv2.add(base[here], _times(change, alpha), dtype=depth)
    return result


def opacity(
    photo: NDArray[Any], crop: Crop, maps: Maps, keep: KeepMask | None = None
) -> NDArray[np.float32]:
    """(H, W) in [0, 1]: the weight of the refined image in `paste`, in the photo's part in the
    crop."""
    height, width = photo[crop.inside(photo)].shape[:2]
    x, y = max(-crop.left, 0), max(-crop.top, 0)
    rows, columns = slice(y, y + height), slice(x, x + width)
    moved = _enlarged(maps.moved, rows, columns, crop.side, cv2.INTER_CUBIC)
    return _opacity(moved, crop, rows, columns, keep)


def _opacity(
    moved: Floats, crop: Crop, rows: slice, columns: slice, keep: KeepMask | None
) -> Floats:
    """The weight of the refined image in rows and columns of the crop, from the part that moved."""
    ramp = _feather(crop.side)
    alpha = moved.clip(0, 1) * (ramp[rows, None] * ramp[None, columns])
    if keep is not None:
        size = columns.stop - columns.start, rows.stop - rows.start
        alpha *= 1 - keep.window(crop.left + columns.start, crop.top + rows.start, *size)
    return np.asarray(alpha, np.float32)


@dataclass(frozen=True)
class _Stack:
    """What is enlarged from the networks' size to the photo's.

    colours  (H, W, 4) the refined image, with the detail of the layers, and its alpha over the
             photo
    detailed (H, W) weight of the photo's detail
    """

    colours: Floats
    detailed: Floats

    @classmethod
    def of(
        cls,
        refined: Floats,
        moved: Floats,
        layered: Floats,
        below: Floats,
        layers: Sequence["_Detail"],
        larger: bool,
    ) -> Self:
        """From the refined image (S, S, 3).

        moved    (S, S) its alpha
        layered  (S, S, 3) the layers together    below  the same without their fine detail
        larger   whether the photo has detail that the layers lack
        """
        smooth, size = _smooth(refined), len(refined)
        known = [layer.known for layer in layers]
        weight = _alike(smooth, below) * _share(layers, known, size)
        detail = layered - below
        if larger:
            detail *= 1 - _share(layers, [layer.own for layer in layers], size)[..., None]
        refined = np.asarray(refined + weight[..., None] * (smooth + detail - refined), np.float32)
        colours = np.asarray(cv2.merge([*cv2.split(refined), moved]), np.float32)
        return cls(colours, weight)

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
        part = rows, columns, side
        colours = _enlarged(self.colours, *part, cv2.INTER_CUBIC)
        return _Stack(colours, _enlarged(self.detailed, *part))


@dataclass(frozen=True, eq=False)
class _Detail:
    """Where the detail of a layer comes from, H x W pixels of a window.

    opacity  (H, W)
    places   (H, W, 2) the source position, pixels of the scaled crop; None: it has none
    known    (H, W) in [0, 1]: how far it has detail
    own      (H, W) in [0, 1]: how far the photo's detail at its places is its own
    still    it has no places, because it has not moved
    """

    window: Window
    opacity: Floats
    places: Floats | None
    known: Floats
    own: Floats
    still: bool = False

    @classmethod
    def of(cls, layer: Layer, beside: Floats) -> Self:
        """``beside`` as of `Maps`: near outlines nothing that stays has detail."""
        known = layer.known()
        own = known if layer.fine is None else known * layer.fine
        still = layer.places is None and layer.shown is not None
        if still:
            near = beside[layer.window.slices]
            known, own = known * near, own * near
        return cls(layer.window, layer.alpha, layer.places, known, own, still)

    @classmethod
    def drawn(cls, patch: Patch, large: bool) -> Self:
        """``large``: whether the patch is drawn at full size, too."""
        known = np.ones_like(patch.alpha)
        return cls(patch.window, patch.alpha, None, known, known * np.float32(large))


def _enlarged(
    layer: _Layer,
    rows: slice,
    columns: slice,
    side: int,
    how: int = cv2.INTER_LINEAR,
    part: tuple[Window, int] | None = None,
) -> _Layer:
    """The given rows and columns of a layer (S, S[, C]) enlarged to ``side``.

    part  the layer is a window of a picture with a side S; None: it is the whole picture
    """
    left, top, size = (0, 0, len(layer)) if part is None else (part[0].left, part[0].top, part[1])
    scale = size / side
    x, y = ((place.start + 0.5) * scale - 0.5 for place in (columns, rows))
    from_photo = np.array([[scale, 0, x - left], [0, scale, y - top]])
    shape = (columns.stop - columns.start, rows.stop - rows.start)
    flags, border = how | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    large = cv2.warpAffine(layer, from_photo, shape, flags=flags, borderMode=border)
    return np.asarray(large, layer.dtype)


def _smooth(picture: _Layer) -> _Layer:
    """A picture (S, S, 3) without its fine detail."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), _FINE), picture.dtype)


def _share(layers: Sequence[_Detail], shares: Sequence[Floats], size: int) -> Floats:
    """(S, S): a share of each layer, back to front, composited by their opacities."""
    result = np.zeros((size, size), np.float32)
    for layer, share in zip(layers, shares, strict=True):
        part = result[layer.window.slices]
        part += layer.opacity * (share - part)
    return result


def _alike(refined: Floats, layers: Floats) -> Floats:
    """(S, S) in [0, 1], 1 where both are equal: a Gaussian of their difference."""
    difference = cv2.transform(cv2.absdiff(refined, layers), np.full((1, 3), 1 / 3))
    same = np.exp(-((difference / np.float32(_ALIKE)) ** 2))
    return np.asarray(cv2.GaussianBlur(same, (0, 0), 1.0), np.float32)


def _moved_detail(
    detail: NDArray[Any],
    corner: tuple[int, int],
    layers: Sequence[_Detail],
    band: Window,
    side: int,
    size: int,
) -> Floats:
    """(R, C, 3): the photo's detail in a band of the crop, moved as the layers are, whatever its
    weight.

    It ends where a layer's places jump: between two neighbours of the networks' pixels, there are
    parts of the photo that belong to neither.

    corner  the place of the detail in the crop: x, y
    side    of the crop    size  S, of the layers' picture
    """  # fmt: skip
    result = np.zeros((band.height, band.width, 3), np.float32)
    scale = side / size
    shift = np.array(corner, np.float32) / np.float32(scale)
    for layer in layers:
        window = layer.window.scaled(scale).shared(band)
        if window is None:
            continue
        where = window.rows, window.columns, side, cv2.INTER_LINEAR, (layer.window, size)
        alpha = _enlarged(layer.opacity, *where)
        if not alpha.any():
            continue
        here = result[window.within(band)]
        here[:] = _times(here, 1 - alpha)
        if layer.places is not None:
            places = _enlarged(layer.places, *where) - shift
            own = alpha * _enlarged(layer.own, *where)
            here += _times(warp(detail, places, scale, cv2.INTER_CUBIC), own)
        elif layer.still:
            _add_still_detail(detail, corner, window, alpha * _enlarged(layer.own, *where), here)
    return result


def _add_still_detail(
    detail: NDArray[Any], corner: tuple[int, int], window: Window, share: Floats, here: Floats
) -> None:
    """Add a share (R, C) of the photo's detail to ``here`` (R, C, 3), in place, where it is.

    corner  the place of the detail in the crop: x, y
    window  in the crop, inside the detail
    """
    (x, y), (rows, columns) = corner, window.slices
    there = detail[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    here += _times(there, share)


def _draw_detail(
    patch: Patch, below: Floats, result: Floats, band: Window, side: int, white: np.float32
) -> None:
    """Replace detail of a band (R, C, 3), in place, by that of a patch drawn at full size.

    below  (S, S, 3) the layers together without their fine detail
    """
    window = patch.window.shared(band)
    if window is None:
        return
    here, own = result[window.within(band)], window.within(patch.window)
    base = _enlarged(below, window.rows, window.columns, side, cv2.INTER_CUBIC)
    here += patch.alpha[own][..., None] * ((patch.colours[own] - base) * white - here)


def _times(picture: NDArray[Any], share: Floats) -> Floats:
    """(R, C, 3) times (R, C), float32."""
    return np.asarray(cv2.multiply(picture, cv2.merge([share] * 3), dtype=cv2.CV_32F), np.float32)


def _feather(side: int) -> Floats:
    """(side,) a window of 1 with smoothstep ramps to 0 at both ends."""
    place = np.arange(side)
    inward = np.minimum(place, place[::-1])
    return smooth_step(inward, 0, max(FEATHER * side, 1.0)).astype(np.float32)
