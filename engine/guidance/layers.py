"""Layers: pictures with opacities that lie over one another, and moved meshes, which they are drawn
from.

Meshes are drawn at half size G and enlarged to full size S, which is four times as fast. What is
drawn are shifts, not places, so that a point that does not move stays exactly where it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.parts import PartLabel
from engine.imaging.raster import draw
from engine.imaging.resampling import enlarged, enlarged_map, interleaved

Floats = NDArray[np.float32]

BARE = [PartLabel.SKIN, PartLabel.EYES, PartLabel.MOUTH]
"""What of a person is neither hair nor worn."""

_EDGE = 3.0  # pixels at half size: a larger difference of neighbours' shifts is an edge
_JUMP = (3.0, 6.0)  # pixels over which places of neighbours' neighbours begin to jump, do jump
_WINDOW = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a picture of side S.

    name     what it shows
    colours  (S, S, 3) float32 in [0, 1]
    alpha    (S, S) float32 in [0, 1]: its opacity
    places   (S, S, 2) float32: where the source crop shows it, pixels; None: nowhere, its colours
             are invented
    shown    (S, S) float32 in [0, 1]: the share of its colours that are those of its places; None:
             all
    fine     (S, S) float32 in [0, 1]: where the source's fine detail at its places is its own, not
             that of an outline before another background; None: everywhere
    """

    name: str
    colours: Floats
    alpha: Floats
    places: Floats | None = None
    shown: Floats | None = None
    fine: Floats | None = None

    def over(self, below: Floats) -> Floats:
        """This layer composited over a picture (S, S, 3), a new array."""
        return np.asarray(cv2.blendLinear(below, self.colours, 1 - self.alpha, self.alpha))

    def known(self) -> Floats:
        """(S, S) in [0, 1]: how far the source shows the layer; 0 where it is invented, and where
        its places jump, between which the source shows something else."""
        if self.places is None:
            return np.zeros_like(self.alpha)
        jumps = np.zeros_like(self.alpha)
        for shift in cv2.split(self.places - grid(len(self.places))):
            np.maximum(jumps, cv2.morphologyEx(shift, cv2.MORPH_GRADIENT, _WINDOW), out=jumps)
        known = 1 - smooth_step(cv2.dilate(jumps, _WINDOW), *_JUMP).astype(np.float32)
        known = np.asarray(cv2.blur(known, (3, 3)), np.float32)
        return known if self.shown is None else known * self.shown


def composited(layers: Iterable[Layer], below: Floats) -> Floats:
    """Layers, back to front, composited over a picture (S, S, 3)."""
    for layer in layers:
        below = layer.over(below)
    return below


