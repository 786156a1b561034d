"""`Sequences`: opens the dialogs for videos, keyframes and cameras, created on first use."""

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
    from gui.live.export_row import ExportRow
    from gui.live.keyframes_dialog import KeyframesDialog
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
        self.keyframes: KeyframesDialog | None = None
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

    def show_keyframes(self) -> None:
        """Show the keyframes dialog with its last content."""
        if self.keyframes is None:
            from gui.live.keyframes_dialog import KeyframesDialog

            dialog = self.keyframes = KeyframesDialog(self._document, self._worker, self._window)
            dialog.failed.connect(self.failed)
            dialog.message.connect(self.done)
            ExportState(
                self.tr("Keyframes"), dialog.exports.process, dialog, self._window.statusBar()
            )
        self.keyframes.show()
        self.keyframes.raise_()
        self.keyframes.activateWindow()

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
        """Whether the window may be closed: asks for a running export and unsaved keyframes."""
        if any(exports.process.running for exports in self._exports()):
            question = self.tr(
                "A sequence is being exported. Stop it? Finished pictures are kept, and a video"
                " ends at the current frame."
            )
            if not ask_yes(self._window, self.tr("Stop the export"), question):
                return False
        if self.keyframes is None or not self.keyframes.unsaved:
            return True
        question = self.tr("The keyframes are not saved. Close without saving them?")
        return ask_yes(self._window, self.tr("Close"), question)

    def stop(self) -> None:
        """Stop a running export, reading and the camera: the window closes."""
        for exports in self._exports():
            exports.process.end()
        for each in (self.dialog, self.keyframes):
            if each is not None:
                each.stop()
        if self.camera is not None:
            self.camera.end()

    def _exports(self) -> list[ExportRow]:
        dialogs = (self.dialog, self.keyframes)
        return [dialog.exports for dialog in dialogs if dialog is not None]

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
