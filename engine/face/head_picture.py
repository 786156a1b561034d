"""Shaded pictures of a head in a pose, for the pose control and the icons of poses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.face.head import mean_head
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.raster import draw

_LIGHT = np.array([-0.45, -0.6, 0.66])  # direction to the light: upper left, in front
_AMBIENT = 0.42  # of the colour, where no light falls
# The centre of the picture in head coordinates, and half its side, decimetres.
_CENTRE, _RADIUS = np.array([0.0, -0.05, 0.0]), 1.52
_FACE_CENTRE, _FACE_RADIUS = np.array([0.0, 0.12, 0.5]), 1.0


@dataclass(frozen=True, eq=False)
class HeadPicture:
    """pixels (S, S, 4) uint8 RGBA, transparent around the head; landmarks (68, 2), its pixels."""

    pixels: NDArray[np.uint8]
    landmarks: Landmarks


def draw_head(
    pose: Pose3D, size: int, colour: tuple[int, int, int], only_face: bool = False
) -> HeadPicture:
    """Draw the head of a pose with Lambertian shading, ``size`` pixels wide and high.

    only_face  show a closer view of the face, so that the expression is visible
    """
    face, turned = pose.source, pose.rotation
    triangles = mean_head().triangles
    scale = size / (2 * (_FACE_RADIUS if only_face else _RADIUS))
    middle = turned @ (_FACE_CENTRE if only_face else _CENTRE)

    seen = (face.mesh @ turned.T - middle) * scale
    seen[:, :2] += (size - 1) / 2
    a, b, c = (seen[corner] for corner in triangles.T)
    normals = np.cross(c - a, b - a)
    front = normals[:, 2] > 0  # back-face culling
    triangles, normals = triangles[front], normals[front]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = (normals @ (_LIGHT / np.linalg.norm(_LIGHT))).clip(0)
    shade = _AMBIENT + (1 - _AMBIENT) * light

    drawing = draw(seen[:, :2].astype(np.float32), seen[:, 2].astype(np.float32), triangles, size,
                   size)  # fmt: skip
    pixels = np.zeros((size * size, 4), np.uint8)
    pixels[drawing.pixels, :3] = np.rint(np.outer(shade[drawing.triangles], colour))
    pixels[drawing.pixels, 3] = 255

    points = (pose.landmarks() - face.pose.shift) / face.pose.scale - middle[:2]
    landmarks = (points * scale + (size - 1) / 2).astype(np.float32)
    return HeadPicture(pixels.reshape(size, size, 4), landmarks)


def place_on_head(point: NDArray[np.float64], pose: Pose3D) -> tuple[float, float]:
    """The place of a point (3,), head coordinates, in `draw_head`'s picture of the whole head.

    Relative to its side: (0, 0) is the upper left corner, (1, 1) the lower right one.
    """
    x, y, _ = pose.rotation @ (point - _CENTRE) / (2 * _RADIUS) + 0.5
    return float(x), float(y)
