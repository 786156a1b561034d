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

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from engine.config.skeletons import N_LANDMARKS
from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import fitted_head
from engine.face.pose_formats import (
    LABELME,
    READERS,
    WRITERS,
    MarkedFaces,
    Size,
    frame_of,
    relative_points,
)

POSE_SUFFIXES = tuple(READERS)
"""Suffixes of pose files, lower case; for writing there is also ``.labelme.json``."""

# Pose files have a few kilobytes; labelme's may contain the photo.
_MAX_BYTES = 50_000_000

# Annotation schemes with other numbers of points.
_SCHEMES = {5: "5-point models", 29: "COFW", 49: "iBUG without the jaw", 51: "iBUG without the jaw",
            70: "OpenPose", 98: "WFLW", 106: "LaPa", 194: "HELEN", 468: "MediaPipe",
            478: "MediaPipe"}  # fmt: skip

# Median distance of the points from the fitted mean head, of the face's radius. Faces have 0.1 at
# most, points in another order 0.3 and more.
_OTHER_ORDER = 0.25


@dataclass(frozen=True, eq=False)
class PoseFile:
    """What a pose file contains.

    faces   landmarks (68, 2) of each face, pixels of the file's photo
    size    (width, height) of that photo; None where the file does not name it
    stored  the values of Repose's own format; None for the others
    """

    path: Path
    faces: tuple[Landmarks, ...]
    size: Size | None
    stored: Mapping[str, Any] | None

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read a file of any format. Raises ReposeError when it is missing, damaged, or has no 68
        finite points in iBUG order."""
        path = Path(path)
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            raise ReposeError(f"{path} is not a pose file ({', '.join(POSE_SUFFIXES)}).")
        return cls._of(path, reader, _read(path))

    @classmethod
    def stored_in(cls, path: Path, values: Any) -> Self:
        """What Repose's own format contains, from its values. Raises ReposeError as `read` does.

        path  of the JSON file that the values are a part of, for sentences
        """
        return cls._of(path, READERS[".json"], json.dumps(values).encode())

    @classmethod
    def _of(cls, path: Path, reader: Callable[[bytes], MarkedFaces], data: bytes) -> Self:
        try:
            found = reader(data)
            # Beside the face, other things may be annotated.
            faces = [f for f in found.faces if len(f) == N_LANDMARKS] or found.faces[:1]
            checked = tuple(_checked(face) for face in faces)
            if found.stored is None:
                for face in checked:
                    _check_order(face)
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
        return cls(path, checked, found.size, found.stored)

    def face(self, near: Landmarks | None = None, photo_size: Size | None = None) -> Landmarks:
        """The landmarks (68, 2) of the file's face.

        near        (68, 2), pixels: which one of several faces, by its place
        photo_size  (width, height): if the file's photo has its aspect ratio, the points are scaled
                    to it

        Raises ReposeError when the file has several faces and not exactly one is there.
        """
        faces = self._faces_on(photo_size)
        if len(faces) > 1 and near is not None:
            faces = [face for face in faces if _same_place(face, near)]
        if len(faces) != 1:
            where = "" if near is None else f", {len(faces) or 'none'} of them at this face's place"
            raise ReposeError(
                f"{self.path} has {len(self.faces)} faces{where}: leave only the one to use in it."
            )
        return faces[0]

    def moved_to(self, face: Landmarks) -> Landmarks:
        """The points of Repose's own format, which are relative to a face, on ``face`` (68, 2)."""
        assert self.stored is not None
        centre, size = frame_of(face)
        return check_landmarks(centre + size * relative_points(self.stored))

    def is_of(self, photo_size: Size, face: Landmarks) -> bool:
        """Whether the points can be pixels of a photo of this size (width, height) with this face
        (68, 2): they lie at about its place, and the file names no other aspect ratio."""
        if self.size is not None and not _same_aspect(photo_size, self.size):
            return False
        return any(_same_place(points, face) for points in self._faces_on(photo_size))

    def _faces_on(self, photo_size: Size | None) -> list[Landmarks]:
        if photo_size is None or self.size is None or photo_size == self.size:
            return list(self.faces)
        if not _same_aspect(photo_size, self.size):
            return list(self.faces)
        scale = np.float32(photo_size[0] / self.size[0])
        return [check_landmarks((face + 0.5) * scale - 0.5) for face in self.faces]


def read_pose(path: Path | str, face: Landmarks | None = None) -> Landmarks:
    """The landmarks (68, 2) in a pose file, pixels.

    face  (68, 2), pixels: the face that a pose in Repose's format is moved and scaled to. Without
          it, and for other formats, the result is in pixels of the photo of the file.

    Raises ReposeError as `PoseFile.read` and `PoseFile.face` do.
    """
    file = PoseFile.read(path)
    return file.face(face) if face is None or file.stored is None else file.moved_to(face)


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


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise ReposeError(f"{path} is not a file.")
        if path.exists() and path.stat().st_size > _MAX_BYTES:
            raise ReposeError(f"{path} is too large for a pose file.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReposeError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        why = reason(error) if isinstance(error, OSError) else "its name is not valid"
        raise ReposeError(f"{path} cannot be read: {why}.") from error


def _checked(points: Any) -> Landmarks:
    count = len(points)
    if count != N_LANDMARKS:
        known = f" ({_SCHEMES[count]})" if count in _SCHEMES else ""
        raise ReposeError(
            f"It has {count} points{known}, and a pose needs the {N_LANDMARKS} of iBUG: convert"
            " them, or copy the pose from the photo itself."
        )
    face = np.asarray(points, np.float64)
    if face.size and np.isfinite(face).all() and face.min() >= 0 and face.max() <= 1:
        raise ReposeError(
            "Its coordinates go from 0 to 1: multiply them by the photo's width and height."
        )
    return check_landmarks(face)


def _check_order(face: Landmarks) -> None:
    """Raises ReposeError when the points of a face are in another order than iBUG's."""
    model, pose = head_model(), fitted_head(face).pose
    seen = pose.project(model.landmarks(pose.rotation, model.mean))[:, :2]
    distance = np.linalg.norm(seen - face, axis=1)
    if not np.median(distance) < _OTHER_ORDER * frame_of(face)[1]:
        raise ReposeError(
            "Its points do not form a face in iBUG's order: jaw, brows, nose, eyes, mouth."
        )


def _same_aspect(one: Size, other: Size) -> bool:
    """Whether two sizes are of one photo, scaled, up to a pixel of rounding."""
    across, down = one[0] * other[1], one[1] * other[0]
    return abs(across - down) <= max(*one, *other)


def _same_place(one: Landmarks, other: Landmarks) -> bool:
    """Whether two faces (68, 2) of a photo are at about the same place and equally large."""
    (centre, size), (place, radius) = frame_of(one), frame_of(other)
    return bool(np.hypot(*(centre - place)) < 1.5 * radius and 0.5 < size / radius < 2)
