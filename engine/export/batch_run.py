"""A batch from its description to its files: pictures, report, sheet, animations."""

import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import NamedTuple

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.export.animation import animations, write_animation
from engine.export.batches import ExportBatch, plan_batch
from engine.export.export import repose_all
from engine.export.jobs import Job, Outcome
from engine.export.log import Report, read_report
from engine.export.sheet import write_sheet
from engine.imaging.provenance import Metadata
from engine.inference.predictor import Predictor

REPORT = "report.csv"
"""The name of the report in the folder of the pictures."""

_LEFTOVER = re.compile(r"\.[0-9a-f]{12}\.part\.\w+")
_RECENT = 200  # outcomes that tell how long the others will take
_OLD = 600.0  # seconds: nothing takes so long to write


class Progress(NamedTuple):
    """How far a batch is.

    left  seconds until all pictures are made; None while that cannot be told
    """

    total: int
    done: int
    kept: int
    failed: int
    left: float | None


class Finished(NamedTuple):
    """The end of a batch: how far it came, its report, what else was made and what was not."""

    progress: Progress
    report: Path | None
    made: tuple[Path, ...]
    problems: tuple[str, ...]


Tell = Callable[[Outcome | None, Progress], None]
"""Called before the first job, with None, and after each one."""


def run_batch(
    batch: ExportBatch,
    tell: Tell,
    stop: Event,
    *,
    report: Path | None = None,
    retry: bool = False,
) -> Finished:
    """Do a whole batch.

    stop    set it to begin no more jobs
    report  its file; None puts it beside the pictures
    retry   do only the jobs that the report of the last run calls failed

    Raises ReposeError when nothing can be done at all, and when the disk is full.
    """
    with ExitStack() as stack:
        folder = batch.out
        if folder is None:
            if batch.sheet is None and batch.animation is None:
                raise ReposeError("Choose a folder for the pictures, or a sheet or an animation.")
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="repose-")))
        elif report is None:
            report = folder / REPORT
        jobs = plan_batch(batch, folder)
        _check_writable(folder)
        todo, earlier = _failed_before(jobs, report) if retry else (jobs, [])
        predictor = Predictor(batch.model, batch.device)
        tally = Tally(len(todo))
        tell(None, tally.progress)
        options = replace(batch.options, keep=batch.options.keep and not retry)
        lines = stack.enter_context(Report(report, earlier)) if report else None
        for outcome in repose_all(predictor, todo, options, stop):
            tally.add(outcome)
            if lines:
                lines.add(outcome)
            tell(outcome, tally.progress)
        made, problems = [], []
        if not stop.is_set():
            for path, write in _extras(batch, jobs, predictor):
                try:
                    write()
                    made.append(path)
                except ReposeError as error:
                    problems.append(str(error))
        return Finished(tally.progress, report, tuple(made), tuple(problems))


class Tally:
    """Counts outcomes and estimates the time left from the last of those that took some."""

    def __init__(self, total: int) -> None:
        self._counts = {"done": 0, "kept": 0, "failed": 0}
        self._total = total
        self._times: deque[float] = deque(maxlen=_RECENT)

    def add(self, outcome: Outcome) -> None:
        """One outcome more."""
        self._counts[outcome.result] += 1
        if outcome.result != "kept":
            self._times.append(time.monotonic())

    @property
    def progress(self) -> Progress:
        """So far."""
        done, kept, failed = self._counts.values()
        left = None
        if len(self._times) > 1:
            each = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
            left = round(each * (self._total - done - kept - failed), 1)
        return Progress(self._total, done, kept, failed, left)


def _failed_before(
    jobs: Sequence[Job], report: Path | None
) -> tuple[Sequence[Job], list[dict[str, str]]]:
    """The jobs to do again, and the rows of the others."""
    if report is None:
        raise ReposeError("There is no report of an earlier run to retry from.")
    rows = read_report(report)
    failed = {row["output"] for row in rows if row["result"] == "failed"}
    todo = [job for job in jobs if str(job.output) in failed]
    if not todo:
        raise ReposeError(f"Nothing failed by the report {report}.")
    return todo, [row for row in rows if row["output"] not in failed]


def _extras(
    batch: ExportBatch, jobs: Sequence[Job], predictor: Predictor
) -> Iterator[tuple[Path, Callable[[], None]]]:
    """What is made of the pictures, and how."""
    if batch.sheet is not None:
        metadata = Metadata().edited(predictor.model_name, note=batch.note)
        sheet = batch.sheet
        yield sheet, lambda: write_sheet(sheet, jobs, metadata, batch.quality)
    if batch.animation is not None:
        for path, own in animations(batch.animation, jobs):
            pictures = [job.output for job in own]
            back = len({job.target for job in own}) == 1
            yield (
                path,
                lambda p=path, q=pictures, b=back: write_animation(  # type: ignore[misc]
                    p, q, batch.fps, back=b, note=batch.note
                ),
            )


def _check_writable(folder: Path) -> None:
    """Makes the folder and clears it of what a killed run left half written.

    Raises ReposeError when nothing can be written there.
    """
    probe = folder / ".repose"
    with write_whole(probe):
        pass
    probe.unlink(missing_ok=True)
    for file in folder.iterdir():
        if _LEFTOVER.fullmatch(file.name) and time.time() - file.stat().st_mtime > _OLD:
            file.unlink(missing_ok=True)
