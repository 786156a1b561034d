"""Poses in 3D: lifted faces, rotated, with another expression, edited and projected.

Pixels are the photo's, pixel centres at integers; angles are degrees, yaw > 0 nose to the image's
right, pitch > 0 up, roll > 0 clockwise.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.config.skeletons import MIRROR_IMAGES, N_LANDMARKS
from engine.core.errors import ReposeError
from engine.face.coefficients import REST, Coefficients
from engine.face.displacement import Displacement
from engine.face.expression import (
    CLOSED_BY,
    NEUTRAL,
    Expression,
    closing_moves,
    closing_share,
    with_sliders,
)
from engine.face.faces import Face
from engine.face.head import HeadPose, rotation
from engine.face.head_bend import compact
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import LiftedFace, fitted_head
from engine.face.posed_head import PosedHead
from engine.face.retargeting import POSE_PARTS, PosePart, retargeted

Floats = NDArray[np.float64]
LARGEST_STRENGTH = 1.5
"""Largest strength of a copied pose: one and a half times the target's."""

_SLIDERS = {
    "eyes": ("close_right_eye", "close_left_eye"),
    "brows": ("raise_brows", "frown"),
    "mouth": ("open_mouth", "smile", "pucker"),
}
_MOST_DRAGGED = 34  # edited landmarks: with more, the pose of the head follows them

POINTS_OF: Mapping[PosePart, range] = {
    "jaw": range(17),
    "brows": range(17, 27),
    "head": range(27, 36),
    "eyes": range(36, 48),
    "mouth": range(48, 68),
}
"""The landmarks of each part, for transfers that copy points. The nose belongs to the head."""

# Weights of the head's axes in a symmetric drag: a face is flatter than it is wide.
_AXIS_WEIGHTS = np.array([[1.0], [1.0], [0.25]])


