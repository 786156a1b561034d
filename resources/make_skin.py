"""Make `skin.safetensors`: how skin moves and shades with an expression.

    python resources/make_skin.py --photos LONDON:portraits --renderings AVATARS:fei --out FILE

Pairs of pictures of one person in nearly one pose are copied onto each other, without networks.
What the true picture differs from the guides is measured at each vertex of the head's surface: the
displacement by optical flow (DIS, Kroeger et al. 2016), then, with these displacements in use, the
logarithm of the ratio of light. Both are ridge regressions on the change of the coefficients. Every
pair counts mirrored, too; a rendering counts less than a photo, since rendered skin has no folds,
but only renderings show wide expressions. People that the default model held out are left out, and
the share of the variance that is explained on them is printed.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tqdm import tqdm

from engine.core.files import write_whole
from engine.core.smoothing import smooth_step
from engine.data.datasets import parse_source
from engine.data.layouts import PictureFile, list_pictures, read_groups
from engine.face.coefficients import INDEX, MIRROR_NAMES, NAMES
from engine.face.detection import find_largest_face
from engine.face.faces import Face
from engine.face.head import angles
from engine.face.head_model import head_model
from engine.face.pose import Pose3D
from engine.face.pose_transfer import copied_pose
from engine.guidance import guides
from engine.guidance.face import face_share, facing, neighbours, whole_surface
from engine.guidance.skin import Skin, change_of
from engine.imaging.photos import Photo, read_photo
from engine.imaging.resampling import sampled
from engine.inference.predictor import Predictor

Floats = NDArray[np.float32]

RESPONDS = ("mouth", "cheek", "jaw", "nose", "brow", "eyeSquint")
"""The coefficients that count: lids and gaze are drawn otherwise."""

EVERYWHERE = ("mouth", "jaw")
"""Those that may change the whole face; the others only what they move, and the skin around."""
REACH = (0.02, 0.1)  # share of a unit's largest displacement, smoothed: no response, full response
SMOOTHED = 30  # steps along the surface

LOOKED_AT = 14  # pictures of a person
ALIKE = 12.0  # degrees of yaw, pitch and roll between the pictures of a pair
FRONTAL = 25.0  # degrees of yaw
RENDERED = 0.25  # weight of a rendering
RIDGE = {"moves": 10.0, "lights": 3.0}
CHANNELS = {"moves": 2, "lights": 3}
COMPONENTS = 20
SEEN = 0.35  # cosine from which a vertex counts
FARTHEST = 0.2  # decimetres
DARK = 0.03  # of 1: added to colours whose ratio is taken
STRONGEST = 1.0  # logarithm of a ratio


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture and the pose of its face."""

    photo: Photo
    pose: Pose3D
    face: Face


@dataclass(frozen=True, eq=False)
class Difference:
    """What a pair differs from its guides, at the V vertices.

    change (52,)    moves (V, 2) decimetres    lights (V, 3)    seen (V,) weights in [0, 1]
    """

    change: Floats
    moves: Floats
    lights: Floats
    seen: Floats


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", action="append", default=[])
    parser.add_argument("--renderings", action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    predictor = Predictor()
    count = len(head_model().surface.vertices)
    found = Skin(*(np.zeros(s, np.float32) for s in ((52, 1), (1, count, 2), (1, count, 3))))
    for wanted in ("moves", "lights"):
        vars(guides)["skin"] = lambda current=found: current  # instead of the file's
        learned: list[tuple[float, Difference]] = []
        unseen: list[tuple[float, Difference]] = []
        for weight, sources in ((1.0, options.photos), (RENDERED, options.renderings)):
            for source in sources:
                for held_out, difference in differences(source, predictor):
                    (unseen if held_out else learned).append((weight, difference))
        response = regression(learned, wanted)
        for weight in (1.0, RENDERED):
            own = [difference for w, difference in unseen if w == weight]
            print(f"{wanted}: {explained(own, response, wanted):.3f} of {len(own)} held-out pairs")
        if wanted == "moves":
            moves = response
            found = Skin(np.eye(52, dtype=np.float32), moves, np.zeros((52, count, 3), np.float32))
    save(options.out, moves, response)


def differences(source: str, predictor: Predictor) -> Iterator[tuple[bool, Difference]]:
    """The differences of a folder's pairs, and whether the person was held out."""
    folder, layout = parse_source(source, "portraits")
    groups = read_groups(folder)
    people: defaultdict[str, list[PictureFile]] = defaultdict(list)
    for file in list_pictures(folder, layout):
        single = layout == "portraits"  # its groups join the pictures of a person
        people[groups.get(file.person, file.person) if single else file.person].append(file)
    rng = np.random.default_rng(0)
    for person, files in tqdm(sorted(people.items()), desc=folder.name):
        chosen = rng.permutation(len(files))[:LOOKED_AT]
        if len(chosen) < 2:
            continue
        shots = [shot for k in sorted(chosen) if (shot := taken(files[k].path)) is not None]
        held_out = groups.get(person, person) in predictor.held_out
        for one, other in permutations(shots, 2):
            if alike(one, other):
                yield held_out, difference_of(one, other, predictor)


def taken(path: Path) -> Shot | None:
    photo = read_photo(path)
    face = find_largest_face(photo)
    return None if face is None else Shot(photo, Pose3D.of(face), face)


def alike(one: Shot, other: Shot) -> bool:
    """Whether two pictures are of one pose, nearly frontal, and of different expressions."""
    turns = [np.array(angles(shot.pose.head.pose.rotation)) for shot in (one, other)]
    change = change_of(one.pose.head.expression, other.pose.head.expression)
    return bool(
        np.abs(turns[0] - turns[1]).max() < ALIKE
        and abs(turns[0][0]) < FRONTAL
        and np.abs(responding(change)).max() > 0.15
    )


def difference_of(one: Shot, other: Shot, predictor: Predictor) -> Difference:
    """What the second picture differs from the guides that are made from the first."""
    (height, width), (other_height, other_width) = one.photo.shape[:2], other.photo.shape[:2]
    sizes = (width, height), (other_width, other_height)
    target = copied_pose(one.pose, other.face, "absolute", sizes)
    posed = predictor.pose(predictor.cut(one.photo, one.pose.source), target)
    crop, size = posed.source.crop, predictor.size
    drawn = np.ascontiguousarray(np.moveaxis(posed.guides[3:6], 0, 2))
    true = np.asarray(crop.scaled(other.photo, size) / np.float32(255), np.float32)
    count = len(head_model().surface.vertices)
    head = target.head.in_crop(crop, size)
    mesh = head.seen[:count]
    weight = (facing(mesh, whole_surface()) > SEEN) * face_share()
    preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
    flow = cv2.DISOpticalFlow.create(preset).calc(grey(drawn), grey(true), np.empty(0))
    moves = at(cv2.GaussianBlur(flow, (0, 0), 2), mesh) / head.pose.scale
    moves -= np.average(moves, axis=0, weights=weight)
    bright, base = (at(cv2.GaussianBlur(p, (0, 0), 0.8), mesh) + DARK for p in (true, drawn))
    lights = np.log(bright / base)
    lights -= np.average(lights, axis=0, weights=weight)
    return Difference(
        responding(change_of(one.pose.head.expression, target.head.expression)),
        moves.clip(-FARTHEST, FARTHEST),
        lights.clip(-STRONGEST, STRONGEST),
        weight.astype(np.float32),
    )


def responding(change: Floats) -> Floats:
    return change * np.array([name.startswith(RESPONDS) for name in NAMES], np.float32)


def at(picture: NDArray[Any], mesh: NDArray[np.floating]) -> Floats:
    """(V, C) of a picture (H, W, C) at a mesh (V, 3)."""
    points = mesh[None, :, :2].astype(np.float32)
    return np.asarray(sampled(picture, points)[0], np.float32)


def grey(picture: Floats) -> NDArray[np.uint8]:
    levels = (255 * picture.clip(0, 1)).astype(np.uint8)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY), np.uint8)


