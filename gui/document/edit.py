"""`Faces`: everything that can be undone, as one immutable value; `Edit`: one face of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import engine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine import Face, KeepMask, Landmarks, LiftedFace, Pose3D

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels of the photo."""

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 60.0, 40.0, 45.0  # degrees: the sliders' ranges

_gestures = itertools.count(1)
_numbers = itertools.count(1)  # of faces


def new_gesture() -> int:
    """A number for one drag of handles, a slider or a brush: its changes are one undo entry."""
    return next(_gestures)


@dataclass(frozen=True, eq=False)
class Correction:
    """The source's landmarks while the user corrects where the detector put them.

    points  the corrected landmarks, as a pose of the uncorrected face, so that they can be turned
    began   the index of the undo stack before correcting began
    placed  whether the face was placed by hand, and has no landmarks from before
    """

    points: Pose3D
    began: int = 0
    placed: bool = False

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
    """The edit of one face. A change replaces the whole value.

    landmarks   of the source, 68x2 pixels of the photo
    pose        the target pose
    keep        the areas that must stay as in the photo; None: no area
    correction  the correction of `landmarks` in progress; None: no correction
    number      of the face; a change keeps it
    """

    landmarks: Landmarks
    pose: Pose3D
    keep: KeepMask | None = None
    correction: Correction | None = None
    number: int = field(default_factory=partial(next, _numbers))

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

    def same_work(self, other: Edit) -> bool:
        """Whether saving one of them saves the other."""
        return (
            self.landmarks is other.landmarks
            and self.keep == other.keep
            and not (self.correction is not None and self.correction.points.changed)
            and (self.pose is other.pose or self.pose.same_picture(other.pose))
        )

    def untouched(self, face: Face) -> bool:
        """Whether this is the detected face as it is chosen, with nothing to save."""
        return self.landmarks is face.landmarks and self.same_work(
            replace(self, pose=engine.Pose3D.unchanged(self.pose.source), keep=None)
        )

    @property
    def box(self) -> Box:
        """The smallest box around the landmarks."""
        left, top = self.landmarks.min(axis=0).tolist()
        right, bottom = self.landmarks.max(axis=0).tolist()
        return left, top, right, bottom

    def is_in(self, box: Box) -> bool:
        """Whether a box is around this face: the centre of each lies in the other."""
        return _contains(box, self.box) and _contains(self.box, box)


class FacePose(NamedTuple):
    """The target pose of a face, and its keep mask."""

    pose: Pose3D
    keep: KeepMask | None


@dataclass(frozen=True, eq=False)
class Faces:
    """The edits of all faces of the photo that were chosen so far. A change replaces the value.

    edits   in the order in which the faces were first chosen
    active  the index of the face that handles and sliders change; None: no face is chosen
    """

    edits: tuple[Edit, ...] = ()
    active: int | None = None

    @property
    def edit(self) -> Edit | None:
        """The edit of the active face."""
        return None if self.active is None else self.edits[self.active]

    @property
    def others(self) -> tuple[FacePose, ...]:
        """The faces beside the active one whose pose differs from the photo."""
        others = [edit for edit in self.edits if edit is not self.edit]
        return tuple(FacePose(edit.pose, edit.keep) for edit in others if edit.pose.changed)

    def opened(self, edit: Edit) -> Faces:
        """With a further face, which becomes the active one. It replaces one in the same place:
        two edits of one face would both be composited."""
        others = tuple(other for other in self.edits if not other.is_in(edit.box))
        return Faces((*others, edit), len(others))

    def changed(self, edit: Edit) -> Faces:
        """With another edit of the active face."""
        assert self.active is not None
        before, after = self.edits[: self.active], self.edits[self.active + 1 :]
        return Faces((*before, edit, *after), self.active)

    def found(self, box: Box) -> int | None:
        """The index of the edit of the face in this box."""
        return next((i for i, edit in enumerate(self.edits) if edit.is_in(box)), None)


def _contains(box: Box, other: Box) -> bool:
    """Whether a box contains the centre of another one."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


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
