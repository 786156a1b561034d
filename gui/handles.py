"""Selecting and moving the 68 handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem

import engine
from gui.commands import new_gesture
from gui.document import Document
from gui.items import ACCENT, PoseItem

if TYPE_CHECKING:
    from engine import Pose3D


@dataclass(frozen=True)
class Drag:
    """Handles being moved: every offset counts from where the drag began, so that nothing jumps."""

    grabbed: QPointF
    start: Pose3D
    gesture: int


class Handles(QObject):
    """Takes the canvas's clicks and arrow keys, in photo pixels, once a face is chosen."""

    def __init__(self, document: Document, item: PoseItem, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._item = document, item
        self._drag: Drag | None = None
        self._nudge: Drag | None = None
        self._band = QGraphicsRectItem(item)
        self._band.setPen(QPen(ACCENT, 0))
        self._band.setBrush(QColor(78, 161, 255, 40))
        self._band.hide()
        self._band_start: tuple[QPointF, frozenset[int]] | None = None
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show_pose)

    @property
    def selection(self) -> frozenset[int]:
        """The selected landmarks."""
        return self._item.selection

    def select(self, indices: frozenset[int]) -> None:
        """Replace the selection."""
        self._item.selection = indices
        self._item.update()

    def select_all(self) -> None:
        """Select all 68 landmarks."""
        if self._document.pose is not None:
            self.select(frozenset(range(engine.N_LANDMARKS)))

    def press(self, point: QPointF, reach: float, shift: bool) -> None:
        """Grab the handle within `reach` pixels, or begin a rubber band. Shift adds and removes."""
        pose, index = self._document.pose, self._item.nearest(point, reach)
        if pose is None:
            return
        if index is None:
            self._band_start = (point, self.selection if shift else frozenset())
            self.select(self._band_start[1])
            return
        if shift:
            self.select(self.selection ^ {index})
        elif index not in self.selection:
            self.select(frozenset({index}))
        if index in self.selection:
            self._drag = Drag(point, pose, new_gesture())

    def drag(self, point: QPointF) -> None:
        """Take the selection, or the rubber band, to `point`."""
        if self._drag is not None:
            self._move(self._drag, point)
        elif self._band_start is not None:
            start, before = self._band_start
            band = QRectF(start, point).normalized()
            self._band.setRect(band)
            self._band.show()
            self.select(before | self._item.within(band))

    def release(self) -> None:
        """End a drag or a rubber band."""
        self._drag = self._band_start = None
        self._band.hide()

    def hover(self, point: QPointF, reach: float) -> None:
        """Light up the handle within `reach` pixels of `point`."""
        hovered = self._item.nearest(point, reach)
        if hovered != self._item.hovered:
            self._item.hovered = hovered
            self._item.update()

    def nudge(self, step: QPointF, held: bool) -> None:
        """Move the selection by `step` pixels; a key that is held down is one gesture."""
        pose = self._document.pose
        if pose is None or not self.selection or self._drag is not None:
            return
        if self._nudge is None or not held:
            self._nudge = Drag(QPointF(), pose, new_gesture())
        self._nudge = Drag(self._nudge.grabbed - step, self._nudge.start, self._nudge.gesture)
        self._move(self._nudge, QPointF())

    def give_up(self) -> None:
        """Take back the drag that is under way, else drop the selection."""
        if self._drag is None:
            self.select(frozenset())
        else:
            self._move(self._drag, self._drag.grabbed)
            self._drag = None

    def _move(self, drag: Drag, point: QPointF) -> None:
        offset = point - drag.grabbed
        self._document.move(drag.start, self.selection, (offset.x(), offset.y()), drag.gesture)

    def _show_source(self) -> None:
        self.release()
        self._nudge = None
        self._item.source, self._item.hovered = self._document.landmarks, None
        self.select(frozenset())

    def _show_pose(self) -> None:
        pose = self._document.pose
        self._item.pose = None if pose is None else pose.landmarks()
        self._item.update()
