"""Picture items of the canvas, and the colours and pens of all items.

Scene coordinates are photo pixels; the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.document.images import halvings

ACCENT = QColor("#4ea1ff")
SELECTED = QColor("#ffb347")
SHADOW = QColor(0, 0, 0, 150)
HANDLE, OUTLINE = QColor("white"), QColor(12, 16, 22, 220)


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
        """Show a picture, given as its `halvings`, over `rect`."""
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
        # Large pixels are drawn as squares, not interpolated.
        smooth = shown < 8 * self._levels[0].width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(self._rect, image)


def screen_pen(colour: QColor, width: float, scale: float) -> QPen:
    """A pen `width` screen pixels wide; `scale` is screen pixels per photo pixel.

    A cosmetic pen is not used: it counts in device pixels, and is too thin on dense screens.
    """
    pen = QPen(colour, width / scale)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
