"""Poses in and out of files.

=====================  ==================================================================
``.json``              Repose's own: versioned, relative to a face, so it fits any photo
``.labelme.json``      labelme: one point per landmark, labelled 0 to 67
``.pts``               iBUG: coordinates counted from 1
``.xml``               dlib (imglab): one image, one box, parts 00 to 67
``.csv``               header ``x,y`` and a line per landmark
=====================  ==================================================================

All but the own format hold pixels of one photo.
"""

from pathlib import Path

from engine.core.errors import ReposeError
from engine.core.files import read_text, write_whole
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose_formats import LABELME, READERS, WRITERS

POSE_SUFFIXES = tuple(READERS)
"""The suffixes of pose files, lower case; ``.labelme.json`` is for writing."""

# A pose file is a few kilobytes; anything far larger is something else.
_LARGEST_BYTES = 50_000_000


def read_pose(path: Path | str, face: Landmarks | None = None) -> Landmarks:
    """The 68 landmarks in ``path``, in pixels.

    ``face`` (68x2, pixels) is the face of the photo that the pose is for: a pose in the own
    format is moved and scaled to it. Without it, and for the other formats, the landmarks are
    pixels of the photo that they were made on.

    Raises ReposeError when the file is missing, not a pose file or not of 68 finite points.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReposeError(f"{path} is not a pose file ({', '.join(POSE_SUFFIXES)}).")
    if path.is_file() and path.stat().st_size > _LARGEST_BYTES:
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
    """Write ``landmarks`` (68x2, pixels) in the format that the suffix of ``path`` names, whole.

    ``photo_size`` is (width, height) in pixels of the photo they belong to. ``face`` (68x2) is
    the face in that photo, which the own format is relative to; without it, to the pose itself.

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
    """What `write_pose` writes into a file with this suffix, one of those above."""
    points = check_landmarks(landmarks)
    return WRITERS[suffix](points, photo_size, points if face is None else check_landmarks(face))
