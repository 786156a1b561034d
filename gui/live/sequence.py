"""Sequences in the editor: the dialog is made when it is first wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

import engine
from gui.document.document import Document
from gui.widgets.file_dialogs import ask_yes
from gui.workers.background import Background
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from gui.live.sequence_dialog import SequenceDialog


class Sequences(QObject):
    """Opens the dialog, and asks before an export is ended."""

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self, document: Document, worker: PredictWorker, background: Background, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._worker, self._background = document, worker, background
        self._window = window
        self.dialog: SequenceDialog | None = None

    def show(self) -> None:
        """Show the dialog with what was in it last."""
        dialog = self._made()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def open(self, path: Path) -> None:
        """Show the dialog with a video or a folder of frames."""
        self._made().open_path(path)

    def takes(self, path: Path) -> bool:
        """Whether it is a video or a folder."""
        return path.is_dir() or path.suffix.lower() in engine.VIDEO_SUFFIXES

    def may_close(self) -> bool:
        """Whether the window may be closed; an export that is under way ends then."""
        dialog = self.dialog
        if dialog is None:
            return True
        if not dialog.may_end():
            question = self.tr(
                "A sequence is being exported. Stop it? Pictures that are made stay, and a video"
                " ends where it is."
            )
            if not ask_yes(self._window, self.tr("Stop the export"), question):
                return False
            dialog.process.end()
        dialog.stop()
        return True

    def _made(self) -> SequenceDialog:
        if self.dialog is None:
            from gui.live.sequence_dialog import SequenceDialog

            self.dialog = SequenceDialog(
                self._document, self._worker, self._background, self._window
            )
            self.dialog.failed.connect(self.failed)
            self.dialog.told.connect(self.done)
        return self.dialog
