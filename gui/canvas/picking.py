"""What of the pose is under the mouse, and what the mouse would do there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, Qt

from gui.canvas.face_groups import FaceGroup, group_of
from gui.canvas.selection_box import Floats, Grip, SelectionBox

if TYPE_CHECKING:
    from gui.canvas.pose_item import PoseItem

# Screen pixels:
REACH = 11.0  # around a handle or a grip that still grab it
ON_HANDLE, ON_LINE = 6.5, 4.0  # beyond the first and within the second, a line is meant
MARGIN, STALK = 14.0, 26.0  # of the box

Hit = int | Grip | FaceGroup | SelectionBox | None


def pick(item: PoseItem, box: SelectionBox | None, point: QPointF, zoom: float) -> Hit:
    """What is at a point of the photo: a handle, a grip of the box around the selection, a part's
    line, the box. `zoom` screen pixels are a photo pixel."""
    at = np.array([point.x(), point.y()])
    hit: Hit = None
    nearest = REACH
    index, distance = item.nearest(point)
    if index is not None and distance * zoom <= nearest:
        hit, nearest = index, distance * zoom
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
    """The cursor where this is; a grip is one of the box's."""
    if isinstance(hit, Grip) and not hit.turns and box is not None:
        return _cursor_along(box.axes @ np.array([hit.x, hit.y]))
    if isinstance(hit, SelectionBox):
        return Qt.CursorShape.SizeAllCursor
    return Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.PointingHandCursor


def tip_over(hit: Hit) -> str:
    """What can be done with this, for the status bar."""
    translate = QCoreApplication.translate
    if isinstance(hit, FaceGroup):
        return translate(
            "Handles", "{}: click to take the whole part (key {}), drag to move it"
        ).format(hit.name, hit.key)
    if isinstance(hit, SelectionBox):
        return translate("Handles", "Drag to move what is selected, click to drop the selection")
    if isinstance(hit, Grip) and hit.turns:
        return translate("Handles", "Drag to turn what is selected; Shift: in steps of 15°")
    if isinstance(hit, Grip):
        return translate(
            "Handles", "Drag to scale what is selected; Shift: freely; Ctrl: about the middle"
        )
    return ""


def _cursor_along(direction: Floats) -> Qt.CursorShape:
    """The cursor with arrows nearest to a direction (2,) of the screen."""
    eighth = round(float(np.arctan2(direction[1], direction[0])) / (np.pi / 4)) % 4
    return (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )[eighth]