@dataclass(frozen=True, eq=False)
class Pose3D:
    """A target pose: a lifted source face, edits of landmarks, an expression and a rotation.

    edits  (68, 3) displacements of the landmarks, pixels, along the head's axes, so that they
           rotate with the head
    yaw, pitch, roll  degrees, offsets from the source (> 0: nose to the image's right, up,
           clockwise); 0 changes nothing
    expression    slider values, applied to the coefficients; neutral changes nothing
    closing       (68, 3) pixels: `closing_moves` of the edits at the time when each closing slider
                  was last set; None if none was
    coefficients  expression and gaze that replace the source's; None: the source's
    displacement  what a photo of the same person in this pose showed beside its landmarks (see
                  `engine.inference.registration`); None: nothing
    """

    source: LiftedFace
    edits: Floats
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    expression: Expression = NEUTRAL
    closing: Floats | None = None
    coefficients: Coefficients | None = None
    displacement: Displacement | None = None

    @classmethod
    def of(cls, face: Face | ArrayLike) -> Self:
        """The unchanged pose of a face, or of landmarks (68, 2), pixels.

        Raises ReposeError for invalid landmarks.
        """
        return cls.unchanged(LiftedFace.of(face))

    @classmethod
    def unchanged(cls, source: LiftedFace) -> Self:
        """The pose in which the source is."""
        return cls(source, np.zeros((N_LANDMARKS, 3)))

    def landmarks(self) -> Landmarks:
        """The target landmarks (68, 2), float32, pixels of the photo."""
        landmarks = self._exact().astype(np.float32)
        landmarks.setflags(write=False)
        return landmarks

    @property
    def rotation(self) -> Floats:
        """The rotation (3, 3) from head coordinates into the view."""
        if not (self.yaw or self.pitch or self.roll):
            return self.source.pose.rotation
        yaw, pitch, roll = self.source.angles
        return rotation(yaw + self.yaw, pitch + self.pitch, roll + self.roll)

    @cached_property
    def shown(self) -> Coefficients:
        """The target's expression and gaze: the coefficients with the sliders applied."""
        return with_sliders(self._own, self.expression)

    @property
    def head(self) -> PosedHead:
        """The head in this pose; of the last poses it is cached.

        Edits of single landmarks bend it near them only; with edits of most landmarks, the pose of
        the head follows them as well.
        """
        return _posed(self)

    @property
    def changed(self) -> bool:
        """Whether anything differs from the source: landmarks, expression or gaze."""
        return not self.same_picture(type(self).unchanged(self.source))

    def same_picture(self, other: "Pose3D") -> bool:
        """Whether both poses have the same landmarks, expression, gaze and displacement."""
        return (
            self.shown == other.shown
            and self.displacement is other.displacement
            and np.array_equal(self.landmarks(), other.landmarks())
        )

    def looks_like(self, other: "Pose3D") -> bool:
        """Whether both poses also have the same angles and slider values."""
        return (
            (self.yaw, self.pitch, self.roll) == (other.yaw, other.pitch, other.roll)
            and self.expression == other.expression
            and self.same_picture(other)
        )

    def moved(self, indices: Sequence[int], offset: tuple[float, float]) -> Self:
        """The pose with some landmarks dragged by ``offset`` (x, y), pixels of the present view."""
        edits = self.edits.copy()
        edits[list(indices)] += self.rotation.T @ np.array([*offset, 0.0])
        return replace(self, edits=edits)

    def dragged(self, offsets: ArrayLike, weights: ArrayLike, symmetric: bool = False) -> Self:
        """The pose after a drag with soft selection.

        offsets  (68, 2) displacements at weight 1, pixels of the present view
        weights  (68,) in [0, 1]
        symmetric  apply the mirrored drag to the other side of the face, for any rotation of the
                   head; landmarks dragged from both sides get the mean
        """
        weight, rotation = np.asarray(weights, np.float64), self.rotation
        offset = weight[:, None] * np.asarray(offsets, np.float64)
        if not symmetric:
            return replace(self, edits=self.edits + offset @ rotation[:2])
        # The displacement in 3D that projects onto the drag, with the least weighted norm. Less
        # weight on depth: a displacement in depth would move the mirrored side in the same
        # direction of the image.
        towards = _AXIS_WEIGHTS * rotation[:2].T
        drag = offset @ np.linalg.solve(rotation[:2] @ towards, towards.T)
        other = drag[list(MIRROR_IMAGES)] * (-1, 1, 1)
        both = weight + weight[list(MIRROR_IMAGES)]
        return replace(self, edits=self.edits + (drag + other) / np.maximum(both, 1)[:, None])

    def turned(self, yaw: float, pitch: float, roll: float) -> Self:
        """The pose with these angles in degrees, offsets from the source; edits are unchanged."""
        return replace(self, yaw=float(yaw), pitch=float(pitch), roll=float(roll))

    def with_pose_of(
        self,
        target: Face | ArrayLike,
        parts: Collection[PosePart] = POSE_PARTS,
        strength: float = 1.0,
        target_neutral: Coefficients = REST,
    ) -> Self:
        """The pose with parts of another face's pose, or of its landmarks (68, 2), pixels.

        Of the head the rotation is copied; of eyes, brows, mouth and jaw the coefficients relative
        to the target's own neutral. They replace the expression, the sliders and the edits of these
        parts. Scale, centre and face shape are the source's. ``strength`` in [0, 1.5] is the factor
        of the change; 1 reaches the target. Raises ReposeError for invalid landmarks or strength.
        """
        if not 0 <= strength <= LARGEST_STRENGTH:
            raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
        face, other = self.source, fitted_head(target)
        if not (parts and strength):
            return self
        turn = [self.yaw, self.pitch, self.roll]
        if "head" in parts:
            own, wanted = face.angles, other.angles
            for i in range(3):
                missing = wanted[i] - own[i] - turn[i]
                turn[i] += strength * ((missing + 180) % 360 - 180)
        pose = self.turned(*turn)
        if "head" in parts:  # of the pose before
            pose = replace(pose, displacement=None)
        features = [part for part in parts if part != "head"]
        if not features:
            return pose
        # Set the sliders of these parts to 0 and move what they add into the coefficients.
        names = [name for part in features for name in _SLIDERS.get(part, ())]
        sliders = replace(self.expression, **dict.fromkeys(names, 0.0))
        moved = {name: getattr(self.expression, name) for name in names}
        before = with_sliders(self._own, Expression(**moved))
        after = retargeted(before, other.expression, features, strength, target_neutral)
        edits = self.edits.copy()
        for part in features:
            edits[list(POINTS_OF[part])] *= max(1 - strength, 0.0)
        return replace(pose, expression=sliders, coefficients=after, edits=edits)

    def with_coefficients(
        self, changes: Mapping[str, float], gaze: tuple[float, float] | None = None
    ) -> Self:
        """The pose with some coefficients replaced, and the eyes turned to a gaze.

        gaze  yaw and pitch in the head, degrees; None: unchanged

        Raises ReposeError for unknown names and values outside of [0, 1].
        """
        own = self._own.replaced(**changes)
        return replace(self, coefficients=own if gaze is None else own.with_gaze(gaze))

    def showing(self, changes: Mapping[str, float]) -> Self:
        """The pose that shows some coefficients with these values, and all others as it does now.

        Where sliders change these coefficients, all sliders become 0, and what they did moves into
        the coefficients and edits. Raises ReposeError as `with_coefficients` does.
        """
        pose = self.with_coefficients(changes)
        if all(pose.shown[name] == value for name, value in changes.items()):
            return pose
        return replace(self.settled(), coefficients=self.shown.replaced(**changes))

    def settled(self) -> Self:
        """The same pose with all sliders at 0: what they did is in the coefficients and edits."""
        return replace(
            self, edits=self._edits(), expression=NEUTRAL, closing=None, coefficients=self.shown
        )

    def with_landmarks(self, landmarks: ArrayLike) -> Self:
        """The pose with the present angles and edits that give landmarks (68, 2), pixels.

        Raises ReposeError for invalid landmarks.
        """
        missing = check_landmarks(landmarks) - self._exact()
        edits = self.edits + np.pad(missing, ((0, 0), (0, 1))) @ self.rotation
        return replace(self, edits=edits)

    @property
    def _own(self) -> Coefficients:
        """The coefficients without the sliders."""
        return self.source.expression if self.coefficients is None else self.coefficients

    @property
    def _mesh(self) -> Floats:
        """The head (V, 3) with the target's expression, without edits, head coordinates."""
        return _expressed(self)

    def _edits(self) -> Floats:
        """The edits (68, 3), pixels, and what the closing sliders take back of them."""
        if self.closing is None:
            return self.edits
        return self.edits + closing_share(self.expression) * self.closing

    def _exact(self) -> Floats:
        """The target landmarks (68, 2) in float64."""
        face, turned = self.source, self.rotation
        result = face.landmarks + (self._edits() @ turned.T)[:, :2]
        if turned is not face.pose.rotation or self._mesh is not face.mesh:
            points = face.points(turned, self._mesh)
            moved = points @ turned.T - face.points() @ face.pose.rotation.T
            result += face.pose.scale * moved[:, :2]
        return result


