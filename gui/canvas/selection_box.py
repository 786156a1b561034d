"""The box around selected points, and the affine maps that its grips make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALLEST, LARGEST = 0.05, 20.0  # scale of one drag; positive, so that it never mirrors
SNAP = np.pi / 12  # step of a rotation with Shift


class Grip(NamedTuple):
    """A grip of a box: -1, 0 or 1 along each of its axes, or the rotation grip."""

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
        """The map with this matrix and the fixed point `anchor` (2,)."""
        return cls(matrix, anchor - matrix @ anchor)

    @classmethod
    def moving(cls, offset: Floats) -> Self:
        """A move by `offset` (2,)."""
        return cls(np.eye(2), offset)

    def __call__(self, points: Floats) -> Floats:
        """Map points (N, 2)."""
        return points @ self.matrix.T + self.shift


@dataclass(frozen=True, eq=False)
class SelectionBox:
    """A rotated rectangle: centre (2,) and half its sides (2,) in photo pixels; the columns of axes
    (2, 2) are its directions to the right and down."""

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
        """The position (2,) of a grip; the rotation grip is `stalk` above the box."""
        away = np.array([0.0, stalk if grip.turns else 0.0])
        at: Floats = self.centre + self.axes @ (self.half * (grip.x, grip.y) - away)
        return at

    def corners(self) -> Floats:
        """The four corners (4, 2), clockwise."""
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        corners: Floats = self.centre + (signs * self.half) @ self.axes.T
        return corners

    def nearest_grip(self, point: Floats, stalk: float) -> tuple[Grip, float]:
        """The grip nearest to a point (2,), and its distance."""
        distances = [float(np.hypot(*(self.place(grip, stalk) - point))) for grip in GRIPS]
        nearest = int(np.argmin(distances))
        return GRIPS[nearest], distances[nearest]

    def after(self, affine: Affine) -> Self:
        """The box after one of its own rotations or scalings."""
        axes = affine.matrix @ self.axes
        lengths = np.linalg.norm(axes, axis=0)
        return type(self)(affine(self.centre[None])[0], self.half * lengths, axes / lengths)

    def contains(self, point: Floats) -> bool:
        """Whether a point (2,) lies inside."""
        return bool((np.abs((point - self.centre) @ self.axes) <= self.half).all())

    def turned(self, grabbed: Floats, point: Floats, snapped: bool) -> Affine:
        """The rotation about the centre that takes the direction of `grabbed` (2,) to that of
        `point` (2,); `snapped`: rounded to 15 degrees."""
        before, after = grabbed - self.centre, point - self.centre
        angle = np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0])
        if snapped:
            angle = round(angle / SNAP) * SNAP
        c, s = np.cos(angle), np.sin(angle)
        return Affine.about(self.centre, np.array([[c, -s], [s, c]]))

    def scaled(
        self, grip: Grip, offset: Floats, free: bool = False, centred: bool = False
    ) -> Affine:
        """The scaling that a drag of a grip by `offset` (2,) makes.

        A corner keeps the proportions unless `free`. The opposite side is fixed, or the centre if
        `centred`.
        """
        sign = np.array([grip.x, grip.y], float)
        span = self.half if centred else 2 * self.half
        reach, local = sign * span, offset @ self.axes
        if grip.x and grip.y and not free:
            factor = np.full(2, 1 + reach @ local / max(float(reach @ reach), 1.0))
        else:
            wide = span >= 0.5  # a box without width cannot be scaled
            factor = 1 + np.where(wide, sign * local / np.maximum(span, 0.5), 0.0)
        factor = np.clip(factor, SMALLEST, LARGEST)
        return self.scaled_by(factor, np.zeros(2) if centred else -sign)

    def scaled_by(self, factor: Floats, anchor: Floats) -> Affine:
        """The scaling by `factor` (2,) along the axes; `anchor` (2,), in -1..1, is fixed."""
        at = self.centre + self.axes @ (self.half * anchor)
        return Affine.about(at, self.axes @ np.diag(factor) @ self.axes.T)
