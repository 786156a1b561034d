"""Opening, saving and recovering projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtWidgets import QWidget

import engine
from gui.document.document import Document
from gui.document.photo import Photo, read_photo
from gui.document.project import SUFFIX, Project, photo_candidates, read_project, write_project
from gui.panes.panes import Panes
from gui.panes.views import View
from gui.widgets.file_dialogs import ask_open, ask_save, ask_yes, folder_beside
from gui.widgets.zoom_view import Viewport
from gui.window.autosave import LostWork
from gui.window.recent_menu import recent_files, remember_file
from gui.workers.background import Background


class ProjectActions(QObject):
    """Asks for project files and opens or saves them. A failure leaves the document unchanged."""

    busy = Signal(str)
    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path, or None for the default one
    recovered = Signal(object)  # the LostWork that was opened in the document

    def __init__(
        self,
        document: Document,
        background: Background,
        shown: Viewport,
        panes: Panes,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._background = document, background
        self._shown, self._panes, self._window = shown, panes, window

    def describe(self) -> Project | None:
        """The current state of the document as a project; None without a photo."""
        photo, model = self._document.photo, self._document.model
        if photo is None:
            return None
        area = self._shown.area
        return Project(
            photo=photo.path.absolute(),
            sha256=photo.sha256,
            photo_size=photo.size,
            faces=self._document.work,
            model=None if model is None or model.path is None else model.path.absolute(),
            model_name="" if model is None else model.name,
            area=(area.x(), area.y(), area.width(), area.height()) if area.isValid() else None,
            views=tuple(pane.chosen.value for pane in self._panes.both),
            path=self._document.project,
        )

    # Saving

    def save(self) -> bool:
        """Write the open project; without one, ask for a file. Returns whether it was written."""
        path = self._document.project
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        """Ask for a file and write the project to it. Returns whether it was written."""
        photo = self._document.photo
        if photo is None:
            return False
        beside = folder_beside(photo.path) / f"{photo.path.stem}{SUFFIX}"
        suggestion = self._document.project or beside
        kinds = {SUFFIX: self.tr("Repose project")}
        path = ask_save(self._window, self.tr("Save project"), suggestion, kinds, "projects")
        if path is None:
            return False
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        return self._write(path)

    def _write(self, path: Path) -> bool:
        project, faces = self.describe(), self._document.faces
        if project is None:
            return False
        try:
            write_project(path, replace(project, path=path))
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return False
        remember_file(path)
        self._document.mark_project_saved(path, faces)
        self.done.emit(self.tr("Saved {}").format(path))
        return True

    # Opening

    def open(self, path: Path) -> None:
        """Open a project. The current edit is discarded without asking."""
        try:
            project = read_project(path)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._open(project, lambda: remember_file(path), saved=True)

    def recover(self, lost: LostWork) -> None:
        """Open lost work; if that fails, it is offered again at the next start."""
        try:
            project = lost.read()
        except engine.ReposeError as error:
            lost.leave()
            self.failed.emit(str(error))
            return
        self._open(project, lambda: self.recovered.emit(lost), saved=False, failed=lost.leave)

    def _open(
        self,
        project: Project,
        opened: Callable[[], object],
        saved: bool,
        failed: Callable[[], object] = lambda: None,
    ) -> None:
        photo = self._find_photo(project)
        if photo is None:
            failed()
            return
        self.busy.emit(self.tr("Opening {} and looking for faces…").format(photo.name))

        def read(found: Photo) -> None:
            self.busy.emit("")
            if self._fits(project, found):
                # A photo found in another place makes the project unsaved: its path has changed.
                self._show(project, found, saved and photo == project.photo)
                opened()
            else:
                failed()

        def not_read() -> None:
            self.busy.emit("")
            failed()

        self._background.run(lambda: read_photo(photo), read, not_read)

    def _find_photo(self, project: Project) -> Path | None:
        candidates = photo_candidates(project, recent_files())
        if candidates:
            return candidates[0]
        question = self.tr("The photo of this project was not found: {}\nLocate it?").format(
            project.photo
        )
        if not ask_yes(self._window, self.tr("Find the photo…"), question, harmless=True):
            return None
        title = self.tr("Find {}").format(project.photo.name)
        return ask_open(self._window, title, self.tr("Photos"), engine.PHOTO_SUFFIXES, "photos")

    def _fits(self, project: Project, photo: Photo) -> bool:
        """Whether this is the project's photo; asks if only its size is equal."""
        if photo.size != project.photo_size:
            width, height = project.photo_size
            self.failed.emit(
                self.tr(
                    "{} is not the photo of this project, which has {}x{} pixels: open the project"
                    " again and choose its photo."
                ).format(photo.path.name, width, height)
            )
            return False
        if photo.sha256 == project.sha256:
            return True
        question = self.tr(
            "{} has changed since the project was saved, but has the same size. Use it?"
        )
        return ask_yes(self._window, self.tr("Use it"), question.format(photo.path.name))

    def _show(self, project: Project, photo: Photo, saved: bool) -> None:
        document = self._document
        document.set_project(photo, project.faces, project.path, saved)
        if project.area is not None:
            self._shown.show(QRectF(*project.area))
        for pane, name in zip(self._panes.both, project.views, strict=False):
            if name in {view.value for view in View}:
                pane.choose(View(name))
        present = None if document.model is None else document.model.path
        if project.model == present:
            return
        if project.model is None or project.model.is_file():
            self.model_chosen.emit(project.model)
        else:
            self.done.emit(
                self.tr(
                    "The model {} of this project was not found; another one is in use."
                ).format(project.model_name)
            )