# Not cached in the pose: the undo stack holds thousands of poses, and a head has 100 kB.


@lru_cache(maxsize=16)
def _posed(posed: Pose3D) -> PosedHead:
    """The head of a pose, see `Pose3D.head`."""
    head = _placed(posed)
    return replace(head, displacement=posed.displacement) if posed.displacement else head


def _placed(posed: Pose3D) -> PosedHead:
    """The head of a pose without its displacement."""
    face, turned, edits = posed.source, posed.rotation, posed._edits()
    if not edits.any() and turned is face.pose.rotation and posed._mesh is face.mesh:
        return face.head
    pose = HeadPose(turned, face.pose.scale, face.pose.shift)
    if np.count_nonzero(edits.any(axis=1)) > _MOST_DRAGGED:
        unedited = replace(posed, edits=np.zeros_like(posed.edits), closing=None)
        return face.followed(posed.landmarks(), unedited.head)
    moved = (edits @ turned.T)[:, :2] / pose.scale
    mesh = compact(head_model(), posed._mesh, turned, moved)
    return PosedHead(pose, mesh, posed.shown, posed.landmarks())


@lru_cache(maxsize=16)
def _expressed(posed: Pose3D) -> Floats:
    """The mesh of a pose, see `Pose3D._mesh`."""
    if posed.shown == posed.source.expression:
        return posed.source.mesh
    return posed.source.expressed(posed.shown)


def expressed(pose: Pose3D, expression: Expression) -> Pose3D:
    """The pose with its slider values replaced.

    With the neutral ones the landmarks are exactly those of the other fields.
    """
    fresh = closing_moves(pose.edits)
    closing = np.zeros_like(fresh) if pose.closing is None else pose.closing.copy()
    for name, indices in CLOSED_BY.items():
        if getattr(expression, name) != getattr(pose.expression, name):
            closing[list(indices)] = fresh[list(indices)]
    return replace(pose, expression=expression, closing=closing)


def head_angles(landmarks: ArrayLike) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of the face with these landmarks (68, 2).

    Raises ReposeError for invalid landmarks.
    """
    return fitted_head(landmarks).angles