@dataclass(frozen=True, eq=False)
class Motion:
    """A mesh that has moved, drawn at half size.

    shift   (2, G, G) how far the mesh has moved, pixels at half size
    values  (C, G, G) further values of its vertices
    inside  (G, G) 1 where the mesh is; elsewhere 0, as shift and values are
    full    S, the full side
    """

    shift: Floats
    values: Floats
    inside: Floats
    full: int

    @classmethod
    def drawn(
        cls,
        points: Floats,
        depth: Floats | None,
        values: Floats,
        triangles: NDArray[np.int32],
        sides: tuple[int, int],
        front_only: bool = False,
        shown: int | None = None,
    ) -> "Motion":
        """Draw a mesh that has moved to ``points`` (V, 2), pixels at half size.

        depth   (V,) larger is nearer; None: later triangles are nearer
        values  (V, 2 + C): shift, further values
        sides   G, S    front_only  see `engine.imaging.raster.draw`
        shown   which further value is 0 where the source does not show the mesh; None: none is
        """
        size, full = sides
        drawing = draw(points, depth, triangles, size, size, front_only)
        flat = np.zeros((values.shape[1], size * size), np.float32)
        flat[:, drawing.pixels] = drawing.interpolate(values, triangles).T
        inside = np.zeros(size * size, np.float32)
        inside[drawing.pixels] = 1
        layers, covered = flat.reshape(-1, size, size), inside.reshape(size, size)
        if shown is not None:
            known = (layers[2 + shown] > 0).astype(np.float32)
            _close(layers, known)
            np.maximum(covered, known, out=covered)
        return cls(layers[:2], layers[2:], covered, full)

    @cached_property
    def coverage(self) -> Floats:
        """(S, S) in [0, 1]: where the mesh is, with soft edges."""
        blurred = np.asarray(cv2.GaussianBlur(self.inside, (3, 3), 0), np.float32)
        soft = enlarged(blurred, self.full)
        return np.asarray(((soft - 0.5) * 2).clip(0, 1))

    def value(self, index: int) -> Floats:
        """(S, S) one of the values."""
        return np.asarray(enlarged(self.values[index], self.full) / self.share)

    @cached_property
    def share(self) -> Floats:
        """(S, S) what enlarged values are divided by; at the mesh's edge they have only a part."""
        return enlarged(self.inside, self.full).clip(0.2)

    @cached_property
    def half_places(self) -> Floats:
        """(G, G, 2) where the source shows each pixel, pixels at half size."""
        return grid(len(self.inside)) - interleaved(self.shift)

    @cached_property
    def places(self) -> Floats:
        """(S, S, 2) where the source shows each pixel."""
        return self.places_from(self.shift)

    def places_from(self, shift: Floats) -> Floats:
        """(S, S, 2) where the source shows what has moved by a ``shift`` (2, G, G)."""
        large = enlarged_map(shift, self.inside, self.full)
        large *= np.float32(self.full / len(self.inside))
        return grid(self.full) - interleaved(large)

    def soften(self, *pictures: Floats) -> None:
        """Blur pictures (S, S[, 3]), in place, where one part of the mesh covers another, or the
        mesh ends: it has aliased edges there."""
        spread = cv2.morphologyEx(self.inside, cv2.MORPH_GRADIENT, _WINDOW) * np.float32(2 * _EDGE)
        for layer in self.shift:
            np.maximum(spread, cv2.morphologyEx(layer, cv2.MORPH_GRADIENT, _WINDOW), out=spread)
        torn = cv2.dilate((spread > _EDGE).astype(np.uint8), _WINDOW)
        if not torn.any():
            return
        edges = cv2.resize(torn, (self.full, self.full), interpolation=cv2.INTER_NEAREST) > 0
        for picture in pictures:
            where = edges if picture.ndim == 2 else edges[..., None]
            np.copyto(picture, cv2.GaussianBlur(picture, (7, 7), 0), where=where)


def _close(layers: Floats, known: Floats) -> None:
    """Give the pixels of gaps that are one or two pixels wide, as between shut lips, the mean of
    their neighbours, in place: in a gap is what is behind, which moves otherwise.

    layers  (C, G, G)    known  (G, G) 1, in gaps 0
    """
    size = len(known)
    rows, columns = np.nonzero(cv2.morphologyEx(known, cv2.MORPH_CLOSE, _WINDOW) > known)
    if not len(rows):
        return
    total, weight = np.zeros((len(layers), len(rows)), np.float32), np.zeros(len(rows), np.float32)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            at = (rows + down).clip(0, size - 1), (columns + across).clip(0, size - 1)
            weight += known[at]
            total += layers[:, *at] * known[at]
    layers[:, rows, columns] = total / weight.clip(1)
    known[rows, columns] = 1


@cache
def grid(size: int) -> Floats:
    """(S, S, 2) the place of each pixel, x then y."""
    steps = np.arange(size, dtype=np.float32)
    places = np.stack(np.meshgrid(steps, steps), axis=2)
    places.setflags(write=False)
    return places


def smaller(layer: Floats, size: int) -> Floats:
    """(S, S[, C]) averaged to (size, size[, C])."""
    planes = [
        cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA)
        for plane in cv2.split(layer)  # OpenCV averages at most four channels at once
    ]
    return np.asarray(planes[0] if len(planes) == 1 else cv2.merge(planes), np.float32)
