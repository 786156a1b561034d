"""`Sequences`: opens the dialogs for videos and cameras, which are created on first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

import engine
from gui.document.document import Document
from gui.widgets.file_dialogs import ask_yes
from gui.widgets.progress_view import ExportState
from gui.workers.background import Background
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from gui.live.camera_dialog import CameraDialog
    from gui.live.sequence_dialog import SequenceDialog


class Sequences(QObject):
    """Owns the dialog, and asks before the window closes."""

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        document: Document,
        worker: PredictWorker,
        background: Background,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._document, self._worker, self._background = document, worker, background
        self._window = window
        self.dialog: SequenceDialog | None = None
        self.camera: CameraDialog | None = None

    def show_camera(self) -> None:
        """Show the camera dialog."""
        if self.camera is None:
            from gui.live.camera_dialog import CameraDialog

            self.camera = CameraDialog(self._document, self._worker, self._window)
            self.camera.failed.connect(self.failed)
            self.camera.message.connect(self.done)
        self.camera.look_for_cameras()
        self.camera.show()
        self.camera.raise_()
        self.camera.activateWindow()

    def show(self) -> None:
        """Show the dialog with its last content."""
        dialog = self._dialog()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def open(self, path: Path) -> None:
        """Show the dialog with a video or a folder of frames."""
        self._dialog().open_path(path)

    def takes(self, path: Path) -> bool:
        """Whether a path is a video or a folder."""
        return path.is_dir() or path.suffix.lower() in engine.VIDEO_SUFFIXES

    def may_close(self) -> bool:
        """Whether the window may be closed: asks for a running export."""
        if self.dialog is None or self.dialog.may_end():
            return True
        question = self.tr(
            "A sequence is being exported. Stop it? Finished pictures are kept, and a video"
            " ends at the current frame."
        )
        return ask_yes(self._window, self.tr("Stop the export"), question)

    def stop(self) -> None:
        """Stop a running export, reading and the camera: the window closes."""
        if self.dialog is not None:
            self.dialog.process.end()
            self.dialog.stop()
        if self.camera is not None:
            self.camera.end()

    def _dialog(self) -> SequenceDialog:
        if self.dialog is None:
            from gui.live.sequence_dialog import SequenceDialog

            self.dialog = SequenceDialog(
                self._document, self._worker, self._background, self._window
            )
            self.dialog.failed.connect(self.failed)
            self.dialog.message.connect(self.done)
            ExportState(
                self.tr("Sequence"), self.dialog.process, self.dialog, self._window.statusBar()
            )
        return self.dialog
