"""`Document`: the only owner of the photo, the landmarks, the pose and the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

import engine
from gui.document.edit import Correction, Edit, new_gesture, posed_as
from gui.document.photo import Photo

if TYPE_CHECKING:
    from engine import Expression, KeepMask, Landmarks, Pose3D, TrainedRange


@dataclass(frozen=True)
class Model:
    """The generators in use, as the predict worker reports them after loading.

    `threads` and `precision` are those of the networks; 0 threads on a GPU.
    """

    path: Path | None
    name: str
    device: str
    trained_range: TrainedRange = field(default_factory=engine.TrainedRange)
    threads: int = 0
    precision: str = ""


class Document(QObject):
    """The state of the editor. Values are replaced, not edited in place; changes are signalled.

    A document is in one of four states: no photo; a photo without a chosen face (`landmarks` is
    None); correcting (`correction` is set, `pose` is None); posing (`pose` is set).

    `project` is the file of the open project, None without one.

    Signals:
    photo_changed   another photo
    face_opened     another face, none, or a project was opened, and the undo stack is empty;
                    sent before the three signals for the values
    source_changed  other source landmarks, or a correction began or ended
    pose_changed    another editable pose
    keep_changed    another keep mask
    saved           the state in the project's file, or the file, is another
    model_changed   another model
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
        self._saved: Edit | None = None  # in the project's file, or as the face was opened
        self._pictured: Edit | None = None
        self._quiet = False

    @property
    def landmarks(self) -> Landmarks | None:
        """The source's landmarks, 68x2 pixels of the photo; None until a face is chosen."""
        return None if self.edit is None else self.edit.landmarks

    @property
    def pose(self) -> Pose3D | None:
        """The target pose; None until a face is chosen and while its landmarks are corrected."""
        return None if self.edit is None or self.correcting else self.edit.pose

    @property
    def editable(self) -> Pose3D | None:
        """What handles and sliders change: the correction's points, else the target pose."""
        return None if self.edit is None else self.edit.editable

    @property
    def correcting(self) -> bool:
        """Whether the source's landmarks are being corrected."""
        return self.edit is not None and self.edit.correction is not None

    @property
    def keep(self) -> KeepMask | None:
        """The areas that must stay as in the photo; None: no area."""
        return None if self.edit is None else self.edit.keep

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose an edited pose, corrected landmarks or a keep mask.

        A saved picture has none of them, and changes nothing here.
        """
        edit, saved = self.edit, self._saved
        if edit is None:
            return False
        if saved is None or edit.landmarks is not saved.landmarks or edit.keep != saved.keep:
            return True
        if edit.correction is not None and self.edited:
            return True
        if edit.pose is saved.pose:
            return False
        if self.project is None and not edit.pose.changed:
            return False  # there is nothing that a project would keep
        return not edit.pose.same_picture(saved.pose)

    @property
    def picture_saved(self) -> bool:
        """Whether the current result was saved as a picture."""
        edit, saved = self.edit, self._pictured
        return (
            edit is not None
            and saved is not None
            and edit.landmarks is saved.landmarks
            and edit.keep == saved.keep
            and edit.pose.same_picture(saved.pose)
        )

    @property
    def edited(self) -> bool:
        """Whether the editable pose differs from the source."""
        return self.edit is not None and self.edit.editable.changed

    # The face

    def set_photo(self, photo: Photo) -> None:
        """Open another photo. If it has exactly one face, that face is chosen."""
        self._set_photo(photo)
        if len(photo.faces) == 1:
            self.choose_face(0)

    def set_project(
        self, photo: Photo, edit: Edit | None, project: Path | None, saved: bool = True
    ) -> None:
        """Open a photo with an edit of it.

        edit     None: no face is chosen
        project  the file of the project; None: it has none yet
        saved    whether the edit is on disk
        """
        self._set_photo(photo, project)
        if edit is None:
            return
        self.open_edit(replace(edit, correction=None), project, saved)
        if edit.correction is not None:
            self.start_correcting()
            self.change_pose(edit.correction.points, self.tr("Correct the points"))

    def _set_photo(self, photo: Photo, project: Path | None = None) -> None:
        self.photo = photo
        self.open_edit(None, project)
        self.photo_changed.emit()

    def choose_face(self, index: int) -> None:
        """Edit the face `photo.faces[index]`."""
        assert self.photo is not None
        self.open_edit(Edit.of(self.photo.faces[index]))

    def leave_face(self) -> None:
        """Close the face, so that another one can be chosen."""
        self.open_edit(None)

    def place_face(self, landmarks: Landmarks) -> None:
        """Edit a face that was not detected, starting with a correction of `landmarks` (68x2)."""
        edit = Edit.of(landmarks)
        self.open_edit(replace(edit, correction=Correction(edit.pose)))

    def open_edit(self, edit: Edit | None, project: Path | None = None, saved: bool = True) -> None:
        """Open this edit (None: no face) with an empty undo stack, as part of `project`."""
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
        """Replace the edit; the undo stack gets an entry named `text`.

        Consecutive changes of one `gesture` (see `new_gesture`) are one entry.
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
        """Replace the edit and signal what differs, without an undo entry. For `ChangeEdit`."""
        old, self.edit = self.edit, edit
        if old is not None and not self._quiet:
            self._signal_difference(old, edit)

    def _signal_difference(self, old: Edit, new: Edit) -> None:
        began_or_ended = (old.correction is None) != (new.correction is None)
        if new.landmarks is not old.landmarks or began_or_ended:
            self.source_changed.emit()
        if new.pose is not old.pose or new.correction is not old.correction:
            self.pose_changed.emit()
        if new.keep is not old.keep:
            self.keep_changed.emit()

    def change_pose(self, pose: Pose3D, text: str, gesture: int | None = None) -> None:
        """Replace the editable pose: the correction's points while correcting, else the pose."""
        if self.edit is not None:
            self.change(self.edit.with_editable(pose), text, gesture)

    def set_keep(self, keep: KeepMask | None, text: str, gesture: int | None = None) -> None:
        """Replace the keep mask."""
        if self.edit is not None:
            self.change(replace(self.edit, keep=keep), text, gesture)

    def turn(self, yaw: float, pitch: float, roll: float, gesture: int | None = None) -> None:
        """Set the head rotation of the editable pose, in degrees from the source's."""
        if self.editable is not None:
            self.change_pose(self.editable.turned(yaw, pitch, roll), self.tr("Turn head"), gesture)

    def set_expression(self, expression: Expression, gesture: int | None = None) -> None:
        """Replace the expression of the target pose."""
        if self.pose is not None:
            pose = engine.expressed(self.pose, expression)
            self.change_pose(pose, self.tr("Change expression"), gesture)

    def take_pose(self, landmarks: Landmarks, text: str) -> None:
        """Set the landmarks of the editable pose to these (68x2 pixels of this photo).

        Its angles are set to their head rotation, so that the sliders turn on from there.
        """
        if self.edit is not None:
            self.change_pose(posed_as(self.edit.pose.source, landmarks), text)

    def reset_pose(self) -> None:
        """Set the editable pose to the source's, as an undo entry of its own."""
        if self.edit is not None and self.edited:
            unchanged = engine.Pose3D.unchanged(self.edit.pose.source)
            self.change_pose(unchanged, self.tr("Reset pose"))

    # Correcting the source's landmarks

    def start_correcting(self) -> None:
        """Start to correct the source's landmarks; the target pose cannot be changed meanwhile."""
        edit = self.edit
        if edit is not None and edit.correction is None:
            points = engine.Pose3D.unchanged(edit.pose.source)
            correction = Correction(points, self.undo_stack.index())
            self.change(replace(edit, correction=correction), self.tr("Correct the points"))

    def finish_correcting(self) -> None:
        """Make the corrected landmarks the source's. The correction becomes one undo entry."""
        edit = self.edit
        if edit is None or edit.correction is None:
            return
        correction, landmarks = edit.correction, edit.correction.points.landmarks()
        if correction.began is None:
            self.open_edit(replace(Edit.of(landmarks), keep=edit.keep))
            return
        if np.array_equal(landmarks, edit.landmarks):
            self.cancel_correcting()
            return
        new = correction.applied_to(edit)
        self._quiet = True  # the states between are not signalled
        self.undo_stack.setIndex(correction.began)
        self.change(new, self.tr("Correct the points"))
        self._quiet = False
        self._signal_difference(edit, new)

    def cancel_correcting(self) -> None:
        """Restore the landmarks from before the correction; a face placed by hand is closed."""
        if self.edit is None or self.edit.correction is None:
            return
        if self.edit.correction.began is None:
            self.open_edit(None)
        else:
            self.undo_stack.setIndex(self.edit.correction.began)

    # Saved state and model

    def mark_picture_saved(self, edit: Edit) -> None:
        """The result of `edit` was saved as a picture."""
        self._pictured = edit

    def mark_project_saved(self, project: Path, edit: Edit | None) -> None:
        """`edit` was written to the file of this project."""
        self.project, self._saved = project, edit
        self.saved.emit()

    def set_model(self, model: Model) -> None:
        """The predict worker has loaded `model`."""
        self.model = model
        self.model_changed.emit()


class ChangeEdit(QUndoCommand):
    """The one undo command: replaces the document's edit. `extend` adds changes of its gesture."""

    def __init__(self, document: Document, edit: Edit, text: str, gesture: int | None = None):
        super().__init__(text)
        assert document.edit is not None
        self._document = document
        self._old = document.edit
        self._new = edit
        self.gesture = new_gesture() if gesture is None else gesture

    def redo(self) -> None:
        self._document.set_edit(self._new)

    def undo(self) -> None:
        self._document.set_edit(self._old)

    def extend(self, edit: Edit) -> None:
        """Replace the new edit. If it equals the old one, the command becomes obsolete.

        `QUndoCommand.mergeWith` is not used: PySide never frees the commands that it merged.
        """
        self._new = edit
        self.setObsolete(edit.same(self._old))
        self._document.set_edit(edit)
