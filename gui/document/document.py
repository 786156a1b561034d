"""`Document`: the only owner of the photo, the landmarks, the pose and the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

import engine
from gui.document.edit import Box, Correction, Edit, Faces, new_gesture, posed_as
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

    `faces` are the edits of all faces that were chosen, one of which is the active one. All share
    one undo stack; an undone or redone change makes its face the active one.

    `project` is the file of the open project, None without one.

    Signals:
    photo_changed   another photo
    face_opened     another face, none, or a project was opened; sent before the three signals for
                    the values
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
        self.faces = Faces()
        self.model: Model | None = None
        self.project: Path | None = None
        self.undo_stack = QUndoStack(self)
        self._saved: Faces | None = Faces()  # in the project's file; None: not on disk
        self._pictured: Faces | None = None
        self._quiet = False

    @property
    def edit(self) -> Edit | None:
        """The edit of the active face; None until a face is chosen."""
        return self.faces.edit

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
        if self._saved is None:
            return bool(self.faces.edits)
        return not self._same_work(self._saved)

    @property
    def picture_saved(self) -> bool:
        """Whether the current result was saved as a picture."""
        return self._pictured is not None and self._same_work(self._pictured)

    @property
    def work(self) -> Faces:
        """The faces without those that were chosen and left as they were."""
        touched = [edit for edit in self.faces.edits if not self._untouched(edit)]
        if self.edit is not None and self.edit not in touched:
            touched.append(self.edit)
        active = None if self.edit is None else touched.index(self.edit)
        return Faces(tuple(touched), active)

    def _untouched(self, edit: Edit) -> bool:
        found = () if self.photo is None else self.photo.faces
        return any(edit.untouched(face) for face in found)

    def _same_work(self, saved: Faces) -> bool:
        """Whether `saved` and the current faces have the same in them, faces without changes aside.

        In both directions: a face that is missing or was reset is a change, too.
        """
        one, other = (
            [edit for edit in faces.edits if not self._untouched(edit)]
            for faces in (self.faces, saved)
        )
        return all(
            any(edit.same_work(theirs) for theirs in others)
            for own, others in ((one, other), (other, one))
            for edit in own
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
        self, photo: Photo, faces: Faces, project: Path | None, saved: bool = True
    ) -> None:
        """Open a photo with edits of its faces.

        project  the file of the project; None: it has none yet
        saved    whether the edits are on disk
        """
        self._set_photo(photo, project)
        correction = None if faces.edit is None else faces.edit.correction
        plain = tuple(replace(edit, correction=None) for edit in faces.edits)
        self.open_faces(replace(faces, edits=plain), project, saved)
        if correction is not None:
            self.start_correcting()
            self.change_pose(correction.points, self.tr("Correct the points"))

    def _set_photo(self, photo: Photo, project: Path | None = None) -> None:
        self.photo = photo
        self.open_faces(Faces(), project)
        self.photo_changed.emit()

    def open_faces(self, faces: Faces, project: Path | None = None, saved: bool = True) -> None:
        """Open these edits with an empty undo stack, as part of `project`."""
        self.project = project
        self._saved = faces if saved else None
        self.undo_stack.clear()
        self.faces = faces
        self._signal_opened()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The faces to choose from: the detected ones, then those placed by hand."""
        found = () if self.photo is None else tuple(face.box for face in self.photo.faces)
        return found + tuple(
            edit.box for edit in self.faces.edits if not any(edit.is_in(box) for box in found)
        )

    @property
    def chosen(self) -> int | None:
        """The index of the active face in `boxes`; None without one."""
        edit = self.edit
        if edit is None:
            return None
        boxes = self.boxes
        return next((i for i, box in enumerate(boxes) if edit.is_in(box)), None)

    def choose_face(self, index: int) -> None:
        """Edit the face `boxes[index]`, where it was left. The edits of the others stay.

        Choosing is no undo entry: it changes nothing that a user could lose. Not while correcting.
        """
        assert self.photo is not None
        known = self.faces.found(self.boxes[index])
        if known is not None:
            faces = replace(self.faces, active=known)
        else:
            faces = self.faces.opened(Edit.of(self.photo.faces[index]))
        if faces.active != self.faces.active:
            self.set_faces(faces)

    def place_face(self, landmarks: Landmarks) -> None:
        """Edit a face that was not detected, starting with a correction of `landmarks` (68x2)."""
        edit = Edit.of(landmarks)
        correction = Correction(edit.pose, self.undo_stack.index(), placed=True)
        faces = self.faces.opened(replace(edit, correction=correction))
        self.undo_stack.push(ChangeFaces(self, faces, self.tr("Place a face by hand")))

    # Changes

    def change(self, edit: Edit, text: str, gesture: int | None = None) -> None:
        """Replace the edit; the undo stack gets an entry named `text`.

        Consecutive changes of one `gesture` (see `new_gesture`) are one entry.
        """
        if edit.same(self.edit):
            return
        faces = self.faces.changed(edit)
        stack = self.undo_stack
        last = stack.command(stack.index() - 1) if stack.index() == stack.count() > 0 else None
        if not isinstance(last, ChangeFaces) or last.gesture != gesture:
            stack.push(ChangeFaces(self, faces, text, gesture))
            return
        last.extend(faces)
        if last.isObsolete():
            stack.undo()

    def set_faces(self, faces: Faces) -> None:
        """Replace the faces and signal what differs, without an undo entry."""
        old, self.faces = self.faces, faces
        if not self._quiet:
            self._signal_difference(old, faces)

    def _signal_difference(self, before: Faces, after: Faces) -> None:
        old, new = before.edit, after.edit
        if old is None or new is None or old.number != new.number:
            if old is not new:
                self._signal_opened()
            return
        began_or_ended = (old.correction is None) != (new.correction is None)
        if new.landmarks is not old.landmarks or began_or_ended:
            self.source_changed.emit()
        if new.pose is not old.pose or new.correction is not old.correction:
            self.pose_changed.emit()
        if new.keep is not old.keep:
            self.keep_changed.emit()

    def _signal_opened(self) -> None:
        self.face_opened.emit()
        self.source_changed.emit()
        self.pose_changed.emit()
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
        if np.array_equal(landmarks, edit.landmarks) and not correction.placed:
            self.cancel_correcting()
            return
        before, after = self.faces, self.faces.changed(correction.applied_to(edit))
        text = self.tr("Correct the points")
        if correction.placed:
            text = self.tr("Place a face by hand")
        self._quiet = True  # the states between are not signalled
        self.undo_stack.setIndex(correction.began)
        self.undo_stack.push(ChangeFaces(self, after, text))
        self._quiet = False
        self._signal_difference(before, after)

    def cancel_correcting(self) -> None:
        """Restore the landmarks from before the correction; a face placed by hand is removed."""
        if self.edit is not None and self.edit.correction is not None:
            self.undo_stack.setIndex(self.edit.correction.began)

    # Saved state and model

    def mark_picture_saved(self, faces: Faces) -> None:
        """The result of `faces` was saved as a picture."""
        self._pictured = faces

    def mark_project_saved(self, project: Path, faces: Faces) -> None:
        """`faces` were written to the file of this project."""
        self.project, self._saved = project, faces
        self.saved.emit()

    def set_model(self, model: Model) -> None:
        """The predict worker has loaded `model`."""
        self.model = model
        self.model_changed.emit()


class ChangeFaces(QUndoCommand):
    """The one undo command: replaces the document's faces. `extend` adds changes of its gesture."""

    def __init__(self, document: Document, faces: Faces, text: str, gesture: int | None = None):
        super().__init__(text)
        self._document = document
        self._old = document.faces
        self._new = faces
        self.gesture = new_gesture() if gesture is None else gesture

    def redo(self) -> None:
        self._document.set_faces(self._new)

    def undo(self) -> None:
        self._document.set_faces(self._old)

    def extend(self, faces: Faces) -> None:
        """Replace the new faces. If they equal the old ones, the command becomes obsolete.

        `QUndoCommand.mergeWith` is not used: PySide never frees the commands that it merged.
        """
        self._new = faces
        self.setObsolete(faces.edit is not None and faces.edit.same(self._old.edit))
        self._document.set_faces(faces)
