"""Reading and writing of pose files.

=====================  ==================================================================
``.json``              Repose's own: versioned, relative to a face, so that it fits any photo
``.labelme.json``      labelme: one point per landmark, labels 0 to 67
``.pts``               iBUG: coordinates counted from 1
``.xml``               dlib (imglab): one image, one box, parts 00 to 67
``.csv``               header ``x,y`` and one line per landmark
=====================  ==================================================================

All formats except Repose's own contain pixel coordinates of one photo.
"""

from pathlib import Path

from engine.core.errors import ReposeError
from engine.core.files import read_text, write_whole
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose_formats import LABELME, READERS, WRITERS

POSE_SUFFIXES = tuple(READERS)
"""Suffixes of pose files, lower case; for writing there is also ``.labelme.json``."""

# Pose files have a few kilobytes.
_MAX_BYTES = 50_000_000


def read_pose(path: Path | str, face: Landmarks | None = None) -> Landmarks:
    """The landmarks (68, 2) in a pose file, pixels.

    face  (68, 2), pixels: the face that a pose in Repose's format is moved and scaled to. Without
          it, and for other formats, the result is in pixels of the photo of the file.

    Raises ReposeError when the file is missing, damaged, or not of 68 finite points.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReposeError(f"{path} is not a pose file ({', '.join(POSE_SUFFIXES)}).")
    if path.is_file() and path.stat().st_size > _MAX_BYTES:
        raise ReposeError(f"{path} is too large for a pose file.")
    text = read_text(path)
    try:
        return check_landmarks(reader(text, face))
    except ReposeError as error:
        sentence = str(error)
        raise ReposeError(
            f"{path} cannot be used as a pose: {sentence[0].lower()}{sentence[1:]}"
        ) from error
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        raise ReposeError(
            f"{path} cannot be used as a pose: it is damaged or not a {path.suffix} pose file."
        ) from error


def write_pose(
    path: Path | str,
    landmarks: Landmarks,
    photo_size: tuple[int, int],
    face: Landmarks | None = None,
) -> None:
    """Write landmarks (68, 2), pixels, in the format of the suffix of ``path``.

    photo_size  (width, height) of the photo, pixels
    face        (68, 2) the face in the photo, which Repose's format is relative to; None: the
                landmarks themselves

    Raises ReposeError when the suffix is unknown or the file cannot be written.
    """
    path = Path(path)
    name = path.name.lower()
    suffix = LABELME if name.endswith(LABELME) else path.suffix.lower()
    if suffix not in WRITERS:
        raise ReposeError(f"{path} has no suffix of a pose file ({', '.join(POSE_SUFFIXES)}).")
    text = pose_text(suffix, landmarks, photo_size, face)
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def pose_text(
    suffix: str, landmarks: Landmarks, photo_size: tuple[int, int], face: Landmarks | None = None
) -> str:
    """The text of a pose file with this suffix; parameters as in `write_pose`."""
    points = check_landmarks(landmarks)
    return WRITERS[suffix](points, photo_size, points if face is None else check_landmarks(face))
