"""Faces and their landmarks in a photo, found by MediaPipe's networks.

The detector sees squares of 128 pixels and finds faces from about a sixth of the square's side on.
So a photo is searched as a whole and in overlapping square tiles, and, where nothing is found
upright, turned by quarter turns. Each face is then cut out upright, twice: first where the detector
says, then where the first landmarks say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.face.faces import Face, outermost
from engine.face.handles import HeadFrame, handle_network
from engine.face.landmarker_networks import (
    DETECTOR_SIDE,
    LANDMARK_SIDE,
    N_DENSE,
    detector_anchors,
    landmarker,
)

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

COEFFICIENT_NAMES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft",
    "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
    "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""What the coefficient network answers, in its order; ARKit's names, left is the person's own."""

# Tiles in the photo's longer side, overlapping by half; the height of a face, as a share of the
# photo's shorter side, from which on smaller faces are not searched for; and the pixels of the
# photo's longer side that are searched.
_Level = tuple[int, float, int]
_LEVELS: tuple[_Level, ...] = ((1, 0.35, 1536), (2, 0.12, 1536), (4, 0.0, 1536), (8, 0.0, 3072))
_SURE = 0.5  # probability from which on the detector's answer counts
_CERTAIN = 0.85  # from which on one look is enough
_LIKELY = 0.8  # from which on it counts whatever the landmark network says: that doubts profiles
_CONFIRMED = 0.74  # of the second look, from which on it is a face
_CLEARLY = 0.05  # more than upright, from which on a face is turned
_UNDOUBTED = 0.95  # the landmark network's probability of a face from which on one search is enough
_PRESENT = 0.5  # the landmark network's own probability of a face, for the others
_FACE_AREA = 1.5  # side of the landmark network's square, sides of the face's box
_SAME = 0.3  # intersection over union of two boxes of one face
_QUARTERS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180)
_OUTER_EYES = (33, 263)  # dense landmarks: outer corners of the person's right and left eye
_BATCH = 16  # tiles that the detector gets at once


@dataclass(frozen=True)
class _Area:
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
class _Candidate:
    """What the detector found: a box in pixels of the photo, where to look for landmarks, and the
    probability of a face."""

    box: tuple[float, float, float, float]
    area: _Area
    score: float

    def scaled(self, scale: float) -> "_Candidate":
        """The same in a photo of ``scale`` times the size."""
        area = self.area
        left, top, right, bottom = (scale * value for value in self.box)
        placed = _Area(scale * area.x, scale * area.y, scale * area.side, area.roll)
        return _Candidate((left, top, right, bottom), placed, self.score)


def find_faces(photo: Pixels) -> tuple[Face, ...]:
    """All faces of a photo (H, W, 3) uint8 RGB, the largest first; () when there is none."""
    for turn in _QUARTERS:
        turned = photo if turn is None else np.asarray(cv2.rotate(photo, turn), np.uint8)
        # Patterns look like faces more often than photos lie on their side.
        faces = _upright_faces(turned, doubtful=turn is not None)
        if faces:
            return tuple(_turned_back(face, turn, photo.shape) for face in faces)
    return ()


def find_largest_face(photo: Pixels) -> Face | None:
    """The largest face of a photo (H, W, 3) uint8 RGB; None when there is none."""
    faces = find_faces(photo)
    return faces[0] if faces else None


def face_near(photo: Pixels, face: Face) -> Face | None:
    """The face in the next frame of a video, without a search: it is looked for where ``face`` was
    in the last one. None when it is not there any more."""
    if face.dense is None:
        return None
    found = _landmarks(photo, _area_of(face.dense))
    if found is None:
        return None
    dense, presence = found
    before, after = np.ptp(face.landmarks, axis=0).max(), np.ptp(dense[:, :2], axis=0).max()
    if presence < _SURE or not 0.6 < after / max(before, 1e-6) < 1.7:
        return None
    return _face(dense, presence)


