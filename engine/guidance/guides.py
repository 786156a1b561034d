"""The guides: two warps of the source into the target pose, which are inputs of G1.

The *2D warp* deforms the whole crop with hair, clothes and background (see
`engine.guidance.warp2d`). The *3D warp* textures the mean head, bent to the landmarks, with the
source and renders it in the target pose. Surface that the source does not show is textured from the
mirrored half of the head and marked as mirrored. The guides are the 2D warp, and the 3D warp
composited over it.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.face.head import distances, mean_head
from engine.face.landmarks import Landmarks
from engine.guidance.warp2d import Warp2D, neck_fade_at, smooth_step
from engine.imaging.raster import draw
from engine.imaging.resampling import TEAR, enlarged, enlarged_map, interleaved, warp

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""2D warp (RGB), 3D warp composited over it (RGB), validity of the 3D warp, mirrored share."""

_OPAQUE = 1 / 3  # validity from which the 3D warp covers the 2D warp completely

# Cosines between a surface and the direction to the viewer:
_SEEN = 0.12  # below it a surface is not visible in the source
_GRAZING = 0.2  # lower limit for the target, where such a surface hardly shows
_SHOWN = (0.3, 0.8)  # visibility in the source, relative to the target: insufficient, sufficient
_BEHIND = 0.08  # decimetres: depth tolerance of the visibility test
# Limits of tests on the source's colours, each from "no" to "yes" or the reverse:
_TURNED = (0.2, 0.4)  # sine of the source's turn: its far side is doubted from, fully from
_UNLIKE = (12.0, 28.0)  # weighted Lab distance: the same skin, not the same
_LIGHTNESS = 0.2  # weight of L in this distance; lighting often differs between the sides
_BACKDROP = (6.0, 14.0)  # weighted Lab distance to the crop's rim: background, not background
_RIM = 6  # pixels at half size between samples of the rim
_BESIDE_FACE = (-0.25, 0.05)  # decimetres inside the face's outline: beside the face, face
_HAIR = 0.2  # factor of the validity beside the face, where the 2D warp carries the hair


@dataclass(frozen=True)
class Maps:
    """The sampling maps of the guides: float32 coordinates in pixels of the source crop.

    warp2d    (S, S, 2) of the 2D warp
    own       (S, S, 2) of the 3D warp: the same point of the surface
    other     (S, S, 2) of the 3D warp: the mirrored point of the surface
    valid     (S, S) in [0, 1]: how well the source shows the surface of the 3D warp; 0: not at all
    mirrored  (S, S) in [0, 1]: share of the mirrored point in the 3D warp's colour
    """

    warp2d: Floats
    own: Floats
    other: Floats
    valid: Floats
    mirrored: Floats

    @property
    def warp3d(self) -> Floats:
        """The sampling map (S, S, 2) of the 3D warp, from the point with the larger share."""
        return np.where(self.mirrored[..., None] > 0.5, self.other, self.own)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        size = source.shape[0]
        layers = np.empty((GUIDE_CHANNELS, size, size), np.float32)
        below, own, other = (
            cv2.split(warp(source, places)) for places in (self.warp2d, self.own, self.other)
        )
        trust = (self.valid * np.float32(1 / _OPAQUE)).clip(0, 1)
        share = np.float32(1 / 255) * trust
        share_other = share * self.mirrored
        share_own, rest = share - share_other, 1 - trust
        for k in range(3):  # per channel: faster on contiguous memory
            np.multiply(below[k], np.float32(1 / 255), out=layers[k])
            mixed = np.multiply(rest, layers[k], out=layers[3 + k])
            mixed += share_own * own[k]
            mixed += share_other * other[k]
        np.minimum(layers[3:6], 1, out=layers[3:6])  # rounding errors
        self._soften(layers[:6])
        layers[6], layers[7] = self.valid, self.mirrored
        return layers

    def _soften(self, layers: Floats) -> None:
        """Blur pictures (C, S, S), in place, at occlusion edges.

        The maps were drawn at half size and have aliased edges there.
        """
        window = np.ones((3, 3), np.uint8)
        half = self.warp2d[::2, ::2]
        spread = (cv2.dilate(half, window) - cv2.erode(half, window)).max(axis=2)
        torn = cv2.dilate((spread > 2 * TEAR).astype(np.uint8), window)
        if torn.any():
            edges = cv2.resize(torn, layers.shape[:0:-1], interpolation=cv2.INTER_NEAREST) > 0
            for layer in layers:
                np.copyto(layer, cv2.GaussianBlur(layer, (5, 5), 1.2), where=edges)


