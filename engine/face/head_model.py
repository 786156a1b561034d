"""The head model: a mesh with identities, expressions, eyeballs, teeth, tongue and lashes.

    vertices = mean + sum of identity modes + sum of expression units, eyeballs turned by the gaze

Head coordinates: x to the image's right, y down, z to the viewer, decimetres, origin between the
ears. `resources/make_head_model.py` makes the file from MakeHuman's assets (CC0).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.core.files import resource
from engine.face.coefficients import INDEX, NAMES, REST, Coefficients, Gaze
from engine.face.head import N_JAW, HeadPose, rotation
from engine.face.landmarks import Landmarks, check_landmarks

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Ints = NDArray[np.int32]

N_DENSE = 478
N_MODES = 20

_SIDE = np.linspace(-1, 1, N_JAW)[:, None]  # of each jaw landmark: -1 left, 1 right in the image
_SHARPNESS = 40.0  # per decimetre: of the soft maximum over a jaw path
LID = 0.012
"""Decimetres: least thickness of a lid on its eyeball."""
LID_REACH = 0.3
"""Decimetres from an eyeball's centre within which vertices are kept outside of it."""
_IRIS = 0.0575  # decimetres: its radius, nearly the same in all people
_STANDS_OUT = 0.037  # decimetres: the mesh's iris before the corners of its lids
_RIM = 0.9  # of an eyeball's radius: farthest place of an iris from the centre, as seen
TURN_SHARE = 0.64
"""Rotation of the mesh's eyeballs per degree of gaze. They are larger than real ones, so a smaller
rotation moves their irises as far as a real gaze does."""


class Part(IntEnum):
    """Part of a vertex or triangle; right and left are the person's own."""

    SKIN = 0
    RIGHT_EYE = 1
    LEFT_EYE = 2
    UPPER_TEETH = 3
    LOWER_TEETH = 4
    TONGUE = 5
    LASHES = 6
    SOCKET = 7
    """The skin behind the lips: gums and palate."""


class Eyeball(NamedTuple):
    """An eyeball: a sphere with an iris, in head coordinates.

    centre (3,), radius    direction (3,) of the gaze, unit vector    iris  its radius

    The mesh's eyeballs stand out farther than real ones. Their irises would slide between the lids
    when only the head turns: as it is seen, an iris lies in the plane of the lids' corners.
    """

    centre: Floats
    radius: float
    direction: Floats
    iris: float

    @property
    def pupil(self) -> Floats:
        """The centre of the iris (3,), as it is seen."""
        return self._middle + self.radius * self.direction

    @property
    def _middle(self) -> Floats:
        """What a seen iris turns about (3,)."""
        return self.centre - (0, 0, _STANDS_OUT)

    def gaze_at(self, pose: HeadPose, point: Floats) -> Gaze:
        """The gaze with which the iris is seen at a point (2,), pixels; or as near as it gets."""
        away = (point - pose.project(self._middle[None])[0, :2]) / (pose.scale * self.radius)
        away *= min(1.0, _RIM / max(float(np.hypot(*away)), 1e-9))
        turned = directed(pose.rotation.T @ (*away, np.sqrt(1 - away @ away)))
        return Gaze(turned.yaw / TURN_SHARE, turned.pitch / TURN_SHARE)


class Surface(NamedTuple):
    """A mesh: vertices (V, 3), triangles (T, 3), and mirror (V,), each vertex' mirror image."""

    vertices: Floats
    triangles: Ints
    mirror: Ints


@dataclass(frozen=True, eq=False)
class Places:
    """Places on the mesh, each as a weighted sum of three vertices.

    vertices (..., 3) indices    weights (..., 3)
    """

    vertices: Ints
    weights: Floats

    def of(self, values: NDArray[np.floating]) -> Floats:
        """Vertex values (V, C) at the places, (..., C)."""
        found: Floats = np.einsum("...k,...kc->...c", self.weights, values[self.vertices])
        return found

    def at(self, indices: Iterable[int]) -> "Places":
        chosen = list(indices)
        return Places(self.vertices[chosen], self.weights[chosen])


