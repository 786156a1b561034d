"""A sequence of poses on one photo, written as a video or as a folder of pictures."""

import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.animation import ANIMATIONS, write_frames
from engine.batch_run import Finished, Tally, Tell
from engine.detector import find_faces
from engine.errors import ReposeError
from engine.export import job_threads, networks_for, shown
from engine.files import read_text
from engine.jobs import Job, Outcome, View
from engine.keep import KeepMask
from engine.landmarks import Landmarks, check_landmarks
from engine.photos import PHOTO_SUFFIXES, Photo, read_photo, read_picture, write_photo
from engine.predictor import Predictor
from engine.repose_options import ReposeOptions
from engine.sequence import VIDEO_SUFFIXES, open_footage, played, smoothed

MOST_FPS = 240.0
"""Frames per second; no camera that people have takes more."""


@dataclass(frozen=True, eq=False)
class SequenceExport:
    """What to write, and how.

    photo         the source's file    face  its landmarks (68, 2), pixels of it
    poses         (F, 68, 2), pixels of the photo: one for each frame
    output        an .mp4 or .gif, or a folder for pictures that are numbered from 1
    fps           of the video
    view, note    as in JobOptions
    keep          where the photo stays as it is
    model, device as Predictor takes them
    """

    photo: Path
    face: Landmarks
    poses: NDArray[np.floating]
    output: Path
    fps: float = 25.0
    view: View = "photo"
    note: bool = True
    keep: KeepMask | None = None
    model: Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        suffix = self.output.suffix.lower()
        if suffix in (*VIDEO_SUFFIXES, *PHOTO_SUFFIXES) and suffix not in ANIMATIONS:
            raise ReposeError(
                f"{self.output} must be an .mp4 or a .gif, or a folder for single pictures."
            )
        if not 0 < self.fps <= MOST_FPS:
            raise ReposeError(f"A video has at most {MOST_FPS:g} frames per second.")

    def to_json(self) -> str:
        """As JSON text."""
        values = {**vars(self), "face": self.face.tolist(), "poses": self.poses.tolist()}
        if self.keep is not None:
            png = b64encode(self.keep.to_png()).decode()
            values["keep"] = [png, self.keep.photo_size, self.keep.feather]
        return json.dumps({"version": 1, **values}, default=str)

    @staticmethod
    def read(path: Path) -> "SequenceExport":
        """What `to_json` wrote. Raises ReposeError for anything else."""
        try:
            values: dict[str, Any] = json.loads(read_text(path))
            if values.pop("version") != 1:
                raise ValueError("version")
            values["face"] = check_landmarks(values["face"])
            values["poses"] = np.array([check_landmarks(pose) for pose in values["poses"]])
            if values["keep"] is not None:
                png, size, feather = values["keep"]
                values["keep"] = KeepMask.from_png(b64decode(png), (size[0], size[1]), feather)
            for name in ("photo", "output", "model"):
                values[name] = None if values[name] is None else Path(values[name])
            return SequenceExport(**values)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise ReposeError(f"{path} does not describe a sequence to export.") from error


def described_sequence(
    options: ReposeOptions, path: Path, found: Callable[[], object]
) -> SequenceExport:
    """What the options ask for with this video or folder; ``found`` is called after each frame.

    Raises ReposeError when something cannot be read or has no face.
    """
    photo = read_photo(options.source[0])
    faces = find_faces(photo)
    if len(faces) < options.face:
        raise ReposeError(f"There is no face {options.face} in {options.source[0]}.")
    face, size = faces[options.face - 1].landmarks, (photo.shape[1], photo.shape[0])
    footage = open_footage(path)
    frames = []
    for frame in footage.frames:
        frames.append(frame)
        found()
    landmarks = smoothed(frames, options.smoothing)
    poses = [
        played(face, size, *pair, options.transfer) for pair in zip(frames, landmarks, strict=True)
    ]
    assert options.output is not None
    return SequenceExport(
        photo=options.source[0],
        face=face,
        poses=np.stack(poses),
        output=options.output,
        fps=footage.fps,
        view=options.view,
        note=options.provenance,
        model=options.model,
        device=options.device,
    )


class _Made(NamedTuple):
    number: int
    picture: Photo


def export_sequence(export: SequenceExport, tell: Tell, stop: Event) -> Finished:
    """Write a sequence, on as many threads as the networks are fastest with; memory holds a few
    frames at a time.

    stop  set it to end: a video then ends there too, pictures stay

    Raises ReposeError when a frame cannot be made or written.
    """
    photo, metadata = read_picture(export.photo)
    predictor = Predictor(export.model, export.device)
    source = predictor.cut(photo, export.face)
    edited = metadata.edited(predictor.model_name, note=export.note)
    video = export.output.suffix.lower() in ANIMATIONS
    tally = Tally(len(export.poses))
    digits = max(4, len(str(len(export.poses))))
    tell(None, tally.progress)

    def name(number: int) -> Path:
        return export.output if video else export.output / f"frame-{number:0{digits}}.png"

    def make(number: int, pose: Landmarks) -> _Made:
        picture = shown(predict(predictor.pose(source, pose)), export.view, export.keep)
        if not video:
            write_photo(name(number), picture, metadata=edited)
        return _Made(number, picture)

    def counted(made: Iterator[_Made]) -> Iterator[Image.Image]:
        for number, picture in made:
            yield Image.fromarray(picture)
            outcome = Outcome(Job(export.photo, None, name(number)), "done")
            tally.add(outcome)
            tell(outcome, tally.progress)

    threads = min(job_threads(predictor.device), max(len(export.poses), 1))
    with networks_for(predictor, threads) as predict:
        pictures = counted(_in_order(make, export.poses, threads, stop))
        if not video:
            deque(pictures, maxlen=0)
        elif not stop.is_set():
            write_frames(export.output, pictures, export.fps, note=export.note)
    return Finished(tally.progress, None, (export.output,), ())


def _in_order(
    make: Callable[[int, Landmarks], _Made],
    poses: NDArray[np.floating],
    threads: int,
    stop: Event,
) -> Iterator[_Made]:
    """What `make` makes of each pose, several at a time."""
    waiting: deque[Future[_Made]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="frame") as pool:
        try:
            for number, pose in enumerate(poses, start=1):
                if stop.is_set():
                    break
                waiting.append(pool.submit(make, number, pose.astype(np.float32)))
                if len(waiting) > threads + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
