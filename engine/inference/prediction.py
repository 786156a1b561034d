"""The predictor's inputs and outputs: source, network input (source and target), prediction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.core.errors import ReposeError
from engine.face.identity import identity_distance
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.parts import Parts, label_parts, label_wider
from engine.face.posed_head import PosedHead
from engine.guidance.alignment import STILL, Offset, alignment, laid_over, opposite
from engine.guidance.guides import Features, Maps, SourceHead, combined
from engine.guidance.keep import KeepMask, check_keep
from engine.guidance.patches import Patch, Tones, Window
from engine.imaging.colour import Stored, over_white, to_8_bits
from engine.imaging.crop import Crop
from engine.inference.compositing import only_moved, over, paste

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LARGEST = 4  # longest sides of the photo: the photo would fill too little of a larger crop
_LARGEST_SIDE = 30_000  # pixels: `cv2.remap` accepts no more than 32767
_BEYOND = 0.03  # share of the crop's side: so far a head carries its borders unnoticed
_ROOM = 0.12  # share of the crop's side: around it, where hair and the body's movement end
_MOST = 2  # times the networks' usual side: largest picture of a wider crop
_LARGEST_DRAWN = 1600  # pixels: side of the crop at which eyes and mouth are drawn at most


@dataclass(frozen=True, eq=False)
class Source:
    """A source face, cropped and scaled for the networks.

    photo      (H, W, 3) uint8
    face       its face in 3D, pixels of the photo
    parts      of the picture around the face
    crop       the square around it
    pixels     (S, S, 3) uint8, the scaled crop
    landmarks  (68, 2) pixels of the scaled crop
    """

    photo: Pixels
    face: LiftedFace
    parts: Parts
    crop: Crop
    pixels: Pixels
    landmarks: Landmarks

    @classmethod
    def cut(cls, photo: Pixels, face: LiftedFace, parts: Parts, crop: Crop, size: int) -> Self:
        """The source in ``crop``, scaled to S = ``size``."""
        pixels, landmarks = crop.scaled(photo, size), crop.to_network(face.landmarks, size)
        return cls(photo, face, parts, crop, pixels, landmarks)

    @classmethod
    def around(cls, photo: Pixels, face: LiftedFace, size: int) -> Self:
        """The source in the crop around head and hair, scaled to S = ``size``.

        Raises ReposeError for landmarks outside the photo.
        """
        crop = Crop.around(face.landmarks)
        if not crop.meets(photo) or too_large(crop, photo):
            raise ReposeError("The landmarks do not lie on the photo: they may be of another one.")
        return cls.cut(photo, face, label_parts(photo, face.landmarks), crop, size)

    @property
    def size(self) -> int:
        """S."""
        return len(self.pixels)

    @cached_property
    def head(self) -> SourceHead:
        """The layers of the source."""
        parts = self.parts.in_crop(self.crop, self.size)
        return SourceHead(self.pixels, parts, self.face.head.in_crop(self.crop, self.size))

    @cached_property
    def features(self) -> Features:
        """Eyes and mouth, at the photo's size or, if that is too large, at `_LARGEST_DRAWN`."""
        size = min(self.crop.side, _LARGEST_DRAWN)
        parts = self.parts.in_crop(self.crop, self.size)
        head = self.face.head.in_crop(self.crop, size)
        return Features(self.crop.scaled(self.photo, size), parts, head)

    @cached_property
    def tones(self) -> Tones:
        """The tones of the picture: a photo without colour stays without."""
        return Tones(self.pixels)

    @cached_property
    def tensor(self) -> Tensor:
        """The picture, 3xSxS in [0, 1]."""
        return torch.from_numpy(self.pixels).permute(2, 0, 1).float().contiguous() / 255


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """A source and a target for it.

    head    the head in the target pose, pixels of the photo
    target  its landmarks (68, 2), pixels of the scaled crop
    offset  by which the networks see the target moved
    """

    source: Source
    head: PosedHead
    target: Landmarks
    offset: Offset

    @classmethod
    def of(cls, source: Source, head: PosedHead, aligned: bool) -> Self:
        """``aligned``: whether the networks see the head where the source's is."""
        target = source.crop.to_network(head.landmarks, source.size)
        return cls(source, head, target, alignment(source.landmarks, target) if aligned else STILL)

    @cached_property
    def maps(self) -> Maps:
        """The layers of the guides, with the place in the source of each pixel."""
        source = self.source
        return source.head.maps(self.head.in_crop(source.crop, source.size))

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Eyes and mouth as `maps` has them, but drawn for the crop at full size, in its pixels."""
        crop = self.source.crop
        if not self.maps.patches or crop.side <= self.source.size:
            return ()
        size = self.source.features.size
        patches = self.source.features.patches(self.head.in_crop(crop, size))
        if size == crop.side:
            return patches
        return tuple(patch.scaled(crop.side / size, crop.side) for patch in patches)

    @cached_property
    def guides(self) -> Floats:
        """(8, S, S) float32 in [0, 1]."""
        return self.maps.guides(self.source.pixels)

    @cached_property
    def layered(self) -> Floats:
        """(S, S, 3) float32 in [0, 1], all layers together."""
        return combined(self.guides)


def covering(source: Source, head: PosedHead, step: int, wider: Source | None = None) -> Source:
    """The source, or one with a larger crop if the head leaves its crop; ``wider`` if it has that
    crop already.

    step  the networks take pictures whose sides are multiples of it: a larger crop gets a larger
          picture, at the same resolution if that is not too large; 0: they take one size only

    Raises ReposeError for a pose far outside the photo.
    """
    crop, wanted = source.crop, _crop_for(source, head)
    if wanted == crop:
        return source
    if too_large(wanted, source.photo):
        raise ReposeError("The pose reaches too far out of the photo: bring its points back.")
    if wider is not None and wider.crop == wanted:
        return wider
    size = source.size
    if step:
        size = min(round(size * wanted.side / crop.side / step) * step, _MOST * size)
    parts = label_wider(source.photo, source.face.landmarks, source.parts, wanted)
    return Source.cut(source.photo, source.face, parts, wanted, size)


def _crop_for(source: Source, head: PosedHead) -> Crop:
    """The crop in which a head of the source is, and everything that moves with it."""
    crop, pose = source.crop, source.face.head.pose
    own = np.array([[crop.left, crop.top], [crop.left + crop.side, crop.top + crop.side]])
    carried = head.pose.shift + head.pose.scale / pose.scale * (own - pose.shift)
    wanted = crop
    if np.abs(carried - own).max() > _BEYOND * crop.side:
        corners, room = np.concatenate([own, carried]), _ROOM * crop.side
        wanted = crop.widened(corners.min(axis=0) - room, corners.max(axis=0) + room)
    if wanted.covers(head.landmarks):
        return wanted
    far = wanted.covering(head.landmarks)  # handles were dragged out of it
    low = np.array([far.left, far.top])
    return crop.widened(low, low + far.side)


@dataclass(frozen=True, eq=False)
class NetworkOutput:
    """What the networks drew: a window of the aligned picture that contains all that moved.

    coarse      (3, H, W) float32, about [0, 1]
    difference  (3, H, W) float32, about [-1, 1]: the difference map
    window      H x W pixels
    """

    coarse: Floats
    difference: Floats
    window: Window


@dataclass(frozen=True, eq=False)
class Prediction:
    """The networks' output for one pose, as RGB pictures of the scaled crop.

    posed    the networks' input
    output   what they drew
    refined  (S, S, 3) float32 in [0, 1]
    """

    posed: NetworkInput
    output: NetworkOutput
    refined: Floats

    @classmethod
    def of(cls, posed: NetworkInput, output: NetworkOutput) -> Self:
        """The prediction from what the networks drew."""
        refined = output.coarse + output.difference
        return cls(posed, output, _composited(posed, refined, output.window))

    @cached_property
    def coarse(self) -> Floats:
        """(S, S, 3) float32 in [0, 1]."""
        return _composited(self.posed, self.output.coarse, self.output.window)

    @cached_property
    def difference(self) -> Floats:
        """(S, S, 3) float32 in [-1, 1]: the difference map; 0 where the networks drew nothing."""
        drawn = _interleaved(self.output.difference).clip(-1, 1)
        return laid_over(drawn, _place(self.posed, self.output.window), np.zeros_like(self.refined))

    @property
    def crop(self) -> Crop:
        """The crop's place in the photo."""
        return self.posed.source.crop

    @property
    def pose(self) -> Landmarks:
        """The target landmarks (68, 2), pixels of the photo."""
        return self.posed.head.landmarks

    @property
    def warp(self) -> Floats:
        """All layers of the guides together, (S, S, 3) in [0, 1]. G1's generated image is a
        residual of it."""
        return self.posed.layered

    def pasted(self, keep: KeepMask | None = None, stored: Stored | None = None) -> Stored:
        """The photo at full size with the refined face composited into it, (H, W, 3) uint8.

        stored  the same photo with 16 bits or transparency (see `engine.imaging.photos.Picture`),
                which the result then has, too

        Pixels outside the crop, those where nothing moved and kept ones are the photo's, bit for
        bit. Raises ReposeError when ``keep`` is of a photo of another size.
        """
        result = (self.posed.source.photo if stored is None else stored).copy()
        result[self.crop.inside(result)] = self.pasted_crop(keep, stored)
        return result

    def pasted_crop(
        self,
        keep: KeepMask | None = None,
        stored: Stored | None = None,
        onto: Stored | None = None,
    ) -> Stored:
        """The part of `pasted` inside the crop: the rows and columns `Crop.inside` of the photo.

        onto  the photo with other faces reposed, of the form of ``stored``; this face is composited
              into it and changes nothing of it where nothing of this face moved
        """
        source = self.posed.source
        if keep is not None:
            check_keep(keep, source.photo)
        before = source.photo if stored is None else stored
        if before.shape[2] == 3:
            return self._pasted(before, self.refined, keep, onto, self.posed.patches)
        return self._pasted_transparent(before, keep, onto)

    def _pasted(
        self,
        photo: Stored,
        picture: Floats,
        keep: KeepMask | None,
        onto: Stored | None,
        patches: Sequence[Patch] = (),
    ) -> Stored:
        source, maps = self.posed.source, self.posed.maps
        pixels = source.pixels if photo is source.photo else None
        return paste(photo, self.crop, picture, maps, self.warp, patches, keep, onto, pixels)

    def _pasted_transparent(
        self, before: Stored, keep: KeepMask | None, onto: Stored | None
    ) -> Stored:
        """The part inside the crop for a photo (H, W, 4): its transparency moves as the layers do.

        The colours are composited over white, as the networks see them, and then freed from it.
        """
        white = np.float32(np.iinfo(before.dtype).max)
        inside = self.crop.inside(before)
        colours, alphas = _apart(before, inside)
        small = to_8_bits(self.crop.scaled(alphas, self.refined.shape[0]))
        moved = self.posed.maps.carried(small * np.float32(1 / 255))
        white_behind, alphas_behind = (None, None) if onto is None else _apart(onto, inside)
        result = self._pasted(colours, self.refined, keep, white_behind, self.posed.patches)
        alpha = self._pasted(alphas, moved, keep, alphas_behind)[..., :1]
        after = (before if onto is None else onto)[inside].copy()
        colours = colours if white_behind is None else white_behind
        changed = (result != colours[inside]).any(axis=2) | (alpha != after[..., 3:]).any(axis=2)
        share = alpha[changed] / white
        free = (result[changed] - white * (1 - share)) / share.clip(1 / white)
        after[changed] = np.concatenate([np.rint(free).clip(0, white), alpha[changed]], axis=1)
        return after


