"""The photo with its handles."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.face_boxes import BoxesItem
from gui.face_chooser import FaceChooser
from gui.handles import Handles
from gui.items import PictureItem, PoseItem
from gui.zoom_view import Viewport, ZoomView

REACH = 11.0  # screen pixels around a handle that still grab it
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class Canvas(ZoomView):
    """Left button: handles (Shift adds and removes), rubber band elsewhere. Arrows nudge."""

    def __init__(
        self, document: Document, shown: Viewport | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(shown, parent)
        self._document = document
        self._photo, self._heatmaps, self._mask = PictureItem(), PictureItem(), PictureItem()
        self._boxes, self._pose = BoxesItem(), PoseItem()
        pictures = (self._photo, self._mask, self._heatmaps)
        for item in (*pictures, self._boxes, self._pose):
            self.scene().addItem(item)
        self.chooser = FaceChooser(document, self._boxes, self)
        self.handles = Handles(document, self._pose, self)
        document.photo_changed.connect(self._show_photo)
        document.source_changed.connect(self._show_source)
        self.chooser.placing_changed.connect(self._show_cursor)

    # What is shown

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
        self._photo.show_levels(photo.levels, area)
        self._pose.set_area(around)
        self._boxes.set_area(around)
        self.shown.set_photo(area)

    def _show_source(self) -> None:
        self.hide_overlays()
        if self._document.landmarks is None:
            self.zoom_to_fit()
        else:
            self.zoom_to_face()
        self._show_cursor()

    def _show_cursor(self) -> None:
        placing = self.chooser.eyes_clicked is not None
        over = self._pose.hovered is not None or self._boxes.hovered is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if placing else shape)

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.panning:
            return
        point = self.photo_point(event.position())
        if self.chooser.active:
            self.chooser.press(point)
        elif self._pose.isVisible():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.handles.press(point, REACH / self.zoom, shift)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        point = self.photo_point(event.position())
        if self.panning:
            return
        if event.buttons():
            self.handles.drag(point)
            return
        if self._pose.isVisible():
            self.handles.hover(point, REACH / self.zoom)
        self.chooser.hover(point)
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.handles.release()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None:
            step = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self.handles.nudge(QPointF(*direction) * step, event.isAutoRepeat())
        elif event.key() == Qt.Key.Key_Escape and self.chooser.eyes_clicked is not None:
            self.chooser.stop_placing()
        elif event.key() == Qt.Key.Key_Escape:
            self.handles.give_up()
        else:
            super().keyPressEvent(event)
