"""The guides: the source face moved into the target pose, twice, for G1 to start from.

The *2D warp* moves the whole crop; it carries hair, clothes and background (see `engine.guidance.warp2d`).
The *3D warp* paints the source's colours on the mean head, bent to the landmarks, and shows that
head in the target pose; where the source did not show the surface it takes the colours of the other
half of the head, and says so. The guides are the 2D warp, and the 3D warp laid over it.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.face.head import distances, mean_head
from engine.face.landmarks import Landmarks
from engine.guidance.mouth import Mouth, opened_mouth
from engine.guidance.warp2d import Warp2D, neck_fade_at, smooth_step
from engine.imaging.raster import draw
from engine.imaging.resampling import TEAR, enlarged, enlarged_map, interleaved, warp

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""2D warp (RGB), the 3D warp over it (RGB), where the 3D warp is valid, where it is mirrored."""

_TRUSTED = 1 / 3  # where the 3D warp is at least so valid, nothing of the 2D warp shows through

_SEEN = 0.12  # cosine to the viewer below which a surface counts as not seen in the source
_GRAZING = 0.2  # cosine below which a surface in the target hardly shows
_SHOWN = (0.3, 0.8)  # how well the source has to show a surface: not at all enough, quite enough
_BEHIND = 0.08  # decimetres behind the drawn surface that still count as the surface
_TURNED = (0.2, 0.4)  # sine of the source's turn: from where its far side is doubted, and fully
_UNLIKE = (12.0, 28.0)  # distances of Lab colours: surely of one skin, surely not
_LIGHTNESS = 0.2  # what lightness counts in these: light mostly comes from one side
_BACKDROP = (6.0, 14.0)  # such distances to the crop's rim: surely background, surely not
_RIM = 6  # pixels at half the size between the places on the rim that are looked at
_BESIDE_FACE = (-0.25, 0.05)  # decimetres to the face's outline, > 0 inside: where the face begins
_HAIR = 0.2  # how valid beside the face what the 2D warp shows as well is, with the hair it carries


@dataclass(frozen=True)
class Maps:
    """Where in the source each pixel of the guides comes from.

    warp2d    (S, S, 2) float32 pixels: of the 2D warp
    own       (S, S, 2) of the 3D warp: the surface itself
    other     (S, S, 2) of the 3D warp: the same place on the other half of the head
    valid     (S, S) in [0, 1]: how well the source showed what the 3D warp paints; 0 nothing
    mirrored  (S, S) in [0, 1]: the share of the 3D warp's colours that are of the other half
    mouth     its inside, where it opens further than the source shows
    """

    warp2d: Floats
    own: Floats
    other: Floats
    valid: Floats
    mirrored: Floats
    mouth: Mouth | None

    @property
    def warp3d(self) -> Floats:
        """Where most of each pixel of the 3D warp comes from, (S, S, 2)."""
        return np.where(self.mirrored[..., None] > 0.5, self.other, self.own)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        size = source.shape[0]
        layers = np.empty((GUIDE_CHANNELS, size, size), np.float32)
        below, own, other = (
            cv2.split(warp(source, places)) for places in (self.warp2d, self.own, self.other)
        )
        trust = (self.valid * np.float32(1 / _TRUSTED)).clip(0, 1)
        share = np.float32(1 / 255) * trust
        share_other = share * self.mirrored
        share_own, rest = share - share_other, 1 - trust
        for k in range(3):  # plane by plane, for speed
            np.multiply(below[k], np.float32(1 / 255), out=layers[k])
            mixed = np.multiply(rest, layers[k], out=layers[3 + k])
            mixed += share_own * own[k]
            mixed += share_other * other[k]
        np.minimum(layers[3:6], 1, out=layers[3:6])  # rounding may go beyond
        self._soften(layers[:6])
        if self.mouth is not None:
            self.mouth.paint(layers[3:6])
        layers[6], layers[7] = self.valid, self.mirrored
        return layers

    def _soften(self, layers: Floats) -> None:
        """Blur pictures (C, S, S), in place, where one surface ends before another: the maps were
        drawn at half the size and leave stairs there."""
        window = np.ones((3, 3), np.uint8)
        half = self.warp2d[::2, ::2]
        spread = (cv2.dilate(half, window) - cv2.erode(half, window)).max(axis=2)
        torn = cv2.dilate((spread > 2 * TEAR).astype(np.uint8), window)
        if torn.any():
            edges = cv2.resize(torn, layers.shape[:0:-1], interpolation=cv2.INTER_NEAREST) > 0
            for layer in layers:
                np.copyto(layer, cv2.GaussianBlur(layer, (5, 5), 1.2), where=edges)


