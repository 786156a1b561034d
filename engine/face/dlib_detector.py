"""Detection of faces and their 68 landmarks with dlib.

The frontal detector (histograms of oriented gradients, Dalal and Triggs 2005) misses faces beyond
about 60 degrees of yaw. If it finds no face, dlib's convolutional detector (King 2015,
arXiv:1502.00046) is used, which is slower and has a higher recall. The landmarks come from an
ensemble of regression trees (Kazemi and Sullivan 2014).
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.faces import Face
from engine.face.landmarks import Box, Landmarks

SEARCH_SIDE = 640
"""Long side in pixels to which larger photos are scaled down for detection."""

FACE_SIDE = 256
"""Side in pixels to which a face box is scaled for the landmark model."""

_DOUBTFUL = 0.2  # detections below are often false; dropped if one above exists
_HINT_SCORE = -1.5  # threshold of the frontal detector when it only hints at the direction
_LOOKS = {1: -1, 2: 1}  # direction of faces that these of its filters match; others: frontal
_PROFILE_SHIFT = 0.24  # of the box's width; measured on 42 rendered heads at 40 to 77 degrees
_NEAR_SIDE = 360  # pixels: long side of the search window around the previous face
_CONTEXT = 0.5  # margin around the box for the landmark model, of its side


def find_faces(photo: NDArray[np.uint8]) -> tuple[Face, ...]:
    """All faces of a photo (H, W, 3) uint8 RGB, the largest first; () when there is none."""
    small, scale = _search_image(photo)
    found = _frontal_boxes(small) or _any_boxes(small)
    return tuple(
        Face(box, landmarks_in_box(photo, box), score) for box, score in _select(found, scale)
    )


def find_largest_face(photo: NDArray[np.uint8]) -> Face | None:
    """The largest face of a photo (H, W, 3) uint8 RGB; None when there is none.

    Faster than `find_faces`: it searches at a coarse scale first, which finds a face that fills the
    photo.
    """
    small, scale = _search_image(photo)
    searches: tuple[Callable[[], list[tuple[Box, float]]], ...] = (
        lambda: _frontal_boxes(small, larger=0),
        lambda: _any_boxes(small, 0.5),
        lambda: _frontal_boxes(small),
        lambda: _any_boxes(small),
    )
    for search in searches:
        for box, score in _select(search(), scale):
            return Face(box, landmarks_in_box(photo, box), score)
    return None


def find_near(photo: NDArray[np.uint8], last: Face) -> Face | None:
    """The largest face in a window of 3x3 boxes around ``last``: faster than a full search. None
    when there is none."""
    left, top, right, bottom = last.box
    wide, high = right - left, bottom - top
    x0, y0 = max(0, round(left - wide)), max(0, round(top - high))
    part = photo[y0 : max(y0, round(bottom + high)), x0 : max(x0, round(right + wide))]
    if min(part.shape[:2], default=0) < 16:
        return None
    scale = min(1.0, _NEAR_SIDE / max(part.shape[:2]))
    size = [max(16, round(side * scale)) for side in part.shape[1::-1]]
    face = find_largest_face(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA)))
    if face is None:
        return None
    across = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
    corners = np.reshape(face.box, (2, 2)) * across + (x0, y0)
    box = (float(corners[0, 0]), float(corners[0, 1]), float(corners[1, 0]), float(corners[1, 1]))
    return Face(box, landmarks_in_box(photo, box), face.score)


def _search_image(photo: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The photo scaled down to SEARCH_SIDE, and the scale."""
    scale = min(1.0, SEARCH_SIDE / max(photo.shape[:2]))
    return _resized(photo, scale), scale


def _select(found: Sequence[tuple[Box, float]], scale: float) -> list[tuple[Box, float]]:
    """Boxes in pixels of the photo with scores, largest first, without doubtful ones."""
    highest = max((score for _, score in found), default=0.0)
    boxes = []
    for (left, top, right, bottom), score in found:
        if not score < _DOUBTFUL <= highest:
            boxes.append(((left / scale, top / scale, right / scale, bottom / scale), score))
    return sorted(boxes, key=lambda item: item[0][0] - item[0][2])


def landmarks_in_box(photo: NDArray[np.uint8], box: Box) -> Landmarks:
    """The 68 landmarks of the face in ``box``, (68, 2) float32, pixels of the photo.

    The face is scaled to FACE_SIDE first, because dlib compares single pixels and returns integer
    coordinates. Raises ReposeError for a box without an area.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if not (width >= 1 and height >= 1):  # written so that NaN fails
        raise ReposeError("The box around the face is empty.")
    scale = FACE_SIDE / max(width, height)
    origin = np.array([left - _CONTEXT * width, top - _CONTEXT * height])
    size = [max(1, round(side * (1 + 2 * _CONTEXT) * scale)) for side in (width, height)]
    # Halve large faces first: the bilinear warp below would alias.
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

    Raises ReposeError when the package is missing. The folder is located without importing the
    package, because the import fails with recent setuptools.
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
    """Boxes and scores of the frontal detector.

    larger  number of times the photo is upsampled by 2; a face must then have 80 pixels
    """
    rectangles, scores, _ = _frontal_detector().run(np.ascontiguousarray(photo), larger, 0.0)
    return [(_box(r), float(s)) for r, s in zip(rectangles, scores, strict=True)]


def _any_boxes(photo: NDArray[np.uint8], scale: float = 1.0) -> list[tuple[Box, float]]:
    """Boxes and scores of the convolutional detector.

    scale  factor applied to the photo; a face must then have 40 pixels
    """
    found = _any_detector()(np.ascontiguousarray(_resized(photo, scale)), 0)
    boxes = []
    for face in found:
        left, top, right, bottom = (value / scale for value in _box(face.rect))
        boxes.append(((left, top, right, bottom), float(face.confidence)))
    return _shifted_profiles(boxes, photo) if boxes else []


def _shifted_profiles(
    boxes: list[tuple[Box, float]], photo: NDArray[np.uint8]
) -> list[tuple[Box, float]]:
    """Shift the convolutional detector's boxes from the head to the face, for the landmark model.

    In profiles the face lies about a quarter of the box further in the direction it looks; without
    the shift, most profiles get landmarks that look the other way. The direction comes from the
    frontal detector, run with a low threshold: two of its five filters match turned faces.
    """
    rectangles, scores, kinds = _frontal_detector().run(photo, 0, _HINT_SCORE)
    hints = [
        (score, _box(rectangle), kind)
        for rectangle, score, kind in zip(rectangles, scores, kinds, strict=True)
    ]
    moved = []
    for (left, top, right, bottom), score in boxes:
        near = [
            (hint, kind)
            for hint, (x0, y0, x1, y1), kind in hints
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
