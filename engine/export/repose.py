"""The command `repose`: runs one job, a job list, a batch, a sequence or keyframes."""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tqdm import tqdm

from engine.core.devices import step_back
from engine.core.errors import ReposeError
from engine.core.files import check_writable
from engine.export.batch_run import ExportResult, OnProgress, Progress, run_batch
from engine.export.batches import ExportBatch
from engine.export.export import inputs_of, repose_all
from engine.export.jobs import Job, Outcome, read_jobs
from engine.export.log import BatchLog
from engine.export.outputs import check_outputs
from engine.export.repose_options import ReposeOptions, batch_from_options
from engine.export.sequence_export import (
    SequenceExport,
    export_sequence,
    keyframes_from_options,
    sequence_from_options,
)
from engine.face.named_poses import named_pose
from engine.inference.predictor import Predictor


def repose(options: ReposeOptions) -> int:
    """Run the command and return the number of failed jobs; their reasons are printed to stderr."""
    if options.sequence is not None:
        return _run_sequence(options, options.sequence)
    if options.keyframes is not None:
        export = keyframes_from_options(options, options.keyframes)
        _make(export, options.log)
        return 0
    if options.output is not None or options.jobs is not None:
        return _run_jobs(options)
    if options.batch is None:
        batch = batch_from_options(options)
    else:
        batch = ExportBatch.read(options.batch)
        batch = replace(batch, overwrite=batch.overwrite or options.overwrite)
    return (_run_batch_with_events if options.events else _run_batch)(batch, options)


def _run_jobs(options: ReposeOptions) -> int:
    """One picture, or the jobs of a list."""
    batch = batch_from_options(options)
    yaw, pitch, roll = batch.yaw[0], batch.pitch[0], batch.roll[0]
    if options.jobs is not None and options.out is not None:
        jobs = read_jobs(options.jobs, options.out)
    else:
        assert options.output is not None
        target = next(iter([*options.target, *options.pose, *map(named_pose, options.named)]), None)
        jobs = (Job(options.source[0], target, options.output),)
    jobs = tuple(replace(job, angles=(yaw, pitch, roll)) for job in jobs)
    job_options = replace(batch.options, keep=options.keep)
    pictures = [job.output for job in jobs]
    read = [*inputs_of(jobs, job_options), options.jobs, options.model]
    check_outputs([*read, *pictures], [options.log])
    check_writable(pictures[0] if options.out is None else options.out / "picture.png")
    predictor = Predictor(options.model, options.device, options.precision)
    counts = {"done": 0, "kept": 0, "failed": 0}
    silent = options.jobs is None or not sys.stderr.isatty()
    outcomes = repose_all(predictor, jobs, job_options)
    with BatchLog(options.log) if options.log else nullcontext() as log:
        for outcome in tqdm(outcomes, total=len(jobs), unit="job", disable=silent):
            counts[outcome.result] += 1
            if log:
                log.add(outcome)
            place = f"{options.jobs} line {outcome.job.line}: " if outcome.job.line else ""
            _tell(outcome, place)
    if options.jobs is not None:
        kept = f"{counts['kept']} kept, " if counts["kept"] else ""
        print(f"{counts['done']} done, {kept}{counts['failed']} failed")
    return counts["failed"]


def _tell(outcome: Outcome, place: str = "") -> None:
    """Print why a job failed, or what may be wrong with its picture."""
    if outcome.reason:
        tqdm.write(f"repose: {place}{outcome.reason}", file=sys.stderr)
    elif outcome.warning:
        tqdm.write(f"repose: {place}{outcome.job.output}: {outcome.warning}", file=sys.stderr)


