"""From a photo and a pose to the refined picture: once per photo `set_source`, often `predict`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from engine.checkpoint import load_checkpoint
from engine.crop import Crop, scale_to
from engine.devices import choose_device, half_precision
from engine.errors import ReposeError
from engine.files import resource
from engine.generators import G1, G2
from engine.guides import SourceHead
from engine.heatmaps import draw_heatmaps, pose_heatmaps
from engine.landmarks import Landmarks, check_landmarks
from engine.masks import box_of_landmarks, draw_mask
from engine.paste import paste

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

DEFAULT_MODEL = "default.safetensors"
_UNMOVED = 0.01  # pixels: a pose this close to the source is the source


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the networks make of one pose; all of the crop, RGB.

    coarse, refined  (S, S, 3) float32 in [0, 1]
    difference       (S, S, 3) float32 in [-1, 1]: the difference map, refined = coarse + difference
    crop             where it lies in the photo
    pose             (68, 2) the landmarks it shows, pixels of the photo
    """

    coarse: Floats
    difference: Floats
    refined: Floats
    crop: Crop
    pose: Landmarks


class Predictor:
    """A model on a device, and the photo it works on.

    Not for several threads at once. Raises ReposeError for a model that cannot be used.
    """

    def __init__(
        self,
        model_path: Path | str | None = None,
        device: str = "auto",
        half: bool | None = None,
    ) -> None:
        """model_path: a checkpoint; None takes the default model. half: compute in half precision;
        None does where the device is faster with it."""
        path = resource(DEFAULT_MODEL) if model_path is None else Path(model_path)
        checkpoint = load_checkpoint(path)
        self.config = checkpoint.config
        self.held_out = frozenset(json.loads(checkpoint.metadata.get("held_out", "[]")))
        """The groups of people that the model was not trained on, of those it was given."""
        self.device = choose_device(device)
        self.model_name = (
            path.stem if model_path is None else checkpoint.metadata.get("name", path.stem)
        )
        self._half = (
            half_precision(self.device)
            if half is None
            else (half_precision(self.device, always=True) if half else None)
        )
        self._g1, self._g2 = G1(self.config), G2(self.config)
        for name, network in (("g1", self._g1), ("g2", self._g2)):
            checkpoint.restore(name, network)
            network.eval().requires_grad_(False)
            network.to(self.device, self._half, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._source: _Source | None = None
        self._photo: Pixels | None = None
        self._may_widen = True

    @property
    def size(self) -> int:
        """S, the side of the networks' pictures in pixels."""
        return self.config.image.width

    @property
    def crop(self) -> Crop:
        """The crop around the source face. Raises ReposeError before `set_source`."""
        return self._current().crop

    def set_source(self, photo: Pixels, landmarks: ArrayLike) -> None:
        """Choose the photo (H, W, 3) uint8 RGB and the face in it (68, 2), in its pixels."""
        if self.config.image.crop != "face":
            raise ReposeError(
                "This model was trained on whole photos (preset report); the editor and "
                "`repose` need one that was trained on face crops (preset default)."
            )
        checked = check_landmarks(landmarks)
        self._photo = photo
        self._source = self._prepared(photo, checked, Crop.around(checked))
        self._may_widen = True

    def set_crop(self, picture: Pixels, landmarks: ArrayLike) -> None:
        """Choose a picture (S, S, 3) that is a crop already, and its landmarks in its pixels."""
        self._photo = picture
        whole = Crop(0, 0, picture.shape[0])
        self._source = self._prepared(picture, check_landmarks(landmarks), whole)
        self._may_widen = False

    def predict(self, pose: ArrayLike) -> Prediction:
        """The source face in the pose (68, 2), pixels of the photo."""
        checked = check_landmarks(pose)
        source = self._covering(checked)
        target = source.crop.to_network(checked, self.size)
        coarse, difference = self._run([source.tensor], [source.landmarks], [target], [source])
        refined = np.clip(coarse[0] + difference[0], 0, 1)
        return Prediction(
            np.clip(coarse[0], 0, 1), difference[0].clip(-1, 1), refined, source.crop, checked
        )

    def paste(self, prediction: Prediction) -> Pixels:
        """The photo at full size with the refined face blended in, (H, W, 3) uint8.

        Every pixel outside the crop is the photo's own; so are all of them in the source's pose.
        """
        source, photo = self._covering(prediction.pose), self._photo
        assert photo is not None
        own = source.crop.to_photo(source.landmarks, self.size)
        if np.abs(own - prediction.pose).max() < _UNMOVED:
            return photo.copy()
        maps = source.head.maps(source.crop.to_network(prediction.pose, self.size))
        return paste(photo, source.crop, prediction.refined, maps)

    def heatmaps(self, pose: ArrayLike) -> Floats:
        """The pose heatmaps over the crop, (S, S) in [0, 1]: the largest of the 68."""
        landmarks = torch.from_numpy(self._in_crop(pose))
        size = self.size
        drawn = draw_heatmaps(landmarks, size, size, self.config.heatmaps).amax(dim=0).numpy()
        return np.asarray(scale_to(drawn, size), np.float32).clip(0, 1)

    def mask(self, pose: ArrayLike) -> Floats:
        """The mask over the crop, (S, S) of 0 and 1."""
        landmarks = torch.from_numpy(self._in_crop(pose))[None]
        drawn = draw_mask(landmarks, box_of_landmarks(landmarks), self.config)
        return np.asarray(drawn[0, 0].numpy(), np.float32)

    def _in_crop(self, pose: ArrayLike) -> Landmarks:
        return self.crop.to_network(check_landmarks(pose), self.size)

    def _current(self) -> "_Source":
        if self._source is None:
            raise ReposeError("Open a photo with a face first.")
        return self._source

    def _covering(self, pose: Landmarks) -> "_Source":
        """The source, cut wider where the pose leaves its crop."""
        source = self._current()
        if source.crop.covers(pose) or not self._may_widen:
            return source
        assert self._photo is not None
        own = source.crop.to_photo(source.landmarks, self.size)
        return self._prepared(self._photo, own, source.crop.covering(pose))

    def _prepared(self, photo: Pixels, landmarks: Landmarks, crop: Crop) -> "_Source":
        size = self.size
        return _Source(crop, crop.scaled(photo, size), crop.to_network(landmarks, size))

    @torch.inference_mode()
    def _run(
        self,
        pictures: Sequence[Tensor],
        landmarks: Sequence[Landmarks],
        targets: Sequence[Landmarks],
        sources: Sequence["_Source"],
    ) -> tuple[Floats, Floats]:
        """Coarse and difference map (B, S, S, 3) of B sources, each in its target pose."""
        picture = self._on_device(torch.stack(list(pictures)))
        own, pose = (
            torch.from_numpy(np.stack(points)).to(self.device) for points in (landmarks, targets)
        )
        heatmaps = pose_heatmaps(own, pose, self.config)
        guides = None
        if self.config.guides:
            drawn = [s.head.maps(t).guides(s.pixels) for s, t in zip(sources, targets, strict=True)]
            guides = self._on_device(torch.from_numpy(np.stack(drawn)))
        with torch.autocast(self.device, self._half, enabled=self._half is not None):
            coarse = self._g1(picture, heatmaps, guides).image
            difference = self._g2(picture, coarse)
        return _to_array(coarse), _to_array(difference)

    def _on_device(self, pictures: Tensor) -> Tensor:
        return pictures.to(self.device, memory_format=torch.channels_last)


@dataclass(frozen=True, eq=False)
class _Source:
    """A source face, cut out and scaled for the networks: pixels (S, S, 3), landmarks (68, 2)."""

    crop: Crop
    pixels: Pixels
    landmarks: Landmarks

    @cached_property
    def head(self) -> SourceHead:
        return SourceHead(self.landmarks, self.pixels.shape[0])

    @cached_property
    def tensor(self) -> Tensor:
        return torch.from_numpy(self.pixels).permute(2, 0, 1).float() / 255


def _to_array(images: Tensor) -> Floats:
    """Bx3xSxS to (B, S, S, 3)."""
    return np.ascontiguousarray(images.float().permute(0, 2, 3, 1).cpu().numpy())
