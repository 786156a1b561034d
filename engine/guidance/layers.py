"""Layers: pictures with opacities that lie over one another, and moved meshes, which they are drawn
from.

Meshes are drawn at half size G and enlarged to full size S, which is four times as fast. What is
drawn are shifts, not places, so that a point that does not move stays exactly where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.displacement import Displacement
from engine.face.parts import PartLabel
from engine.guidance.patches import Window
from engine.imaging.raster import draw
from engine.imaging.resampling import enlarged, enlarged_map, interleaved

Floats = NDArray[np.float32]

BARE = [PartLabel.SKIN, PartLabel.EYES, PartLabel.MOUTH]
"""What of a person is neither hair nor worn."""

STILL = 0.0015
"""Pixels at half size: what has moved less counts as still."""

_EDGE = 3.0  # pixels at half size: a larger difference of neighbours' shifts is an edge
_MARGIN = 4  # pixels at half size: how far beyond a mesh filters reach
_JUMP = (3.0, 6.0)  # pixels over which places of neighbours' neighbours begin to jump, do jump
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a picture of side S. Beside its window it is transparent.

    name     what it shows
    window   of the picture
    colours  (H, W, 3) float32 in [0, 1]
    alpha    (H, W) float32 in [0, 1]: its opacity
    found    its places (H, W, 2) float32, or what computes them when they are asked for: where the
             source crop shows it, pixels; None: it has not moved
    shown    (H, W) float32 in [0, 1]: the share of its colours that are those of its places; None:
             all, or without places none, its colours are invented
    fine     computes (H, W) float32 in [0, 1]: where the source's fine detail at its places is its
             own, not that of an outline before another background; None: everywhere
    """

    name: str
    window: Window
    colours: Floats
    alpha: Floats
    found: Floats | Callable[[], Floats] | None = None
    shown: Floats | None = None
    fine: Callable[[], Floats] | None = None

    @cached_property
    def places(self) -> Floats | None:
        """(H, W, 2) float32: where the source crop shows it, pixels; None: nowhere."""
        return self.found() if callable(self.found) else self.found

    def paint(self, picture: Floats, window: Window) -> None:
        """Composite the layer over a picture (H', W', 3) of a larger window, in place."""
        part = picture[self.window.within(window)]
        cv2.blendLinear(part, self.colours, 1 - self.alpha, self.alpha, part)

    def known(self) -> Floats:
        """(H, W) in [0, 1]: how far the source shows the layer; 0 where it is invented, and where
        its places jump, between which the source shows something else."""
        if self.places is None:
            return np.zeros_like(self.alpha) if self.shown is None else self.shown
        jumps, (height, width) = np.zeros_like(self.alpha), self.alpha.shape
        columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        x, y = cv2.split(self.places)
        for shift in (x - columns, y - rows[:, None]):
            np.maximum(jumps, cv2.morphologyEx(shift, cv2.MORPH_GRADIENT, _SQUARE), out=jumps)
        known = 1 - smooth_step(cv2.dilate(jumps, _SQUARE), *_JUMP).astype(np.float32)
        known = np.asarray(cv2.blur(known, (3, 3)), np.float32)
        return known if self.shown is None else known * self.shown


