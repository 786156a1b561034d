"""Faces and their landmarks in a photo, found by MediaPipe's networks.

A photo in which nothing is found upright is searched turned by quarter turns. Each face is cut out
upright, twice: first where the detector says, then where the first landmarks say. The second time
it is seen mirrored as well, and the mean counts, for the network's answers differ a little from
crop to crop. In a video, where the next frame follows, one look is enough.
"""

from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.config.skeletons import MIRROR_IMAGES
from engine.face.face_search import (
    CONFIRMED,
    FACE_AREA,
    LEVELS,
    SAME,
    SURE,
    Area,
    Pixels,
    candidates,
    confirmed,
    overlap,
    square,
)
from engine.face.faces import Face, outermost
from engine.face.handles import HeadFrame, handle_network
from engine.face.landmarker_networks import LANDMARK_SIDE, landmarker

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

_CERTAIN = 0.85  # from which on one look is enough
_LIKELY = 0.8  # from which on it counts whatever the landmark network says: that doubts profiles
_UNDOUBTED = 0.95  # the landmark network's probability of a face from which on one search is enough
_PRESENT = 0.5  # the landmark network's own probability of a face, for the others
_AGREEING = 0.05  # of the square's side: mirrored landmarks farther off are another answer
_QUARTERS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180)
_OUTER_EYES = (33, 263)  # dense landmarks: outer corners of the person's right and left eye


@dataclass(frozen=True, eq=False)
class _Found:
    """What the landmark network finds: dense landmarks (478, 3) and the 68 (68, 2), pixels of the
    photo, and its probability of a face."""

    dense: Floats
    landmarks: Floats
    presence: float


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
    before, after = np.ptp(face.landmarks, axis=0).max(), np.ptp(found.dense[:, :2], axis=0).max()
    if found.presence < SURE or not 0.6 < after / max(before, 1e-6) < 1.7:
        return None
    return _face(found.dense, found.landmarks, found.presence)


def _upright_faces(photo: Pixels, doubtful: bool) -> list[Face]:
    """All faces, the largest first; ``doubtful``: only those that both networks are sure of."""
    faces: list[Face] = []
    levels = LEVELS[:3] if doubtful else LEVELS
    for first in candidates(photo, levels):
        candidate = first if first.score >= _CERTAIN else confirmed(photo, first)
        if candidate is None or candidate.score < CONFIRMED:
            continue
        search = _two_passes if doubtful else _best_landmarks
        found = search(photo, candidate.area)
        if found is None or ((doubtful or first.score < _LIKELY) and found.presence < _PRESENT):
            continue
        face = _face(found.dense, found.landmarks, candidate.score)
        if all(overlap(face.box, other.box) < SAME for other in faces):
            faces.append(face)
    return sorted(faces, key=lambda face: face.box[0] - face.box[2])


def _face(dense: Floats, landmarks: Floats, score: float) -> Face:
    networks = landmarker()
    frame = HeadFrame.of(dense.astype(np.float64), networks.canonical)
    with torch.inference_mode():
        values = networks.coefficients(torch.from_numpy(dense[None]))[0].tolist()
    coefficients = MappingProxyType(dict(zip(COEFFICIENT_NAMES, values, strict=True)))
    dense.setflags(write=False)
    landmarks.setflags(write=False)
    return Face(outermost(landmarks), landmarks, score, dense, coefficients, frame.angles)


def _landmarks(photo: Pixels, area: Area, twice: bool = False) -> _Found | None:
    """The landmarks of the face in an area; None when the network's answer is no face at all (not
    finite, or a point). ``twice``: the mean of what is seen in the area and in its mirror image."""
    picture = square(photo, area, LANDMARK_SIDE)
    pictures = np.stack([picture, picture[:, ::-1]] if twice else [picture])
    tensor = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        answer = landmarker().landmarks(tensor)
    points = answer.points.numpy()
    if not np.isfinite(points).all() or np.ptp(points[0, :, :2], axis=0).min() < 1:
        return None
    handles = np.stack(
        [
            handle_network().landmarks(
                points[k], [map_[k].numpy() for map_ in answer.maps], landmarker().canonical
            )
            for k in range(len(points))
        ]
    )
    dense = points[0]
    if twice:
        other = points[1, _mirror_images()] * (-1, 1, 1) + (LANDMARK_SIDE, 0, 0)
        if np.linalg.norm(other - dense, axis=1).mean() < _AGREEING * LANDMARK_SIDE:
            dense = (dense + other) / 2
            handles[1] = handles[1, list(MIRROR_IMAGES)] * (-1, 1) + (LANDMARK_SIDE, 0)
        else:
            handles = handles[:1]
    landmarks = _placed(handles.mean(axis=0), area)
    depth = dense[:, 2] * area.side / LANDMARK_SIDE
    placed = np.column_stack([_placed(dense[:, :2], area), depth]).astype(np.float32)
    return _Found(placed, landmarks, float(torch.sigmoid(answer.presence[0])))


def _placed(points: NDArray[np.floating], area: Area) -> Floats:
    """Points (N, 2) of the landmark network's picture of an area, in pixels of the photo."""
    matrix = area.matrix(LANDMARK_SIDE)
    placed = (points.astype(np.float64) - 0.5 - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    return placed.astype(np.float32)


@cache
def _mirror_images() -> NDArray[np.int64]:
    return landmarker().canonical.mirror_images()


def _best_landmarks(photo: Pixels, area: Area) -> _Found | None:
    """What `_landmarks` finds in two passes: where the detector says, then where the first
    landmarks say.

    The eyes of a profile nearly coincide, so that the roll between them is arbitrary. If the
    network doubts the face, it is searched for upright as well, and the surer answer counts.
    """
    found = _two_passes(photo, area)
    if found is None or found.presence < _UNDOUBTED:
        upright = _two_passes(photo, replace(area, roll=0.0))
        both = (f for f in (found, upright) if f)
        found = max(both, key=lambda f: f.presence, default=None)
    return found


def _two_passes(photo: Pixels, area: Area) -> _Found | None:
    first = _landmarks(photo, area)
    return first and (_landmarks(photo, _area_of(first.dense), twice=True) or first)


def _area_of(dense: Floats) -> Area:
    """Where the landmark network looks for a face that has these dense landmarks (478, 3)."""
    right, left = dense[list(_OUTER_EYES), :2].astype(float)
    roll = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    level = dense[:, :2] @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = (low + high) / 2 @ turn
    return Area(float(x), float(y), FACE_AREA * max(float((high - low).max()), 1.0), roll)


def _turned_back(face: Face, turn: int | None, shape: tuple[int, ...]) -> Face:
    """A face of the turned photo as one of the photo, which has this shape."""
    if turn is None or face.dense is None:
        return face
    height, width = shape[:2]

    def back(points: Floats) -> Floats:
        across, down = points[:, 0], points[:, 1]
        if turn == cv2.ROTATE_90_CLOCKWISE:
            x, y = down, height - 1 - across
        elif turn == cv2.ROTATE_90_COUNTERCLOCKWISE:
            x, y = width - 1 - down, across
        else:
            x, y = width - 1 - across, height - 1 - down
        return np.column_stack([x, y, points[:, 2:]]).astype(np.float32)

    return _face(back(face.dense), back(face.landmarks), face.score)
