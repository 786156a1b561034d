"""The parts of a picture: background, skin, hair, clothes and things, eyes, inside of the mouth.

A small network (`engine.face.parts_network`) labels the crop around a face once per photo;
`refine_edges` gives the outline at the photo's own resolution.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.edges import refine_edges
from engine.face.landmarks import Landmarks
from engine.face.parts_network import SIZE, PartsNetwork, landmark_hints, network_input
from engine.imaging.crop import Crop

Floats = NDArray[np.float32]

FILE = "parts.safetensors"

_STEP = 32  # pixels: the network takes pictures whose sides are multiples of it
_LARGEST = 2 * SIZE
_EDGE = 8  # pixels along the usual crop's border, where both are blended
_FAINT = 0.1  # probability of the person from which a pixel may hang together with it


class PartLabel(IntEnum):
    """What a pixel shows; the number is the index into `Parts.probabilities`."""

    BACKGROUND = 0
    SKIN = 1  # with beards and glasses; face, ears, neck, hands
    HAIR = 2  # of the head
    CLOTHES = 3  # and what else is worn, held, or before the person
    EYES = 4  # what is seen of them between the lids
    MOUTH = 5  # its inside: teeth, tongue, the dark


PERSON = (PartLabel.SKIN, PartLabel.HAIR, PartLabel.CLOTHES, PartLabel.EYES, PartLabel.MOUTH)


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of the crop around one face.

    crop           of the photo
    probabilities  (S, S, 6) float32 of the crop scaled to S x S, 0 to 1; a pixel's sum is 1

    Beyond the photo the crop repeats the photo's border, and so do the labels.
    """

    crop: Crop
    probabilities: Floats

    def of(self, *parts: PartLabel) -> Floats:
        """How likely each pixel is one of these parts, (S, S) float32, 0 to 1."""
        return np.asarray(self.probabilities[..., list(parts)].sum(axis=2).clip(0, 1), np.float32)

    def in_crop(self, crop: Crop, size: int) -> Floats:
        """The probabilities in another crop of the same photo, (size, size, 6) float32. Beyond the
        labelled crop those of its border are repeated."""
        if crop == self.crop and size == len(self.probabilities):
            return self.probabilities
        matrix = self.crop.matrix(len(self.probabilities)) @ np.linalg.inv(crop.matrix(size))
        moved = cv2.warpAffine(
            self.probabilities,
            matrix[:2],
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(moved, np.float32)

    def person(self) -> Floats:
        """How likely each pixel is the person with what it wears, (S, S) float32, 0 to 1."""
        return self.of(*PERSON)

    def labels(self) -> NDArray[np.uint8]:
        """The likeliest part of each pixel, (S, S) uint8, values of `PartLabel`."""
        return np.asarray(self.probabilities.argmax(axis=2), np.uint8)

    def alpha(self, photo: NDArray[np.uint8], *parts: PartLabel) -> Floats:
        """The opacity of these parts, of the whole person if none is named, at full size.

        (side, side) float32, 0 to 1, of the crop's own pixels; its edges follow those in the
        ``photo`` (H, W, 3) uint8, from which the parts were labelled.
        """
        return refine_edges(self.of(*(parts or PERSON)), self.crop.cut(photo))


def label_parts(photo: NDArray[np.uint8], landmarks: Landmarks) -> Parts:
    """The parts of the crop around a face.

    photo      (H, W, 3) uint8 RGB
    landmarks  (68, 2), photo pixels; they may lie outside

    Raises ReposeError when the landmarks are no numbers, or the file with the weights cannot be
    used.
    """
    if not np.isfinite(landmarks).all():
        raise ReposeError("Some landmarks of the face are not numbers; find the face again.")
    return _labelled(photo, landmarks, Crop.around(landmarks), SIZE)


def label_wider(photo: NDArray[np.uint8], landmarks: Landmarks, parts: Parts, crop: Crop) -> Parts:
    """The parts of a wider crop, from those of `label_parts`.

    The network knows the usual crop; what it finds beyond counts only where it hangs together with
    the person in it.
    """
    size = min(round(SIZE * crop.side / parts.crop.side / _STEP) * _STEP, _LARGEST)
    found = _labelled(photo, landmarks, crop, size).probabilities
    own = parts.crop
    ends = np.array([[own.left, own.top], [own.left + own.side, own.top + own.side]])
    (left, top), (right, bottom) = crop.to_network(ends, size).round().astype(int)
    inside = np.zeros((size, size), np.float32)
    inside[max(top, 0) + _EDGE : bottom - _EDGE, max(left, 0) + _EDGE : right - _EDGE] = 1
    share = np.asarray(cv2.blur(inside, (_EDGE, _EDGE)), np.float32)
    found = found + share[..., None] * (parts.in_crop(crop, size) - found)
    person = 1 - found[..., PartLabel.BACKGROUND]
    _, pieces = cv2.connectedComponents((person > _FAINT).astype(np.uint8))
    sure = pieces[(inside > 0) & (person > 0.5)]
    beside = ~np.isin(pieces, sure)
    found[beside] = np.eye(len(PartLabel), dtype=np.float32)[PartLabel.BACKGROUND]
    return Parts(crop, found.astype(np.float32))


def _labelled(photo: NDArray[np.uint8], landmarks: Landmarks, crop: Crop, size: int) -> Parts:
    """The parts of a crop, scaled to ``size`` pixels."""
    hints = landmark_hints(crop.to_network(landmarks, size), size)
    with torch.inference_mode():
        inputs = network_input(crop.scaled(photo, size)[None], hints[None])
        probabilities = _shipped()(inputs)[0].softmax(dim=0)
    return Parts(crop, np.ascontiguousarray(probabilities.permute(1, 2, 0).numpy()))


def load_parts_network(path: Path) -> PartsNetwork:
    """The network whose weights `resources/make_parts.py` wrote, for inference on the CPU.

    Raises ReposeError when the file cannot be read, is damaged or is something else.
    """
    damaged = ReposeError(f"Repose's own file {path} is damaged; install Repose again.")
    network = PartsNetwork()
    try:
        with safe_open(path, framework="pt") as stored:
            if (stored.metadata() or {}).get("format") != "repose-parts":
                raise damaged
            weights = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118
        network.load_state_dict(weights)
    except (SafetensorError, OSError, RuntimeError) as error:
        raise damaged from error
    if not all(bool(tensor.isfinite().all()) for tensor in weights.values()):
        raise damaged
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


@cache
def _shipped() -> PartsNetwork:
    return load_parts_network(resource(FILE))
