"""MediaPipe's three face networks: the detector, the dense landmarks, the expression coefficients.

The detector is BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047), the landmark network the face
mesh with attention to irises (Grishchenko et al. 2020, arXiv:2006.10962; this version has one
head), the coefficients come from an MLP-mixer (Tolstikhin et al. 2021, arXiv:2105.01601). Their
weights lie in `resources/landmarker.safetensors`, whose names are those of the modules here. All
three take batches and are differentiable.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from engine.core.errors import ReposeError
from engine.core.files import resource

WEIGHTS = "landmarker.safetensors"

_Network = TypeVar("_Network", bound=nn.Module)

DETECTOR_SIDE = 128
"""Side of the square picture that the detector looks at, pixels."""

LANDMARK_SIDE = 256
"""Side of the square picture that the landmark network looks at, pixels."""

N_DENSE = 478
"""Points of the dense landmarks: 468 of the surface, then 5 of each iris, its centre first."""

MAP_SIDES = (8, 4, 2)
"""Sides of the landmark network's last maps, in cells; each has 128 channels."""

N_COEFFICIENTS = 52

COEFFICIENT_POINTS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65,
    66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136,
    144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172,
    173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283,
    284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324,
    332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385,
    386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472,
    473, 474, 475, 476, 477,
)  # fmt: skip
"""The dense landmarks that the expression coefficients are computed from."""


def _widened(x: Tensor, channels: int) -> Tensor:
    """``x`` (B, C, H, W) with channels of zeros added at the end."""
    missing = channels - x.shape[1]
    return functional.pad(x, (0, 0, 0, 0, 0, missing)) if missing else x


class _StridedConv(nn.Conv2d):
    """A convolution with stride 2 that halves even sizes, padded as TensorFlow does: where the
    padding is odd, the larger part is at the right and at the bottom."""

    def __init__(self, inputs: int, outputs: int, kernel: int, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride=2, groups=groups)
        self._before, self._after = (kernel - 2) // 2, (kernel - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        before, after = self._before, self._after
        return super().forward(functional.pad(x, (before, after, before, after)))


class _BlazeBlock(nn.Module):
    """A depthwise and a pointwise convolution with a shortcut; ``halved``: with stride 2."""

    def __init__(self, inputs: int, outputs: int, halved: bool = False) -> None:
        super().__init__()
        self.halved = halved
        self.depthwise = (
            _StridedConv(inputs, inputs, 3, groups=inputs)
            if halved
            else nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs)
        )
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = functional.max_pool2d(x, 2) if self.halved else x
        y = self.pointwise(self.depthwise(x))
        return functional.relu(y + _widened(shortcut, y.shape[1]))


class FaceDetector(nn.Module):
    """Boxes of faces, relative to 896 anchors (BlazeFace).

    In: pictures (B, 3, 128, 128), RGB in [-1, 1]. Out: the score of every anchor as a logit
    (B, 896), and (B, 896, 16): centre minus the anchor's, size, then six points minus the
    anchor's (the person's right eye, left eye, tip of the nose, mouth, right ear, left ear), all
    x before y, in pixels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _StridedConv(3, 24, 5)
        self.fine = nn.Sequential(
            _BlazeBlock(24, 24),
            _BlazeBlock(24, 28),
            _BlazeBlock(28, 32, halved=True),
            _BlazeBlock(32, 36),
            _BlazeBlock(36, 42),
            _BlazeBlock(42, 48, halved=True),
            _BlazeBlock(48, 56),
            _BlazeBlock(56, 64),
            _BlazeBlock(64, 72),
            _BlazeBlock(72, 80),
            _BlazeBlock(80, 88),
        )
        self.coarse = nn.Sequential(
            _BlazeBlock(88, 96, halved=True), *(_BlazeBlock(96, 96) for _ in range(4))
        )
        self.fine_scores, self.coarse_scores = nn.Conv2d(88, 2, 1), nn.Conv2d(96, 6, 1)
        self.fine_boxes, self.coarse_boxes = nn.Conv2d(88, 32, 1), nn.Conv2d(96, 96, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(functional.relu(self.stem(pictures)))
        coarse = self.coarse(fine)
        scores = [self.fine_scores(fine), self.coarse_scores(coarse)]
        boxes = [self.fine_boxes(fine), self.coarse_boxes(coarse)]
        return (
            torch.cat([_by_anchor(maps, 1) for maps in scores], dim=1)[..., 0],
            torch.cat([_by_anchor(maps, 16) for maps in boxes], dim=1),
        )


def _by_anchor(maps: Tensor, values: int) -> Tensor:
    """Maps (B, A * values, H, W) with A anchors in a cell as (B, H * W * A, values)."""
    return maps.permute(0, 2, 3, 1).reshape(len(maps), -1, values)


def detector_anchors() -> NDArray[np.float32]:
    """The centres of the detector's anchors, (896, 2) pixels of its picture, x before y."""
    centres = []
    for cells, in_a_cell in ((16, 2), (8, 6)):
        line = (np.arange(cells, dtype=np.float32) + 0.5) * (DETECTOR_SIDE / cells)
        y, x = np.meshgrid(line, line, indexing="ij")
        centres.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), in_a_cell, axis=0))
    return np.concatenate(centres)


