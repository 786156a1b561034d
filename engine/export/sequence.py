"""Reads videos and folders of frames, tracks one face, and turns its landmarks into poses."""

import math
import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.config.config import Detector
from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.export.decoding import decode, measure
from engine.face.coefficients import Coefficients
from engine.face.detection import find_faces, find_largest_face, find_near
from engine.face.faces import Face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import fitted_head
from engine.face.pose import LARGEST_STRENGTH, Pose3D
from engine.face.pose_transfer import Transfer, copy_pose
from engine.imaging.photos import PHOTO_SUFFIXES, Photo, read_photo

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif")
"""Suffixes that ``open_footage`` reads as a video, lower case."""

USUAL_FPS = 25.0
"""Frame rate of a folder of frames, and of a video without one."""

MOST_FPS = 240.0
"""Largest frame rate that is taken for correct."""

PREVIEW_SIDE = 320
"""Long side of a frame's preview, pixels."""

MOST_RANGES = 8
"""Runs of frames without a face that are listed; of more the first ones."""

_MAX_MOVE = 2.0  # face widths between frames; a face further away is a different one
_THUMBNAIL = (24, 24)  # pixels, in which frames are compared
_CUT = 35.0  # of 255: mean difference of two frames beyond which they belong to different shots
_WHOLE = 0.95  # share of the announced frames from which on a video is whole: some only estimate it
_MAX_MISSING = 25  # frames without the face, after which the largest face is tracked instead


class Frame(NamedTuple):
    """A frame of a video.

    landmarks  of the tracked face, (68, 2) pixels of the frame; None if it was not found
    size       (width, height), pixels
    preview    a thumbnail as JPEG bytes
    cut        whether it is the first after a hard cut
    """

    landmarks: Landmarks | None
    size: tuple[int, int]
    preview: bytes
    cut: bool = False


@dataclass(frozen=True)
class Footage:
    """An open video or folder.

    fps     frame rate, constant; that of a video with a variable one is its mean
    count   number of frames: exact for a folder, the container's value for a video, 0 if unknown
    frames  a generator that decodes and tracks the face that is the largest in the first frame
    first   index of the first frame, from 0; the earlier ones are left out
    """

    path: Path
    fps: float
    count: int
    frames: Generator[Frame]
    first: int = 0


def open_footage(
    path: Path | str,
    detector: Detector = "landmarker",
    start: float = 0.0,
    end: float | None = None,
    fps: float | None = None,
) -> Footage:
    """Open a video, or a folder of pictures as frames in natural order of their names.

    start, end  seconds: only the frames from the one to the other, both included; None: the last
    fps         frame rate of a folder; None: `USUAL_FPS`. A video has its own.

    Raises ReposeError when it cannot be read; ``frames`` raises it for an unreadable frame.
    """
    path = Path(path)
    if path.is_dir():
        files = _pictures(path)
        rate = fps or USUAL_FPS
        some = _frames_between(start, end, rate)
        pictures = (read_photo(file) for file in files[some])
        return Footage(path, rate, len(files[some]), _track(pictures, detector), some.start)
    if not path.exists():
        raise ReposeError(f"{path} does not exist.")
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise ReposeError(
            f"{path} is neither a folder of frames nor a video ({' '.join(VIDEO_SUFFIXES)})."
        )
    own, announced = measure(path)
    fps = own if 0 < own <= MOST_FPS else USUAL_FPS
    some = _frames_between(start, end, fps)
    found = _track(decode(path, fps, some), detector)
    return Footage(path, fps, len(range(announced)[some]), found, some.start)


def _frames_between(start: float, end: float | None, fps: float) -> slice:
    """The indices of the frames between two moments, seconds. A frame is at its index / fps."""
    little = 1e-3  # of a frame: 0.12 s are frame 3 of 25 a second, though 0.12 * 25 is not 3
    first = math.ceil(max(start, 0.0) * fps - little)
    return slice(first, None if end is None else math.floor(end * fps + little) + 1)


def missing_frames(footage: Footage, count: int) -> str:
    """A sentence if fewer frames could be read than the video announces, else empty."""
    if count >= _WHOLE * footage.count - 1:
        return ""
    return (
        f"{footage.path} announces {footage.count} frames and only {count} could be read: it is"
        " truncated or damaged."
    )


def lost_faces(frames: Sequence[Frame], first: int = 0) -> str:
    """A sentence about the frames without the face, else empty.

    first  the index of the first frame in its video, from 0
    """
    count = sum(frame.landmarks is None for frame in frames)
    if not count:
        return ""
    lost = lost_ranges(frames, first)
    texts = [f"{a}" if a == b else f"{a} to {b}" for a, b in lost[:MOST_RANGES]]
    listed = ", ".join([*texts, "..."] if len(lost) > MOST_RANGES else texts)
    return (
        f"No face was found in {count} of {len(frames)} frames ({listed}); their poses are between"
        " those of the frames beside them."
    )


def lost_ranges(frames: Sequence[Frame], first: int = 0) -> tuple[tuple[int, int], ...]:
    """The first and last numbers, counted from 1, of each run of frames without the face.

    first  the index of the first frame in its video, from 0
    """
    edges = np.diff([0, *(frame.landmarks is None for frame in frames), 0])
    starts, ends = (np.flatnonzero(edges == step) + first for step in (1, -1))
    return tuple(zip((starts + 1).tolist(), ends.tolist(), strict=True))


class Target(NamedTuple):
    """A face to take a pose from: landmarks (68, 2), pixels of a picture of ``size`` (w, h)."""

    landmarks: Landmarks
    size: tuple[int, int]


