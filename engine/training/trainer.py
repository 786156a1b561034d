"""The training loop: trains on pairs, writes events and checkpoints, can be stopped and resumed.

Training is deterministic: the result depends only on the settings, the pictures and the number of
pairs seen, not on stops, saves or pauses. With a time limit (`minutes`) it also depends on speed.
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
from engine.training.requests import StopFlags
from engine.training.run import Part, Run
from engine.training.run_folder import BEST, LAST, SAMPLES, SAVE, STOP
from engine.training.stages import Losses, Stage1, Stage2, adam
from engine.training.validation import Validation

_SAVE_SECONDS = 30.0  # interval between checkpoints: the most training time a kill can lose
_PRETRAINING = 0.25  # largest share of stage 2's time limit for pretraining D
_LOOK_SECONDS = 0.2  # polling interval during a pause
_APART = 1_000_000  # offset in epochs between the item numbers of successive phases


@dataclass(frozen=True)
class Stage:
    """One training stage: its network and the state needed to resume it.

    network  the network trained; at the end of the stage its weights become those of ``average``
    average  the exponential moving average of the network's weights
    parts    optimizers, averages and scalers, which are saved beside the networks
    """

    number: Literal[1, 2]
    settings: StageConfig
    network: nn.Module
    average: AveragedModel
    parts: Mapping[str, Part]


@dataclass(frozen=True)
class Phase:
    """A part of a stage: stage 1 has one phase; stage 2 has the pretraining of D and the rest.

    number  offset of the phase's random pairs (see `_APART`)
    images  number of pairs to see
    step    trains on a batch and returns the losses by name
    """

    name: Literal["stage1", "pretraining", "stage2"]
    number: int
    images: int
    step: Callable[[Batch], Losses]

    @property
    def ends_stage(self) -> bool:
        return self.name != "pretraining"


class Trainer:
    """Trains the networks of one run."""

    def __init__(
        self,
        run: Run,
        training: Sequence[Picture],
        held_out: Sequence[Picture],
        device: torch.device,
        workers: int = 1,
    ) -> None:
        """``workers`` is the number of processes that load pairs."""
        self.run, self.config, self.device = run, run.config, device
        self._workers = workers
        self.pairs = PairSet(training, self.config)
        self.validation = Validation(held_out, self.config, device)
        self.requests = run.requests
        model = None
        if run.position.model is not None:
            model = load_checkpoint(Path(run.position.model))
            model.check("g1", G1, self.config)
            model.check("g2", G2, self.config)
        self.g1, self.g2, self.d = (
            network(self.config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
            for network in (G1, G2, Discriminator)
        )
        self._networks = {"g1": self.g1, "g2": self.g2, "d": self.d}
        self._started_trained = model is not None
        if model is not None:
            model.restore("g1", self.g1)
            model.restore("g2", self.g2)
        for name, network in self._networks.items():
            run.restore(name, network)

    def train(self) -> bool:
        """Train the remaining phases of the run's stages; False if the user stopped the training.

        Raises ReposeError when a loss is not finite or memory runs out with a batch of 1.
        """
        position = self.run.position
        with self.requests.heard():
            for name in ("stage1", "stage2"):
                if name in position.ended or position.stages not in ("both", name[-1]):
                    continue
                stage, phases = self._stage1() if name == "stage1" else self._stage2()
                if self._started_trained and position.best < 0:
                    self._score(stage, 0)  # the baseline that training has to improve on
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
        """The stage that trains G1, and its phase."""
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
        """The stage that trains G2 against D with G1 frozen, and its phases: D alone, then both."""
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
        """Train the rest of a phase; halve the batch whenever memory runs out."""
        while True:
            try:
                return self._steps(stage, phase)
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
            # Outside the except block: the traceback no longer references the step's tensors.
            self._halve_batch(stage, phase)

    def _steps(self, stage: Stage, phase: Phase) -> bool:
        """Run the remaining steps of a phase; False if the user stopped it."""
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
        for batch in load_batches(self.pairs, seed, first, last, size, workers, self.device):
            if not started:  # exclude the start-up time of the worker processes
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
            saves = wish.save or time.monotonic() - saved > _SAVE_SECONDS
            if progress.due or epoch_ends or ends or wish.stop or saves:
                progress.tell(done)
            if ends:
                break
            if epoch_ends and phase.ends_stage:
                self._score(stage, done)
                progress.restart()
            if wish.stop or (wish.epoch and epoch_ends):
                return self._stop(stage, phase)
            if saves:
                self._save(stage, phase)
                self.requests.obeyed(SAVE)
                saved = time.monotonic()
                progress.restart()
        self._end(stage, phase, done)
        return True

    def _asked(self, clock: Clock) -> StopFlags:
        """The pending requests; waits first for the end of a pause."""
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
        """Score the model on held-out people, write a contact sheet, save the model if it is best.

        Models of both stages are compared by SSIM: one of stage 2 replaces the best one of stage 1
        only if its SSIM is at least as high, although the adversarial loss may give sharper images
        at a lower SSIM.
        """
        if distributed.rank() > 0:
            return
        # A batch may span the end of an epoch; a time limit may end a stage in its first epoch.
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
        """The networks for inference; before stage 2 with a G2 whose difference map is 0."""
        if stage.number == 2:
            return {"g1": self.g1, "g2": stage.average.module}
        if self._started_trained:
            return {"g1": stage.average.module, "g2": self.g2}
        g2 = copy.deepcopy(self.g2)
        g2.draw_nothing()
        return {"g1": stage.average.module, "g2": g2}

    def _save(self, stage: Stage, phase: Phase) -> None:
        # Write the state last: everything it refers to is on disk by then.
        if phase.ends_stage:
            self.run.save_model(LAST, self._model(stage))
        self.run.save_state({**self._networks, **stage.parts})

    def _stop(self, stage: Stage, phase: Phase) -> bool:
        self.run.event("stopped", phase=phase.name)
        self._save(stage, phase)
        self.requests.obeyed(STOP)
        return False

    def _end(self, stage: Stage, phase: Phase, done: int) -> None:
        """Mark the phase as ended; at the end of a stage also score and save the model."""
        self.run.position.ended.append(phase.name)
        if not phase.ends_stage:
            return self._save(stage, phase)
        self._score(stage, done)
        self.run.save_model(LAST, self._model(stage))
        stage.network.load_state_dict(stage.average.module.state_dict())
        return self.run.save_state(self._networks)

    def _halve_batch(self, stage: Stage, phase: Phase) -> None:
        """Halve the batch size of the phase. Raises ReposeError when that is not possible."""
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
    """Set the learning rate of the optimizers after a fraction ``share`` of the stage (0 to 1)."""
    for part in stage.parts.values():
        if isinstance(part, Optimizer):
            for group in part.param_groups:
                group["lr"] = stage.settings.learning_rate * decayed(share, stage.settings.decay)


def decayed(share: float, end: float) -> float:
    """Factor of the learning rate after a fraction ``share`` of the stage (0 to 1): 1 for the first
    half, then linear decay to ``end``.
    """
    return 1.0 if share < 0.5 else max(end, 1.0 - 2 * (1 - end) * (share - 0.5))


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether the error means out of memory: on a GPU, on the CPU, or in a killed worker."""
    words = ("can't allocate memory", "not enough memory", "out of memory", "signal: Killed", "Bus")
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or any(word in str(error) for word in words)