def _upright_faces(photo: Pixels, doubtful: bool) -> list[Face]:
    """All faces, the largest first; ``doubtful``: only those that both networks are sure of."""
    faces: list[Face] = []
    levels = _LEVELS[:3] if doubtful else _LEVELS
    for first in _candidates(photo, levels):
        candidate = first if first.score >= _CERTAIN else _confirmed(photo, first)
        if candidate is None or candidate.score < _CONFIRMED:
            continue
        search = _two_passes if doubtful else _best_landmarks
        found = search(photo, candidate.area)
        if found is None or ((doubtful or first.score < _LIKELY) and found[1] < _PRESENT):
            continue
        dense, _ = found
        face = _face(dense, candidate.score)
        if all(_overlap(face.box, other.box) < _SAME for other in faces):
            faces.append(face)
    return sorted(faces, key=lambda face: face.box[0] - face.box[2])


def _face(dense: Floats, score: float) -> Face:
    networks = landmarker()
    frame = HeadFrame.of(dense.astype(np.float64), networks.canonical)
    landmarks = handle_network().landmarks(dense.astype(np.float64), frame)
    with torch.inference_mode():
        values = networks.coefficients(torch.from_numpy(dense[None]))[0].tolist()
    coefficients = MappingProxyType(dict(zip(COEFFICIENT_NAMES, values, strict=True)))
    dense.setflags(write=False)
    return Face(outermost(landmarks), landmarks, score, dense, coefficients, frame.angles)


# The search


def _candidates(photo: Pixels, levels: Sequence[_Level] = _LEVELS) -> list[_Candidate]:
    """What the detector finds, the surest first, every face once."""
    height, width = photo.shape[:2]
    found: list[_Candidate] = []
    searched, small, scale = 0, photo, 1.0
    for count, enough, side in levels:
        if side != searched:
            if 0 < max(height, width) <= searched:  # there are no smaller faces in it
                break
            searched, scale = side, min(1.0, side / max(height, width))
            small = _scaled_down(photo, scale)
        found.extend(_in_tiles(small, scale, count))
        sure = [c.box[3] - c.box[1] for c in found if c.score >= _CONFIRMED]
        if max(sure, default=0.0) > enough * min(height, width):
            break
    chosen: list[_Candidate] = []
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        if all(_overlap(candidate.box, other.box) < _SAME for other in chosen):
            chosen.append(candidate)
    return chosen


def _scaled_down(photo: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return photo
    size = [max(1, round(side * scale)) for side in photo.shape[1::-1]]
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _in_tiles(small: Pixels, scale: float, count: int) -> Iterator[_Candidate]:
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
        areas = [_Area(x, y, side, 0.0) for x, y in batch]
        for area, found in zip(areas, _detected(small, areas), strict=True):
            for candidate in found:
                placed = candidate.scaled(1 / scale)
                if count == 1 or _whole(placed, area.x, area.y, side, small.shape, scale):
                    yield placed


def _detected(photo: Pixels, areas: Sequence[_Area]) -> list[list[_Candidate]]:
    """What the detector finds in each of these areas, pixels of the photo."""
    pictures = [_square(photo, area, DETECTOR_SIDE) for area in areas]
    tensor = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.inference_mode():
        logits, boxes = landmarker().detector(tensor)
    scores = torch.sigmoid(logits).numpy()
    found = []
    for area, score, values in zip(areas, scores, boxes.numpy(), strict=True):
        back = np.linalg.inv(area.matrix(DETECTOR_SIDE)[:, :2])
        candidates = []
        for k in np.flatnonzero(score > _SURE):
            placed = values[k].reshape(8, 2).astype(np.float64)
            if np.isfinite(placed).all():
                placed[[0, *range(2, 8)]] += detector_anchors()[k] - DETECTOR_SIDE / 2
                placed[[0, *range(2, 8)]] = placed[[0, *range(2, 8)]] @ back.T + (area.x, area.y)
                placed[1] *= area.side / DETECTOR_SIDE
                candidates.append(_candidate(placed, float(score[k])))
        found.append(candidates)
    return found


def _confirmed(photo: Pixels, candidate: _Candidate) -> _Candidate | None:
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


def _candidate(placed: Floats, score: float) -> _Candidate:
    """From centre, size and six points (8, 2), pixels of the photo."""
    (x, y), (width, height), right_eye, left_eye = (placed[k].astype(float) for k in range(4))
    roll = float(np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0]))
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return _Candidate(box, _Area(x, y, _FACE_AREA * max(width, height, 1.0), roll), score)


