"""The pose on the canvas: 68 handles, the lines of the parts, the selection's box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

import engine
from gui.canvas.selection_box import GRIPS, Grip, SelectionBox
from gui.widgets.items import ACCENT, HANDLE, OUTLINE, SELECTED, SHADOW, screen_pen

if TYPE_CHECKING:
    from engine import Landmarks
    from gui.canvas.selection_box import Floats

LINES = ACCENT.lighter(115)
CORRECTING = QColor("#5be08c")  # used only while landmarks are corrected
FAINT = QColor(255, 255, 255, 110)  # the source's lines
RADIUS = 3.6  # screen pixels: of a handle
ARM = 5.0  # screen pixels: of a cross
FADED = 0.3  # opacity during a drag, so that the face can be seen


class PoseItem(QGraphicsItem):
    """Draws handles and lines of the pose, and faintly the lines of the source.

    While the source's landmarks are corrected, it draws crosses instead of handles. What it draws
    is cached, since drawing takes longer than for all pictures: call `update` after a change.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._rect = QRectF()
        self.source: Landmarks | None = None
        self.pose: Landmarks | None = None
        self.selection: frozenset[int] = frozenset()
        self.weights = np.zeros(engine.N_LANDMARKS)  # with which each follows a drag, 0..1
        self.hovered: int | None = None
        self.hovered_group: frozenset[int] = frozenset()
        self.fading = False
        self.correcting = False

    def set_area(self, rect: QRectF) -> None:
        """Set the bounding rectangle."""
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:
        return self._rect

    # Hit tests, in photo pixels

    def nearest(self, point: QPointF) -> tuple[int | None, float]:
        """The handle nearest to `point`, and its distance."""
        if self.pose is None:
            return None, np.inf
        distance = np.hypot(self.pose[:, 0] - point.x(), self.pose[:, 1] - point.y())
        index = int(np.argmin(distance))
        return index, float(distance[index])

    def nearest_part(self, point: QPointF) -> tuple[str | None, float]:
        """The part whose line is nearest to `point`, and its distance."""
        if self.pose is None:
            return None, np.inf
        at = np.array([point.x(), point.y()])
        distances = {
            part.name: _distance(at, self._line(self.pose, part.indices, part.closed))
            for part in engine.FACE_PARTS
        }
        name = min(distances, key=lambda name: distances[name])
        return name, distances[name]

    def within(self, rect: QRectF) -> frozenset[int]:
        """The handles inside `rect`."""
        if self.pose is None:
            return frozenset()
        return frozenset(i for i, (x, y) in enumerate(self.pose) if rect.contains(x, y))

    # Drawing

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.pose is None:
            return
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        opacity = painter.opacity()
        painter.setOpacity(opacity * (FADED if self.fading else 1.0))
        if self.source is not None and not np.array_equal(self.source, self.pose):
            self._draw_lines(painter, self.source, FAINT, 1.0 / zoom)
        if not self.fading:
            self._draw_lines(painter, self.pose, SHADOW, 3.2 / zoom)
        self._draw_lines(painter, self.pose, CORRECTING if self.correcting else LINES, 1.6 / zoom)
        if self.correcting:
            self._draw_crosses(painter, self.pose, zoom)
        else:
            self._draw_handles(painter, self.pose, zoom)
        painter.setOpacity(opacity)

    def _draw_handles(self, painter: QPainter, pose: Landmarks, zoom: float) -> None:
        painter.setPen(screen_pen(OUTLINE, 1.2, zoom))
        for index, (x, y) in enumerate(pose):
            weight = float(self.weights[index])
            painter.setBrush(_mixed(HANDLE, SELECTED, weight) if weight else HANDLE)
            radius = self._size(RADIUS, index) / zoom
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _draw_crosses(self, painter: QPainter, pose: Landmarks, zoom: float) -> None:
        for colour, width in ((SHADOW, 3.2), (None, 1.4)):
            for index, (x, y) in enumerate(pose):
                shown = colour or _mixed(HANDLE, SELECTED, float(self.weights[index]))
                painter.setPen(screen_pen(shown, width, zoom))
                arm = self._size(ARM, index) / zoom
                painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
                painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))

    def _size(self, usual: float, index: int) -> float:
        chosen, hovered = index in self.selection, index == self.hovered
        return usual + (1.0 if chosen else 0.0) + (1.6 if hovered else 0.0)

    def _draw_lines(
        self, painter: QPainter, landmarks: Landmarks, colour: QColor, width: float
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in engine.FACE_PARTS:
            lit = landmarks is self.pose and self.hovered_group.issuperset(part.indices)
            painter.setPen(screen_pen(colour, width * (1.8 if lit else 1.0), 1.0))
            line = self._line(landmarks, part.indices, part.closed)
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))

    @staticmethod
    def _line(landmarks: Landmarks, indices: tuple[int, ...], closed: bool) -> Floats:
        order = [*indices, indices[0]] if closed else list(indices)
        return landmarks[order].astype(np.float64)


def draw_box(
    painter: QPainter, box: SelectionBox, stalk: float, hovered: Grip | None, zoom: float
) -> None:
    """Draw a selection's box with its grips; the rotation grip is `stalk` above the box."""
    corners = QPolygonF([QPointF(x, y) for x, y in box.corners().tolist()])
    top, turner = (QPointF(*box.place(Grip(0, -1, turns), stalk)) for turns in (False, True))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((SHADOW, 2.6), (SELECTED, 1.0)):
        painter.setPen(screen_pen(colour, width, zoom))
        painter.drawPolygon(corners)
        painter.drawLine(top, turner)
    painter.setPen(screen_pen(OUTLINE, 1.2, zoom))
    for grip in GRIPS:
        size = (5.5 if grip == hovered else 4.0) / zoom
        painter.setBrush(SELECTED if grip == hovered else HANDLE)
        at = QPointF(*box.place(grip, stalk))
        if grip.turns:
            painter.drawEllipse(at, 1.2 * size, 1.2 * size)
        else:
            painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))


def draw_band(painter: QPainter, rect: QRectF, zoom: float) -> None:
    """Draw a rubber band."""
    painter.setPen(screen_pen(ACCENT, 1.0, zoom))
    painter.setBrush(QColor(78, 161, 255, 40))
    painter.drawRect(rect)


def draw_circle(painter: QPainter, centre: QPointF, radius: float, zoom: float) -> None:
    """Draw the radius of soft selection."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((SHADOW, 2.6), (HANDLE, 1.0)):
        painter.setPen(screen_pen(colour, width, zoom))
        painter.drawEllipse(centre, radius, radius)


def _distance(point: Floats, line: Floats) -> float:
    """The distance from a point (2,) to the polyline through points (N, 2)."""
    start, along = line[:-1], np.diff(line, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((point - start) * along).sum(axis=1) / length, 0, 1)
    nearest = start + share[:, None] * along
    return float(np.linalg.norm(nearest - point, axis=1).min())


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Blend two colours linearly; `share` (0..1) is the second's."""
    mixed = (1 - share) * np.array(one.getRgb()) + share * np.array(other.getRgb())
    return QColor(*np.rint(mixed).astype(int).tolist())