def _composited(posed: NetworkInput, planes: Floats, window: Window) -> Floats:
    """The source's picture (S, S, 3) with what moved from the networks' (3, H, W); see
    `only_moved`."""
    source, layered = posed.source, posed.layered
    drawn = source.tones.of(_interleaved(planes).clip(0, 1))
    image = laid_over(drawn, _place(posed, window), layered)
    return only_moved(image, source.pixels, posed.maps, layered)


def _place(posed: NetworkInput, window: Window) -> Offset:
    """Where a window of the aligned picture begins in the scaled crop."""
    x, y = opposite(posed.offset)
    return window.left + x, window.top + y


def _interleaved(planes: Floats) -> Floats:
    """(H, W, 3) from (3, H, W); `cv2.merge` takes a third of the time of a copy."""
    return np.asarray(cv2.merge([*planes]), np.float32)


def _apart(picture: Stored, inside: tuple[slice, slice]) -> tuple[Stored, Stored]:
    """The colours over white and three times the opacity of a picture (H, W, 4): (H, W, 3) each,
    of which only these rows and columns are filled."""
    colours, alphas = (np.empty((*picture.shape[:2], 3), picture.dtype) for _ in range(2))
    colours[inside] = over_white(picture[inside])
    alphas[inside] = picture[inside][..., 3:]
    return colours, alphas


