"""The training loop: pairs in, events and checkpoints out; it can be stopped and resumed.

What it computes depends on nothing but the settings, the pictures and how many pairs it has seen:
not on when it was stopped, saved or watched. (Unless `minutes` are set: then the clock counts.)
"""

import copy
import gc
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from engine.config.config import StageConfig
from engine.core import distributed
from engine.core.errors import ReposeError
from engine.data.batch import Batch
from engine.data.cache import Picture
from engine.data.loader import load_batches
from engine.data.pairs import PairSet
from engine.imaging.photos import write_photo
from engine.networks.checkpoint import load_checkpoint
from engine.networks.discriminator import Discriminator
from engine.networks.generators import G1, G2
from engine.training.progress import Clock, Progress, say
from engine.training.requests import Requests, StopFlags
from engine.training.run import Part, Run
from engine.training.run_folder import BEST, LAST, SAMPLES, SAVE, STOP
from engine.training.stages import Stage1, Stage2, adam
from engine.training.validation import Validation

_SAVE_SECONDS = 30.0  # between two checkpoints: a kill costs no more than that
_PRETRAINING = 0.25  # share of stage 2's minutes, where these are limited, that D may have alone
_LOOK_SECONDS = 0.2  # between two looks at a pause
_APART = 1_000_000  # epochs between the pairs of one phase and those of the next


@dataclass(frozen=True)
class Stage:
    """What one of the two stages trains.

    network  at the end it takes over ``average``, that of its weights
    parts    all that has to be saved beside the networks to go on
    """

    number: Literal[1, 2]
    settings: StageConfig
    network: nn.Module
    average: AveragedModel
    parts: Mapping[str, Part]


@dataclass(frozen=True)
class Phase:
    """A part of a stage: all of stage 1; the pretraining of D, then the rest of stage 2.

    number  each phase has pairs of its own
    images  how many pairs it sees
    step    takes a batch, gives its losses by name
    """

    name: Literal["stage1", "pretraining", "stage2"]
    number: int
    images: int
    step: Callable[[Batch], dict[str, float]]

    @property
    def ends_stage(self) -> bool:
        return self.name != "pretraining"