def combined(guides: Floats) -> Floats:
    """The composite of both warps (S, S, 3), from guides (8, S, S)."""
    return np.ascontiguousarray(np.moveaxis(guides[3:6], 0, 2))


class SourceHead:
    """The head of a source with its texture, computed once per photo.

    pixels  (S, S, 3) uint8, the crop    landmarks  (68, 2), pixels of the crop

    The sampling maps are drawn at half size and enlarged, which is four times as fast. They are
    smooth, so that the difference is not visible.
    """

    def __init__(self, pixels: NDArray[np.uint8], landmarks: Landmarks) -> None:
        head = mean_head()
        self.size = pixels.shape[0]
        self._grid = self.size // 2
        self._scale = np.float32(self.size / self._grid)  # 2, or a little more for an odd size
        half = self._halved(landmarks)
        self._pose = head.fit(half)
        self._mesh = head.bend(self._pose, half)
        self._shown = self._seen(head.triangles)
        self._shown *= self._plausible(pixels)
        for _ in range(2):  # fade towards the limb, where a texel may show the background
            self._shown = np.minimum(self._shown, _neighbours() @ self._shown)
        self._warp2d = Warp2D(self._mesh, self._pose, self._grid)

    def maps(self, target: Landmarks) -> Maps:
        """The sampling maps for target landmarks (68, 2), pixels of the crop."""
        half = self._halved(target)
        pose = mean_head().fit(half)
        mesh = mean_head().bend(pose, half)
        warp3d = self._map3d(mesh)
        places = enlarged_map(self._warp2d.map(mesh, pose), None, self.size)
        return Maps(interleaved(self._doubled(places)), *warp3d)

    def _halved(self, landmarks: Landmarks) -> Landmarks:
        """Coordinates in the crop as coordinates in the half-size crop."""
        half = np.float32(0.5)
        return np.asarray((landmarks + half) / self._scale - half, np.float32)

    def _doubled(self, places: Floats) -> Floats:
        """The inverse of `_halved`, in place."""
        places *= self._scale
        places += (self._scale - 1) / 2
        return places

    def _surface(self, mesh: NDArray[np.float64]) -> Floats:
        """(V, 6) vertex attributes for the target's mesh (V, 3).

        Texture coordinates of the vertex (2) and of the mirrored vertex (2), validity, share of the
        mirrored vertex.
        """
        mirror = mean_head().mirror
        # Surface at a grazing angle in the target may be at the same angle in the source.
        needed = _facing(mesh).clip(_GRAZING, 1)
        own, other = ((shown / needed).clip(0, 1) for shown in (self._shown, self._shown[mirror]))
        # Faces are not symmetric: use the mirrored half only where the own half is hardly visible.
        share = smooth_step(own, *_SHOWN)
        share_other = smooth_step(other, *_SHOWN) * (1 - share)
        total = share + share_other
        valid = (share * own + share_other * other) / total.clip(1e-6) * (1.5 * total).clip(0, 1)
        mirrored = share_other / total.clip(1e-6)
        valid *= 1 - (1 - _HAIR) * _beside_face() * (1 - mirrored)
        places = self._mesh[:, :2]
        layers = [
            places,
            places[mirror],
            valid[:, None],
            mirrored[:, None],
        ]
        return np.concatenate(layers, axis=1).astype(np.float32)

    def _map3d(self, mesh: NDArray[np.float64]) -> tuple[Floats, Floats, Floats, Floats]:
        """The fields own, other, valid and mirrored of `Maps` for the target's mesh (V, 3)."""
        triangles, grid, size = mean_head().triangles, self._grid, self.size
        fade = _neck_fade()[:, None]
        posed = (fade * mesh + (1 - fade) * self._mesh).astype(np.float32)
        drawing = draw(posed[:, :2], posed[:, 2], triangles, grid, grid)
        flat = np.zeros((7, grid * grid), np.float32)  # 6 attributes and coverage
        flat[:6, drawing.pixels] = drawing.interpolate(self._surface(mesh), triangles).T
        flat[6, drawing.pixels] = 1
        small = flat.reshape(7, grid, grid)
        coverage = small[6]
        covered = (enlarged(coverage, size) > 0.5).astype(np.float32)
        small[4] *= (2 * cv2.blur(coverage, (7, 7)) - 1).clip(0, 1)  # soft outline
        valid, mirrored = (enlarged(layer, size).clip(0, 1) * covered for layer in small[4:6])
        own, other = (self._covering(small[k : k + 2], coverage, covered) for k in (0, 2))
        return own, other, valid, mirrored

    def _covering(self, places: Floats, coverage: Floats, covered: Floats) -> Floats:
        """Enlarge a map (2, grid, grid) of the covered pixels to (S, S, 2)."""
        large = self._doubled(enlarged_map(places, coverage, self.size))
        large *= covered
        large -= np.float32(2 * self.size) * (1 - covered)  # outside the source
        return interleaved(large)

    def _seen(self, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
        """(V,) cosine of the viewing angle in the source; 0 where occluded or outside."""
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

    def _plausible(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(V,) plausibility in [0, 1] that the source pixel at a vertex shows the head.

        Landmarks detected in a profile often lie on the background. If two mirrored vertices differ
        in colour, one is doubted: the one on the far side of a turned head, and on the face also
        the one whose colour is found on the rim of the crop, which is background.
        """
        mirror = mean_head().mirror
        small = cv2.resize(pixels, (self._grid, self._grid), interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB) * np.array([_LIGHTNESS, 1, 1], np.float32)
        lab = cv2.GaussianBlur(lab, (0, 0), 2)
        colours = warp(lab, self._mesh[None, :, :2].astype(np.float32))[0]
        unlike = np.linalg.norm(colours - colours[mirror], axis=1)
        for _ in range(6):
            unlike = _neighbours() @ unlike
        rim = np.concatenate([lab[::_RIM, 2], lab[::_RIM, -3], lab[2, ::_RIM]])
        from_rim = distances(colours, rim).min(axis=1)
        behind = 1 - smooth_step(_neighbours() @ from_rim, *_BACKDROP)
        behind *= (1 - behind[mirror]) * (1 - _beside_face())
        # The x axis' depth component: the difference in depth of left and right, for any roll.
        turned = smooth_step(np.abs(self._pose.rotation[2, :1]), *_TURNED)
        far = turned * smooth_step(self._shown[mirror] - self._shown, 0, 0.1)
        return np.asarray(1 - np.maximum(far, behind) * smooth_step(unlike, *_UNLIKE))


@cache
def _neighbours() -> csr_matrix:
    """(V, V): the average over each vertex' neighbours."""
    triangles = mean_head().triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    count = len(mean_head().vertices)
    joined = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    joined.data[:] = 1
    return joined.multiply(1 / joined.sum(axis=1)).tocsr()


def _facing(mesh: NDArray[np.float64]) -> NDArray[np.float64]:
    """(V,) cosine between the normals of a mesh (V, 3), pixels, and the view direction."""
    a, b, c = (mesh[mean_head().triangles[:, k]] for k in range(3))
    normal = _around_vertices() @ -np.cross(b - a, c - a)
    facing: NDArray[np.float64] = normal[:, 2] / np.linalg.norm(normal, axis=1).clip(1e-9)
    return facing


@cache
def _neck_fade() -> NDArray[np.float64]:
    """(V,) `neck_fade_at` of the mean head's vertices."""
    return neck_fade_at(mean_head().vertices)


@cache
def _around_vertices() -> csr_matrix:
    """(V, T): the sum over each vertex' triangles."""
    triangles = mean_head().triangles
    rows, columns = triangles.ravel(), np.repeat(np.arange(len(triangles)), 3)
    shape = (len(mean_head().vertices), len(triangles))
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


@cache
def _beside_face() -> NDArray[np.float64]:
    """(V,) 1 on skull, ears and neck, 0 on the face."""
    head = mean_head()
    outline = cv2.convexHull(head.landmarks(np.eye(3))[:, :2].astype(np.float32))
    inside = [
        cv2.pointPolygonTest(outline, (float(x), float(y)), True) if z > 0 else -1.0
        for x, y, z in head.vertices
    ]
    return 1 - smooth_step(np.array(inside), *_BESIDE_FACE)