def _run_batch(batch: ExportBatch, options: ReposeOptions) -> int:
    bar: tqdm[Any] = tqdm(unit="picture", disable=not sys.stderr.isatty())

    def on_progress(outcome: Outcome | None, progress: Progress) -> None:
        bar.total = progress.total
        if outcome is None:
            bar.refresh()
            return
        bar.update()
        _tell(outcome)

    try:
        with bar:
            result = run_batch(batch, on_progress, Event(), log=options.log, retry=options.retry)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        raise
    for problem in result.problems:
        print(f"repose: {problem}", file=sys.stderr)
    progress = result.progress
    kept = f"{progress.kept} kept, " if progress.kept else ""
    print(f"{progress.done} done, {kept}{progress.failed} failed")
    for path in (*result.made, *([result.log] if result.log else [])):
        print(path)
    return progress.failed + len(result.problems)


def _run_sequence(options: ReposeOptions, path: Path) -> int:
    """A video or folder of frames; with --events, a sequence file of the editor."""
    if options.events:
        export = SequenceExport.read(path)
        return _run_with_events(
            lambda on_progress, stop: export_sequence(export, on_progress, stop)
        )
    silent = not sys.stderr.isatty()
    with tqdm(unit="frame", desc="finding the face", disable=silent) as bar:
        read = sequence_from_options(options, path, bar.update)
    _make(read.export, options.log, (read.damage, read.lost))
    return 1 if read.damage else 0


def _make(export: SequenceExport, log_file: Path | None, sentences: Sequence[str] = ()) -> None:
    """Export a sequence with a progress bar, then print the sentences that are not empty."""
    with (
        tqdm(
            total=export.count, unit="frame", desc="making", disable=not sys.stderr.isatty()
        ) as bar,
        BatchLog(log_file) if log_file else nullcontext() as log,
    ):

        def on_progress(outcome: Outcome | None, _progress: Progress) -> None:
            bar.update(outcome is not None)
            if log and outcome:
                log.add(outcome)

        result = export_sequence(export, on_progress, Event())
    for sentence in filter(None, (*sentences, *result.warnings)):
        print(f"repose: {sentence}", file=sys.stderr)
    print(f"{result.progress.done} frames")
    print(export.output)


def _run_batch_with_events(batch: ExportBatch, options: ReposeOptions) -> int:
    return _run_with_events(
        lambda on_progress, stop: run_batch(
            batch, on_progress, stop, log=options.log, retry=options.retry
        )
    )


def _run_with_events(run: Callable[[OnProgress, Event], ExportResult]) -> int:
    """Run an export at low priority and print its progress as JSON lines.

    Events: ``started``, one ``job`` per job, then ``finished`` or ``stopped``, each with the
    counts, the last also with what else `ExportResult` has; or ``failed`` with the reason. SIGTERM
    and the line "stop" on standard input stop the export.
    """
    stop = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Thread(target=_wait_for_stop, args=(stop,), daemon=True).start()
    step_back()

    def on_progress(outcome: Outcome | None, progress: Progress) -> None:
        if outcome is None:
            _print_event("started", **progress._asdict())
        else:
            job = {"source": str(outcome.job.source), "output": str(outcome.job.output)}
            result = {
                "result": outcome.result, "reason": outcome.reason, "warning": outcome.warning,
            }  # fmt: skip
            _print_event("job", **job, **result, **progress._asdict())

    try:
        ended = run(on_progress, stop)
    except ReposeError as error:
        _print_event("failed", reason=str(error))
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    _print_event(
        "stopped" if stop.is_set() else "finished",
        **ended.progress._asdict(),
        report=str(ended.log or ""),
        made=[str(path) for path in ended.made],
        problems=list(ended.problems),
        warnings=list(ended.warnings),
    )
    return ended.progress.failed + len(ended.problems)


def _wait_for_stop(stop: Event) -> None:
    # Not sys.stdin: a thread blocked in it holds a lock that the interpreter needs at exit.
    try:
        while data := os.read(sys.stdin.fileno(), 1024):
            if b"stop" in data:
                stop.set()
    except (AttributeError, OSError, ValueError):  # no standard input
        pass


def _print_event(event: str, **values: object) -> None:
    try:
        print(json.dumps({"event": event, **values}), flush=True)
    except OSError:  # the reader has ended; the export goes on without events
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