@dataclass(frozen=True, eq=False)
class MovedMesh:
    """A mesh that has moved, for drawing at half size.

    points      (V, 2) where its vertices are now, pixels at half size
    depth       (V,) larger is nearer; None: later triangles are nearer
    values      (V, 2 + C): shift, further values
    triangles   (T, 3) vertex indices
    full        S, the full side
    front_only  see `engine.imaging.raster.draw`
    shown       which further value is 0 where the source does not show the mesh; None: none is
    """

    points: Floats
    depth: Floats | None
    values: Floats
    triangles: NDArray[np.int32]
    full: int
    front_only: bool = False
    shown: int | None = None

    def displaced(self, displacement: Displacement | None, shifts: int = 1) -> "MovedMesh":
        """The mesh with its vertices displaced; ``shifts``: how many pairs of values are shifts."""
        if displacement is None:
            return self
        way, values = displacement.at(self.points), self.values.copy()
        values[:, : 2 * shifts] += np.tile(way, shifts)
        return replace(self, points=self.points + way, values=values)

    def ends(self) -> Floats:
        """(N, 2) where the corners of triangles that have moved are, and where they were; maybe of
        others, too."""
        now, shift = self.points, self.values[:, :2]
        moved = np.maximum(*np.abs(shift.T)) > STILL
        if np.count_nonzero(moved) < 0.8 * len(moved):  # else a search takes longer than it saves
            a, b, c = moved.take(self.triangles.T)
            corners = self.triangles.compress(a | b | c, axis=0).ravel()
            now, shift = now.take(corners, axis=0), shift.take(corners, axis=0)
        return np.concatenate([now, now - shift])

    def drawn(self, within: Window) -> "Motion":
        """The mesh in a window of the half-size picture."""
        window = around(self.points, _MARGIN, half(self.full)).shared(within)
        window = window or Window(within.left, within.top, 1, 1)
        height, width = window.height, window.width
        points = self.points - np.array([window.left, window.top], np.float32)
        drawing = draw(points, self.depth, self.triangles, height, width, self.front_only)
        layers = drawing.picture(self.values, self.triangles, height, width)
        inside = np.zeros(height * width, np.float32)
        inside[drawing.pixels] = 1
        covered = inside.reshape(height, width)
        if self.shown is not None:
            known = (layers[..., 2 + self.shown] > 0).astype(np.float32)
            _close(layers, known)
            np.maximum(covered, known, out=covered)
        _continue(layers, covered)
        planes = np.empty((layers.shape[2], height, width), np.float32)
        cv2.split(layers, list(planes))
        return Motion(window, planes[:2], planes[2:], covered, self.full)


