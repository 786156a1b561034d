"""The 3D warp of the face: the bent head, textured with the source, drawn in the target pose.

Surface that the source does not show is textured from the mirrored half of the head. Where the
source's parts are known, the 3D warp is limited to the skin of the face.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import spsolve

from engine.core.smoothing import smooth_step
from engine.face.head import distances
from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.coarse import Coarse, coarse_surface
from engine.guidance.layers import BARE, Motion, MovedMesh, half
from engine.guidance.warp2d import neck_fade_at
from engine.imaging.raster import draw
from engine.imaging.resampling import sampled, warp

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_CELLS = (0.04, 0.08)  # decimetres: of the coarse surface, on the face and beside it
_SKIN = (0.4, 0.9)  # probability of skin in the source: no part of the face, a part of it

# Cosines between a surface and the direction to the viewer:
_SEEN = 0.12  # below it a surface is not visible in the source
_GRAZING = 0.2  # lower limit for the target, where such a surface hardly shows
_SHOWN = (0.3, 0.8)  # visibility in the source, relative to the target: insufficient, sufficient
_EARS = (0.66, 0.76)  # decimetres from the middle plane over which an ear begins
_SHOWN_EARS = (0.1, 0.35)  # the same for ears, which are worse without their folds
_BEHIND = 0.08  # decimetres: depth tolerance of the visibility test
# Limits of tests on the source's colours, each from "no" to "yes" or the reverse:
_TURNED = (0.2, 0.4)  # sine of the source's turn: its far side is doubted from, fully from
_UNLIKE = (12.0, 28.0)  # weighted Lab distance: the same skin, not the same
_LIGHTNESS = 0.2  # weight of L in this distance; lighting often differs between the sides
_BACKDROP = (6.0, 14.0)  # weighted Lab distance to the crop's rim: background, not background
_RIM = 6  # pixels at half size between samples of the rim
_LIT = 0.15  # decimetres: standard deviation of the light's blur
_BOTH = 0.3  # cosine from which a vertex and its mirrored one are compared
_DARK = 0.03  # of 1: added to colours whose ratio is taken
_RATIO = 1.0  # largest logarithm of such a ratio
_BESIDE_FACE = (-0.12, 0.05)  # decimetres inside the outline of the face: beside it, face
_SQUARE = np.ones((3, 3), np.uint8)
_FROM_BYTES = np.float32(1 / 255)
_HAIR = 0.2  # factor of the validity beside the face, where the 2D warp carries the hair


class FaceSurface:
    """The face of a source, computed once per photo.

    pixels  (S, S, 3) uint8    head  in pixels at half size
    labels  (G, G, 6) probabilities of `PartLabel` at half size; None: not known
    """

    def __init__(self, pixels: NDArray[np.uint8], head: PosedHead, labels: Floats | None) -> None:
        self._full, self._size = len(pixels), half(len(pixels))
        self._head, self._mesh = head, head.seen[: len(head_model().surface.vertices)]
        self._skin = None if labels is None else _skin(labels)
        self._pose = head.pose
        self._shown = self._seen(head_model().surface.triangles)
        if labels is None:
            self._shown *= self._plausible(pixels)
        for _ in range(2):  # fade towards the limb, where a texel may show the background
            self._shown = np.minimum(self._shown, neighbours() @ self._shown)
        self._coarse = coarse_surface(*_CELLS)
        rows = self._coarse.vertices
        mirrored = head_model().surface.mirror[rows]
        self._rest, self._others = head.mesh[rows], self._mesh[mirrored, :2]
        self._rest_seen = self._pose.project(self._rest)
        self._everywhere = self._shown
        self._shown = np.stack([self._shown[rows], self._shown[mirrored]])
        self._share = face_share()[rows]
        ears = ear_share()[rows]
        low, high = (a + (b - a) * ears for a, b in zip(_SHOWN, _SHOWN_EARS, strict=True))
        self._least, self._span = low, high - low

    def mesh(self, target: PosedHead, light: Floats | None = None) -> MovedMesh:
        """The face in the target pose.

        Values: shift from the mirrored point of the surface (2), validity, share of the mirrored
        point, share of the face; and ``light`` (V, C), of the whole surface.
        """
        rows, triangles = self._coarse.vertices, self._coarse.triangles
        moved = target.mesh.take(rows, axis=0)
        mesh = target.pose.project(moved)
        # Not the difference of both projections, which is not exactly 0 where nothing has moved.
        shift = (target.pose.project(self._rest) - self._rest_seen)[:, :2]
        bent = moved - self._rest
        shift += target.pose.scale * bent @ target.pose.rotation[:2].T
        valid, mirrored = self._validity(mesh)
        if self._skin is None:
            fade = neck_fade_at(head_model().surface.vertices)[rows, None]
            mesh, shift = self._rest_seen + fade * (mesh - self._rest_seen), fade * shift
        other = mesh[:, :2] - self._others
        columns = [shift, other, valid, mirrored, self._share]
        values = np.column_stack(columns if light is None else [*columns, light[rows]])
        points, depth = np.split(mesh.astype(np.float32), [2], axis=1)
        values = values.astype(np.float32)
        return MovedMesh(
            points, depth[:, 0], values, triangles, self._full, front_only=True, shown=2
        )

    def validity(self, motion: Motion) -> tuple[Floats, Floats]:
        """(H, W) each: validity of the 3D warp, and share of the mirrored point."""
        valid = motion.values[2] * (2 * cv2.blur(motion.inside, (7, 7)) - 1).clip(0, 1)
        mirrored = motion.values[3]
        if self._skin is None:
            return valid, mirrored
        own = (1 - mirrored) * self._skin_at(motion.half_places)
        if not mirrored.any():
            return valid * own, mirrored
        other = mirrored * self._skin_at(motion.half_places_from(motion.values[:2]))
        return valid * (own + other).clip(0, 1), other / (own + other).clip(1e-3)

    def relit(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The source (S, S, 3), each point of the skin in the light of the mirrored one.

        Lights stay where they are when a head turns: what comes into view beside a bright cheek is
        bright, too, though its mirrored point lies in the shadow. The ratio of both sides' light is
        known where both are seen, and continued from there along the surface.
        """
        if self._skin is None:
            return pixels
        mirror, size = head_model().surface.mirror, self._size
        places = self._mesh[:, :2].astype(np.float32)[None]
        blur = _LIT * self._pose.scale
        small = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA) * _FROM_BYTES
        share = cv2.GaussianBlur(self._skin, (0, 0), blur) + np.float32(1e-3)
        light = cv2.GaussianBlur(small * self._skin[..., None], (0, 0), blur) / share[..., None]
        colours = np.log(sampled(light, places)[0] + np.float32(_DARK))
        seen = np.minimum(self._everywhere, sampled(self._skin, places)[0])
        ratio = (colours - colours[mirror]).clip(-_RATIO, _RATIO)
        ratio = continued(ratio, np.minimum(seen, seen[mirror]) > _BOTH)
        for _ in range(3):
            ratio = neighbours() @ ratio
        triangles = head_model().surface.triangles
        drawing = draw(places[0], self._mesh[:, 2].astype(np.float32), triangles, size, size)
        factor = np.zeros((size * size, 3), np.float32)
        values = ratio[mirror].astype(np.float32)
        factor[drawing.pixels] = drawing.interpolate(values, triangles)
        smooth = cv2.GaussianBlur(factor.reshape(size, size, 3), (0, 0), 1.5)
        large = cv2.resize(smooth, (self._full, self._full), interpolation=cv2.INTER_LINEAR)
        return np.asarray((pixels * np.exp(large)).clip(0, 255), np.uint8)

    def _skin_at(self, places: Floats) -> Floats:
        """(H, W) whether the source shows skin at places (H, W, 2), 0 to 1."""
        assert self._skin is not None
        return smooth_step(sampled(self._skin, places), *_SKIN).astype(np.float32)

    def _validity(self, mesh: Array) -> tuple[Array, Array]:
        """(V,) each: validity and share of the mirrored vertex for the target's mesh (V, 3)."""
        # Surface at a grazing angle in the target may be at the same angle in the source.
        needed = facing(mesh, self._coarse).clip(_GRAZING, 1)
        own, other = (self._shown / needed).clip(0, 1)
        # Faces are not symmetric: use the mirrored half only where the own half is hardly visible.
        share, share_other = smooth_step(([own, other] - self._least) / self._span, 0, 1)
        share_other *= 1 - share
        total = share + share_other
        valid = (share * own + share_other * other) / total.clip(1e-6) * (1.5 * total).clip(0, 1)
        mirrored = share_other / total.clip(1e-6)
        if self._skin is None:
            valid *= 1 - (1 - _HAIR) * beside_face()[self._coarse.vertices] * (1 - mirrored)
        return valid, mirrored

    def _seen(self, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
        """(V,) cosine of the viewing angle in the source; 0 where occluded or outside."""
        towards = facing(self._mesh, whole_surface())
        size = self._size
        points, depth = self._mesh[:, :2].astype(np.float32), self._mesh[:, 2].astype(np.float32)
        drawing = draw(points, depth, triangles, size, size)
        surface = np.full(size * size, -np.inf, np.float32)
        surface[drawing.pixels] = drawing.interpolate(depth[:, None], triangles)[:, 0]
        column, row = points.round().astype(int).T
        inside = (column >= 0) & (row >= 0) & (column < size) & (row < size)
        nearest = surface[row.clip(0, size - 1) * size + column.clip(0, size - 1)]
        hidden = depth < nearest - _BEHIND * self._pose.scale
        seen = np.where(inside & ~hidden, towards, 0)
        return np.where(seen < _SEEN, 0, seen)

    def _plausible(self, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(V,) plausibility in [0, 1] that the source pixel at a vertex shows the head.

        Landmarks detected in a profile often lie on the background. If two mirrored vertices differ
        in colour, one is doubted: the one on the far side of a turned head, and on the face also
        the one whose colour is found on the rim of the crop, which is background.
        """
        mirror = head_model().surface.mirror
        small = cv2.resize(pixels, (self._size, self._size), interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB) * np.array([_LIGHTNESS, 1, 1], np.float32)
        lab = cv2.GaussianBlur(lab, (0, 0), 2)
        colours = warp(lab, self._mesh[None, :, :2].astype(np.float32))[0]
        unlike = np.linalg.norm(colours - colours[mirror], axis=1)
        for _ in range(6):
            unlike = neighbours() @ unlike
        rim = np.concatenate([lab[::_RIM, 2], lab[::_RIM, -3], lab[2, ::_RIM]])
        from_rim = distances(colours, rim).min(axis=1)
        behind = 1 - smooth_step(neighbours() @ from_rim, *_BACKDROP)
        behind *= (1 - behind[mirror]) * (1 - beside_face())
        # The x axis' depth component: the difference in depth of left and right, for any roll.
        turned = smooth_step(np.abs(self._pose.rotation[2, :1]), *_TURNED)
        far = turned * smooth_step(self._shown[mirror] - self._shown, 0, 0.1)
        return np.asarray(1 - np.maximum(far, behind) * smooth_step(unlike, *_UNLIKE))


def _skin(labels: Floats) -> Floats:
    """(G, G) probability of skin whose colours no background has mixed with."""
    behind = cv2.dilate(np.ascontiguousarray(labels[..., PartLabel.BACKGROUND]), _SQUARE)
    return np.asarray(labels[..., BARE].sum(axis=2) * (1 - behind), np.float32)


@cache
def face_share() -> Array:
    """(V,) 1 on the face with the forehead, 0 on skull, ears and neck."""
    _, y, z = head_model().surface.vertices.T
    forehead = ((y < -0.2) & (y > -1.0) & (z > 0.3)) * smooth_step(z, 0.25, 0.45)
    forehead *= 1 - smooth_step(-y, 0.75, 1.0)
    return np.asarray(np.maximum(1 - beside_face(), forehead))


@cache
def ear_share() -> Array:
    """(V,) 1 on ears."""
    x, y, _ = head_model().surface.vertices.T
    return np.asarray(smooth_step(np.abs(x), *_EARS) * (y > -0.4) * (y < 0.5))


@cache
def neighbours() -> csr_matrix:
    """(V, V): the average over each vertex' neighbours."""
    triangles = head_model().surface.triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    count = len(head_model().surface.vertices)
    joined = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    joined.data[:] = 1
    return joined.multiply(1 / joined.sum(axis=1)).tocsr()


def continued(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Values (V, C) where ``known`` (V,), and their smooth continuation along the surface."""
    free = np.flatnonzero(~known)
    if not known.any() or not len(free):
        return values
    average = neighbours()[free]
    inner = identity(len(free), format="csr") - average[:, free]
    result = values.copy()
    result[free] = spsolve(inner.tocsc(), average[:, known] @ values[known])
    return result


def facing(mesh: NDArray[np.float64], surface: Coarse) -> NDArray[np.float64]:
    """(V,) cosine between a surface's normals and the view direction; its mesh (V, 3) in pixels."""
    x, y, z = _across(mesh, surface)
    return np.asarray(z / np.sqrt(x * x + y * y + z * z).clip(1e-9), np.float64)


def normals(mesh: Array) -> Array:
    """(V, 3) of the surface's vertices (V, 3), unit vectors outwards."""
    across = _across(mesh, whole_surface()).T
    return np.asarray(across / np.linalg.norm(across, axis=1, keepdims=True).clip(1e-9))


def _across(mesh: Array, surface: Coarse) -> Array:
    """(3, V) normals of a surface's vertices (V, 3), of any length."""
    corners = np.ascontiguousarray(surface.triangles.T, np.intp)
    edges = []
    # By coordinate: several times as fast as `np.cross` of rows.
    for values in np.ascontiguousarray(mesh.T, np.float32):
        a, b, c = values.take(corners)
        edges.append((a - b, c - a))
    (bax, acx), (bay, acy), (baz, acz) = edges
    across = (bay * acz - baz * acy, baz * acx - bax * acz, bax * acy - bay * acx)
    return np.asarray((surface.around_vertices @ np.stack(across, axis=1)).T)


@cache
def whole_surface() -> Coarse:
    """The surface with all of its vertices."""
    surface = head_model().surface
    return Coarse(np.arange(len(surface.vertices)), surface.triangles)


@cache
def beside_face() -> NDArray[np.float64]:
    """(V,) 1 on skull, ears and neck, 0 on the face."""
    model = head_model()
    points = model.landmarks(np.eye(3), model.mean)[:, :2]
    outline = cv2.convexHull(points.astype(np.float32))
    inside = [
        cv2.pointPolygonTest(outline, (float(x), float(y)), True) if z > 0 else -1.0
        for x, y, z in model.surface.vertices
    ]
    return 1 - smooth_step(np.array(inside), *_BESIDE_FACE)
