"""The 3D surfaces of a person: the front, textured with the photo, and the inpainted back.

A sheet is a regular grid over the picture with a depth at each vertex (a height field). Front and
back meet at the person's silhouette. The back is textured with the colours along the silhouette.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.lifting.back import back_colours
from engine.data.lifting.cutout import Cutout
from engine.data.lifting.relief import Relief
from engine.face.lifted_face import LiftedFace
from engine.guidance.warp2d import neck_fade_at
from engine.imaging.raster import draw

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

_STEP = 3  # pixels between vertices
_SOLID = 0.6  # least opacity of the person where there is a back
_ROUND = 0.12  # decimetres from the silhouette: where the back curves forward to meet the front
_SHOULDER = 0.5  # raises the start of the static region per dm beyond 0.7 dm from the neck's axis
_STILL = 0.1  # parts that follow less of the rotation have no back, since it stays hidden
_LEAST = 0.2  # weight of the most oblique surfaces; frontal ones have 1
_INVENTED = 0.15  # weight of the back
_JUMP = 5.0  # difference of source positions between adjacent pixels that marks an occlusion edge


@dataclass(frozen=True, eq=False)
class Sheet:
    """A textured surface over a square picture of S pixels.

    points     (V, 3) float32: x, y and depth towards the viewer, pixels
    fade       (V,) in [0, 1]: fraction of the head's rotation that each vertex follows
    triangles  (T, 3) vertex indices, clockwise if facing the viewer
    hidden     (T,) triangles that are drawn only after turning towards the viewer
    colours    (S, S, 4) uint8 texture: RGB and opacity
    invented   whether the texture is inpainted
    """

    points: Floats
    fade: Floats
    triangles: NDArray[np.int32]
    hidden: NDArray[np.bool_]
    colours: Pixels
    invented: bool

    @classmethod
    def front(cls, face: LiftedFace, cutout: Cutout, relief: Relief) -> Self:
        """The front surface of a person."""
        size = len(cutout.opacity)
        count = -(-size // _STEP) + 1
        steps = (np.arange(count) * _STEP).astype(np.float32)
        x, y = np.meshgrid(steps, steps)
        depth = _sampled(relief.front, x, y)
        points = np.stack([x, y, depth], axis=2).reshape(-1, 3)
        pose = face.pose
        placed = (points - (*pose.shift, 0)) @ pose.rotation / pose.scale
        placed[:, 1] += _SHOULDER * (np.abs(placed[:, 0]) - 0.7).clip(0)
        index = np.arange(count * count).reshape(count, count)
        a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
        reach = cv2.dilate(cutout.opacity, np.ones((_STEP, _STEP), np.uint8))
        seen = (
            _sampled(
                np.asarray(reach, np.float32), x[:-1, :-1] + _STEP / 2, y[:-1, :-1] + _STEP / 2
            )
            > 0.02
        )
        halves = np.stack([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)])
        triangles = halves[:, seen].reshape(-1, 3).astype(np.int32)
        return cls(
            points=points,
            fade=neck_fade_at(placed).astype(np.float32),
            triangles=triangles,
            hidden=np.zeros(len(triangles), bool),
            colours=_with_opacity(cutout.person, cutout.opacity),
            invented=False,
        )

    def back(self, face: LiftedFace, cutout: Cutout, relief: Relief) -> Self:
        """The back surface of the person; ``self`` is the front."""
        scale = face.pose.scale
        count = round(len(self.points) ** 0.5)
        x, y = (self.points[:, k].reshape(count, count) for k in (0, 1))
        solid = _sampled(cutout.opacity, x, y) > _SOLID
        # Keep strands of hair and ear lobes flat: with the head's thickness they become spikes.
        broad = cv2.morphologyEx(
            (cutout.opacity > _SOLID).astype(np.uint8), cv2.MORPH_OPEN, np.ones((15, 15), np.uint8)
        )
        distance = cv2.distanceTransform(np.pad(broad, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        distance = cv2.GaussianBlur(distance - np.float32(1.5 * _STEP), (0, 0), 1.5)
        away = np.clip(distance / (_ROUND * scale), 0, 1).astype(np.float32)
        inner = cv2.erode(solid.astype(np.uint8), np.ones((3, 3), np.uint8))
        share = (_sampled(away, x, y) * inner).reshape(-1)
        share = np.sqrt(1 - (1 - share) ** 2)
        depth = self.points[:, 2]
        behind = _sampled(relief.back, x, y).reshape(-1)
        points = self.points.copy()
        points[:, 2] = depth - share * (depth - behind).clip(0)
        present = solid.reshape(-1)[self.triangles].all(axis=1)
        present &= self.fade[self.triangles].min(axis=1) > _STILL
        triangles = self.triangles[present]
        return type(self)(
            points=points,
            fade=self.fade,
            triangles=triangles,
            hidden=(share[triangles] == 1).all(axis=1),
            colours=_with_opacity(back_colours(face, cutout), np.ones_like(away)),
            invented=True,
        )

    def fade_map(self, size: int) -> Floats:
        """``fade`` interpolated at every pixel of the picture, (size, size)."""
        count = round(len(self.fade) ** 0.5)
        steps = np.arange(size, dtype=np.float32) / np.float32(_STEP)
        x, y = np.meshgrid(steps, steps)
        return _sampled(self.fade.reshape(count, count), x, y)

    def turned(self, turn: NDArray[np.float64], face: LiftedFace) -> Floats:
        """The vertices (V, 3) after a rotation (3, 3) of the head, scaled by ``fade``."""
        angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
        axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
        axis = (axis / max(float(np.linalg.norm(axis)), 1e-12)).astype(np.float32)
        centre = np.array([*face.pose.shift, 0], np.float32)
        points = self.points - centre
        share = self.fade[:, None] * np.float32(
            angle
        )  # Rodrigues' formula with each vertex's angle
        along = (points @ axis)[:, None] * axis
        across = np.cross(axis, points)
        turned = along + (points - along) * np.cos(share) + across * np.sin(share) + centre
        return np.asarray(turned, np.float32)

    def draw(self, points: Floats, shown: Floats) -> tuple[Floats, Floats]:
        """Render the sheet with its vertices at ``points`` (V, 3): RGB and weight (S, S, 4), 0 to
        255, premultiplied by the opacity, and the opacity (S, S).

        shown  (S, S) 1 inside the photo, 0 beyond its border
        """
        size = len(shown)
        triangles = self.triangles
        area = _areas(points, triangles)
        drawn = (area < 0) | ~self.hidden
        triangles, area = triangles[drawn], area[drawn]
        drawing = draw(points[:, :2], points[:, 2], triangles, size, size)
        stretch = np.float32(_STEP * _STEP) / np.abs(area).clip(1)
        trust = np.full(len(area), _INVENTED) if self.invented else stretch.clip(_LEAST, 1)
        flat = np.full((4, size * size), -2 * size, np.float32)  # x, y, whether drawn, trust
        flat[:2, drawing.pixels] = drawing.interpolate(self.points[:, :2], triangles).T
        flat[2:] = 0
        flat[2, drawing.pixels] = 1
        flat[3, drawing.pixels] = trust[drawing.triangles]
        x, y, drawn_at, trusted = flat.reshape(4, size, size)
        colours = _sampled(self.colours, x, y, cv2.INTER_CUBIC)
        opacity = colours[..., 3] / np.float32(255) * drawn_at
        colours[..., 3] = 255 * trusted * _sampled(shown, x, y)
        layers = colours * opacity[..., None]
        edge = _edges(x, y)  # antialiasing at occlusion edges
        layers[edge] = cv2.GaussianBlur(layers, (3, 3), 0.8)[edge]
        opacity[edge] = cv2.GaussianBlur(opacity, (3, 3), 0.8)[edge]
        return layers, opacity


def _with_opacity(colours: Floats, opacity: Floats) -> Pixels:
    layers = np.dstack([colours, 255 * opacity])
    return layers.round().clip(0, 255).astype(np.uint8)


def _areas(points: Floats, triangles: NDArray[np.int32]) -> Floats:
    """(T,) twice the signed areas of the projected triangles, > 0 if facing the viewer."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    ab, ac = b - a, c - a
    return np.asarray(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0], np.float32)


def _edges(x: Floats, y: Floats) -> Mask:
    """(S, S) mask of pixels whose source positions x, y (S, S) are far from a neighbour's."""
    edge = np.zeros(x.shape, bool)
    right, below = (
        (np.abs(np.diff(x, axis=k)) > _JUMP) | (np.abs(np.diff(y, axis=k)) > _JUMP) for k in (1, 0)
    )
    for part, jump in (
        (edge[:, 1:], right), (edge[:, :-1], right), (edge[1:], below), (edge[:-1], below)
    ):  # fmt: skip
        part |= jump
    return edge


def _sampled(
    layer: Floats | Pixels, x: Floats, y: Floats, method: int = cv2.INTER_LINEAR
) -> Floats:
    """A layer (S, S[, C]) sampled at positions x, y (N, M), replicated beyond its border."""
    return np.asarray(cv2.remap(layer, x, y, method, borderMode=cv2.BORDER_REPLICATE), np.float32)
