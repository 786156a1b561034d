"""Runs a batch: pictures, log, contact sheet, animations."""

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
from engine.export.export import Predict, inputs_of, repose_all
from engine.export.jobs import Job, Outcome
from engine.export.log import BatchLog, read_log
from engine.export.outputs import check_outputs
from engine.export.sheet import write_sheet
from engine.imaging.provenance import Metadata
from engine.inference.predictor import Predictor

LOG_NAME = "report.csv"
"""Name of the log in the output folder. Scripts of users read it, so the name stays."""

_PART_FILE = re.compile(r"\.[0-9a-f]{12}\.part\.\w+")  # temporary files of `write_whole`
_ABANDONED = 600.0  # seconds since the last change after which no process writes a part file
_WINDOW = 200  # number of recent outcomes that the time left is estimated from


class Progress(NamedTuple):
    """Counts of a batch's jobs.

    left  estimated seconds until all jobs are finished; None before the second outcome
    """

    total: int
    done: int
    kept: int
    failed: int
    left: float | None


class ExportResult(NamedTuple):
    """A finished or stopped export.

    log       the CSV file, if there is one
    made      sheet, animations or sequence that were written
    problems  a sentence for each that could not be written
    warnings  what may be wrong with the pictures of a sequence
    """

    progress: Progress
    log: Path | None
    made: tuple[Path, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


OnProgress = Callable[[Outcome | None, Progress], None]
"""Callback: with None before the first job, then with the outcome of each."""


def run_batch(
    batch: ExportBatch,
    on_progress: OnProgress,
    stop: Event,
    *,
    log: Path | None = None,
    retry: bool = False,
    predictor: Predictor | None = None,
    predict: Predict | None = None,
) -> ExportResult:
    """Run a batch.

    stop   when set, no further job is started
    log    its file; None: LOG_NAME in the output folder
    retry  run only the jobs that failed according to the log of the previous run
    predictor  instead of the batch's own model, device and precision
    predict  its networks, if others use them at the same time; see `repose_all`

    Raises ReposeError when no job can run, and when the disk is full. Failures of single jobs are
    in their outcomes.
    """
    with ExitStack() as stack:
        folder = batch.out
        if folder is None:
            if batch.sheet is None and batch.animation is None:
                raise ReposeError("Choose a folder for the pictures, or a sheet or an animation.")
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="repose-")))
        elif log is None:
            log = folder / LOG_NAME
        jobs = plan_batch(batch, folder)
        _check_files(batch, jobs, log)
        _prepare_folder(folder)
        pending, earlier = _failed_jobs(jobs, log) if retry else (jobs, [])
        predictor = predictor or Predictor(batch.model, batch.device, batch.precision)
        tally = Tally(len(pending))
        on_progress(None, tally.progress)
        options = replace(batch.options, keep=batch.options.keep and not retry)
        rows = stack.enter_context(BatchLog(log, earlier)) if log else None
        for outcome in repose_all(predictor, pending, options, stop, predict):
            tally.add(outcome)
            if rows:
                rows.add(outcome)
            on_progress(outcome, tally.progress)
        made, problems = [], []
        if not stop.is_set():
            for path, write in _summaries(batch, jobs, predictor):
                try:
                    write()
                    made.append(path)
                except ReposeError as error:
                    problems.append(str(error))
        return ExportResult(tally.progress, log, tuple(made), tuple(problems))


class Tally:
    """Counts outcomes and estimates the time left from the recent ones that were not skipped."""

    def __init__(self, total: int) -> None:
        self._counts = {"done": 0, "kept": 0, "failed": 0}
        self._total = total
        self._times: deque[float] = deque(maxlen=_WINDOW)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self._counts[outcome.result] += 1
        if outcome.result != "kept":
            self._times.append(time.monotonic())

    @property
    def progress(self) -> Progress:
        """The counts now."""
        done, kept, failed = self._counts.values()
        left = None
        if len(self._times) > 1:
            each = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
            left = round(each * (self._total - done - kept - failed), 1)
        return Progress(self._total, done, kept, failed, left)


def _failed_jobs(
    jobs: Sequence[Job], log: Path | None
) -> tuple[Sequence[Job], list[dict[str, str]]]:
    """The jobs that failed according to the log, and all of its rows."""
    if log is None:
        raise ReposeError("There is no log of an earlier run to retry from.")
    rows = read_log(log)
    failed = {row["output"] for row in rows if row["result"] == "failed"}
    pending = [job for job in jobs if str(job.output) in failed]
    if not pending:
        raise ReposeError(f"Nothing failed according to the log {log}.")
    return pending, rows


def _summaries(
    batch: ExportBatch, jobs: Sequence[Job], predictor: Predictor
) -> Iterator[tuple[Path, Callable[[], None]]]:
    """The sheet and the animations: their files and functions that write them."""
    if batch.sheet is not None:
        metadata = Metadata().edited(predictor.model_name, note=batch.note)
        sheet = batch.sheet
        faces = batch.options if batch.sheet_faces else None
        yield sheet, lambda: write_sheet(sheet, jobs, metadata, batch.quality, faces)
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


def _check_files(batch: ExportBatch, jobs: Sequence[Job], log: Path | None) -> None:
    """Raises ReposeError when log, sheet or animations would overwrite what is read or was made."""
    pictures = [job.output for job in jobs]
    moving = [] if batch.animation is None else [p for p, _ in animations(batch.animation, jobs)]
    read = [*inputs_of(jobs, batch.options), batch.model]
    check_outputs([*read, *pictures], [log, batch.sheet, *moving])


def _prepare_folder(folder: Path) -> None:
    """Create the folder and delete the temporary files of killed runs.

    Raises ReposeError when it is not writable.
    """
    probe = folder / ".repose"
    with write_whole(probe):
        pass
    probe.unlink(missing_ok=True)
    for file in folder.iterdir():
        if _PART_FILE.fullmatch(file.name) and time.time() - file.stat().st_mtime > _ABANDONED:
            file.unlink(missing_ok=True)
