"""Progress of a training: events for the run's folder and lines for the terminal."""

import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.core import distributed
from engine.core.errors import ReposeError
from engine.training.run import Run

_SECONDS = 5.0  # interval between two events with the losses


class Clock:
    """Measures training time in seconds, starting at ``before``."""

    def __init__(self, before: float = 0.0) -> None:
        self._start = time.monotonic() - before

    @property
    def seconds(self) -> float:
        """Training time so far, excluding the time spent in `away`."""
        return time.monotonic() - self._start

    @contextmanager
    def away(self) -> Iterator[None]:
        """Exclude the time spent in this context."""
        left = time.monotonic()
        try:
            yield
        finally:
            self._start += time.monotonic() - left


class Progress:
    """Reports the progress of one phase: mean losses, images per second, remaining time.

    phase  stage1, pretraining or stage2
    total  images of the phase
    epoch  images per epoch
    limit  time limit of the phase, seconds
    """

    def __init__(
        self, run: Run, phase: str, total: int, epoch: int, limit: float, clock: Clock
    ) -> None:
        self._run, self._phase, self._clock = run, phase, clock
        self._total, self._epoch, self._limit = total, epoch, limit
        self._elapsed_before = sum(run.position.seconds.values()) - clock.seconds
        self._losses: dict[str, list[Tensor]] = defaultdict(list)
        self._images, self._since = 0, clock.seconds
        self._step = 0
        self._first: tuple[int, float] | None = None

    def add(self, losses: Mapping[str, Tensor], images: int) -> None:
        """Record the losses of one step over ``images`` images; `tell` reads them."""
        for name, loss in losses.items():
            self._losses[name].append(loss)
        self._images += images
        self._step = images

    @property
    def due(self) -> bool:
        """Whether the reporting interval has passed."""
        return self._clock.seconds - self._since > _SECONDS

    def tell(self, images: int) -> None:
        """Write one event and one line, after ``images`` images of the phase.

        Raises ReposeError when a loss is not finite.
        """
        now = self._clock.seconds
        if not self._images:
            return
        read = {name: torch.stack(losses).tolist() for name, losses in self._losses.items()}
        if not all(math.isfinite(loss) for losses in read.values() for loss in losses):
            raise ReposeError(
                "The training diverged, its losses are no numbers any more: start a new run "
                "with a lower --learning-rate."
            )
        means = {name: round(sum(losses) / len(losses), 5) for name, losses in read.items()}
        rate = round(self._images / max(now - self._since, 1e-9), 2)
        left = self._seconds_left(images, now)
        epochs = math.ceil(self._total / self._epoch)
        values = {
            # A step may span the end of an epoch: count the epoch in which it began.
            "epoch": min(epochs, (images - self._step) // self._epoch + 1),
            "epochs": epochs,
            "images": images,
            "total": self._total,
            **means,
            "images_per_second": rate,
            "eta": round(left),
            "elapsed": round(self._elapsed_before + now, 1),
        }
        self._run.event(self._phase, **values)
        shown = "  ".join(f"{name} {mean:.4g}" for name, mean in means.items())
        say(
            f"{self._phase}  epoch {values['epoch']}/{values['epochs']}  {shown}"
            f"  {rate:.3g} images/s  {_clock_time(left)} left"
        )
        self._losses.clear()
        self.restart()

    def restart(self) -> None:
        """Restart measuring images per second, after time spent on something else."""
        self._images, self._since = 0, self._clock.seconds

    def _seconds_left(self, images: int, now: float) -> float:
        """Seconds to the end of the phase, from the average speed since its start or resumption,
        which includes scoring and saving.
        """
        if self._first is None:
            self._first = (images - self._images, self._since)
        done, seconds = images - self._first[0], now - self._first[1]
        left = max(0, self._total - images) * seconds / max(done, 1)
        return min(left, max(0.0, self._limit - now))


def say(text: str) -> None:
    """Print a line from rank 0; do nothing if standard output is closed."""
    if distributed.rank() > 0:
        return
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        try:  # redirect to the null device, so that later prints and the flush at exit succeed
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        except OSError:
            pass
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def _clock_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
