"""The dialog Export batch: many photos in many poses, exported by a background process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

import engine
from gui.document.document import Document
from gui.export.export_form import ExportForm
from gui.style.preferences import settings
from gui.widgets.file_dialogs import is_inside, pictures_folder, sample_photo
from gui.widgets.progress_view import ExportView
from gui.widgets.window_size import resize_within_screen
from gui.workers.background import explain
from gui.workers.export_process import Ending, ExportProcess, command_line, export_folder

if TYPE_CHECKING:
    from engine import ExportBatch
    from gui.document.photo import Photo

PAUSE_MS = 150  # after the last change, before the batch is planned
EDITED = "edited"
"""The value of {pose} in file names for the pose in the editor."""
MASKS = "masks"  # the folder that has only the mask of the photo in the editor


def _changes_nothing(batch: ExportBatch) -> bool:
    poses = (*batch.targets, *batch.poses, *batch.named)
    return not poses and not any((*batch.yaw, *batch.pitch, *batch.roll))


class ExportDialog(QDialog):
    """Does not block the window. A running export continues when it is closed."""

    failed = Signal(str)
    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export batch"))
        self._document = document
        self._batch: ExportBatch | None = None
        self._ran: tuple[ExportBatch, Path] | None = None  # the last one, and its `export_folder`
        self._report: Path | None = None
        self.process = ExportProcess(self)
        self.form, self.view = ExportForm(), ExportView()
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._lay_out()
        self._timer.timeout.connect(self.refresh)
        self.form.changed.connect(self._timer.start)
        self.process.progressed.connect(self.view.show_progress)
        self.process.job_failed.connect(self.view.add_failure)
        self.process.ended.connect(self._ended)
        document.pose_changed.connect(self._show_pose)
        document.keep_changed.connect(self._show_keep)
        self._show_pose()
        self._show_keep()
        resize_within_screen(self, 940, 700)

    def open_for(self) -> None:
        """Show the dialog; if its list is empty, the open photo is added."""
        photo = self._document.photo
        if photo is not None and not self.form.sources.paths:
            self.form.sources.add([photo.path])
            self.form.edited_pose.setChecked(self._document.edited)
            self.form.kept.setChecked(self._document.keep is not None)
            self._choose_face(photo)
        if not self.form.folder.text():
            inside = photo is None or is_inside(photo.path, sample_photo().parent)
            near = pictures_folder() if inside or photo is None else photo.path.absolute().parent
            self.form.folder.setText(str(settings().value("folder/exports", near / "reposed")))
        self.show()
        self.raise_()
        self.activateWindow()
        self.refresh()

    def refresh(self) -> None:
        """Plan the batch; show the file names, or what is wrong."""
        self._timer.stop()
        form, field = self.form, self.form.name_field
        problem = wrong_name = ""
        jobs: Sequence[object] = ()
        self._batch = None
        try:
            batch = self._form_batch(Path())
            planned = engine.plan_batch(batch)
            jobs, self._batch = planned, batch
            form.name.setPlaceholderText(batch.pattern)
            names = [job.output.relative_to(batch.out or "").as_posix() for job in planned]
            shown = names if len(names) < 4 else [*names[:2], "…", names[-1]]
            field.set_note("\n".join(shown))
        except engine.NamingError as error:
            wrong_name = str(error)
        except engine.ReposeError as error:
            problem = str(error)
        except Exception as error:  # for example a folder was deleted
            problem = explain(error)
        field.set_problem(wrong_name)
        if problem or wrong_name:
            field.set_note("")
        count, text = len(jobs), problem
        if count:
            text = self.tr("1 picture") if count == 1 else self.tr("{count} pictures")
            text = text.format(count=count)
            if self._batch is not None and _changes_nothing(self._batch):
                text += self.tr(", as it is in the photo: add a pose, or an angle to turn by")
        self.summary.setText(text)
        self.summary.setObjectName("wrong" if problem else "")
        self.summary.style().polish(self.summary)
        self._show_buttons()

    def may_end(self) -> bool:
        """Whether no export is running."""
        return not self.process.running

    def _lay_out(self) -> None:
        self.start, self.cancel = QPushButton(self.tr("Export")), QPushButton(self.tr("Stop"))
        self.retry, self.report = (
            QPushButton(self.tr("Retry failures")),
            QPushButton(self.tr("Open report")),
        )
        self.show_folder, self.copy = (
            QPushButton(self.tr("Open folder")),
            QPushButton(self.tr("Copy as command")),
        )
        self.copy.setToolTip(self.tr("Copy the command line that runs this export"))
        buttons = QHBoxLayout()
        for button in (self.copy, self.show_folder, self.report, self.retry):
            buttons.addWidget(button)
            button.setAutoDefault(False)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        for button in (self.cancel, self.start):  # Enter must not start an export
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(self.form, 1)
        column.addWidget(self.summary)
        column.addWidget(self.view)
        column.addLayout(buttons)
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(self._cancel)
        self.retry.clicked.connect(self._retry)
        self.report.clicked.connect(lambda: self._open(self._report))
        self.show_folder.clicked.connect(
            lambda: self._open(self._ran[0].out if self._ran else None)
        )
        self.copy.clicked.connect(self._copy)

    def _form_batch(self, folder: Path) -> ExportBatch:
        """The batch of the form; the editor's pose and keep mask are in `folder`."""
        model = self._document.model
        path, device = (None, "auto") if model is None else (model.path, model.device)
        return self.form.batch(folder / f"{EDITED}.json", folder / MASKS, path, device)

    def _choose_face(self, photo: Photo) -> None:
        """Choose the face that is open, by its number."""
        chosen = self._document.chosen
        if chosen is not None and chosen < len(photo.faces):  # none that was placed by hand
            self.form.choose_faces(str(chosen + 1))

    def _show_pose(self) -> None:
        there = self._document.pose is not None
        self.form.edited_pose.setEnabled(there)
        if not there:
            self.form.edited_pose.setChecked(False)

    def _show_keep(self) -> None:
        there = self._document.keep is not None
        self.form.kept.setEnabled(there)
        if not there:
            self.form.kept.setChecked(False)

    def _show_buttons(self) -> None:
        running = self.process.running
        failures = self._report is not None and self.view.failures.count() > 0
        self.start.setEnabled(self._batch is not None and not running)
        self.copy.setEnabled(self._batch is not None)
        self.cancel.setVisible(running)
        self.form.setEnabled(not running)
        self.retry.setVisible(not running and failures)
        self.report.setVisible(not running and self._report is not None)
        self.show_folder.setVisible(not running and self._ran is not None)

    def _written_batch(self) -> tuple[ExportBatch, Path]:
        """The batch of the form, and its folder with the editor's pose and keep mask.

        Raises ReposeError when they cannot be written.
        """
        folder, document = export_folder(), self._document
        photo, pose = document.photo, document.pose
        batch = self._form_batch(folder)
        if photo is not None and pose is not None and self.form.edited_pose.isChecked():
            engine.write_pose3d(batch.poses[-1], pose, photo.size)
        if photo is not None and document.keep is not None and batch.masks is not None:
            document.keep.write(batch.masks / f"{photo.path.stem}.png")
        return batch, folder

    def _start(self) -> None:
        try:
            batch, folder = self._written_batch()
        except engine.ReposeError as error:
            self.failed.emit(str(error))
        else:
            self._run(batch, folder)

    def _retry(self) -> None:
        if self._ran is not None:
            self._run(*self._ran, retry=True)

    def _run(self, batch: ExportBatch, folder: Path, retry: bool = False) -> None:
        try:
            self.process.start(batch, folder, retry)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._ran, self._report = (batch, folder), None
        self.view.begin()
        self._show_buttons()

    def _cancel(self) -> None:
        self.process.cancel()
        self.view.show_cancelling()
        self.cancel.setEnabled(False)

    def _ended(self, ending: Ending) -> None:
        self.cancel.setEnabled(True)
        self._report = ending.report
        self.view.show_ending(ending)
        self._show_buttons()
        if ending.reason:
            self.failed.emit(ending.reason)
        elif not ending.stopped and not self.isVisible():
            self.message.emit(self.tr("Exported: {what}").format(what=self.view.text.text()))

    def _open(self, path: Path | None) -> None:
        """Open a file or folder with the system's program for it."""
        if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            sentence = self.tr("This system has no program to open {path}: open it by hand.")
            self.failed.emit(sentence.format(path=path))

    def _copy(self) -> None:
        try:
            batch, _ = self._written_batch()
        except engine.ReposeError as error:
            self.failed.emit(str(error))
        else:
            QGuiApplication.clipboard().setText(command_line(batch))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()  # the export continues
