"""Skeletons: the 68 landmarks of a face, in iBUG order, and other poses that are named points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ReposeError

N_LANDMARKS = 68

Landmarks = NDArray[np.float32]
"""68x2 float32: x then y in pixels of the photo, pixel centres at integers, iBUG order.

Never changed in place: a new pose is a new array.
"""

Box = tuple[float, float, float, float]
"""A face's box: left, top, right, bottom in pixels; it may reach beyond the photo."""

# Far beyond any photo; larger coordinates can only be mistakes, and their squares overflow.
_FARTHEST = 1e6


class Part(NamedTuple):
    """Points that lie on one line: a line of the face, a limb."""

    name: str
    indices: tuple[int, ...]
    closed: bool
    """Whether the last point joins the first."""


FACE_PARTS = (
    Part("jaw", tuple(range(17)), False),
    Part("right_brow", tuple(range(17, 22)), False),
    Part("left_brow", tuple(range(22, 27)), False),
    Part("nose_bridge", tuple(range(27, 31)), False),
    Part("nostrils", tuple(range(31, 36)), False),
    Part("right_eye", tuple(range(36, 42)), True),
    Part("left_eye", tuple(range(42, 48)), True),
    Part("outer_lips", tuple(range(48, 60)), True),
    Part("inner_lips", tuple(range(60, 68)), True),
)
"""All 68 landmarks, each in one part; right and left are the person's own."""


MIRROR_IMAGES = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
)  # fmt: skip
"""Which landmark each one becomes in a mirrored picture."""

BODY_PARTS = (
    Part("head", (14, 0, 15), False),
    Part("right_ear", (14, 16), False),
    Part("left_ear", (15, 17), False),
    Part("spine", (0, 1), False),
    Part("right_arm", (1, 2, 3, 4), False),
    Part("left_arm", (1, 5, 6, 7), False),
    Part("right_leg", (1, 8, 9, 10), False),
    Part("left_leg", (1, 11, 12, 13), False),
    Part("trunk", (2, 8, 11, 5), True),
)
"""The limbs of a body, between its 18 points."""


@dataclass(frozen=True)
class Skeleton:
    """A kind of pose: named points and the lines between them.

    points    their names, in order
    parts     the lines
    mirror    which point each one becomes in a mirrored picture
    outline   the points once around what a mask fills; none where a mask is made of limbs
    has_head  whether the points are a face's, which the mean head can be fitted to

    The points of a picture are (N, 2) float32, pixels, x then y; NaN where one is missing.
    """

    points: tuple[str, ...]
    parts: tuple[Part, ...]
    mirror: tuple[int, ...]
    outline: tuple[int, ...]
    has_head: bool


SKELETONS: Mapping[str, Skeleton] = MappingProxyType(
    {
        "face": Skeleton(
            points=tuple(
                f"{part.name} {k}" for part in FACE_PARTS for k in range(len(part.indices))
            ),
            parts=FACE_PARTS,
            mirror=MIRROR_IMAGES,
            # Along the jaw, back along the brows.
            outline=(*range(17), *range(26, 16, -1)),
            has_head=True,
        ),
        # The order of OpenPose's COCO model (Cao et al. 2018, arXiv:1812.08008).
        "body": Skeleton(
            points=(
                *("nose", "neck"),
                *("right shoulder", "right elbow", "right wrist"),
                *("left shoulder", "left elbow", "left wrist"),
                *("right hip", "right knee", "right ankle"),
                *("left hip", "left knee", "left ankle"),
                *("right eye", "left eye", "right ear", "left ear"),
            ),
            parts=BODY_PARTS,
            mirror=(0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16),
            outline=(),
            has_head=False,
        ),
        "none": Skeleton(points=(), parts=(), mirror=(), outline=(), has_head=False),
    }
)


def check_landmarks(points: ArrayLike) -> Landmarks:
    """``points`` (68x2 numbers, pixels) as landmarks: a read-only copy.

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
    if np.abs(array).max() > _FARTHEST:
        raise ReposeError("Some landmarks lie far outside any photo.")
    if np.ptp(array, axis=0).min() < 1:
        raise ReposeError("The landmarks lie on one line or point and do not span a face.")
    landmarks = array.astype(np.float32)
    landmarks.setflags(write=False)
    return landmarks


def flipped(points: Landmarks, width: int, mirror: Sequence[int] = MIRROR_IMAGES) -> Landmarks:
    """The points (N, 2) of the mirrored picture, ``width`` pixels wide; ``mirror``: a skeleton."""
    mirrored: Landmarks = points[list(mirror)]
    mirrored[:, 0] = width - 1 - mirrored[:, 0]
    return mirrored
