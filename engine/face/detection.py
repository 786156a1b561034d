"""Faces in photos and videos, found by the detector of the user's choice.

`landmarker` (the default): MediaPipe's networks, which follow a face to the profile and tell dense
landmarks, irises and expression. `dlib`: the detector of the report; its landmark model excludes
commercial use, and its landmarks leave the face beyond 50 degrees of yaw.
"""

from threading import Lock

from numpy import uint8
from numpy.typing import NDArray

from engine.config.config import Detector
from engine.face import landmarker
from engine.face.faces import Face

_DLIB_LOCK = Lock()  # dlib's detectors crash when two threads use them


def find_faces(photo: NDArray[uint8], detector: Detector = "landmarker") -> tuple[Face, ...]:
    """All faces of a photo (H, W, 3) uint8 RGB, the largest first; () when there is none.

    Raises ReposeError when the detector's files are missing or damaged.
    """
    if detector == "landmarker":
        return landmarker.find_faces(photo)
    from engine.face import dlib_detector  # imports dlib, which takes a moment

    with _DLIB_LOCK:
        return dlib_detector.find_faces(photo)


def find_largest_face(photo: NDArray[uint8], detector: Detector = "landmarker") -> Face | None:
    """The largest face of a photo (H, W, 3) uint8 RGB; None when there is none. Raises as
    `find_faces` does."""
    if detector == "landmarker":
        return landmarker.find_largest_face(photo)
    from engine.face import dlib_detector

    with _DLIB_LOCK:
        return dlib_detector.find_largest_face(photo)


def find_near(photo: NDArray[uint8], last: Face) -> Face | None:
    """The face of a video's next frame (H, W, 3) uint8 RGB where ``last`` was in the one before,
    without a search of the whole frame; found in the same way as ``last``. None when it is lost."""
    if last.dense is not None:
        return landmarker.face_near(photo, last)
    from engine.face import dlib_detector

    with _DLIB_LOCK:
        return dlib_detector.find_near(photo, last)
