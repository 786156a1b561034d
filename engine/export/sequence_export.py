"""Exports a sequence of poses on one photo as a video or a folder of pictures."""

import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from PIL import Image

from engine.core.device_names import Precision
from engine.core.errors import ReposeError
from engine.core.files import read_text
from engine.export.animation import ANIMATIONS, write_frames
from engine.export.batch_run import ExportResult, OnProgress, Tally
from engine.export.decoding import has_sound
from engine.export.export import find_face, job_threads, networks_for
from engine.export.jobs import Job, Outcome, View, read_faces
from engine.export.keyframes import Keyframes
from engine.export.outputs import check_outputs
from engine.export.repose_options import ReposeOptions
from engine.export.sequence import (
    MOST_FPS,
    VIDEO_SUFFIXES,
    Target,
    lost_faces,
    missing_frames,
    open_footage,
    played,
    smoothed,
)
from engine.export.views import render_view
from engine.face.faces import Face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D
from engine.face.pose_check import Finding, FindingKind, check_pose
from engine.face.pose_transfer import Transfer
from engine.guidance.keep import KeepMask, keep_of
from engine.imaging.photos import PHOTO_SUFFIXES, Photo, read_photo, read_picture, write_photo
from engine.inference.group import Group, PosedFace
from engine.inference.predictor import Predictor

PlayedPose = Pose3D | Landmarks
"""A pose of the source's face, or its landmarks (68, 2), pixels of the photo."""


@dataclass(frozen=True, eq=False)
class SequenceExport:
    """A sequence to export.

    photo          the source's file
    face           the source's face, or its landmarks (68, 2), pixels of the photo
    targets        one for each frame
    output         an .mp4 or .gif, or a folder for pictures numbered from 1
    keyframes      the poses of the frames instead of targets
    footage        the video or folder of frames that the targets are from
    start          seconds of the footage at the first target
    transfer, strength, reference  see `engine.export.sequence.played`
    fps            frame rate of the video
    view, note, place  see JobOptions
    keep           area that stays unchanged
    model, device, precision  see Predictor
    threads  frames at a time; 0 chooses

    Raises ReposeError for an output or a frame rate that cannot be written.
    """

    photo: Path
    face: Face | Landmarks
    targets: tuple[Target, ...]
    output: Path
    keyframes: Keyframes | None = None
    transfer: Transfer = "relative"
    strength: float = 1.0
    reference: Target | None = None
    fps: float = 25.0
    view: View = "photo"
    note: bool = True
    place: bool = True
    keep: KeepMask | None = None
    model: Path | None = None
    device: str = "auto"
    footage: Path | None = None
    start: float = 0.0
    precision: Precision = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        check_output(self.output)
        if self.view == "layer" and self.output.suffix.lower() in ANIMATIONS:
            raise ReposeError("A video has no transparency for a layer: choose a folder instead.")
        if not 0 < self.fps <= MOST_FPS:
            raise ReposeError(f"A video has at most {MOST_FPS:g} frames per second.")

    @property
    def count(self) -> int:
        """The number of frames."""
        if self.keyframes is None:
            return len(self.targets)
        return replace(self.keyframes, fps=self.fps).count

    def poses_on(self, source: LiftedFace, size: tuple[int, int]) -> Callable[[int], PlayedPose]:
        """The pose of each frame, by its index from 0, on the source of a photo of this size.

        Raises ReposeError when there are no poses; the result raises it as `played` does.
        """
        if self.keyframes is not None:
            track = self.keyframes.on(source)
            return lambda index: track.at(index / self.fps)
        way = self.transfer, self.strength, self.reference
        return lambda index: played(source.landmarks, size, self.targets[index], *way)

    def to_json(self) -> str:
        """The value as JSON text."""
        values: dict[str, Any] = {**vars(self), "face": _face_values(self.face)}
        values["targets"] = [_target_values(target) for target in self.targets]
        if self.reference is not None:
            values["reference"] = _target_values(self.reference)
        if self.keyframes is not None:
            # The landmarks in it, of any face, are not used.
            any_pose = Pose3D.of(_landmarks(self.face))
            values["keyframes"] = self.keyframes.to_json(any_pose, (0, 0))
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
            values["face"] = _face(values["face"])
            values["targets"] = tuple(map(_target, values["targets"]))
            if values.get("reference") is not None:
                values["reference"] = _target(values["reference"])
            if values.get("keyframes") is not None:
                values["keyframes"] = Keyframes.from_json(values["keyframes"], path)
            if values["keep"] is not None:
                png, size, feather = values["keep"]
                values["keep"] = KeepMask.from_png(b64decode(png), (size[0], size[1]), feather)
            for name in ("photo", "output", "model", "footage"):
                values[name] = None if values[name] is None else Path(values[name])
            return SequenceExport(**values)
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError,
                RecursionError) as error:  # fmt: skip
            raise ReposeError(f"{path} does not describe a sequence to export.") from error


def _landmarks(face: Face | Landmarks) -> Landmarks:
    return face.landmarks if isinstance(face, Face) else face


def _face_values(face: Face | Landmarks) -> Any:
    """A face as JSON values; its head is fitted to them as it was to the face."""
    if not isinstance(face, Face) or face.dense is None:
        return _landmarks(face).tolist()
    return face.to_values()


