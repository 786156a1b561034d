"""The lids of an eye: the plane of the eye, and the rims of the lids in it.

The *plane of the eye* goes through the corners of the lids: origin between them, x along them to
the image's right, y down the face, in decimetres of the head.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head_model import Places, head_model
from engine.face.posed_head import PosedHead
from engine.guidance.patches import Plane, Window
from engine.imaging.resampling import sampled

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

# Dense landmarks along the rims of the right and the left lids, to the image's right.
_UPPER = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
)
_LOWER = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
)
_N = len(_UPPER[0])
_COLUMNS = np.linspace(-0.75, 0.75, 51)  # where the rims are sampled, widths of the eye
_MIDDLE = np.abs(_COLUMNS) < 0.5
_PARABOLA = np.linalg.pinv(np.vander(_COLUMNS[_MIDDLE], 3))  # fits one to a rim's middle
_EDGE_ON = 0.3  # of the plane: shown well enough

# Lengths in decimetres.
_SEARCHED = 0.09  # from the middle of the opening: where its rims are looked for
_LEAST_GAP = 0.004  # smaller gaps of the mesh's lids differ by chance
_DROP = 0.06  # how much lower than the open eye's lower rim the lids of a shut eye meet
_LARGEST_SAG = 0.05  # of the arc in which they meet

_SHUT = 0.08  # of its opening: an eye that is open less is shut
_OPEN = 0.5  # from here on the lids begin to move to the arc


@dataclass(frozen=True, eq=False)
class Rims:
    """Rims of the lids: y (51,) of the upper and the lower one at the places x (51,)."""

    x: Array
    upper: Array
    lower: Array

    @cached_property
    def gap(self) -> Array:
        return np.asarray((self.lower - self.upper).clip(0))

    def lines(self, x: Floats) -> tuple[Floats, Floats]:
        """y of the upper and the lower rim at places x (H, W)."""
        upper, lower = (np.interp(x.ravel(), self.x, y) for y in (self.upper, self.lower))
        return upper.reshape(x.shape).astype(np.float32), lower.reshape(x.shape).astype(np.float32)

    def grown(self, above: Array | float, below: Array | float) -> Self:
        """The rims moved up and down by so much."""
        return type(self)(self.x, self.upper - above, self.lower + below)

    def inside(self, x: Floats, y: Floats, scale: float) -> Floats:
        """(H, W) 1 between the rims at places (H, W), 0 outside, antialiased.

        scale  pixels per decimetre
        """
        return between(y, *self.lines(x), scale)

    def moves(self, other: Self) -> float:
        """The largest distance to other rims, between the corners."""
        moved = np.abs([self.upper - other.upper, self.lower - other.lower])[:, _MIDDLE]
        return float(moved.max())

    def visible(self, label: Floats, plane: Plane, window: Window) -> Self:
        """The rims that the label (H, W) of the eye in a window shows: beside these, the mesh's."""
        step = 0.004
        steps = np.arange(-_SEARCHED, _SEARCHED, step)[:, None]
        middle = (self.upper + self.lower) / 2
        y = (middle + steps).astype(np.float32)
        x = np.broadcast_to(self.x.astype(np.float32), y.shape)
        seen = sampled(label, plane.sampling(x, y, window))
        above, below = (seen[rows[:, 0]].sum(axis=0) * step for rows in (steps < 0, steps >= 0))
        return type(self)(self.x, middle - _smoothed(above), middle + _smoothed(below))

    def moved(self, before: Self, after: Self) -> Self:
        """These visible rims of the source in a target, from the mesh's before and after.

        They move as the mesh's do, but their gap closes when the mesh's does.
        """
        gap_before, gap_after = before.gap + _LEAST_GAP, after.gap + _LEAST_GAP
        ratio = gap_after / gap_before
        share = _straightened(self.x, ratio, gap_before**2)
        narrow = self.gap * ((share - _SHUT) / (1 - _SHUT)).clip(0, 1)
        gap = np.where(share < 1, narrow, self.gap + (gap_after - gap_before).clip(0))
        lower = self.lower + (after.lower - before.lower)
        # Lids meet in a smooth arc, lower than the rim of the open eye.
        bend, slope, level = _PARABOLA @ lower[_MIDDLE]
        bend = max(bend, _LARGEST_SAG / (_COLUMNS[_MIDDLE][0] * _COLUMNS[_MIDDLE][-1]))
        arc = (bend * _COLUMNS + slope) * _COLUMNS + level + _DROP
        lower = lower + (1 - (share / _OPEN).clip(0, 1)) * (arc - lower)
        return type(self)(self.x, lower - gap, lower)