def regression(pairs: Sequence[tuple[float, Difference]], wanted: str) -> Floats:
    """(52, V, C): the response to each coefficient."""
    mirror = head_model().surface.mirror
    other = [INDEX[MIRROR_NAMES[name]] for name in NAMES]
    squares, products = np.zeros((52, 52)), np.zeros((52, len(mirror) * CHANNELS[wanted]))
    for weight, difference in pairs:
        values = getattr(difference, wanted)
        reflected = values[mirror] * ((-1, 1) if wanted == "moves" else 1)
        for change, value in ((difference.change, values), (difference.change[other], reflected)):
            squares += weight * np.outer(change, change)
            products += weight * np.outer(change, value.ravel())
    ridges = RIDGE[wanted] / reach().T ** 2  # (V, 52)
    found = np.linalg.solve(
        squares + ridges[:, None] * np.eye(52),
        products.reshape(52, len(mirror), -1).transpose(1, 0, 2),
    ).transpose(1, 0, 2)
    found *= face_share()[:, None]
    return np.stack([neighbours() @ response for response in found]).astype(np.float32)


def reach() -> NDArray[np.float64]:
    """(52, V) in (0, 1]: how far each coefficient may change each vertex."""
    model = head_model()
    moves = np.linalg.norm(model.expressions[:, : len(model.surface.vertices)], axis=2).T
    for _ in range(SMOOTHED):
        moves = neighbours() @ moves
    share = smooth_step(moves.T / moves.max(axis=0).clip(1e-9)[:, None], *REACH)
    share[[name.startswith(EVERYWHERE) for name in NAMES]] = 1
    return np.asarray(share.clip(0.02))


def explained(pairs: Sequence[Difference], response: Floats, wanted: str) -> float:
    """The share of the variance that the response explains."""
    before = after = 1e-9
    for pair in pairs:
        values, found = getattr(pair, wanted), np.tensordot(pair.change, response, 1)
        before += np.average((values**2).sum(axis=1), weights=pair.seen)
        after += np.average(((values - found) ** 2).sum(axis=1), weights=pair.seen)
    return 1 - after / before


def save(path: Path, moves: Floats, lights: Floats) -> None:
    """Write both responses (52, V, 2 and 3) as their strongest principal components."""
    vertices = np.flatnonzero(face_share() > 0)
    unit = np.concatenate([moves / moves.std(), lights / lights.std()], axis=2)[:, vertices]
    left, sizes, right = np.linalg.svd(unit.reshape(52, -1), full_matrices=False)
    kept = sizes**2 / (sizes**2).sum()
    print(f"{COMPONENTS} components hold {kept[:COMPONENTS].sum():.3f}")
    parts = right[:COMPONENTS].reshape(COMPONENTS, len(vertices), 5)
    parts[..., :2] *= moves.std()
    parts[..., 2:] *= lights.std()
    stored = {
        "shares": (left * sizes)[:, :COMPONENTS].astype(np.float16),
        "parts": parts.astype(np.float16),
        "vertices": vertices.astype(np.int16),
    }
    with write_whole(path) as part:
        save_file(stored, part)


if __name__ == "__main__":
    main()
