"""The predictor: `set_source` once per photo, then `predict` for each pose."""

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from engine.core.devices import Precision, choose_device, half_precision, update_threads
from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.faces import Face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead
from engine.face.trained_range import TrainedRange
from engine.guidance.alignment import moved
from engine.guidance.conditions import draw_heatmaps
from engine.guidance.guides import GUIDE_CHANNELS
from engine.guidance.keep import KeepMask
from engine.guidance.masks import box_of_landmarks, draw_mask
from engine.guidance.patches import Window
from engine.imaging.crop import Crop, scale_to
from engine.inference.prediction import (
    NetworkInput,
    NetworkOutput,
    Prediction,
    Source,
    covering,
)
from engine.networks.captured_graph import CapturedGraph
from engine.networks.checkpoint import load_checkpoint
from engine.networks.fused_graph import FusedGraph, can_fuse
from engine.networks.generators import G1, G2

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

Target = Pose3D | PosedHead | ArrayLike
"""A pose of the source's face, its head in the photo, or landmarks (68, 2), pixels of the photo, to
which its head is fitted."""

_Graph = TypeVar("_Graph", FusedGraph, CapturedGraph)

DEFAULT_MODEL = "default.safetensors"

_CONTEXT = 24
"""Pixels that the networks see beside what moved. With it, drags, blinks and smiles on six photos
differ by 0.15 of 255 from those with the whole crop, without it by 0.6."""

_SMALLEST = 96
"""Pixels: side of the smallest picture for the networks; oneDNN is slow with smaller ones."""


