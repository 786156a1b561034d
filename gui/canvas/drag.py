"""A drag of what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.canvas.canvas_tool import Keys
from gui.canvas.selection_box import Affine, Floats, Grip, SelectionBox

if TYPE_CHECKING:
    from engine import Pose3D
    from gui.canvas.picking import Hit


@dataclass(frozen=True, eq=False)
class Drag:
    """Handles being dragged: all counts from where it began, so that nothing jumps.

    grabbed, point  where the button went down and where the mouse is, (2,) pixels
    start, points   the pose then, and its landmarks (68, 2)
    box, grip       around the selection then, and what was grabbed of it (None: it is moved)
    active          whether the mouse has moved far enough
    clicked         what a click here would be on, if the mouse does not move so far
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
