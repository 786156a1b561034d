"""What is being edited: the only owner of photo, landmarks, pose and model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

import engine
from gui.document.commands import ChangeEdit
from gui.document.photo import Photo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from engine import Expression, KeepMask, Landmarks, Pose3D, TrainedRange

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 60.0, 40.0, 45.0


@dataclass(frozen=True)
class Model:
    """The generators in use, as the predict worker reports them once they are loaded."""

    path: Path | None
    name: str
    device: str
    trained_range: TrainedRange = field(default_factory=engine.TrainedRange)


@dataclass(frozen=True, eq=False)
class Edit:
    """All that can be undone about the open face. A change replaces it by another one.

    landmarks   the source's own, 68x2 pixels of the photo
    pose        the target pose
    keep        what must not change; None: nothing is painted
    correction  the landmarks while they are being corrected, as a pose so that they can be turned;
                None outside that mode, and then `landmarks` are what it ended with
    """

    landmarks: Landmarks
    pose: Pose3D
    keep: KeepMask | None = None
    correction: Pose3D | None = None

    @classmethod
    def of(cls, landmarks: Landmarks) -> Edit:
        """A face as it is."""
        return cls(landmarks, engine.Pose3D.of(landmarks))

    def same(self, other: Edit | None) -> bool:
        """Whether all values are the very same."""
        return (
            other is not None
            and self.landmarks is other.landmarks
            and self.pose is other.pose
            and self.keep is other.keep
            and self.correction is other.correction
        )


def posed_as(face: Landmarks, landmarks: Landmarks) -> Pose3D:
    """The pose of a face (68x2) whose landmarks are these (68x2), turned as they are."""
    old, new = engine.head_angles(face), engine.head_angles(landmarks)
    turn = (round(n - o, 1) for o, n in zip(old, new, strict=True))
    pose = engine.Pose3D.of(face).turned(*_limited(turn))
    return pose.with_landmarks(landmarks)


def within_sliders(pose: Pose3D) -> Pose3D:
    """The same landmarks, turned no further than the sliders go."""
    turn = (pose.yaw, pose.pitch, pose.roll)
    limited = _limited(turn)
    return pose if turn == limited else pose.turned(*limited).with_landmarks(pose.landmarks())


def _limited(turn: Iterable[float]) -> tuple[float, float, float]:
    limits = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)
    yaw, pitch, roll = (
        min(max(angle, -limit), limit) for angle, limit in zip(turn, limits, strict=True)
    )
    return yaw, pitch, roll


class Document(QObject):
    """Values are replaced, never edited in place; every replacement is signalled.

    `landmarks` and `pose` are None until a face is chosen. While `fitting` is true, `pose` is not
    a new pose but a correction of the source's own landmarks; `edit` has both.

    `face_opened` tells that editing begins anew (another face or none, or a project); it comes
    before the signals for the values, and the undo stack is empty. `project` is the file of the
    open project, if one is.
    """

    photo_changed = Signal()
    face_opened = Signal()
    source_changed = Signal()
    pose_changed = Signal()
    keep_changed = Signal()
    saved = Signal()
    model_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photo: Photo | None = None
        self.edit: Edit | None = None
        self.model: Model | None = None
        self.project: Path | None = None
        self.undo_stack = QUndoStack(self)
        self._saved: Edit | None = None
        self._uncorrected: int | None = None  # index of the undo stack when correcting began
        self._quiet = False

    @property
    def landmarks(self) -> Landmarks | None:
        """The source's own, 68x2 pixels of the photo."""
        return None if self.edit is None else self.edit.landmarks

    @property
    def pose(self) -> Pose3D | None:
        """What is being moved: the pose, or while fitting the source's own points."""
        return None if self.edit is None else self.edit.correction or self.edit.pose

    @property
    def keep(self) -> KeepMask | None:
        """What must not change."""
        return None if self.edit is None else self.edit.keep

    @property
    def fitting(self) -> bool:
        """Whether the source's own landmarks are being corrected."""
        return self.edit is not None and self.edit.correction is not None

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose something: an edited pose, corrected points, a mask."""
        edit, saved = self.edit, self._saved
        if edit is None:
            return False
        if saved is None or edit.landmarks is not saved.landmarks or edit.keep != saved.keep:
            return True
        if edit.correction is not None and self.edited:
            return True
        if edit.pose is saved.pose:
            return False
        points = edit.pose.landmarks()
        if self.project is None and np.array_equal(points, edit.landmarks):
            return False  # nothing was done that a picture would show
        return not np.array_equal(points, saved.pose.landmarks())

    @property
    def edited(self) -> bool:
        """Whether the pose differs from the source's."""
        pose, landmarks = self.pose, self.landmarks
        if pose is None or landmarks is None:
            return False
        return not np.array_equal(pose.landmarks(), landmarks)

    # The face

    def set_photo(self, photo: Photo) -> None:
        """Edit another photo. Its face is chosen at once if there is only one."""
        self._set_photo(photo)
        if len(photo.faces) == 1:
            self.choose_face(0)

    def set_project(
        self, photo: Photo, edit: Edit | None, project: Path | None, saved: bool = True
    ) -> None:
        """Go on with what was done to a photo, in the project with this file (None: in none yet).

        saved: it is on disk like this.
        """
        self._set_photo(photo, project)
        if edit is None:
            return
        self.open_edit(replace(edit, correction=None), project, saved)
        if edit.correction is not None:
            self.start_fitting()
            self.change_pose(edit.correction, self.tr("Correct the points"))

    def _set_photo(self, photo: Photo, project: Path | None = None) -> None:
        self.photo = photo
        self.open_edit(None, project)
        self.photo_changed.emit()

    def choose_face(self, index: int) -> None:
        """Edit the face `photo.faces[index]`."""
        assert self.photo is not None
        self.open_edit(Edit.of(self.photo.faces[index].landmarks))

    def leave_face(self) -> None:
        """Back to choosing among the faces."""
        self.open_edit(None)

    def place_face(self, landmarks: Landmarks) -> None:
        """Edit a face that was not found: `landmarks` (68x2 pixels) are corrected first."""
        edit = Edit.of(landmarks)
        self.open_edit(replace(edit, correction=edit.pose))

    def open_edit(self, edit: Edit | None, project: Path | None = None, saved: bool = True) -> None:
        """Begin anew with this face of the photo; None: with none. Another face is not what the
        open project is about: without `project`, it is of none."""
        self._uncorrected = None
        self.project = project
        self._saved = edit if saved else None
        self.undo_stack.clear()
        self.edit = edit
        self.face_opened.emit()
        self.source_changed.emit()
        self.pose_changed.emit()
        self.keep_changed.emit()

    # Changes

    def change(self, edit: Edit, text: str, gesture: int | None = None) -> None:
        """Replace the edit, as an entry of the undo stack under the name `text`.

        Changes of one `gesture` (see `new_gesture`) are one entry.
        """
        if edit.same(self.edit):
            return
        stack = self.undo_stack
        last = stack.command(stack.index() - 1) if stack.index() == stack.count() > 0 else None
        if not isinstance(last, ChangeEdit) or last.gesture != gesture:
            stack.push(ChangeEdit(self, edit, text, gesture))
            return
        last.extend(edit)
        if last.isObsolete():
            stack.undo()

    def set_edit(self, edit: Edit) -> None:
        """Replace the edit and signal what differs. For commands only."""
        old, self.edit = self.edit, edit
        if old is not None and not self._quiet:
            self._tell(old, edit)

    def _tell(self, old: Edit, edit: Edit) -> None:
        mode = (old.correction is None) != (edit.correction is None)
        if edit.landmarks is not old.landmarks or mode:
            self.source_changed.emit()
        if edit.pose is not old.pose or edit.correction is not old.correction:
            self.pose_changed.emit()
        if edit.keep is not old.keep:
            self.keep_changed.emit()

    def change_pose(self, pose: Pose3D, text: str, gesture: int | None = None) -> None:
        """Replace the pose, or while fitting the corrected points."""
        if self.edit is None:
            return
        if self.fitting:
            self.change(replace(self.edit, correction=pose), text, gesture)
        else:
            self.change(replace(self.edit, pose=pose), text, gesture)

    def set_keep(self, keep: KeepMask | None, text: str, gesture: int | None = None) -> None:
        """Replace the mask of what must not change."""
        if self.edit is not None:
            self.change(replace(self.edit, keep=keep), text, gesture)

    def move(
        self,
        start: Pose3D,
        indices: Collection[int],
        offset: tuple[float, float],
        gesture: int | None = None,
    ) -> None:
        """Move the landmarks `indices` of the pose `start` by `offset` pixels."""
        pose = start.moved(sorted(indices), offset) if any(offset) else start
        text = self.tr("Move point")
        if len(indices) != 1:
            text = self.tr("Move {} points").format(len(indices))
        self.change_pose(pose, text, gesture)

    def turn(self, yaw: float, pitch: float, roll: float, gesture: int | None = None) -> None:
        """Turn the head by these angles from the source, in degrees."""
        if self.pose is not None:
            self.change_pose(self.pose.turned(yaw, pitch, roll), self.tr("Turn head"), gesture)

    def set_expression(self, expression: Expression, gesture: int | None = None) -> None:
        """Give the pose this expression in place of the one it has."""
        if self.pose is not None:
            pose = engine.expressed(self.pose, expression)
            self.change_pose(pose, self.tr("Change expression"), gesture)

    def take_pose(self, landmarks: Landmarks, text: str) -> None:
        """Make `landmarks` (68x2 pixels of this photo) the pose.

        The sliders follow the head's rotation, so that they keep turning from there.
        """
        if self.landmarks is None:
            return
        self.change_pose(posed_as(self.landmarks, landmarks), text)

    def reset_pose(self) -> None:
        """Back to the pose of the source, as an entry of its own."""
        if self.landmarks is not None and self.edited:
            self.change_pose(engine.Pose3D.of(self.landmarks), self.tr("Reset pose"))

    # Correcting the source's own landmarks

    def start_fitting(self) -> None:
        """Let the source's own landmarks be corrected; the pose waits meanwhile."""
        edit = self.edit
        if edit is not None and edit.correction is None:
            self._uncorrected = self.undo_stack.index()
            correction = engine.Pose3D.of(edit.landmarks)
            self.change(replace(edit, correction=correction), self.tr("Correct the points"))

    def finish_fitting(self) -> None:
        """Take the corrected landmarks for the source's. What was done to the pose is done to the
        corrected face. All of it becomes one entry of the undo stack."""
        edit = self.edit
        if edit is None or edit.correction is None:
            return
        landmarks = edit.correction.landmarks()
        if self._uncorrected is None:  # a face placed by hand: nothing to go back to
            self.open_edit(replace(Edit.of(landmarks), keep=edit.keep))
            return
        if np.array_equal(landmarks, edit.landmarks):
            self.cancel_fitting()
            return
        corrected = engine.Pose3D.of(landmarks).source
        new = replace(
            edit,
            landmarks=landmarks,
            pose=replace(edit.pose, source=corrected),
            correction=None,
        )
        self._quiet = True
        self.undo_stack.setIndex(self._uncorrected)
        self.change(new, self.tr("Correct the points"))
        self._quiet = False
        self._tell(edit, new)

    def cancel_fitting(self) -> None:
        """Back to the landmarks from before; without any, to choosing a face."""
        if not self.fitting:
            return
        if self._uncorrected is None:
            self.open_edit(None)
        else:
            self.undo_stack.setIndex(self._uncorrected)

    # Saved or not, and the model

    def mark_saved(self, edit: Edit) -> None:
        """`edit` is on disk now, as a picture or a pose: enough where there is no project."""
        if self.project is None:
            self._saved = edit
            self.saved.emit()

    def mark_project_saved(self, project: Path, edit: Edit | None) -> None:
        """`edit` is in this project's file now."""
        self.project, self._saved = project, edit
        self.saved.emit()

    def set_model(self, model: Model) -> None:
        """The predict worker has loaded `model`."""
        self.model = model
        self.model_changed.emit()
