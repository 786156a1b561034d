"""How alike two faces are to dlib's recognition network: a distance, below 0.6 the same person."""

from functools import cache
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from engine.detector import find_faces, model_file
from engine.landmarks import Landmarks


def describe(picture: NDArray[np.uint8]) -> tuple[Landmarks, NDArray[np.float64]] | None:
    """Landmarks (68, 2) and descriptor (128,) of the largest face; None where none is found.

    The distance of two descriptors is their Euclidean distance.
    """
    faces = find_faces(picture)
    if not faces:
        return None
    left, top, right, bottom = map(round, faces[0].box)
    points = [dlib.point(round(float(x)), round(float(y))) for x, y in faces[0].landmarks]
    shape = dlib.full_object_detection(dlib.rectangle(left, top, right, bottom), points)
    descriptor = _recognition().compute_face_descriptor(np.ascontiguousarray(picture), shape)
    return faces[0].landmarks, np.array(descriptor)


@cache
def _recognition() -> Any:
    path = model_file("dlib_face_recognition_resnet_model_v1.dat")
    return dlib.face_recognition_model_v1(str(path))
