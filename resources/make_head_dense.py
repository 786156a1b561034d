"""The places of MediaPipe's dense landmarks on the head, learned from faces.

They begin where MediaPipe's canonical face (Apache-2.0, `geometry_pipeline_metadata_landmarks` in
`face_landmarker.task`), bent onto the head's 51 inner landmarks, lies nearest to the skin. Then the
head is fitted to many faces, and every point moves to where the faces have it on average.
"""

import dataclasses
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from engine.config.skeletons import MIRROR_IMAGES
from engine.face.coefficients import Coefficients
from engine.face.head import N_JAW, rotation
from engine.face.head_fit import FittedHead, HeadFitter
from engine.face.head_model import HeadModel, Part, Places
from engine.imaging.raster import draw

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

N_CANONICAL = 468
INNER = (
    71, 63, 105, 66, 107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip
"""Of the dense points, those that are iBUG's landmarks 17 to 67."""

OPEN = 0.35  # jawOpen in which the inner rims of the lips are found
SIDE, ZOOM = 2400, 1800.0  # of the picture in which rims are found: pixels, pixels per decimetre

VIEWS = [(y, p) for y in (-85, -60, -30, 0, 30, 60, 85) for p in (-25, 0, 25)]
ROUNDS = 4
OUTLIER = 0.06  # decimetres: scale of the robust weights
STIFFNESS = 0.01  # weight of a point's earlier place, relative to that of all faces
CERTAIN = 0.012  # decimetres: largest spread of a point with full weight


def canonical_face(task: Path) -> Array:
    """MediaPipe's canonical face (468, 3) from `face_landmarker.task`: x right, y down, z near."""
    data = ZipFile(task).read("geometry_pipeline_metadata_landmarks.binarypb")
    # A list of floats in a protocol buffer, each after its tag: field 3 of the mesh's message.
    start = max(
        (i for i in range(len(data)) if data[i] == 0x1D),
        key=lambda i: _tagged_floats(data, i),
    )
    count = _tagged_floats(data, start)
    assert count == 5 * N_CANONICAL, "the canonical face was not found"
    raw = b"".join(data[start + 5 * k + 1 : start + 5 * k + 5] for k in range(count))
    face = np.frombuffer(raw, "<f4").reshape(N_CANONICAL, 5)[:, :3]
    return face.astype(np.float64) * (1, -1, 1)


def _tagged_floats(data: bytes, start: int) -> int:
    """The number of consecutive floats with the tag of field 3 from here."""
    count = 0
    while data[start + 5 * count : start + 5 * count + 1] == b"\x1d":
        count += 1
    return count


def registered(face: Array, model: HeadModel) -> Array:
    """The canonical face (468, 3) moved, scaled, turned and bent onto the head's landmarks."""
    goal = model.landmark_places.of(model.mean)[N_JAW:]
    own = face[list(INNER)]
    own_centre, centre = own.mean(axis=0), goal.mean(axis=0)
    left, strengths, right = np.linalg.svd((own - own_centre).T @ (goal - centre))
    turn = left @ np.diag([1, 1, np.sign(np.linalg.det(left @ right))]) @ right
    size = strengths.sum() / ((own - own_centre) ** 2).sum()
    placed = size * (face - own_centre) @ turn + centre
    once, at = np.unique(INNER, return_index=True)
    bend = RBFInterpolator(
        placed[once], goal[at] - placed[once], kernel="linear", smoothing=0.02, degree=1
    )
    result: Array = placed + bend(placed)
    return result


def outer_triangles(model: HeadModel) -> Ints:
    """The triangles of the skin that can be seen from outside."""
    seen = np.zeros(len(model.triangles), bool)
    for yaw, pitch in VIEWS:
        turned = model.mean @ rotation(yaw, pitch, 0).T
        points = (turned[:, :2] * 400 + 800).astype(np.float32)
        drawing = draw(points, turned[:, 2].astype(np.float32), model.triangles, 1600, 1600)
        seen[drawing.triangles] = True
    chosen: Ints = model.triangles[seen & (model.vertex_parts[model.triangles[:, 0]] == 0)]
    return chosen


def nearest_places(points: Array, mesh: Array, triangles: Ints) -> Places:
    """The places on a mesh (V, 3) that are nearest to points (N, 3)."""
    corners = mesh[triangles]
    _, candidates = cKDTree(corners.mean(axis=1)).query(points, 24)
    vertices, weights = [], []
    for point, near in zip(points, candidates, strict=True):
        at = [_barycentric(point, corners[t]) for t in near]
        gaps = [
            float(np.linalg.norm(w @ corners[t] - point)) for w, t in zip(at, near, strict=True)
        ]
        best = int(np.argmin(gaps))
        vertices.append(triangles[near[best]])
        weights.append(at[best])
    return Places(np.stack(vertices).astype(np.int32), np.stack(weights))


def _barycentric(point: Array, corners: Array) -> Array:
    """The weights (3,) of the place in a triangle (3, 3) that is nearest to a point (3,)."""
    a, b, c = corners
    across = np.stack([b - a, c - a], axis=1)
    u, v = np.linalg.lstsq(across, point - a, rcond=None)[0]
    if u >= 0 and v >= 0 and u + v <= 1:
        return np.array([1 - u - v, u, v])
    best, least = np.zeros(3), np.inf
    for i, j in ((0, 1), (1, 2), (2, 0)):
        edge = corners[j] - corners[i]
        share = float(np.clip((point - corners[i]) @ edge / (edge @ edge), 0, 1))
        gap = float(np.linalg.norm(corners[i] + share * edge - point))
        if gap < least:
            best, least = np.zeros(3), gap
            best[i], best[j] = 1 - share, share
    return best


def learned(
    model: HeadModel, faces: list[Array], mirror: Ints, rounds: int = ROUNDS
) -> tuple[HeadModel, list[FittedHead]]:
    """The model with its dense points moved to where faces, (478, 2) each, have them.

    mirror (468,): the dense point on the other side. Also gives the heads that were fitted.
    """
    triangles = outer_triangles(model)
    for _ in range(rounds):
        heads = [HeadFitter(model).fit(face) for face in faces]
        goals = [face[:N_CANONICAL] for face in faces]
        found, spread = _settled(model, model.dense_places.at(range(N_CANONICAL)), heads, goals,
                                 mirror, triangles)  # fmt: skip
        places = Places(model.dense_places.vertices.copy(), model.dense_places.weights.copy())
        places.vertices[:N_CANONICAL], places.weights[:N_CANONICAL] = found.vertices, found.weights
        for rim in (DENSE_LIDS, DENSE_LIPS):
            places = on_rim(model, places, rim, mirror)
        model = dataclasses.replace(model, dense_places=places)
        print(f"dense points: {np.median(spread):.4f} decimetres, the worst {spread.max():.4f}")
    trust = np.zeros(len(model.dense_trust))
    trust[:N_CANONICAL] = np.clip((CERTAIN / spread) ** 2, 0.1, 1)
    for rim in (DENSE_LIDS, DENSE_LIPS):
        trust[[*rim.points, *mirror[list(rim.points)]]] = 1
    model = dataclasses.replace(model, dense_trust=trust)
    fitter = HeadFitter(model)
    return model, [fitter.fit(face) for face in faces]


def with_landmarks(model: HeadModel, heads: list[FittedHead], faces: list[Array]) -> HeadModel:
    """The model with its 51 inner landmarks where faces, (68, 2) each, have them.

    heads: the same faces, fitted to their dense landmarks.
    """
    mirror = np.array(MIRROR_IMAGES)[N_JAW:] - N_JAW
    places = model.landmark_places.at(range(N_JAW, 68))
    for rim in (INNER_LIDS, INNER_LIPS):
        places = on_rim(model, places, rim, mirror)
    goals = [face[N_JAW:] for face in faces]
    triangles = outer_triangles(model)
    for _ in range(ROUNDS):
        places, spread = _settled(model, places, heads, goals, mirror, triangles)
        for rim in (INNER_LIDS, INNER_LIPS):
            places = on_rim(model, places, rim, mirror)
    print(f"landmarks: {np.median(spread):.4f} decimetres, the worst {spread.max():.4f}")
    all_places = Places(model.landmark_places.vertices.copy(), model.landmark_places.weights.copy())
    all_places.vertices[N_JAW:], all_places.weights[N_JAW:] = places.vertices, places.weights
    return dataclasses.replace(model, landmark_places=all_places)


def _settled(
    model: HeadModel,
    places: Places,
    heads: list[FittedHead],
    faces: list[Array],
    mirror: Ints,
    triangles: Ints,
) -> tuple[Places, Array]:
    """The places moved over the skin to where the faces, (N, 2) each, have them on average.

    mirror (N,): the place on the other side. Also gives how far faces are from where they were.
    """
    # With the mouth open, so that a point of one lip cannot get onto the other.
    mesh = model.vertices(None, _OPEN)
    points = places.of(mesh)
    middle = np.sign(np.round(points[:, 0], 2))
    # Least squares over all views for where each point is: (N, 3, 3) and (N, 3).
    matrix, right = np.zeros((len(points), 3, 3)), np.zeros((len(points), 3))
    squares = np.zeros(len(points))
    for head, face in zip(heads, faces, strict=True):
        turned = head.pose.rotation
        missing = (face - head.pose.project(places.of(head.mesh))[:, :2]) / head.pose.scale
        weight = 1 / (1 + ((missing**2).sum(axis=1) / OUTLIER**2))
        squares += weight * (missing**2).sum(axis=1)
        # The landmarker guesses what the head hides.
        yaw = head.angles[0]
        weight[middle * np.sign(yaw) > 0] *= max(0.05, 1 - abs(yaw) / 40)
        matrix += weight[:, None, None] * (turned[:2].T @ turned[:2])
        right += weight[:, None] * (missing @ turned[:2])
    matrix += STIFFNESS * len(faces) * np.eye(3)
    moves = np.linalg.solve(matrix, right[..., None])[..., 0]
    moves = (moves + moves[mirror] * (-1, 1, 1)) / 2
    spread = np.sqrt((squares + squares[mirror]) / (4 * len(faces)))
    return nearest_places(points + moves, mesh, triangles), spread


class Rim(NamedTuple):
    """The edge of a hole in the skin: points on it on the person's right and in the middle.

    behind: parts that are visible through the hole    expression: with which the hole is open
    """

    points: tuple[int, ...]
    behind: tuple[Part, ...]
    expression: Coefficients


def on_rim(model: HeadModel, places: Places, rim: Rim, mirror: Ints) -> Places:
    """The places with those of a rim, on both sides, on the rim as it is seen from the front.

    With points beside the rim, an eye or a mouth would seem more or less open than it is.
    """
    mesh = model.vertices(None, rim.expression)
    kept = model.triangles[model.triangle_parts != Part.LASHES]
    parts = model.triangle_parts[model.triangle_parts != Part.LASHES]
    pixels = (mesh[:, :2] * ZOOM + SIDE / 2).astype(np.float32)
    drawing = draw(pixels, mesh[:, 2].astype(np.float32), kept, SIDE, SIDE)
    hole = np.zeros(SIDE * SIDE, np.uint8)
    hole[drawing.pixels] = np.isin(parts[drawing.triangles], rim.behind)
    around = cv2.dilate(hole.reshape(SIDE, SIDE), np.ones((3, 3), np.uint8)).ravel()
    edge = np.flatnonzero((around[drawing.pixels] > 0) & (hole[drawing.pixels] == 0))
    edge = edge[parts[drawing.triangles[edge]] == Part.SKIN]
    at = np.stack([drawing.pixels[edge] % SIDE, drawing.pixels[edge] // SIDE], axis=1)
    points = np.array(rim.points)
    wanted = places.at(points).of(mesh)[:, :2] * ZOOM + SIDE / 2
    chosen = edge[cKDTree(at).query(wanted)[1]]
    corners, weights = kept[drawing.triangles[chosen]], drawing.weights[chosen]
    vertices, all_weights = places.vertices.copy(), places.weights.copy()
    one_sided = mirror[points] != points
    vertices[mirror[points[one_sided]]] = model.mirror[corners[one_sided]]
    all_weights[mirror[points[one_sided]]] = weights[one_sided]
    vertices[points], all_weights[points] = corners, weights
    return Places(vertices, all_weights)


_MOUTH = (Part.SOCKET, Part.UPPER_TEETH, Part.LOWER_TEETH, Part.TONGUE)
_OPEN = Coefficients.of(jawOpen=OPEN)
DENSE_LIDS = Rim((33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
                 (Part.RIGHT_EYE,), Coefficients())  # fmt: skip
DENSE_LIPS = Rim((78, 191, 80, 81, 82, 13, 14, 87, 178, 88, 95), _MOUTH, _OPEN)
# The same of iBUG's landmarks, counted from 17.
INNER_LIDS = Rim(tuple(range(36 - N_JAW, 42 - N_JAW)), (Part.RIGHT_EYE,), Coefficients())
INNER_LIPS = Rim(tuple(i - N_JAW for i in (60, 61, 62, 66, 67)), _MOUTH, _OPEN)