class Trainer:
    """The networks of one run and what trains them."""

    def __init__(
        self,
        run: Run,
        training: Sequence[Picture],
        held_out: Sequence[Picture],
        device: torch.device,
        workers: int = 1,
    ) -> None:
        """``workers`` processes make the pairs."""
        self.run, self.config, self.device = run, run.config, device
        self._workers = workers
        self.pairs = PairSet(training, self.config)
        self.validation = Validation(held_out, self.config, device)
        self.requests = Requests(run.folder)
        self.g1, self.g2, self.d = (
            network(self.config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
            for network in (G1, G2, Discriminator)
        )
        self._networks = {"g1": self.g1, "g2": self.g2, "d": self.d}
        self._started_trained = run.position.model is not None
        if run.position.model is not None:
            model = load_checkpoint(Path(run.position.model))
            model.restore("g1", self.g1)
            model.restore("g2", self.g2)
        for name, network in self._networks.items():
            run.restore(name, network)

    def train(self) -> bool:
        """Train what is left of the run's stages; whether they have come to their end.

        They have not when the user asked to stop. Raises ReposeError when a loss is not finite, or
        memory runs out even with a batch of 1.
        """
        position = self.run.position
        with self.requests.heard():
            for name in ("stage1", "stage2"):
                if name in position.ended or position.stages not in ("both", name[-1]):
                    continue
                stage, phases = self._stage1() if name == "stage1" else self._stage2()
                if self._started_trained and position.best < 0:
                    self._score(stage, 0)  # the training has to make it better
                for phase in phases:
                    wish = self.requests.asked()
                    if wish.stop or wish.epoch:
                        return self._stop(stage, phase)
                    if phase.name not in position.ended and not self._train(stage, phase):
                        return False
        self.requests.obeyed(STOP)
        self.run.event("finished", elapsed=round(sum(position.seconds.values()), 1))
        return True

    def _stage1(self) -> tuple[Stage, list[Phase]]:
        """G1."""
        settings = self.config.stage1
        optimizer = adam(self.g1, settings)
        steps = Stage1(self.g1, optimizer, self.config)
        parts: dict[str, Part] = {
            "average1": steps.average,
            "optimizer1": optimizer,
            "scaler1": steps.scaler,
        }
        images = settings.epochs * len(self.pairs)
        stage = self._restored(Stage(1, settings, self.g1, steps.average, parts))
        return stage, [Phase("stage1", 0, images, steps.step)]

    def _stage2(self) -> tuple[Stage, list[Phase]]:
        """G2 against D, with G1 as stage 1 left it; first D alone."""
        settings = self.config.stage2
        optimizer_g2, optimizer_d = adam(self.g2, settings), adam(self.d, settings)
        steps = Stage2(self.g1, self.g2, self.d, optimizer_g2, optimizer_d, self.config)
        parts: dict[str, Part] = {
            "average2": steps.average,
            "optimizer_g2": optimizer_g2,
            "optimizer_d": optimizer_d,
            "scaler2": steps.scaler,
        }
        images = settings.epochs * len(self.pairs)
        alone = self.config.d.pretraining * settings.batch if images else 0
        stage = self._restored(Stage(2, settings, self.g2, steps.average, parts))
        return stage, [
            Phase("pretraining", 1, alone, steps.pretrain_d_step),
            Phase("stage2", 2, images, steps.step),
        ]

    def _restored(self, stage: Stage) -> Stage:
        for name, part in stage.parts.items():
            self.run.restore(name, part)
        return stage

    def _train(self, stage: Stage, phase: Phase) -> bool:
        """Do what is left of a phase, in smaller batches once memory has run out."""
        while True:
            try:
                return self._steps(stage, phase)
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
            # Only here, where the error no longer holds on to the step, can memory be freed.
            self._halve_batch(stage, phase)

    def _steps(self, stage: Stage, phase: Phase) -> bool:
        """Do the steps of a phase that are left; whether it came to its end."""
        position, epoch = self.run.position, len(self.pairs)
        size = position.batches.get(phase.name, stage.settings.batch)
        done = position.items.get(phase.name, 0)
        clock = Clock(position.seconds.get(phase.name, 0.0))
        limit = stage.settings.minutes * 60 or math.inf
        if phase.name == "pretraining":
            limit *= _PRETRAINING
        if phase.name == "stage2":
            limit -= position.seconds.get("pretraining", 0.0)
        progress = Progress(self.run, phase.name, phase.images, epoch, limit, clock)
        first = phase.number * _APART * epoch + done
        last = first + math.ceil((phase.images - done) / size) * size
        saved, started = time.monotonic(), False
        seed, workers = self.config.seed, self._workers
        for batch in load_batches(self.pairs, seed, first, last, size, workers):
            if not started:  # the workers took their time
                progress.restart()
                started = True
            seconds = distributed.from_first(clock.seconds) if limit < math.inf else 0.0
            if phase.ends_stage:
                share = max(done / phase.images, seconds / limit)
                _set_learning_rate(stage, share)
            progress.add(phase.step(batch.to(self.device)), size)
            epoch_ends = (done + size) // epoch > done // epoch
            done += size
            position.items[phase.name], position.seconds[phase.name] = done, clock.seconds

            wish = self._asked(clock)
            ends = done >= phase.images or seconds >= limit
            if progress.due or epoch_ends or ends or wish.stop:
                progress.tell(done)
            if ends:
                break
            if epoch_ends and phase.ends_stage:
                self._score(stage, done)
                progress.restart()
            if wish.stop or (wish.epoch and epoch_ends):
                return self._stop(stage, phase)
            if wish.save or time.monotonic() - saved > _SAVE_SECONDS:
                self._save(stage, phase)
                self.requests.obeyed(SAVE)
                saved = time.monotonic()
                progress.restart()
        self._end(stage, phase, done)
        return True

    def _asked(self, clock: Clock) -> StopFlags:
        """What the user asks for, after a pause if that is it."""
        wish = self.requests.asked()
        if wish.pause:
            self.run.event("paused")
            with clock.away():
                while wish.pause and not (wish.stop or wish.save):
                    time.sleep(_LOOK_SECONDS)
                    wish = self.requests.asked()
            self.run.event("continued")
        return wish

    def _score(self, stage: Stage, done: int) -> None:
        """Score and draw held-out people, and keep the model if it is the best so far.

        Stage 2 has to earn its place: its models replace the best one of stage 1 only with an SSIM
        at least as high, though with D in play they may look sharper at a lower one.
        """
        if distributed.rank() > 0:
            return
        # The batch that ends an epoch may begin the next; a stage may end within its first epoch.
        number, epoch = stage.number, max(done // len(self.pairs), min(done, 1))
        networks = self._model(stage)
        g1 = networks["g1"]
        g2 = networks["g2"] if number == 2 or self._started_trained else None
        scores = self.validation.score(g1, g2)
        best = scores["ssim"] >= self.run.position.best
        if best:
            self.run.position.best = scores["ssim"]
            self.run.save_model(BEST, networks)
        self.run.event("held_out", stage=number, epoch=epoch, **scores, best=best)
        sample = f"{SAMPLES}/stage{number}-{epoch:04}.png"
        write_photo(self.run.folder / sample, self.validation.draw(g1, g2))
        epochs = stage.settings.epochs
        self.run.event("epoch", stage=number, epoch=epoch, epochs=epochs, sample=sample)
        say(
            f"stage{number}  epoch {epoch}/{epochs}  held out: SSIM {scores['ssim']:.4f}"
            f"  L1 {scores['l1']:.4f}{'  (the best so far)' if best else ''}"
        )

    def _model(self, stage: Stage) -> dict[str, nn.Module]:
        """The networks that a predictor gets; before stage 2 with a G2 that changes nothing."""
        if stage.number == 2:
            return {"g1": self.g1, "g2": stage.average.module}
        if self._started_trained:
            return {"g1": stage.average.module, "g2": self.g2}
        g2 = copy.deepcopy(self.g2)
        g2.draw_nothing()
        return {"g1": stage.average.module, "g2": g2}

    def _save(self, stage: Stage, phase: Phase) -> None:
        # The state comes last: whatever it says has been written, has been.
        if phase.ends_stage:
            self.run.save_model(LAST, self._model(stage))
        self.run.save_state({**self._networks, **stage.parts})

    def _stop(self, stage: Stage, phase: Phase) -> bool:
        self.run.event("stopped", phase=phase.name)
        self._save(stage, phase)
        self.requests.obeyed(STOP)
        return False

    def _end(self, stage: Stage, phase: Phase, done: int) -> None:
        """The phase is over."""
        self.run.position.ended.append(phase.name)
        if not phase.ends_stage:
            return self._save(stage, phase)
        self._score(stage, done)
        self.run.save_model(LAST, self._model(stage))
        stage.network.load_state_dict(stage.average.module.state_dict())
        return self.run.save_state(self._networks)

    def _halve_batch(self, stage: Stage, phase: Phase) -> None:
        """Go on with half as many pairs per step."""
        batches = self.run.position.batches
        size = batches.get(phase.name, stage.settings.batch)
        if distributed.count() > 1:
            raise ReposeError("Memory ran out: start a new run with a smaller --batch.")
        if size == 1:
            raise ReposeError(
                "Memory runs out even with one pair at a time: take smaller pictures (--size) or "
                "smaller networks (--g1.filters, --g1.growth)."
            )
        batches[phase.name] = size // 2
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.run.event("memory", phase=phase.name, batch=size // 2)
        say(f"{phase.name}  memory ran out: {size // 2} pairs per step from now on")


def _set_learning_rate(stage: Stage, share: float) -> None:
    """Give the optimizers the rate for after a ``share`` of the stage (from 0)."""
    for part in stage.parts.values():
        if isinstance(part, Optimizer):
            for group in part.param_groups:
                group["lr"] = stage.settings.learning_rate * decayed(share, stage.settings.decay)


def decayed(share: float, end: float) -> float:
    """Factor of the learning rate after a ``share`` of the stage (from 0): 1 for the first half,
    then falling to ``end``.
    """
    return 1.0 if share < 0.5 else max(end, 1.0 - 2 * (1 - end) * (share - 0.5))


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: on a GPU, on a processor, or in a worker that the system ended."""
    words = ("can't allocate memory", "not enough memory", "out of memory", "signal: Killed", "Bus")
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or any(word in str(error) for word in words)
