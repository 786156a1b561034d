"""What the canvas shows: photo, overlays, and the pose with its handles.

Scene coordinates are photo pixels; the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

import engine
from gui.images import halvings

if TYPE_CHECKING:
    from engine import Landmarks

ACCENT = QColor("#4ea1ff")
SELECTED = QColor("#ffb347")
SHADOW = QColor(0, 0, 0, 150)
LINES = ACCENT.lighter(115)
FAINT = QColor(255, 255, 255, 110)  # where the source has them
HANDLE, OUTLINE = QColor("white"), QColor(12, 16, 22, 220)
RADIUS = 3.6  # of a handle, in screen pixels whatever the zoom


class PictureItem(QGraphicsItem):
    """An image stretched over a rectangle of the scene."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: tuple[QImage, ...] = ()
        self._rect = QRectF()

    def show_image(self, image: QImage, rect: QRectF) -> None:
        """Show `image` over `rect`."""
        self.show_levels(halvings(image), rect)

    def show_levels(self, levels: tuple[QImage, ...], rect: QRectF) -> None:
        """Show a picture whose `halvings` these are over `rect`."""
        self.prepareGeometryChange()
        self._rect = rect
        self._levels = levels
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if not self._levels:
            return
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        shown = scale * self._rect.width() * painter.device().devicePixelRatioF()
        image = self._levels[0]
        for level in self._levels[1:]:
            if level.width() >= shown:
                image = level
        # Single pixels are worth seeing once they are large.
        smooth = shown < 8 * self._levels[0].width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(self._rect, image)


class PoseItem(QGraphicsItem):
    """The 68 handles, the lines of the facial parts, and faintly where the source has them."""

    def __init__(self) -> None:
        super().__init__()
        self._rect = QRectF()
        self.source: Landmarks | None = None
        self.pose: Landmarks | None = None
        self.selection: frozenset[int] = frozenset()
        self.hovered: int | None = None

    def set_area(self, rect: QRectF) -> None:
        """Where handles may be."""
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:
        return self._rect

    def nearest(self, point: QPointF, reach: float) -> int | None:
        """The handle nearest to `point`, if it is within `reach` (both in photo pixels)."""
        if self.pose is None:
            return None
        distance = np.hypot(self.pose[:, 0] - point.x(), self.pose[:, 1] - point.y())
        index = int(np.argmin(distance))
        return index if distance[index] <= reach else None

    def within(self, rect: QRectF) -> frozenset[int]:
        """The handles inside `rect`."""
        if self.pose is None:
            return frozenset()
        return frozenset(i for i, (x, y) in enumerate(self.pose) if rect.contains(x, y))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.pose is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if self.source is not None and not np.array_equal(self.source, self.pose):
            self._draw_lines(painter, self.source, screen_pen(FAINT, 1.2, scale))
        self._draw_lines(painter, self.pose, screen_pen(SHADOW, 3.2, scale))
        self._draw_lines(painter, self.pose, screen_pen(LINES, 1.6, scale))
        painter.setPen(screen_pen(OUTLINE, 1.2, scale))
        for index, (x, y) in enumerate(self.pose):
            chosen = index in self.selection
            radius = RADIUS + (1.0 if chosen else 0.0) + (1.6 if index == self.hovered else 0.0)
            painter.setBrush(SELECTED if chosen else HANDLE)
            painter.drawEllipse(QPointF(x, y), radius / scale, radius / scale)

    def _draw_lines(self, painter: QPainter, landmarks: Landmarks, pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in engine.FACE_PARTS:
            points = [QPointF(*landmarks[index].tolist()) for index in part.indices]
            if part.closed:
                painter.drawPolygon(QPolygonF(points))
            else:
                painter.drawPolyline(QPolygonF(points))


def screen_pen(colour: QColor, width: float, scale: float) -> QPen:
    """A pen `width` screen pixels wide, where `scale` of them are a photo pixel.

    (A cosmetic pen would count in the screen's own pixels, too thin on a dense one.)
    """
    pen = QPen(colour, width / scale)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
