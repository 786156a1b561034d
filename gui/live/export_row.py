"""The buttons that export poses over time, and the progress of the export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.document.document import Document
from gui.style.preferences import keeps_place, notes_edits, precision, settings
from gui.widgets.file_dialogs import ask_save, pictures_folder
from gui.widgets.progress_view import ExportView
from gui.workers.export_process import Ending, ExportProcess

if TYPE_CHECKING:
    from engine import SequenceExport


class ExportRow(QWidget):
    """Asks for the output, and starts and stops the export of what `describe` gives for it."""

    failed = Signal(str)
    message = Signal(str)  # an export has ended that nobody sees
    changed = Signal()  # an export has begun or ended

    def __init__(
        self,
        document: Document,
        stem: Callable[[], str],
        describe: Callable[[], dict[str, Any]],
        parent: QWidget | None = None,
    ) -> None:
        """stem      the name to suggest for a video, without its suffix
        describe  the fields of `engine.SequenceExport` that differ between sequences
        """
        super().__init__(parent)
        self._document, self._stem, self._describe = document, stem, describe
        self._made: Path | None = None
        self.process = ExportProcess(self)
        self.progress = ExportView()
        self.view = QComboBox()
        self.button = QPushButton(self.tr("&Export"))
        self.stop_button = QPushButton(self.tr("Stop"))
        self.show_made = QPushButton(self.tr("Open folder"))
        menu = QMenu(self.button)
        self.video = menu.addAction(self.tr("&Video or animation…"))
        self.pictures = menu.addAction(self.tr("&Pictures, one for each frame…"))
        self.button.setMenu(menu)
        self._lay_out()
        self.video.triggered.connect(self._ask_video)
        self.pictures.triggered.connect(self._ask_folder)
        self.stop_button.clicked.connect(self._stop)
        self.show_made.clicked.connect(self._show_made)
        self.process.progressed.connect(self.progress.show_progress)
        self.process.job_failed.connect(self.progress.add_failure)
        self.process.ended.connect(self._ended)

    def export(self, output: Path) -> None:
        """Export to a video, or into a folder."""
        try:
            sequence = self._sequence(output)
            if sequence is None:
                return
            self.process.start_sequence(sequence)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._made = output if output.is_dir() else output.parent
        self.progress.begin()
        self._show_exporting(True)
        self.changed.emit()

    def _sequence(self, output: Path) -> SequenceExport | None:
        document = self._document
        photo, pose, model = document.photo, document.pose, document.model
        if photo is None or pose is None:
            return None
        values: dict[str, Any] = {"targets": (), **self._describe()}
        return engine.SequenceExport(
            photo=photo.path.absolute(),
            face=pose.source.detected or pose.source.landmarks,
            output=output,
            view=self.view.currentData(),
            note=notes_edits(),
            place=keeps_place(),
            keep=document.keep,
            model=None if model is None else model.path,
            device="auto" if model is None else model.device,
            precision=precision(),
            **values,
        )

    def _lay_out(self) -> None:
        self.view.addItem(self.tr("Whole photo"), "photo")
        self.view.addItem(self.tr("Face alone"), "face")
        self.view.setAccessibleName(self.tr("What to export"))
        self.view.setToolTip(self.tr("What the exported frames show"))
        self.button.setAccessibleName(self.tr("Export"))
        self.button.setToolTip(self.tr("Write all frames to files"))
        self.stop_button.hide()
        self.show_made.hide()
        row = self._buttons = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.show_made)
        row.addStretch()
        for button in (self.stop_button, self.button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.progress)
        column.addLayout(row)

    def add(self, *widgets: QWidget) -> None:
        """Add widgets to the left of the buttons."""
        for widget in widgets:
            self._buttons.insertWidget(self._buttons.count() - 2, widget)

    def _ask_video(self) -> None:
        kinds = {".mp4": self.tr("MP4 video"), ".gif": self.tr("GIF animation")}
        near = pictures_folder() / f"{self._stem()}.mp4"
        path = ask_save(self, self.tr("Export video"), near, kinds, "sequences")
        if path is not None:
            self.export(path)

    def _ask_folder(self) -> None:
        start = str(settings().value("folder/sequences", pictures_folder()))
        title = self.tr("Folder for the pictures of the frames")
        name = QFileDialog.getExistingDirectory(self, title, start)
        if name:
            settings().setValue("folder/sequences", name)
            self.export(Path(name))

    def _stop(self) -> None:
        self.process.cancel()
        self.progress.show_cancelling()
        self.stop_button.setEnabled(False)

    def _show_exporting(self, exporting: bool) -> None:
        self.stop_button.setVisible(exporting)
        self.stop_button.setEnabled(True)
        self.show_made.setVisible(not exporting)

    def _ended(self, ending: Ending) -> None:
        self.progress.show_ending(ending)
        self._show_exporting(False)
        self.changed.emit()
        if ending.reason:
            self.failed.emit(ending.reason)
        elif not ending.stopped and not self.isVisible():
            names = ", ".join(path.name for path in ending.made)
            self.message.emit(self.tr("Exported: {names}").format(names=names))

    def _show_made(self) -> None:
        if self._made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._made)))