class Predictor:
    """A model on a device, with the current source.

        predictor = Predictor()
        predictor.set_source(photo, find_faces(photo)[0])
        picture = predictor.paste(predictor.predict(target))


    For many pictures: `cut` once per photo, `pose` for each picture, `predict_all` for a batch.
    `cut` and `pose` are thread-safe; on the CPU `predict_all` is, too.

    Raises ReposeError for a model that cannot be used and for a missing device.
    """

    def __init__(
        self,
        model_path: Path | str | None = None,
        device: str = "auto",
        precision: Precision = "auto",
        threads: int = 0,
    ) -> None:
        """model_path  a checkpoint; None: the default model
        device      auto (the fastest), cpu, cuda or mps
        precision   full (float32), half, or auto: half where the hardware has it
        threads     of the networks on a CPU, for the whole process; 0: see `update_threads`
        """
        self.path = path = resource(DEFAULT_MODEL) if model_path is None else Path(model_path)
        checkpoint = load_checkpoint(path)
        self.config = checkpoint.config
        self.held_out = checkpoint.held_out
        """The groups of people in the training data that were kept out of training."""
        self.trained_range = TrainedRange.read(checkpoint.metadata)
        self.device = choose_device(device)
        self.model_name = path.stem if model_path is None else checkpoint.name
        self._half = half_precision(self.device, precision)
        self._g1, self._g2 = checkpoint.network("g1", G1), checkpoint.network("g2", G2)
        for network in (self._g1, self._g2):
            network.eval().requires_grad_(False)
            network.to(self.device, self._half, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._source: Source | None = None
        self._graph: FusedGraph | CapturedGraph | None = None
        self._prepared: WeakKeyDictionary[Source, tuple[Tensor, ...]] = WeakKeyDictionary()
        # Of a source, the one with the crop of the last pose that left the source's crop.
        self._wider: WeakKeyDictionary[Source, Source] = WeakKeyDictionary()
        count = update_threads(threads)
        if self.device == "cpu":
            torch.set_num_threads(count)
        if self.device == "cpu" and can_fuse() and self._refused() is None:
            self._graph = self._fused(FusedGraph)
        elif self.device == "cuda" and self._refused() is None:
            # Where capturing fails, the eager networks give the same pictures.
            with suppress(RuntimeError):
                self._graph = self._fused(CapturedGraph)

    @property
    def size(self) -> int:
        """S, the side of the networks' pictures, pixels; they are larger where a pose leaves the
        crop."""
        return self.config.image.width

    @property
    def precision(self) -> torch.dtype:
        """The dtype of the convolutions."""
        return self._half or torch.float32

    @property
    def threads(self) -> int:
        """The number of CPU threads of the networks; 0 on other devices."""
        return torch.get_num_threads() if self.device == "cpu" else 0

    @property
    def crop(self) -> Crop:
        """The crop around the source face. Raises ReposeError before `set_source`."""
        return self._current().crop

    def set_source(self, photo: Pixels, face: LiftedFace | Face | ArrayLike) -> None:
        """Set the source: a photo (H, W, 3) uint8 RGB and its face, or the face's landmarks
        (68, 2), pixels.

        Raises ReposeError for landmarks outside the photo, and for a model that was not trained on
        face crops with heatmaps.
        """
        self._source = self.cut(photo, face)

    def cut(self, photo: Pixels, face: LiftedFace | Face | ArrayLike) -> Source:
        """A source for `pose`, without setting it. Raises as `set_source`."""
        refused = self._refused()
        if refused is not None:
            raise ReposeError(refused)
        lifted = face if isinstance(face, LiftedFace) else LiftedFace.of(face)
        source = Source.around(photo, lifted, self.size)
        _ = source.head  # made now, so that the first update takes no longer than later ones
        return source

    def pose(self, source: Source, target: Target) -> NetworkInput:
        """The networks' input for a source and a target. Raises ReposeError for a target far
        outside the photo."""
        head = _head_of(source, target)
        wider = covering(source, head, self._step, self._wider.get(source))
        if wider is not source:
            self._wider[source] = wider
        return self._posed(wider, head)

    def predict_all(self, batch: Sequence[NetworkInput]) -> list[Prediction]:
        """The predictions for several inputs, of any sources."""
        if self._graph is not None and (len(batch) == 1 or self.device == "cpu"):
            outputs = [self._run_graph(posed, self._graph) for posed in batch]
        else:
            outputs = self._run_eager(batch)
        return [Prediction.of(*pair) for pair in zip(batch, outputs, strict=True)]

    def predict(self, target: Target) -> Prediction:
        """The prediction for the current source and a target.

        Raises ReposeError before `set_source`, and for a target far outside the photo.
        """
        return self.predict_all([self.pose(self._current(), target)])[0]

    def paste(self, prediction: Prediction, keep: KeepMask | None = None) -> Pixels:
        """The same as `Prediction.pasted`."""
        return prediction.pasted(keep)

    def heatmaps(self, pose: ArrayLike) -> Floats:
        """The maximum over the 68 pose heatmaps, (S, S) in [0, 1]."""
        landmarks = self._in_crop(pose)
        size = self.size
        drawn = draw_heatmaps(landmarks, size, size, self.config.heatmaps).amax(dim=0).numpy()
        return np.asarray(scale_to(drawn, size), np.float32).clip(0, 1)

    def mask(self, pose: ArrayLike) -> Floats:
        """The mask of the L1 loss for a pose, (S, S) of 0 and 1."""
        landmarks = self._in_crop(pose)[None]
        drawn = draw_mask(landmarks, box_of_landmarks(landmarks), self.config)
        return np.asarray(drawn[0, 0].numpy(), np.float32)

    def parts(self) -> Pixels:
        """The likeliest part of each pixel of `crop`, (S', S') uint8, values of `PartLabel`.

        S' is the size of the parts network. Computed once per source, about 20 ms. Raises
        ReposeError before `set_source`.
        """
        return self._current().parts.labels()

    def _refused(self) -> str | None:
        """Why the model does not take face crops and landmarks; None if it does."""
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
        """The pose (68, 2) in pixels of the scaled crop."""
        return torch.from_numpy(self.crop.to_network(check_landmarks(pose), self.size))

    def _current(self) -> Source:
        if self._source is None:
            raise ReposeError("Open a photo with a face first.")
        return self._source

    def _posed(self, source: Source, head: PosedHead) -> NetworkInput:
        posed = NetworkInput.of(source, head, aligned=self.config.guides)
        if self.config.guides:
            # Computed in the caller's thread, not in the one that runs the networks.
            _ = posed.guides
        return posed

    def _networks(
        self, picture: Tensor, own: Tensor, target: Tensor, guides: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Coarse image and difference map, both Bx3xHxW float32.

        ``picture`` Bx3xHxW; ``own`` and ``target`` BxNxhxw, the source's and the target's heatmaps;
        ``guides`` Bx8xHxW.
        """
        condition = torch.cat((own, target), dim=1) if self.config.heatmaps.source else target
        with torch.autocast(self.device, self._half, enabled=self._half is not None):
            coarse = self._g1(picture, condition, guides).image
            return coarse, self._g2(picture, coarse, guides)

    @torch.inference_mode()
    def _run_eager(self, batch: Sequence[NetworkInput]) -> list[NetworkOutput]:
        """The networks' pictures of the whole crop, in eager mode."""
        guides = None
        if self.config.guides:
            guides = self._on_device(torch.stack([_guides(posed) for posed in batch]))
        picture = self._on_device(torch.stack([posed.source.tensor for posed in batch]))
        own, target = (
            self._heatmaps(torch.from_numpy(np.stack(landmarks)).to(self.device), self.size)
            for landmarks in (
                [posed.source.landmarks for posed in batch],
                [_target(posed) for posed in batch],
            )
        )
        results = torch.stack(self._networks(picture, own, target, guides)).cpu().numpy()
        pairs = zip(*results, strict=True)
        return [NetworkOutput(coarse, change, _whole(self.size)) for coarse, change in pairs]

    @torch.inference_mode()
    def _run_graph(self, posed: NetworkInput, graph: FusedGraph | CapturedGraph) -> NetworkOutput:
        """The networks' pictures of what moved, with the fused or captured graph."""
        source, whole = posed.source, _whole(posed.source.size)
        prepared = self._prepared.get(source)
        if prepared is None:
            own = self._heatmaps(torch.from_numpy(source.landmarks[None]), source.size)
            prepared = self._prepared[source] = graph.prepare(source.tensor[None], own)
        target = self._heatmaps(torch.from_numpy(_target(posed)[None]), source.size)
        guides = _guides(posed)[None] if self.config.guides else None
        window = self._around_moved(posed) if self._step else whole
        if window != whole:
            prepared = tuple(_cut(features, window, source.size) for features in prepared)
            target = _cut(target, window, source.size)
            guides = guides if guides is None else _cut(guides, window, source.size)
        coarse, difference = graph(prepared, target, guides)
        return NetworkOutput(coarse[0].numpy(), difference[0].numpy(), window)

    @property
    def _step(self) -> int:
        """The networks take pictures whose sides are multiples of it; 0: of one size only."""
        networks = self.config.g1, self.config.g2
        step = max(each.patch << (each.blocks - 1) for each in networks)  # of all their strides
        fits = self.config.guides and all(each.middle == "conv" for each in networks)
        return step if isinstance(self._graph, FusedGraph) and fits and self.size % step == 0 else 0

    def _around_moved(self, posed: NetworkInput) -> Window:
        """The window of the aligned picture that the networks have to draw: what moved, and its
        context."""
        step, size = self._step, posed.source.size
        finest = max(self.config.heatmaps.stride, self.config.g1.patch, self.config.g2.patch)
        moved = cv2.boundingRect((posed.maps.moved > 0).astype(np.uint8))
        starts, sides = [], []
        for first, extent in zip(np.add(moved[:2], posed.offset).tolist(), moved[2:], strict=True):
            side = max(extent + 2 * _CONTEXT, _SMALLEST)
            side = min(math.ceil(side / step) * step, size)
            start = first + (extent - side) // 2
            starts.append(min(max(start, 0), size - side) // finest * finest)
            sides.append(side)
        return Window(*starts, *sides)

    def _fused(self, kind: type[_Graph]) -> _Graph:
        """The fused or captured graph, after its first run, which is the slowest."""
        size = self.size
        picture = torch.zeros(1, 3, size, size)
        heatmaps = self._heatmaps(torch.zeros(1, 68, 2), size)
        guides = torch.zeros(1, GUIDE_CHANNELS, size, size) if self.config.guides else None
        graph = kind(self._networks, (picture, heatmaps), (heatmaps, guides))
        graph(graph.prepare(picture, heatmaps), heatmaps, guides)
        return graph

    def _heatmaps(self, landmarks: Tensor, size: int) -> Tensor:
        """Heatmaps BxNxhxw of landmarks BxNx2 in pictures of a side ``size``."""
        return draw_heatmaps(landmarks, size, size, self.config.heatmaps)

    def _on_device(self, picture: Tensor) -> Tensor:
        """``picture`` BxCxSxS on the device, channels_last."""
        return picture.to(self.device, memory_format=torch.channels_last)


def _head_of(source: Source, target: Target) -> PosedHead:
    if isinstance(target, PosedHead):
        return target
    return target.head if isinstance(target, Pose3D) else source.face.followed(target)


def _whole(size: int) -> Window:
    return Window(0, 0, size, size)


def _cut(features: Tensor, window: Window, size: int) -> Tensor:
    """The window's part of a picture BxCxSxS, S = ``size``, or of features, at any stride."""
    rows, columns = window.scaled(features.shape[-1] / size).slices
    last = features.is_contiguous(memory_format=torch.channels_last)
    order = torch.channels_last if last else torch.contiguous_format
    return features[..., rows, columns].contiguous(memory_format=order)


def _guides(posed: NetworkInput) -> Tensor:
    """The aligned guides as a tensor, 8xSxS."""
    return torch.from_numpy(moved(posed.guides, posed.offset, axis=1))


def _target(posed: NetworkInput) -> Landmarks:
    """The aligned target landmarks (68, 2), pixels of the scaled crop."""
    return posed.target + np.array(posed.offset, np.float32)
