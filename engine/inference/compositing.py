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
from engine.guidance.layers import Layer, grid
from engine.guidance.patches import Patch, Window
from engine.imaging.crop import Crop
from engine.inference.full_size import (
    Carrier,
    MovedDetail,
    enlarged,
    in_bands,
    looked_up,
    tiles,
    times,
)

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_Depth = TypeVar("_Depth", np.uint8, np.uint16)
_Layer = TypeVar("_Layer", NDArray[np.uint8], NDArray[np.uint16], Floats)

FEATHER = 0.06
"""Width of the crop's soft border, share of its side."""

_FAINT = 0.002  # weight of detail that is not seen
_CUBIC = cv2.INTER_CUBIC
_FINE = 2.0  # pixels of the networks: Gaussian that separates fine detail from the rest
_ALIKE = 0.06  # difference of refined image and layers, of 1, that scales the detail by 1/e
_HAZE = (0.06, 0.16)  # difference of image and layers beside the head: a haze, something else
# Mean difference of image and layers in a patch from which the layers replace the image, and fully:
_RARE = np.array([0.005, 0.015])
_COMMON = np.array([0.05, 0.08])


def only_moved(image: Floats, source: Pixels, maps: Maps, layered: Floats) -> Floats:
    """An image (S, S, 3) in [0, 1] with the source's pixels (S, S, 3) where nothing moved, and with
    the eyes and the mouth of the layers where the image contradicts them.

    layered  (S, S, 3) in [0, 1], the layers together

    Beside the head the layers replace the image where it differs little: networks leave a haze
    where hair was. Where it differs much, networks know better. Networks that were trained on few
    shut eyes open them again. Where they agree with the layers, they are nearer to true pictures.
    """
    mixed, here = source * np.float32(1 / 255), maps.window.slices
    part, own = mixed[here], maps.beside[here] * _alike_enough(image[here], layered[here])
    change = cv2.blendLinear(image[here], layered[here], 1 - own, own) - part
    part += times(change, maps.moved[here])
    for patch in maps.patches:
        part, drawn = (
            picture[patch.window.rows, patch.window.columns] for picture in (mixed, layered)
        )
        apart = np.average(np.abs(drawn - part).mean(axis=2), weights=patch.alpha + 1e-6)
        low, high = patch.rare * _RARE + (1 - patch.rare) * _COMMON
        share = np.float32(np.clip((apart - low) / (high - low), 0, 1))
        part += share * patch.alpha[..., None] * (drawn - part)
    return mixed


