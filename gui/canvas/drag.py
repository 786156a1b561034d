"""A drag of selected handles: the map that the mouse makes, and which other points follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

import engine
from gui.canvas.canvas_tool import Keys
from gui.canvas.selection_box import Affine, Floats, Grip, SelectionBox

if TYPE_CHECKING:
    from engine import Pose3D
    from gui.canvas.picking import Hit

SMALLEST_RADIUS, LARGEST_RADIUS = 0.1, 4.0  # in distances between the eyes


@dataclass(frozen=True, eq=False)
class Drag:
    """A drag in progress. Each mouse move is applied to the state at its start, not to the last.

    grabbed, point  where the button went down and where the mouse is, (2,) photo pixels
    start, points   the pose at the start, and its landmarks (68, 2)
    box, grip       the selection's box at the start, and its grabbed grip (None: a move)
    active          whether the mouse has moved far enough for a drag
    clicked         what was hit, for a click: the button went up before the drag became active
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
        """The map of the selected points."""
        if self.box is None or self.grip is None:
            return Affine.moving(self.point - self.grabbed)
        shift = bool(self.keys & Keys.ShiftModifier)
        if self.grip.turns:
            return self.box.turned(self.grabbed, self.point, shift)
        centred = bool(self.keys & Keys.ControlModifier)
        return self.box.scaled(self.grip, self.point - self.grabbed, shift, centred)


@dataclass(frozen=True)
class Following:
    """Which points follow the selected ones.

    soft, radius   soft selection: neighbours follow, with a weight that falls to 0 at `radius`
                   distances between the eyes
    symmetric      the other side of the face follows, mirrored
    """

    soft: bool = False
    radius: float = 1.0
    symmetric: bool = False

    def widened(self, factor: float) -> Self:
        """With the radius multiplied by `factor`, within its limits."""
        radius = min(max(self.radius * factor, SMALLEST_RADIUS), LARGEST_RADIUS)
        return replace(self, radius=radius)

    def weights(self, points: Floats, selection: Collection[int], eyes_apart: float) -> Floats:
        """The weight of each of the points (N, 2), (N,); see `selection_weights`."""
        return selection_weights(points, selection, self.radius * eyes_apart if self.soft else 0.0)

    def mirrors(self, selection: Collection[int]) -> bool:
        """Whether the other side is mirrored: not if the selection has both points of each pair."""
        return self.symmetric and any(
            engine.MIRROR_IMAGES[index] not in selection for index in selection
        )

    def applied(
        self,
        start: Pose3D,
        points: Floats,
        selection: frozenset[int],
        affine: Affine,
        eyes_apart: float,
    ) -> Pose3D:
        """`start`, whose landmarks are points (68, 2), after `affine` of the selection."""
        offsets = affine(points) - points
        if not np.any(offsets[sorted(selection)]):
            return start
        weights = self.weights(points, selection, eyes_apart)
        return start.dragged(offsets, weights, self.mirrors(selection))


def selection_weights(points: Floats, selection: Collection[int], radius: float) -> Floats:
    """How far each of the points (N, 2) follows the selection, (N,) in 0..1.

    1 for the selection itself, falling to 0 at `radius` pixels from it; with a radius of 0, 0 for
    all others. The weight is (1 - d^2)^2, which has slope 0 at both ends.
    """
    chosen = sorted(selection)
    weights = np.zeros(len(points))
    if radius > 0 and chosen:
        apart = np.linalg.norm(points[:, None] - points[None, chosen], axis=2).min(axis=1)
        weights = (1 - np.minimum(apart / radius, 1.0) ** 2) ** 2
    weights[chosen] = 1.0
    return weights


def eyes_apart(points: Floats) -> float:
    """The distance between the centres of the eyes of a face (68, 2)."""
    return float(np.hypot(*(points[42:48].mean(axis=0) - points[36:42].mean(axis=0))))
