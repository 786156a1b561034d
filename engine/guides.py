"""The guides: the source face moved into the target pose, twice, for G1 to start from.

The *2D warp* moves the whole crop piecewise affinely between the landmarks, as active appearance
models do (Cootes et al. 2001); it carries hair, clothes and background. The *3D warp* paints the
source's colours on the mean head, bent to the landmarks, and shows that head in the target pose;
where the source did not show the surface it takes the colours of the other half of the head, and
says so.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import Delaunay

from engine.head import HeadPose, mean_head
from engine.landmarks import Landmarks
from engine.raster import draw

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""2D warp (RGB), 3D warp (RGB), where the 3D warp is valid, where it is mirrored."""

TRUSTED = 1 / 3
"""Where the 3D warp is at least so valid, it alone is what generation starts from."""

_SEEN = 0.12  # cosine to the viewer below which a surface counts as not seen in the source
_GRAZING = 0.2  # cosine below which a surface in the target hardly shows
_SHOWN = (0.3, 0.8)  # how well the source has to show a surface: not at all enough, quite enough
_BEHIND = 0.08  # decimetres behind the drawn surface that still count as the surface
_TEAR = 8.0  # pixels: a map whose neighbours lie farther apart jumps there
_NECK = (0.75, 1.25)  # decimetres below the ears: where the turn of the head begins and has faded


@dataclass(frozen=True)
class Maps:
    """Where in the source each pixel of the guides comes from.

    warp2d    (S, S, 2) float32 pixels: of the 2D warp
    own       (S, S, 2) of the 3D warp: the surface itself
    other     (S, S, 2) of the 3D warp: the same place on the other half of the head
    valid     (S, S) in [0, 1]: how well the source showed what the 3D warp paints; 0 nothing
    mirrored  (S, S) in [0, 1]: the share of the 3D warp's colours that are of the other half
    """

    warp2d: Floats
    own: Floats
    other: Floats
    valid: Floats
    mirrored: Floats

    @property
    def warp3d(self) -> Floats:
        """Where most of each pixel of the 3D warp comes from, (S, S, 2)."""
        return np.where(self.mirrored[..., None] > 0.5, self.other, self.own)

    def paint3d(self, source: NDArray[np.uint8]) -> Floats:
        """The 3D warp (S, S, 3) float32 in [0, 255] of the source crop (S, S, 3)."""
        own, other = (warp(source, places).astype(np.float32) for places in (self.own, self.other))
        mixed = own + (other - own) * self.mirrored[..., None]
        return np.asarray(mixed.clip(0, 255), np.float32)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        size = source.shape[0]
        layers = np.empty((GUIDE_CHANNELS, size, size), np.float32)
        share = np.float32(1 / 255)
        np.multiply(np.moveaxis(warp(source, self.warp2d), 2, 0), share, out=layers[:3])
        np.multiply(np.moveaxis(self.paint3d(source), 2, 0), share, out=layers[3:6])
        layers[6], layers[7] = self.valid, self.mirrored
        return layers


def combined(guides: Floats) -> Floats:
    """Both warps in one picture (S, S, 3), from guides (8, S, S): the 3D warp where it is valid,
    else the 2D warp."""
    layers = np.moveaxis(guides, 0, 2)
    trust = (layers[..., 6:7] / np.float32(TRUSTED)).clip(0, 1)
    mixed: Floats = layers[..., :3] + trust * (layers[..., 3:6] - layers[..., :3])
    return mixed