def identity_drift(prediction: Prediction) -> float:
    """The distance of the refined from the source face in dlib's recognition network: 0 to about 1;
    0.6 and more means another person. Raises ReposeError when dlib's models are missing."""
    source = prediction.posed.source
    pictures = np.stack([source.pixels / np.float32(255), prediction.refined])
    return identity_distance(pictures, np.stack([source.landmarks, prediction.posed.target]))


def keep_refined(
    prediction: Prediction, keep: KeepMask | None, onto: Pixels | None = None
) -> Floats:
    """The refined picture (S, S, 3) in [0, 1] with the source's pixels in kept areas.

    onto  (S, S, 3) uint8, the scaled crop with other faces reposed, which is behind this one

    Raises ReposeError when ``keep`` is of a photo of another size.
    """
    source, result = prediction.posed.source, prediction.refined
    moved = None if onto is None else prediction.posed.maps.moved
    if keep is not None:
        check_keep(keep, source.photo)
        kept = keep.over(source.crop, source.size)
        own = source.pixels.astype(np.float32) / np.float32(255)
        result = np.asarray(result + kept[..., None] * (own - result), np.float32)
        moved = None if moved is None else moved * (1 - kept)
    if onto is None or moved is None:
        return result
    return over(result, moved, source.pixels, onto)


def too_large(crop: Crop, photo: Pixels) -> bool:
    """Whether the crop is too large for the photo to fill, or for OpenCV to sample."""
    longest: int = max(photo.shape[:2])
    return crop.side > min(_LARGEST * longest, _LARGEST_SIDE)
