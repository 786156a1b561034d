"""Pictures with labelled parts, for `make_parts.py`: reading, groups, cutting.

A folder holds `<name>.jpg`, `masks/<name>.png` (0 background, 1 skin, 2 hair, 3 clothes and
things, 4 eyes, 5 inside of the mouth, 255 unsure), `groups.csv` (person,group) and `labels.npz`
with `names` and either `landmarks` (N, 68, 2 or 3) or `points478` (N, 478, 3), in pixels. Masks
that come with 478 points lack eyes and mouth: these are drawn from the points.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.edges import refine_edges
from engine.face.parts_network import SIZE
from engine.imaging.crop import Crop
from engine.imaging.filling import filled
from engine.imaging.photos import read_photo

CONTEXT = 40
"""Pixels around the crop at the network's size, so that it can be moved and turned."""

CANVAS = SIZE + 2 * CONTEXT
UNSURE = 255

# Of the 478 points: the lids, the inner lips, and the 68 landmarks (jaw approximately).
_LIDS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382),
)
_INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    *(324, 318, 402, 317, 14, 87, 178, 88, 95),
)
_JAW = (162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389)
_INNER = (
    *(71, 63, 105, 66, 107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),
)


@dataclass(frozen=True)
class Example:
    """A crop with its surroundings, CANVAS pixels wide, as it is kept in memory.

    picture    (CANVAS, CANVAS, 3) uint8 RGB
    labels     (CANVAS, CANVAS) uint8, UNSURE where nobody knows
    alpha      (CANVAS, CANVAS) uint8, how much of the pixel is the person's
    landmarks  (68, 2) float32, pixels of the canvas
    rendered   whether it is a rendering, with exact labels
    plain      whether the background is an even one
    """

    name: str
    group: str
    picture: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    rendered: bool
    plain: bool


def read_examples(folder: Path, *, held_out: bool, every: int = 1) -> list[Example]:
    """The examples of a folder whose group is held out, or those whose group is not.

    ``every`` n-th of them.
    """
    stored = np.load(folder / "labels.npz")
    rendered = "landmarks" in stored
    points = stored["landmarks" if rendered else "points478"].astype(np.float32)[..., :2]
    with (folder / "groups.csv").open(newline="", encoding="utf-8") as file:
        groups = {row["person"]: row["group"] for row in csv.DictReader(file)}
    names = [str(name) for name in stored["names"]]
    # Renderings are <person>-<view>.
    people = [groups[name.partition("-")[0] if rendered else name] for name in names]
    apart = held_out_groups(people)
    chosen = [i for i, group in enumerate(people) if (group in apart) == held_out][::every]
    return [_read(folder, names[i], people[i], points[i], rendered) for i in chosen]


def held_out_groups(groups: list[str]) -> frozenset[str]:
    """The tenth of the groups that no network of these scripts is trained on."""
    ordered = sorted(set(groups), key=lambda group: hashlib.sha256(group.encode()).digest())
    return frozenset(ordered[: max(1, round(len(ordered) / 10))])


def landmarks_of_dense(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """About the 68 landmarks (68, 2) of 478 points (478, 2)."""
    return points[[*_JAW, *_INNER]]


def _read(
    folder: Path, name: str, group: str, points: NDArray[np.float32], rendered: bool
) -> Example:
    picture = read_photo(folder / f"{name}.jpg")
    labels = read_photo(folder / "masks" / f"{name}.png")[..., 0]
    landmarks = points if rendered else landmarks_of_dense(points)
    if rendered:
        person = np.asarray((labels != 0) * 255, np.uint8)
        alpha = np.asarray(cv2.GaussianBlur(person, (3, 3), 0), np.uint8)
    else:
        alpha = _alpha(picture, labels)
        labels = _with_eyes_and_mouth(labels, points)
    crop = Crop.around(landmarks)
    more = round(crop.side * CONTEXT / SIZE)
    crop = Crop(crop.left - more, crop.top - more, crop.side + 2 * more)
    scaled = cv2.resize(
        crop.cut(np.dstack((labels,) * 3))[..., 0],
        (CANVAS, CANVAS),
        interpolation=cv2.INTER_NEAREST,
    )
    return Example(
        name,
        group,
        np.ascontiguousarray(crop.scaled(picture, CANVAS)),
        np.ascontiguousarray(scaled, np.uint8),
        np.ascontiguousarray(crop.scaled(np.dstack((alpha,) * 3), CANVAS)[..., 0]),
        crop.to_network(landmarks, CANVAS),
        rendered,
        plain=rendered or folder.name == "london",
    )


def _alpha(picture: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The person's alpha where the labels are sure, and what the colours say between."""
    sure = np.asarray(labels != UNSURE, np.float32)
    person = filled((labels != 0).astype(np.float32)[..., None] * sure[..., None], sure)[..., 0]
    height, width = labels.shape
    side = max(height, width)  # refine_edges takes squares
    below, right = side - height, side - width
    square = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE)
    likely = cv2.copyMakeBorder(person, 0, below, 0, right, cv2.BORDER_REPLICATE)
    alpha = refine_edges(np.asarray(likely, np.float32), np.asarray(square, np.uint8))
    alpha = np.where(labels == UNSURE, alpha[:height, :width], labels != 0)
    return np.asarray(alpha * 255, np.uint8)


def _with_eyes_and_mouth(
    labels: NDArray[np.uint8], points: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Labels with what lies within lids and inner lips; unsure on the line itself."""
    labels = labels.copy()
    for outline, part in ((_LIDS[0], 4), (_LIDS[1], 4), (_INNER_LIPS, 5)):
        polygon = np.rint(points[list(outline)]).astype(np.int32)
        inside = np.zeros_like(labels)
        cv2.fillPoly(inside, [polygon], 1)
        labels[inside > 0] = part
        cv2.polylines(labels, [polygon], True, UNSURE)
    return labels
