"""The box around selected points: what its grips do to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALLEST, LARGEST = 0.05, 20.0  # what one drag of a grip may scale by; a box is never turned over
SNAP = np.pi / 12


class Grip(NamedTuple):
    """A handle of a box, -1, 0 or 1 along each of its axes; or the one that turns."""

    x: int
    y: int
    turns: bool = False


GRIPS = (
    *(Grip(x, y) for x in (-1, 1) for y in (-1, 1)),  # corners first: they lie over the sides
    *(Grip(x, 0) for x in (-1, 1)),
    *(Grip(0, y) for y in (-1, 1)),
    Grip(0, -1, turns=True),
)


@dataclass(frozen=True, eq=False)
class Affine:
    """A map of the plane: matrix (2, 2), shift (2,)."""

    matrix: Floats
    shift: Floats

    @classmethod
    def about(cls, anchor: Floats, matrix: Floats) -> Self:
        """The map with this matrix that leaves `anchor` (2,) where it is."""
        return cls(matrix, anchor - matrix @ anchor)

    @classmethod
    def moving(cls, offset: Floats) -> Self:
        """A move by `offset` (2,)."""
        return cls(np.eye(2), offset)

    def __call__(self, points: Floats) -> Floats:
        """Points (N, 2) after the map."""
        return points @ self.matrix.T + self.shift


@dataclass(frozen=True, eq=False)
class SelectionBox:
    """A turned rectangle: centre (2,) and half its sides (2,) in pixels of the photo; the columns
    of axes (2, 2) are its directions to the right and down."""

    centre: Floats
    half: Floats
    axes: Floats

    @classmethod
    def around(cls, points: Floats, right: Floats) -> Self:
        """The tightest box around points (N, 2) whose lower side runs along `right` (2,)."""
        length = float(np.hypot(*right))
        x, y = right / length if length else (1.0, 0.0)
        axes = np.array([[x, -y], [y, x]])
        local = points @ axes
        low, high = local.min(axis=0), local.max(axis=0)
        return cls(axes @ (low + high) / 2, (high - low) / 2, axes)

    def grown(self, margin: float) -> Self:
        """The box with a margin on every side."""
        return type(self)(self.centre, self.half + margin, self.axes)

    def place(self, grip: Grip, stalk: float) -> Floats:
        """Where a grip is (2,); the one that turns stands a `stalk` above the box."""
        away = np.array([0.0, stalk if grip.turns else 0.0])
        at: Floats = self.centre + self.axes @ (self.half * (grip.x, grip.y) - away)
        return at

    def corners(self) -> Floats:
        """The four corners (4, 2), around."""
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        corners: Floats = self.centre + (signs * self.half) @ self.axes.T
        return corners

    def nearest_grip(self, point: Floats, stalk: float) -> tuple[Grip, float]:
        """The grip nearest to a point (2,), and how far it is."""
        distances = [float(np.hypot(*(self.place(grip, stalk) - point))) for grip in GRIPS]
        nearest = int(np.argmin(distances))
        return GRIPS[nearest], distances[nearest]

    def after(self, affine: Affine) -> Self:
        """The box after one of its own turns or scalings."""
        axes = affine.matrix @ self.axes
        lengths = np.linalg.norm(axes, axis=0)
        return type(self)(affine(self.centre[None])[0], self.half * lengths, axes / lengths)

    def contains(self, point: Floats) -> bool:
        """Whether a point (2,) lies inside."""
        return bool((np.abs((point - self.centre) @ self.axes) <= self.half).all())

    def turned(self, grabbed: Floats, point: Floats, snapped: bool) -> Affine:
        """Turning about the centre as the mouse goes from `grabbed` to `point` (2,);
        `snapped`: by steps of 15 degrees."""
        before, after = grabbed - self.centre, point - self.centre
        angle = np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0])
        if snapped:
            angle = round(angle / SNAP) * SNAP
        c, s = np.cos(angle), np.sin(angle)
        return Affine.about(self.centre, np.array([[c, -s], [s, c]]))

    def scaled(
        self, grip: Grip, offset: Floats, free: bool = False, centred: bool = False
    ) -> Affine:
        """Scaling by dragging a grip by `offset` (2,).

        A corner keeps the proportions unless `free`. The opposite side stays, or if `centred` the
        centre.
        """
        sign = np.array([grip.x, grip.y], float)
        span = self.half if centred else 2 * self.half
        reach, local = sign * span, offset @ self.axes
        if grip.x and grip.y and not free:
            factor = np.full(2, 1 + reach @ local / max(float(reach @ reach), 1.0))
        else:
            wide = span >= 0.5  # what has no width cannot become wider
            factor = 1 + np.where(wide, sign * local / np.maximum(span, 0.5), 0.0)
        factor = np.clip(factor, SMALLEST, LARGEST)
        return self.scaled_by(factor, np.zeros(2) if centred else -sign)

    def scaled_by(self, factor: Floats, anchor: Floats) -> Affine:
        """Scaling by `factor` (2,) along the axes; `anchor` (2,), -1..1 across the box, stays."""
        at = self.centre + self.axes @ (self.half * anchor)
        return Affine.about(at, self.axes @ np.diag(factor) @ self.axes.T)
