"""The mean head from the MakeHuman base mesh (CC0), with 68 landmarks and the paths of the jaw's.

The six young adult faces (African, Asian, Caucasian, female and male) are averaged; head and neck
are cut out; the scalp is raised to where hair usually is; and the 68 landmark vertices are found by
showing shaded renderings to dlib. `resources/make_head_model.py` adds the shapes.

Head coordinates: x to the image's right, y down, z to the viewer, in decimetres; the origin is the
middle of the head between the ears.
"""

import gzip
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.config.skeletons import MIRROR_IMAGES
from engine.face.dlib_detector import landmarks_in_box
from engine.face.head import rotation
from engine.imaging.raster import Drawing, draw

Array = NDArray[np.float64]
Ints = NDArray[np.int32]

NECK = 5.75  # height of the cut below the neck, MakeHuman units (decimetres above the navel)
HAIR = 0.13  # how far hair stands off the scalp
JAW_STEPS = 24
JAW_FRONT = 6  # degrees from the front: where the paths of the jaw landmarks begin
JAW_BACK = np.array([74, 74, 73, 70, 58, 42, 26, 12, 6])
"""Where they end, ear to chin: the median of dlib's points on 800 heads turned to that side."""


def read_base(folder: Path) -> tuple[Array, dict[str, list[list[int]]]]:
    """Vertices (V, 3) of the averaged adult and the quads of every group."""
    vertices: list[list[float]] = []
    quads: dict[str, list[list[int]]] = {}
    group = ""
    for line in (folder / "3dobjs/base.obj").read_text().splitlines():
        word, *rest = line.split() or [""]
        if word == "v":
            vertices.append([float(number) for number in rest[:3]])
        elif word == "g":
            group = rest[0]
        elif word == "f":
            quads.setdefault(group, []).append([int(r.split("/")[0]) - 1 for r in rest])
    base = np.array(vertices)
    targets = sorted((folder / "targets/macrodetails").glob("[aAcC]*-*male-young.target.gz"))
    assert len(targets) == 6, "six ancestry targets are expected"
    mean = base.copy()
    for path in targets:
        with gzip.open(path, "rt") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    index, *offset = line.split()
                    mean[int(index)] += np.array(offset[:3], float) / len(targets)
    return mean, quads


class Cut(NamedTuple):
    """Head, neck and eyeballs out of the whole body.

    vertices (V, 3) in head coordinates, triangles (T, 3), used (V,): which vertices of the body
    those are, shift (3,): from the body's axes, y turned down, to head coordinates
    """

    vertices: Array
    triangles: Ints
    used: NDArray[np.int64]
    shift: Array


def cut_head(base: Array, quads: dict[str, list[list[int]]]) -> Cut:
    """The head, not yet quite symmetric."""
    faces = np.array(quads["body"] + quads["helper-l-eye"] + quads["helper-r-eye"])
    keep = (base[:, 1] > NECK) & (np.abs(base[:, 0]) < 1.3)
    faces = faces[keep[faces].all(axis=1)]
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 4)
    head = base[used]
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)
    head = head * (1, -1, 1)
    above = head[head[:, 1] < -6.9]  # y is down: above the neck, where ears are widest
    ears = above[np.abs(above[:, 0]) > np.abs(above[:, 0]).max() - 0.12]
    shift = np.array([0, -ears[:, 1].mean(), -ears[:, 2].mean()])
    return Cut(head + shift, triangles, used, shift)


def mirror_vertices(head: Array) -> Ints:
    """The vertex on the other side of every vertex, (V,)."""
    _, nearest = cKDTree(head).query(head * (-1, 1, 1))
    return np.asarray(nearest, np.int32)


def normals(head: Array, triangles: Ints) -> Array:
    """Outward unit normals, (V, 3)."""
    a, b, c = (head[triangles[:, k]] for k in range(3))
    face = -np.cross(b - a, c - a)  # y points down: the frame is left-handed
    result = np.zeros_like(head)
    for k in range(3):
        np.add.at(result, triangles[:, k], face)
    unit: Array = result / np.linalg.norm(result, axis=1, keepdims=True).clip(1e-9)
    return unit


def raise_scalp(head: Array, triangles: Ints) -> Array:
    """The head with its scalp moved outwards by the thickness of hair."""
    top = head[:, 1].min()
    height = (head[:, 1] - top) / (0 - top)  # 0 at the crown, 1 between the ears
    forehead = np.clip((0.42 - height) / 0.25, 0, 1)
    behind = np.clip((-0.15 - head[:, 2]) / 0.35, 0, 1) * np.clip((1.25 - height) / 0.4, 0, 1)
    amount = HAIR * np.maximum(forehead, behind)
    raised: Array = head + amount[:, None] * normals(head, triangles)
    return raised


