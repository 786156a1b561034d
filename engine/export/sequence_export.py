"""Exports a sequence of poses on one photo as a video or a folder of pictures."""

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
from engine.export.batch_run import ExportResult, OnProgress, Tally
from engine.export.batches import Precision
from engine.export.export import find_face, job_threads, networks_for
from engine.export.jobs import Job, Outcome, View, read_faces
from engine.export.outputs import check_outputs
from engine.export.repose_options import ReposeOptions
from engine.export.sequence import (
    MOST_FPS,
    VIDEO_SUFFIXES,
    Target,
    has_sound,
    lost_faces,
    missing_frames,
    open_footage,
    played,
    smoothed,
)
from engine.export.views import render_view
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose import Pose3D, Transfer
from engine.face.pose_check import Finding, FindingKind, check_pose
from engine.guidance.keep import KeepMask, keep_of
from engine.imaging.photos import PHOTO_SUFFIXES, Photo, read_photo, read_picture, write_photo
from engine.inference.group import Group, PosedFace
from engine.inference.predictor import Predictor


@dataclass(frozen=True, eq=False)
class SequenceExport:
    """A sequence to export.

    photo          the source's file
    face           the source's landmarks (68, 2), pixels of the photo
    targets        one for each frame
    output         an .mp4 or .gif, or a folder for pictures numbered from 1
    footage        the video or folder of frames that the targets are from
    transfer, strength  see `engine.face.pose.copy_pose`
    fps            frame rate of the video
    view, note, place  see JobOptions
    keep           area that stays unchanged
    model, device, precision  see Predictor
    threads  frames at a time; 0 chooses

    Raises ReposeError for an output or a frame rate that cannot be written.
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
    place: bool = True
    keep: KeepMask | None = None
    model: Path | None = None
    device: str = "auto"
    footage: Path | None = None
    precision: Precision = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        check_output(self.output)
        if self.view == "layer" and self.output.suffix.lower() in ANIMATIONS:
            raise ReposeError("A video has no transparency for a layer: choose a folder instead.")
        if not 0 < self.fps <= MOST_FPS:
            raise ReposeError(f"A video has at most {MOST_FPS:g} frames per second.")

    def to_json(self) -> str:
        """The value as JSON text."""
        values = {**vars(self), "face": self.face.tolist()}
        values["targets"] = [(target.landmarks.tolist(), target.size) for target in self.targets]
        if self.keep is not None:
            png = b64encode(self.keep.to_png()).decode()
            values["keep"] = [png, self.keep.photo_size, self.keep.feather]
        return json.dumps({"version": 1, **values}, default=str)

    @staticmethod
    def read(path: Path) -> "SequenceExport":
        """The value from a file with the text of `to_json`. Raises ReposeError for other files."""
        try:
            values: dict[str, Any] = json.loads(read_text(path, largest=1_000_000_000))
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
            for name in ("photo", "output", "model", "footage"):
                values[name] = None if values[name] is None else Path(values[name])
            return SequenceExport(**values)
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError,
                RecursionError) as error:  # fmt: skip
            raise ReposeError(f"{path} does not describe a sequence to export.") from error


def check_output(path: Path) -> None:
    """Raises ReposeError for the suffix of a photo, or of a video format that is not written."""
    suffix = path.suffix.lower()
    if suffix in (*VIDEO_SUFFIXES, *PHOTO_SUFFIXES) and suffix not in ANIMATIONS:
        raise ReposeError(f"{path} must be an .mp4 or a .gif, or a folder for single pictures.")


class ReadSequence(NamedTuple):
    """A sequence to export and sentences about the frames that it was read from, or empty ones.

    damage  frames that could not be read    lost  frames without the face
    """

    export: SequenceExport
    damage: str
    lost: str


def sequence_from_options(
    options: ReposeOptions, path: Path, on_frame: Callable[[], object]
) -> ReadSequence:
    """The sequence for the command's options and this video or folder of frames.

    ``on_frame`` is called after each tracked frame. Raises ReposeError when a file cannot be read
    or no face is found.
    """
    assert options.output is not None
    check_output(options.output)
    read = [options.source[0], path, options.model, options.keep_area]
    check_outputs(read, [options.output, options.log])
    photo = read_photo(options.source[0])
    (number,) = read_faces(options.face)
    face = find_face(photo, options.source[0], number, options.detector)
    footage = open_footage(path, options.detector)
    frames = []
    for frame in footage.frames:
        frames.append(frame)
        on_frame()
    export = SequenceExport(
        photo=options.source[0],
        face=face.landmarks,
        targets=smoothed(frames, options.smoothing),
        output=options.output,
        transfer=options.transfer,
        fps=options.fps or footage.fps,
        view=options.view,
        note=options.provenance,
        place=options.gps,
        model=options.model,
        device=options.device,
        footage=path,
        precision=options.precision,
        threads=options.threads,
        keep=keep_of(options.source[0], options.keep_area, (photo.shape[1], photo.shape[0])),
    )
    return ReadSequence(export, missing_frames(footage, len(frames)), lost_faces(frames))


class _NumberedFrame(NamedTuple):
    number: int
    picture: Photo


def export_sequence(export: SequenceExport, on_progress: OnProgress, stop: Event) -> ExportResult:
    """Compute and write a sequence in parallel, with a few frames in memory at a time.

    stop  when set, the export ends after the running frames; the video is complete up to there

    Raises ReposeError when a frame cannot be computed or written.
    """
    video = export.output.suffix.lower() in ANIMATIONS
    digits = max(4, len(str(len(export.targets))))

    def path_of(number: int) -> Path:
        return export.output if video else export.output / f"frame-{number:0{digits}}.png"

    pictures = {path_of(number + 1) for number in range(len(export.targets))}
    read = [export.photo, export.footage, export.model]
    check_outputs(read, {export.output, *pictures})
    photo, metadata, _ = read_picture(export.photo)
    metadata = metadata if export.place else metadata.without_place()
    size = photo.shape[1], photo.shape[0]
    predictor = Predictor(export.model, export.device, export.precision)
    source = predictor.cut(photo, export.face)
    edited = metadata.edited(predictor.model_name, note=export.note)
    own, findings = Pose3D.of(export.face), list[Finding]()
    sound = export.footage if video and export.footage and export.footage.is_file() else None
    sound = sound if sound and has_sound(sound) else None
    tally = Tally(len(export.targets))
    on_progress(None, tally.progress)

    def compute(number: int, target: Target) -> _NumberedFrame:
        pose = played(export.face, size, target, export.transfer, export.strength)
        findings.extend(check_pose(own.with_landmarks(pose), size, predictor.trained_range))
        posed = PosedFace(predict(predictor.pose(source, pose)), export.keep)
        picture = render_view(Group.of([posed]), export.view)
        if not video:
            write_photo(path_of(number), picture, metadata=edited)
        return _NumberedFrame(number, picture)

    def counted(frames: Iterator[_NumberedFrame]) -> Iterator[Image.Image]:
        for number, picture in frames:
            yield Image.fromarray(picture)
            outcome = Outcome(Job(export.photo, export.footage, path_of(number)), "done")
            tally.add(outcome)
            on_progress(outcome, tally.progress)

    most = export.threads or job_threads(predictor.device)
    threads = min(most, max(len(export.targets), 1))
    with networks_for(predictor, threads) as predict:
        frames = counted(_map_in_order(compute, export.targets, threads, stop))
        if not video:
            deque(frames, maxlen=0)
        elif not stop.is_set():
            write_frames(
                export.output, frames, export.fps, note=export.note, icc=edited.icc, sound=sound
            )
    done = tally.progress.done
    return ExportResult(tally.progress, None, (export.output,), (), _warnings(findings, done))


def _warnings(findings: Sequence[Finding], frames: int) -> tuple[str, ...]:
    """A sentence for each kind of finding, with the number of its frames and the worst of them."""
    kinds: dict[FindingKind, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    worst = [max(same, key=lambda finding: abs(finding.value)) for same in kinds.values()]
    return tuple(
        f"{len(kinds[one.kind])} of {frames} frames, at worst: {one.sentence}" for one in worst
    )


def _map_in_order(
    compute: Callable[[int, Target], _NumberedFrame],
    targets: Sequence[Target],
    threads: int,
    stop: Event,
) -> Iterator[_NumberedFrame]:
    """``compute`` of each target with its number from 1, in order, on ``threads`` threads."""
    waiting: deque[Future[_NumberedFrame]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="frame") as pool:
        try:
            for number, target in enumerate(targets, start=1):
                if stop.is_set():
                    break
                waiting.append(pool.submit(compute, number, target))
                if len(waiting) > threads + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
