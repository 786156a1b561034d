"""The training loop: pairs in, events and checkpoints out; it can be stopped and resumed."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from engine.cache import Picture
from engine.checkpoint import load_checkpoint
from engine.config import StageConfig
from engine.discriminator import Discriminator
from engine.errors import ReposeError
from engine.generators import G1, G2
from engine.loader import load_batches
from engine.pairs import PairSet
from engine.run import BEST, LAST, Run
from engine.stages import Batch, Stage1, Stage2, adam
from engine.validation import fixed_batches, score

_LOG_SECONDS = 10.0  # between two events with the losses
_SAVE_SECONDS = 180.0  # between two checkpoints


@dataclass(frozen=True)
class Stage:
    """One stage of a run, ready to train.

    step     takes a batch, gives its losses by name
    network  what is trained; at the end it takes over ``average``, that of its weights
    """

    number: int
    settings: StageConfig
    step: Callable[[Batch], dict[str, float]]
    network: nn.Module
    average: AveragedModel
    optimizers: Mapping[str, Optimizer]


class Trainer:
    """The networks of one run and what trains them."""

    def __init__(
        self,
        run: Run,
        training: Sequence[Picture],
        held_out: Sequence[Picture],
        device: torch.device,
    ) -> None:
        self.run, self.config, self.device = run, run.config, device
        self.pairs = PairSet(training, self.config)
        self.held_out = fixed_batches(held_out, self.config)
        self.g1, self.g2, self.d = (
            network(self.config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
            for network in (G1, G2, Discriminator)
        )
        self._networks = {"g1": self.g1, "g2": self.g2, "d": self.d}
        for name, network in self._networks.items():
            run.restore(name, network)
        self._seconds_before = run.position.get("seconds", 0.0)
        self._started = time.monotonic()

    def start_from(self, path: Path) -> None:
        """Take over the weights of a model, whatever the size of its pictures.

        Raises ReposeError when it is none, or one of other networks.
        """
        checkpoint = load_checkpoint(path)
        checkpoint.restore("g1", self.g1)
        checkpoint.restore("g2", self.g2)

    def stage1(self) -> Stage:
        """G1."""
        settings = self.config.stage1
        optimizer = adam(self.g1, settings)
        stage = Stage1(self.g1, optimizer, self.config)
        optimizers = {"optimizer1": optimizer}
        return Stage(1, settings, stage.step, self.g1, stage.average, optimizers)

    def stage2(self) -> Stage:
        """G2 against D, with G1 as stage 1 left it; first D alone."""
        settings, pretraining = self.config.stage2, self.config.d.pretraining
        optimizer_g2, optimizer_d = adam(self.g2, settings), adam(self.d, settings)
        stage = Stage2(self.g1, self.g2, self.d, optimizer_g2, optimizer_d, self.config)

        def step(batch: Batch) -> dict[str, float]:
            done = self.run.position.get("step2", 0)
            return stage.pretrain_d_step(batch) if done < pretraining else stage.step(batch)

        optimizers = {"optimizer_g2": optimizer_g2, "optimizer_d": optimizer_d}
        return Stage(2, settings, step, self.g2, stage.average, optimizers)

    def train(self, stage: Stage, asked: Callable[[], bool]) -> bool:
        """Do the steps of a stage that are left; whether it came to its end.

        It does not when ``asked`` says that the user wants to stop. Raises ReposeError when a loss
        is not finite.
        """
        number, settings, position = stage.number, stage.settings, self.run.position
        if position.get(f"done{number}"):
            return True
        parts: dict[str, nn.Module | Optimizer] = {
            f"average{number}": stage.average,
            **stage.optimizers,
        }
        for name, part in parts.items():
            self.run.restore(name, part)
        first = int(position.get(f"step{number}", 0))
        total = math.ceil(settings.epochs * len(self.pairs) / settings.batch)
        spent = position.get(f"seconds{number}", 0.0)
        began = saved = time.monotonic()
        log = _Log(self.run, stage, began)
        batches = load_batches(
            self.pairs, self.config.seed, first, total, settings.batch, self.device
        )
        for done, batch in enumerate(batches, first):
            elapsed = spent + time.monotonic() - began
            share = max(done / total, elapsed / (settings.minutes * 60) if settings.minutes else 0)
            _set_learning_rate(stage.optimizers, settings.learning_rate * _decay(share))
            log.add(stage.step(batch.to(self.device)), done)
            now = time.monotonic()
            position[f"step{number}"] = done + 1
            position[f"seconds{number}"] = spent + now - began
            position["images"] = position.get("images", 0) + settings.batch
            position["seconds"] = self._seconds_before + now - self._started
            ends = share >= 1 or done + 1 == total
            stops = asked() and not ends
            if now - log.since > _LOG_SECONDS or ends or stops:
                log.write(done + 1, now)
            if stops or (now - saved > _SAVE_SECONDS and not ends):
                self._save(stage, parts)
                saved = time.monotonic()
            if stops:
                return False
            if ends:
                break
        stage.network.load_state_dict(stage.average.module.state_dict())
        position[f"done{number}"] = 1
        self._save(stage, {})
        return True

    def _save(self, stage: Stage, parts: Mapping[str, nn.Module | Optimizer]) -> None:
        """Score the held-out pairs and write state, last and, where it is, best.

        parts  what the stage needs to go on, beside the networks
        """
        g1 = stage.average.module if stage.number == 1 else self.g1
        g2 = stage.average.module if stage.number == 2 else self.g2
        refines = g2 if stage.number == 2 else None
        scores = score(self.held_out, g1, refines, self.config, self.device)
        position, best = self.run.position, f"best{stage.number}"
        names = [LAST]
        if scores["ssim"] >= position.get(best, -1.0):
            position[best] = scores["ssim"]
            names.append(BEST)
        self.run.event("held_out", stage=stage.number, **scores)
        self.run.save_state({**self._networks, **parts})
        for name in names:
            self.run.save_model(name, {"g1": g1, "g2": g2})


class _Log:
    """Writes the means of a stage's losses as events.

    since  when it last did, in seconds of the monotonic clock
    """

    def __init__(self, run: Run, stage: Stage, now: float) -> None:
        self._run, self._name, self._batch = run, f"stage{stage.number}", stage.settings.batch
        self.since = now
        self._steps = 0
        self._losses: dict[str, list[float]] = defaultdict(list)

    def add(self, losses: Mapping[str, float], step: int) -> None:
        """The losses of one step. Raises ReposeError when one is not finite."""
        for name, loss in losses.items():
            if not math.isfinite(loss):
                raise ReposeError(
                    f"The training diverged at step {step}: start again with a lower "
                    "--learning-rate. The last checkpoint is from before."
                )
            self._losses[name].append(loss)
        self._steps += 1

    def write(self, step: int, now: float) -> None:
        """One event: the means since the last one, and images per second."""
        means = {name: round(sum(v) / len(v), 5) for name, v in self._losses.items()}
        rate = round(self._steps * self._batch / (now - self.since), 2)
        self._run.event(self._name, step=step, images_per_second=rate, **means)
        self._losses.clear()
        self._steps, self.since = 0, now


def _set_learning_rate(optimizers: Mapping[str, Optimizer], rate: float) -> None:
    for optimizer in optimizers.values():
        for group in optimizer.param_groups:
            group["lr"] = rate


def _decay(share: float) -> float:
    """Factor of the learning rate after a ``share`` of the stage (from 0): 1 for the first half,
    then falling to a twentieth.
    """
    return 1.0 if share < 0.5 else max(0.05, 1.0 - 1.9 * (share - 0.5))
