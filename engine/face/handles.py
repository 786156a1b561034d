"""The 68 landmarks in iBUG order, from the 478 dense ones.

iBUG's points inside the face lie near points of the dense mesh, but not on them, and its jaw slides
along the visible silhouette when the head turns, which the mesh does not. A small network (two
hidden layers) learned both from renderings with exact landmarks and, near the frontal view, from
what dlib finds in photographs (`resources/make_handles.py`). It works in the frame of the head:
size, place and roll of the face play no part.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.head import angles
from engine.face.landmarker_networks import CanonicalFace
from engine.face.landmarks import Landmarks

Floats = NDArray[np.float64]

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

    def upright(self) -> Floats:
        """(2, 2): turns offsets in the photo so that the head has no roll."""
        roll = np.radians(self.angles[2])
        turn: Floats = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
        return turn


@dataclass(frozen=True, eq=False)
class HandleNetwork:
    """The network from dense landmarks to the 68.

    mean (478, 3), modes (K, 478 * 3): principal components of dense landmarks in the head's frame,
    each divided by its standard deviation; layers: weights (out, in) and biases; offset (68, 2) and
    unit: output y stands for offset + unit * y, in units of the canonical face.
    """

    mean: Floats
    modes: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    offset: Floats
    unit: float

    def landmarks(self, dense: NDArray[np.floating], frame: HeadFrame) -> Landmarks:
        """The 68 landmarks (68, 2) of dense ones (478, 3) whose head has this frame."""
        values = features(self.modes, self.mean, dense, frame)
        for k, (weight, bias) in enumerate(self.layers):
            values = weight @ values + bias
            if k + 1 < len(self.layers):
                values = _gelu(values)
        shift = self.offset + self.unit * values.reshape(-1, 2)
        placed = dense[list(NEAREST), :2] + frame.scale * shift @ frame.upright()
        landmarks: Landmarks = placed.astype(np.float32)
        landmarks.setflags(write=False)
        return landmarks


def features(modes: Floats, mean: Floats, dense: NDArray[np.floating], frame: HeadFrame) -> Floats:
    """What the network gets: coefficients of the modes (K), yaw and pitch."""
    yaw, pitch, _ = frame.angles
    coefficients = modes @ (frame.inside(dense) - mean).ravel()
    return np.concatenate([coefficients, [yaw / 45, pitch / 30]])


def _gelu(values: Floats) -> Floats:
    """The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016)."""
    inner = np.sqrt(2 / np.pi) * (values + 0.044715 * values**3)
    result: Floats = 0.5 * values * (1 + np.tanh(inner))
    return result


@cache
def handle_network() -> HandleNetwork:
    """The network that Repose ships. Raises ReposeError when its file is missing or damaged."""
    path = resource(WEIGHTS)
    try:
        stored = {name: value.astype(np.float64) for name, value in load_file(path).items()}
        if not all(np.isfinite(value).all() for value in stored.values()):
            raise ValueError("weights are not numbers")
        n_layers = sum(name.startswith("weight") for name in stored)
        layers = tuple((stored[f"weight{k}"], stored[f"bias{k}"]) for k in range(n_layers))
        return HandleNetwork(
            stored["mean"], stored["modes"], layers, stored["offset"], float(stored["unit"][0])
        )
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ReposeError(f"Repose's own file {path} is damaged; install Repose again.") from error
