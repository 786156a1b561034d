"""The menu Select: what is selected, which points follow, and transforms by key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gui.canvas.face_groups import FaceGroup, face_groups
from gui.widgets.actions import add_action

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas
    from gui.document.document import Document

WIDER = 1.2  # factor of the radius
TURN, LARGER = 2.0, 1.05  # degrees, and a factor, per key press


class SelectMenu(QMenu):
    """Parts of the face, symmetry, soft selection, rotation and scaling of the selection."""

    def __init__(self, document: Document, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Select"))
        self._document, handles = document, canvas.handles
        self._canvas = canvas
        for group in face_groups():
            # Shift and the key add the part, as Shift and a click do.
            add_action(
                self, group.name, partial(self._take, group), group.key, f"Shift+{group.key}",
                tip=self.tr("Select the whole part; Shift: add it to the selection"),
            )  # fmt: skip
        add_action(
            self, self.tr("Irises"), self._take_eyes, "0",
            tip=self.tr("Select both irises; the arrow keys then turn the eyes"),
        )  # fmt: skip
        self.addSeparator()
        none = partial(handles.select, frozenset[int]())
        for name, call, key, tip in (
            (self.tr("Select &all points"), handles.select_all, "Ctrl+A",
             self.tr("Select all 68 points")),
            (self.tr("Select &nothing"), none, "Ctrl+Shift+A", self.tr("Clear the selection")),
            (self.tr("Ne&xt point"), partial(handles.step, 1), ".",
             self.tr("Select the point after the selected one")),
            (self.tr("&Previous point"), partial(handles.step, -1), ",",
             self.tr("Select the point before the selected one")),
        ):  # fmt: skip
            add_action(self, name, call, key, tip=tip)
        self.addSeparator()
        self.symmetry = add_action(
            self, self.tr("S&ymmetry"), self._set_symmetric, "X",
            tip=self.tr("Mirror each change to the other side of the face, also when it is turned"),
            picture="symmetry",
        )  # fmt: skip
        self.soft = add_action(
            self, self.tr("Sof&t selection"), self._set_soft, "O",
            tip=self.tr("Neighbouring points follow, less with distance; [ and ] set the radius"),
            picture="soft",
        )  # fmt: skip
        for toggle in (self.symmetry, self.soft):
            toggle.setCheckable(True)
        radius = self.tr("Change the radius of soft selection, or of the brush")
        for name, factor, key in (
            (self.tr("&Larger radius"), WIDER, "]"),
            (self.tr("S&maller radius"), 1 / WIDER, "["),
        ):
            add_action(self, name, partial(self._widen, factor), key, tip=radius)
        self.addSeparator()
        about = self.tr("Transform the selection about its centre")
        for name, call, key in (
            (self.tr("Turn &clockwise"), partial(handles.turn, TURN), "Ctrl+Right"),
            (self.tr("Turn c&ounterclockwise"), partial(handles.turn, -TURN), "Ctrl+Left"),
            (self.tr("&Enlarge"), partial(handles.scale, LARGER), "Ctrl+Up"),
            (self.tr("Sh&rink"), partial(handles.scale, 1 / LARGER), "Ctrl+Down"),
        ):
            add_action(self, name, call, key, tip=about)
        document.source_changed.connect(self._refresh)
        self._refresh()

    def _take_eyes(self) -> None:
        self._use_handles()
        self._canvas.handles.take_eyes()

    def _use_handles(self) -> None:
        if self._canvas.tool is not self._canvas.handles:
            self._canvas.set_tool(None)

    def _take(self, group: FaceGroup) -> None:
        self._use_handles()
        shift = Qt.KeyboardModifier.ShiftModifier
        self._canvas.handles.take(group, bool(QApplication.keyboardModifiers() & shift))

    def _set_symmetric(self) -> None:
        self._canvas.handles.set_symmetric(self.symmetry.isChecked())

    def _set_soft(self) -> None:
        self._canvas.handles.set_soft(self.soft.isChecked())

    def _widen(self, factor: float) -> None:
        self._canvas.tool.widen(factor)

    def _refresh(self) -> None:
        for action in self.actions():
            action.setEnabled(self._document.landmarks is not None)
