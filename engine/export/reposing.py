"""The command `repose`: one picture, a list of jobs, a batch of many sources in many poses, or the
poses of a video."""

import json
import os
import signal
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch
from engine.export.repose_options import ReposeOptions, described

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.export.batch_run import Finished, Tell


def repose(options: ReposeOptions) -> int:
    """Do it and return how many jobs failed; they are named on standard error."""
    if options.sequence is not None:
        return _do_sequence(options, options.sequence)
    if options.output is not None or options.jobs is not None:
        return _do_jobs(options)
    if options.batch is None:
        batch = described(options)
    else:
        batch = ExportBatch.read(options.batch)
        batch = replace(batch, overwrite=batch.overwrite or options.overwrite)
    return (_do_with_events if options.events else _do_batch)(batch, options)


def _do_jobs(options: ReposeOptions) -> int:
    """One picture, or the jobs of a list."""
    from tqdm import tqdm

    from engine.export.export import repose_all
    from engine.export.jobs import Job, read_jobs
    from engine.export.log import Report
    from engine.inference.predictor import Predictor

    batch = described(options)
    yaw, pitch, roll = batch.yaw[0], batch.pitch[0], batch.roll[0]
    if options.jobs is not None and options.out is not None:
        jobs = read_jobs(options.jobs, options.out)
    else:
        assert options.output is not None
        target = next(iter([*options.target, *options.pose]), None)
        jobs = (Job(options.source[0], target, options.output),)
    jobs = tuple(replace(job, angles=(yaw, pitch, roll)) for job in jobs)
    how = replace(batch.options, keep=options.keep)
    predictor = Predictor(options.model, options.device)
    counts = {"done": 0, "kept": 0, "failed": 0}
    silent = options.jobs is None or not sys.stderr.isatty()
    outcomes = repose_all(predictor, jobs, how)
    with Report(options.report) if options.report else nullcontext() as report:
        for outcome in tqdm(outcomes, total=len(jobs), unit="job", disable=silent):
            counts[outcome.result] += 1
            if report:
                report.add(outcome)
            if outcome.reason:
                place = f"{options.jobs} line {outcome.job.line}: " if outcome.job.line else ""
                tqdm.write(f"repose: {place}{outcome.reason}", file=sys.stderr)
    if options.jobs is not None:
        kept = f"{counts['kept']} kept, " if counts["kept"] else ""
        print(f"{counts['done']} done, {kept}{counts['failed']} failed")
    return counts["failed"]


def _do_batch(batch: ExportBatch, options: ReposeOptions) -> int:
    from tqdm import tqdm

    from engine.export.batch_run import Progress, run_batch
    from engine.export.jobs import Outcome

    bar: tqdm[Any] = tqdm(unit="picture", disable=not sys.stderr.isatty())

    def tell(outcome: Outcome | None, progress: Progress) -> None:
        bar.total = progress.total
        if outcome is None:
            bar.refresh()
            return
        bar.update()
        if outcome.reason:
            tqdm.write(f"repose: {outcome.reason}", file=sys.stderr)

    try:
        with bar:
            ended = run_batch(batch, tell, Event(), report=options.report, retry=options.retry)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        raise
    for problem in ended.problems:
        print(f"repose: {problem}", file=sys.stderr)
    progress = ended.progress
    kept = f"{progress.kept} kept, " if progress.kept else ""
    print(f"{progress.done} done, {kept}{progress.failed} failed")
    for path in (*ended.made, *([ended.report] if ended.report else [])):
        print(path)
    return progress.failed + len(ended.problems)


def _do_sequence(options: ReposeOptions, path: Path) -> int:
    """The poses of a video or folder of frames, or a sequence that the editor describes."""
    from tqdm import tqdm

    from engine.export.batch_run import Progress
    from engine.export.jobs import Outcome
    from engine.export.sequence_export import SequenceExport, described_sequence, export_sequence

    if options.events:
        export = SequenceExport.read(path)
        return _with_events(lambda tell, stop: export_sequence(export, tell, stop))
    silent = not sys.stderr.isatty()
    with tqdm(unit="frame", desc="finding the face", disable=silent) as bar:
        export = described_sequence(options, path, bar.update)
    with tqdm(total=len(export.targets), unit="frame", desc="making", disable=silent) as bar:

        def tell(outcome: Outcome | None, _progress: Progress) -> None:
            bar.update(outcome is not None)

        ended = export_sequence(export, tell, Event())
    print(f"{ended.progress.done} frames")
    print(export.output)
    return 0


def _do_with_events(batch: ExportBatch, options: ReposeOptions) -> int:
    from engine.export.batch_run import run_batch

    return _with_events(
        lambda tell, stop: run_batch(batch, tell, stop, report=options.report, retry=options.retry)
    )


def _with_events(run: "Callable[[Tell, Event], Finished]") -> int:
    """What `run` tells, as JSON lines: ``started``, a ``job`` for each, then ``finished``,
    ``stopped`` or ``failed``; each with its numbers."""
    from engine.core.devices import step_back
    from engine.export.batch_run import Progress
    from engine.export.jobs import Outcome

    stop = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Thread(target=_wait_for_stop, args=(stop,), daemon=True).start()
    step_back()

    def tell(outcome: Outcome | None, progress: Progress) -> None:
        if outcome is None:
            _event("started", **progress._asdict())
        else:
            job = {"source": str(outcome.job.source), "output": str(outcome.job.output)}
            result = {"result": outcome.result, "reason": outcome.reason}
            _event("job", **job, **result, **progress._asdict())

    try:
        ended = run(tell, stop)
    except ReposeError as error:
        _event("failed", reason=str(error))
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    _event(
        "stopped" if stop.is_set() else "finished",
        **ended.progress._asdict(),
        report=str(ended.report or ""),
        made=[str(path) for path in ended.made],
        problems=list(ended.problems),
    )
    return ended.progress.failed + len(ended.problems)


def _wait_for_stop(stop: Event) -> None:
    # Not sys.stdin: a thread that waits in it holds a lock that Python wants when it ends.
    try:
        while data := os.read(sys.stdin.fileno(), 1024):
            if b"stop" in data:
                stop.set()
    except (OSError, ValueError):  # there is no standard input
        pass


def _event(event: str, **values: object) -> None:
    try:
        print(json.dumps({"event": event, **values}), flush=True)
    except OSError:  # whoever listened is gone; the pictures are wanted all the same
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
