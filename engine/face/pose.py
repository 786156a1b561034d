"""Target poses in 3D: a face's landmarks lifted by the mean head, edited, turned and projected.

Pixels are the photo's, pixel centres at integers; angles are degrees, yaw > 0 nose to the image's
right, pitch > 0 up, roll > 0 clockwise.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.config.skeletons import MIRROR_IMAGES, N_LANDMARKS
from engine.core.errors import ReposeError
from engine.face.expression import CLOSED_BY, NEUTRAL, Expression, closing_moves, moves
from engine.face.head import HeadPose, angles, mean_head, rotation
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.retargeting import POSE_PARTS, PosePart, retarget_expression

Floats = NDArray[np.float64]
Transfer = Literal["relative", "aligned", "absolute"]

LARGEST_STRENGTH = 1.5
"""Of a copied pose: half as much again as the target's."""

_SLIDERS = {
    "eyes": ("close_right_eye", "close_left_eye"),
    "brows": ("raise_brows", "frown"),
    "mouth": ("open_mouth", "smile", "pucker"),
}
# Whose points are taken where points are copied and not openings; the nose goes with the head.
_POINTS_OF: dict[PosePart, range] = {
    "jaw": range(17),
    "brows": range(17, 27),
    "head": range(27, 36),
    "eyes": range(36, 48),
    "mouth": range(48, 68),
}

# How readily a symmetric drag goes along each axis of the head: a face is flatter than it is wide.
_DEPTH_SHARE = np.array([[1.0], [1.0], [0.25]])


@dataclass(frozen=True, eq=False)
class LiftedFace:
    """A face's landmarks and the mean head bent to them.

    landmarks  (68, 2) pixels    pose  of the head in the photo
    mesh       (V, 3) the bent head in head coordinates (decimetres)
    """

    landmarks: Landmarks
    pose: HeadPose
    mesh: Floats

    @classmethod
    def of(cls, landmarks: ArrayLike) -> Self:
        """Lift landmarks (68, 2), pixels. Raises ReposeError when they are no face."""
        checked = check_landmarks(landmarks)
        head = mean_head()
        pose = head.fit(checked)
        seen = head.bend(pose, checked)
        seen[:, :2] -= pose.shift
        return cls(checked, pose, seen @ pose.rotation / pose.scale)

    @property
    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll of the head in the photo, degrees."""
        return angles(self.pose.rotation)

    def points(self, turned: Floats | None = None) -> Floats:
        """The 68 landmarks (68, 3) in head coordinates, as seen under a rotation (3, 3).

        Under the face's own rotation (None) they project onto its landmarks; under another one the
        jaw has slid along the silhouette.
        """
        own, exact = self._own_points
        if turned is None:
            return exact
        return exact + mean_head().landmarks(turned, self.mesh) - own

    @cached_property
    def _own_points(self) -> tuple[Floats, Floats]:
        """Under the face's own rotation, of the bent mesh and of the face itself."""
        own = mean_head().landmarks(self.pose.rotation, self.mesh)
        gap = self.landmarks - self.pose.project(own)[:, :2]  # what the bend left over
        exact = own + np.pad(gap, ((0, 0), (0, 1))) @ self.pose.rotation / self.pose.scale
        return own, exact