def combined(guides: Floats) -> Floats:
    """Both warps in one picture (S, S, 3), from guides (8, S, S)."""
    return np.ascontiguousarray(np.moveaxis(guides[3:6], 0, 2))


class SourceHead:
    """The source side of the guides, prepared once per photo.

    pixels  (S, S, 3) uint8 of the crop    landmarks  (68, 2) pixels of it

    All is drawn at half the size and the maps, which are smooth, are then enlarged: four times as
    fast, and too small a difference to see.
    """

    def __init__(self, pixels: NDArray[np.uint8], landmarks: Landmarks) -> None:
        head = mean_head()
        self.size = pixels.shape[0]
        self._grid = self.size // 2
        self._scale = np.float32(self.size / self._grid)  # 2, or a little more for an odd size
        self._landmarks, half = landmarks, self._halved(landmarks)
        self._pose = head.fit(half)
        self._mesh = head.bend(self._pose, half)
        self._shown = self._seen(head.triangles)
        self._shown *= self._believed(pixels)
        for _ in range(2):  # it fades before it ends: what is hardly seen may be the background
            self._shown = np.minimum(self._shown, _neighbours() @ self._shown)
        self._skin = self._skin_colour(pixels)
        self._warp2d = Warp2D(self._mesh, self._pose, self._grid)

    def maps(self, target: Landmarks) -> Maps:
        """The guides' maps for target landmarks (68, 2), pixels of the crop."""
        half = self._halved(target)
        pose = mean_head().fit(half)
        mesh = mean_head().bend(pose, half)
        warp3d = self._map3d(mesh)
        places = enlarged_map(self._warp2d.map(mesh, pose), None, self.size)
        scales = float(self._scale) * self._pose.scale, float(self._scale) * pose.scale
        mouth = opened_mouth(self._landmarks, target, scales, self._skin, self.size)
        return Maps(interleaved(self._doubled(places)), *warp3d, mouth)

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
        """`Maps` but for the 2D warp, for the target's mesh (V, 3)."""
        triangles, grid, size = mean_head().triangles, self._grid, self.size
        fade = _neck_fade()[:, None]
        posed = (fade * mesh + (1 - fade) * self._mesh).astype(np.float32)
        drawing = draw(posed[:, :2], posed[:, 2], triangles, grid, grid)
        flat = np.zeros((7, grid * grid), np.float32)  # the surface, and coverage
        flat[:6, drawing.pixels] = drawing.interpolate(self._surface(mesh), triangles).T
        flat[6, drawing.pixels] = 1
        small = flat.reshape(7, grid, grid)
        coverage = small[6]
        covered = (enlarged(coverage, size) > 0.5).astype(np.float32)
        small[4] *= (2 * cv2.blur(coverage, (7, 7)) - 1).clip(0, 1)  # a soft outline
        valid, mirrored = (enlarged(layer, size).clip(0, 1) * covered for layer in small[4:6])
        own, other = (self._covering(small[k : k + 2], coverage, covered) for k in (0, 2))
        return own, other, valid, mirrored

    def _covering(self, places: Floats, coverage: Floats, covered: Floats) -> Floats:
        """A map (2, grid, grid) of the head's surface at full size, (S, S, 2)."""
        large = self._doubled(enlarged_map(places, coverage, self.size))
        large *= covered
        large -= np.float32(2 * self.size) * (1 - covered)  # nothing is there
        return interleaved(large)

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

    def _skin_colour(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(3,) RGB in [0, 1]: the face's, where it was seen."""
        seen = (self._shown > _SHOWN[0]) & (_beside_face() < 0.5)
        places = self._mesh[None, seen, :2].astype(np.float32) * self._scale
        colours = warp(pixels, places)[0] if seen.any() else np.full((1, 3), 128)
        return np.asarray(np.median(colours, axis=0) / 255)

    def _believed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(V,) in [0, 1]: how far the colours found at each vertex can be the head's.

        Landmarks found in a profile often lie beyond it. So of two mirrored vertices that look
        unlike, one is doubted: that on the far side of a turned head, and on the face that which
        looks like the rim of the crop, which is background.
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
        # How far the head's own left and right differ in depth, however it is tilted.
        turned = smooth_step(np.abs(self._pose.rotation[2, :1]), *_TURNED)
        far = turned * smooth_step(self._shown[mirror] - self._shown, 0, 0.1)
        return np.asarray(1 - np.maximum(far, behind) * smooth_step(unlike, *_UNLIKE))


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


@cache
def _neck_fade() -> NDArray[np.float64]:
    """(V,) `neck_fade_at` of the mean head's vertices."""
    return neck_fade_at(mean_head().vertices)


@cache
def _around_vertices() -> csr_matrix:
    """(V, T): sums over the triangles around each vertex."""
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