def shaded(
    head: Array, triangles: Ints, eyes: NDArray[np.bool_], yaw: float
) -> tuple[NDArray[np.uint8], Drawing, NDArray[np.float32]]:
    """A rendering for dlib: picture (400, 400, 3), what is drawn, vertices (V, 2) in pixels."""
    turned = head @ rotation(yaw, 0, 0).T
    points = (turned[:, :2] * 130 + 200).astype(np.float32)
    drawing = draw(points, turned[:, 2].astype(np.float32), triangles, 400, 400)
    light = normals(head, triangles) @ rotation(yaw, 0, 0).T @ (0.25, -0.5, 0.83)
    grey = (70 + 150 * light.clip(0, 1)).astype(np.float32)[:, None]
    front = head[eyes][:, 2].max()
    grey[eyes] = np.where(head[eyes][:, 2:] > front - 0.03, 20, 235)
    picture = np.full(400 * 400, 120, np.float32)
    picture[drawing.pixels] = drawing.interpolate(grey, triangles)[:, 0]
    smooth = np.asarray(cv2.GaussianBlur(picture.reshape(400, 400), (0, 0), 1.0))
    return np.repeat(smooth.astype(np.uint8)[..., None], 3, axis=2), drawing, points


def find_landmarks(head: Array, triangles: Ints, eyes: NDArray[np.bool_]) -> Array:
    """The 68 landmarks on the surface, (68, 3), symmetric: what dlib finds, lifted, averaged."""
    found = []
    for yaw in (-20, -10, 0, 10, 20):
        picture, drawing, _ = shaded(head, triangles, eyes, yaw)
        box = (110.0, 140.0, 290.0, 320.0)
        landmarks = landmarks_in_box(picture, box)
        seen = np.stack([drawing.pixels % 400, drawing.pixels // 400], axis=1)
        surface = drawing.interpolate(head.astype(np.float32), triangles)
        _, nearest = cKDTree(seen).query(landmarks)
        found.append(surface[nearest])
        found.append(surface[nearest][list(MIRROR_IMAGES)] * (-1, 1, 1))
    stack = np.stack(found)
    result: Array = np.median(stack, axis=0)
    # The jaw is where the front view has it: in turned views it slides along the silhouette.
    result[:17] = stack[4:6, :17].mean(axis=0)
    return result


def jaw_paths(head: Array, triangles: Ints, jaw: Array) -> tuple[Ints, NDArray[np.float32]]:
    """For each jaw landmark the surface points that it may slide over when the head turns.

    From the front of the face backwards, at the landmark's height: (17, JAW_STEPS, 3) vertex
    indices and weights. The mesh is drawn unrolled from the vertical axis between the ears.
    """
    azimuth = np.degrees(np.arctan2(head[:, 0], head[:, 2]))
    radius = np.hypot(head[:, 0], head[:, 2])
    scale, middle = np.array([4.0, 400.0]), np.array([600.0, 600.0])  # pixels per degree, decimetre
    unrolled = np.stack([azimuth, head[:, 1]], axis=1) * scale + middle
    # Triangles that straddle the back of the head would span the whole picture.
    front = triangles[(np.abs(azimuth[triangles]) < 150).all(axis=1)]
    drawing = draw(unrolled.astype(np.float32), radius.astype(np.float32), front, 1200, 1200)
    seen = cKDTree(np.stack([drawing.pixels % 1200, drawing.pixels // 1200], axis=1))
    side = np.sign(np.round(jaw[:, 0], 2))
    ends = np.concatenate([JAW_BACK, JAW_BACK[-2::-1]])
    wanted = np.stack(
        [
            side[:, None] * np.linspace(JAW_FRONT, ends, JAW_STEPS, axis=1),
            np.repeat(jaw[:, 1:2], JAW_STEPS, axis=1),
        ],
        axis=2,
    )
    _, nearest = seen.query(wanted.reshape(-1, 2) * scale + middle)
    vertices = front[drawing.triangles[nearest]].reshape(17, JAW_STEPS, 3)
    return vertices.astype(np.int32), drawing.weights[nearest].reshape(17, JAW_STEPS, 3)


class Head(NamedTuple):
    """The mean head, and its vertices in MakeHuman's mesh.

    bald (V, 3): the vertices before the scalp was raised; eyes (V,): whether a vertex is an eye's
    """

    cut: Cut
    vertices: Array
    bald: Array
    eyes: NDArray[np.bool_]
    mirror: Ints
    landmark_vertices: Ints
    jaw_vertices: Ints
    jaw_weights: NDArray[np.float32]


def make_head(base: Array, quads: dict[str, list[list[int]]]) -> Head:
    """The mean head from MakeHuman's averaged adult (`read_base`)."""
    cut = cut_head(base, quads)
    mirror = mirror_vertices(cut.vertices)
    head = (cut.vertices + cut.vertices[mirror] * (-1, 1, 1)) / 2
    n_eyes = len({i for side in "lr" for q in quads[f"helper-{side}-eye"] for i in q})
    eyes = np.arange(len(head)) >= len(head) - n_eyes
    landmarks = find_landmarks(head, cut.triangles, eyes)
    candidates = np.flatnonzero(head[:, 2] > 0)
    _, nearest = cKDTree(head[candidates]).query(landmarks)
    vertices = candidates[nearest].astype(np.int32)
    vertices[list(MIRROR_IMAGES)] = mirror[vertices]  # symmetric
    jaw_vertices, jaw_weights = jaw_paths(head, cut.triangles, landmarks[:17])
    haired = raise_scalp(head, cut.triangles)
    return Head(cut, haired, head, eyes, mirror, vertices, jaw_vertices, jaw_weights)
