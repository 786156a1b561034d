"""The canvas: the photo with its handles, overlays and the tool in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QStatusTipEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGraphicsItem, QWidget

from gui.canvas.canvas_tool import CanvasTool
from gui.canvas.face_chooser import FaceChooser
from gui.canvas.handles import Handles
from gui.canvas.loupe import Loupe
from gui.canvas.pose_item import CORRECTING, PoseItem
from gui.document.document import Document
from gui.widgets.face_boxes import BoxesItem
from gui.widgets.items import PictureItem
from gui.widgets.picture_view import AfterItem
from gui.widgets.zoom_view import Viewport, ZoomView

if TYPE_CHECKING:
    from gui.workers.full_resolution import FullResolutionPreview
    from gui.workers.others import Others

FAINT = 0.3  # opacity of the handles while another tool is in use
FRAME = 4.0  # screen pixels: width of the frame while landmarks are corrected


class Canvas(ZoomView):
    """Gives the left mouse button and most keys to its tool.

    The tool is the face chooser until a face is chosen and while another one is, else the handles
    or the one of `set_tool`.
    """

    tool_changed = Signal()

    def __init__(
        self, document: Document, shown: Viewport | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(shown, parent)
        self.setAccessibleName(self.tr("Photo with the points of the face"))
        self._document = document
        self._photo, self._others, self._result = PictureItem(), AfterItem(), AfterItem()
        self._heatmaps, self._mask, self._parts = PictureItem(), PictureItem(), PictureItem()
        self._boxes, self._pose = BoxesItem(), PoseItem()
        pictures = (
            self._photo,
            self._others,
            self._result,
            self._parts,
            self._mask,
            self._heatmaps,
        )
        for item in (*pictures, self._boxes, self._pose):
            self.scene().addItem(item)
        self.chooser = FaceChooser(document, self._boxes, self)
        self.handles = Handles(document, self._pose, lambda: self.zoom, self)
        self._tool: CanvasTool = self.handles
        self._tip = ""
        self.loupe = Loupe(self.scene(), self.viewport())
        document.photo_changed.connect(self._show_photo)
        document.face_opened.connect(self._show_face)
        document.source_changed.connect(self._show_source)
        for tool in (self.chooser, self.handles):
            tool.changed.connect(self._show_tool)
        self.chooser.waiting_changed.connect(self._show_waiting)
        self.handles.missed.connect(self._choose_other)

    # The tool

    @property
    def tool(self) -> CanvasTool:
        """The tool that gets mouse and key events."""
        return self.chooser if self.chooser.active else self._tool

    def set_tool(self, tool: CanvasTool | None) -> None:
        """Use another tool; None: the handles."""
        self._tool.stop()
        self._tool = tool or self.handles
        if tool is not None:
            tool.changed.connect(self._show_tool, Qt.ConnectionType.UniqueConnection)
        self._show_tool()
        self.tool_changed.emit()

    def _show_tool(self) -> None:
        self._pose.update()
        self.scene().update()  # with it, not `viewport().update()`, Qt paints once
        self._boxes.setVisible(self.chooser.active or self._offers_others)
        self._pose.setOpacity(1.0 if self.tool is self.handles else FAINT)
        if self.panning:
            return
        tool = self.tool if self._boxes.hovered is None else self.chooser
        self.viewport().setCursor(tool.cursor)
        if tool.tip != self._tip:
            self._tip = tool.tip
            QApplication.sendEvent(self, QStatusTipEvent(self._tip))

    @property
    def _offers_others(self) -> bool:
        """Whether a click beside the handles chooses another face."""
        return self._tool is self.handles and self._pose.isVisible()

    def _choose_other(self, point: QPointF) -> None:
        if self._offers_others:
            self.chooser.choose_other(point)

    def _show_waiting(self) -> None:
        if self.chooser.choosing:
            self.zoom_to_fit()
        self._show_tool()

    # What it shows

    def show_handles(self, shown: bool) -> None:
        """Show or hide the pose over the photo."""
        self._pose.setVisible(shown)
        self._show_tool()

    def add_under_points(self, item: QGraphicsItem) -> None:
        """Add an item to the scene, above the photo and below handles and boxes."""
        self.scene().addItem(item)
        item.stackBefore(self._boxes)

    def show_overlays(
        self,
        crop: tuple[float, float, float],
        heatmaps: QImage | None,
        mask: QImage | None,
        parts: QImage | None,
    ) -> None:
        """Show overlays over the crop (left, top, side in pixels); None hides one."""
        _show_over(self._heatmaps, crop, heatmaps)
        _show_over(self._mask, crop, mask)
        _show_over(self._parts, crop, parts)

    def show_result(
        self,
        crop: tuple[float, float, float],
        result: QImage | None,
        others: Others | None = None,
    ) -> None:
        """Show the reposed face over the crop of the photo, and behind it the other ones; without
        a result the photo alone."""
        _show_over(self._result, crop, result)
        self._others.setVisible(result is not None and others is not None)
        if others is not None:
            self._others.show_levels(others.levels, others.area)

    def show_preview(self, preview: FullResolutionPreview) -> None:
        """Show the result at the photo's resolution, if a result is shown."""
        if self._result.isVisible():
            self._result.show_levels(preview.levels, preview.area)

    def set_comparing(self, comparing: bool) -> None:
        """Show the photo instead of the result."""
        for item in (self._result, self._others):
            item.setOpacity(0.0 if comparing else 1.0)

    def hide_overlays(self) -> None:
        """Show the photo alone."""
        for item in (self._result, self._others, self._heatmaps, self._mask, self._parts):
            item.hide()

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
        self._result.shown = self._others.shown = area
        self._pose.set_area(around)
        self._boxes.set_area(around)
        self.shown.set_photo(area)

    def _show_face(self) -> None:
        if self._tool is not self.handles:
            self._tool.stop()
        if self._document.landmarks is None:
            self.zoom_to_fit()
        else:
            self.zoom_to_face()

    def _show_source(self) -> None:
        self.hide_overlays()
        self.loupe.hide()
        self._show_tool()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self.chooser.active:
            self._tool.paint(painter, self.zoom)
        if self._document.correcting:
            painter.resetTransform()
            painter.setPen(QPen(CORRECTING, FRAME))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = FRAME / 2
            area = QRectF(self.viewport().rect())
            painter.drawRect(area.adjusted(edge, edge, -edge, -edge))

    def _show_loupe(self, mouse: QPointF) -> None:
        """Show the loupe while landmarks are corrected or eyes are clicked."""
        if self._document.correcting or self.chooser.eyes_clicked is not None:
            self.loupe.show_at(self.photo_point(mouse), mouse, self.zoom)
        else:
            self.loupe.hide()

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.panning:
            self.tool.press(self.photo_point(event.position()), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.panning:
            return
        point = self.photo_point(event.position())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.tool.move(point, event.modifiers())
        elif not event.buttons():
            self.tool.hover(point)
            if self.tool is self.handles:
                free = self._offers_others and not self.handles.hovers
                self.chooser.hover_others(point if free else None)
        self._show_loupe(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        panned = self.panning
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not panned:
            self.tool.release(self.photo_point(event.position()), event.modifiers())
            self._show_tool()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.tool.hover(None)
        self.chooser.hover(None)
        self.loupe.hide()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and not self.panning:
            self.tool.widen(1.0015 ** event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.tool.key(event):
            super().keyPressEvent(event)


def _show_over(item: PictureItem, crop: tuple[float, float, float], image: QImage | None) -> None:
    """Show an image over a square (left, top, side in photo pixels); None hides the item."""
    item.setVisible(image is not None)
    if image is not None:
        left, top, side = crop
        item.show_image(image, QRectF(left - 0.5, top - 0.5, side, side))
