"""The 68 landmarks of a face in iBUG order: type and checks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.config.skeletons import MIRROR_IMAGES, N_LANDMARKS
from engine.core.errors import ReposeError

Landmarks = NDArray[np.float32]
"""68x2 float32: x then y in pixels of the photo, pixel centres at integers, iBUG order.

Read-only: a changed pose is a new array.
"""

Box = tuple[float, float, float, float]
"""A face's box: left, top, right, bottom in pixels; it may reach beyond the photo."""

# Pixels, far beyond any photo. The squares of larger coordinates would overflow.
_MAX_COORDINATE = 1e6


def check_landmarks(points: ArrayLike) -> Landmarks:
    """A read-only copy of ``points`` (68x2, pixels) as landmarks.

    Raises ReposeError when they are not 68 pairs of finite numbers that span a face.
    """
    try:
        array = np.array(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ReposeError("The landmarks are not 68 pairs of numbers.") from error
    if array.ndim != 2 or array.shape[1] != 2:
        raise ReposeError("The landmarks are not 68 pairs of numbers.")
    if len(array) != N_LANDMARKS:
        raise ReposeError(f"There are {len(array)} landmarks where {N_LANDMARKS} are needed.")
    if not np.isfinite(array).all():
        raise ReposeError("Some landmarks are not numbers.")
    if np.abs(array).max() > _MAX_COORDINATE:
        raise ReposeError("Some landmarks lie far outside any photo.")
    if np.ptp(array, axis=0).min() < 1:
        raise ReposeError("The landmarks lie on one line or point and do not span a face.")
    landmarks = array.astype(np.float32)
    landmarks.setflags(write=False)
    return landmarks


def flipped(points: Landmarks, width: int, mirror: Sequence[int] = MIRROR_IMAGES) -> Landmarks:
    """The points (N, 2) in the mirrored picture.

    width   of the picture, pixels
    mirror  (N,) index of each point's mirror image in the skeleton
    """
    mirrored: Landmarks = points[list(mirror)]
    mirrored[:, 0] = width - 1 - mirrored[:, 0]
    return mirrored
