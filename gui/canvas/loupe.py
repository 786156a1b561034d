"""A loupe over the canvas, for points that have to be exact."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsScene, QWidget

from gui.widgets.items import HANDLE, SHADOW

SIZE = 190
MARGIN = 14
TIMES = 4.0  # the canvas's zoom
LEAST = 3.0  # screen pixels per photo pixel


class Loupe(QWidget):
    """Shows a scene in photo pixels around the mouse, at the left of its parent, at the top unless
    the mouse is there."""

    def __init__(self, scene: QGraphicsScene, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene, self._over = scene, parent
        self._centre, self._zoom = QPointF(), LEAST
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(QSize(SIZE, SIZE))
        self.setAccessibleName(self.tr("Loupe"))
        self.hide()

    def show_at(self, centre: QPointF, mouse: QPointF, zoom: float) -> None:
        """Show what is around `centre` (photo pixels); the mouse is at `mouse` (of the parent)."""
        self._centre, self._zoom = centre, max(TIMES * zoom, LEAST)
        bottom = self._over.height() - SIZE - MARGIN
        covered = QRectF(0, 0, SIZE + 4 * MARGIN, SIZE + 4 * MARGIN).contains(mouse)
        self.move(MARGIN, bottom if covered else MARGIN)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        outline = QPainterPath()
        outline.addEllipse(area)
        painter.setClipPath(outline)
        painter.fillRect(area, Qt.GlobalColor.black)
        shown = QRectF(QPointF(), area.size() / self._zoom)
        shown.moveCenter(self._centre)
        self._scene.render(painter, area, shown)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((SHADOW, 4.0), (HANDLE, 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(area)