class _Bottleneck(nn.Module):
    """A residual block whose 3x3 convolution is depthwise and narrow; ``halved``: with stride 2."""

    def __init__(self, inputs: int, narrow: int, outputs: int, halved: bool = False) -> None:
        super().__init__()
        self.halved = halved
        size = 2 if halved else 1
        self.squeeze = nn.Conv2d(inputs, narrow, size, stride=size)
        self.inner = nn.PReLU(narrow)
        self.depthwise = nn.Conv2d(narrow, narrow, 3, padding=1, groups=narrow)
        self.expand = nn.Conv2d(narrow, outputs, 1)
        self.outer = nn.PReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = functional.max_pool2d(x, 2) if self.halved else x
        y = self.expand(self.depthwise(self.inner(self.squeeze(x))))
        sum_: Tensor = self.outer(y + _widened(shortcut, y.shape[1]))
        return sum_


class DenseLandmarks(NamedTuple):
    """What the landmark network answers.

    points    (B, 478, 3) x, y in pixels of the picture, z in the same unit, < 0 towards the viewer
    presence  (B,) logit: whether there is a face at all; unreliable for profiles
    maps      what the network saw on the way, (B, 128, S, S) for every S of `MAP_SIDES`
    """

    points: Tensor
    presence: Tensor
    maps: tuple[Tensor, ...]


class LandmarkNetwork(nn.Module):
    """Dense landmarks of a face in a square picture (B, 3, 256, 256), RGB in [0, 1].

    The face is upright and fills about two thirds of the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _StridedConv(3, 16, 3)
        self.activation = nn.PReLU(16)
        blocks = [_Bottleneck(16, 8, 16) for _ in range(4)]
        for inputs, narrow, outputs in (
            (16, 16, 32),
            (32, 32, 64),
            (64, 64, 128),
            *[(128, 64, 128)] * 3,
        ):
            blocks.append(_Bottleneck(inputs, narrow, outputs, halved=True))
            blocks.extend(_Bottleneck(outputs, narrow, outputs) for _ in range(4))
        self.trunk = nn.Sequential(*blocks)
        self._mapped = [len(blocks) - 1 - 5 * k for k in range(len(MAP_SIDES))]
        self.presence = nn.Conv2d(128, 1, 2)
        self.points = nn.Conv2d(128, 3 * N_DENSE, 2)

    def forward(self, pictures: Tensor) -> DenseLandmarks:
        features, maps = self.activation(self.stem(pictures)), []
        for k, block in enumerate(self.trunk):
            features = block(features)
            if k in self._mapped:
                maps.append(features)
        points = self.points(features).reshape(-1, N_DENSE, 3)
        return DenseLandmarks(points, self.presence(features).reshape(-1), tuple(maps))


class _Scale(nn.Module):
    """A layer norm without a shift."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x, self.weight.shape, self.weight, eps=1e-6)