def _alike_enough(image: Floats, layered: Floats) -> Floats:
    """(H, W) 1 where an image differs from the layers no more than by a haze, 0 where by more."""
    apart = cv2.transform(cv2.absdiff(image, layered), np.full((1, 3), 1 / 3))
    return 1 - smooth_step(cv2.blur(apart, (5, 5)), *_HAZE).astype(np.float32)


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
    pixels: NDArray[_Depth] | None = None,
) -> NDArray[_Depth]:
    """A copy of the photo's part in the crop (`Crop.inside`) with the refined image composited in.

    photo    (H, W, 3) of 8 or 16 bits, as the result
    refined  (S, S, 3) in [0, 1], the scaled crop
    maps     the guides' maps for the same source and pose
    layered  (S, S, 3) in [0, 1], their layers together
    patches  those of the maps, drawn at full size, in pixels of the crop; (): enlarged ones
    keep     areas of the photo that stay unchanged
    onto     the photo with other faces reposed, into which this one is composited; None: the photo
    pixels   (S, S, 3) the scaled crop of the photo, if it is known

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
    behind, *others = maps.layers
    layers = [_Detail.of(behind, maps.beside), *(_Detail.of(layer) for layer in others)]
    layers += (_Detail.drawn(patch, large=bool(patches)) for patch in maps.patches)
    stack = _Stack.of(refined, maps.moved, layered, below, layers)
    white = np.float32(np.iinfo(photo.dtype).max)
    depth = cv2.CV_8U if white == 255 else cv2.CV_16U
    shrunk = _smooth(crop.scaled(photo, size) if pixels is None else pixels)
    detail = MovedDetail.of(own, (x, y), shrunk, _carriers(layers, size), side)
    result, ramp = base.copy(), _feather(side)
    # Columns first: then each band of rows is enlarged by itself.
    levels = stack.colours * np.array([white, white, white, 1], np.float32)
    tall = cv2.resize(levels, (size, side), interpolation=_CUBIC)

    def composite(band: Window) -> None:
        colours = cv2.resize(tall[band.rows], (side, band.height), interpolation=_CUBIC)
        for tile in tiles(band):
            small = looked_up(tile, side, (Window(0, 0, size, size), size))
            if not (stack.colours[small][..., 3] > 0).any():
                continue
            moved = cv2.extractChannel(colours[:, tile.columns], 3)
            change = cv2.cvtColor(colours[:, tile.columns], cv2.COLOR_RGBA2RGB)
            if stack.detailed[small].any():
                fine = detail.at(tile)
                for patch in patches:
                    _draw_detail(patch, below, fine, tile, side, white)
                share: Floats = enlarged(stack.detailed, tile, side)
                cv2.add(change, times(fine, share), dst=change)
            old = (
                slice(tile.top - y, tile.rows.stop - y),
                slice(tile.left - x, tile.columns.stop - x),
            )
            cv2.subtract(change, base[old], dst=change, dtype=cv2.CV_32F)
            change = times(change, _opacity(moved, ramp, crop, tile, keep))
            result[old] = cv2.add(base[old], change, dtype=depth)

    in_bands(stack.changed(side).shared(Window(x, y, width, height)), composite)
    return result


def opacity(
    photo: NDArray[Any], crop: Crop, maps: Maps, keep: KeepMask | None = None
) -> NDArray[np.float32]:
    """(H, W) in [0, 1]: the weight of the refined image in `paste`, in the photo's part in the
    crop."""
    height, width = photo[crop.inside(photo)].shape[:2]
    x, y = max(-crop.left, 0), max(-crop.top, 0)
    window = Window(x, y, width, height)
    moved = enlarged(maps.moved, window, crop.side, _CUBIC)
    return _opacity(moved, _feather(crop.side), crop, window, keep)


def _opacity(
    moved: NDArray[Any], ramp: Floats, crop: Crop, window: Window, keep: KeepMask | None
) -> Floats:
    """The weight of the refined image in a window of the crop, from the part that moved and the
    `_feather`."""
    alpha = moved.clip(0, 1)
    alpha *= ramp[window.rows, None] * ramp[None, window.columns]
    if keep is not None:
        left, top = crop.left + window.left, crop.top + window.top
        alpha *= 1 - keep.window(left, top, window.width, window.height)
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
    ) -> Self:
        """From the refined image (S, S, 3).

        moved    (S, S) its alpha
        layered  (S, S, 3) the layers together    below  the same without their fine detail
        """
        smooth, size = _smooth(refined), len(refined)
        known = [layer.known for layer in layers]
        weight = _alike(smooth, below) * _share(layers, known, size)
        detail = layered - below
        detail *= 1 - _share(layers, [layer.own for layer in layers], size)[..., None]
        refined = np.asarray(refined + weight[..., None] * (smooth + detail - refined), np.float32)
        colours = np.asarray(cv2.merge([*cv2.split(refined), moved]), np.float32)
        return cls(colours, weight)

    def changed(self, side: int) -> Window:
        """Bounding box of all changes, pixels of a crop of that side."""
        ends = []
        for axis in (0, 1):
            found = np.flatnonzero(self.colours[..., 3].max(axis=axis) > 0)
            first, last = (found[0], found[-1] + 1) if len(found) else (0, 0)
            scale = side / self.colours.shape[0]
            margin = 2 * scale  # the support of the interpolation
            ends.append((max(int((first * scale) - margin), 0), int(last * scale + margin) + 1))
        (left, right), (top, bottom) = ends
        return Window(left, top, min(right, side) - left, min(bottom, side) - top)


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
    def of(cls, layer: Layer, beside: Floats | None = None) -> Self:
        """``beside`` as of `Maps`, for background and body: they have no detail near outlines."""
        known = layer.known()
        own = known if layer.fine is None else known * layer.fine()
        if beside is not None:
            near = beside[layer.window.slices]
            known, own = known * near, own * near
        still = layer.places is None and layer.shown is not None
        return cls(layer.window, layer.alpha, layer.places, known, own, still)

    @classmethod
    def drawn(cls, patch: Patch, large: bool) -> Self:
        """``large``: whether the patch is drawn at full size, too."""
        known = np.ones_like(patch.alpha)
        return cls(patch.window, patch.alpha, None, known, known * np.float32(large))


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


def _carriers(layers: Sequence[_Detail], size: int) -> list[Carrier]:
    """The layers that show the photo's detail, each with the share of what is seen of it."""
    through = np.ones((size, size), np.float32)
    carriers: dict[int, Carrier] = {}  # layers with the same places share one
    for layer in reversed(layers):
        part = through[layer.window.slices]
        places = grid(size)[layer.window.slices] if layer.still else layer.places
        if places is not None:
            own = part * layer.opacity * layer.own
            own[own < _FAINT] = 0
            same = carriers.get(id(layer.places))
            if same is None:
                x, y = (np.ascontiguousarray(places[..., axis]) for axis in (0, 1))
                carriers[id(layer.places)] = Carrier(layer.window, x, y, own)
            else:
                np.add(same.weight, own, out=same.weight)
        part *= 1 - layer.opacity
    return list(carriers.values())


def _draw_detail(
    patch: Patch,
    below: Floats,
    result: Floats,
    tile: Window,
    side: int,
    white: np.float32,
) -> None:
    """Replace detail of a tile (H, W, 3), in place, by that of a patch drawn at full size.

    below  (S, S, 3) the layers together without their fine detail
    """
    window = patch.window.shared(tile)
    if window is None:
        return
    here, own = result[window.within(tile)], window.within(patch.window)
    base = enlarged(below, window, side, _CUBIC)
    fine = (patch.colours[own] - base) * white
    here += patch.alpha[own][..., None] * (fine - here)


def _feather(side: int) -> Floats:
    """(side,) a window of 1 with smoothstep ramps to 0 at both ends."""
    place = np.arange(side)
    inward = np.minimum(place, place[::-1])
    return smooth_step(inward, 0, max(FEATHER * side, 1.0)).astype(np.float32)
