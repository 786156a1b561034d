"""Videos and folders of frames: where one face has its landmarks in each frame, and its poses."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.face.dlib_detector import Face, find_faces, find_largest_face, landmarks_in_box
from engine.face.landmarks import Landmarks
from engine.face.pose import Transfer, copy_pose
from engine.imaging.photos import PHOTO_SUFFIXES, Photo, read_photo

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif")
"""What ``open_footage`` takes for a video, lower case; anything else must be a folder."""

USUAL_FPS = 25.0
"""Frames per second of a folder of frames, and of a video that does not say."""

MOST_FPS = 240.0
"""Frames per second; what says more is mistaken."""

PREVIEW_SIDE = 320
"""The longest side of a frame's preview, pixels."""

_SEARCHED = 360  # pixels: the longest side of what is searched around the face of the frame before
_STRAYS = 2.0  # widths of the face: what is further away is another one
_FORGET = 25  # frames without the face, after which any face is taken for it


class Frame(NamedTuple):
    """A frame of a video.

    landmarks  of the face that is followed, (68, 2) pixels of the frame; None: it was not found
    size       (width, height) of the frame, pixels
    preview    the frame made small, as a JPEG file's bytes
    """

    landmarks: Landmarks | None
    size: tuple[int, int]
    preview: bytes


@dataclass(frozen=True)
class Footage:
    """An open video or folder. ``frames`` can be gone through once, and does the work: the face
    that is the largest in the first frame is followed through the others.

    count  how many frames there will be: exact for a folder, as it says itself for a video,
           0 where that is unknown
    """

    path: Path
    fps: float
    count: int
    frames: Generator[Frame]


def open_footage(path: Path | str) -> Footage:
    """Open a video, or a folder whose pictures are frames in the order of their names.

    Raises ReposeError when it cannot be read; so does ``frames``, for a frame that cannot be.
    """
    path = Path(path)
    if path.is_dir():
        files = _pictures(path)
        return Footage(path, USUAL_FPS, len(files), _followed(read_photo(file) for file in files))
    if not path.exists():
        raise ReposeError(f"{path} does not exist.")
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise ReposeError(
            f"{path} is neither a folder of frames nor a video ({' '.join(VIDEO_SUFFIXES)})."
        )
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise ReposeError(f"{path} is no video that can be read, or damaged; choose another one.")
    fps = capture.get(cv2.CAP_PROP_FPS)
    fps = fps if 0 < fps <= MOST_FPS else USUAL_FPS
    count = max(0, round(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
    return Footage(path, fps, count, _followed(_decoded(capture)))


class Target(NamedTuple):
    """What a pose is taken from: landmarks (68, 2), pixels of a frame, and its (width, height)."""

    landmarks: Landmarks
    size: tuple[int, int]


def smoothed(frames: Sequence[Frame], width: float) -> tuple[Target, ...]:
    """A target for every frame, smoothed over time; where the face was not found, it is what lies
    between its neighbours' or, at an end, its only neighbour's.

    width  standard deviation of the Gaussian, in frames; 0 leaves the landmarks as they are

    Raises ReposeError when no frame has a face.
    """
    found = [index for index, frame in enumerate(frames) if frame.landmarks is not None]
    if not found:
        raise ReposeError("No face was found in any frame: choose a video that shows one.")
    known = np.stack([np.asarray(frames[index].landmarks, np.float64) for index in found])
    flat = known.reshape(len(found), -1)
    times = np.arange(len(frames))
    filled = np.stack([np.interp(times, found, column) for column in flat.T], axis=1)
    if width > 0:
        filled = gaussian_filter1d(filled, width, axis=0, mode="nearest")
    landmarks = filled.reshape(len(frames), -1, 2).astype(np.float32)
    return tuple(Target(*pair) for pair in zip(landmarks, [f.size for f in frames], strict=True))


def played(
    source: Landmarks,
    source_size: tuple[int, int],
    target: Target,
    transfer: Transfer = "relative",
    strength: float = 1.0,
) -> Landmarks:
    """The target's pose for the source face: (68, 2) pixels of the source photo, whose size is
    (width, height). ``transfer``, ``strength`` and the errors are those of ``copy_pose``."""
    return copy_pose(
        source, target.landmarks, transfer, source_size, target.size, strength=strength
    )


def _pictures(folder: Path) -> list[Path]:
    """The pictures of a folder, "frame 2" before "frame 10"."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES]
    except OSError as error:
        raise ReposeError(f"The folder {folder} cannot be read: {reason(error)}.") from error
    files = [path for path in files if not path.name.startswith(".")]
    if not files:
        raise ReposeError(f"There are no pictures in the folder {folder}.")
    return sorted(files, key=lambda path: (_numbered(path.stem), path.name))


def _numbered(name: str) -> list[tuple[int, str]]:
    """A name as what it is sorted by: its numbers as numbers."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _decoded(capture: cv2.VideoCapture) -> Iterator[Photo]:
    try:
        while True:
            there, picture = capture.read()
            if not there:
                return
            yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    finally:
        capture.release()


def _followed(frames: Iterable[Photo]) -> Generator[Frame]:
    last: Face | None = None
    missing = 0
    for photo in frames:
        face = _find(photo, last)
        missing = 0 if face is not None else missing + 1
        if face is not None or missing > _FORGET:
            last = face
        height, width = photo.shape[:2]
        yield Frame(None if face is None else face.landmarks, (width, height), _preview(photo))


def _find(photo: Photo, last: Face | None) -> Face | None:
    """The largest face or, after another frame, the one nearest to where it was."""
    if last is None:
        return find_largest_face(photo)
    near = _find_near(photo, last)
    if near is not None:
        return near
    faces = find_faces(photo)
    nearest = min(faces, key=lambda face: _distance(face, last), default=None)
    return nearest if nearest and _distance(nearest, last) < _STRAYS else None


def _find_near(photo: Photo, last: Face) -> Face | None:
    """The largest face around the place of ``last``, which takes a fraction of the time that a
    whole frame does."""
    left, top, right, bottom = last.box
    wide, high = right - left, bottom - top
    x0, y0 = max(0, round(left - wide)), max(0, round(top - high))
    part = photo[y0 : max(y0, round(bottom + high)), x0 : max(x0, round(right + wide))]
    if min(part.shape[:2], default=0) < 16:
        return None
    scale = min(1.0, _SEARCHED / max(part.shape[:2]))
    size = [max(16, round(side * scale)) for side in part.shape[1::-1]]
    face = find_largest_face(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA)))
    if face is None:
        return None
    across = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
    corners = np.reshape(face.box, (2, 2)) * across + (x0, y0)
    box = (float(corners[0, 0]), float(corners[0, 1]), float(corners[1, 0]), float(corners[1, 1]))
    return Face(box, landmarks_in_box(photo, box), face.score)


def _distance(face: Face, last: Face) -> float:
    """How far a face is from where it was, in widths of it."""
    box, before = np.array(face.box), np.array(last.box)
    apart = (box[:2] + box[2:] - before[:2] - before[2:]) / 2
    return float(np.hypot(*apart) / max(before[2] - before[0], 1.0))


def _preview(photo: Photo) -> bytes:
    scale = min(1.0, PREVIEW_SIDE / max(photo.shape[:2]))
    size = [max(1, round(side * scale)) for side in photo.shape[1::-1]]
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes()
