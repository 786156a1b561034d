"""Jobs: a job computes one picture from one photo. Job lists are CSV files."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from engine.config.config import Detector
from engine.core.errors import ReposeError
from engine.core.files import name_key, read_text, real_path
from engine.face.named_poses import named_pose
from engine.face.pose_files import POSE_SUFFIXES
from engine.face.pose_transfer import Transfer
from engine.imaging.photos import PHOTO_SUFFIXES

View = Literal["photo", "layer", "face", "coarse", "difference"]
"""What is written: the whole photo, only what changed in it (layer), or the crop as refined (face),
coarse, difference map."""

Result = Literal["done", "kept", "failed"]
"""Result of a job; kept: the output existed and was left as it is."""

_COLUMNS = ("source", "target", "output")


@dataclass(frozen=True)
class Job:
    """One picture to compute.

    source   the photo
    target   target photo or pose file; None: the source's own pose
    output   the picture to write
    angles   yaw, pitch, roll in degrees, added to the rotation of the pose
    problem  a sentence if the job is known to be impossible before it runs, else empty
    line     line number in the CSV file, from 1; 0 if the job is from none
    """

    source: Path
    target: Path | None
    output: Path
    angles: tuple[float, float, float] = (0.0, 0.0, 0.0)
    problem: str = ""
    line: int = 0


@dataclass(frozen=True)
class JobOptions:
    """Options that all jobs of a list share.

    transfer  how the pose of a target photo is transferred (see
              `engine.face.pose_transfer.copied_pose`)
    neutral   a photo of the targets' person with a face at rest; None: an average face at rest
    detector  what finds faces
    faces     indices of the source's faces, from 1, largest first; (): all. Several get the same
              pose, in one picture
    view      what is written
    quality   of JPEG and WebP, 1 to 100
    note      write provenance metadata (see `engine.imaging.provenance`)
    place     keep where the photo was taken (GPS)
    keep      skip jobs whose output exists
    coefficients  expression coefficients to replace, by name
    gaze      yaw and pitch of the eyes in the head, degrees; None: unchanged
    masks     keep mask, or a folder of keep masks with the names of their sources
              (see `engine.guidance.keep`)
    threads   jobs at a time; 0: see `engine.export.export.job_threads`
    """

    transfer: Transfer = "relative"
    neutral: Path | None = None
    detector: Detector = "landmarker"
    faces: tuple[int, ...] = (1,)
    view: View = "photo"
    quality: int = 95
    note: bool = True
    place: bool = True
    keep: bool = False
    coefficients: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    gaze: tuple[float, float] | None = None
    masks: Path | None = None
    threads: int = 0


class Outcome(NamedTuple):
    """A finished job.

    reason   why it failed: a sentence, else empty
    warning  what may be wrong with the picture: sentences of `engine.face.pose_check`, else empty
    """

    job: Job
    result: Result
    reason: str = ""
    seconds: float = 0.0
    warning: str = ""


def read_faces(text: str) -> tuple[int, ...]:
    """Parse the faces of a photo: ``"2"`` and ``"1,3"``; ``"all"`` is (). Duplicates are dropped.

    Raises ReposeError for any other text.
    """
    if text.strip().lower() == "all":
        return ()
    try:
        numbers = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise ReposeError(
            f"The faces {text!r} are neither a number, nor numbers such as 1,3, nor all."
        ) from None
    if min(numbers) < 1:
        raise ReposeError("The faces of a photo are counted from 1.")
    return numbers


def check_faces(options: JobOptions) -> None:
    """Raises ReposeError for several faces with an option that is for one."""
    if len(options.faces) == 1:
        return
    if options.view != "photo":
        raise ReposeError(
            f"The view {options.view} shows one face: choose one, such as face 1, or the view"
            " photo."
        )
    if options.transfer == "absolute":
        raise ReposeError(
            "The transfer absolute puts the landmarks in one place of the photo: choose one face,"
            " such as face 1."
        )


def read_jobs(path: Path, out: Path) -> tuple[Job, ...]:
    """The jobs of a CSV file with the header ``source,target,output``.

    Sources and targets are relative to the file's folder, outputs to ``out``. A target is a photo,
    a pose file or a named pose; with an empty one the source keeps its own pose. An invalid line
    becomes a job with a ``problem``.

    Raises ReposeError when the file cannot be read, lacks the header or has no jobs.
    """
    text = read_text(path)
    # Spreadsheets separate by semicolons in locales with a decimal comma.
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
    return _mark_collisions(jobs, path)


def _job_of_line(cells: Sequence[str], folder: Path, out: Path, line: int) -> Job:
    source, target, output = (cell.replace("\0", "") for cell in cells)
    problem = ""
    if any("\0" in cell for cell in cells):
        problem = "The line has a null character in a name."
    elif not source or not output:
        problem = "The line has no source." if not source else "The line has no output."
    elif not real_path(out / output).is_relative_to(real_path(out)):
        problem = f"The output {output} lies outside of {out}."
    goal = folder / target if target else None
    if goal is not None and _is_name(target) and not os.path.exists(goal):
        try:
            goal = named_pose(target)
        except ReposeError as error:
            problem = problem or str(error)
    return Job(folder / source, goal, out / output, problem=problem, line=line)


def _is_name(target: str) -> bool:
    """Whether a target is a name and no file, as far as its text tells."""
    path = Path(target)
    return path.name == target and path.suffix.lower() not in (*PHOTO_SUFFIXES, *POSE_SUFFIXES)


def _mark_collisions(jobs: Sequence[Job], own: Path) -> tuple[Job, ...]:
    """The jobs; one whose output is that of an earlier job, or their own list, gets a ``problem``.

    Outputs that differ in case only are the same on some file systems.
    """
    writers: dict[str, int] = {}
    checked = []
    for job in jobs:
        earlier = writers.setdefault(name_key(str(real_path(job.output))), job.line)
        if real_path(job.output) == real_path(own) and not job.problem:
            job = replace(job, problem=f"{job.output} is the list of jobs itself.")
        if earlier != job.line and not job.problem:
            job = replace(job, problem=f"Line {earlier} already writes {job.output}.")
        checked.append(job)
    return tuple(checked)
