"""The canvas tool that selects the 68 handles and moves, rotates and scales the selection.

The handles on the irises are `Irises`; either landmarks are selected or eyes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

import engine
from gui.canvas.canvas_tool import CanvasTool, Keys
from gui.canvas.drag import Drag, Following, eyes_apart
from gui.canvas.face_groups import FaceGroup, face_groups, group_with
from gui.canvas.irises import BOTH, Irises
from gui.canvas.picking import MARGIN, STALK, Hit, Iris, cursor_over, pick, tip_over
from gui.canvas.pose_item import PoseItem, draw_band, draw_box, draw_circle
from gui.canvas.selection_box import Affine, Floats, Grip, SelectionBox
from gui.document.document import Document
from gui.document.edit import new_gesture

if TYPE_CHECKING:
    from engine import Pose3D

CLICK = 2.0  # screen pixels: the mouse moves no further in a click, but further in a drag

DEGREES = 1.0, 5.0  # by which an arrow key turns the eyes, and with Shift

ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class Handles(CanvasTool):
    """The default tool of the canvas. `zoom` returns screen pixels per photo pixel."""

    missed = Signal(QPointF)  # a click beside everything that it could hit

    def __init__(
        self,
        document: Document,
        item: PoseItem,
        zoom: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._item, self._zoom = document, item, zoom
        self.irises = Irises(document, self)
        self.irises.changed.connect(self.changed)
        self._following = Following()
        self._drag: Drag | None = None
        self._nudge: Drag | None = None
        self._band: tuple[QPointF, QPointF, frozenset[int]] | None = None
        self._hovered: Hit = None
        self._correcting = False
        document.face_opened.connect(self.stop)
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show_pose)

    # The selection, and which points follow it

    @property
    def selection(self) -> frozenset[int]:
        """The selected landmarks."""
        return self._item.selection

    def select(self, indices: frozenset[int]) -> None:
        """Select these landmarks and no iris."""
        self._item.selection = indices
        self.irises.select(())
        self._refresh()

    def select_all(self) -> None:
        """Select all 68 landmarks."""
        self.take(face_groups()[-1])

    def take_eyes(self, eyes: frozenset[int] = BOTH) -> None:
        """Select irises and no landmark."""
        if self.irises.places is not None:
            self.select(frozenset())
            self.irises.select(eyes)

    def take(self, group: FaceGroup, add: bool = False) -> None:
        """Select a part of the face. `add`: toggle it in the selection."""
        if self._document.editable is None:
            return
        if not add:
            self.select(group.indices)
        elif group.indices <= self.selection:
            self.select(self.selection - group.indices)
        else:
            self.select(self.selection | group.indices)

    def step(self, by: int) -> None:
        """Select only the next (1) or the previous (-1) landmark; the irises follow the last."""
        if self._document.editable is None:
            return
        eyes, n = self.irises.selection, engine.N_LANDMARKS
        chosen = [n + eye for eye in eyes] if eyes else list(self.selection)
        last = max(chosen, default=-1) if by > 0 else min(chosen, default=0)
        index = (last + by) % (n if self.irises.places is None else n + len(BOTH))
        if index < n:
            self.select(frozenset({index}))
        else:
            self.take_eyes(frozenset({index - n}))

    @property
    def symmetric(self) -> bool:
        """Whether the other side of the face follows, mirrored."""
        return self._following.symmetric

    def set_symmetric(self, symmetric: bool) -> None:
        """Set whether the other side of the face follows, mirrored."""
        self._following = replace(self._following, symmetric=symmetric)
        self._refresh()

    def set_soft(self, soft: bool) -> None:
        """Set whether neighbours of the selection follow."""
        self._following = replace(self._following, soft=soft)
        self._refresh()

    def widen(self, factor: float) -> None:
        """Multiply the radius of soft selection by `factor`, also during a drag."""
        self._following = self._following.widened(factor)
        self._refresh()
        if self._drag is not None and self._drag.active:
            self._apply(self._drag)

    # The mouse

    @property
    def cursor(self) -> Qt.CursorShape:
        hit = self._hovered if self._drag is None else self._drag.clicked
        return cursor_over(hit, self._box())

    @property
    def tip(self) -> str:
        return tip_over(self._hovered)

    def press(self, point: QPointF, keys: Keys) -> None:
        pose, shift = self._document.editable, bool(keys & Keys.ShiftModifier)
        if pose is None or not self._item.isVisible():
            return
        hit = pick(self._item, self.irises, self._box(), point, self._zoom())
        if isinstance(hit, Iris):
            self.select(frozenset())
            self.irises.press(hit.eye, _array(point), shift)
            return
        if hit is None or (isinstance(hit, SelectionBox) and shift):
            self._band = (point, point, self.selection if shift else frozenset())
            self.select(self._band[2])
            return
        taken = frozenset[int]()
        if isinstance(hit, FaceGroup):
            taken = hit.indices
            if shift or not taken <= self.selection:
                self.take(hit, add=shift)
        elif isinstance(hit, int):
            taken = frozenset({hit})
            if shift:
                self.select(self.selection ^ taken)
            elif hit not in self.selection:
                self.select(taken)
        if taken <= self.selection:
            self._drag = replace(
                self._begin(pose, point),
                grip=hit if isinstance(hit, Grip) else None,
                clicked=None if shift else hit,
            )

    def move(self, point: QPointF, keys: Keys) -> None:
        if self.irises.pressed:
            self.irises.move(_array(point), CLICK / self._zoom())
            self._item.fading = self.irises.dragging
        elif self._drag is not None:
            at = _array(point)
            far = float(np.hypot(*(at - self._drag.grabbed))) * self._zoom() > CLICK
            self._drag = replace(self._drag, point=at, keys=keys, active=self._drag.active or far)
            if self._drag.active:
                self._item.fading = True
                self._apply(self._drag)
        elif self._band is not None:
            self._band = (self._band[0], point, self._band[2])
            self.select(self._band[2] | self._item.within(self._band_rect()))

    def release(self, point: QPointF, keys: Keys) -> None:
        drag, band = self._drag, self._band
        self._end()
        if band is not None and not keys & Keys.ShiftModifier:
            moved = band[1] - band[0]
            if np.hypot(moved.x(), moved.y()) * self._zoom() <= CLICK:
                self.missed.emit(point)
        if drag is not None and not drag.active:
            if isinstance(drag.clicked, int):
                self.select(frozenset({drag.clicked}))
            elif isinstance(drag.clicked, SelectionBox):
                self.select(frozenset())

    @property
    def hovers(self) -> bool:
        """Whether the mouse is over something that a click would hit."""
        return self._hovered is not None

    def hover(self, point: QPointF | None) -> None:
        hit: Hit = None
        if point is not None and self._item.isVisible():
            hit = pick(self._item, self.irises, self._box(), point, self._zoom())
        if hit == self._hovered or (
            isinstance(hit, SelectionBox) and isinstance(self._hovered, SelectionBox)
        ):
            return
        self._item.hovered = hit if isinstance(hit, int) else None
        self.irises.hovered = hit.eye if isinstance(hit, Iris) else None
        self._item.hovered_group = hit.indices if isinstance(hit, FaceGroup) else frozenset()
        self._hovered = hit
        self.changed.emit()

    # The keyboard

    def key(self, event: QKeyEvent) -> bool:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None and not event.modifiers() & ~(
            Keys.ShiftModifier | Keys.KeypadModifier
        ):
            shift, held = bool(event.modifiers() & Keys.ShiftModifier), event.isAutoRepeat()
            if self.irises.selection:
                degrees = DEGREES[shift]
                self.irises.nudge(degrees * direction[0], -degrees * direction[1], held)
            else:
                self.nudge(QPointF(*direction) * (10.0 if shift else 1.0), held)
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._document.correcting:
            self._document.finish_correcting()
        else:
            return False
        return True

    def nudge(self, step: QPointF, held: bool = False) -> None:
        """Move the selection by `step` photo pixels. `held`: continue the last gesture."""
        pose = self._document.editable
        if pose is None or not self.selection or self._drag is not None:
            return
        if self._nudge is None or not held:
            self._nudge = self._begin(pose, QPointF())
        self._nudge = replace(self._nudge, point=self._nudge.point + _array(step))
        self._apply(self._nudge)

    def turn(self, degrees: float) -> None:
        """Rotate the selection about its centre, clockwise."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        self._transform(np.array([[c, -s], [s, c]]), self.tr("Turn {}"))

    def scale(self, factor: float) -> None:
        """Scale the selection about its centre."""
        self._transform(np.eye(2) * factor, self.tr("Scale {}"))

    def cancel(self) -> None:
        """Undo the drag in progress; without one, clear the selection."""
        drag = self._drag
        if self.irises.pressed or self.irises.selection:
            self.irises.cancel()
            self._end()
        elif drag is None:
            self.select(frozenset())
        else:
            self._document.change_pose(drag.start, self._text(drag), drag.gesture)
            self._end()

    def stop(self) -> None:
        self._end()
        self._nudge = None
        self.irises.stop()
        self._hovered = self._item.hovered = None
        self._item.hovered_group = frozenset()
        self.select(frozenset())

    # Painting

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self._item.isVisible():
            return
        self.irises.paint(painter, zoom)
        if self._band is not None:
            draw_band(painter, self._band_rect(), zoom)
        box, drag = self._box(), self._drag
        if drag is not None and drag.active and self._following.soft:
            radius = self._following.radius * self._eyes_apart(drag.points)
            draw_circle(painter, QPointF(*drag.point), radius, zoom)
        if box is not None and (drag is None or drag.grip is not None or not drag.active):
            grip = self._hovered if isinstance(self._hovered, Grip) else None
            draw_box(painter, box.grown(MARGIN / zoom), STALK / zoom, grip, zoom)

    def _box(self) -> SelectionBox | None:
        """The box around the selection; None for fewer than two points."""
        drag = self._drag
        if drag is not None and drag.active and drag.grip is not None and drag.box is not None:
            return drag.box.after(drag.affine)
        if self._item.pose is None or len(self.selection) < 2:
            return None
        points = self._item.pose.astype(np.float64)
        right = points[42:48].mean(axis=0) - points[36:42].mean(axis=0)
        return SelectionBox.around(points[sorted(self.selection)], right)

    # Changing the pose

    def _begin(self, pose: Pose3D, point: QPointF) -> Drag:
        points = pose.landmarks().astype(np.float64)
        return Drag(new_gesture(), _array(point), _array(point), pose, points, self._box())

    def _end(self) -> None:
        self._drag = self._band = None
        self.irises.release()
        self._item.fading = False
        self.changed.emit()

    def _apply(self, drag: Drag) -> None:
        self._change(drag.start, drag.points, drag.affine, self._text(drag), drag.gesture)

    def _change(
        self, start: Pose3D, points: Floats, affine: Affine, text: str, gesture: int | None
    ) -> None:
        apart = self._eyes_apart(points)
        pose = self._following.applied(start, points, self.selection, affine, apart)
        self._document.change_pose(pose, text, gesture)

    def _transform(self, matrix: Floats, text: str) -> None:
        pose, box = self._document.editable, self._box()
        if pose is None or box is None or self._drag is not None:
            return
        points = pose.landmarks().astype(np.float64)
        affine = Affine.about(box.centre, matrix)
        self._change(pose, points, affine, text.format(self._name()), None)

    def _eyes_apart(self, points: Floats) -> float:
        # Of the source: in the pose, the distance shrinks when the head turns.
        source = self._document.landmarks
        return eyes_apart(points if source is None else source.astype(np.float64))

    def _name(self) -> str:
        group = group_with(self.selection)
        if group is not None:
            return group.name
        if len(self.selection) == 1:
            return self.tr("point")
        return self.tr("{} points").format(len(self.selection))

    def _text(self, drag: Drag) -> str:
        text = self.tr("Move {}")
        if drag.grip is not None:
            text = self.tr("Turn {}") if drag.grip.turns else self.tr("Scale {}")
        return text.format(self._name())

    def _band_rect(self) -> QRectF:
        assert self._band is not None
        return QRectF(self._band[0], self._band[1]).normalized()

    # Following the document

    def _show_source(self) -> None:
        self._item.source = self._document.landmarks
        self._item.correcting = self._document.correcting
        if self._document.correcting != self._correcting:
            self._correcting = self._document.correcting
            self.stop()

    def _show_pose(self) -> None:
        pose = self._document.editable
        self._item.pose = None if pose is None else pose.landmarks()
        self._refresh()

    def _refresh(self) -> None:
        """Show the weights with which handles would follow a drag."""
        if self._item.pose is not None and (self._drag is None or not self._drag.active):
            points = self._item.pose.astype(np.float64)
            weights = self._following.weights(points, self.selection, self._eyes_apart(points))
            if self._following.mirrors(self.selection):
                weights = np.maximum(weights, weights[list(engine.MIRROR_IMAGES)])
            self._item.weights = weights
        self.changed.emit()


def _array(point: QPointF) -> Floats:
    return np.array([point.x(), point.y()])
