"""Layers: pictures with opacities that lie over one another, and how they are drawn.

Each layer samples a picture at its `places`, so that a layer of the photo can be sampled from the
photo at the photo's own resolution. Meshes are drawn at half size and enlarged, four times as fast;
what is enlarged are displacements, so that a point that does not move is exactly where it was.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.raster import draw
from engine.imaging.resampling import enlarged, enlarged_map, interleaved

Floats = NDArray[np.float32]

_EDGE = 3.0  # pixels at half size: a larger difference of neighbours' shifts is an edge


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a picture of side S.

    name     what it shows
    colours  (S, S, 3) float32 in [0, 1]
    alpha    (S, S) float32 in [0, 1]: its opacity
    places   (S, S, 2) float32: where the source crop shows it, pixels; None: the source does not
             show it, its colours are invented
    """

    name: str
    colours: Floats
    alpha: Floats
    places: Floats | None = None
    of_face: bool = False

    def over(self, below: Floats) -> Floats:
        """This layer composited over a picture (S, S, 3), a new array."""
        return np.asarray(cv2.blendLinear(below, self.colours, 1 - self.alpha, self.alpha))


@dataclass(frozen=True, eq=False)
class Motion:
    """A drawn mesh that has moved.

    small  (C, G, G) values of the vertices, drawn at half size; 0 beside the mesh
    inside (G, G) 1 where the mesh is, else 0
    full   S, the full side
    """

    small: Floats
    inside: Floats
    full: int

    @cached_property
    def coverage(self) -> Floats:
        """(S, S) in [0, 1]: where the mesh is, with soft edges."""
        soft = enlarged(cv2.GaussianBlur(self.inside, (3, 3), 0), self.full)
        return np.asarray(((soft - 0.5) * 2).clip(0, 1))

    def value(self, index: int) -> Floats:
        """(S, S) one of the values."""
        return np.asarray(enlarged(self.small[index], self.full) / self._share)

    def places(self, index: int = 0) -> Floats:
        """(S, S, 2) the source's place of each pixel, from the two values that tell, in pixels at
        half size, how far the vertices have moved."""
        large = enlarged_map(self.small[index : index + 2], self.inside, self.full)
        large *= np.float32(self.full / len(self.inside))
        return grid(self.full) - interleaved(large)

    @cached_property
    def torn(self) -> NDArray[np.bool_] | None:
        """(S, S) where one part of the mesh covers another, or ends; None: nowhere."""
        window = np.ones((3, 3), np.uint8)
        spread = np.zeros_like(self.inside)
        for layer in (self.small[0], self.small[1], self.inside * np.float32(4 * _EDGE)):
            np.maximum(spread, cv2.morphologyEx(layer, cv2.MORPH_GRADIENT, window), out=spread)
        torn = cv2.dilate((spread > _EDGE).astype(np.uint8), window)
        if not torn.any():
            return None
        return cv2.resize(torn, (self.full, self.full), interpolation=cv2.INTER_NEAREST) > 0

    @cached_property
    def _share(self) -> Floats:
        return enlarged(self.inside, self.full).clip(0.2)


def draw_motion(
    end: Floats,
    depth: Floats | None,
    values: Floats,
    triangles: NDArray[np.int32],
    size: int,
    full: int,
) -> Motion:
    """Draw a mesh that has moved, nearer triangles over others.

    end     (V, 2) positions, pixels at half size
    depth   (V,) larger is nearer; None: later triangles are nearer
    values  (V, C) values of the vertices
    size    G, half the side    full  S, the side
    """
    drawing = draw(end, depth, triangles, size, size)
    flat = np.zeros((1 + values.shape[1], size * size), np.float32)
    flat[1:, drawing.pixels] = drawing.interpolate(values, triangles).T
    flat[0, drawing.pixels] = 1
    layers = flat.reshape(-1, size, size)
    return Motion(layers[1:], layers[0], full)


_GRIDS: dict[int, Floats] = {}


def grid(size: int) -> Floats:
    """(S, S, 2) the place of each pixel, x then y."""
    if size not in _GRIDS:
        steps = np.arange(size, dtype=np.float32)
        _GRIDS[size] = np.stack(np.meshgrid(steps, steps), axis=2)
    return _GRIDS[size]


def sampled(picture: NDArray[np.generic], places: Floats) -> Floats:
    """A picture (H, W[, C]), sampled at ``places``, with its border repeated."""
    nothing = None
    return np.asarray(
        cv2.remap(picture, places, nothing, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def smaller(layer: Floats, size: int) -> Floats:
    """(S, S[, C]) averaged to (size, size[, C])."""
    planes = [
        cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA) for plane in cv2.split(layer)
    ]
    return np.asarray(planes[0] if len(planes) == 1 else cv2.merge(planes), np.float32)
