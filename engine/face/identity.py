"""Identity distance of two faces by dlib's recognition network; below 0.6: the same person."""

from functools import cache
from typing import Any

import dlib
import numpy as np
import torch
from numpy.typing import NDArray

from engine.face.detection import find_faces
from engine.face.dlib_detector import model_file
from engine.face.landmarks import Landmarks
from engine.face.recognition import RecognitionNet, face_chips


def describe(picture: NDArray[np.uint8]) -> tuple[Landmarks, NDArray[np.float64]] | None:
    """Landmarks (68, 2) and descriptor (128,) of the largest face; None without a face.

    The identity distance is the Euclidean distance of two descriptors.
    """
    faces = find_faces(picture)
    if not faces:
        return None
    left, top, right, bottom = map(round, faces[0].box)
    points = [dlib.point(round(float(x)), round(float(y))) for x, y in faces[0].landmarks]
    shape = dlib.full_object_detection(dlib.rectangle(left, top, right, bottom), points)
    descriptor = _recognition().compute_face_descriptor(np.ascontiguousarray(picture), shape)
    return faces[0].landmarks, np.array(descriptor)


@torch.inference_mode()
def identity_distance(pictures: NDArray[np.float32], landmarks: NDArray[np.float32]) -> float:
    """The identity distance of two faces with known landmarks, 0 to about 1.

    pictures   (2, S, S, 3) RGB in [0, 1]
    landmarks  (2, 68, 2) pixels of the pictures

    Raises ReposeError when the package with dlib's models is missing.
    """
    chips = face_chips(torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(landmarks))
    first, second = _recognition_net()(chips)[1]
    return float(torch.dist(first, second))


@cache
def _recognition_net() -> RecognitionNet:
    return RecognitionNet.load()


@cache
def _recognition() -> Any:
    path = model_file("dlib_face_recognition_resnet_model_v1.dat")
    return dlib.face_recognition_model_v1(str(path))
