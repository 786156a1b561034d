"""The dialog that asks for a photo. The systems' dialogs show thumbnails; Qt's own, here, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QWidget

import engine
from gui.document.images import rgb_image
from gui.workers.background import Background

SIDE = 220  # pixels of the thumbnail


class Thumbnail(QLabel):
    """A small picture of the file that is marked; empty for other files than photos."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(SIDE)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(self.tr("The marked photo"))
        self._background = Background(self)
        self._newest = ""

    def show_file(self, name: str) -> None:
        """Show a file, once it is read in another thread."""
        self._newest = name
        self.clear()
        path, scale = Path(name), self.devicePixelRatio()
        if path.suffix.lower() in engine.PHOTO_SUFFIXES and path.is_file():
            self._background.run(
                lambda: (name, _read(path, round(SIDE * scale))), self._show, owner=self
            )

    def stop(self) -> None:
        """Wait for the file that is read."""
        self._background.stop()

    def _show(self, found: tuple[str, NDArray[np.uint8] | None]) -> None:
        name, pixels = found
        if name == self._newest and pixels is not None:
            pixmap = QPixmap.fromImage(rgb_image(pixels))
            pixmap.setDevicePixelRatio(self.devicePixelRatio())
            self.setPixmap(pixmap)


def _read(path: Path, side: int) -> NDArray[np.uint8] | None:
    try:
        return engine.read_thumbnail(path, side)
    except engine.ReposeError:  # said when it is opened
        return None


def choose_photo(parent: QWidget, title: str, start: str, filters: str) -> str:
    """Ask for an existing file; empty if the dialog is cancelled."""
    dialog = QFileDialog(parent, title, start, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    thumbnail = None
    grid = dialog.layout()
    if isinstance(grid, QGridLayout):  # Qt's own dialog; the system's has no layout
        thumbnail = Thumbnail(dialog)
        grid.addWidget(thumbnail, 1, grid.columnCount())
        dialog.currentChanged.connect(thumbnail.show_file)
        dialog.resize(dialog.width() + SIDE, dialog.height())
    chosen = dialog.exec()
    names = dialog.selectedFiles() if chosen else []
    if thumbnail is not None:
        thumbnail.stop()
    dialog.deleteLater()  # else it would exist as long as its parent
    return names[0] if names else ""
