"""A sequence of poses on one photo, written as a video or as a folder of pictures."""

import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import read_text
from engine.export.animation import ANIMATIONS, write_frames
from engine.export.batch_run import Finished, Tally, Tell
from engine.export.export import job_threads, networks_for, shown
from engine.export.jobs import Job, Outcome, View
from engine.export.repose_options import ReposeOptions
from engine.export.sequence import MOST_FPS, VIDEO_SUFFIXES, Target, open_footage, played, smoothed
from engine.face.dlib_detector import find_faces
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose import Transfer
from engine.guidance.keep import KeepMask, keep_of
from engine.imaging.photos import PHOTO_SUFFIXES, Photo, read_photo, read_picture, write_photo
from engine.inference.predictor import Predictor


@dataclass(frozen=True, eq=False)
class SequenceExport:
    """What to write, and how.

    photo         the source's file    face  its landmarks (68, 2), pixels of it
    targets       one for each frame    transfer, strength  how their poses are taken
    output        an .mp4 or .gif, or a folder for pictures that are numbered from 1
    fps           of the video
    view, note    as in JobOptions
    keep          where the photo stays as it is
    model, device as Predictor takes them
    """

    photo: Path
    face: Landmarks
    targets: tuple[Target, ...]
    output: Path
    transfer: Transfer = "relative"
    strength: float = 1.0
    fps: float = 25.0
    view: View = "photo"
    note: bool = True
    keep: KeepMask | None = None
    model: Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        check_output(self.output)
        if not 0 < self.fps <= MOST_FPS:
            raise ReposeError(f"A video has at most {MOST_FPS:g} frames per second.")

    def to_json(self) -> str:
        """As JSON text."""
        values = {**vars(self), "face": self.face.tolist()}
        values["targets"] = [(target.landmarks.tolist(), target.size) for target in self.targets]
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
            values["targets"] = tuple(
                Target(check_landmarks(points), (width, height))
                for points, (width, height) in values["targets"]
            )
            if values["keep"] is not None:
                png, size, feather = values["keep"]
                values["keep"] = KeepMask.from_png(b64decode(png), (size[0], size[1]), feather)
            for name in ("photo", "output", "model"):
                values[name] = None if values[name] is None else Path(values[name])
            return SequenceExport(**values)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise ReposeError(f"{path} does not describe a sequence to export.") from error


def check_output(path: Path) -> None:
    """Raises ReposeError for a file that is no video or animation that can be written."""
    suffix = path.suffix.lower()
    if suffix in (*VIDEO_SUFFIXES, *PHOTO_SUFFIXES) and suffix not in ANIMATIONS:
        raise ReposeError(f"{path} must be an .mp4 or a .gif, or a folder for single pictures.")


def described_sequence(
    options: ReposeOptions, path: Path, found: Callable[[], object]
) -> SequenceExport:
    """What the options ask for with this video or folder; ``found`` is called after each frame.

    Raises ReposeError when something cannot be read or has no face.
    """
    assert options.output is not None
    check_output(options.output)
    photo = read_photo(options.source[0])
    faces = find_faces(photo)
    if len(faces) < options.face:
        raise ReposeError(f"There is no face {options.face} in {options.source[0]}.")
    footage = open_footage(path)
    frames = []
    for frame in footage.frames:
        frames.append(frame)
        found()
    return SequenceExport(
        photo=options.source[0],
        face=faces[options.face - 1].landmarks,
        targets=smoothed(frames, options.smoothing),
        output=options.output,
        transfer=options.transfer,
        fps=footage.fps,
        view=options.view,
        note=options.provenance,
        model=options.model,
        device=options.device,
        keep=keep_of(options.source[0], options.keep_area, (photo.shape[1], photo.shape[0])),
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
    size = photo.shape[1], photo.shape[0]
    predictor = Predictor(export.model, export.device)
    source = predictor.cut(photo, export.face)
    edited = metadata.edited(predictor.model_name, note=export.note)
    video = export.output.suffix.lower() in ANIMATIONS
    tally = Tally(len(export.targets))
    digits = max(4, len(str(len(export.targets))))
    tell(None, tally.progress)

    def name(number: int) -> Path:
        return export.output if video else export.output / f"frame-{number:0{digits}}.png"

    def make(number: int, target: Target) -> _Made:
        pose = played(export.face, size, target, export.transfer, export.strength)
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

    threads = min(job_threads(predictor.device), max(len(export.targets), 1))
    with networks_for(predictor, threads) as predict:
        pictures = counted(_in_order(make, export.targets, threads, stop))
        if not video:
            deque(pictures, maxlen=0)
        elif not stop.is_set():
            write_frames(export.output, pictures, export.fps, note=export.note)
    return Finished(tally.progress, None, (export.output,), ())


def _in_order(
    make: Callable[[int, Target], _Made],
    targets: Sequence[Target],
    threads: int,
    stop: Event,
) -> Iterator[_Made]:
    """What `make` makes of each target, several at a time."""
    waiting: deque[Future[_Made]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="frame") as pool:
        try:
            for number, target in enumerate(targets, start=1):
                if stop.is_set():
                    break
                waiting.append(pool.submit(make, number, target))
                if len(waiting) > threads + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
