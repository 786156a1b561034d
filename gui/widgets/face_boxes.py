"""Numbered boxes around detected faces, on the canvas and in the dialog Copy pose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.widgets.items import ACCENT, SELECTED, SHADOW, screen_pen

if TYPE_CHECKING:
    from engine import Face

FAINT = 0.45  # opacity of the boxes beside the face in use

Box = tuple[float, float, float, float]


class BoxesItem(QGraphicsItem):
    """Draws the boxes of faces to choose from, and the eyes clicked so far.

    chosen  the index of the box of the face in use, whose points are shown instead of its box; the
            other boxes are faint. None: all are to be chosen from
    """

    def __init__(self) -> None:
        super().__init__()
        self._rect = QRectF()
        self.boxes: Sequence[Box] = ()
        self.chosen: int | None = None
        self.hovered: int | None = None
        self.clicks: Sequence[QPointF] = ()

    def set_area(self, rect: QRectF) -> None:
        """Set the bounding rectangle."""
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:
        return self._rect

    def at(self, point: QPointF) -> int | None:
        """The index of the smallest box that contains `point`."""
        found = [i for i, box in enumerate(self.boxes) if box_rect(box).contains(point)]
        return min(found, key=lambda i: box_rect(self.boxes[i]).width(), default=None)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        for index, box in enumerate(self.boxes):
            if index == self.chosen:
                continue
            hovered = index == self.hovered
            painter.setOpacity(1.0 if self.chosen is None or hovered else FAINT)
            draw_face_box(painter, box_rect(box), index, hovered, scale)
        painter.setOpacity(1.0)
        painter.setBrush(SELECTED)
        painter.setPen(screen_pen(SHADOW, 1.5, scale))
        for point in self.clicks:
            painter.drawEllipse(point, 6 / scale, 6 / scale)


def box_rect(box: Box) -> QRectF:
    """A box (left, top, right, bottom) as a rectangle."""
    return QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))


def face_rect(face: Face) -> QRectF:
    """The box of a face as a rectangle."""
    return box_rect(face.box)


def draw_face_box(
    painter: QPainter, rect: QRectF, index: int, highlighted: bool, scale: float
) -> None:
    """Draw a numbered box around a face; `scale` is screen pixels per unit of `rect`."""
    radius = 8 / scale
    painter.setBrush(QColor(78, 161, 255, 40) if highlighted else Qt.BrushStyle.NoBrush)
    painter.setPen(screen_pen(SHADOW, 4.5, scale))
    painter.drawRoundedRect(rect, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(screen_pen(SELECTED if highlighted else ACCENT, 2.0, scale))
    painter.drawRoundedRect(rect, radius, radius)
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(1 / scale, 1 / scale)
    label = QRectF(8, 8, 24, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SELECTED if highlighted else ACCENT)
    painter.drawEllipse(label)
    painter.setPen(QColor("#10141a"))
    font = QFont(painter.font())
    font.setPixelSize(13)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, str(index + 1))
    painter.restore()