@dataclass(frozen=True, eq=False)
class HeadModel:
    """The mesh and its shapes.

    mean             (V, 3)
    triangles        (T, 3) vertex indices
    triangle_parts   (T,) `Part`; likewise vertex_parts (V,)
    mirror           (V,) index of each vertex' mirror image
    identities       (20, V, 3) displacements at one standard deviation
    expressions      (52, V, 3) displacements at a coefficient of 1, in the order of `NAMES`; the
                     units of the gaze move only the lids
    landmark_places  (68,)
    jaw_paths        (17, K) paths of the jaw landmarks, front to back
    dense_places     (478,) MediaPipe's points
    dense_trust      (478,) their weights in a fit, 0 (no fixed place) to 1
    """

    mean: Floats
    triangles: Ints
    triangle_parts: NDArray[np.uint8]
    vertex_parts: NDArray[np.uint8]
    mirror: Ints
    identities: Floats32
    expressions: Floats32
    landmark_places: Places
    jaw_paths: Places
    dense_places: Places
    dense_trust: Floats

    def shape(self, identity: Floats | None = None) -> Floats:
        """The neutral head (V, 3) of an identity (20,), in standard deviations; None: the mean."""
        if identity is None:
            return self.mean.copy()
        moved = np.asarray(identity, np.float32) @ self.identities.reshape(len(self.identities), -1)
        shape: Floats = self.mean + moved.reshape(-1, 3)
        return shape

    def vertices(self, identity: Floats | None = None, expression: Coefficients = REST) -> Floats:
        """The head (V, 3) of an identity (20,) with an expression."""
        return self.expressed(self.shape(identity), expression)

    def expressed(self, shape: Floats, expression: Coefficients) -> Floats:
        """A neutral head (V, 3) with an expression: a new array (V, 3)."""
        return self.with_eyes(self.displaced(shape, expression), expression)

    def displaced(self, shape: Floats, expression: Coefficients) -> Floats:
        """The sum of a neutral head (V, 3) and the expression's displacements, a new array."""
        mesh = shape.copy()
        values = effective(expression)
        active = np.flatnonzero(values)
        if len(active):
            chosen = self.expressions[active].reshape(len(active), -1)
            mesh += (values[active].astype(np.float32) @ chosen).reshape(-1, 3)
        return mesh

    def with_eyes(self, mesh: Floats, expression: Coefficients) -> Floats:
        """``mesh`` (V, 3), changed in place: eyeballs turned, lids moved out of them."""
        for vertices, (lids, clearance), gaze in zip(
            self._eye_vertices, self._lids, expression.gaze, strict=True
        ):
            centre, radius = sphere(mesh[vertices])
            if gaze != (0, 0):
                mesh[vertices] = centre + (mesh[vertices] - centre) @ _eye_turn(gaze).T
            _keep_off(mesh, lids, centre, radius + clearance)
        return mesh

    def eyeballs(self, mesh: Floats, expression: Coefficients = REST) -> tuple[Eyeball, Eyeball]:
        """The right and the left eyeball of a mesh (V, 3), with the expression's gaze."""
        right, left = (
            Eyeball(*sphere(mesh[vertices]), _eye_turn(gaze)[:, 2], _IRIS)
            for vertices, gaze in zip(self._eye_vertices, expression.gaze, strict=True)
        )
        return right, left

    def landmarks(self, turned: Floats, mesh: Floats) -> Floats:
        """The 68 landmarks (68, 3) of a mesh (V, 3) seen under a rotation (3, 3).

        The jaw's are where their paths are outermost.
        """
        points = self.landmark_places.of(mesh)
        paths = self.jaw_paths.of(mesh)
        points[:N_JAW] = np.einsum("jk,jkd->jd", jaw_weights(paths, turned), paths)
        return points

    def dense(self, mesh: Floats) -> Floats:
        """MediaPipe's points (478, 3) on a mesh (V, 3)."""
        return self.dense_places.of(mesh)

    @cached_property
    def surface(self) -> Surface:
        """The head without teeth, tongue and lashes: its vertices are the first of the model."""
        count = int(np.argmax(self.vertex_parts > Part.LEFT_EYE))
        triangles = self.triangles[(self.triangles < count).all(axis=1)]
        return Surface(self.mean[:count], triangles, self.mirror[:count])

    @cached_property
    def anchors(self) -> NDArray[np.int64]:
        """Indices of vertices that no bend moves: back of the head, crown, lower neck."""
        directions = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, -0.3)]
        around = self.mean - self.mean.mean(axis=0)
        return np.unique([np.argmax(around @ direction) for direction in directions])

    def rows(self, part: Part) -> NDArray[np.int64]:
        """The vertices of a part."""
        return self._rows[part]

    @cached_property
    def _rows(self) -> dict[Part, NDArray[np.int64]]:
        return {part: np.flatnonzero(self.vertex_parts == part) for part in Part}

    @cached_property
    def _eye_vertices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self._rows[Part.RIGHT_EYE], self._rows[Part.LEFT_EYE]

    @cached_property
    def _lids(self) -> tuple[tuple[NDArray[np.int64], Floats], tuple[NDArray[np.int64], Floats]]:
        """Skin and lashes near each eyeball, and their least distances from it."""
        near = []
        for vertices in self._eye_vertices:
            centre, radius = sphere(self.mean[vertices])
            apart = np.linalg.norm(self.mean - centre, axis=1)
            outside = np.isin(self.vertex_parts, (Part.SKIN, Part.LASHES))
            front = self.mean[:, 2] > centre[2]
            lids = np.flatnonzero(outside & front & (apart < LID_REACH))
            near.append((lids, np.minimum(apart[lids] - radius, LID)))
        right, left = near
        return right, left