class _MixerBlock(nn.Module):
    """Mixes tokens, then channels, of (B, 97, 64)."""

    def __init__(self, tokens: int, channels: int) -> None:
        super().__init__()
        self.norm_tokens = _Scale(channels)
        self.mix_tokens = nn.Sequential(nn.Linear(tokens, 384), nn.ReLU(), nn.Linear(384, tokens))
        self.norm_channels = _Scale(channels)
        self.mix_channels = nn.Sequential(
            nn.Linear(channels, 256), nn.ReLU(), nn.Linear(256, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mix_tokens(self.norm_tokens(x).transpose(1, 2)).transpose(1, 2)
        mixed: Tensor = x + self.mix_channels(self.norm_channels(x))
        return mixed


class CoefficientNetwork(nn.Module):
    """The 52 expression coefficients (B, 52) in [0, 1] of dense landmarks (B, 478, 2 or more).

    Place and size of the face play no part, so any unit will do.
    """

    points: Tensor

    def __init__(self) -> None:
        super().__init__()
        tokens, channels = 96, 64
        self.embed_points = nn.Linear(len(COEFFICIENT_POINTS), tokens)
        self.embed_axes = nn.Linear(2, channels)
        self.answer_token = nn.Parameter(torch.zeros(channels))
        self.blocks = nn.Sequential(*(_MixerBlock(tokens + 1, channels) for _ in range(4)))
        self.answer = nn.Linear(channels, N_COEFFICIENTS)
        self.register_buffer("points", torch.tensor(COEFFICIENT_POINTS), persistent=False)

    def forward(self, dense: Tensor) -> Tensor:
        points = dense[:, self.points, :2]
        centred = points - points.mean(dim=1, keepdim=True)
        size = centred.norm(dim=2).mean(dim=1)
        unit = 0.5 * centred / size[:, None, None]
        tokens = self.embed_axes(self.embed_points(unit.transpose(1, 2)).transpose(1, 2))
        token = self.answer_token.expand(len(tokens), 1, -1)
        mixed = self.blocks(torch.cat([token, tokens], dim=1))
        return torch.sigmoid(self.answer(mixed[:, 0]))


class CanonicalFace(NamedTuple):
    """The mean face of the landmark network, in centimetres: x to the image's right, y down, z
    away from the viewer, as the network has them.

    points   (468, 3) the dense landmarks without the irises
    weights  (468,) how little each one moves with expressions; 0 for most; their sum is 1
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]

    def mirror_images(self) -> NDArray[np.int64]:
        """(478,) the dense landmark on the other side of each."""
        apart = np.linalg.norm(self.points[:, None] * (-1, 1, 1) - self.points[None], axis=2)
        surface = apart.argmin(axis=1)
        # Around an iris, from its centre on, one side counts clockwise and the other against it.
        right, left = (468, 469, 470, 471, 472), (473, 476, 475, 474, 477)
        pairs = dict(zip((*right, *left), (*left, *right), strict=True))
        return np.concatenate([surface, [pairs[k] for k in range(468, N_DENSE)]])


class Landmarker(NamedTuple):
    """The three networks on the processor, ready to answer, and the face that they know."""

    detector: FaceDetector
    landmarks: LandmarkNetwork
    coefficients: CoefficientNetwork
    canonical: CanonicalFace


@cache
def landmarker() -> Landmarker:
    """The networks that Repose ships. Raises ReposeError when their file is missing or damaged."""
    path = resource(WEIGHTS)
    try:
        return _loaded(path)
    except (SafetensorError, OSError, KeyError, RuntimeError, ValueError) as error:
        raise ReposeError(f"Repose's own file {path} is damaged; install Repose again.") from error


@torch.inference_mode(False)  # gradients pass through the weights, whoever asked for them first
def _loaded(path: Path) -> Landmarker:
    stored = load_file(path)
    canonical = CanonicalFace(
        stored["canonical.points"].double().numpy(),
        stored["canonical.weights"].double().numpy(),
    )
    return Landmarker(
        _filled(FaceDetector(), "detector", stored),
        _filled(LandmarkNetwork(), "landmarks", stored),
        _filled(CoefficientNetwork(), "coefficients", stored),
        canonical,
    )


def _filled(network: _Network, name: str, stored: Mapping[str, Tensor]) -> _Network:
    """The network with the stored weights that begin with its name, in float32."""
    prefix = f"{name}."
    own = {key.removeprefix(prefix): w for key, w in stored.items() if key.startswith(prefix)}
    if not all(bool(torch.isfinite(weight).all()) for weight in own.values()):
        raise ValueError(f"weights of {name} are not numbers")
    network.load_state_dict(own)
    # Depthwise convolutions are a fifth faster on the processor with the channels last.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.eval().requires_grad_(False)
    return network
