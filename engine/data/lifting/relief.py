"""Depth maps of a portrait: of its front surface and of its back surface.

Both come from the mean head, fitted to the landmarks. Outside the face a thin-plate spline
(Bookstein 1989) maps the silhouette of the person's hair to that of the mean head; without it, hair
beyond the skull would have no depth, and heads would be cone-shaped.
"""

from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from engine.face.head_model import head_model
from engine.face.lifted_face import LiftedFace
from engine.imaging.filling import filled
from engine.imaging.raster import draw
from engine.imaging.resampling import warp

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# In head coordinates, decimetres:
_CENTRE = np.array([[0.0, -0.3, 0.0]])  # centre of the skull: origin of the rays to the silhouette
_AXIS = np.array([[0.0, 0.3, -0.1]])  # a point in the neck: its depth is used beside the head
_FOOT = np.array([(x, y, -0.1) for y in (1.0, 1.4) for x in (-0.8, -0.4, 0.0, 0.4, 0.8)])

_RAYS = np.radians(np.linspace(-205, 25, 24))  # from below one ear over the crown to the other
_HAIR = (0.8, 2.2)  # range of the radius of the hair, relative to the skull's
_FULLNESS = (0.8, 1.15)  # range of the thickness of the back, relative to the mean head's
_SMOOTH = 0.06  # decimetres: standard deviation of the blur of depth outside the face
_BESIDE = 0.15  # decimetres beside the head: decay length of the depth towards the axis's
_THIN = 0.05  # decimetres beside the head: decay length of the thickness
_SPLINE = 48  # the smooth spline is evaluated on a grid of this side, then interpolated


@dataclass(frozen=True, eq=False)
class Relief:
    """Depth maps (S, S) of a square picture, pixels, larger is nearer to the viewer: of the surface
    visible in the photo (front) and of the surface behind it (back)."""

    front: Floats
    back: Floats

    @classmethod
    def of(cls, face: LiftedFace, opacity: Floats) -> Self:
        """The depth maps of a person with this opacity (S, S); the face in the picture's pixels."""
        size = len(opacity)
        mesh = face.pose.project(face.mesh).astype(np.float32)
        triangles = head_model().surface.triangles
        depths = np.zeros((2, size * size), np.float32)
        for layer, side in zip(depths, (1, -1), strict=True):
            drawing = draw(mesh[:, :2], side * mesh[:, 2], triangles, size, size)
            layer[drawing.pixels] = drawing.interpolate(mesh[:, 2:], triangles)[:, 0]
        front, back = depths.reshape(2, size, size)
        head = head_outline(face, size)
        shape = _completed(face, front, back, head)
        places, fullness = _places(face, head, opacity > 0.5)
        middle, half = np.moveaxis(warp(shape, places.clip(0, size - 1)), 2, 0)
        back = middle - half
        axis = np.float32(face.pose.project(_AXIS)[0, 2])
        return cls(middle + half, axis + (back - axis) * np.float32(fullness))


def head_outline(face: LiftedFace, size: int) -> Mask:
    """(size, size): silhouette of the fitted mean head in the picture."""
    points = face.pose.project(face.mesh)[:, :2].astype(np.float32)
    outline = np.zeros(size * size, bool)
    outline[draw(points, None, head_model().surface.triangles, size, size).pixels] = True
    return outline.reshape(size, size)


def _completed(face: LiftedFace, front: Floats, back: Floats, head: Mask) -> Floats:
    """Middle depth and half thickness (S, S, 2) of the mean head, extrapolated beside it."""
    size, scale = len(head), face.pose.scale
    known = cv2.erode(head.astype(np.uint8), np.ones((3, 3), np.uint8))
    # The mesh has a hole at the mouth, where the back of the head would be visible.
    mouth = _polygon(face.landmarks[60:68], size)
    known[cv2.dilate(mouth, np.ones((7, 7), np.uint8)) > 0] = 0
    shape = filled(
        np.dstack([(front + back) / 2, (front - back) / 2]).astype(np.float32),
        known.astype(np.float32),
    )
    beside = cv2.distanceTransform((~head).astype(np.uint8), cv2.DIST_L2, 5) / scale
    axis = face.pose.project(_AXIS)[0, 2]
    shape[..., 0] = axis + (shape[..., 0] - axis) * np.exp(-beside / _BESIDE)
    shape[..., 1] *= np.exp(-beside / _THIN)
    # The mean head's ears do not align with the photo's: outside the face, blur the depth.
    smooth = cv2.GaussianBlur(shape, (0, 0), _SMOOTH * scale)
    hull: NDArray[Any] = _polygon(cv2.convexHull(face.landmarks)[:, 0], size)
    hull = cv2.erode(hull, np.ones((5, 5), np.uint8)).astype(np.float32)
    inside = cv2.GaussianBlur(hull, (0, 0), _SMOOTH * scale)[..., None]
    return np.asarray(inside * shape + (1 - inside) * smooth, np.float32)


def _places(face: LiftedFace, head: Mask, person: Mask) -> tuple[Floats, float]:
    """The position (S, S, 2) on the mean head of each pixel of the person, and the median radius of
    the hair relative to the skull's."""
    size = len(head)
    centre = face.pose.project(_CENTRE)[0, :2]
    tilt = np.arctan2(face.pose.rotation[1, 0], face.pose.rotation[0, 0])
    ways = np.stack([np.cos(_RAYS + tilt), np.sin(_RAYS + tilt)], axis=1)
    skull, hair = (_reach(mask, centre, ways) for mask in (head, person))
    least, most = _HAIR
    hair = np.clip(hair, least * skull, most * skull)
    still = np.concatenate([face.landmarks, face.pose.project(_FOOT)[:, :2]])
    start = np.concatenate([still, centre + hair[:, None] * ways])
    move = np.concatenate([np.zeros_like(still), (skull - hair)[:, None] * ways])
    spline = RBFInterpolator(start / size, move, smoothing=1e-5)
    steps = (np.arange(_SPLINE) + 0.5) / _SPLINE - 0.5 / size
    x, y = np.meshgrid(steps, steps)
    moves = spline(np.stack([x, y], axis=2).reshape(-1, 2)).reshape(_SPLINE, _SPLINE, 2)
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    smooth = cv2.resize(moves.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    fullness = float(np.clip(np.median(hair / skull.clip(1)), *_FULLNESS))
    return np.asarray(np.dstack([x, y]) + smooth, np.float32), fullness


def _reach(mask: Mask, centre: Array, ways: Array) -> Array:
    """Extent (N,), pixels, of a mask (S, S) from a centre along directions (N, 2)."""
    size = len(mask)
    # Remove single strands of hair.
    broad = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    steps = np.arange(0.75 * size)
    x, y = np.moveaxis(centre + steps[:, None, None] * ways, 2, 0).round().astype(int)
    inside = (x >= 0) & (y >= 0) & (x < size) & (y < size)
    hit = inside & (broad[y.clip(0, size - 1), x.clip(0, size - 1)] > 0)
    reach = np.where(hit, steps[:, None], 0.0).max(axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(reach, 2, mode="edge"), 5)
    return np.asarray(np.median(windows, axis=1))


def _polygon(points: NDArray[Any], size: int) -> NDArray[np.uint8]:
    """(size, size) mask of a polygon (N, 2): 1 inside, 0 outside."""
    corners = points.round().astype(np.int32)
    return np.asarray(cv2.fillPoly(np.zeros((size, size), np.uint8), [corners], 1), np.uint8)
