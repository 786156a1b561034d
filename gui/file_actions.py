"""Opening and saving: photos, poses, models, results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

import engine
from gui.background import Background
from gui.copy_pose_dialog import CopyPoseDialog
from gui.document import Document, Edit
from gui.export_dialog import ExportDialog
from gui.file_dialogs import (
    MODEL_SUFFIXES,
    ask_open,
    ask_save,
    ask_yes,
    is_inside,
    notes_edits,
    pictures_folder,
    same_file,
    sample_photo,
)
from gui.photo import Photo, read_photo
from gui.predict_worker import PredictWorker
from gui.recent_menu import remember_photo

PICTURES = {".png": "PNG, exact", ".jpg": "JPEG, small", ".webp": "WebP", ".tif": "TIFF"}
POSES = {
    ".json": "Repose pose",
    ".pts": "iBUG points",
    ".csv": "Table of points",
    ".xml": "dlib",
    ".labelme.json": "labelme",
}


class FileActions(QObject):
    """Whatever fails, the document stays as it was."""

    busy = Signal(str)
    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path

    def __init__(
        self, document: Document, worker: PredictWorker, background: Background, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._worker, self._background = document, worker, background
        self._window = window
        self.export: ExportDialog | None = None
        worker.saved.connect(self._saved)

    def open(self, path: Path) -> None:
        """Open a file by what it is: a pose, a model, or else a photo."""
        suffix = path.suffix.lower()
        if suffix in engine.POSE_SUFFIXES:
            self.open_pose(path)
        elif suffix in MODEL_SUFFIXES:
            self.model_chosen.emit(path)
        else:
            self.open_photo(path)

    def open_photo(self, path: Path | None = None) -> None:
        """Open a photo, or let the user choose one."""
        path = path or ask_open(
            self._window, "Open photo", "Photos", engine.PHOTO_SUFFIXES, "photos"
        )
        if path is not None and self.may_discard():
            self._read(path, self._photo_read)

    def open_sample(self) -> None:
        """Open the photo that comes with Repose."""
        self._try(lambda: self.open_photo(sample_photo()))

    def may_discard(self) -> bool:
        """Whether the edited pose, if there is one, may be lost."""
        return not self._document.unsaved or ask_yes(
            self._window,
            "Discard",
            "The pose was edited and not saved. Discard it?",
        )

    def may_close(self) -> bool:
        """Whether the window may be closed; an export that is under way ends then."""
        if not self.may_discard():
            return False
        if self.export is None or self.export.may_end():
            return True
        question = (
            "An export is under way. Stop it? What is made stays, and the same export goes on from"
            " there another time."
        )
        if not ask_yes(self._window, "Stop the export", question):
            return False
        self.export.process.end()
        return True

    def export_batch(self) -> None:
        """Make many pictures at once, in the background."""
        if self.export is None:
            self.export = ExportDialog(self._document, self._window)
            self.export.failed.connect(self.failed)
            self.export.told.connect(self.done)
        self.export.open_for()

    def save_picture(self) -> None:
        """Write the whole photo with the reposed face; the window stays usable meanwhile."""
        photo, edit = self._document.photo, self._document.edit
        if photo is None or edit is None:
            return
        suggestion = self._folder(photo) / f"{photo.path.stem}-reposed.png"
        path = ask_save(self._window, "Save refined picture", suggestion, PICTURES, "pictures")
        if path is None:
            return
        if same_file(path, photo.path) and not ask_yes(
            self._window,
            "Overwrite the original",
            f"{path.name} is the original photo. Overwrite it? It cannot be brought back.",
        ):
            return
        self.busy.emit(f"Saving {path.name}…")
        self._worker.save(path, edit.pose.landmarks(), edit, photo.metadata, notes_edits())

    def save_pose(self) -> None:
        """Write the pose in the format that the chosen name says."""
        photo, edit = self._document.photo, self._document.edit
        if photo is None or edit is None:
            return
        suggestion = self._folder(photo) / f"{photo.path.stem}.json"
        path = ask_save(self._window, "Save pose", suggestion, POSES, "poses")
        if path is None:
            return
        try:
            engine.write_pose(path, edit.pose.landmarks(), photo.size, edit.landmarks)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._saved(path, edit)

    def open_pose(self, path: Path | None = None) -> None:
        """Take the pose of a pose file, or let the user choose one."""
        face = self._document.landmarks
        if face is None:
            self.failed.emit("A pose needs a face: open a photo and choose its face first.")
            return
        path = path or ask_open(self._window, "Open pose", "Poses", engine.POSE_SUFFIXES, "poses")
        if path is not None:
            self._try(lambda: self._document.take_pose(engine.read_pose(path, face), "Open pose"))

    def copy_pose(self) -> None:
        """Take the pose of a face in another photo."""
        path = ask_open(
            self._window, "Copy pose from photo", "Photos", engine.PHOTO_SUFFIXES, "photos"
        )
        if path is not None:
            self._read(path, self._target_read)

    def open_model(self) -> None:
        """Use another model; if it cannot be read, the present one stays."""
        path = ask_open(self._window, "Open model", "Models", MODEL_SUFFIXES, "models")
        if path is not None:
            self.open(path)

    def _read(self, path: Path, done: Callable[[Photo], None]) -> None:
        self.busy.emit(f"Opening {path.name} and looking for faces…")
        self._background.run(lambda: read_photo(path), done, lambda: self.busy.emit(""))

    def _photo_read(self, photo: Photo) -> None:
        self.busy.emit("")
        self._document.set_photo(photo)
        if not same_file(photo.path, sample_photo()):
            remember_photo(photo.path)

    def _target_read(self, photo: Photo) -> None:
        self.busy.emit("")
        source, document = self._document.landmarks, self._document
        if not photo.faces:
            self.failed.emit(f"No face was found in {photo.path.name}; choose another photo.")
        elif source is not None and document.photo is not None:
            dialog = CopyPoseDialog(source, document.photo.size, photo, self._window)
            if dialog.exec() and dialog.landmarks is not None:
                document.take_pose(dialog.landmarks, "Copy pose")

    def _saved(self, path: Path, edit: Edit) -> None:
        self.busy.emit("")
        self._document.mark_saved(edit)
        unsaid = path.suffix.lower() == ".bmp" and notes_edits()
        self.done.emit(f"Saved {path}" + (" (a BMP cannot say that it was edited)" * unsaid))

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except engine.ReposeError as error:
            self.failed.emit(str(error))

    def _folder(self, photo: Photo) -> Path:
        inside = is_inside(photo.path, sample_photo().parent)
        return pictures_folder() if inside else photo.path.absolute().parent
