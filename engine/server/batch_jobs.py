"""Batches that run in the background while their progress is asked for."""

import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock
from typing import Literal

from engine.core.errors import ReposeError
from engine.export.batch_run import Progress, run_batch
from engine.export.batches import ExportBatch
from engine.export.export import Predict
from engine.export.jobs import Outcome
from engine.inference.predictor import Predictor

State = Literal["waiting", "running", "finished", "stopped", "failed"]

_REMEMBERED = 100  # batches
_FAILURES = 100  # sentences of one batch that are remembered


@dataclass(frozen=True)
class BatchStatus:
    """How far a batch is.

    progress  counts of its pictures; None before it starts
    failures  sentences about pictures that failed, at most 100
    made      sheet and animations
    error     why the whole batch failed: a sentence, else empty
    """

    state: State = "waiting"
    progress: Progress | None = None
    failures: tuple[str, ...] = ()
    made: tuple[Path, ...] = ()
    error: str = ""


@dataclass(eq=False)
class _BatchJob:
    batch: ExportBatch
    stop: Event = field(default_factory=Event)
    status: BatchStatus = field(default_factory=BatchStatus)


class BatchJobs:
    """Runs batches one after the other, with one predictor; the latest 100 are remembered.

    predict  the predictor's networks, which the other requests use too
    """

    def __init__(self, predictor: Predictor, predict: Predict) -> None:
        self._predictor, self._predict = predictor, predict
        self._jobs: OrderedDict[str, _BatchJob] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")

    def start(self, batch: ExportBatch) -> str:
        """Queue a batch and return its id. Raises ReposeError when too many are waiting."""
        name, job = secrets.token_hex(8), _BatchJob(batch)
        with self._lock:
            if len(self._jobs) == _REMEMBERED:
                ended = (n for n, j in self._jobs.items() if j.status.state in _ENDS)
                oldest = next(ended, None)
                if oldest is None:
                    raise ReposeError(f"{_REMEMBERED} batches are waiting: wait for one to end.")
                del self._jobs[oldest]
            self._jobs[name] = job
        self._thread.submit(self._run, job)
        return name

    def status(self, name: str) -> BatchStatus | None:
        """How far a batch is; None if there is none with this id."""
        job = self._jobs.get(name)
        return None if job is None else job.status

    def stop(self, name: str) -> bool:
        """Stop a batch after the pictures in work; False if there is none with this id."""
        job = self._jobs.get(name)
        if job is not None:
            job.stop.set()
        return job is not None

    def close(self) -> None:
        """Stop all batches and wait for the pictures in work."""
        for job in list(self._jobs.values()):
            job.stop.set()
        self._thread.shutdown()

    def _run(self, job: _BatchJob) -> None:
        def on_progress(outcome: Outcome | None, progress: Progress) -> None:
            failures = job.status.failures
            if outcome is not None and outcome.result == "failed":
                failures = (*failures, outcome.reason)[:_FAILURES]
            job.status = BatchStatus("running", progress, failures)

        if job.stop.is_set():
            job.status = BatchStatus("stopped")
            return
        try:
            ended = run_batch(
                job.batch,
                on_progress,
                job.stop,
                predictor=self._predictor,
                predict=self._predict,
            )
        except ReposeError as error:
            job.status = replace(job.status, state="failed", error=str(error))
        except Exception as error:  # the next batch must run
            text = f"The batch brought out a fault in Repose ({type(error).__name__}: {error})."
            job.status = replace(job.status, state="failed", error=text)
        else:
            failures = (*job.status.failures, *ended.problems)
            state: State = "stopped" if job.stop.is_set() else "finished"
            job.status = BatchStatus(state, ended.progress, failures, ended.made)


_ENDS = ("finished", "stopped", "failed")