def _whole(
    candidate: _Candidate, x: float, y: float, side: float, shape: tuple[int, ...], scale: float
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


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """The overlap of two boxes: intersection over union, or the covered share of the smaller box
    less 0.4, whichever is larger: a box well inside another is the same face."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    common = across * down
    return max(common / (sum(areas) - common), common / max(min(areas), 1e-6) - 0.4)


# Landmarks


def _landmarks(photo: Pixels, area: _Area) -> tuple[Floats, float] | None:
    """Dense landmarks (478, 3) of the face in an area, pixels of the photo, and the probability of
    a face; None when the network's answer is no face at all (not finite, or a point)."""
    picture = _square(photo, area, LANDMARK_SIDE)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        answer = landmarker().landmarks(tensor)
    points = answer.points[0].numpy().astype(np.float64)
    if not np.isfinite(points).all() or np.ptp(points[:, :2], axis=0).min() < 1:
        return None
    matrix = area.matrix(LANDMARK_SIDE)
    back = np.linalg.inv(matrix[:, :2])
    dense = np.empty((N_DENSE, 3), np.float32)
    dense[:, :2] = (points[:, :2] - 0.5 - matrix[:, 2]) @ back.T
    dense[:, 2] = points[:, 2] * area.side / LANDMARK_SIDE
    return dense, float(torch.sigmoid(answer.presence[0]))


def _best_landmarks(photo: Pixels, area: _Area) -> tuple[Floats, float] | None:
    """What `_landmarks` finds in two passes: where the detector says, then where the first
    landmarks say.

    The eyes of a profile nearly coincide, so that the roll between them is arbitrary. If the
    network doubts the face, it is searched for upright as well, and the surer answer counts.
    """
    found = _two_passes(photo, area)
    if found is None or found[1] < _UNDOUBTED:
        upright = _two_passes(photo, replace(area, roll=0.0))
        found = max((f for f in (found, upright) if f), key=lambda f: f[1], default=None)
    return found


def _two_passes(photo: Pixels, area: _Area) -> tuple[Floats, float] | None:
    first = _landmarks(photo, area)
    return first and (_landmarks(photo, _area_of(first[0])) or first)


def _area_of(dense: Floats) -> _Area:
    """Where the landmark network looks for a face that has these dense landmarks (478, 3)."""
    right, left = dense[list(_OUTER_EYES), :2].astype(float)
    roll = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    level = dense[:, :2] @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = (low + high) / 2 @ turn
    return _Area(float(x), float(y), _FACE_AREA * max(float((high - low).max()), 1.0), roll)


def _square(photo: Pixels, area: _Area, size: int) -> Pixels:
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
    matrix = _Area(x, y, side, area.roll).matrix(size)
    return np.asarray(cv2.warpAffine(part, matrix, (size, size)), np.uint8)


def _turned_back(face: Face, turn: int | None, shape: tuple[int, ...]) -> Face:
    """A face of the turned photo as one of the photo, which has this shape."""
    if turn is None or face.dense is None:
        return face
    height, width = shape[:2]
    across, down, depth = face.dense.T.astype(np.float32)
    if turn == cv2.ROTATE_90_CLOCKWISE:
        x, y = down, height - 1 - across
    elif turn == cv2.ROTATE_90_COUNTERCLOCKWISE:
        x, y = width - 1 - down, across
    else:
        x, y = width - 1 - across, height - 1 - down
    return _face(np.ascontiguousarray(np.stack([x, y, depth], axis=1)), face.score)
