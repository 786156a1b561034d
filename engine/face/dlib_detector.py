"""Faces and their 68 landmarks in a photo, found by dlib.

The detector for frontal faces (histograms of oriented gradients, Dalal and Triggs 2005) loses faces
beyond about 60 degrees of yaw; where it finds none, dlib's convolutional detector (King 2015,
arXiv:1502.00046), slower but less picky, has a look. The landmarks come from an ensemble of
regression trees (Kazemi and Sullivan 2014).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.landmarks import Box, Landmarks

SEARCH_SIDE = 640
"""Longest side, in pixels, of the picture that is searched; larger photos are scaled down."""

FACE_SIDE = 256
"""Side, in pixels, to which a face box is scaled before the landmarks are looked for."""

_DOUBTFUL = 0.2  # a score below is often that of a pattern: it counts where nothing is surer
_UNSURE = -1.5  # a score from which on the frontal detector has an idea, if no more
_LOOKS = {1: -1, 2: 1}  # which way a face looks that these filters of it find; the others: ahead
_PROFILE_SHIFT = 0.24  # measured on 42 rendered heads at 40 to 77 degrees, of the box's width
_CONTEXT = 0.5  # what is kept around the box, as a share of its side


@dataclass(frozen=True)
class Face:
    """A face found in a photo.

    box        pixels of the photo
    landmarks  (68, 2) float32, pixels of the photo
    score      the detector's own confidence; comparable only within one photo
    """

    box: Box
    landmarks: Landmarks
    score: float


def find_faces(photo: NDArray[np.uint8]) -> tuple[Face, ...]:
    """All faces of a photo (H, W, 3) uint8 RGB, the largest first; () when there is none."""
    small, scale = _searched(photo)
    found = _frontal_boxes(small) or _any_boxes(small)
    return tuple(
        Face(box, landmarks_in_box(photo, box), score) for box, score in _chosen(found, scale)
    )


def find_largest_face(photo: NDArray[np.uint8]) -> Face | None:
    """The largest face of a photo (H, W, 3) uint8 RGB, in a fraction of the time that all of them
    take: coarsely first, which is enough for a face that fills the photo. None when there is none.
    """
    small, scale = _searched(photo)
    ways: tuple[Callable[[], list[tuple[Box, float]]], ...] = (
        lambda: _frontal_boxes(small, larger=0),
        lambda: _any_boxes(small, 0.5),
        lambda: _frontal_boxes(small),
        lambda: _any_boxes(small),
    )
    for way in ways:
        for box, score in _chosen(way(), scale):
            return Face(box, landmarks_in_box(photo, box), score)
    return None


def _searched(photo: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The photo as it is searched, and its size in sizes of the photo."""
    scale = min(1.0, SEARCH_SIDE / max(photo.shape[:2]))
    return _resized(photo, scale), scale


def _chosen(found: Sequence[tuple[Box, float]], scale: float) -> list[tuple[Box, float]]:
    """Boxes in pixels of the photo with their scores, the largest first, without doubtful ones."""
    surest = max((score for _, score in found), default=0.0)
    boxes = []
    for (left, top, right, bottom), score in found:
        if not score < _DOUBTFUL <= surest:
            boxes.append(((left / scale, top / scale, right / scale, bottom / scale), score))
    return sorted(boxes, key=lambda chosen: chosen[0][0] - chosen[0][2])


