"""The menu about what is selected and how it is edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gui.canvas.face_groups import FaceGroup, face_groups
from gui.style.icons import icon

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas
    from gui.document.document import Document

WIDER = 1.2
TURN, LARGER = 2.0, 1.05  # degrees and a factor, for one press of a key


class SelectMenu(QMenu):
    """Parts of the face, symmetry, soft selection, and turning and scaling by keys."""

    def __init__(self, document: Document, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Select"))
        self._document, handles = document, canvas.handles
        self._canvas = canvas
        for group in face_groups():
            # With Shift, the key adds the part, as a click does.
            action = self._add(
                group.name, partial(self._take, group), group.key, f"Shift+{group.key}"
            )
            action.setStatusTip(
                self.tr("Take the whole part; Shift: beside what is selected").format(group.name)
            )
        self.addSeparator()
        none = partial(handles.select, frozenset[int]())
        for name, call, key, tip in (
            (self.tr("Select &all points"), handles.select_all, "Ctrl+A",
             self.tr("So that all of them move together")),
            (self.tr("Select &nothing"), none, "Ctrl+Shift+A", self.tr("Drop the selection")),
            (self.tr("Ne&xt point"), partial(handles.step, 1), ".",
             self.tr("Select the point after the selected one")),
            (self.tr("&Previous point"), partial(handles.step, -1), ",",
             self.tr("Select the point before the selected one")),
        ):  # fmt: skip
            self._add(name, call, key).setStatusTip(tip)
        self.addSeparator()
        self.symmetry = self._add(self.tr("S&ymmetry"), self._set_symmetric, "X")
        self.symmetry.setStatusTip(
            self.tr("The other side of the face follows like a mirror image, however it is turned")
        )
        self.soft = self._add(self.tr("Sof&t selection"), self._set_soft, "O")
        self.soft.setStatusTip(
            self.tr("Neighbours follow, the nearer the more; [ and ] or the wheel set how far")
        )
        for toggle, name in ((self.symmetry, "symmetry"), (self.soft, "soft")):
            toggle.setCheckable(True)
            toggle.setIcon(icon(name))
            toggle.setIconVisibleInMenu(False)
            keys = toggle.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            toggle.setToolTip(f"{toggle.statusTip()} ({keys})")
        radius = self.tr("Of soft selection, or of the brush")
        for name, factor, key in (
            (self.tr("&Larger radius"), WIDER, "]"),
            (self.tr("S&maller radius"), 1 / WIDER, "["),
        ):
            self._add(name, partial(self._widen, factor), key).setStatusTip(radius)
        self.addSeparator()
        for name, call, key in (
            (self.tr("Turn &clockwise"), partial(handles.turn, TURN), "Ctrl+Right"),
            (self.tr("Turn c&ounterclockwise"), partial(handles.turn, -TURN), "Ctrl+Left"),
            (self.tr("&Enlarge"), partial(handles.scale, LARGER), "Ctrl+Up"),
            (self.tr("Sh&rink"), partial(handles.scale, 1 / LARGER), "Ctrl+Down"),
        ):
            self._add(name, call, key).setStatusTip(self.tr("What is selected, about its middle"))
        document.source_changed.connect(self._refresh)
        self._refresh()

    def _add(self, name: str, call: Callable[[], object], *keys: str) -> QAction:
        action = self.addAction(name)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _checked=False: call())
        return action

    def _take(self, group: FaceGroup) -> None:
        if self._canvas.tool is not self._canvas.handles:
            self._canvas.set_tool(None)
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