@dataclass(frozen=True, eq=False)
class Pose3D:
    """A target pose: a lifted source face, edits of its handles, an expression, a turn of it all.

    edits  (68, 3) how far each handle was dragged: pixels, in the directions of the head, so that
           an edit turns with the head
    yaw, pitch, roll  degrees, offsets from the source (> 0: nose to the image's right, up,
           clockwise); 0 changes nothing
    expression  what is added to source and edits; neutral adds nothing
    closing  (68, 3) decimetres: what brings lids and lips together, as it was when their slider of
           the expression was set last; None: none ever was
    """

    source: LiftedFace
    edits: Floats
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    expression: Expression = NEUTRAL
    closing: Floats | None = None

    @classmethod
    def of(cls, landmarks: ArrayLike) -> Self:
        """The pose of a face as it is: landmarks (68, 2), pixels.

        Raises ReposeError when they are no face.
        """
        return cls(LiftedFace.of(landmarks), np.zeros((N_LANDMARKS, 3)))

    def landmarks(self) -> Landmarks:
        """The target landmarks (68, 2), float32, pixels of the photo."""
        landmarks = self._exact().astype(np.float32)
        landmarks.setflags(write=False)
        return landmarks

    @property
    def rotation(self) -> Floats:
        """Of the head in this pose, (3, 3): of head coordinates into the view."""
        if not (self.yaw or self.pitch or self.roll):
            return self.source.pose.rotation
        yaw, pitch, roll = self.source.angles
        return rotation(yaw + self.yaw, pitch + self.pitch, roll + self.roll)

    def looks_like(self, other: "Pose3D") -> bool:
        """Whether both have the same landmarks, angles and expression."""
        return (
            (self.yaw, self.pitch, self.roll) == (other.yaw, other.pitch, other.roll)
            and self.expression == other.expression
            and np.array_equal(self.landmarks(), other.landmarks())
        )

    def moved(self, indices: Sequence[int], offset: tuple[float, float]) -> Self:
        """The pose after dragging some handles by ``offset`` (x, y) pixels in the present view."""
        edits = self.edits.copy()
        edits[list(indices)] += self.rotation.T @ np.array([*offset, 0.0])
        return replace(self, edits=edits)

    def dragged(self, offsets: ArrayLike, weights: ArrayLike, symmetric: bool = False) -> Self:
        """The pose after every handle followed a drag to some degree.

        offsets  (68, 2) pixels in the present view: how far a handle goes at weight 1
        weights  (68,) 0 (stays) to 1 (goes all the way)
        symmetric  the other side of the face follows like a mirror image, however the head is
                   turned; handles that are dragged from both sides take the mean
        """
        weight, rotation = np.asarray(weights, np.float64), self.rotation
        offset = weight[:, None] * np.asarray(offsets, np.float64)
        if not symmetric:
            return replace(self, edits=self.edits + offset @ rotation[:2])
        # Of all the ways in space that look like the drag, the shortest that prefers the plane of
        # the face: depth alone would make of a move outwards one to the same side on the other.
        towards = _DEPTH_SHARE * rotation[:2].T
        drag = offset @ np.linalg.solve(rotation[:2] @ towards, towards.T)
        other = drag[list(MIRROR_IMAGES)] * (-1, 1, 1)
        both = weight + weight[list(MIRROR_IMAGES)]
        return replace(self, edits=self.edits + (drag + other) / np.maximum(both, 1)[:, None])

    def turned(self, yaw: float, pitch: float, roll: float) -> Self:
        """The pose with these angles, degrees, offsets from the source; edits stay."""
        return replace(self, yaw=float(yaw), pitch=float(pitch), roll=float(roll))

    def with_pose_of(
        self,
        target: ArrayLike,
        parts: Collection[PosePart] = POSE_PARTS,
        strength: float = 1.0,
    ) -> Self:
        """The pose on the way to that of another face (68, 2), pixels of its own photo.

        Head: its rotation. Eyes, brows, mouth, jaw: its openings as ratios. Scale, centre and
        shape stay the source's. ``strength``: how much of the way, 1 is all of it, in [0, 1.5].
        Raises ReposeError when the points are no face, and for another strength.
        """
        if not 0 <= strength <= LARGEST_STRENGTH:
            raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
        face, other = self.source, LiftedFace.of(target)
        if not (parts and strength):
            return self
        turn = [self.yaw, self.pitch, self.roll]
        if "head" in parts:
            own, wanted = face.angles, other.angles
            for i in range(3):
                missing = wanted[i] - own[i] - turn[i]
                turn[i] += strength * ((missing + 180) % 360 - 180)
        pose = self.turned(*turn)
        # The sliders of these parts begin anew, from what they have made of the face.
        names = [name for part in parts for name in _SLIDERS.get(part, ())]
        sliders = replace(self.expression, **dict.fromkeys(names, 0.0))
        pose = replace(pose, expression=sliders)
        kept = self._expression_moves() - pose._expression_moves()
        points = face.points(pose.rotation) + self.edits / face.pose.scale
        points += self._expression_moves()
        carried = retarget_expression(points, other.points(), parts, strength)
        edits = self.edits + face.pose.scale * (kept + carried - points)
        return replace(pose, edits=edits)

    def with_landmarks(self, landmarks: ArrayLike) -> Self:
        """The pose whose landmarks are these (68, 2), under the present angles.

        Raises ReposeError when they are no face.
        """
        missing = check_landmarks(landmarks) - self._exact()
        edits = self.edits + np.pad(missing, ((0, 0), (0, 1))) @ self.rotation
        return replace(self, edits=edits)

    def _exact(self) -> Floats:
        """The target landmarks (68, 2) before they are rounded to float32."""
        face, turned = self.source, self.rotation
        result = face.landmarks + (self.edits @ turned.T)[:, :2]
        if self.yaw or self.pitch or self.roll:
            moved = face.points(turned) @ turned.T - face.points() @ face.pose.rotation.T
            result += face.pose.scale * moved[:, :2]
        if self.expression != NEUTRAL:
            result += face.pose.scale * (self._expression_moves() @ turned.T)[:, :2]
        return result

    def _expression_moves(self) -> Floats:
        """What the expression adds, (68, 3) in head coordinates."""
        points = self.source.points()
        closing = np.zeros_like(points) if self.closing is None else self.closing
        return moves(points, self.expression, closing)


