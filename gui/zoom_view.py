"""A graphics view that zooms at the cursor and pans with the middle button."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

LARGEST_ZOOM = 40.0


class ZoomView(QGraphicsView):
    """Scene units are photo pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # drops are for the window
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self._photo_area = QRectF()
        self._fitted: QRectF | None = None  # what is kept in view when the window changes size
        self._panned_from: QPointF | None = None

    @property
    def zoom(self) -> float:
        """Screen pixels per photo pixel."""
        return self.transform().m11()

    def photo_point(self, position: QPointF) -> QPointF:
        """Where in the photo a point of the viewport is, to a fraction of a pixel."""
        return self.viewportTransform().inverted()[0].map(position)

    def set_area(self, photo: QRectF, around: QRectF) -> None:
        """The photo's rectangle, and how far one may pan."""
        self._photo_area = photo
        self.setSceneRect(around)

    def zoom_to_fit(self) -> None:
        """Show the whole photo."""
        self.zoom_to(self._photo_area)

    def zoom_to(self, area: QRectF) -> None:
        """Fill the view with `area`, until the user zooms or pans."""
        if not area.isEmpty():
            self._fitted = area
            self.fitInView(area, Qt.AspectRatioMode.KeepAspectRatio)

    def zoom_by(self, factor: float, position: QPointF | None = None) -> None:
        """Zoom and keep the photo where it is at `position` (default: the middle)."""
        if self._photo_area.isEmpty():
            return
        self._fitted = None
        view = self.viewport().rect()
        smallest = 0.5 * min(
            view.width() / self._photo_area.width(), view.height() / self._photo_area.height(), 2.0
        )
        zoom = min(max(self.zoom * factor, smallest), LARGEST_ZOOM)
        anchor = QPointF(view.center()) if position is None else position
        point = self.photo_point(anchor)
        self.scale(zoom / self.zoom, zoom / self.zoom)
        self._scroll(self.viewportTransform().map(point) - anchor)

    def _scroll(self, offset: QPointF) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(offset.x()))
        down.setValue(down.value() + round(offset.y()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted is not None:
            self.zoom_to(self._fitted)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            self._fitted = None
            self._scroll(self._panned_from - event.position())
            self._panned_from = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = None
            self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # a quick second press is a press