@dataclass(frozen=True, eq=False)
class EyePlane:
    """The eye of a head in its plane.

    side   0 for the person's right eye, 1 for the left one
    width  decimetres between the corners of the lids in the source
    plane  of the eye in the picture
    rims   of the mesh
    """

    side: int
    width: float
    plane: Plane
    rims: Rims

    @classmethod
    def of(cls, head: PosedHead, side: int, width: float | None = None) -> Self:
        """width: that of the source, if the head is a target; its corners get the same places."""
        rims = _rim_places(side).of(head.mesh)
        across = rims[_N - 1] - rims[0]
        width = float(np.linalg.norm(across)) if width is None else width
        along = across / np.linalg.norm(across)
        down = np.array([0.0, 1.0, 0.0]) - along * along[1]
        down /= np.linalg.norm(down)
        axes = head.pose.rotation[:2] @ np.column_stack([across / width, down])
        middle = (rims[0] + rims[_N - 1])[None] / 2
        plane = Plane(head.pose.project(middle)[0, :2], head.pose.scale * axes)
        seen = plane.places(head.pose.project(rims)[:, :2])
        x = _COLUMNS * width
        upper, lower = (
            np.interp(x, np.maximum.accumulate(rim[:, 0]), rim[:, 1])
            for rim in (seen[:_N], seen[_N:])
        )
        return cls(side, width, plane, Rims(x, np.minimum(upper, lower), lower))

    def shown(self, scale: float) -> float:
        """Its area in the picture, with ``scale`` pixels per decimetre, of that from the front."""
        return float(np.linalg.det(self.plane.axes)) / scale**2

    def faces(self, scale: float) -> bool:
        """Whether the picture, with ``scale`` pixels per decimetre, shows the plane well enough."""
        return self.shown(scale) > _EDGE_ON

    def window(self, beside: float, above: float, below: float, size: int) -> Window | None:
        """The window of a picture of side ``size`` that reaches so far around the eye."""
        right = self.width / 2 + beside
        corners = [(-right, -above), (right, -above), (-right, below), (right, below)]
        return Window.around(self.plane.pixels(np.array(corners)), 1, size)

    def along(self, x: Array) -> Floats:
        """1 between the corners of the lids, 0 beyond; as x, of any shape."""
        return np.asarray(smooth_step(0.54 * self.width - np.abs(x), 0, 0.06), np.float32)

    def around(self, x: Array) -> Floats:
        """1 also beside the corners, where the lashes end; as x, of any shape."""
        return np.asarray(smooth_step(0.75 * self.width - np.abs(x), 0, 0.1), np.float32)


def between(y: Floats, upper: Floats, lower: Floats, scale: float) -> Floats:
    """(H, W) 1 where y is between two lines, 0 outside, antialiased."""
    pixels = np.float32(scale)
    inside = (np.minimum(y - upper, lower - y) * pixels + np.float32(0.5)).clip(0, 1)
    return np.asarray(inside * ((lower - upper) * pixels).clip(0, 1), np.float32)


def _straightened(x: Array, values: Array, weights: Array) -> Array:
    """The straight line through values (N,) at x (N,) with the least weighted squares."""
    share = weights / weights.sum()
    middle, level = share @ x, share @ values
    away = x - middle
    return np.asarray(level + away * ((share * away) @ values) / ((share * away) @ away))


@cache
def _rim_places(side: int) -> Places:
    """Places of the upper rim (9) and the lower rim (9) on the mesh."""
    return head_model().dense_places.at((*_UPPER[side], *_LOWER[side]))


def _smoothed(values: Array) -> Array:
    return np.convolve(np.pad(values, 2, "edge"), np.array([1, 2, 3, 2, 1]) / 9, "valid")
