"""A view of a picture over the photo that can compare both."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QStyleOptionGraphicsItem, QWidget

from gui.document.images import halvings
from gui.document.photo import Photo
from gui.widgets.items import PictureItem
from gui.widgets.zoom_view import Viewport, ZoomView

REACH = 9.0  # screen pixels around the split line within which it is grabbed
DRAG = 30.0  # screen pixels that the mouse moves before the picture is dragged out
GRIP = 11.0  # screen pixels: radius of its handle


class AfterItem(PictureItem):
    """The picture, clipped to the photo and to the right side of the split line."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = QRectF()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setClipRect(self.shown, Qt.ClipOperation.IntersectClip)
        super().paint(painter, option, widget)


class PictureView(ZoomView):
    """Shows `image` in its place over the photo.

    While the mouse button is down, the photo is shown instead. With a split, the photo is shown
    left of a line that can be dragged. If `drags` is set, moving the mouse far with the button down
    asks to drag the picture out of the window.
    """

    split_moved = Signal(float)
    drag_wanted = Signal()

    def __init__(
        self, empty: str, shown: Viewport | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(shown, parent)
        self.setObjectName("pictureView")
        self.image: QImage | None = None  # None if only the photo is shown
        self.filled = False
        self.split: float | None = None  # the line's position, as a share of the width
        self.comparing = False
        self._empty, self._why = empty, ""
        self.drags = False
        self._pressed = self._splitting = False
        self._pressed_at = QPointF()
        self._before, self._others, self._after = PictureItem(), AfterItem(), AfterItem()
        self._has_others = False
        for item in (self._before, self._others, self._after):
            self.scene().addItem(item)
        self.setMinimumSize(120, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_empty(self, text: str) -> None:
        """Set the sentence that is shown without a picture."""
        self._empty = text
        self.viewport().update()

    def show_photo(self, photo: Photo | None) -> None:
        """Set the photo behind the picture; removes the picture."""
        if photo is not None:
            self._before.show_levels(photo.levels, QRectF(-0.5, -0.5, *photo.size))
        self.show_nothing()

    @property
    def sentence(self) -> str:
        """The sentence of an empty view."""
        return self._why or self._empty

    def show_nothing(self, why: str = "") -> None:
        """Remove the picture; `why` replaces the sentence of an empty view."""
        self.image, self.filled, self._why = None, False, why
        self._refresh()

    def show_source(self) -> None:
        """Show the photo alone."""
        self.image, self.filled = None, True
        self._refresh()

    def show_others(self, levels: tuple[QImage, ...], area: QRectF) -> None:
        """Show a picture, given as its `halvings`, over `area` of the photo, behind `image`; empty
        levels: no picture."""
        self._has_others = bool(levels)
        self._others.show_levels(levels, area)
        self._refresh()

    def show_image(self, image: QImage, area: QRectF) -> None:
        """Show `image` over `area` of the photo."""
        self.show_levels(halvings(image), area)

    def show_levels(self, levels: tuple[QImage, ...], area: QRectF) -> None:
        """Show an image, given as its `halvings`, over `area` of the photo."""
        self.image, self.filled = levels[0], True
        self._after.show_levels(levels, area)
        self._refresh()

    def set_split(self, split: float | None) -> None:
        """Set the position of the split line, 0..1; None: no line."""
        self.split = split
        self._refresh()

    def set_comparing(self, comparing: bool) -> None:
        """Set whether the photo is shown instead of the picture."""
        self.comparing = comparing
        self._refresh()

    @property
    def _bare(self) -> bool:
        """Whether the photo alone is visible."""
        return self.comparing or (self._pressed and not self._splitting)

    def _refresh(self) -> None:
        self._before.setVisible(self.filled)
        self._after.setVisible(self.image is not None and not self._bare)
        self._others.setVisible(self._has_others and self._after.isVisible())
        self._place_split()
        self.viewport().update()

    def _place_split(self) -> None:
        after = QRectF(self.shown.photo)
        if self.split is not None and not after.isEmpty():
            after.setLeft(self.photo_point(QPointF(self.split * self.viewport().width(), 0)).x())
        self._after.shown = self._others.shown = after

    def _follow(self) -> None:
        super()._follow()
        self._place_split()

    # Qt's events

    def drawForeground(self, painter: QPainter, _rect: QRectF | object) -> None:
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.viewport().rect())
        if not self.filled:
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(16, 16, -16, -16), int(flags), self.sentence)
        elif self.image is None:
            return
        elif self._bare:
            draw_label(painter, self.tr("Before"), QPointF(10, area.bottom() - 10), left=True)
        elif self.split is not None:
            self._draw_split(painter, area)

    def _draw_split(self, painter: QPainter, area: QRectF) -> None:
        assert self.split is not None
        x = self.split * area.width()
        for colour, width in ((QColor(0, 0, 0, 110), 4.0), (QColor("white"), 1.6)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        middle = QPointF(x, area.center().y())
        painter.setPen(QPen(QColor(0, 0, 0, 110), 1.0))
        painter.setBrush(QColor("white"))
        painter.drawEllipse(middle, GRIP, GRIP)
        painter.setPen(QPen(QColor("#30363f"), 1.8, c=Qt.PenCapStyle.RoundCap))
        for side in (-1, 1):
            tip = middle + QPointF(6.5 * side, 0)
            for leg in (-3.5, 3.5):
                painter.drawLine(tip, tip + QPointF(-3.5 * side, leg))
        bottom = area.bottom() - 10
        draw_label(painter, self.tr("Before"), QPointF(x - 10, bottom), left=False)
        draw_label(painter, self.tr("After"), QPointF(x + 10, bottom), left=True)

    def _at_split(self, position: QPointF) -> bool:
        if self.split is None or self.image is None:
            return False
        return abs(position.x() - self.split * self.viewport().width()) <= REACH

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.panning:
            self._pressed, self._pressed_at = True, event.position()
            self._splitting = self._at_split(event.position())
            self._refresh()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.panning:
            return
        if self._splitting:
            split = event.position().x() / max(self.viewport().width(), 1)
            self.split_moved.emit(min(max(split, 0.0), 1.0))
        elif self._pressed and self.drags and self.image is not None:
            if (event.position() - self._pressed_at).manhattanLength() > DRAG:
                self._pressed = False
                self._refresh()
                self.drag_wanted.emit()
        elif not event.buttons():
            over = self._at_split(event.position())
            shape = Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._splitting = False
            self._refresh()


def draw_label(painter: QPainter, text: str, corner: QPointF, left: bool) -> None:
    """Draw white text on a dark rounded rectangle; `corner` is its lower left or right corner."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 16.0, metrics.height() + 6.0
    pill = QRectF(corner.x() if left else corner.x() - width, corner.y() - height, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(pill, 6, 6)
    painter.setPen(QColor("white"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
