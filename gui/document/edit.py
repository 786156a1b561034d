"""`Edit`: everything about the open face that can be undone, as one immutable value."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import engine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine import Face, KeepMask, Landmarks, LiftedFace, Pose3D

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 60.0, 40.0, 45.0  # degrees: the sliders' ranges

_gestures = itertools.count(1)


def new_gesture() -> int:
    """A number for one drag of handles, a slider or a brush: its changes are one undo entry."""
    return next(_gestures)


@dataclass(frozen=True, eq=False)
class Correction:
    """The source's landmarks while the user corrects where the detector put them.

    points  the corrected landmarks, as a pose of the uncorrected face, so that they can be turned
    began   the index of the undo stack before correcting began; None for a face placed by hand,
            which has no earlier landmarks
    """

    points: Pose3D
    began: int | None = None

    def applied_to(self, edit: Edit) -> Edit:
        """`edit` with the corrected landmarks as the source's and no correction.

        The change that the target pose makes to the source is kept.
        """
        landmarks, pose = self.points.landmarks(), edit.pose
        source = engine.Pose3D.of(landmarks).source
        coefficients = pose.coefficients
        if coefficients is not None:
            change = coefficients.array - pose.source.expression.array
            coefficients = engine.Coefficients.from_array(source.expression.array + change)
        pose = replace(pose, source=source, coefficients=coefficients)
        return replace(edit, landmarks=landmarks, pose=pose, correction=None)


@dataclass(frozen=True, eq=False)
class Edit:
    """Everything about the open face that can be undone. A change replaces the whole value.

    landmarks   of the source, 68x2 pixels of the photo
    pose        the target pose
    keep        the areas that must stay as in the photo; None: no area
    correction  the correction of `landmarks` in progress; None: no correction
    """

    landmarks: Landmarks
    pose: Pose3D
    keep: KeepMask | None = None
    correction: Correction | None = None

    @classmethod
    def of(cls, face: Face | Landmarks) -> Edit:
        """An unedited face, or landmarks (68x2): the target pose is the source's."""
        landmarks = face.landmarks if isinstance(face, engine.Face) else face
        return cls(landmarks, engine.Pose3D.of(face))

    @property
    def editable(self) -> Pose3D:
        """What handles and sliders change: the correction's points, else the target pose."""
        return self.pose if self.correction is None else self.correction.points

    def with_editable(self, pose: Pose3D) -> Edit:
        """The edit with another editable pose."""
        if self.correction is None:
            return replace(self, pose=pose)
        return replace(self, correction=replace(self.correction, points=pose))

    def same(self, other: Edit | None) -> bool:
        """Whether all fields are the identical objects."""
        return (
            other is not None
            and self.landmarks is other.landmarks
            and self.pose is other.pose
            and self.keep is other.keep
            and self.correction is other.correction
        )


def posed_as(face: LiftedFace, landmarks: Landmarks) -> Pose3D:
    """The pose of a face that has these landmarks (68x2) and their head rotation."""
    old, new = engine.head_angles(face.landmarks), engine.head_angles(landmarks)
    turn = (round(n - o, 1) for o, n in zip(old, new, strict=True))
    pose = engine.Pose3D.unchanged(face).turned(*_limited(turn))
    return pose.with_landmarks(landmarks)


def within_sliders(pose: Pose3D) -> Pose3D:
    """The pose with the same landmarks and its angles limited to the sliders' ranges."""
    turn = (pose.yaw, pose.pitch, pose.roll)
    limited = _limited(turn)
    return pose if turn == limited else pose.turned(*limited).with_landmarks(pose.landmarks())


def _limited(turn: Iterable[float]) -> tuple[float, float, float]:
    limits = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)
    yaw, pitch, roll = (
        min(max(angle, -limit), limit) for angle, limit in zip(turn, limits, strict=True)
    )
    return yaw, pitch, roll