def smoothed(frames: Sequence[Frame], width: float) -> tuple[Target, ...]:
    """A target for every frame, smoothed over time by a Gaussian, which ends at hard cuts.

    Frames without landmarks are interpolated linearly; at the ends, and beside cuts, the nearest
    known ones are used. A shot without any is interpolated between the other shots.

    width  standard deviation in frames; 0: no smoothing

    Raises ReposeError when no frame has a face.
    """
    from scipy.ndimage import gaussian_filter1d  # imported late: only sequences need it

    found = [index for index, frame in enumerate(frames) if frame.landmarks is not None]
    if not found:
        raise ReposeError("No face was found in any frame: choose a video that shows one.")
    known = np.stack([np.asarray(frames[index].landmarks, np.float64) for index in found])
    flat = known.reshape(len(found), -1)
    cuts = [index for index, frame in enumerate(frames) if frame.cut and index]
    shots = []
    for start, end in pairwise([0, *cuts, len(frames)]):
        own = slice(*np.searchsorted(found, (start, end)))
        own = own if found[own] else slice(None)
        columns = flat[own].T
        shot = np.stack([np.interp(range(start, end), found[own], c) for c in columns], axis=1)
        shots.append(gaussian_filter1d(shot, width, axis=0, mode="nearest") if width > 0 else shot)
    landmarks = np.concatenate(shots).reshape(len(frames), -1, 2).astype(np.float32)
    return tuple(Target(*pair) for pair in zip(landmarks, [f.size for f in frames], strict=True))


def played(
    source: Landmarks,
    source_size: tuple[int, int],
    target: Target,
    transfer: Transfer = "relative",
    strength: float = 1.0,
    reference: Target | None = None,
) -> Landmarks:
    """The target's pose on the source face: landmarks (68, 2), pixels of the source photo.

    source_size  (width, height)
    reference    the target at rest, which gives the source's own pose: only the change from it to
                 the target is made

    For the other parameters and errors see `copy_pose`.
    """
    sizes = source_size, target.size
    if reference is None:
        return copy_pose(source, target.landmarks, transfer, *sizes, strength=strength)
    if transfer == "relative":
        return _changed(source, target, reference, strength)
    goal, rest = (
        copy_pose(source, one.landmarks, transfer, source_size, one.size, strength=strength)
        for one in (target, reference)
    )
    return check_landmarks(source + (goal - rest))


def _changed(source: Landmarks, target: Target, reference: Target, strength: float) -> Landmarks:
    """`played` in the transfer `relative` with a reference."""
    if not 0 <= strength <= LARGEST_STRENGTH:
        raise ReposeError(f"The strength of a copied pose is from 0 to {LARGEST_STRENGTH}.")
    own = Pose3D.of(source)
    goal, rest = fitted_head(target.landmarks), fitted_head(reference.landmarks)
    turn = (np.subtract(goal.angles, rest.angles) + 180) % 360 - 180
    change = goal.expression.array - rest.expression.array
    expression = Coefficients.from_array(own.shown.array + strength * change)
    changed = replace(own, coefficients=expression).turned(*(strength * turn).tolist())
    return changed.landmarks()


def _pictures(folder: Path) -> list[Path]:
    """The visible pictures of a folder in natural order: "frame 2" before "frame 10"."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES]
    except OSError as error:
        raise ReposeError(f"The folder {folder} cannot be read: {reason(error)}.") from error
    files = [path for path in files if not path.name.startswith(".")]
    if not files:
        raise ReposeError(f"There are no pictures in the folder {folder}.")
    return sorted(files, key=lambda path: (_natural_key(path.stem), path.name))


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Sort key in which digits compare as numbers."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _track(frames: Iterable[Photo], detector: Detector) -> Generator[Frame]:
    last: Face | None = None
    before: NDArray[np.float32] | None = None
    missing = 0
    for photo in frames:
        thumbnail = cv2.resize(photo, _THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
        cut = before is not None and float(np.abs(thumbnail - before).mean()) > _CUT
        before = thumbnail
        face = _find(photo, last, detector)
        if face is None and cut:  # another shot: the face may be anywhere
            face = find_largest_face(photo, detector)
        missing = 0 if face is not None else missing + 1
        if face is not None or missing > _MAX_MISSING:
            last = face
        height, width = photo.shape[:2]
        landmarks = None if face is None else face.landmarks
        yield Frame(landmarks, (width, height), _preview(photo), cut)


def _find(photo: Photo, last: Face | None, detector: Detector) -> Face | None:
    """The face nearest to ``last``; without ``last``, the largest."""
    if last is None:
        return find_largest_face(photo, detector)
    near = find_near(photo, last)
    if near is not None:
        return near
    faces = find_faces(photo, detector)
    nearest = min(faces, key=lambda face: _distance(face, last), default=None)
    return nearest if nearest and _distance(nearest, last) < _MAX_MOVE else None


def _distance(face: Face, last: Face) -> float:
    """Distance between the centres of two boxes, in widths of ``last``."""
    box, before = np.array(face.box), np.array(last.box)
    apart = (box[:2] + box[2:] - before[:2] - before[2:]) / 2
    return float(np.hypot(*apart) / max(before[2] - before[0], 1.0))


def _preview(photo: Photo) -> bytes:
    scale = min(1.0, PREVIEW_SIDE / max(photo.shape[:2]))
    size = [max(1, round(side * scale)) for side in photo.shape[1::-1]]
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes()
