"""The predictor's inputs and outputs: source, network input (source and pose), prediction."""

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
from engine.face.lifted_face import LiftedFace
from engine.face.parts import Parts, label_parts
from engine.guidance.guides import Maps, SourceHead, combined
from engine.guidance.keep import KeepMask, check_keep
from engine.imaging.crop import Crop
from engine.inference.compositing import paste

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_UNMOVED = 0.01  # pixels: a pose whose points moved less counts as the source's
_LARGEST = 4  # longest sides of the photo: the photo would fill too little of a larger crop
_LARGEST_SIDE = 30_000  # pixels: `cv2.remap` accepts no more than 32767


@dataclass(frozen=True, eq=False)
class Source:
    """A source face, cropped and scaled for the networks.

    photo      (H, W, 3) uint8
    face       (68, 2) its landmarks, pixels of the photo
    crop       the square around it
    pixels     (S, S, 3) uint8, the scaled crop
    landmarks  (68, 2) pixels of the scaled crop
    """

    photo: Pixels
    face: Landmarks
    crop: Crop
    pixels: Pixels
    landmarks: Landmarks

    @classmethod
    def cut(cls, photo: Pixels, face: Landmarks, crop: Crop, size: int) -> Self:
        """The source in ``crop``, scaled to S = ``size``."""
        pixels, landmarks = crop.scaled(photo, size), crop.to_network(face, size)
        return cls(photo, face, crop, pixels, landmarks)

    @cached_property
    def lifted(self) -> LiftedFace:
        """The head model fitted to the landmarks, pixels of the scaled crop."""
        return LiftedFace.of(self.landmarks)

    @cached_property
    def head(self) -> SourceHead:
        """The layers of the head."""
        return SourceHead(self.pixels, None, self.lifted.head)

    @cached_property
    def parts(self) -> Parts:
        """The parts of the picture around the face. Raises ReposeError as `label_parts`."""
        return label_parts(self.photo, self.face)

    @cached_property
    def tensor(self) -> Tensor:
        """The picture, 3xSxS in [0, 1]."""
        return torch.from_numpy(self.pixels).permute(2, 0, 1).float().contiguous() / 255


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """A source and a pose for it.

    pose    (68, 2) pixels of the photo
    target  (68, 2) the same in pixels of the scaled crop
    """

    source: Source
    pose: Landmarks
    target: Landmarks

    @cached_property
    def maps(self) -> Maps:
        """The guides as maps: the source position of each pixel."""
        return self.source.head.maps(self.source.lifted.followed(self.target))

    @cached_property
    def guides(self) -> Floats:
        """(8, S, S) float32 in [0, 1]."""
        return self.maps.guides(self.source.pixels)


def covering(source: Source, pose: Landmarks, wider: Source | None) -> Source:
    """The source, or one with a larger crop if the pose leaves its crop; ``wider`` if it has that
    crop already.

    Raises ReposeError for a pose far outside the photo.
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
    """The networks' output for one pose: RGB pictures of the scaled crop.

    coarse, refined  (S, S, 3) float32 in [0, 1]
    difference       (S, S, 3) float32 in [-1, 1]: the difference map, refined = coarse + difference
    posed            the networks' input
    """

    coarse: Floats
    difference: Floats
    refined: Floats
    posed: NetworkInput

    @property
    def crop(self) -> Crop:
        """The crop's place in the photo."""
        return self.posed.source.crop

    @property
    def pose(self) -> Landmarks:
        """The target landmarks (68, 2), pixels of the photo."""
        return self.posed.pose

    @property
    def warp(self) -> Floats:
        """The source warped into the pose, (S, S, 3) in [0, 1]: the 3D warp where it is valid, else
        the 2D warp. G1's generated image is a residual of it."""
        return combined(self.posed.guides)

    def pasted(self, keep: KeepMask | None = None) -> Pixels:
        """The photo at full size with the refined face composited into it, (H, W, 3) uint8.

        Pixels outside the crop and kept ones are the photo's, bit for bit; in the source's pose all
        are. Raises ReposeError when ``keep`` is of a photo of another size.
        """
        result = self.posed.source.photo.copy()
        result[self.crop.inside(result)] = self.pasted_crop(keep)
        return result

    def pasted_crop(self, keep: KeepMask | None = None) -> Pixels:
        """The part of `pasted` inside the crop: the rows and columns `Crop.inside` of the photo."""
        source = self.posed.source
        if keep is not None:
            check_keep(keep, source.photo)
        if np.abs(source.face - self.pose).max() < _UNMOVED:
            return source.photo[source.crop.inside(source.photo)].copy()
        return paste(source.photo, source.crop, self.refined, self.posed.maps, keep)


def identity_drift(prediction: Prediction) -> float:
    """The distance of the refined from the source face in dlib's recognition network: 0 to about 1;
    0.6 and more means another person. Raises ReposeError when dlib's models are missing."""
    source = prediction.posed.source
    pictures = np.stack([source.pixels / np.float32(255), prediction.refined])
    return identity_distance(pictures, np.stack([source.landmarks, prediction.posed.target]))


def keep_refined(prediction: Prediction, keep: KeepMask) -> Floats:
    """The refined picture (S, S, 3) in [0, 1] with the source's pixels in kept areas.

    Raises ReposeError when ``keep`` is of a photo of another size.
    """
    source = prediction.posed.source
    check_keep(keep, source.photo)
    kept = keep.over(source.crop, source.pixels.shape[0])[..., None]
    own = source.pixels.astype(np.float32) / np.float32(255)
    return np.asarray(prediction.refined + kept * (own - prediction.refined), np.float32)


def too_large(crop: Crop, photo: Pixels) -> bool:
    """Whether the crop is too large for the photo to fill, or for OpenCV to sample."""
    longest: int = max(photo.shape[:2])
    return crop.side > min(_LARGEST * longest, _LARGEST_SIDE)
