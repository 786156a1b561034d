"""From a photo and a pose to the refined picture: once per photo `set_source`, often `predict`."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from engine.checkpoint import load_checkpoint
from engine.crop import Crop, scale_to
from engine.devices import choose_device, choose_threads, half_precision
from engine.errors import ReposeError
from engine.files import resource
from engine.generators import G1, G2
from engine.guides import GUIDE_CHANNELS, SourceHead
from engine.heatmaps import draw_heatmaps, pose_heatmaps
from engine.landmarks import Landmarks, check_landmarks
from engine.masks import box_of_landmarks, draw_mask
from engine.paste import paste

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

DEFAULT_MODEL = "default.safetensors"
_UNMOVED = 0.01  # pixels: a pose this close to the source is the source
_LARGEST = 4  # longest sides of the photo: a crop beyond that holds next to nothing of it
_LARGEST_SIDE = 30_000  # pixels: OpenCV samples no larger pictures


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

        predictor = Predictor()
        predictor.set_source(photo, find_faces(photo)[0].landmarks)
        picture = predictor.paste(predictor.predict(pose))

    Not for several threads at once. Raises ReposeError for a model that cannot be used and for a
    device that is not there.
    """

    def __init__(
        self,
        model_path: Path | str | None = None,
        device: str = "auto",
        half: bool | None = None,
    ) -> None:
        """model_path: a checkpoint; None takes the default model. device: auto (the fastest), cpu,
        cuda or mps. half: compute in half precision; None does where the device is faster with it.
        """
        path = resource(DEFAULT_MODEL) if model_path is None else Path(model_path)
        checkpoint = load_checkpoint(path)
        self.config = checkpoint.config
        self.held_out = _names(checkpoint.metadata.get("held_out", "[]"))
        """The groups of people that the model was not trained on, of those it was given."""
        self.device = choose_device(device)
        self.model_name = (
            path.stem if model_path is None else checkpoint.metadata.get("name", path.stem)
        )
        self._half = None if half is False else half_precision(self.device, always=half is True)
        self._g1, self._g2 = G1(self.config), G2(self.config)
        for name, network in (("g1", self._g1), ("g2", self._g2)):
            checkpoint.restore(name, network)
            network.eval().requires_grad_(False)
            network.to(self.device, self._half, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._source: _Source | None = None
        self._wider: _Source | None = None  # for the last pose that left the crop
        if self.device == "cpu":
            choose_threads(self._warm_up)

    @property
    def size(self) -> int:
        """S, the side of the networks' pictures in pixels."""
        return self.config.image.width

    @property
    def crop(self) -> Crop:
        """The crop around the source face. Raises ReposeError before `set_source`."""
        return self._current().crop

    def set_source(self, photo: Pixels, landmarks: ArrayLike) -> None:
        """Choose the photo (H, W, 3) uint8 RGB and the face in it (68, 2), in its pixels.

        Raises ReposeError for landmarks outside the photo and for a model of something else: of
        bodies, of edge images, of whole photos.
        """
        self._check_works_on_faces()
        checked = check_landmarks(landmarks)
        crop = Crop.around(checked)
        if not crop.meets(photo) or _too_large(crop, photo):
            raise ReposeError("The landmarks do not lie on the photo: they may be of another one.")
        self._source, self._wider = _Source.cut(photo, checked, crop, self.size), None
        _ = self._source.head  # now, so that the first update is as quick as any

    def set_crop(self, picture: Pixels, landmarks: ArrayLike) -> None:
        """Choose a picture that is cut and scaled already, (H, W, 3) as the config has them, and
        the landmarks (68, 2) in its pixels. For evaluation; it cannot be pasted back.
        """
        checked, whole = check_landmarks(landmarks), Crop(0, 0, self.size)
        own = whole.to_network(checked, self.size)
        self._source = _Source(picture, checked, whole, picture, own, widens=False)
        self._wider = None

    def predict(self, pose: ArrayLike) -> Prediction:
        """The source face in the pose (68, 2), pixels of the photo.

        Raises ReposeError before `set_source`, and for a pose that reaches far out of the photo.
        """
        checked = check_landmarks(pose)
        source = self._covering(checked)
        coarse, difference = self._run(source, source.crop.to_network(checked, self.size))
        refined = np.clip(coarse + difference, 0, 1)
        return Prediction(
            np.clip(coarse, 0, 1), difference.clip(-1, 1), refined, source.crop, checked
        )

    def paste(self, prediction: Prediction) -> Pixels:
        """The photo at full size with the refined face blended in, (H, W, 3) uint8.

        Every pixel outside the crop is the photo's own; so are all of them in the source's pose.
        """
        source = self._covering(prediction.pose)
        if np.abs(source.face - prediction.pose).max() < _UNMOVED:
            return source.photo.copy()
        maps = source.head.maps(source.crop.to_network(prediction.pose, self.size))
        return paste(source.photo, source.crop, prediction.refined, maps)

    def heatmaps(self, pose: ArrayLike) -> Floats:
        """The pose heatmaps over the crop, (S, S) in [0, 1]: the largest of all 68."""
        landmarks = self._in_crop(pose)
        size = self.size
        drawn = draw_heatmaps(landmarks, size, size, self.config.heatmaps).amax(dim=0).numpy()
        return np.asarray(scale_to(drawn, size), np.float32).clip(0, 1)

    def mask(self, pose: ArrayLike) -> Floats:
        """The mask over the crop, (S, S) of 0 and 1."""
        landmarks = self._in_crop(pose)[None]
        drawn = draw_mask(landmarks, box_of_landmarks(landmarks), self.config)
        return np.asarray(drawn[0, 0].numpy(), np.float32)

    def _check_works_on_faces(self) -> None:
        """Raises ReposeError for a model that cannot work on crops around faces."""
        needed = "the editor and `repose` need one that was trained on face crops (preset default)."
        if self.config.skeleton == "body":
            raise ReposeError(f"This model was trained on bodies; {needed}")
        if self.config.skeleton == "none":
            raise ReposeError(f"This model was trained on pictures without faces; {needed}")
        if self.config.condition == "edges":
            raise ReposeError(
                "This model takes the pose from an edge image of the target, and no landmarks; "
                "the editor and `repose` need one whose condition is heatmaps (preset default)."
            )
        if self.config.image.crop != "face":
            raise ReposeError(f"This model was trained on whole photos (preset report); {needed}")

    def _in_crop(self, pose: ArrayLike) -> Tensor:
        return torch.from_numpy(self.crop.to_network(check_landmarks(pose), self.size))

    def _current(self) -> "_Source":
        if self._source is None:
            raise ReposeError("Open a photo with a face first.")
        return self._source

    def _covering(self, pose: Landmarks) -> "_Source":
        """The source, cut wider where the pose leaves its crop."""
        source = self._current()
        if source.crop.covers(pose) or not source.widens:
            return source
        crop = source.crop.covering(pose)
        if _too_large(crop, source.photo):
            raise ReposeError("The pose reaches too far out of the photo: bring its points back.")
        if self._wider is None or self._wider.crop != crop:
            self._wider = _Source.cut(source.photo, source.face, crop, self.size)
        return self._wider

    def _run(self, source: "_Source", target: Landmarks) -> tuple[Floats, Floats]:
        """Coarse and difference map (S, S, 3); target (68, 2) in pixels of the crop."""
        guides = None
        if self.config.guides:
            guides = torch.from_numpy(source.head.maps(target).guides(source.pixels))
        own, pose = (torch.from_numpy(p)[None].to(self.device) for p in (source.landmarks, target))
        heatmaps = pose_heatmaps(own, pose, self.config)
        coarse, difference = self._generate(source.tensor, heatmaps, guides)
        return _to_array(coarse), _to_array(difference)

    @torch.inference_mode()
    def _generate(
        self, picture: Tensor, condition: Tensor, guides: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Coarse and difference map 1x3xHxW, from 3xHxW, 1xCxhxw on the device, 8xHxW."""
        batch = self._on_device(picture)
        with torch.autocast(self.device, self._half, enabled=self._half is not None):
            coarse = self._g1(
                batch, condition, None if guides is None else self._on_device(guides)
            ).image
            return coarse, self._g2(batch, coarse)

    def _warm_up(self) -> None:
        """An update of nothing: the first use of a network takes longer than any other."""
        height, width = self.config.image.height, self.config.image.width
        stride = self.config.heatmaps.stride
        layers = torch.zeros(3 + GUIDE_CHANNELS, height, width)
        guides = layers[3:] if self.config.guides else None
        cells = (height // stride, width // stride)
        nothing = torch.zeros(1, self.config.condition_channels, *cells)
        self._generate(layers[:3], nothing, guides)

    def _on_device(self, picture: Tensor) -> Tensor:
        """CxSxS as a batch of one."""
        return picture[None].to(self.device, memory_format=torch.channels_last)


@dataclass(frozen=True, eq=False)
class _Source:
    """A source face, cut out and scaled for the networks (S, S; or H, W, a whole photo).

    photo   (H, W, 3) and face (68, 2) in its pixels    crop  of it
    pixels  (S, S, 3) of the crop and landmarks (68, 2) in their pixels
    widens  whether poses beyond the crop may have a larger one
    """

    photo: Pixels
    face: Landmarks
    crop: Crop
    pixels: Pixels
    landmarks: Landmarks
    widens: bool

    @classmethod
    def cut(cls, photo: Pixels, face: Landmarks, crop: Crop, size: int) -> Self:
        pixels, landmarks = crop.scaled(photo, size), crop.to_network(face, size)
        return cls(photo, face, crop, pixels, landmarks, widens=True)

    @cached_property
    def head(self) -> SourceHead:
        return SourceHead(self.landmarks, self.pixels.shape[0])

    @cached_property
    def tensor(self) -> Tensor:
        """The picture, 3xSxS in [0, 1]."""
        return torch.from_numpy(self.pixels).permute(2, 0, 1).float() / 255


def _too_large(crop: Crop, photo: Pixels) -> bool:
    longest: int = max(photo.shape[:2])
    return crop.side > min(_LARGEST * longest, _LARGEST_SIDE)


def _names(text: str) -> frozenset[str]:
    """What a checkpoint tells in JSON; nothing where that is no list of names."""
    try:
        names = json.loads(text)
    except ValueError:
        return frozenset()
    return frozenset(map(str, names)) if isinstance(names, list) else frozenset()


def _to_array(images: Tensor) -> Floats:
    """1x3xSxS to (S, S, 3)."""
    return np.ascontiguousarray(images[0].float().permute(1, 2, 0).cpu().numpy())