def effective(expression: Coefficients) -> Floats:
    """The coefficients (52,) with mouthClose limited to jawOpen: lips meet and do not cross."""
    values = expression.array.copy()
    close, jaw = INDEX["mouthClose"], INDEX["jawOpen"]
    values[close] = min(values[close], values[jaw])
    return values


def jaw_weights(paths: Floats, turned: Floats) -> Floats:
    """Weights (17, K), sum 1, of the outermost points of the jaw paths (17, K, 3)."""
    # Signed distance from the middle of the face, weighted: 1 at the ears, 0 at the chin.
    outwards = _SIDE * (paths @ turned[0])
    weights = np.exp(_SHARPNESS * (outwards - outwards.max(axis=1, keepdims=True)))
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def sphere(points: Floats) -> tuple[Floats, float]:
    """The sphere through points (N, 3) by least squares: centre (3,) and radius."""
    middle = points.mean(axis=0)
    around = points - middle
    columns = np.concatenate([2 * around, np.ones((len(points), 1))], axis=1)
    found = np.linalg.solve(columns.T @ columns, columns.T @ (around**2).sum(axis=1))
    return middle + found[:3], float(np.sqrt(found[3] + found[:3] @ found[:3]))


def directed(direction: Floats) -> Gaze:
    """The gaze along a direction (3,), head coordinates."""
    x, y, z = direction
    yaw, pitch = np.degrees([np.arctan2(x, z), np.arctan2(-y, np.hypot(x, z))]).tolist()
    return Gaze(yaw, pitch)


def _eye_turn(gaze: Gaze) -> Floats:
    """The rotation (3, 3) of an eyeball of the mesh."""
    return rotation(TURN_SHARE * gaze.yaw, TURN_SHARE * gaze.pitch, 0)


def _keep_off(mesh: Floats, near: NDArray[np.int64], centre: Floats, least: Floats) -> None:
    """Move vertices (N,) outwards to their least distances (N,) from an eyeball's centre, in place.

    The linear displacement of a blink would move lids through the eyeball.
    """
    away = mesh[near] - centre
    apart = np.linalg.norm(away, axis=1)
    inside = apart < least
    mesh[near[inside]] = centre + away[inside] * (least[inside] / apart[inside])[:, None]


@cache
def head_model() -> HeadModel:
    """The head model from the resources."""
    with np.load(resource("head_model.npz")) as file:
        stored = {name: file[name] for name in file.files}
    n = len(stored["vertices"])
    expressions = np.zeros((len(NAMES), n, 3), np.float32)
    begin = 0
    for name, end in zip(stored["expression_names"], stored["expression_ends"], strict=True):
        rows = stored["expression_vertices"][begin:end]
        expressions[INDEX[str(name)], rows] = stored["expression_moves"][begin:end]
        begin = end

    def places(name: str) -> Places:
        vertices, weights = stored[f"{name}_vertices"], stored[f"{name}_weights"]
        return Places(vertices.astype(np.int32), weights.astype(np.float64))

    return HeadModel(
        mean=stored["vertices"].astype(np.float64),
        triangles=stored["triangles"].astype(np.int32),
        triangle_parts=stored["triangle_parts"],
        vertex_parts=stored["vertex_parts"],
        mirror=stored["mirror"].astype(np.int32),
        identities=stored["identities"].astype(np.float32),
        expressions=expressions,
        landmark_places=places("landmark"),
        jaw_paths=places("jaw"),
        dense_places=places("dense"),
        dense_trust=stored["dense_trust"].astype(np.float64),
    )


def mean_face(image_left_eye: ArrayLike, image_right_eye: ArrayLike) -> Landmarks:
    """The mean face's landmarks (68, 2), moved, rotated and scaled onto two eye centres.

    Each eye is (x, y) in pixels of the photo. Raises ReposeError when they coincide.
    """
    model = head_model()
    points = model.landmarks(np.eye(3), model.mean)[:, :2]
    eyes = np.stack([points[36:42].mean(axis=0), points[42:48].mean(axis=0)])
    clicks = np.stack([np.asarray(image_left_eye, float), np.asarray(image_right_eye, float)])
    # As complex numbers, a similarity is z -> factor * z + offset.
    from_z, to_z = eyes @ (1, 1j), clicks @ (1, 1j)
    factor = (to_z[1] - to_z[0]) / (from_z[1] - from_z[0])
    placed = factor * (points @ (1, 1j) - from_z[0]) + to_z[0]
    return check_landmarks(np.stack([placed.real, placed.imag], axis=1))