def _face(values: Any) -> Face | Landmarks:
    """The inverse of `_face_values`. Raises what `Face.of_values` does for other values."""
    return Face.of_values(values) if isinstance(values, dict) else check_landmarks(values)


def _target_values(target: Target) -> Any:
    return target.landmarks.tolist(), target.size


def _target(values: Any) -> Target:
    points, (width, height) = values
    return Target(check_landmarks(points), (width, height))


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
    export = _export_from_options(options, path)
    start, end, rest = options.from_, options.to, options.reference
    footage = open_footage(path, options.detector, start, end, options.fps)
    frames = []
    for frame in footage.frames:
        frames.append(frame)
        on_frame()
    if not frames:
        raise ReposeError(f"{path} has no frame from {start:g} seconds on: it is shorter.")
    targets = smoothed(frames, options.smoothing)
    reference = None
    if rest is not None:
        index = round(rest * footage.fps) - footage.first
        if index >= len(targets):
            raise ReposeError(f"{path} has no frame at {rest:g} seconds: it is shorter.")
        reference = targets[max(index, 0)]
    export = replace(
        export,
        targets=targets,
        reference=reference,
        fps=footage.fps,
        footage=path,
        start=footage.first / footage.fps,
    )
    lost = lost_faces(frames, footage.first)
    return ReadSequence(export, missing_frames(footage, len(frames)), lost)


def keyframes_from_options(options: ReposeOptions, path: Path) -> SequenceExport:
    """The sequence for the command's options and this file of keyframes. Raises ReposeError."""
    keyframes = Keyframes.read(path)
    export = _export_from_options(options, path)
    return replace(export, keyframes=keyframes, fps=options.fps or keyframes.fps)


def _export_from_options(options: ReposeOptions, path: Path) -> SequenceExport:
    """What all kinds of sequences have, without poses; ``path`` is the file that they are from."""
    assert options.output is not None
    check_output(options.output)
    read = [options.source[0], path, options.model, options.keep_area]
    check_outputs(read, [options.output, options.log])
    photo = read_photo(options.source[0])
    (number,) = read_faces(options.face)
    return SequenceExport(
        photo=options.source[0],
        face=find_face(photo, options.source[0], number, options.detector),
        targets=(),
        output=options.output,
        transfer=options.transfer,
        view=options.view,
        note=options.provenance,
        place=options.gps,
        model=options.model,
        device=options.device,
        precision=options.precision,
        threads=options.threads,
        keep=keep_of(options.source[0], options.keep_area, (photo.shape[1], photo.shape[0])),
    )


class _NumberedFrame(NamedTuple):
    number: int
    picture: Photo


def export_sequence(export: SequenceExport, on_progress: OnProgress, stop: Event) -> ExportResult:
    """Compute and write a sequence in parallel, with a few frames in memory at a time.

    stop  when set, the export ends after the running frames; the video is complete up to there

    Raises ReposeError when a frame cannot be computed or written.
    """
    video = export.output.suffix.lower() in ANIMATIONS
    count = export.count
    digits = max(4, len(str(count)))

    def path_of(number: int) -> Path:
        return export.output if video else export.output / f"frame-{number:0{digits}}.png"

    pictures = {path_of(number + 1) for number in range(count)}
    read = [export.photo, export.footage, export.model]
    check_outputs(read, {export.output, *pictures})
    photo, metadata, _ = read_picture(export.photo)
    metadata = metadata if export.place else metadata.without_place()
    size = photo.shape[1], photo.shape[0]
    predictor = Predictor(export.model, export.device, export.precision)
    own, findings = Pose3D.of(export.face), list[Finding]()
    source, pose_of = predictor.cut(photo, own.source), export.poses_on(own.source, size)
    edited = metadata.edited(predictor.model_name, note=export.note)
    sound = export.footage if video and export.footage and export.footage.is_file() else None
    sound = sound if sound and has_sound(sound) else None
    tally = Tally(count)
    on_progress(None, tally.progress)

    def compute(number: int) -> _NumberedFrame:
        pose = pose_of(number - 1)
        posed = pose if isinstance(pose, Pose3D) else own.with_landmarks(pose)
        findings.extend(check_pose(posed, size, predictor.trained_range))
        face = PosedFace(predict(predictor.pose(source, pose)), export.keep)
        picture = render_view(Group.of([face]), export.view)
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
    threads = min(most, max(count, 1))
    with networks_for(predictor, threads) as predict:
        frames = counted(_map_in_order(compute, count, threads, stop))
        if not video:
            deque(frames, maxlen=0)
        elif not stop.is_set():
            write_frames(
                export.output, frames, export.fps, note=export.note, icc=edited.icc, sound=sound,
                sound_start=export.start,
            )  # fmt: skip
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
    compute: Callable[[int], _NumberedFrame], count: int, threads: int, stop: Event
) -> Iterator[_NumberedFrame]:
    """``compute`` of the numbers 1 to ``count``, in order, on ``threads`` threads."""
    waiting: deque[Future[_NumberedFrame]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="frame") as pool:
        try:
            for number in range(1, count + 1):
                if stop.is_set():
                    break
                waiting.append(pool.submit(compute, number))
                if len(waiting) > threads + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
