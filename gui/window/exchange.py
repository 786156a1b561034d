"""Files and pictures from other programs and to them: dropping, pasting, copying, dragging out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QTemporaryDir, QUrl, Signal
from PySide6.QtGui import QClipboard, QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

import engine
from gui.document.document import Document
from gui.document.images import rgb_image
from gui.live.sequence import Sequences
from gui.panes.panes import Panes
from gui.style.preferences import notes_edits
from gui.widgets.file_dialogs import PASTED
from gui.window.file_actions import FileActions, is_pose
from gui.workers.background import Background

if TYPE_CHECKING:
    from engine import Group, Metadata


class Exchange(QObject):
    """Opens what is dropped or pasted; gives the result to the clipboard and as a dragged file."""

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        document: Document,
        files: FileActions,
        sequences: Sequences,
        panes: Panes,
        background: Background,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._files, self._sequences = document, files, sequences
        self._panes, self._background = panes, background
        self._dragged = QTemporaryDir()
        for pane in panes.both:
            pane.view.drag_wanted.connect(lambda pane=pane: self._drag(pane.view))

    # In

    @staticmethod
    def accepts(data: QMimeData) -> bool:
        """Whether `take` opens the data, or says why not."""
        return data.hasUrls() or data.hasImage()

    def paste(self) -> None:
        """Open the picture or the files in the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None:  # the clipboard's owner does not answer
            data = QMimeData()
        if self.accepts(data):
            self.take(data)
            return
        path = Path(data.text().strip()) if data.hasText() else Path()
        if path.is_absolute() and path.is_file():
            self._files.open(path)
        else:
            self.failed.emit(
                self.tr("The clipboard holds no picture and no file: copy one, then paste again.")
            )

    def take(self, data: QMimeData) -> None:
        """Open dropped or pasted files, or picture data."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if len(paths) == 1:
            path = paths[0]
            self._sequences.open(path) if self._sequences.takes(path) else self._files.open(path)
        elif paths:
            self._take_several(paths)
        elif data.hasImage():
            self._take_picture(QImage(data.imageData()))
        else:
            self.failed.emit(
                self.tr(
                    "Repose opens nothing from the internet: save the picture in a file and open"
                    " that."
                )
            )

    def _take_several(self, paths: list[Path]) -> None:
        def exports(path: Path) -> bool:
            photo = path.suffix.lower() in engine.PHOTO_SUFFIXES
            return photo or is_pose(path) or path.is_dir()

        others = [path.name for path in paths if not exports(path)]
        if others:
            self.failed.emit(
                self.tr(
                    "Several files at once are exported as a batch, which takes photos and poses,"
                    " but not {names}. Drop a single file to open it."
                ).format(names=", ".join(others[:3]))
            )
        else:
            self._files.export_batch(paths)

    def _take_picture(self, image: QImage) -> None:
        """Store the picture as a file, which a project can name, and open it."""
        folder = engine.data_folder(PASTED)
        path = folder / f"{datetime.now():%Y-%m-%d %H-%M-%S-%f}.png"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with engine.write_whole(path) as part:
                if not image.save(str(part)):
                    raise engine.ReposeError(self.tr("The picture in the data is damaged."))
        except (engine.ReposeError, OSError) as error:
            self.failed.emit(str(error))
            return
        self._files.open(path)

    # Out

    def copy(self) -> None:
        """Copy the result at full size to the clipboard."""
        photo, result = self._document.photo, self._panes.result
        if photo is None or result is None:
            return
        icc = photo.metadata.icc

        def copied(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image, QClipboard.Mode.Clipboard)
            self.done.emit(
                self.tr("Copied the picture, {}x{} pixels").format(image.width(), image.height())
            )

        self._background.run(lambda: rgb_image(result.picture, icc), copied, owner=self)

    def _drag(self, source: QWidget) -> None:
        """Let the user drag the result as a file out of a pane."""
        document, result = self._document, self._panes.result
        if document.photo is None or result is None or document.model is None:
            return
        path = Path(self._dragged.path()) / f"{document.photo.path.stem}-reposed.png"
        metadata = document.photo.metadata.edited(document.model.name, note=notes_edits())
        try:
            _write(path, result, metadata)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        drag = QDrag(source)
        drag.setMimeData(data)
        drag.setPixmap(source.grab().scaledToWidth(120))
        drag.exec()


def _write(path: Path, result: Group, metadata: Metadata) -> None:
    engine.write_photo(path, result.picture, metadata=metadata)
