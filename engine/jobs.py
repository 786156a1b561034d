"""Jobs: one photo in, one picture out; and lists of them."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.detector import find_faces
from engine.errors import ReposeError
from engine.files import read_text
from engine.landmarks import Landmarks
from engine.photos import Photo, check_photo_path, read_photo, write_photo
from engine.pose3d import Pose3D, Transfer, copy_pose
from engine.pose_files import POSE_SUFFIXES, read_pose
from engine.predictor import Prediction, Predictor

View = Literal["photo", "face", "coarse", "difference"]
"""What is written: the whole photo, or the refined face, the coarse or the difference map alone."""

_COLUMNS = ("source", "target", "output")


@dataclass(frozen=True)
class Job:
    """One picture to make.

    source   the photo
    target   a photo or a pose file to take the pose from; None keeps the source's own
    output   the picture to write
    problem  why the job cannot be done, where that is known beforehand; a sentence
    line     the line of the jobs file, from 1; 0 when the job comes from no file
    """

    source: Path
    target: Path | None
    output: Path
    problem: str = ""
    line: int = 0


@dataclass(frozen=True)
class JobOptions:
    """How every job of a list is done.

    transfer          how a pose is taken from a target photo
    yaw, pitch, roll  degrees that the head turns beyond the target pose
    face              which face of the source, from 1, the largest first
    view              what is written
    """

    transfer: Transfer = "relative"
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    face: int = 1
    view: View = "photo"


class Outcome(NamedTuple):
    """``error`` is a sentence, or empty when ``job.output`` was written."""

    job: Job
    error: str


class _Portrait(NamedTuple):
    """A photo's size (width, height) and one face in it (68x2, pixels)."""

    size: tuple[int, int]
    landmarks: Landmarks


def repose_all(predictor: Predictor, jobs: Sequence[Job], options: JobOptions) -> Iterator[Outcome]:
    """Do ``jobs`` one after another; one that fails does not stop the others."""
    portraits = lru_cache(maxsize=1000)(_read_portrait)
    current: Path | None = None
    for job in jobs:
        try:
            if job.problem:
                raise ReposeError(job.problem)
            _check_output(job)
            if job.source != current:
                current = None
                photo = read_photo(job.source)
                face = _find_face(photo, job.source, options.face)
                predictor.set_source(photo, face)
                source = _Portrait(_size(photo), face)
                current = job.source
            pose = _target_pose(source, job.target, options, portraits)
            write_photo(job.output, _picture(predictor, predictor.predict(pose), options.view))
        except ReposeError as error:
            yield Outcome(job, str(error))
        except Exception as error:  # a fault that one photo brings out must not stop the others
            current = None
            text = " ".join(f"{type(error).__name__}: {error}".split())
            yield Outcome(job, f"{job.source} brought out a fault in Repose ({text}).")
        else:
            yield Outcome(job, "")


def read_jobs(path: Path, out: Path) -> tuple[Job, ...]:
    """The jobs in a CSV file with the header ``source,target,output``.

    Sources and targets are relative to the file's folder, outputs to ``out``. An empty target
    keeps the source's own pose. A line that cannot be done becomes a job with a problem.

    Raises ReposeError when the file cannot be read, has no such header or no jobs.
    """
    text = read_text(path)
    # Spreadsheets write semicolons where the comma is the decimal mark.
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    jobs: list[Job] = []
    try:
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        if not set(_COLUMNS) <= set(header):
            raise ReposeError(f"{path} does not begin with the header {','.join(_COLUMNS)}.")
        for row in reader:
            cells = [(row[column] or "").strip() for column in _COLUMNS]
            jobs.append(_job_of_line(cells, path.parent, out, reader.line_num))
    except csv.Error as error:
        raise ReposeError(f"{path} is not a CSV file: {error}.") from error
    if not jobs:
        raise ReposeError(f"{path} has no jobs below its header.")
    return _without_collisions(jobs)


def _job_of_line(cells: Sequence[str], folder: Path, out: Path, line: int) -> Job:
    source, target, output = cells
    problem = ""
    if not source or not output:
        problem = "The line has no source." if not source else "The line has no output."
    elif not (out / output).resolve().is_relative_to(out.resolve()):
        problem = f"The output {output} lies outside of {out}."
    return Job(folder / source, folder / target if target else None, out / output, problem, line)


def _without_collisions(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """``jobs``, those with a problem that write what an earlier one writes."""
    writers: dict[Path, int] = {}
    checked = []
    for job in jobs:
        earlier = writers.setdefault(job.output.resolve(), job.line)
        if earlier != job.line and not job.problem:
            job = replace(job, problem=f"Line {earlier} already writes {job.output}.")
        checked.append(job)
    return tuple(checked)


def _check_output(job: Job) -> None:
    check_photo_path(job.output)
    if job.output.exists() and job.source.exists() and job.output.samefile(job.source):
        raise ReposeError(f"{job.output} is the source itself; choose another output.")


def _read_portrait(path: Path) -> _Portrait:
    photo = read_photo(path)
    return _Portrait(_size(photo), _find_face(photo, path, 1))


def _find_face(photo: Photo, path: Path, number: int) -> Landmarks:
    faces = find_faces(photo)
    if not faces:
        raise ReposeError(f"No face was found in {path}.")
    if number > len(faces):
        count = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
        raise ReposeError(f"There is no face {number} in {path}: {count} found.")
    return faces[number - 1].landmarks


def _target_pose(
    source: _Portrait,
    target: Path | None,
    options: JobOptions,
    portraits: Callable[[Path], _Portrait],
) -> Landmarks:
    if target is None:
        pose = source.landmarks
    elif target.suffix.lower() in POSE_SUFFIXES:
        pose = read_pose(target, source.landmarks)
    else:
        found = portraits(target)
        pose = copy_pose(
            source.landmarks, found.landmarks, options.transfer, source.size, found.size
        )
    angles = (options.yaw, options.pitch, options.roll)
    if any(angles):
        pose = Pose3D.of(source.landmarks).with_landmarks(pose).turned(*angles).landmarks()
    return pose


def _picture(predictor: Predictor, prediction: Prediction, view: View) -> Photo:
    if view == "photo":
        return predictor.paste(prediction)
    if view == "face":
        return _to_8_bits(prediction.refined)
    if view == "coarse":
        return _to_8_bits(prediction.coarse)
    return _to_8_bits((prediction.difference + 1) / 2)


def _to_8_bits(image: NDArray[np.floating[Any]]) -> Photo:
    eight: Photo = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return eight


def _size(photo: Photo) -> tuple[int, int]:
    return photo.shape[1], photo.shape[0]
