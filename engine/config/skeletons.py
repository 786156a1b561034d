"""Skeletons: which named points a pose consists of, and the lines between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

N_LANDMARKS = 68


class Part(NamedTuple):
    """Points joined by a line: a contour of the face, a limb."""

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
"""The 68 landmarks (iBUG order), each in one part; right and left are the person's."""


MIRROR_IMAGES = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
)  # fmt: skip
"""The index of each landmark in a mirrored picture."""

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
"""The limbs and the trunk between a body's 18 points."""


@dataclass(frozen=True)
class Skeleton:
    """A kind of pose: named points and the lines between them.

    points    their names, in order
    parts     the lines
    mirror    the index of each point in a mirrored picture
    outline   the points of the polygon that a mask fills; empty where a mask is made of limbs
    has_head  whether the points are a face's, so that a 3D head can be fitted to them

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
