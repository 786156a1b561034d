"""The mean head: a symmetric mesh with 68 landmarks, fitted to the landmarks of a face.

The camera is weak perspective (scaled orthography), because a face is small compared with its
distance. First the six parameters of the head's pose are fitted, then the mesh is deformed so that
its landmarks coincide with the face's.

Head coordinates: x to the image's right, y down, z to the viewer, decimetres, origin between the
ears. `resources/make_head.py` creates the mesh.

The 17 jaw landmarks are not fixed points of the head: when a head turns, they slide along the
visible silhouette. Each has a *path* over the surface at its height, from the front of the face to
just before the ear, and lies at the outermost point of the path in the view.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from engine.core.files import resource
from engine.face.landmarks import Landmarks

Floats = NDArray[np.float64]

N_JAW = 17
JAW_WEIGHT = 0.3
"""Weight of a jaw landmark in the fit; others have 1. The silhouette is less accurate."""

_SIDE = np.linspace(-1, 1, N_JAW)[:, None]  # of each jaw landmark: -1 left, 1 right in the image
_SHARPNESS = 40.0  # per decimetre: of the soft maximum over the path
_FIT_STEPS = 8  # after five the angles change by less than 0.02 degrees
_RIDGE = 0.002  # decimetres: regularises the spline; residuals of about 0.1 mm remain


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


@dataclass(frozen=True, eq=False)
class MeanHead:
    """The mean head.

    vertices           (V, 3)
    triangles          (T, 3) vertex indices
    mirror             (V,) the index of each vertex' mirror image
    landmark_vertices  (68,)
    jaw_vertices, jaw_weights  (17, K, 3) the jaw landmarks' paths, front to back: K points each, as
                       weighted sums of three vertices
    """

    vertices: Floats
    triangles: NDArray[np.int32]
    mirror: NDArray[np.int32]
    landmark_vertices: NDArray[np.int32]
    jaw_vertices: NDArray[np.int32]
    jaw_weights: Floats

    @cached_property
    def _centres(self) -> Floats:
        """(51 + A, 3): the inner landmarks, then A anchors that the deformation does not move."""
        inside = self.vertices[self.landmark_vertices[N_JAW:]]
        return np.concatenate([inside, self.vertices[_anchors(self.vertices)]])

    @cached_property
    def _kernel(self) -> NDArray[np.float32]:
        """(51 + A, V): distances from the centres to every vertex."""
        return distances(self._centres, self.vertices).astype(np.float32)

    @cached_property
    def _axes(self) -> NDArray[np.float32]:
        """(3, V): the vertices, one row per axis."""
        return np.ascontiguousarray(self.vertices.T, np.float32)

    def landmarks(self, turned: Floats, vertices: Floats | None = None) -> Floats:
        """The landmarks (68, 3), head coordinates, of a head in a view with rotation (3, 3).

        vertices  (V, 3) a deformed mesh; None: the mean one
        """
        mesh = self.vertices if vertices is None else vertices
        points = mesh[self.landmark_vertices]
        paths = self._mean_paths if vertices is None else self._paths(mesh)
        # Signed distance from the middle of the face, weighted: 1 at the ears, 0 at the chin.
        outwards = _SIDE * (paths @ turned[0])
        weight = np.exp(_SHARPNESS * (outwards - outwards.max(axis=1, keepdims=True)))
        weight /= weight.sum(axis=1, keepdims=True)
        points[:N_JAW] = np.einsum("jk,jkd->jd", weight, paths)
        return points

    @cached_property
    def _mean_paths(self) -> Floats:
        return self._paths(self.vertices)

    def _paths(self, mesh: Floats) -> Floats:
        """The paths of the jaw landmarks (17, K, 3) over a mesh (V, 3)."""
        paths: Floats = np.einsum("jkc,jkcd->jkd", self.jaw_weights, mesh[self.jaw_vertices])
        return paths

    def fit(self, landmarks: Landmarks) -> HeadPose:
        """The pose that fits the mean head to landmarks (68, 2), pixels.

        Weighted least squares by Gauss-Newton; the jaw landmarks are recomputed in each step.
        """
        goal = landmarks.astype(np.float64)
        weight = np.sqrt(np.where(np.arange(len(goal)) < N_JAW, JAW_WEIGHT, 1.0))[:, None]
        pose = _frontal(goal)
        for _ in range(_FIT_STEPS):
            pose = _refined(pose, self.landmarks(pose.rotation), goal, weight)
        return pose

    def bend(self, pose: HeadPose, landmarks: Landmarks) -> Floats:
        """The projected mesh (V, 3), pixels and depth, deformed to landmarks (68, 2).

        A thin-plate spline (Bookstein 1989) interpolates the residuals. Its kernel in 3D is the
        distance |r|; it has no affine part, because the pose is affine. Anchors keep the back of
        the head and the neck in place.
        """
        points = self.landmarks(pose.rotation)
        residual = (landmarks - pose.project(points)[:, :2]) / pose.scale
        jaw = points[:N_JAW]
        centres = np.concatenate([self._centres, jaw])
        values = np.zeros((len(centres), 2))
        values[: len(landmarks) - N_JAW] = residual[N_JAW:]
        values[-N_JAW:] = residual[:N_JAW]
        kernel = distances(centres, centres)
        kernel[np.diag_indices_from(kernel)] = -_RIDGE
        weights = np.linalg.solve(kernel, values)
        mesh = pose.project(self.vertices)
        strengths = (pose.scale * weights).T.astype(np.float32)
        n_fixed = len(self._centres)
        moved = strengths[:, :n_fixed] @ self._kernel
        moved += strengths[:, n_fixed:] @ self._from_jaw(jaw)
        mesh[:, :2] += moved.T
        return mesh

    def _from_jaw(self, jaw: Floats) -> NDArray[np.float32]:
        """(J, V): distances from points (J, 3) to every vertex.

        The slowest part of an update, so it is computed in float32, and from differences instead of
        products, which would lose too much precision.
        """
        squares = np.zeros((len(jaw), len(self.vertices)), np.float32)
        for axis, place in zip(self._axes, jaw.T.astype(np.float32), strict=True):
            along = axis - place[:, None]
            along *= along
            squares += along
        return np.sqrt(squares, out=squares)


@cache
def mean_head() -> MeanHead:
    """The mean head from the resources."""
    with np.load(resource("head.npz")) as file:
        stored = {name: file[name] for name in file.files}
    return MeanHead(
        vertices=stored["vertices"].astype(np.float64),
        triangles=stored["triangles"],
        mirror=stored["mirror"],
        landmark_vertices=stored["landmark_vertices"],
        jaw_vertices=stored["jaw_vertices"],
        jaw_weights=stored["jaw_weights"].astype(np.float64),
    )


def _frontal(goal: Floats) -> HeadPose:
    """The initial pose of the fit: a frontal head at the landmarks."""
    scale = max(float(np.ptp(goal[:, 1])), 1.0) / 1.2  # from the brows to the chin in decimetres
    upside_down = goal[48:, 1].mean() < goal[36:48, 1].mean()  # the mouth above the eyes
    return HeadPose(rotation(0, 0, 180 if upside_down else 0), scale, goal[27:36].mean(axis=0))


def _refined(pose: HeadPose, points: Floats, goal: Floats, weight: Floats) -> HeadPose:
    """The pose after one Gauss-Newton step on rotation, scale and shift.

    points (68, 3) head coordinates, goal (68, 2) pixels, weight (68, 1)
    """
    seen = pose.scale * points @ pose.rotation.T
    x, y, z = seen.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    # Columns of the Jacobian: rotation about each axis of the view, relative scale, shift.
    along_x = np.stack([zero, z, -y, x, one, zero], axis=1)
    along_y = np.stack([-z, zero, x, y, zero, one], axis=1)
    error = weight * (goal - seen[:, :2] - pose.shift)
    slope = np.stack([along_x, along_y], axis=1) * weight[:, None]
    step = np.linalg.lstsq(slope.reshape(-1, 6), error.reshape(-1), rcond=None)[0]
    turn = step[:3] * min(1.0, 0.6 / max(float(np.linalg.norm(step[:3])), 1e-9))
    small = np.array([[1, -turn[2], turn[1]], [turn[2], 1, -turn[0]], [-turn[1], turn[0], 1]])
    left, _, right = np.linalg.svd(small @ pose.rotation)
    scale = pose.scale * float(np.exp(np.clip(step[3], -0.5, 0.5)))
    return HeadPose(left @ right, scale, pose.shift + step[4:])


def _anchors(vertices: Floats) -> NDArray[np.int64]:
    """Indices of vertices that do not move: back of the head, crown, lower neck."""
    directions = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, -0.3)]
    middle = vertices.mean(axis=0)
    return np.unique([np.argmax((vertices - middle) @ direction) for direction in directions])


def distances(a: Floats, b: Floats) -> Floats:
    """(N, M) distances between points (N, 3) and (M, 3)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    distances: Floats = np.sqrt(squares.clip(0))
    return distances
