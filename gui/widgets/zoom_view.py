"""Graphics views that zoom at the cursor and pan; they share the shown part of the photo.

Scene units are photo pixels; the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

LARGEST_ZOOM = 40.0  # screen pixels per photo pixel
FURTHEST = 0.5  # smallest zoom, relative to the one that fits the whole photo
STEP = 40  # screen pixels that an arrow key pans
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class Viewport(QObject):
    """The shown part of the photo: every view fits `area` into its own size."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photo = QRectF()
        self.area = QRectF()

    def set_photo(self, photo: QRectF) -> None:
        """Set the rectangle of the photo and show all of it."""
        self.photo = photo
        self.show(photo)

    def show(self, area: QRectF) -> None:
        """Show `area`, moved if necessary so that its centre is on the photo."""
        if area.isEmpty():
            return
        middle = area.center()
        x = min(max(middle.x(), self.photo.left()), self.photo.right())
        y = min(max(middle.y(), self.photo.top()), self.photo.bottom())
        area.moveCenter(QPointF(x, y))
        self.area = area
        self.changed.emit()


class ZoomView(QGraphicsView):
    """The wheel zooms; the middle button, Space with the left button, and the arrow keys pan."""

    def __init__(self, shown: Viewport | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = Viewport(self) if shown is None else shown
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # the window handles drops
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self._space = False
        self._panned_from: QPointF | None = None
        self._cursor_before: QCursor | None = None
        self.shown.changed.connect(self._follow)

    @property
    def zoom(self) -> float:
        """Screen pixels per photo pixel."""
        return self.transform().m11()

    @property
    def panning(self) -> bool:
        """Whether the mouse pans, or would pan with the left button (Space is held)."""
        return self._space or self._panned_from is not None

    def photo_point(self, position: QPointF) -> QPointF:
        """A point of the viewport in photo pixels, not rounded."""
        return self.viewportTransform().inverted()[0].map(position)

    def zoom_to_fit(self) -> None:
        """Show the whole photo."""
        self.shown.show(QRectF(self.shown.photo))

    def zoom_to(self, area: QRectF) -> None:
        """Fill the view with `area`."""
        self.shown.show(QRectF(area))

    def zoom_by(self, factor: float, position: QPointF | None = None) -> None:
        """Zoom with the fixed point `position` (of the viewport; default: its centre)."""
        area = self.shown.area
        if area.isEmpty():
            return
        smallest = min(FURTHEST * self._fitting(self.shown.photo), 1.0)
        factor = min(max(self.zoom * factor, smallest), LARGEST_ZOOM) / self.zoom
        point = self.photo_point(QPointF(self.viewport().rect().center()))
        if position is not None:
            point = self.photo_point(position)
        area = QRectF(point + (area.topLeft() - point) / factor, area.size() / factor)
        photo = self.shown.photo
        if self._fitting(area) < self._fitting(photo):  # smaller than the view: centred
            area.moveCenter(photo.center())
        self.shown.show(area)

    def zoom_to_pixels(self) -> None:
        """Show one pixel of the photo as one pixel of the screen, at the centre of the view."""
        self.zoom_by(1 / (self.zoom * self.devicePixelRatioF()))

    def _fitting(self, area: QRectF) -> float:
        """The zoom at which `area` fits the view."""
        view = self.viewport().rect()
        return min(view.width() / area.width(), view.height() / area.height())

    def _follow(self) -> None:
        area = self.shown.area
        if area.isEmpty():
            return
        zoom = self._fitting(area)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        # Large enough for every point of the photo to be in the centre.
        width, height = (1 + side / zoom for side in (self.width(), self.height()))
        self.setSceneRect(self.shown.photo.adjusted(-width, -height, width, height))
        self.centerOn(area.center())

    def _pan(self, offset: QPointF) -> None:
        """Move the photo by an offset in screen pixels."""
        self.shown.show(self.shown.area.translated(-offset / self.zoom))

    # Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def wheelEvent(self, event: QWheelEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.phase() != Qt.ScrollPhase.NoScrollPhase and not control:
            self._pan(QPointF(event.pixelDelta()))  # two fingers on a touch pad
        else:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panned_from = event.position()
            self._show_hand()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            self._pan(event.position() - self._panned_from)
            self._panned_from = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
            self._panned_from = None
            self._show_hand()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # a double click is two presses

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_hand()
        elif direction is not None:
            self._pan(QPointF(*direction) * -STEP)
        else:
            event.ignore()  # the base class would scroll this view alone

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_hand()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        self._show_hand()
        super().focusOutEvent(event)

    def _show_hand(self) -> None:
        """Show the hand cursor while panning; afterwards restore the previous cursor."""
        if not self.panning:
            if self._cursor_before is not None:
                self.viewport().setCursor(self._cursor_before)
            self._cursor_before = None
            return
        if self._cursor_before is None:
            self._cursor_before = self.viewport().cursor()
        held = self._panned_from is not None
        shape = Qt.CursorShape.ClosedHandCursor if held else Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(shape)
