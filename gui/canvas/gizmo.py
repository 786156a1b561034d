"""The gizmo: a small 3D head on the canvas that rotates the pose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

import engine
from gui.document.document import Document
from gui.document.edit import new_gesture
from gui.document.head_turn import Angles, HeadTurn, axis_name
from gui.style.theme import colour
from gui.widgets.head_view import draw_head

if TYPE_CHECKING:
    from engine import Pose3D

SIDE, CAPTION = 138, 20  # pixels: diameter of the disc, height of the line below it
RING = 11.0  # pixels: width of the ring that changes roll
MARGIN = 12
DEGREES_PER_PIXEL = 1.25  # at which the nose follows the mouse
NOSE = 30  # landmark: the tip of the nose
REDRAW_MS = 80  # delay of a redraw after a change that is not a turn

KEYS: dict[Qt.Key, Angles] = {
    Qt.Key.Key_Left: (-1.0, 0.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0, 0.0),
    Qt.Key.Key_Down: (0.0, -1.0, 0.0),
    Qt.Key.Key_PageUp: (0.0, 0.0, -1.0),
    Qt.Key.Key_PageDown: (0.0, 0.0, 1.0),
}


@dataclass(frozen=True)
class Grab:
    """The start of a drag: position, pose, and whether it began on the ring."""

    place: QPointF
    pose: Pose3D
    ring: bool
    gesture: int


class Gizmo(QWidget):
    """A drag of the head changes yaw and pitch, of the ring roll; a double click resets all three.

    The outline around the nose and the arc on the ring show the model's trained range.
    """

    def __init__(self, document: Document, turn: HeadTurn, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._document, self._turn, self._viewport = document, turn, viewport
        self._grabbed: Grab | None = None
        self._gesture = new_gesture()  # of the key that is held down
        self._hovered = False
        self._wanted = True
        # The painted head is cached while points are dragged: drawing it takes half as long as an
        # update and would delay that.
        self._picture: QPixmap | None = None
        self._drawn: Pose3D | None = None
        self._delay = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._delay.timeout.connect(self._redraw)
        self.setFixedSize(QSize(SIDE, SIDE + CAPTION))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Head"))
        tip = self.tr("Drag the head to turn it, the ring to tilt it; double-click to turn it back")
        self.setToolTip(tip)
        self.setStatusTip(tip)
        viewport.installEventFilter(self)
        document.pose_changed.connect(self._show)
        turn.ranges_changed.connect(self._redraw)
        self._place()
        self._show()

    def set_wanted(self, wanted: bool) -> None:
        """Set whether the gizmo is shown while a face is open."""
        self._wanted = wanted
        self._show()

    def _show(self) -> None:
        self.setVisible(self._wanted and self._document.editable is not None)
        self.setAccessibleDescription(self._angles_in_words())
        pose, drawn = self._document.editable, self._drawn
        if pose is None or drawn is None or _angles(pose) != _angles(drawn):
            self._redraw()
        else:
            self._delay.start()

    def _redraw(self) -> None:
        self._delay.stop()
        self._picture = None
        self.update()

    def _angles_in_words(self) -> str:
        angles = zip(range(3), self._turn.angles, strict=True)
        return self.tr(", ").join(
            self.tr("{axis} {degrees:.0f}°").format(axis=axis_name(axis), degrees=degrees)
            for axis, degrees in angles
        )

    def _place(self) -> None:
        """Move it to the upper right corner."""
        self.move(self._viewport.width() - self.width() - MARGIN, MARGIN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        pose, ratio = self._document.editable, self.devicePixelRatioF()
        if pose is None:
            return
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture, self._drawn = QPixmap(self.size() * ratio), pose
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            self._draw(painter, pose, ratio)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)

    def _draw(self, painter: QPainter, pose: Pose3D, ratio: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        active = self._hovered or self._grabbed is not None or self.hasFocus()
        disc = QRectF(1, 1, SIDE - 2, SIDE - 2)
        ground = QColor(colour("window"))
        ground.setAlpha(225 if active else 150)
        painter.setPen(QPen(colour("accent" if self.hasFocus() else "line"), 1))
        painter.setBrush(ground)
        painter.drawEllipse(disc)
        inner = disc.adjusted(RING, RING, -RING, -RING)
        painter.setOpacity(1.0 if active else 0.85)
        draw_head(painter, inner, pose, ratio)
        beyond = self._turn.beyond
        self._draw_trained(painter, inner, bool(beyond & {0, 1}))
        self._draw_ring(painter, disc, 2 in beyond)
        if active:
            self._draw_angles(painter, ground, bool(beyond))

    def _draw_angles(self, painter: QPainter, ground: QColor, beyond: bool) -> None:
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        text = "   ".join(f"{degrees:+.0f}°" for degrees in self._turn.angles).replace("-", "−")
        width = painter.fontMetrics().horizontalAdvance(text) + 16
        area = QRectF((SIDE - width) / 2, SIDE + 2, width, CAPTION - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(colour("warm" if beyond else "text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_ring(self, painter: QPainter, disc: QRectF, beyond: bool) -> None:
        """Draw the trained range of roll as an arc, and the current roll as a knob."""
        path = disc.adjusted(RING / 2, RING / 2, -RING / 2, -RING / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._turn.ranges is not None:
            low, high = self._turn.ranges[2]
            band = QColor(colour("accent"))
            band.setAlpha(110)
            painter.setPen(QPen(band, 5, c=Qt.PenCapStyle.FlatCap))
            # Qt counts anticlockwise from three o'clock, in sixteenths of a degree.
            painter.drawArc(path, round((90 - low) * 16), round((low - high) * 16))
        angle = math.radians(self._turn.angles[2])
        knob = path.center() + QPointF(math.sin(angle), -math.cos(angle)) * (path.width() / 2)
        painter.setPen(QPen(colour("window"), 1.5))
        painter.setBrush(colour("warm" if beyond else "accent"))
        painter.drawEllipse(knob, 5.0, 5.0)

    def _draw_trained(self, painter: QPainter, area: QRectF, beyond: bool) -> None:
        """Draw the outline of nose positions within the trained range, and the nose."""
        pose, ranges = self._document.editable, self._turn.ranges
        if pose is None or ranges is None:
            return
        (left, right), (down, up), _ = ranges
        across, along = np.linspace(left, right, 13), np.linspace(down, up, 9)
        border = [
            *((yaw, down) for yaw in across),
            *((right, pitch) for pitch in along),
            *((yaw, up) for yaw in across[::-1]),
            *((left, pitch) for pitch in along[::-1]),
        ]
        line = QPolygonF([self._nose(area, (yaw, pitch, pose.roll)) for yaw, pitch in border])
        ink = QColor(colour("warm" if beyond else "accent"))
        painter.setPen(QPen(ink, 1.4, Qt.PenStyle.SolidLine if beyond else Qt.PenStyle.DashLine))
        ink.setAlpha(28)
        painter.setBrush(ink)
        painter.drawPolygon(line)
        painter.setPen(QPen(colour("window"), 1.5))
        painter.setBrush(colour("warm" if beyond else "accent"))
        painter.drawEllipse(self._nose(area, self._turn.angles), 5.0, 5.0)

    def _nose(self, area: QRectF, angles: Angles) -> QPointF:
        """The position of the tip of the nose at these angles."""
        pose = self._document.editable
        assert pose is not None
        x, y = engine.place_on_head(pose.source.points()[NOSE], pose.turned(*angles))
        return area.topLeft() + QPointF(x, y) * area.width()

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        pose, place = self._document.editable, event.position()
        if pose is not None:
            self._grabbed = Grab(place, pose, self._on_ring(place), new_gesture())
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._redraw()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            return
        grab = self._grabbed
        start, yaw, pitch, roll = grab.place, grab.pose.yaw, grab.pose.pitch, grab.pose.roll
        fine = 0.2 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        if grab.ring:
            turned = _bearing(event.position()) - _bearing(start)
            self._turn.turn_to((yaw, pitch, roll + fine * _wrapped(turned)), grab.gesture)
        else:
            way = (event.position() - start) * DEGREES_PER_PIXEL * fine
            self._turn.turn_to((yaw + way.x(), pitch - way.y(), roll), grab.gesture)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._redraw()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._turn.turn_to((0.0, 0.0, 0.0), new_gesture())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._grabbed is not None:
            grab, self._grabbed = self._grabbed, None
            self._document.change_pose(grab.pose, self.tr("Turn head"), grab.gesture)
        elif key in KEYS:
            if not event.isAutoRepeat():
                self._gesture = new_gesture()
            step = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            yaw, pitch, roll = (step * angle for angle in KEYS[key])
            self._turn.turn_by((yaw, pitch, roll), self._gesture)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._redraw()  # the theme has changed
        super().changeEvent(event)

    def enterEvent(self, event: QEvent) -> None:
        self._hover(True)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._redraw()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._redraw()

    def _hover(self, hovered: bool) -> None:
        self._hovered = hovered
        self._redraw()

    def _on_ring(self, point: QPointF) -> bool:
        away = point - QPointF(SIDE / 2, SIDE / 2)
        return math.hypot(away.x(), away.y()) > SIDE / 2 - RING - 3


def _angles(pose: Pose3D) -> Angles:
    return pose.yaw, pose.pitch, pose.roll


def _bearing(point: QPointF) -> float:
    """The direction of a point from the centre of the ring, degrees clockwise."""
    return math.degrees(math.atan2(point.y() - SIDE / 2, point.x() - SIDE / 2))


def _wrapped(degrees: float) -> float:
    """The same rotation in -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0