@dataclass(frozen=True, eq=False)
class Motion:
    """A mesh that has moved, drawn at half size.

    window  what of the half-size picture is drawn: H x W pixels
    shift   (2, H, W) how far the mesh has moved, pixels at half size
    values  (C, H, W) further values of its vertices
    inside  (H, W) 1 where the mesh is, elsewhere 0. Shift and values continue a pixel beyond it,
            so that they can be interpolated, and are 0 farther away
    full    S, the full side
    """

    window: Window
    shift: Floats
    values: Floats
    inside: Floats
    full: int

    def cut(self, window: Window) -> "Motion":
        """A part of it: a window inside its own."""
        here = window.within(self.window)
        shift, values = self.shift[:, *here], self.values[:, *here]
        return Motion(window, shift, values, self.inside[here], self.full)

    @property
    def full_window(self) -> Window:
        """The window at full size, H' x W' pixels."""
        return self.window.doubled(self.full)

    @cached_property
    def coverage(self) -> Floats:
        """(H', W') in [0, 1]: where the mesh is, with soft edges."""
        soft = np.asarray(cv2.GaussianBlur(self.inside, (3, 3), 0), np.float32)
        large = self.enlarged(2 * soft - 1)
        return np.clip(large, 0, 1, out=large)

    def value(self, index: int) -> Floats:
        """(H', W') one of the values."""
        return self.enlarged(self.values[index])

    def enlarged(self, layer: Floats) -> Floats:
        """(H, W[, C]) values at full size."""
        window = self.full_window
        return enlarged(layer)[: window.height, : window.width]

    def smaller(self, layer: Floats) -> Floats:
        """(H', W') values at half size."""
        size = self.window.width, self.window.height
        return np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), np.float32)

    @cached_property
    def half_places(self) -> Floats:
        """(H, W, 2) where the source shows each pixel, pixels at half size."""
        return self.half_places_from(self.shift)

    def half_places_from(self, shift: Floats) -> Floats:
        """(H, W, 2) where the source shows what has moved by a ``shift`` (2, H, W)."""
        return grid(half(self.full))[self.window.slices] - interleaved(shift)

    @cached_property
    def places(self) -> Floats:
        """(H', W', 2) where the source shows each pixel."""
        return self.places_from(self.shift)

    def places_from(self, shift: Floats) -> Floats:
        """(H', W', 2) where the source shows what has moved by a ``shift`` (2, H, W)."""
        window = self.full_window
        large = enlarged_map(interleaved(shift), self.inside)[: window.height, : window.width]
        large *= -2
        large += grid(self.full)[window.slices]
        return large

    def soften(self, *pictures: Floats) -> None:
        """Blur pictures (H', W'[, 3]), in place, where one part of the mesh covers another, or the
        mesh ends: it has aliased edges there."""
        spread = cv2.morphologyEx(self.inside, cv2.MORPH_GRADIENT, _SQUARE) * np.float32(2 * _EDGE)
        for layer in self.shift:
            np.maximum(spread, cv2.morphologyEx(layer, cv2.MORPH_GRADIENT, _SQUARE), out=spread)
        torn = cv2.dilate((spread > _EDGE).astype(np.uint8), _SQUARE)
        if not torn.any():
            return
        edges = cv2.resize(torn, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
        for picture in pictures:
            height, width = picture.shape[:2]
            cv2.copyTo(cv2.GaussianBlur(picture, (7, 7), 0), edges[:height, :width], picture)


def _close(layers: Floats, known: Floats) -> None:
    """Give the pixels of gaps that are one or two pixels wide, as between shut lips, the mean of
    their neighbours, in place: in a gap is what is behind, which moves otherwise.

    layers  (H, W, C)    known  (H, W) 1, in gaps 0
    """
    height, width = known.shape
    rows, columns = np.nonzero(cv2.morphologyEx(known, cv2.MORPH_CLOSE, _SQUARE) > known)
    if not len(rows):
        return
    total = np.zeros((len(rows), layers.shape[2]), np.float32)
    weight = np.zeros((len(rows), 1), np.float32)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            at = (rows + down).clip(0, height - 1), (columns + across).clip(0, width - 1)
            weight += known[at][:, None]
            total += layers[at] * known[at][:, None]
    layers[rows, columns] = total / weight.clip(1)
    known[rows, columns] = 1


def _continue(layers: Floats, inside: Floats) -> None:
    """Give the pixels beside a mesh the mean of their neighbours in it, in place.

    layers  (H, W, C), 0 beside the mesh    inside  (H, W) 1 in the mesh, elsewhere 0
    """
    count, total = (
        cv2.boxFilter(values, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        for values in (inside, layers)
    )
    beside = np.flatnonzero((count > 0.5) & (inside == 0))
    means = total.reshape(-1, layers.shape[2]).take(beside, axis=0)
    layers.reshape(-1, layers.shape[2])[beside] = means / count.ravel().take(beside)[:, None]


def around(points: Floats, margin: float, size: int) -> Window:
    """The window around points (N, 2) of a picture of side ``size``; at least one pixel of it."""
    if not len(points):
        return Window(0, 0, 1, 1)
    axes = np.ascontiguousarray(points.T)
    left, top = np.floor(axes.min(axis=1) - margin).clip(0, size - 1).astype(int).tolist()
    right, bottom = np.ceil(axes.max(axis=1) + margin + 1).clip(1, size).astype(int).tolist()
    return Window(left, top, right - left, bottom - top)


def half(size: int) -> int:
    """The half-size side of a picture's side; a last odd pixel is half of one."""
    return (size + 1) // 2


@cache
def grid(size: int) -> Floats:
    """(S, S, 2) the place of each pixel, x then y."""
    steps = np.arange(size, dtype=np.float32)
    places = np.stack(np.meshgrid(steps, steps), axis=2)
    places.setflags(write=False)
    return places


def smaller(layer: Floats) -> Floats:
    """(S, S[, C]) averaged to half the size; the border of an odd one is repeated."""
    size, odd = half(len(layer)), len(layer) % 2
    planes = [
        cv2.resize(
            cv2.copyMakeBorder(plane, 0, odd, 0, odd, cv2.BORDER_REPLICATE),
            (size, size),
            interpolation=cv2.INTER_AREA,
        )
        for plane in cv2.split(layer)  # OpenCV averages at most four channels at once
    ]
    return np.asarray(planes[0] if len(planes) == 1 else cv2.merge(planes), np.float32)


def in_whole(values: Floats, window: Window, size: int) -> Floats:
    """Values (H, W) of a window in a picture (S, S) that is 0 beside it."""
    whole = np.zeros((size, size), np.float32)
    whole[window.slices] = values
    return whole


def around_shown(window: Window, shown: NDArray[np.bool_]) -> Window:
    """The part of a window around what is shown in it (H, W), with a pixel beside it."""
    wider = cv2.dilate(shown.astype(np.uint8), np.ones((3, 3), np.uint8))
    left, top, width, height = cv2.boundingRect(wider)
    return Window(window.left + left, window.top + top, max(width, 1), max(height, 1))
