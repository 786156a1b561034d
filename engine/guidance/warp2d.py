"""The 2D warp: the whole source crop, hair, clothes and background, moved into the target pose.

The crop is a *sheet*: a square grid of points. Points on the head have the depth of the mean head;
points beside it, mostly hair, have a depth well behind the ears. The sheet rotates and deforms with
the head. The movement decreases with the distance from the head and down the neck to zero.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from engine.core.smoothing import smooth_step
from engine.face.head import HeadPose
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.imaging.filling import filled
from engine.imaging.raster import Drawing, draw
from engine.imaging.resampling import interleaved, warp

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_SIDE = 33  # points along each side of the sheet
# Lengths in decimetres, head coordinates (see `engine.face.head`).
_DEEP = np.array([[0.0, 0.3, -0.45]])  # a point at the depth of hair
_BESIDE = 0.06  # decay length of the depth from the head's outline to hair
_FOLLOWS = (0.4, 1.1)  # distance to the head: full movement up to, none from
_RIM = 0.06  # share of the crop's side over which the movement fades to zero at the border
_BACK = 2.0  # depth of static points behind the head
_NECK = (0.75, 1.25)  # distance below the ears: the movement begins to fade, has faded
_SHOULDER = (0.7, 0.5)  # beyond this distance from the neck the fade starts higher: slope


class Warp2D:
    """The sheet of a source, computed once per photo.

    mesh  (V, 3) the head in the source, pixels of a picture
    pose  pose of that head
    size  G, side of the picture, pixels
    """

    def __init__(self, mesh: Array, pose: HeadPose, size: int) -> None:
        triangles = head_model().surface.triangles
        self._mesh, self._pose, self._size = mesh, pose, size
        steps = np.linspace(0, size - 1, _SIDE, dtype=np.float32)
        self._points = np.stack(np.meshgrid(steps, steps), axis=2).reshape(-1, 2)
        # The sheet's points on the head, as barycentric coordinates of its triangles.
        places, height = np.split(mesh.astype(np.float32), [2], axis=1)
        drawing = draw(places, height[:, 0], triangles, size, size)
        column, row = self._points.round().astype(int).T
        at = row * size + column
        self._on = np.isin(at, drawing.pixels)
        nearest = np.searchsorted(drawing.pixels, at[self._on])
        self._head = Drawing(*(part[nearest] for part in vars(drawing).values()))
        beside = np.ones(size * size, np.uint8)
        beside[drawing.pixels] = 0
        distance = cv2.distanceTransform(beside.reshape(size, size), cv2.DIST_L2, 5)
        distance = distance.ravel()[at] / pose.scale
        depth = self._continued(self._head.interpolate(height, triangles))
        deep = pose.project(_DEEP)[0, 2]
        depth = deep + (depth[:, 0] - deep) * np.exp(-distance / _BESIDE)
        self._solid = np.column_stack([self._points, depth])
        self._placed = (self._solid - (*pose.shift, 0)) @ pose.rotation / pose.scale
        self._follows = self._following(distance).astype(np.float32)
        self._triangles = grid_triangles(_SIDE)

    def map(self, mesh: Array, pose: HeadPose) -> Floats:
        """The sampling map (2, G, G), pixels of the source, for a head mesh (V, 3) and its pose.

        Nearer triangles of the sheet cover others; back-facing ones are behind all others.
        """
        turned = pose.project(self._placed)
        change = (turned[:, :2] - self._points).astype(np.float32)
        moved = (mesh - self._mesh)[:, :2].astype(np.float32)
        moved = self._head.interpolate(moved, head_model().surface.triangles)
        change += self._continued(moved - change[self._on])  # the deformation of the head
        end = self._points + self._follows[:, None] * change
        depth = self._solid[:, 2] + self._follows * (turned[:, 2] - self._solid[:, 2])
        depth -= (1 - self._follows) * (_BACK * self._pose.scale)
        a, b, c = (end[self._triangles[:, k]] for k in range(3))
        folded = _signed_area(a, b, c) <= 0
        order = np.argsort(depth[self._triangles].sum(axis=1) - 1e6 * folded)
        return _drawn_map(self._points, end, self._triangles[order], self._size, self._size)

    def _continued(self, values: Floats) -> Floats:
        """Extrapolate values (N, C) from the points on the head to all points, (P, C)."""
        layers = np.zeros((_SIDE * _SIDE, values.shape[1]), np.float32)
        layers[self._on] = values
        known = self._on.reshape(_SIDE, _SIDE).astype(np.float32)
        return filled(layers.reshape(_SIDE, _SIDE, -1), known).reshape(_SIDE * _SIDE, -1)

    def _following(self, distance: Array) -> Array:
        """(P,) share of the head's movement, from the distance (P,) to the head in decimetres."""
        placed = self._placed.copy()
        beside, steepness = _SHOULDER
        placed[:, 1] += steepness * (np.abs(placed[:, 0]) - beside).clip(0)
        to_border = np.minimum(self._points, self._size - 1 - self._points).min(axis=1)
        inner = smooth_step(to_border / (self._size - 1), 0, _RIM)
        return (1 - smooth_step(distance, *_FOLLOWS)) * neck_fade_at(placed) * inner