def expressed(pose: Pose3D, expression: Expression) -> Pose3D:
    """The pose with this expression in place of the one it has.

    A neutral one gives back exactly what the handles and the turn made of the face.
    """
    points = pose.source.points() + pose.edits / pose.source.pose.scale
    fresh = closing_moves(points)
    closing = np.zeros_like(points) if pose.closing is None else pose.closing.copy()
    for name, indices in CLOSED_BY.items():
        if getattr(expression, name) != getattr(pose.expression, name):
            closing[list(indices)] = fresh[list(indices)]
    return replace(pose, expression=expression, closing=closing)


def head_angles(landmarks: ArrayLike) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of the face with these landmarks (68, 2).

    Raises ReposeError when they are no face.
    """
    return angles(mean_head().fit(check_landmarks(landmarks)).rotation)


def copy_pose(
    source: ArrayLike,
    target: ArrayLike,
    transfer: Transfer = "relative",
    source_size: tuple[int, int] | None = None,
    target_size: tuple[int, int] | None = None,
    parts: Collection[PosePart] = POSE_PARTS,
    strength: float = 1.0,
) -> Landmarks:
    """The pose of the target face for the source face, (68, 2) pixels of the source photo.

    source, target  landmarks (68, 2) in pixels of their own photos
    transfer  `relative`: the target's head rotation, and its mouth, eye and brow openings as
              ratios; scale, centre and face shape stay the source's
              `aligned`: the target's points, moved and scaled onto the source face; without the
              head among the parts turned as it is, too
              `absolute`: the target's points unchanged, for photos of one fixed camera
    source_size, target_size  (width, height) of the photos, needed for `absolute`

    parts  what to copy: the turn of the head, the openings of eyes, brows, mouth and jaw; for
              `aligned` and `absolute` the points of these, and the nose's with the head
    strength  how much of the way, 1 is all of it, in [0, 1.5]

    Raises ReposeError for points that are no face, for another strength, and for `absolute` when
    the photos differ in size.
    """
    own, other = check_landmarks(source), check_landmarks(target)
    if transfer == "relative":
        return Pose3D.of(own).with_pose_of(other, parts, strength).landmarks()
    if not 0 <= strength <= LARGEST_STRENGTH:
        raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
    if transfer == "absolute" and (source_size is None or source_size != target_size):
        raise ReposeError(
            "An absolute pose needs two photos of the same size; use relative or aligned."
        )
    goal = _aligned(own, other, turned="head" not in parts) if transfer == "aligned" else other
    share = np.zeros((N_LANDMARKS, 1), np.float32)
    for part in parts:
        share[list(_POINTS_OF[part])] = strength
    # This way round, a whole copy is exact.
    return check_landmarks(goal + (share - 1) * (goal - own))


def _aligned(own: Landmarks, other: Landmarks, turned: bool) -> Landmarks:
    """``other`` moved and scaled onto ``own``: same centre and size; ``turned``: and rotation."""
    pose, face = mean_head().fit(own), LiftedFace.of(other)
    seen: Floats = (other - face.pose.shift) / face.pose.scale
    if turned:
        seen = (face.points(pose.rotation) @ pose.rotation.T)[:, :2]
    return check_landmarks(pose.scale * seen + pose.shift)
