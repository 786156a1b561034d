"""The handles on the irises, which turn the eyes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter

import engine
from gui.document.document import Document
from gui.document.edit import new_gesture
from gui.widgets.items import HANDLE, OUTLINE, SELECTED, SHADOW, screen_pen

if TYPE_CHECKING:
    from engine import Pose3D
    from gui.canvas.selection_box import Floats

RIGHT, LEFT = 0, 1  # the person's own
BOTH = frozenset({RIGHT, LEFT})
RING, DOT = 5.5, 1.8  # screen pixels: radii


@dataclass(frozen=True, eq=False)
class Look:
    """A drag of an iris in progress, or a key that is held down.

    start, place  the pose at the start, and where the iris was, (2,) photo pixels
    grabbed       where the button went down, (2,) photo pixels
    degrees       by how much keys have turned the eyes, yaw and pitch
    """

    gesture: int
    start: Pose3D
    eye: int
    place: Floats
    grabbed: Floats
    degrees: tuple[float, float] = (0.0, 0.0)
    active: bool = False


class Irises(QObject):
    """Where the irises of the target pose are, which are selected, and what moves them.

    The selected eyes turn together. The mouse selects both, with Shift one alone.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._seen: tuple[Pose3D, Floats] | None = None
        self._drag: Look | None = None
        self._nudge: Look | None = None
        self.selection: frozenset[int] = frozenset()
        self.hovered: int | None = None

    @property
    def places(self) -> Floats | None:
        """The centres of the person's right and left iris, (2, 2) photo pixels; None: not shown."""
        pose = self._document.pose
        if pose is None:
            return None
        if self._seen is None or self._seen[0] is not pose:
            self._seen = pose, engine.irises(pose)
        return self._seen[1]

    @property
    def pressed(self) -> bool:
        """Whether the button went down on an iris."""
        return self._drag is not None

    @property
    def dragging(self) -> bool:
        """Whether an iris is being dragged."""
        return self._drag is not None and self._drag.active

    def nearest(self, point: Floats) -> tuple[int | None, float]:
        """The eye whose iris is nearest to a point (2,), and the distance in photo pixels."""
        if self.places is None:
            return None, np.inf
        distances = np.linalg.norm(self.places - point, axis=1)
        eye = int(np.argmin(distances))
        return eye, float(distances[eye])

    def select(self, eyes: Collection[int]) -> None:
        """Replace the selection."""
        if self.selection != frozenset(eyes):
            self.selection = frozenset(eyes)
            self.changed.emit()

    # The mouse

    def press(self, eye: int, point: Floats, alone: bool) -> None:
        """Begin a drag of an iris. alone: the other eye is to stay."""
        pose, places = self._document.pose, self.places
        if pose is not None and places is not None:
            self.select({eye} if alone else BOTH)
            self._drag = Look(new_gesture(), pose, eye, places[eye], point)

    def move(self, point: Floats, least: float) -> None:
        """Continue the drag, which begins when the mouse has moved further than `least` pixels."""
        drag = self._drag
        if drag is not None and (drag.active or np.hypot(*(point - drag.grabbed)) > least):
            self._drag = drag = replace(drag, active=True)
            goal = drag.place + point - drag.grabbed
            pose = engine.with_iris_at(drag.start, drag.eye, goal, self.selection)
            self._change(pose, drag)

    def release(self) -> None:
        """End the drag."""
        self._drag = None
        self.changed.emit()

    def cancel(self) -> None:
        """Undo the drag in progress; without one, clear the selection."""
        drag, self._drag = self._drag, None
        if drag is None:
            self.select(())
        else:
            self._change(drag.start, drag)

    def stop(self) -> None:
        """Another face or tool: end what is in progress."""
        self._drag = self._nudge = self.hovered = None
        self.select(())

    # The keyboard

    def nudge(self, yaw: float, pitch: float, held: bool) -> None:
        """Turn the selected eyes by degrees; `held` continues the last gesture."""
        pose = self._document.pose
        if pose is None or not self.selection or self.pressed:
            return
        nudge = self._nudge
        if nudge is None or not held:
            nudge = Look(new_gesture(), pose, RIGHT, np.zeros(2), np.zeros(2))
        degrees = nudge.degrees[0] + yaw, nudge.degrees[1] + pitch
        self._nudge = nudge = replace(nudge, degrees=degrees)
        turned = engine.with_eyes_turned(nudge.start, degrees, self.selection)
        self._change(turned, nudge)

    def _change(self, pose: Pose3D, look: Look) -> None:
        self._document.change_pose(pose, self.tr("Turn the eyes"), look.gesture)

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw a ring and a dot on each iris, in photo pixels."""
        if self.places is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for eye, (x, y) in enumerate(self.places.tolist()):
            at = QPointF(x, y)
            colour = SELECTED if eye in self.selection else HANDLE
            ring = (RING + (1.6 if eye == self.hovered else 0.0)) / zoom
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for ink, width in ((SHADOW, 3.4), (colour, 1.6)):
                painter.setPen(screen_pen(ink, width, zoom))
                painter.drawEllipse(at, ring, ring)
            painter.setPen(screen_pen(OUTLINE, 0.8, zoom))
            painter.setBrush(colour)
            painter.drawEllipse(at, DOT / zoom, DOT / zoom)
