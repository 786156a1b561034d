"""Opening and saving photos, poses, models and pictures; projects are in `ProjectActions`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtWidgets import QMainWindow

import engine
from gui.document.document import Document
from gui.document.edit import Faces, new_gesture, within_sliders
from gui.document.photo import Photo, read_photo
from gui.document.project import SUFFIX
from gui.export.export_dialog import ExportDialog
from gui.panes.panes import Panes
from gui.pose.copy_pose_dialog import CopyPoseDialog
from gui.pose.pose_presets import PosePresets
from gui.style.preferences import keeps_place, notes_edits
from gui.widgets.file_dialogs import (
    MODEL_SUFFIXES,
    ask_open,
    ask_save,
    ask_unsaved,
    ask_yes,
    folder_beside,
    same_file,
    sample_photo,
)
from gui.widgets.progress_view import ExportState
from gui.widgets.zoom_view import Viewport
from gui.window.project_actions import ProjectActions
from gui.window.recent_menu import remember_file
from gui.workers.background import Background
from gui.workers.predict_worker import PredictWorker

LAYER_SUFFIX = ".layer.png"
"""A picture with this suffix is saved as what changed in the photo, transparent elsewhere."""


def is_pose(path: Path) -> bool:
    """Whether a file is a pose, by its suffix."""
    return path.suffix.lower() in engine.POSE_SUFFIXES


class FileActions(QObject):
    """Asks for files and opens or saves them. A failure leaves the document unchanged."""

    busy = Signal(str)
    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path; None: the default one

    def __init__(
        self,
        document: Document,
        worker: PredictWorker,
        background: Background,
        shown: Viewport,
        panes: Panes,
        presets: PosePresets,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._document, self._worker, self._background = document, worker, background
        self._presets, self._window = presets, window
        self.projects = ProjectActions(document, background, shown, panes, window)
        for own, theirs in (
            (self.busy, self.projects.busy),
            (self.failed, self.projects.failed),
            (self.done, self.projects.done),
            (self.model_chosen, self.projects.model_chosen),
        ):
            theirs.connect(own)
        self.export: ExportDialog | None = None
        worker.saved.connect(self._saved)

    # Opening

    def open(self, path: Path) -> None:
        """Open a file by its suffix: a pose, a model, a project, or else a photo."""
        suffix = path.suffix.lower()
        if is_pose(path):
            self.open_pose(path)
        elif suffix in MODEL_SUFFIXES:
            self.model_chosen.emit(path)
        elif suffix == SUFFIX:
            if self.may_discard():
                self.projects.open(path)
        else:
            self.open_photo(path)

    def open_file(self) -> None:
        """Ask for a photo or a project and open it."""
        path = ask_open(
            self._window,
            self.tr("Open"),
            self.tr("Photos and projects"),
            (*engine.PHOTO_SUFFIXES, SUFFIX),
            "photos",
        )
        if path is not None:
            self.open(path)

    def open_photo(self, path: Path) -> None:
        """Open a photo."""
        if self.may_discard():
            self._read(path, self._photo_read)

    def open_sample(self) -> None:
        """Open the photo that comes with Repose."""
        self._try(lambda: self.open_photo(sample_photo()))

    def may_discard(self) -> bool:
        """Whether the edit may be discarded; asks for what is not saved, and saves it if wanted."""
        document = self._document
        if not document.unsaved or document.photo is None:
            return True
        name = (document.project or document.photo.path).name
        if document.picture_saved:
            question = self.tr(
                "The picture of {} is saved, but not its points and its pose. Save them as a"
                " project, to continue later?"
            )
        else:
            question = self.tr("{} was edited and not saved. Save it?")
        possible = document.pose is not None and document.model is not None
        picture = possible and not document.picture_saved
        answer = ask_unsaved(self._window, question.format(name), picture)
        if answer == "picture":
            return self._save_picture_now()
        return answer == "discard" or (answer == "project" and self.projects.save())

    def may_close(self) -> bool:
        """Whether the window may be closed: asks for unsaved work and a running export."""
        if not self.may_discard():
            return False
        if self.export is None or self.export.may_end():
            return True
        question = self.tr(
            "An export is running. Stop it? Finished pictures are kept, and the same export can be"
            " continued later."
        )
        return ask_yes(self._window, self.tr("Stop the export"), question)

    def stop(self) -> None:
        """Stop a running export: the window closes."""
        if self.export is not None:
            self.export.process.end()

    # Saving

    def export_batch(self, files: Sequence[Path] = ()) -> None:
        """Show the dialog for batch exports; photos and poses among `files` are added to it."""
        if self.export is None:
            self.export = ExportDialog(self._document, self._window)
            self.export.failed.connect(self.failed)
            self.export.message.connect(self.done)
            ExportState(
                self.tr("Export"), self.export.process, self.export, self._window.statusBar()
            )
        self.export.form.sources.add(path for path in files if not is_pose(path))
        self.export.form.targets.add(path for path in files if is_pose(path))
        self.export.form.offer_poses((pose.name, pose.path) for pose in self._presets.poses)
        self.export.open_for()

    def save_picture(self) -> bool:
        """Ask for a file and write the photo with the reposed faces, in the background.

        Returns whether a file was chosen.
        """
        photo, faces = self._document.photo, self._document.faces
        edit = faces.edit
        if photo is None or edit is None:
            return False
        suggestion = folder_beside(photo.path) / f"{photo.path.stem}-reposed.png"
        kinds = {
            ".png": self.tr("PNG, exact"),
            ".jpg": self.tr("JPEG, small"),
            ".webp": "WebP",
            ".tif": "TIFF",
            **({".jxl": "JPEG XL"} if ".jxl" in engine.WRITTEN_SUFFIXES else {}),
            ".ora": self.tr("OpenRaster: photo and change as layers"),
            ".psd": self.tr("Photoshop: photo and change as layers"),
            LAYER_SUFFIX: self.tr("Change alone, as a transparent layer"),
        }
        path = ask_save(self._window, self.tr("Save picture"), suggestion, kinds, "pictures")
        if path is None:
            return False
        question = self.tr("{} is the original photo. Overwrite it? This cannot be undone.")
        if same_file(path, photo.path) and not ask_yes(
            self._window, self.tr("Overwrite the original"), question.format(path.name)
        ):
            return False
        self.busy.emit(self.tr("Saving {}…").format(path.name))
        token = (photo, faces)
        metadata = photo.metadata if keeps_place() else photo.metadata.without_place()
        layer = path.name.lower().endswith(LAYER_SUFFIX)
        self._worker.save(
            path,
            edit.pose,
            token,
            metadata,
            notes_edits(),
            edit.keep,
            photo.stored,
            faces.others,
            layer,
        )
        return True

    def _save_picture_now(self) -> bool:
        """Save the picture and wait until it is written; returns whether it was."""
        waiting = QEventLoop()
        for signal in (self._worker.saved, self._worker.failed):
            signal.connect(waiting.quit)
        if self.save_picture():
            waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return self._document.picture_saved

    def save_pose(self) -> None:
        """Ask for a file and write the pose in the format of its suffix."""
        photo, edit = self._document.photo, self._document.edit
        if photo is None or edit is None:
            return
        suggestion = folder_beside(photo.path) / f"{photo.path.stem}.json"
        kinds = {
            ".json": self.tr("Repose pose"),
            ".pts": self.tr("iBUG points"),
            ".csv": self.tr("Table of points"),
            ".xml": "dlib",
            ".labelme.json": "labelme",
        }
        path = ask_save(self._window, self.tr("Save pose"), suggestion, kinds, "poses")
        if path is None:
            return
        try:
            engine.write_pose3d(path, edit.pose, photo.size)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self.done.emit(self.tr("Saved {}").format(path))

    # The pose and the model

    def open_pose(self, path: Path | None = None) -> None:
        """Apply the pose of a pose file; None: ask for it."""
        if self._document.landmarks is None:
            self.failed.emit(
                self.tr("A pose needs a face: open a photo and choose its face first.")
            )
            return
        title = self.tr("Open pose")
        suffixes = engine.POSE_SUFFIXES
        path = path or ask_open(self._window, title, self.tr("Poses"), suffixes, "poses")
        if path is not None:
            self._try(lambda: self._take_pose(path, title))

    def _take_pose(self, path: Path, text: str) -> None:
        pose, photo = self._document.editable, self._document.photo
        if pose is not None and photo is not None:
            pose = engine.pose_from_file(path, pose, photo.size, transfer=None)
            self._document.change_pose(within_sliders(pose), text)

    def copy_pose(self) -> None:
        """Ask for another photo and for a face in it, and apply its pose."""
        title = self.tr("Copy pose from photo")
        suffixes = engine.PHOTO_SUFFIXES
        path = ask_open(self._window, title, self.tr("Photos"), suffixes, "photos")
        if path is not None:
            self._read(path, self._target_read)

    def open_model(self) -> None:
        """Ask for a model and load it; if that fails, the current one stays in use."""
        title = self.tr("Open model")
        path = ask_open(self._window, title, self.tr("Models"), MODEL_SUFFIXES, "models")
        if path is not None:
            self.open(path)

    def _read(self, path: Path, done: Callable[[Photo], None]) -> None:
        self.busy.emit(self.tr("Opening {} and looking for faces…").format(path.name))
        self._background.run(lambda: read_photo(path), done, lambda: self.busy.emit(""))

    def _photo_read(self, photo: Photo) -> None:
        self.busy.emit("")
        self._document.set_photo(photo)
        if not same_file(photo.path, sample_photo()):
            remember_file(photo.path)

    def _target_read(self, photo: Photo) -> None:
        self.busy.emit("")
        document = self._document
        edit, pose, gesture = document.edit, document.pose, new_gesture()
        if not photo.faces:
            self.failed.emit(
                self.tr("No face was found in {}; choose another photo.").format(photo.path.name)
            )
        elif edit is not None and pose is not None and document.photo is not None:
            dialog = CopyPoseDialog(pose, document.photo, photo, self._background, self._window)
            text = self.tr("Copy pose")
            dialog.pose_changed.connect(lambda new: document.change_pose(new, text, gesture))
            if not dialog.exec():
                document.change(edit, text, gesture)
            dialog.deleteLater()  # else it would exist as long as the window

    def _saved(self, path: Path, token: tuple[Photo, Faces]) -> None:
        photo, faces = token
        self.busy.emit("")
        if photo is self._document.photo:  # else another photo was opened meanwhile
            self._document.mark_picture_saved(faces)
        if path.suffix.lower() == ".bmp" and notes_edits():
            text = self.tr("Saved {} (BMP files cannot note that they were edited)")
        else:
            text = self.tr("Saved {}")
        self.done.emit(text.format(path))

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except engine.ReposeError as error:
            self.failed.emit(str(error))
