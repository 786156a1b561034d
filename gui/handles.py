"""Selecting the 68 handles and moving, turning and scaling what is selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

import engine
from gui.canvas_tool import CanvasTool, Keys
from gui.commands import new_gesture
from gui.document import Document
from gui.face_groups import FaceGroup, face_groups, group_of, group_with
from gui.pose_item import PoseItem, draw_band, draw_box, draw_circle
from gui.selection_box import Affine, Floats, Grip, SelectionBox
from gui.soft_selection import selection_weights

if TYPE_CHECKING:
    from engine import Pose3D

# Screen pixels:
REACH = 11.0  # around a handle or a grip that still grab it
ON_HANDLE, ON_LINE = 6.5, 4.0  # beyond the first and within the second, a line is meant
MARGIN, STALK = 14.0, 26.0  # of the box
STILL = 2.0  # a click whose mouse moved no further is not a drag

SMALLEST_RADIUS, LARGEST_RADIUS = 0.1, 4.0  # distances between the eyes
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
Hit = int | Grip | FaceGroup | SelectionBox | None


@dataclass(frozen=True, eq=False)
class Drag:
    """Handles being dragged: all counts from where it began, so that nothing jumps.

    grabbed, point  where the button went down and where the mouse is, (2,) pixels
    start, points   the pose then, and its landmarks (68, 2)
    box, grip       around the selection then, and what was grabbed of it (None: it is moved)
    """

    gesture: int
    grabbed: Floats
    point: Floats
    start: Pose3D
    points: Floats
    box: SelectionBox | None = None
    grip: Grip | None = None
    keys: Keys = Keys.NoModifier
    active: bool = False
    clicked: Hit = None

    @property
    def affine(self) -> Affine:
        """What is done to the selected points."""
        if self.box is None or self.grip is None:
            return Affine.moving(self.point - self.grabbed)
        shift = bool(self.keys & Keys.ShiftModifier)
        if self.grip.turns:
            return self.box.turned(self.grabbed, self.point, shift)
        centred = bool(self.keys & Keys.ControlModifier)
        return self.box.scaled(self.grip, self.point - self.grabbed, shift, centred)


class Handles(CanvasTool):
    """The canvas's own tool, once a face is chosen. `zoom` is screen pixels per photo pixel."""

    def __init__(
        self,
        document: Document,
        item: PoseItem,
        zoom: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._item, self._zoom = document, item, zoom
        self.symmetric = False
        self.soft = False
        self.radius = 1.0  # of soft selection, in distances between the eyes
        self._drag: Drag | None = None
        self._nudge: Drag | None = None
        self._band: tuple[QPointF, QPointF, frozenset[int]] | None = None
        self._hovered: Hit = None
        self._correcting = False
        document.face_opened.connect(self.stop)
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show_pose)

    # What is selected, and how it is edited

    @property
    def selection(self) -> frozenset[int]:
        """The selected landmarks."""
        return self._item.selection

    def select(self, indices: frozenset[int]) -> None:
        """Replace the selection."""
        self._item.selection = indices
        self._refresh()

    def select_all(self) -> None:
        """Select all 68 landmarks."""
        self.take(face_groups()[-1])

    def take(self, group: FaceGroup, add: bool = False) -> None:
        """Select a part of the face. `add`: beside what is selected, or no longer if it is."""
        if self._document.pose is None:
            return
        if not add:
            self.select(group.indices)
        elif group.indices <= self.selection:
            self.select(self.selection - group.indices)
        else:
            self.select(self.selection | group.indices)

    def step(self, by: int) -> None:
        """Select the next (1) or the previous (-1) landmark alone."""
        if self._document.pose is not None:
            last = max(self.selection, default=-1) if by > 0 else min(self.selection, default=0)
            self.select(frozenset({(last + by) % engine.N_LANDMARKS}))

    def set_symmetric(self, symmetric: bool) -> None:
        """Whether the other side of the face follows."""
        self.symmetric = symmetric
        self._refresh()

    def set_soft(self, soft: bool) -> None:
        """Whether neighbours of the selection follow."""
        self.soft = soft
        self._refresh()

    def widen(self, factor: float) -> None:
        """Let neighbours this many times as far away follow; even while dragging."""
        self.radius = min(max(self.radius * factor, SMALLEST_RADIUS), LARGEST_RADIUS)
        self._refresh()
        if self._drag is not None and self._drag.active:
            self._apply(self._drag)

    # The mouse

    @property
    def cursor(self) -> Qt.CursorShape:
        hit = self._hovered if self._drag is None else self._drag.clicked
        if isinstance(hit, Grip) and not hit.turns and (box := self._box()) is not None:
            return _cursor_along(box.axes @ np.array([hit.x, hit.y]))
        if isinstance(hit, SelectionBox):
            return Qt.CursorShape.SizeAllCursor
        return Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.PointingHandCursor

    @property
    def tip(self) -> str:
        hit = self._hovered
        if isinstance(hit, FaceGroup):
            return self.tr("{}: click to take the whole part (key {}), drag to move it").format(
                hit.name, hit.key
            )
        if isinstance(hit, SelectionBox):
            return self.tr("Drag to move what is selected, click to drop the selection")
        if isinstance(hit, Grip) and hit.turns:
            return self.tr("Drag to turn what is selected; Shift: in steps of 15°")
        if isinstance(hit, Grip):
            return self.tr("Drag to scale what is selected; Shift: freely; Ctrl: about the middle")
        return ""

    def press(self, point: QPointF, keys: Keys) -> None:
        pose, shift = self._document.pose, bool(keys & Keys.ShiftModifier)
        if pose is None or not self._item.isVisible():
            return
        hit = self._hit(point)
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
        if self._drag is not None:
            at = _array(point)
            far = float(np.hypot(*(at - self._drag.grabbed))) * self._zoom() > STILL
            self._drag = replace(self._drag, point=at, keys=keys, active=self._drag.active or far)
            if self._drag.active:
                self._item.fading = True
                self._apply(self._drag)
        elif self._band is not None:
            self._band = (self._band[0], point, self._band[2])
            self.select(self._band[2] | self._item.within(self._band_rect()))

    def release(self, point: QPointF, keys: Keys) -> None:
        drag = self._drag
        self._end()
        if drag is not None and not drag.active:
            if isinstance(drag.clicked, int):
                self.select(frozenset({drag.clicked}))
            elif isinstance(drag.clicked, SelectionBox):
                self.select(frozenset())

    def hover(self, point: QPointF | None) -> None:
        hit = None if point is None or not self._item.isVisible() else self._hit(point)
        if hit == self._hovered or (
            isinstance(hit, SelectionBox) and isinstance(self._hovered, SelectionBox)
        ):
            return
        self._item.hovered = hit if isinstance(hit, int) else None
        self._item.hovered_group = hit.indices if isinstance(hit, FaceGroup) else frozenset()
        self._hovered = hit
        self.changed.emit()

    # The keyboard

    def key(self, event: QKeyEvent) -> bool:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None and not event.modifiers() & ~(
            Keys.ShiftModifier | Keys.KeypadModifier
        ):
            length = 10.0 if event.modifiers() & Keys.ShiftModifier else 1.0
            self.nudge(QPointF(*direction) * length, event.isAutoRepeat())
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._document.fitting:
            self._document.finish_fitting()
        else:
            return False
        return True

    def nudge(self, step: QPointF, held: bool = False) -> None:
        """Move the selection by `step` pixels; a key that is held down is one gesture."""
        pose = self._document.pose
        if pose is None or not self.selection or self._drag is not None:
            return
        if self._nudge is None or not held:
            self._nudge = self._begin(pose, QPointF())
        self._nudge = replace(self._nudge, point=self._nudge.point + _array(step))
        self._apply(self._nudge)

    def turn(self, degrees: float) -> None:
        """Turn the selection about its middle, clockwise."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        self._transform(np.array([[c, -s], [s, c]]), self.tr("Turn {}"))

    def scale(self, factor: float) -> None:
        """Scale the selection about its middle."""
        self._transform(np.eye(2) * factor, self.tr("Scale {}"))

    def give_up(self) -> None:
        """Take back the drag that is under way, else drop the selection."""
        drag = self._drag
        if drag is None:
            self.select(frozenset())
        else:
            self._document.change_pose(drag.start, self._text(drag), drag.gesture)
            self._end()

    def stop(self) -> None:
        self._end()
        self._nudge = None
        self._hovered = self._item.hovered = None
        self._item.hovered_group = frozenset()
        self.select(frozenset())

    # What is drawn

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self._item.isVisible():
            return
        if self._band is not None:
            draw_band(painter, self._band_rect(), zoom)
        box, drag = self._box(), self._drag
        if drag is not None and drag.active and self.soft:
            radius = self._radius_in_pixels(drag.points)
            draw_circle(painter, QPointF(*drag.point), radius, zoom)
        if box is not None and (drag is None or drag.grip is not None or not drag.active):
            grip = self._hovered if isinstance(self._hovered, Grip) else None
            draw_box(painter, box.grown(MARGIN / zoom), STALK / zoom, grip, zoom)

    def _hit(self, point: QPointF) -> Hit:
        """What is under the mouse: a handle, a grip of the box, a part's line, the box."""
        zoom, at = self._zoom(), _array(point)
        hit: Hit = None
        nearest = REACH
        index, distance = self._item.nearest(point)
        if index is not None and distance * zoom <= nearest:
            hit, nearest = index, distance * zoom
        box = self._box()
        if box is not None:
            box = box.grown(MARGIN / zoom)
            grip, distance = box.nearest_grip(at, STALK / zoom)
            if distance * zoom < nearest:
                hit, nearest = grip, distance * zoom
        if nearest <= ON_HANDLE:
            return hit
        part, distance = self._item.nearest_part(point)
        if part is not None and distance * zoom <= ON_LINE:
            return group_of(part)
        if hit is None and box is not None and box.contains(at):
            return box
        return hit

    def _box(self) -> SelectionBox | None:
        """Around the selection, if it is more than a point."""
        drag = self._drag
        if drag is not None and drag.active and drag.grip is not None and drag.box is not None:
            return drag.box.after(drag.affine)
        if self._item.pose is None or len(self.selection) < 2:
            return None
        points = self._item.pose.astype(np.float64)
        right = points[42:48].mean(axis=0) - points[36:42].mean(axis=0)
        return SelectionBox.around(points[sorted(self.selection)], right)

    # What is done

    def _begin(self, pose: Pose3D, point: QPointF) -> Drag:
        points = pose.landmarks().astype(np.float64)
        return Drag(new_gesture(), _array(point), _array(point), pose, points, self._box())

    def _end(self) -> None:
        self._drag = self._band = None
        self._item.fading = False
        self.changed.emit()

    def _apply(self, drag: Drag) -> None:
        self._change(drag.start, drag.points, drag.affine, self._text(drag), drag.gesture)

    def _change(
        self, start: Pose3D, points: Floats, affine: Affine, text: str, gesture: int | None
    ) -> None:
        offsets = affine(points) - points
        pose = start
        if np.any(offsets[sorted(self.selection)]):
            pose = start.dragged(offsets, self._weights(points), self._mirrors)
        self._document.change_pose(pose, text, gesture)

    def _transform(self, matrix: Floats, text: str) -> None:
        pose, box = self._document.pose, self._box()
        if pose is None or box is None or self._drag is not None:
            return
        points = pose.landmarks().astype(np.float64)
        affine = Affine.about(box.centre, matrix)
        self._change(pose, points, affine, text.format(self._name()), None)

    @property
    def _mirrors(self) -> bool:
        """Whether the other side follows; what is selected on both sides goes as it is dragged."""
        return self.symmetric and any(
            engine.MIRROR_IMAGES[index] not in self.selection for index in self.selection
        )

    def _weights(self, points: Floats) -> Floats:
        radius = self._radius_in_pixels(points) if self.soft else 0.0
        return selection_weights(points, self.selection, radius)

    def _radius_in_pixels(self, points: Floats) -> float:
        # Of the source's eyes: the pose's come close to each other when the head turns.
        source = self._document.landmarks
        eyes = points if source is None else source.astype(np.float64)
        apart = eyes[42:48].mean(axis=0) - eyes[36:42].mean(axis=0)
        return self.radius * float(np.hypot(*apart))

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

    # What has changed

    def _show_source(self) -> None:
        self._item.source = self._document.landmarks
        self._item.correcting = self._document.fitting
        if self._document.fitting != self._correcting:
            self._correcting = self._document.fitting
            self.stop()

    def _show_pose(self) -> None:
        pose = self._document.pose
        self._item.pose = None if pose is None else pose.landmarks()
        self._refresh()

    def _refresh(self) -> None:
        """Show which handles a drag would take along."""
        if self._item.pose is not None and (self._drag is None or not self._drag.active):
            weights = self._weights(self._item.pose.astype(np.float64))
            if self._mirrors:
                weights = np.maximum(weights, weights[list(engine.MIRROR_IMAGES)])
            self._item.weights = weights
        self.changed.emit()


def _array(point: QPointF) -> Floats:
    return np.array([point.x(), point.y()])


def _cursor_along(direction: Floats) -> Qt.CursorShape:
    """The cursor with arrows nearest to a direction (2,) of the screen."""
    eighth = round(float(np.arctan2(direction[1], direction[0])) / (np.pi / 4)) % 4
    return (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )[eighth]
