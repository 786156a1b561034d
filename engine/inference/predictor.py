"""From a photo and a pose to the refined picture: once per photo `set_source`, often `predict`."""

from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from engine.core.devices import choose_device, choose_threads, half_precision
from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.trained_range import TrainedRange
from engine.guidance.conditions import draw_heatmaps
from engine.guidance.guides import GUIDE_CHANNELS
from engine.guidance.keep import KeepMask
from engine.guidance.masks import box_of_landmarks, draw_mask
from engine.imaging.crop import Crop, scale_to
from engine.inference.prediction import NetworkInput, Prediction, Source, covering, too_large
from engine.networks.checkpoint import load_checkpoint
from engine.networks.fused_graph import FusedGraph, can_fuse
from engine.networks.generators import G1, G2

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

DEFAULT_MODEL = "default.safetensors"


class Predictor:
    """A model on a device, and the photo it works on.

        predictor = Predictor()
        predictor.set_source(photo, find_faces(photo)[0].landmarks)
        picture = predictor.paste(predictor.predict(pose))

    Many at once: `cut` once per photo, `pose` for each picture, `predict_all` for as many as fit
    into memory; of these any thread may call the first two, and on a processor all three.

    Raises ReposeError for a model that cannot be used and for a
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
        self.held_out = checkpoint.held_out
        """The groups of people that the model was not trained on, of those it was given."""
        self.trained_range = TrainedRange.read(checkpoint.metadata)
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
        self._source: Source | None = None
        self._wider: Source | None = None  # for the last pose that left the crop
        self._captured: FusedGraph | None = None
        self._kept: WeakKeyDictionary[Source, tuple[Tensor, ...]] = WeakKeyDictionary()
        if self.device == "cpu" and self._refused() is None:
            self._get_ready()

    @property
    def size(self) -> int:
        """S, the side of the networks' pictures in pixels."""
        return self.config.image.width

    @property
    def precision(self) -> torch.dtype:
        """What the convolutions compute in."""
        return self._half or torch.float32

    @property
    def crop(self) -> Crop:
        """The crop around the source face. Raises ReposeError before `set_source`."""
        return self._current().crop

    def set_source(self, photo: Pixels, landmarks: ArrayLike) -> None:
        """Choose the photo (H, W, 3) uint8 RGB and the face in it (68, 2), in its pixels.

        Raises ReposeError for landmarks outside the photo and for a model of something else: of
        bodies, of edge images, of whole photos.
        """
        self._source, self._wider = self.cut(photo, landmarks), None

    def cut(self, photo: Pixels, landmarks: ArrayLike) -> Source:
        """The source that `set_source` chooses, for `pose`. Raises as it does."""
        refused = self._refused()
        if refused is not None:
            raise ReposeError(refused)
        checked = check_landmarks(landmarks)
        crop = Crop.around(checked)
        if not crop.meets(photo) or too_large(crop, photo):
            raise ReposeError("The landmarks do not lie on the photo: they may be of another one.")
        source = Source.cut(photo, checked, crop, self.size)
        _ = source.head  # now, so that the first update is as quick as any
        return source

    def pose(self, source: Source, pose: ArrayLike) -> NetworkInput:
        """A source and its pose (68, 2), pixels of the photo, ready for the networks.

        Raises ReposeError for a pose that reaches far out of the photo.
        """
        checked = check_landmarks(pose)
        return self._posed(covering(source, checked, None), checked)

    def predict_all(self, batch: Sequence[NetworkInput]) -> list[Prediction]:
        """What the networks make of several poses, of any sources, in one call."""
        if self._captured is not None:
            return [self._predicted(posed, self._captured) for posed in batch]
        images = self._draw(batch)
        return [
            Prediction(coarse, difference, refined, posed)
            for coarse, difference, refined, posed in zip(*images, batch, strict=True)
        ]

    def predict(self, pose: ArrayLike) -> Prediction:
        """The source face in the pose (68, 2), pixels of the photo.

        Raises ReposeError before `set_source`, and for a pose that reaches far out of the photo.
        """
        checked = check_landmarks(pose)
        return self.predict_all([self._posed(self._covering(checked), checked)])[0]

    def paste(self, prediction: Prediction, keep: KeepMask | None = None) -> Pixels:
        """The photo at full size with the refined face blended in, (H, W, 3) uint8.

        Every pixel outside the crop and every kept one is the photo's own; so are all of them in
        the source's pose. Raises ReposeError when ``keep`` is of a photo of another size.
        """
        return prediction.pasted(keep)

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

    def _refused(self) -> str | None:
        """Why the model cannot work on crops around faces; None: it can."""
        needed = "the editor and `repose` need one that was trained on face crops (preset default)."
        if self.config.skeleton == "body":
            return f"This model was trained on bodies; {needed}"
        if self.config.skeleton == "none":
            return f"This model was trained on pictures without faces; {needed}"
        if self.config.condition == "edges":
            return (
                "This model takes the pose from an edge image of the target, and no landmarks; "
                "the editor and `repose` need one whose condition is heatmaps (preset default)."
            )
        if self.config.image.crop != "face":
            return f"This model was trained on whole photos (preset report); {needed}"
        return None

    def _in_crop(self, pose: ArrayLike) -> Tensor:
        return torch.from_numpy(self.crop.to_network(check_landmarks(pose), self.size))

    def _current(self) -> Source:
        if self._source is None:
            raise ReposeError("Open a photo with a face first.")
        return self._source

    def _covering(self, pose: Landmarks) -> Source:
        """The source, cut wider where the pose leaves its crop; the last such one is kept."""
        source = self._current()
        wider = covering(source, pose, self._wider)
        if wider is not source:
            self._wider = wider
        return wider

    def _posed(self, source: Source, pose: Landmarks) -> NetworkInput:
        posed = NetworkInput(source, pose, source.crop.to_network(pose, self.size))
        if self.config.guides:
            _ = posed.guides  # now, in this thread
        return posed

    def _networks(
        self, picture: Tensor, own: Tensor, target: Tensor, guides: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Coarse and difference map Bx3xHxW, float32, of Bx3xHxW; the heatmaps of the source's own
        landmarks and of the target's, BxNxhxw; and Bx8xHxW."""
        condition = torch.cat((own, target), dim=1) if self.config.heatmaps.source else target
        with torch.autocast(self.device, self._half, enabled=self._half is not None):
            coarse = self._g1(picture, condition, guides).image
            return coarse, self._g2(picture, coarse, guides)

    @torch.inference_mode()
    def _draw(self, batch: Sequence[NetworkInput]) -> tuple[Floats, Floats, Floats]:
        """Coarse, difference and refined, (B, S, S, 3) each, with the networks as they are."""
        guides = None
        if self.config.guides:
            guides = self._on_device(torch.stack([_guides(posed) for posed in batch]))
        picture = self._on_device(torch.stack([posed.source.tensor for posed in batch]))
        own, target = (
            self._heatmaps(torch.from_numpy(np.stack(landmarks)).to(self.device))
            for landmarks in (
                [posed.source.landmarks for posed in batch],
                [posed.target for posed in batch],
            )
        )
        return _to_arrays(*self._networks(picture, own, target, guides))

    @torch.inference_mode()
    def _predicted(self, posed: NetworkInput, captured: FusedGraph) -> Prediction:
        """The same of one pose, with the networks as they were captured."""
        source = posed.source
        kept = self._kept.get(source)
        if kept is None:
            own = self._heatmaps(torch.from_numpy(source.landmarks[None]))
            kept = self._kept[source] = captured.prepare(source.tensor[None], own)
        target = self._heatmaps(torch.from_numpy(posed.target[None]))
        guides = _guides(posed)[None] if self.config.guides else None
        coarse, difference = captured(kept, target, guides)
        (coarse_image,), (difference_map,), (refined,) = _to_arrays(coarse, difference)
        return Prediction(coarse_image, difference_map, refined, posed)

    def _get_ready(self) -> None:
        """Capture the networks, use them once, for the first time takes longest, and choose how
        many threads they get."""
        height, width = self.config.image.height, self.config.image.width
        picture = torch.zeros(1, 3, height, width)
        heatmaps = self._heatmaps(torch.zeros(1, 68, 2))
        guides = torch.zeros(1, GUIDE_CHANNELS, height, width) if self.config.guides else None
        if not can_fuse():
            picture = self._on_device(picture)
            guides = None if guides is None else self._on_device(guides)
            inference = torch.inference_mode()(self._networks)
            choose_threads(lambda: inference(picture, heatmaps, heatmaps, guides))
            return
        captured = FusedGraph(self._networks, (picture, heatmaps), (heatmaps, guides))
        kept = captured.prepare(picture, heatmaps)
        choose_threads(lambda: captured(kept, heatmaps, guides))
        self._captured = captured

    def _heatmaps(self, landmarks: Tensor) -> Tensor:
        """BxNxhxw of BxNx2."""
        image = self.config.image
        return draw_heatmaps(landmarks, image.height, image.width, self.config.heatmaps)

    def _on_device(self, picture: Tensor) -> Tensor:
        """BxCxSxS."""
        return picture.to(self.device, memory_format=torch.channels_last)


def _guides(posed: NetworkInput) -> Tensor:
    """8xSxS."""
    return torch.from_numpy(posed.guides)


def _to_arrays(coarse: Tensor, difference: Tensor) -> tuple[Floats, Floats, Floats]:
    """Coarse, difference and refined (B, S, S, 3), from Bx3xSxS."""
    refined = (coarse + difference).clamp(0, 1)
    images = (coarse.clamp(0, 1), difference.clamp(-1, 1), refined)
    arrays = (image.permute(0, 2, 3, 1).contiguous().cpu().numpy() for image in images)
    return next(arrays), next(arrays), next(arrays)
