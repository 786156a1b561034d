"""The pose of a head: rotations and weak perspective.

The camera is weak perspective (scaled orthography), because a face is small compared with its
distance. Head coordinates: x to the image's right, y down, z to the viewer, decimetres, origin
between the ears.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_JAW = 17
"""The first landmarks, which lie on the jaw."""


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """The rotation (3, 3) from head coordinates into the view, from angles in degrees.

    Order: pitch (> 0 up) about x, then yaw (> 0 nose to the image's right) about y, then roll (> 0
    clockwise) about z.
    """
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    turned: Floats = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return turned


def angles(turned: Floats) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees of a rotation (3, 3): the inverse of `rotation`."""
    yaw = np.arctan2(-turned[2, 0], np.hypot(turned[2, 1], turned[2, 2]))
    pitch = np.arctan2(turned[2, 1], turned[2, 2])
    roll = np.arctan2(turned[1, 0], turned[0, 0])
    yaw_deg, pitch_deg, roll_deg = np.degrees([yaw, pitch, roll])
    return float(yaw_deg), float(pitch_deg), float(roll_deg)


@dataclass(frozen=True, eq=False)
class HeadPose:
    """The pose of a head under weak perspective: pixels = scale * (rotation @ x)[:2] + shift.

    rotation  (3, 3)    scale  pixels per decimetre    shift  (2,) pixels
    """

    rotation: Floats
    scale: float
    shift: Floats

    def project(self, points: Floats) -> Floats:
        """Project points (N, 3), head coordinates, to (N, 3): x, y in pixels and depth (larger is
        nearer)."""
        seen: Floats = self.scale * points @ self.rotation.T
        seen[:, :2] += self.shift
        return seen


def distances(a: Floats, b: Floats) -> Floats:
    """(N, M) distances between points (N, 3) and (M, 3)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    distances: Floats = np.sqrt(squares.clip(0))
    return distances