def landmarks_in_box(photo: NDArray[np.uint8], box: Box) -> Landmarks:
    """The 68 landmarks of the face in ``box``, (68, 2) float32, pixels of the photo.

    The face is first scaled to one size: dlib looks at single pixels and answers in whole ones.
    Raises ReposeError for a box without an area.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if not (width >= 1 and height >= 1):  # written so that NaN fails
        raise ReposeError("The box around the face is empty.")
    scale = FACE_SIDE / max(width, height)
    origin = np.array([left - _CONTEXT * width, top - _CONTEXT * height])
    size = [max(1, round(side * (1 + 2 * _CONTEXT) * scale)) for side in (width, height)]
    # Halving first averages the pixels that the last step would skip in a large photo.
    halved = photo
    while scale < 0.5:
        halved, scale, origin = _resized(halved, 0.5), scale * 2, origin / 2 - 0.25
        left, top, width, height = left / 2 - 0.25, top / 2 - 0.25, width / 2, height / 2
    shift = -scale * origin
    to_patch = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    patch = cv2.warpAffine(halved, to_patch, size, borderMode=cv2.BORDER_REPLICATE)
    x, y = scale * left + shift[0], scale * top + shift[1]
    rectangle = dlib.rectangle(
        round(x), round(y), round(x + scale * width), round(y + scale * height)
    )
    shape = _landmark_model()(np.ascontiguousarray(patch), rectangle)
    points = np.array([(part.x, part.y) for part in shape.parts()], np.float64)
    larger = np.array([photo.shape[k] / halved.shape[k] for k in (1, 0)])
    placed = (points / scale + origin + 0.5) * larger - 0.5
    landmarks: Landmarks = placed.astype(np.float32)
    landmarks.setflags(write=False)
    return landmarks


def model_file(name: str) -> Path:
    """Path of one of dlib's models, from the package `face_recognition_models`.

    Raises ReposeError when the package is missing. (Importing it fails with recent setuptools,
    so its folder is found without importing.)
    """
    spec = find_spec("face_recognition_models")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], "models", name) if folders else Path(name)
    if not path.is_file():
        raise ReposeError(
            "dlib's models are missing: install them with `pip install face_recognition_models`."
        )
    return path


def _resized(photo: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1:
        return photo
    height, width = photo.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _frontal_boxes(photo: NDArray[np.uint8], larger: int = 1) -> list[tuple[Box, float]]:
    """``larger``: how often the photo is doubled in size first; the smallest face has 80 pixels."""
    rectangles, scores, _ = _frontal_detector().run(np.ascontiguousarray(photo), larger, 0.0)
    return [(_box(r), float(s)) for r, s in zip(rectangles, scores, strict=True)]


def _any_boxes(photo: NDArray[np.uint8], scale: float = 1.0) -> list[tuple[Box, float]]:
    """``scale``: of the size in which the photo is searched; the smallest face has 40 pixels."""
    found = _any_detector()(np.ascontiguousarray(_resized(photo, scale)), 0)
    boxes = []
    for face in found:
        left, top, right, bottom = (value / scale for value in _box(face.rect))
        boxes.append(((left, top, right, bottom), float(face.confidence)))
    return _moved_to_faces(boxes, photo) if boxes else []


def _moved_to_faces(
    boxes: list[tuple[Box, float]], photo: NDArray[np.uint8]
) -> list[tuple[Box, float]]:
    """Boxes of the convolutional detector, which lie around heads, as the landmark model wants
    them: around faces.

    In a profile that is a quarter of the box further to where the face looks; without it nearly all
    landmarks of profiles are those of a face that looks the other way. To where, the frontal
    detector's five filters tell, although none of them is sure of a face.
    """
    rectangles, scores, kinds = _frontal_detector().run(photo, 0, _UNSURE)
    hints = [
        (score, _box(rectangle), kind)
        for rectangle, score, kind in zip(rectangles, scores, kinds, strict=True)
    ]
    moved = []
    for (left, top, right, bottom), score in boxes:
        near = [
            (sureness, kind)
            for sureness, (x0, y0, x1, y1), kind in hints
            if left < (x0 + x1) / 2 < right and top < (y0 + y1) / 2 < bottom
        ]
        _, kind = max(near, default=(0.0, 0))
        shift = _LOOKS.get(kind, 0) * _PROFILE_SHIFT * (right - left)
        moved.append(((left + shift, top, right + shift, bottom), score))
    return moved


def _box(rectangle: Any) -> Box:
    return (
        float(rectangle.left()),
        float(rectangle.top()),
        float(rectangle.right()),
        float(rectangle.bottom()),
    )


@cache
def _frontal_detector() -> Any:
    return dlib.get_frontal_face_detector()


@cache
def _any_detector() -> Any:
    return dlib.cnn_face_detection_model_v1(str(model_file("mmod_human_face_detector.dat")))


@cache
def _landmark_model() -> Any:
    return dlib.shape_predictor(str(model_file("shape_predictor_68_face_landmarks.dat")))
