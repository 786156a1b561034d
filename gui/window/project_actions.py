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
    """Whatever fails, the document stays as it was."""

    busy = Signal(str)
    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path, or None for the default one
    recovered = Signal(object)  # LostWork that is in the document now

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
        """The present state of the document; None without a photo."""
        photo, model = self._document.photo, self._document.model
        if photo is None:
            return None
        area = self._shown.area
        return Project(
            photo=photo.path.absolute(),
            sha256=photo.sha256,
            photo_size=photo.size,
            edit=self._document.edit,
            model=None if model is None or model.path is None else model.path.absolute(),
            model_name="" if model is None else model.name,
            area=(area.x(), area.y(), area.width(), area.height()) if area.isValid() else None,
            views=tuple(pane.chosen.value for pane in self._panes.both),
            path=self._document.project,
        )

    # Saving

    def save(self) -> bool:
        """Write the open project, or ask for its file; whether it is written."""
        path = self._document.project
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        """Write the project to a file of the user's choice; whether it is written."""
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
        project, edit = self.describe(), self._document.edit
        if project is None:
            return False
        try:
            write_project(path, replace(project, path=path))
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return False
        remember_file(path)
        self._document.mark_project_saved(path, edit)
        self.done.emit(self.tr("Saved {}").format(path))
        return True

    # Opening

    def open(self, path: Path) -> None:
        """Go on with a project. (What is open now is lost.)"""
        try:
            project = read_project(path)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._open(project, lambda: remember_file(path), saved=True)

    def recover(self, lost: LostWork) -> None:
        """Go on with work that was lost; where that fails, it is left for another time."""
        try:
            project = lost.read()
        except engine.ReposeError as error:
            lost.leave()
            self.failed.emit(str(error))
            return
        self._open(project, lambda: self.recovered.emit(lost), saved=False, given_up=lost.leave)

    def _open(
        self,
        project: Project,
        opened: Callable[[], object],
        saved: bool,
        given_up: Callable[[], object] = lambda: None,
    ) -> None:
        photo = self._find_photo(project)
        if photo is None:
            given_up()
            return
        self.busy.emit(self.tr("Opening {} and looking for faces…").format(photo.name))

        def read(found: Photo) -> None:
            self.busy.emit("")
            if self._fits(project, found):
                # Found elsewhere, it is to be saved with its new place.
                self._show(project, found, saved and photo == project.photo)
                opened()
            else:
                given_up()

        def failed() -> None:
            self.busy.emit("")
            given_up()

        self._background.run(lambda: read_photo(photo), read, failed)

    def _find_photo(self, project: Project) -> Path | None:
        candidates = photo_candidates(project, recent_files())
        if candidates:
            return candidates[0]
        question = self.tr(
            "The photo of this project is not where it was: {}\nShow where it is now?"
        ).format(project.photo)
        if not ask_yes(self._window, self.tr("Find the photo…"), question, harmless=True):
            return None
        title = self.tr("Find {}").format(project.photo.name)
        return ask_open(self._window, title, self.tr("Photos"), engine.PHOTO_SUFFIXES, "photos")

    def _fits(self, project: Project, photo: Photo) -> bool:
        """Whether this is the project's photo, or the user takes it for it."""
        if photo.size != project.photo_size:
            width, height = project.photo_size
            self.failed.emit(
                self.tr(
                    "{} is not the photo of this project, which has {}x{} pixels: open the project"
                    " again and find its own."
                ).format(photo.path.name, width, height)
            )
            return False
        if photo.sha256 == project.sha256:
            return True
        question = self.tr(
            "{} is not the same file as when the project was saved. Its size fits. Use it?"
        )
        return ask_yes(self._window, self.tr("Use it"), question.format(photo.path.name))

    def _show(self, project: Project, photo: Photo, saved: bool) -> None:
        document = self._document
        document.set_project(photo, project.edit, project.path, saved)
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
                self.tr("The model {} of this project is not there; another one is in use.").format(
                    project.model_name
                )
            )
