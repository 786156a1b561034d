"""Hit test of handles, lines, grips and the selection's box, and what a hit offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, Qt

from gui.canvas.face_groups import FaceGroup, group_of
from gui.canvas.selection_box import Floats, Grip, SelectionBox

if TYPE_CHECKING:
    from gui.canvas.irises import Irises
    from gui.canvas.pose_item import PoseItem

# Screen pixels:
REACH = 11.0  # radius within which a handle or a grip is hit
# A line within ON_LINE has priority over a handle or grip further away than ON_HANDLE.
ON_HANDLE, ON_LINE = 6.5, 4.0
MARGIN, STALK = 14.0, 26.0  # of the selection's box; STALK: distance of the rotation grip


@dataclass(frozen=True)
class Iris:
    """The handle on an iris; eye 0 is the person's right."""

    eye: int


Hit = int | Iris | Grip | FaceGroup | SelectionBox | None


def pick(
    item: PoseItem, irises: Irises, box: SelectionBox | None, point: QPointF, zoom: float
) -> Hit:
    """What is at a point of the photo: a handle, an iris, a grip of the selection's box, the line
    of a part, or the inside of the box. `zoom` is screen pixels per photo pixel."""
    at = np.array([point.x(), point.y()])
    hit: Hit = None
    nearest = REACH
    index, distance = item.nearest(point)
    if index is not None and distance * zoom <= nearest:
        hit, nearest = index, distance * zoom
    eye, distance = irises.nearest(at)
    if eye is not None and distance * zoom < nearest:
        hit, nearest = Iris(eye), distance * zoom
    if box is not None:
        box = box.grown(MARGIN / zoom)
        grip, distance = box.nearest_grip(at, STALK / zoom)
        if distance * zoom < nearest:
            hit, nearest = grip, distance * zoom
    if nearest <= ON_HANDLE:
        return hit
    part, distance = item.nearest_part(point)
    if part is not None and distance * zoom <= ON_LINE:
        return group_of(part)
    if hit is None and box is not None and box.contains(at):
        return box
    return hit


def cursor_over(hit: Hit, box: SelectionBox | None) -> Qt.CursorShape:
    """The cursor over a hit; a grip is one of `box`."""
    if isinstance(hit, Grip) and not hit.turns and box is not None:
        return _cursor_along(box.axes @ np.array([hit.x, hit.y]))
    if isinstance(hit, SelectionBox):
        return Qt.CursorShape.SizeAllCursor
    return Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.PointingHandCursor


def tip_over(hit: Hit) -> str:
    """What a click or a drag on a hit does, for the status bar."""
    translate = QCoreApplication.translate
    if isinstance(hit, FaceGroup):
        return translate(
            "Handles", "{}: click to select the whole part (key {}), drag to move it"
        ).format(hit.name, hit.key)
    if isinstance(hit, Iris):
        return translate("Handles", "Drag to turn the eyes; Shift: this eye alone")
    if isinstance(hit, SelectionBox):
        return translate("Handles", "Drag to move the selection, click to clear it")
    if isinstance(hit, Grip) and hit.turns:
        return translate("Handles", "Drag to turn the selection; Shift: in steps of 15°")
    if isinstance(hit, Grip):
        return translate(
            "Handles",
            "Drag to scale the selection; Shift: without keeping the proportions; Ctrl: about its"
            " centre",
        )
    return ""


def _cursor_along(direction: Floats) -> Qt.CursorShape:
    """The resize cursor closest to a direction (2,) on the screen."""
    eighth = round(float(np.arctan2(direction[1], direction[0])) / (np.pi / 4)) % 4
    return (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )[eighth]
