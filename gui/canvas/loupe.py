"""A loupe over the canvas, for placing points exactly."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsScene, QWidget

from gui.widgets.items import HANDLE, SHADOW

SIZE = 190
MARGIN = 14
MAGNIFICATION = 4.0  # relative to the canvas
SMALLEST_ZOOM = 3.0  # screen pixels per photo pixel


class Loupe(QWidget):
    """Shows the scene around the mouse enlarged, at the top left of its parent; at the bottom left
    when it would cover the mouse."""

    def __init__(self, scene: QGraphicsScene, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene, self._over = scene, parent
        self._centre, self._zoom = QPointF(), SMALLEST_ZOOM
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(QSize(SIZE, SIZE))
        self.setAccessibleName(self.tr("Loupe"))
        self.hide()

    def show_at(self, centre: QPointF, mouse: QPointF, zoom: float) -> None:
        """Show the scene around `centre` (photo pixels); `mouse` is in the parent's coordinates."""
        self._centre, self._zoom = centre, max(MAGNIFICATION * zoom, SMALLEST_ZOOM)
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
