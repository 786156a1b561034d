"""The 68 landmarks in iBUG order, from what the landmark network answers.

iBUG's points inside the face lie near points of the dense mesh, but not on them, and its jaw slides
along the visible silhouette when the head turns, which the mesh does not. A small network learned
both from renderings with exact landmarks and, near the frontal view, from photographs
(`resources/make_handles.py`). It gets the shape of the 478 points, in the frame of the head, and
the last maps of the landmark network: they hold more of the picture than the points do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.head import angles
from engine.face.landmarker_networks import LANDMARK_SIDE, CanonicalFace

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Layer = tuple[Weights, Weights]

WEIGHTS = "handles.safetensors"

# The point of the dense mesh that lies nearest to each of the 68, jaw first.
NEAREST = (
    *(127, 234, 132, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 361, 454, 356),
    *(71, 63, 105, 66, 107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),
)

_TOWARDS_VIEWER = np.array([1.0, 1.0, -1.0])  # MediaPipe's depth grows away from the viewer


@dataclass(frozen=True, eq=False)
class HeadFrame:
    """The similarity that lays the canonical face on dense landmarks, by weighted Procrustes
    analysis: points = scale * rotation @ canonical + shift, z towards the viewer.
    """

    rotation: Floats
    scale: float
    shift: Floats

    @classmethod
    def of(cls, dense: NDArray[np.floating], canonical: CanonicalFace) -> "HeadFrame":
        """Of dense landmarks (478, 3); the canonical weights leave out what expressions move."""
        weight = canonical.weights[:, None]
        points = dense[: len(weight)] * _TOWARDS_VIEWER
        model = canonical.points * _TOWARDS_VIEWER
        centre, origin = (weight * points).sum(axis=0), (weight * model).sum(axis=0)
        points, model = points - centre, model - origin
        left, sizes, right = np.linalg.svd((weight * points).T @ model)
        signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
        rotation = (left * signs) @ right
        scale = float((sizes * signs).sum() / (weight * model**2).sum())
        return cls(rotation, scale, centre - scale * rotation @ origin)

    @property
    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch, roll in degrees."""
        return angles(self.rotation)

    def inside(self, dense: NDArray[np.floating]) -> Floats:
        """Dense landmarks (478, 3) in the frame of the canonical face."""
        placed: Floats = (dense * _TOWARDS_VIEWER - self.shift) @ self.rotation / self.scale
        return placed


@dataclass(frozen=True, eq=False)
class HandleNetwork:
    """The network from the landmark network's answer to the 68 landmarks. All float32.

    mean (478, 3), modes (K, 478 * 3): principal components of dense landmarks in the head's frame,
    each divided by its standard deviation; reductions: a 1x1 convolution of each map; layers:
    linear layers over shape and reduced maps; direct: a linear layer from the shape to the output.
    Each has weights (out, in) and biases (out,). The output: what is added to the dense landmarks
    `NEAREST`, pixels of the landmark network's picture.
    """

    mean: Weights
    modes: Weights
    reductions: tuple[Layer, ...]
    layers: tuple[Layer, ...]
    direct: Layer

    def landmarks(
        self, points: Weights, maps: Sequence[Weights], canonical: CanonicalFace
    ) -> Weights:
        """The 68 landmarks (68, 2), pixels of the landmark network's picture, where it saw dense
        landmarks ``points`` (478, 3) and ``maps``, one of (C, S, S) for each reduction."""
        shape = self.shape(points, canonical)
        reduced = [
            _gelu(weight @ map_.reshape(len(map_), -1) + bias[:, None]).ravel()
            for map_, (weight, bias) in zip(maps, self.reductions, strict=True)
        ]
        values = np.concatenate([shape, *reduced])
        for k, (weight, bias) in enumerate(self.layers):
            values = weight @ values + bias
            if k + 1 < len(self.layers):
                values = _gelu(values)
        weight, bias = self.direct
        shift = values + weight @ shape + bias
        placed: Weights = points[list(NEAREST), :2] + shift.reshape(-1, 2)
        return placed

    def shape(self, points: Weights, canonical: CanonicalFace) -> Weights:
        """What the network gets of the points (478, 3): coefficients of the modes (K), then angles,
        place and size of the head in the picture."""
        centred = points - (LANDMARK_SIDE / 2, LANDMARK_SIDE / 2, 0)
        frame = HeadFrame.of(centred, canonical)
        coefficients = self.modes @ (frame.inside(centred) - self.mean).ravel()
        yaw, pitch, roll = frame.angles
        x, y = centred[:, :2].mean(axis=0) / 10
        rest = [yaw / 45, pitch / 30, roll / 10, x, y, frame.scale - 10]
        return np.concatenate([coefficients, rest]).astype(np.float32)


def _gelu(values: Weights) -> Weights:
    """The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016); 0.798 is
    the root of 2 / pi."""
    inner = 0.7978846 * (values + 0.044715 * values**3)
    result: Weights = 0.5 * values * (1 + np.tanh(inner))
    return result


@cache
def handle_network() -> HandleNetwork:
    """The network that Repose ships. Raises ReposeError when its file is missing or damaged."""
    path = resource(WEIGHTS)
    try:
        stored = {name: value.astype(np.float32) for name, value in load_file(path).items()}
        if not all(np.isfinite(value).all() for value in stored.values()):
            raise ValueError("weights are not numbers")
        return HandleNetwork(
            stored["mean"],
            stored["modes"],
            _layers(stored, "reduction"),
            _layers(stored, "layer"),
            _layers(stored, "direct")[0],
        )
    except (SafetensorError, OSError, KeyError, IndexError, ValueError) as error:
        raise ReposeError(f"Repose's own file {path} is damaged; install Repose again.") from error


def _layers(stored: Mapping[str, Weights], name: str) -> tuple[Layer, ...]:
    """The layers stored as ``name``0, ``name``1 and so on."""
    count = sum(key.startswith(name) for key in stored) // 2
    return tuple((stored[f"{name}{k}.weight"], stored[f"{name}{k}.bias"]) for k in range(count))
