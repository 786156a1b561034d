"""How a training gets on: events for the run's folder, lines for the terminal."""

import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.core import distributed
from engine.core.errors import ReposeError
from engine.training.run import Run

_SECONDS = 5.0  # between two events with the losses


class Clock:
    """Counts the seconds of a training, from ``before`` on."""

    def __init__(self, before: float = 0.0) -> None:
        self._start = time.monotonic() - before

    @property
    def seconds(self) -> float:
        """So far, without the time away."""
        return time.monotonic() - self._start

    @contextmanager
    def away(self) -> Iterator[None]:
        """The time inside does not count."""
        left = time.monotonic()
        try:
            yield
        finally:
            self._start += time.monotonic() - left


class Progress:
    """Tells of one phase of a run: means of the losses, images per second, the time left.

    phase   its name: stage1, pretraining or stage2
    total   how many images it sees    epoch  how many of them are an epoch
    limit   after how many seconds it ends in any case
    """

    def __init__(
        self, run: Run, phase: str, total: int, epoch: int, limit: float, clock: Clock
    ) -> None:
        self._run, self._phase, self._clock = run, phase, clock
        self._total, self._epoch, self._limit = total, epoch, limit
        self._elapsed_before = sum(run.position.seconds.values()) - clock.seconds
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._images, self._since = 0, clock.seconds
        self._step = 0
        self._first: tuple[int, float] | None = None

    def add(self, losses: Mapping[str, float], images: int) -> None:
        """The losses of one step over so many images. Raises ReposeError when one is not finite."""
        for name, loss in losses.items():
            if not math.isfinite(loss):
                raise ReposeError(
                    "The training diverged, its losses are no numbers any more: start a new run "
                    "with a lower --learning-rate."
                )
            self._losses[name].append(loss)
        self._images += images
        self._step = images

    @property
    def due(self) -> bool:
        """Whether it is time to tell."""
        return self._clock.seconds - self._since > _SECONDS

    def tell(self, images: int) -> None:
        """One event and one line; ``images`` of the phase are done."""
        now = self._clock.seconds
        if not self._images:
            return
        means = {name: round(sum(v) / len(v), 5) for name, v in self._losses.items()}
        rate = round(self._images / max(now - self._since, 1e-9), 2)
        left = self._seconds_left(images, now)
        epochs = math.ceil(self._total / self._epoch)
        values = {
            # The step that ends an epoch may begin the next.
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
        losses = "  ".join(f"{name} {mean:.4g}" for name, mean in means.items())
        say(
            f"{self._phase}  epoch {values['epoch']}/{values['epochs']}  {losses}"
            f"  {rate:.3g} images/s  {_clock_time(left)} left"
        )
        self._losses.clear()
        self.restart()

    def restart(self) -> None:
        """Count images per second from now on: something else has taken time."""
        self._images, self._since = 0, self._clock.seconds

    def _seconds_left(self, images: int, now: float) -> float:
        """Until the end of the phase, at the speed since it was started or resumed, scoring and
        saving included.
        """
        if self._first is None:
            self._first = (images - self._images, self._since)
        done, seconds = images - self._first[0], now - self._first[1]
        left = max(0, self._total - images) * seconds / max(done, 1)
        return min(left, max(0.0, self._limit - now))


def say(text: str) -> None:
    """A line on the terminal, from the first process; nothing when nobody reads it any more."""
    if distributed.rank() > 0:
        return
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        try:  # what the program prints later, or when it ends, must not fail either
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        except OSError:
            pass
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def _clock_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
