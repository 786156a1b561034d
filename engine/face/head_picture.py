"""Shaded pictures of a head in a pose, for the pose control and the icons of poses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.face.head_model import Eyeball, Floats, Part, head_model
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.raster import draw

_LIGHT = np.array([-0.45, -0.6, 0.66])  # direction to the light: upper left, in front
_AMBIENT = 0.42  # of the colour, where no light falls
# The centre of the picture in head coordinates, and half its side, decimetres.
_CENTRE, _RADIUS = np.array([0.0, -0.05, 0.0]), 1.52
_FACE_CENTRE, _FACE_RADIUS = np.array([0.0, 0.12, 0.5]), 1.0


_EYES = (Part.RIGHT_EYE, Part.LEFT_EYE)
_OWN = np.array([[250.0, 250.0, 250.0], [40.0, 25.0, 25.0]])  # of eyes and teeth; of the mouth
_IRIS = np.array([60.0, 50.0, 45.0])
# By part: shares of the head's colour and of the two above.
_COLOURS = np.array([
    [1, 0, 0], [0.3, 0.7, 0], [0.3, 0.7, 0], [0.1, 0.9, 0], [0.1, 0.9, 0], [0.5, 0, 0.5],
    [0, 0, 1], [0.2, 0, 0.8],
])  # fmt: skip


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
    head, model = pose.head, head_model()
    turned, triangles, parts = head.pose.rotation, model.triangles, model.triangle_parts
    scale = size / (2 * (_FACE_RADIUS if only_face else _RADIUS))
    middle = turned @ (_FACE_CENTRE if only_face else _CENTRE)

    seen = (head.mesh @ turned.T - middle) * scale
    seen[:, :2] += (size - 1) / 2
    a, b, c = (seen[corner] for corner in triangles.T)
    normals = np.cross(c - a, b - a)
    front = normals[:, 2] > 0  # back-face culling
    front &= parts != Part.LASHES
    triangles, normals, parts = triangles[front], normals[front], parts[front]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = (normals @ (_LIGHT / np.linalg.norm(_LIGHT))).clip(0)
    shade = _AMBIENT + (1 - _AMBIENT) * light

    drawing = draw(seen[:, :2].astype(np.float32), seen[:, 2].astype(np.float32), triangles, size,
                   size)  # fmt: skip
    pixels = np.zeros((size * size, 4), np.uint8)
    colours = (_COLOURS @ np.stack([np.array(colour), *_OWN]))[parts[drawing.triangles]]
    places = drawing.interpolate(head.mesh.astype(np.float32), triangles)
    for part, eye in zip(_EYES, model.eyeballs(head.mesh, head.expression), strict=True):
        colours[(parts[drawing.triangles] == part) & _in_iris(eye, places)] = _IRIS
    pixels[drawing.pixels, :3] = np.rint(shade[drawing.triangles, None] * colours)
    pixels[drawing.pixels, 3] = 255

    points = (head.landmarks - head.pose.shift) / head.pose.scale - middle[:2]
    landmarks = (points * scale + (size - 1) / 2).astype(np.float32)
    return HeadPicture(pixels.reshape(size, size, 4), landmarks)


def _in_iris(eye: Eyeball, places: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) whether places (N, 3) on an eyeball belong to the iris."""
    reached: Floats = (places - eye.centre) @ eye.direction / eye.radius
    inside: NDArray[np.bool_] = reached > np.cos(eye.iris / eye.radius)
    return inside


def place_on_head(point: NDArray[np.float64], pose: Pose3D) -> tuple[float, float]:
    """The place of a point (3,), head coordinates, in `draw_head`'s picture of the whole head.

    Relative to its side: (0, 0) is the upper left corner, (1, 1) the lower right one.
    """
    x, y, _ = pose.rotation @ (point - _CENTRE) / (2 * _RADIUS) + 0.5
    return float(x), float(y)
