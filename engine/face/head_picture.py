"""A small picture of a turned head, for a hand to turn it by and to tell poses apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.face.head import mean_head
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.raster import draw

_LIGHT = np.array([-0.45, -0.6, 0.66])  # from the upper left, before the picture
_DARKEST = 0.42  # of the colour, where no light falls
# What is shown: its centre in the head, and how far from it to the border, decimetres.
_CENTRE, _SHOWN = np.array([0.0, -0.05, 0.0]), 1.52
_FACE_CENTRE, _FACE_SHOWN = np.array([0.0, 0.12, 0.5]), 1.0


@dataclass(frozen=True, eq=False)
class HeadPicture:
    """pixels (S, S, 4) RGBA uint8, see-through beside the head; landmarks (68, 2) its pixels."""

    pixels: NDArray[np.uint8]
    landmarks: Landmarks


def draw_head(
    pose: Pose3D, size: int, colour: tuple[int, int, int], only_face: bool = False
) -> HeadPicture:
    """The head of a pose as it is turned, ``size`` pixels wide and high, in shades of a colour.

    only_face: not the whole head, so that the expression shows
    """
    face, turned = pose.source, pose.rotation
    triangles = mean_head().triangles
    scale = size / (2 * (_FACE_SHOWN if only_face else _SHOWN))
    middle = turned @ (_FACE_CENTRE if only_face else _CENTRE)

    seen = (face.mesh @ turned.T - middle) * scale
    seen[:, :2] += (size - 1) / 2
    a, b, c = (seen[corner] for corner in triangles.T)
    normals = np.cross(c - a, b - a)
    front = normals[:, 2] > 0  # the others are behind these
    triangles, normals = triangles[front], normals[front]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = (normals @ (_LIGHT / np.linalg.norm(_LIGHT))).clip(0)
    shade = _DARKEST + (1 - _DARKEST) * light

    drawing = draw(seen[:, :2].astype(np.float32), seen[:, 2].astype(np.float32), triangles, size,
                   size)  # fmt: skip
    pixels = np.zeros((size * size, 4), np.uint8)
    pixels[drawing.pixels, :3] = np.rint(np.outer(shade[drawing.triangles], colour))
    pixels[drawing.pixels, 3] = 255

    points = (pose.landmarks() - face.pose.shift) / face.pose.scale - middle[:2]
    landmarks = (points * scale + (size - 1) / 2).astype(np.float32)
    return HeadPicture(pixels.reshape(size, size, 4), landmarks)


def place_on_head(point: NDArray[np.float64], pose: Pose3D) -> tuple[float, float]:
    """Where a point (3,) in head coordinates is in a picture of the pose's whole head.

    As shares of its side: (0, 0) is the upper left corner, (1, 1) the lower right one.
    """
    x, y, _ = pose.rotation @ (point - _CENTRE) / (2 * _SHOWN) + 0.5
    return float(x), float(y)