def neck_fade_at(points: Array) -> Array:
    """(N,) share of the head's movement for points (N, 3), head coordinates.

    1 on the head, 0 at the base of the neck.
    """
    behind = np.clip((0.45 - points[:, 2]) / 0.3, 0, 1)  # 0 for the chin, which is in front
    return np.asarray(1 - smooth_step(points[:, 1], *_NECK) * behind)


def plain_warp(source: NDArray[Any], landmarks: Landmarks, target: Landmarks) -> NDArray[Any]:
    """The baseline warp: piecewise affine over the 68 landmarks with a fixed border, as in active
    appearance models (Cootes et al. 2001).

    source  (H, W, 3) uint8 or float32    landmarks, target  (68, 2) pixels of it

    Returns (H, W, 3) of the same type.
    """
    height, width = source.shape[:2]
    inside = ((target > 0) & (target < (width - 1, height - 1))).all(axis=1)
    border = _border(height, width)
    start = np.concatenate([landmarks[inside], border])
    end = np.concatenate([target[inside], border])
    return warp(source, interleaved(_drawn_map(start, end, Delaunay(end).simplices, height, width)))


def _drawn_map(
    start: Floats, end: Floats, triangles: NDArray[np.int32], height: int, width: int
) -> Floats:
    """The sampling map (2, height, width) for triangles that move from ``start`` to ``end``.

    Later rows of ``triangles`` cover earlier ones.
    """
    drawing = draw(end, None, triangles, height, width)
    places = np.empty((2, height, width), np.float32)
    places[0], places[1] = np.arange(width), np.arange(height)[:, None]
    ax, ay, bx, by, cx, cy = start[triangles].reshape(-1, 6).take(drawing.triangles, axis=0).T
    a, b, c = drawing.weights.T
    x, y = places.reshape(2, -1)
    x[drawing.pixels] = a * ax + b * bx + c * cx
    y[drawing.pixels] = a * ay + b * by + c * cy
    return places


def _border(height: int, width: int) -> Floats:
    """(16, 2) fixed points on the border of a picture."""
    steps = range(5)
    ring = [(x, y) for x in steps for y in steps if x in (0, 4) or y in (0, 4)]
    return (np.array(ring) * ((width - 1) / 4, (height - 1) / 4)).astype(np.float32)


def _signed_area(a: Floats, b: Floats, c: Floats) -> Floats:
    """(T,) twice the signed areas of triangles with corners (T, 2); the sign is the orientation."""
    ab, ac = b - a, c - a
    area: Floats = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    return area


def grid_triangles(side: int) -> NDArray[np.int32]:
    """(T, 3) vertex indices: two triangles per cell of a grid of ``side`` x ``side`` points."""
    index = np.arange(side * side, dtype=np.int32).reshape(side, side)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    halves = [np.stack(corners, axis=2).reshape(-1, 3) for corners in ((a, b, c), (a, c, d))]
    return np.concatenate(halves)
