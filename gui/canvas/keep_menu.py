"""The menu Keep: painting, showing, opening and saving the keep mask."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

import engine
from gui.canvas.brush import Brush
from gui.canvas.canvas import Canvas
from gui.canvas.keep_bar import KeepBar, KeepView
from gui.document.document import Document
from gui.widgets.actions import add_action
from gui.widgets.file_dialogs import ask_open, ask_save, folder_beside
from gui.workers.background import Background

if TYPE_CHECKING:
    from engine import KeepMask, KeptPart


class KeepMenu(QMenu):
    """Owns the brush, the bar with its settings and the tint over the photo."""

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self, document: Document, canvas: Canvas, background: Background, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Keep"))
        self._document, self._canvas, self._background = document, canvas, background
        self.tool = Brush(document, self)
        self._view = KeepView(document, self)
        canvas.add_under_points(self._view.item)
        self.brush = add_action(
            self, self.tr("&Paint areas to keep"), self._toggle_brush, "B",
            tip=self.tr("Glasses, hair, hands, background: painted areas stay as in the photo"),
            picture="brush",
        )  # fmt: skip
        self.eraser = add_action(
            self, self.tr("&Erase"), self._toggle_eraser, "E",
            tip=self.tr("Erase painted areas, so that they can change"),
        )  # fmt: skip
        self.shown = add_action(
            self, self.tr("&Show kept areas"), self._show, "K",
            tip=self.tr("Tint the kept areas of the photo"),
        )  # fmt: skip
        for action in (self.brush, self.eraser, self.shown):
            action.setCheckable(True)
        self.shown.setChecked(True)
        self.addSeparator()
        parts: tuple[tuple[KeptPart, str], ...] = (
            ("background", self.tr("Keep the back&ground")),
            ("clothes", self.tr("Keep the c&lothes")),
            ("hair", self.tr("Keep the &hair")),
        )
        self.parts = [
            add_action(
                self, text, partial(self._keep_part, part),
                tip=self.tr("Add it to the kept areas; correct them with the brush"),
            )
            for part, text in parts
        ]  # fmt: skip
        self.addSeparator()
        self.invert = add_action(
            self, self.tr("&Invert"), self.tool.invert, "Ctrl+I",
            tip=self.tr("Swap kept and other areas: paint the face and invert to keep the rest"),
        )  # fmt: skip
        self.clear_all = add_action(
            self, self.tr("&Clear"), self.tool.clear, "Ctrl+Backspace",
            tip=self.tr("Remove the whole mask"),
        )  # fmt: skip
        self.addSeparator()
        self.open_mask = add_action(
            self, self.tr("&Open a mask…"), self._open,
            tip=self.tr("Open a picture with the photo's proportions, white in the areas to keep"),
        )  # fmt: skip
        self.save_mask = add_action(
            self, self.tr("Save the &mask…"), self._save,
            tip=self.tr("Save the mask as a picture, for other programs and for batches"),
        )  # fmt: skip
        self.finish = QAction(self.tr("Done"), self)
        self.finish.setToolTip(self.tr("Back to the points (Esc)"))
        self.finish.triggered.connect(lambda _checked=False: self._use(False))
        buttons = (self.brush, self.eraser, self.shown, self.invert, self.clear_all, self.finish)
        names = (self.tr("Keep"), self.tr("Erase"), self.tr("Show"))
        for action, name in zip(buttons, names, strict=False):
            action.setIconText(name)
        self.bar = KeepBar(document, self.tool, buttons, canvas.viewport())
        self.tool.left.connect(lambda: self._use(False))
        self.tool.settings_changed.connect(self._refresh)
        canvas.tool_changed.connect(self._refresh)
        document.source_changed.connect(self._refresh)
        document.keep_changed.connect(self._refresh)
        self._refresh()

    @property
    def painting(self) -> bool:
        """Whether the brush is the canvas's current tool."""
        return self._canvas.tool is self.tool

    def _show(self) -> None:
        self._view.set_wanted(self.shown.isChecked())

    def _toggle_brush(self) -> None:
        self._choose(erases=False)

    def _toggle_eraser(self) -> None:
        self._choose(erases=True)

    def _choose(self, erases: bool) -> None:
        """Toggle the brush or the eraser."""
        used = not self.painting or self.tool.erases != erases
        self.tool.set_erases(erases)
        self._use(used)

    def _use(self, wanted: bool) -> None:
        self._canvas.set_tool(self.tool if wanted else None)
        self._canvas.setFocus()
        self._refresh()

    def _refresh(self) -> None:
        document = self._document
        posing = document.pose is not None
        if self.painting and not posing:
            self._canvas.set_tool(None)
        for action in self.actions():
            action.setEnabled(posing)
        for action in (self.clear_all, self.save_mask):
            action.setEnabled(document.keep is not None)
        painting = self.painting
        self.brush.setChecked(painting and not self.tool.erases)
        self.eraser.setChecked(painting and self.tool.erases)
        self._view.set_painting(painting)
        self.bar.setVisible(painting)
        self.bar.adjustSize()

    def _keep_part(self, part: KeptPart) -> None:
        """Find a part of the picture in the background thread and add it to the kept areas."""
        document = self._document
        photo, landmarks = document.photo, document.landmarks
        if photo is None or landmarks is None:
            return

        def done(mask: KeepMask) -> None:
            if document.photo is not photo:
                return  # another photo was opened meanwhile
            keep = mask if document.keep is None else document.keep.joined(mask)
            document.set_keep(keep, self.tr("Keep a part"))
            self.shown.setChecked(True)
            self._show()

        pixels = photo.pixels
        self._background.run(lambda: engine.keep_part(pixels, landmarks, part), done, owner=self)

    def _open(self) -> None:
        photo = self._document.photo
        title, kind = self.tr("Open a mask"), self.tr("Pictures")
        path = ask_open(self._canvas, title, kind, engine.PHOTO_SUFFIXES, "masks")
        if path is None or photo is None:
            return
        try:
            keep = engine.KeepMask.read(path, photo.size)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._document.set_keep(None if keep.empty else keep, title)

    def _save(self) -> None:
        photo, keep = self._document.photo, self._document.keep
        if photo is None or keep is None:
            return
        suggestion = folder_beside(photo.path) / f"{photo.path.stem}-keep.png"
        title, kinds = self.tr("Save the mask"), {".png": "PNG"}
        path = ask_save(self._canvas, title, suggestion, kinds, "masks")
        if path is None:
            return
        try:
            keep.write(_as_png(path))
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self.done.emit(self.tr("Saved {}").format(_as_png(path)))


def _as_png(path: Path) -> Path:
    return path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
