"""Where the detector finds faces in a photo, and squares cut out of it around them.

The detector sees squares of 128 pixels and finds faces from about a sixth of the square's side on.
So a photo is searched as a whole and in overlapping square tiles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.face.landmarker_networks import DETECTOR_SIDE, detector_anchors, landmarker

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

FACE_AREA = 1.5
"""Side of the landmark network's square, sides of the face's box."""

SURE = 0.5
"""Probability from which on the detector's answer counts."""

CONFIRMED = 0.74
"""Of the second look, from which on it is a face."""

SAME = 0.3
"""Overlap of two boxes of one face, from which on."""

# Tiles in the photo's longer side, overlapping by half; the height of a face, as a share of the
# photo's shorter side, from which on smaller faces are not searched for; and the pixels of the
# photo's longer side that are searched.
_Level = tuple[int, float, int]
LEVELS: tuple[_Level, ...] = ((1, 0.35, 1536), (2, 0.12, 1536), (4, 0.0, 1536), (8, 0.0, 3072))
_CLEARLY = 0.05  # more than upright, from which on a face is turned
_BATCH = 16  # tiles that the detector gets at once


@dataclass(frozen=True)
class Area:
    """A square of a photo around an upright face: centre (x, y), side, and the roll of the face in
    radians; pixels of the photo."""

    x: float
    y: float
    side: float
    roll: float

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3): pixels of the photo to pixels of the square scaled to ``size``."""
        scale = size / self.side
        cos, sin = scale * np.cos(self.roll), scale * np.sin(self.roll)
        turn = np.array([[cos, sin], [-sin, cos]])
        middle = (size - 1) / 2
        return np.column_stack([turn, (middle, middle) - turn @ (self.x, self.y)])


@dataclass(frozen=True)
class Candidate:
    """What the detector found: a box in pixels of the photo, where to look for landmarks, and the
    probability of a face."""

    box: tuple[float, float, float, float]
    area: Area
    score: float

    def scaled(self, scale: float) -> "Candidate":
        """The same in a photo of ``scale`` times the size."""
        area = self.area
        left, top, right, bottom = (scale * value for value in self.box)
        placed = Area(scale * area.x, scale * area.y, scale * area.side, area.roll)
        return Candidate((left, top, right, bottom), placed, self.score)


def candidates(photo: Pixels, levels: Sequence[_Level] = LEVELS) -> list[Candidate]:
    """What the detector finds, the surest first, every face once."""
    height, width = photo.shape[:2]
    found: list[Candidate] = []
    searched, small, scale = 0, photo, 1.0
    for count, enough, side in levels:
        if side != searched:
            if 0 < max(height, width) <= searched:  # there are no smaller faces in it
                break
            searched, scale = side, min(1.0, side / max(height, width))
            small = _scaled_down(photo, scale)
        found.extend(_in_tiles(small, scale, count))
        sure = [c.box[3] - c.box[1] for c in found if c.score >= CONFIRMED]
        if max(sure, default=0.0) > enough * min(height, width):
            break
    chosen: list[Candidate] = []
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        if all(overlap(candidate.box, other.box) < SAME for other in chosen):
            chosen.append(candidate)
    return chosen


def _scaled_down(photo: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return photo
    size = [max(1, round(side * scale)) for side in photo.shape[1::-1]]
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _in_tiles(small: Pixels, scale: float, count: int) -> Iterator[Candidate]:
    """What the detector finds in square tiles, ``count`` of them in the longer side.

    small  the photo, ``scale`` times its size
    """
    height, width = small.shape[:2]
    side = max(height, width) / count
    if count > 1 and side < DETECTOR_SIDE / 2:
        return
    corners = [(x, y) for y in _starts(height, side) for x in _starts(width, side)]
    for start in range(0, len(corners), _BATCH):
        batch = corners[start : start + _BATCH]
        areas = [Area(x, y, side, 0.0) for x, y in batch]
        for area, found in zip(areas, _detected(small, areas), strict=True):
            for candidate in found:
                placed = candidate.scaled(1 / scale)
                if count == 1 or _whole(placed, area.x, area.y, side, small.shape, scale):
                    yield placed


def _detected(photo: Pixels, areas: Sequence[Area]) -> list[list[Candidate]]:
    """What the detector finds in each of these areas, pixels of the photo."""
    pictures = [square(photo, area, DETECTOR_SIDE) for area in areas]
    tensor = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.inference_mode():
        logits, boxes = landmarker().detector(tensor)
    scores = torch.sigmoid(logits).numpy()
    found = []
    for area, score, values in zip(areas, scores, boxes.numpy(), strict=True):
        back = np.linalg.inv(area.matrix(DETECTOR_SIDE)[:, :2])
        candidates = []
        for k in np.flatnonzero(score > SURE):
            placed = values[k].reshape(8, 2).astype(np.float64)
            if np.isfinite(placed).all():
                placed[[0, *range(2, 8)]] += detector_anchors()[k] - DETECTOR_SIDE / 2
                placed[[0, *range(2, 8)]] = placed[[0, *range(2, 8)]] @ back.T + (area.x, area.y)
                placed[1] *= area.side / DETECTOR_SIDE
                candidates.append(_candidate(placed, float(score[k])))
        found.append(candidates)
    return found


def confirmed(photo: Pixels, candidate: Candidate) -> Candidate | None:
    """A doubtful candidate as the detector sees it alone and upright; None if it sees no face.

    Of a face that is upside down the first search says that it is upright, and of some textures
    that they are a face.
    """
    area = candidate.area
    turns = [replace(area, side=2 * area.side, roll=area.roll + k * np.pi / 2) for k in range(4)]
    seen = [
        (other.score - _CLEARLY * (turn > 0), other)
        for turn, found in enumerate(_detected(photo, turns))
        for other in found
        if np.hypot(other.area.x - area.x, other.area.y - area.y) < area.side / 2
    ]
    return max(seen, key=lambda one: one[0], default=(0.0, None))[1]


def _starts(length: int, side: float) -> NDArray[np.float64]:
    """Centres, along an axis of the photo, of tiles that overlap by half."""
    steps = max(1, int(np.ceil(2 * length / side)) - 1)
    if steps == 1:
        return np.array([(length - 1) / 2])
    return np.linspace(side / 2, length - side / 2, steps) - 0.5


def _candidate(placed: Floats, score: float) -> Candidate:
    """From centre, size and six points (8, 2), pixels of the photo."""
    (x, y), (width, height), right_eye, left_eye = (placed[k].astype(float) for k in range(4))
    roll = float(np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0]))
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Candidate(box, Area(x, y, FACE_AREA * max(width, height, 1.0), roll), score)


def _whole(
    candidate: Candidate, x: float, y: float, side: float, shape: tuple[int, ...], scale: float
) -> bool:
    """Whether a tile does not cut the face where the photo goes on."""
    left, top, right, bottom = (scale * value for value in candidate.box)
    height, width = shape[:2]
    return (
        (left > x - side / 2 or left < 0)
        and (top > y - side / 2 or top < 0)
        and (right < x + side / 2 or right > width)
        and (bottom < y + side / 2 or bottom > height)
    )


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """The overlap of two boxes: intersection over union, or the covered share of the smaller box
    less 0.4, whichever is larger: a box well inside another is the same face."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    common = across * down
    return max(common / (sum(areas) - common), common / max(min(areas), 1e-6) - 0.4)


def square(photo: Pixels, area: Area, size: int) -> Pixels:
    """An area of the photo scaled to (size, size, 3), black beyond the photo."""
    height, width = photo.shape[:2]
    reach = area.side * (abs(np.cos(area.roll)) + abs(np.sin(area.roll))) / 2 + 2
    left, top = (max(0, int(np.floor(v - reach))) for v in (area.x, area.y))
    right, bottom = min(width, int(area.x + reach) + 2), min(height, int(area.y + reach) + 2)
    if right <= left or bottom <= top:
        return np.zeros((size, size, 3), np.uint8)
    part = photo[top:bottom, left:right]
    x, y, side = area.x - left, area.y - top, area.side
    # Halving first averages the pixels that the last step would skip.
    while side > 2 * size and min(part.shape[:2]) > 1:
        part = part[: part.shape[0] // 2 * 2, : part.shape[1] // 2 * 2]
        part = np.asarray(cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        x, y, side = (x - 0.5) / 2, (y - 0.5) / 2, side / 2
    matrix = Area(x, y, side, area.roll).matrix(size)
    return np.asarray(cv2.warpAffine(part, matrix, (size, size)), np.uint8)
