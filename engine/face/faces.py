"""A face that was found in a photo, with everything that a detector says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.face.head_model import N_DENSE
from engine.face.landmarks import Box, Landmarks, check_landmarks

IRIS_CENTRES = (468, 473)
"""Of the dense landmarks: the centres of the person's right and left iris."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face found in a photo.

    box           pixels of the photo
    landmarks     (68, 2) float32, pixels of the photo
    score         the detector's own confidence; comparable only within one photo
    dense         (478, 3) float32, MediaPipe's surface points and irises: x, y in pixels of the
                  photo, z in the same unit, < 0 towards the viewer; None from dlib
    coefficients  expression coefficients in [0, 1] under ARKit's names; empty from dlib
    angles        yaw, pitch, roll of the head in degrees; None from dlib
    """

    box: Box
    landmarks: Landmarks
    score: float
    dense: NDArray[np.float32] | None = None
    coefficients: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    angles: tuple[float, float, float] | None = None

    @property
    def irises(self) -> NDArray[np.float32] | None:
        """The centres of the person's right and left iris, (2, 2) pixels of the photo."""
        return None if self.dense is None else self.dense[list(IRIS_CENTRES), :2]

    def to_values(self) -> dict[str, Any]:
        """The face as JSON values, without its angles."""
        return {
            "box": self.box,
            "landmarks": _exact(self.landmarks),
            "score": self.score,
            "dense": None if self.dense is None else _exact(self.dense),
            "coefficients": dict(self.coefficients),
        }

    @staticmethod
    def of_values(values: Mapping[str, Any]) -> "Face":
        """The face from the values of `to_values`.

        Raises ReposeError for landmarks that are none, and ValueError, TypeError, LookupError,
        ArithmeticError or AttributeError for other wrong values.
        """
        left, top, right, bottom = map(float, values["box"])
        landmarks, dense = check_landmarks(values["landmarks"]), values["dense"]
        if dense is not None:
            dense = np.array(dense, np.float32)
            if dense.shape != (N_DENSE, 3) or not np.isfinite(dense).all():
                raise ValueError("dense")
        scores = {str(name): float(score) for name, score in values["coefficients"].items()}
        return Face((left, top, right, bottom), landmarks, float(values["score"]), dense, scores)


def _exact(points: NDArray[np.float32]) -> list[list[float]]:
    """Points as lists, each number the shortest decimal that reads back as the same float32."""
    return [[float(str(value)) for value in point] for point in points]


def outermost(landmarks: Landmarks) -> Box:
    """The smallest box around landmarks (N, 2)."""
    left, top = (float(value) for value in landmarks.min(axis=0))
    right, bottom = (float(value) for value in landmarks.max(axis=0))
    return left, top, right, bottom
