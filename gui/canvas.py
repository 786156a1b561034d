"""The photo with its handles: select, drag, nudge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

import engine
from gui.commands import new_gesture
from gui.document import Document
from gui.face_chooser import FaceChooser
from gui.images import rgb_image
from gui.items import ACCENT, BoxesItem, PictureItem, PoseItem
from gui.zoom_view import ZoomView

if TYPE_CHECKING:
    from engine import Pose3D

REACH = 11.0  # screen pixels around a handle that still grab it
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


@dataclass(frozen=True)
class Drag:
    """Handles being moved: every offset counts from where the drag began, so that nothing jumps."""

    grabbed: QPointF
    start: Pose3D
    gesture: int


class Canvas(ZoomView):
    """Left button: handles (Shift adds and removes), rubber band elsewhere. Arrows nudge."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._photo, self._heatmaps, self._mask = PictureItem(), PictureItem(), PictureItem()
        self._boxes, self._pose = BoxesItem(), PoseItem()
        self._band = QGraphicsRectItem()
        self._band.setPen(QPen(ACCENT, 0))
        self._band.setBrush(QColor(78, 161, 255, 40))
        self._band.hide()
        pictures = (self._photo, self._mask, self._heatmaps)
        for item in (*pictures, self._boxes, self._pose, self._band):
            self.scene().addItem(item)
        self._drag: Drag | None = None
        self._nudge: Drag | None = None
        self._band_start: tuple[QPointF, frozenset[int]] | None = None
        self.chooser = FaceChooser(document, self._boxes, self)
        document.photo_changed.connect(self._show_photo)
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show_pose)
        self.chooser.placing_changed.connect(self._show_cursor)

    # What is shown

    @property
    def selection(self) -> frozenset[int]:
        """The selected landmarks."""
        return self._pose.selection

    def select(self, indices: frozenset[int]) -> None:
        """Replace the selection."""
        self._pose.selection = indices
        self._pose.update()

    def select_all(self) -> None:
        """Select all 68 landmarks."""
        if self._document.pose is not None:
            self.select(frozenset(range(engine.N_LANDMARKS)))

    def show_handles(self, shown: bool) -> None:
        """Show or hide the pose over the photo."""
        self._pose.setVisible(shown)

    def show_overlays(
        self, crop: tuple[float, float, float], heatmaps: QImage | None, mask: QImage | None
    ) -> None:
        """Show the network's inputs over the crop (left, top, side in pixels; None hides one)."""
        left, top, side = crop
        area = QRectF(left - 0.5, top - 0.5, side, side)
        for item, image in ((self._heatmaps, heatmaps), (self._mask, mask)):
            item.setVisible(image is not None)
            if image is not None:
                item.show_image(image, area)

    def hide_overlays(self) -> None:
        """Hide both overlays."""
        self._heatmaps.hide()
        self._mask.hide()

    def zoom_to_face(self) -> None:
        """Fill the canvas with the face and its surroundings."""
        landmarks = self._document.landmarks
        if landmarks is None:
            return
        left, top = landmarks.min(axis=0).tolist()
        right, bottom = landmarks.max(axis=0).tolist()
        side = max(right - left, bottom - top)
        face = QRectF(left, top, right - left, bottom - top)
        self.zoom_to(face.adjusted(-0.45 * side, -0.65 * side, 0.45 * side, 0.4 * side))

    def _show_photo(self) -> None:
        photo = self._document.photo
        assert photo is not None
        width, height = photo.size
        area = QRectF(-0.5, -0.5, width, height)
        around = area.adjusted(-width, -height, width, height)
        self._photo.show_image(rgb_image(photo.pixels), area)
        self._pose.set_area(around)
        self._boxes.set_area(around)
        self.set_area(area, around)
        self.zoom_to_fit()

    def _show_source(self) -> None:
        self._drag = self._nudge = self._band_start = None
        self._band.hide()
        self.hide_overlays()
        self._pose.source = self._document.landmarks
        self.select(frozenset())
        if self._document.landmarks is None:
            self.zoom_to_fit()
        else:
            self.zoom_to_face()
        self._show_cursor()

    def _show_pose(self) -> None:
        pose = self._document.pose
        self._pose.pose = None if pose is None else pose.landmarks()
        self._pose.update()

    def _show_cursor(self) -> None:
        placing = self.chooser.eyes_clicked is not None
        over = self._pose.hovered is not None or self._boxes.hovered is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if placing else shape)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = self.photo_point(event.position())
        if self.chooser.active:
            self.chooser.press(point)
        elif self._document.pose is not None and self._pose.isVisible():
            self._press(point, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _press(self, point: QPointF, shift: bool) -> None:
        pose, index = self._document.pose, self._pose.nearest(point, REACH / self.zoom)
        if index is None or pose is None:
            self._band_start = (point, self.selection if shift else frozenset())
            self.select(self._band_start[1])
            return
        if shift:
            self.select(self.selection ^ {index})
        elif index not in self.selection:
            self.select(frozenset({index}))
        if index in self.selection:
            self._drag = Drag(point, pose, new_gesture())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        point = self.photo_point(event.position())
        if self._drag is not None:
            self._drag_to(self._drag, point)
        elif self._band_start is not None:
            start, before = self._band_start
            band = QRectF(start, point).normalized()
            self._band.setRect(band)
            self._band.show()
            self.select(before | self._pose.within(band))
        elif not event.buttons():
            self._hover(point)

    def _drag_to(self, drag: Drag, point: QPointF) -> None:
        offset = point - drag.grabbed
        self._document.move(drag.start, self.selection, (offset.x(), offset.y()), drag.gesture)

    def _hover(self, point: QPointF) -> None:
        hovered = self._pose.nearest(point, REACH / self.zoom) if self._pose.isVisible() else None
        if hovered != self._pose.hovered:
            self._pose.hovered = hovered
            self._pose.update()
        self.chooser.hover(point)
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = self._band_start = None
            self._band.hide()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif direction is not None:
            step = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._nudge_by(QPointF(*direction) * step, event.isAutoRepeat())
        else:
            super().keyPressEvent(event)

    def _nudge_by(self, step: QPointF, held: bool) -> None:
        """Move the selection; a key held down is one gesture."""
        pose = self._document.pose
        if pose is None or not self.selection or self._drag is not None:
            return
        if self._nudge is None or not held:
            self._nudge = Drag(QPointF(), pose, new_gesture())
        nudge = Drag(self._nudge.grabbed - step, self._nudge.start, self._nudge.gesture)
        self._nudge = nudge
        self._drag_to(nudge, QPointF())

    def _escape(self) -> None:
        """Stop what is under way, else drop the selection."""
        if self._drag is not None:
            self._drag_to(self._drag, self._drag.grabbed)
            self._drag = None
        elif self.chooser.eyes_clicked is not None:
            self.chooser.stop_placing()
        else:
            self.select(frozenset())
