"""What the predictor works on: a source face, a pose for it, and what the networks make of both."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.core.errors import ReposeError
from engine.face.identity import identity_distance
from engine.face.landmarks import Landmarks
from engine.guidance.guides import Maps, SourceHead, combined
from engine.guidance.keep import KeepMask, check_keep
from engine.imaging.crop import Crop
from engine.inference.compositing import paste

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_UNMOVED = 0.01  # pixels: a pose this close to the source is the source
_LARGEST = 4  # longest sides of the photo: a crop beyond that holds next to nothing of it
_LARGEST_SIDE = 30_000  # pixels: OpenCV samples no larger pictures


@dataclass(frozen=True, eq=False)
class Source:
    """A source face, cut out and scaled for the networks.

    photo   (H, W, 3) and face (68, 2) in its pixels    crop  of it
    pixels  (S, S, 3) of the crop and landmarks (68, 2) in their pixels
    """

    photo: Pixels
    face: Landmarks
    crop: Crop
    pixels: Pixels
    landmarks: Landmarks

    @classmethod
    def cut(cls, photo: Pixels, face: Landmarks, crop: Crop, size: int) -> Self:
        pixels, landmarks = crop.scaled(photo, size), crop.to_network(face, size)
        return cls(photo, face, crop, pixels, landmarks)

    @cached_property
    def head(self) -> SourceHead:
        return SourceHead(self.pixels, self.landmarks)

    @cached_property
    def tensor(self) -> Tensor:
        """The picture, 3xSxS in [0, 1]."""
        return torch.from_numpy(self.pixels).permute(2, 0, 1).float().contiguous() / 255


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """A source and a pose for it, as the networks need them.

    pose  (68, 2) pixels of the photo    target  the same in pixels of the crop
    """

    source: Source
    pose: Landmarks
    target: Landmarks

    @cached_property
    def maps(self) -> Maps:
        """Where the guides' pixels come from."""
        return self.source.head.maps(self.target)

    @cached_property
    def guides(self) -> Floats:
        """(8, S, S) float32 in [0, 1]."""
        return self.maps.guides(self.source.pixels)


def covering(source: Source, pose: Landmarks, wider: Source | None) -> Source:
    """The source, cut wider where the pose leaves its crop; ``wider`` if that is such a cut.

    Raises ReposeError for a pose that reaches far out of the photo.
    """
    if source.crop.covers(pose):
        return source
    crop = source.crop.covering(pose)
    if too_large(crop, source.photo):
        raise ReposeError("The pose reaches too far out of the photo: bring its points back.")
    if wider is not None and wider.crop == crop:
        return wider
    return Source.cut(source.photo, source.face, crop, source.pixels.shape[0])


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the networks make of one pose; all of the crop, RGB.

    coarse, refined  (S, S, 3) float32 in [0, 1]
    difference       (S, S, 3) float32 in [-1, 1]: the difference map, refined = coarse + difference
    posed            what the networks were given
    """

    coarse: Floats
    difference: Floats
    refined: Floats
    posed: NetworkInput

    @property
    def crop(self) -> Crop:
        """Where it lies in the photo."""
        return self.posed.source.crop

    @property
    def pose(self) -> Landmarks:
        """The landmarks (68, 2) it shows, pixels of the photo."""
        return self.posed.pose

    @property
    def warp(self) -> Floats:
        """The source moved into the pose, (S, S, 3) in [0, 1]: the 3D warp where it is to be
        trusted, else the 2D warp. What G1 starts from."""
        return combined(self.posed.guides)

    def pasted(self, keep: KeepMask | None = None) -> Pixels:
        """The photo at full size with the refined face blended in, (H, W, 3) uint8.

        Every pixel outside the crop and every kept one is the photo's own; so are all of them in
        the source's pose. Raises ReposeError when ``keep`` is of a photo of another size.
        """
        source = self.posed.source
        if keep is not None:
            check_keep(keep, source.photo)
        if np.abs(source.face - self.pose).max() < _UNMOVED:
            return source.photo.copy()
        return paste(source.photo, source.crop, self.refined, self.posed.maps, keep)


def identity_drift(prediction: Prediction) -> float:
    """The distance of the refined face from the source's: 0 to about 1; from 0.6 on it is another
    person. Raises ReposeError when the package with dlib's models is missing."""
    source = prediction.posed.source
    pictures = np.stack([source.pixels / np.float32(255), prediction.refined])
    return identity_distance(pictures, np.stack([source.landmarks, prediction.posed.target]))


def keep_refined(prediction: Prediction, keep: KeepMask) -> Floats:
    """The refined picture (S, S, 3) in [0, 1] as pasting it would show: kept places are the
    source's. Raises ReposeError when ``keep`` is of a photo of another size."""
    source = prediction.posed.source
    check_keep(keep, source.photo)
    kept = keep.over(source.crop, source.pixels.shape[0])[..., None]
    own = source.pixels.astype(np.float32) / np.float32(255)
    return np.asarray(prediction.refined + kept * (own - prediction.refined), np.float32)


def too_large(crop: Crop, photo: Pixels) -> bool:
    longest: int = max(photo.shape[:2])
    return crop.side > min(_LARGEST * longest, _LARGEST_SIDE)