class SourceHead:
    """The source side of the guides, prepared once per photo.

    landmarks  (68, 2) pixels of the crop    size  S, side of the crop in pixels

    All is drawn at half the size and the maps, which are smooth, are then enlarged: four times as
    fast, and too small a difference to see.
    """

    def __init__(self, landmarks: Landmarks, size: int) -> None:
        head = mean_head()
        self.size, self._grid = size, size // 2
        self._scale = np.float32(size / self._grid)  # 2, or a little more for an odd size
        self._landmarks = self._halved(landmarks)
        self._pose = head.fit(self._landmarks)
        self._mesh = head.bend(self._pose, self._landmarks)
        self._shown = self._seen(head.triangles)
        for _ in range(2):  # it fades before it ends: what is hardly seen may be the background
            self._shown = np.minimum(self._shown, _neighbours() @ self._shown)
        self._start = self._sheet_points(self._landmarks, self._pose)
        self._sheet = Delaunay(self._start).simplices

    def maps(self, target: Landmarks) -> Maps:
        """The guides' maps for target landmarks (68, 2), pixels of the crop."""
        target = self._halved(target)
        pose = mean_head().fit(target)
        warp3d = self._map3d(mean_head().bend(pose, target))
        places = _enlarged_map(self._map2d(target, pose), None, self.size)
        return Maps(_interleaved(self._doubled(places)), *warp3d)

    def _halved(self, landmarks: Landmarks) -> Landmarks:
        """Pixels of the crop as pixels of the same at half the size."""
        half = np.float32(0.5)
        return np.asarray((landmarks + half) / self._scale - half, np.float32)

    def _doubled(self, places: Floats) -> Floats:
        """The inverse of `_halved`, in place."""
        places *= self._scale
        places += (self._scale - 1) / 2
        return places

    def _surface(self, mesh: NDArray[np.float64]) -> Floats:
        """(V, 6) what is painted on the target's mesh (V, 3): where in the source its own colours
        are (2) and those of the other half (2), validity, and the share of the other half.
        """
        mirror = mean_head().mirror
        # A surface that grazes the view in the target needs to be shown no better in the source.
        needed = _facing(mesh).clip(_GRAZING, 1)
        own, other = ((shown / needed).clip(0, 1) for shown in (self._shown, self._shown[mirror]))
        # No face is quite symmetric: the other half only stands in for what was hardly seen.
        share = _smooth_step(own, *_SHOWN)
        share_other = _smooth_step(other, *_SHOWN) * (1 - share)
        total = share + share_other
        valid = (share * own + share_other * other) / total.clip(1e-6) * (1.5 * total).clip(0, 1)
        places = self._mesh[:, :2]
        layers = [
            places,
            places[mirror],
            valid[:, None],
            share_other[:, None] / total[:, None].clip(1e-6),
        ]
        return np.concatenate(layers, axis=1).astype(np.float32)

    def _map3d(self, mesh: NDArray[np.float64]) -> tuple[Floats, Floats, Floats, Floats]:
        """`Maps` but for the 2D warp, for the target's mesh (V, 3)."""
        triangles, grid, size = mean_head().triangles, self._grid, self.size
        fade = neck_fade()[:, None]
        posed = (fade * mesh + (1 - fade) * self._mesh).astype(np.float32)
        drawing = draw(posed[:, :2], posed[:, 2], triangles, grid, grid)
        flat = np.zeros((7, grid * grid), np.float32)  # the surface, and coverage
        flat[:6, drawing.pixels] = drawing.interpolate(self._surface(mesh), triangles).T
        flat[6, drawing.pixels] = 1
        small = flat.reshape(7, grid, grid)
        coverage = small[6]
        covered = (_enlarged(coverage, size) > 0.5).astype(np.float32)
        small[4] *= (2 * cv2.blur(coverage, (5, 5)) - 1).clip(0, 1)  # a soft outline
        valid, mirrored = (_enlarged(layer, size).clip(0, 1) * covered for layer in small[4:6])
        own, other = (self._covering(small[k : k + 2], coverage, covered) for k in (0, 2))
        return own, other, valid, mirrored

    def _covering(self, places: Floats, coverage: Floats, covered: Floats) -> Floats:
        """A map (2, grid, grid) of the head's surface at full size, (S, S, 2)."""
        large = self._doubled(_enlarged_map(places, coverage, self.size))
        large *= covered
        large -= np.float32(2 * self.size) * (1 - covered)  # nothing is there
        return _interleaved(large)

    def _map2d(self, target: Landmarks, pose: HeadPose) -> Floats:
        """Map (2, S, S) of the 2D warp: the source's triangles where they have moved, nearer ones
        in front where they fold over each other, and those that show their back behind all others.
        """
        start, end = self._start, self._sheet_points(target, pose)
        depth = np.full(len(end), -1e3, np.float32)
        lifted = np.concatenate([mean_head().landmarks(pose.rotation), _skull_outline()])
        depth[: len(lifted)] = pose.project(lifted)[:, 2]
        a, b, c = (end[self._sheet[:, k]] for k in range(3))
        p, q, r = (start[self._sheet[:, k]] for k in range(3))
        folded = _signed_area(a, b, c) * _signed_area(p, q, r) <= 0
        order = np.argsort(depth[self._sheet].sum(axis=1) - 1e6 * folded)
        triangles = self._sheet[order]
        places = _drawn_map(start, end, triangles, self._grid, self._grid)
        # Slivers of folded triangles would be specks that the networks cannot take back.
        around = np.stack([cv2.medianBlur(layer, 5) for layer in places])
        return np.where(np.abs(places - around).max(axis=0) > _TEAR, around, places)

    def _sheet_points(self, landmarks: Landmarks, pose: HeadPose) -> Floats:
        """What the 2D warp moves: landmarks, points around the skull (for the hair), border."""
        around = pose.project(_skull_outline())[:, :2]
        # Nothing may leave the picture: the sheet would no longer cover it.
        moving = np.concatenate([landmarks, around]).clip(1, self._grid - 2)
        return np.concatenate([moving, _border(self._grid, self._grid)]).astype(np.float32)

    def _seen(self, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
        """(V,) cosine between the surface and the viewer in the source; 0 where hidden."""
        facing = _facing(self._mesh)
        size = self._grid
        points, depth = self._mesh[:, :2].astype(np.float32), self._mesh[:, 2].astype(np.float32)
        drawing = draw(points, depth, triangles, size, size)
        surface = np.full(size * size, -np.inf, np.float32)
        surface[drawing.pixels] = drawing.interpolate(depth[:, None], triangles)[:, 0]
        column, row = points.round().astype(int).T
        inside = (column >= 0) & (row >= 0) & (column < size) & (row < size)
        nearest = surface[row.clip(0, size - 1) * size + column.clip(0, size - 1)]
        hidden = depth < nearest - _BEHIND * self._pose.scale
        seen = np.where(inside & ~hidden, facing, 0)
        return np.where(seen < _SEEN, 0, seen)


def plain_warp(source: NDArray[Any], landmarks: Landmarks, target: Landmarks) -> NDArray[Any]:
    """The plain 2D warp, the baseline: piecewise affine over the 68 landmarks, border fixed.

    source  (H, W, 3) uint8 or float32    landmarks, target  (68, 2) pixels of it

    Returns (H, W, 3) of the same type.
    """
    height, width = source.shape[:2]
    inside = ((target > 0) & (target < (width - 1, height - 1))).all(axis=1)
    border = _border(height, width)
    start = np.concatenate([landmarks[inside], border])
    end = np.concatenate([target[inside], border])
    return warp(
        source, _interleaved(_drawn_map(start, end, Delaunay(end).simplices, height, width))
    )


def _drawn_map(
    start: Floats, end: Floats, triangles: NDArray[np.int32], height: int, width: int
) -> Floats:
    """Where each pixel comes from, (2, height, width), when triangles move from ``start`` to
    ``end``; later rows cover earlier ones."""
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
    """(16, 2) points on the border of a picture, which stay where they are."""
    steps = range(5)
    ring = [(x, y) for x in steps for y in steps if x in (0, 4) or y in (0, 4)]
    return (np.array(ring) * ((width - 1) / 4, (height - 1) / 4)).astype(np.float32)


def _signed_area(a: Floats, b: Floats, c: Floats) -> Floats:
    """(T,) twice the areas of triangles, each corner (T, 2); the sign tells the orientation."""
    ab, ac = b - a, c - a
    area: Floats = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    return area


@cache
def _neighbours() -> csr_matrix:
    """(V, V): averages over the vertices around each."""
    triangles = mean_head().triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    count = len(mean_head().vertices)
    joined = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    joined.data[:] = 1
    return joined.multiply(1 / joined.sum(axis=1)).tocsr()


def _facing(mesh: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V,) cosine between a mesh's surface (V, 3), pixels, and the viewer."""
    a, b, c = (mesh[mean_head().triangles[:, k]] for k in range(3))
    normal = _around_vertices() @ -np.cross(b - a, c - a)
    facing: NDArray[np.float64] = normal[:, 2] / np.linalg.norm(normal, axis=1).clip(1e-9)
    return facing


def _smooth_step(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """0 up to ``low``, 1 from ``high`` on, smooth between."""
    x = ((values - low) / (high - low)).clip(0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _enlarged_map(places: Floats, coverage: Floats | None, size: int) -> Floats:
    """A map (2, S, S) interpolated to (2, size, size), in its own pixels.

    coverage  (S, S) 1 where the map tells something, else 0 and the places are 0

    Where the map jumps, half-way between two places is neither: there the nearest one is taken.
    """
    low = high = places
    large = np.stack([_enlarged(layer, size) for layer in places])
    if coverage is not None:
        gap = np.float32(1e6) * (1 - coverage)
        low, high = places + gap, places - gap
        large /= _enlarged(coverage, size).clip(0.5)
    window = np.ones((3, 3), np.uint8)
    spreads = (cv2.dilate(high[k], window) - cv2.erode(low[k], window) for k in (0, 1))
    torn = np.maximum(*spreads) > _TEAR
    if coverage is not None:
        torn &= coverage > 0
    if torn.any():
        jumps = _repeated(torn.astype(np.float32), size)
        for layer, small in zip(large, places, strict=True):
            layer += jumps * (_repeated(small, size) - layer)
    return large


def _interleaved(places: Floats) -> Floats:
    """A map (2, S, S) as (S, S, 2)."""
    return np.asarray(cv2.merge(tuple(places)), np.float32)


def _enlarged(layer: Floats, size: int) -> Floats:
    """(S, S) float32 interpolated to (size, size)."""
    return np.asarray(cv2.resize(layer, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _repeated(layer: Floats, size: int) -> Floats:
    """(S, S) float32 enlarged to (size, size) by repeating pixels."""
    return np.asarray(cv2.resize(layer, (size, size), interpolation=cv2.INTER_NEAREST), np.float32)


def warp(source: NDArray[Any], places: Floats, scale: float = 1.0) -> NDArray[Any]:
    """``source`` (H, W[, C]) sampled at ``places`` (S, S, 2), pixels of a picture 1/scale its size.

    uint8, int16 or float32; black beyond its border, where nothing is mapped.
    """
    if scale != 1.0:
        places = (places + 0.5) * scale - 0.5
    nothing: Any = None  # OpenCV's type hints forget that the second map may be missing
    border = cv2.BORDER_CONSTANT
    return np.asarray(cv2.remap(source, places, nothing, cv2.INTER_LINEAR, borderMode=border))


@cache
def neck_fade() -> NDArray[np.float64]:
    """(V,) `neck_fade_at` of the mean head's vertices."""
    return neck_fade_at(mean_head().vertices)


def neck_fade_at(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) how far points (N, 3), head coordinates, follow the head: 1 on the head, 0 at the foot
    of the neck."""
    start, end = _NECK
    below = np.clip((points[:, 1] - start) / (end - start), 0, 1)
    behind = np.clip((0.45 - points[:, 2]) / 0.3, 0, 1)  # the chin never stays
    faded: NDArray[np.float64] = 1 - below * below * (3 - 2 * below) * behind
    return faded


@cache
def _around_vertices() -> csr_matrix:
    """(V, T): sums over the triangles around each vertex."""
    triangles = mean_head().triangles
    rows, columns = triangles.ravel(), np.repeat(np.arange(len(triangles)), 3)
    shape = (len(mean_head().vertices), len(triangles))
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


@cache
def _skull_outline() -> NDArray[np.float64]:
    """(N, 3) points a little outside the skull's outline, from ear over crown to ear."""
    vertices = mean_head().vertices
    crown = float(vertices[:, 1].min())
    width = float(np.abs(vertices[vertices[:, 1] < 0.2 * crown][:, 0]).max())
    angle = np.radians(np.linspace(-10, 190, 13))
    x, y = 1.12 * width * np.cos(angle), 1.08 * crown * np.sin(angle)
    return np.stack([x, y, np.full_like(x, -0.15)], axis=1)
