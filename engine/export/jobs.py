"""Jobs: one photo in, one picture out; and lists of them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from engine.core.errors import ReposeError
from engine.core.files import read_text
from engine.face.pose import Transfer

View = Literal["photo", "face", "coarse", "difference"]
"""What is written: the whole photo, or the refined face, the coarse or the difference map alone."""

Result = Literal["done", "kept", "failed"]
"""What became of a job; kept: its picture was there already."""

_COLUMNS = ("source", "target", "output")


@dataclass(frozen=True)
class Job:
    """One picture to make.

    source   the photo
    target   a photo or a pose file to take the pose from; None keeps the source's own
    output   the picture to write
    angles   yaw, pitch and roll: degrees that the head turns beyond that pose
    problem  why the job cannot be done, where that is known beforehand; a sentence
    line     the line of the jobs file, from 1; 0 when the job comes from no file
    """

    source: Path
    target: Path | None
    output: Path
    angles: tuple[float, float, float] = (0.0, 0.0, 0.0)
    problem: str = ""
    line: int = 0


@dataclass(frozen=True)
class JobOptions:
    """How every job of a list is done.

    transfer  how a pose is taken from a target photo
    face      which face of the source, from 1, the largest first
    view      what is written
    quality   of JPEG and WebP, 1 to 100
    note      whether the pictures say that they were edited (see `engine.imaging.provenance`)
    keep      leave pictures alone that are there already
    masks     a picture that is white where sources stay as they are, or a folder of them, each
              called like its source (see `engine.guidance.keep`)
    """

    transfer: Transfer = "relative"
    face: int = 1
    view: View = "photo"
    quality: int = 95
    note: bool = True
    keep: bool = False
    masks: Path | None = None


class Outcome(NamedTuple):
    """What became of a job, why it failed (a sentence, else empty) and how long it took."""

    job: Job
    result: Result
    reason: str = ""
    seconds: float = 0.0


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
    goal = folder / target if target else None
    return Job(folder / source, goal, out / output, problem=problem, line=line)


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
