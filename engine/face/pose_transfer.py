"""Copying the pose of another face: three ways to transfer it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.config.skeletons import N_LANDMARKS
from engine.core.errors import ReposeError
from engine.face.coefficients import REST, Coefficients
from engine.face.faces import Face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import LiftedFace, fitted_head
from engine.face.pose import LARGEST_STRENGTH, POINTS_OF, Pose3D
from engine.face.retargeting import POSE_PARTS, PosePart

Floats = NDArray[np.float64]

Transfer = Literal["relative", "aligned", "absolute"]


def copy_pose(
    source: Face | ArrayLike,
    target: Face | ArrayLike,
    transfer: Transfer = "relative",
    source_size: tuple[int, int] | None = None,
    target_size: tuple[int, int] | None = None,
    parts: Collection[PosePart] = POSE_PARTS,
    strength: float = 1.0,
) -> Landmarks:
    """The landmarks (68, 2) of `copied_pose`, with faces or landmarks (68, 2) as both."""
    pose = Pose3D.of(source)
    sizes = source_size, target_size
    return copied_pose(pose, target, transfer, sizes, parts, strength).landmarks()


def copied_pose(
    pose: Pose3D,
    target: Face | ArrayLike,
    transfer: Transfer = "relative",
    sizes: tuple[tuple[int, int] | None, tuple[int, int] | None] = (None, None),
    parts: Collection[PosePart] = POSE_PARTS,
    strength: float = 1.0,
    target_neutral: Coefficients = REST,
) -> Pose3D:
    """The pose of a target face on the source of ``pose``.

    target    a face, or landmarks (68, 2), pixels of its own photo
    transfer  `relative`: the target's head rotation and expression; scale, centre and face shape
              are the source's
              `aligned`: the target's points, moved and scaled onto the source face; if the head is
              not among the parts, also rotated like the source
              `absolute`: the target's points unchanged, for photos of one fixed camera; see also
              `engine.inference.registration`
    sizes     (width, height) of the source's and the target's photo, required for `absolute`
    parts     what to copy; for `aligned` and `absolute` the landmarks of these parts, with the
              nose as part of the head
    strength  factor of the change in [0, 1.5]; 1 reaches the target
    target_neutral  the expression that the target's face has at rest, for `relative`

    Raises ReposeError for invalid landmarks or strength, and for `absolute` when the photos differ
    in size.
    """
    if transfer == "relative":
        return pose.with_pose_of(target, parts, strength, target_neutral)
    own = pose.landmarks()
    other = check_landmarks(target.landmarks if isinstance(target, Face) else target)
    if not 0 <= strength <= LARGEST_STRENGTH:
        raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
    if transfer == "absolute" and (sizes[0] is None or sizes[0] != sizes[1]):
        raise ReposeError(
            "An absolute pose needs two photos of the same size; use relative or aligned."
        )
    goal = _aligned(own, other, turned="head" not in parts) if transfer == "aligned" else other
    share = np.zeros((N_LANDMARKS, 1), np.float32)
    for part in parts:
        share[list(POINTS_OF[part])] = strength
    if isinstance(target, Face) and target.dense is not None:
        # What landmarks do not tell: the gaze, and most of the expression.
        pose = pose.with_pose_of(target, parts, strength)
    if "head" in parts:
        pose = replace(pose, displacement=None)
    # In this form the result at strength 1 is exactly the goal.
    return pose.with_landmarks(goal + (share - 1) * (goal - own))


def _aligned(own: Landmarks, other: Landmarks, turned: bool) -> Landmarks:
    """``other`` moved and scaled to the centre and size of ``own``; ``turned``: also rotated."""
    pose, face = fitted_head(own).pose, LiftedFace.of(other)
    seen: Floats = (other - face.pose.shift) / face.pose.scale
    if turned:
        seen = (face.points(pose.rotation) @ pose.rotation.T)[:, :2]
    return check_landmarks(pose.scale * seen + pose.shift)
