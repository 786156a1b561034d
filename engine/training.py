"""The training loop: pairs in, events and checkpoints out; it can be stopped and resumed."""

import dataclasses
import math
import os
import shlex
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import cv2
import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from engine.cache import Picture, open_cache
from engine.checkpoint import load_checkpoint
from engine.config import PRESETS, Config
from engine.devices import choose_device
from engine.discriminator import Discriminator, without_border
from engine.errors import ReposeError
from engine.generators import G1, G2
from engine.losses import ssim_map
from engine.pairs import (
    PairSet,
    cut_pair,
    partners,
    split,
    to_batch,
    to_tensors,
)
from engine.run import BEST, CONFIG, LAST, Run
from engine.stages import Batch, Stage1, Stage2, adam, draw_coarse

_LOG_SECONDS = 10.0
_SAVE_SECONDS = 180.0
_CHECKED_PAIRS = 96


@dataclass(frozen=True)
class TrainOptions:
    """Train G1 (stage 1) and G2 with D (stage 2) on prepared pictures."""

    run: Path
    """The folder of the run: settings, events, checkpoints."""
    data: tuple[Path, ...] = ()
    """Caches, as `prepare` writes them."""
    preset: Literal["default", "report"] = "default"
    """The settings to start from."""
    config: Path | None = None
    """A file of settings (config.json of another run) instead of a preset."""
    stages: Literal["1", "2", "both"] = "both"
    """Which stages to train."""
    epochs: int | None = None
    """Epochs of each stage, if not those of the settings."""
    minutes: float | None = None
    """Stop each stage after so many minutes even when epochs are left."""
    batch: int | None = None
    """Pairs per step, if not those of the settings."""
    learning_rate: float | None = None
    """Adam's learning rate, if not that of the settings."""
    size: int | None = None
    """Side of a face crop in pixels, if not that of the settings."""
    model: Path | None = None
    """Start from the weights of this model."""
    resume: bool = False
    """Go on with the run in the folder."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute."""
    threads: int = 0
    """Threads of the network on a processor; 0 takes one less than there are."""


def train(options: TrainOptions) -> None:
    """Train as the options say, until the end or until the user asks to stop.

    Raises ReposeError for data or settings that cannot be used, and when the training diverges.
    """
    if not options.data:
        raise ReposeError("Name the caches to train on with --data; `prepare` writes them.")
    config = config_of(options)
    device = torch.device(choose_device(options.device))
    if device.type == "cpu":
        torch.set_num_threads(options.threads or max(1, (os.cpu_count() or 2) - 1))
    torch.manual_seed(config.seed)
    cv2.setNumThreads(1)  # its threads would not survive into the worker processes
    pictures = [picture for folder in options.data for picture in open_cache(folder)]
    training, held_out = split(pictures, config.data.held_out, config.seed)
    with _stop_requests() as asked:
        run = Run(options.run, config, options.resume)
        run.held_out = sorted({picture.group for picture in held_out})
        trainer = _Trainer(run, training, held_out, device)
        if options.model is not None and not options.resume:
            trainer.start_from(options.model)
        stages = {
            "1": (trainer.stage1,),
            "2": (trainer.stage2,),
            "both": (trainer.stage1, trainer.stage2),
        }
        if not all(stage(asked) for stage in stages[options.stages]):
            again = ["train", "--run", options.run, "--data", *options.data, "--resume"]
            if options.stages != "both":
                again += ["--stages", options.stages]
            print("stopped; go on with:", shlex.join(map(str, again)))


def config_of(options: TrainOptions) -> Config:
    """The settings that the options come to."""
    config = PRESETS[options.preset]
    source = options.run / CONFIG if options.resume else options.config
    if source is not None:
        try:
            config = Config.from_json(source.read_text())
        except OSError as error:
            raise ReposeError(f"The settings {source} cannot be read.") from error
    if options.size is not None:
        image = dataclasses.replace(config.image, height=options.size, width=options.size)
        radius = config.heatmaps.radius * options.size / config.image.width
        heatmaps = dataclasses.replace(config.heatmaps, radius=radius)
        config = dataclasses.replace(config, image=image, heatmaps=heatmaps)
    changed = {
        name: value
        for name in ("epochs", "minutes", "batch", "learning_rate")
        if (value := getattr(options, name)) is not None
    }
    stage1 = dataclasses.replace(config.stage1, **changed)
    stage2 = dataclasses.replace(config.stage2, **changed)
    return dataclasses.replace(config, stage1=stage1, stage2=stage2)


class _Trainer:
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
        self.checked = _fixed_batches(held_out, self.config)
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
        """Take over the weights of a model, whatever the size of its pictures."""
        checkpoint = load_checkpoint(path)
        checkpoint.restore("g1", self.g1)
        checkpoint.restore("g2", self.g2)

    def stage1(self, asked: Callable[[], bool]) -> bool:
        """Train G1; whether it came to its end, and not to a request to stop."""
        optimizer = adam(self.g1, self.config.stage1)
        stage = Stage1(self.g1, optimizer, self.config)
        return self._loop(1, stage.step, stage.average, {"optimizer1": optimizer}, asked)

    def stage2(self, asked: Callable[[], bool]) -> bool:
        """Train G2 against D, with G1 as stage 1 left it; whether it came to its end."""
        settings, pretraining = self.config.stage2, self.config.d.pretraining
        optimizer_g2, optimizer_d = adam(self.g2, settings), adam(self.d, settings)
        stage = Stage2(self.g1, self.g2, self.d, optimizer_g2, optimizer_d, self.config)

        def step(batch: Batch) -> dict[str, float]:
            done = self.run.position.get("step2", 0)
            return stage.pretrain_d_step(batch) if done < pretraining else stage.step(batch)

        optimizers = {"optimizer_g2": optimizer_g2, "optimizer_d": optimizer_d}
        return self._loop(2, step, stage.average, optimizers, asked)

    def _loop(
        self,
        number: int,
        step: Callable[[Batch], dict[str, float]],
        average: AveragedModel,
        optimizers: Mapping[str, Optimizer],
        asked: Callable[[], bool],
    ) -> bool:
        """The steps of a stage that are left. At its end the network takes over its average."""
        position, run = self.run.position, self.run
        if position.get(f"done{number}"):
            return True
        settings = self.config.stage1 if number == 1 else self.config.stage2
        parts: dict[str, nn.Module | Optimizer] = {f"average{number}": average, **optimizers}
        for name, part in parts.items():
            run.restore(name, part)
        first = int(position.get(f"step{number}", 0))
        spent = position.get(f"seconds{number}", 0.0)
        total = math.ceil(settings.epochs * len(self.pairs) / settings.batch)
        began = logged = saved = now = time.monotonic()
        losses: dict[str, list[float]] = defaultdict(list)
        for done, batch in enumerate(self._batches(first, total, settings.batch), first):
            elapsed = spent + time.monotonic() - began
            share = max(done / total, elapsed / (settings.minutes * 60) if settings.minutes else 0)
            for optimizer in optimizers.values():
                for group in optimizer.param_groups:
                    group["lr"] = settings.learning_rate * _rate(share)
            for name, loss in step(batch.to(self.device)).items():
                losses[name].append(_finite(loss, done))
            now = time.monotonic()
            position[f"step{number}"] = done + 1
            position[f"seconds{number}"] = spent + now - began
            position["images"] = position.get("images", 0) + settings.batch
            position["seconds"] = self._seconds_before + now - self._started
            ends = share >= 1 or done + 1 == total
            stops = asked() and not ends
            if now - logged > _LOG_SECONDS or ends or stops:
                means = {name: round(sum(v) / len(v), 5) for name, v in losses.items()}
                steps = max(map(len, losses.values()))
                rate = round(steps * settings.batch / (now - logged), 2)
                run.event(f"stage{number}", step=done + 1, images_per_second=rate, **means)
                losses.clear()
                logged = now
            if stops or (now - saved > _SAVE_SECONDS and not ends):
                self._save(number, parts, average)
                saved = time.monotonic()
            if stops:
                return False
            if ends:
                break
        network = self.g1 if number == 1 else self.g2
        network.load_state_dict(average.module.state_dict())
        position[f"done{number}"] = 1
        self._save(number, {}, average)
        return True

    def _save(
        self, number: int, parts: Mapping[str, nn.Module | Optimizer], average: AveragedModel
    ) -> None:
        """Score the held-out pairs and write state, last and, where it is, best."""
        g1 = average.module if number == 1 else self.g1
        g2 = average.module if number == 2 else self.g2
        scores = self._score(g1, g2 if number == 2 else None)
        best = scores["ssim"] >= self.run.position.get(f"best{number}", -1.0)
        if best:
            self.run.position[f"best{number}"] = scores["ssim"]
        self.run.event("held_out", stage=number, **scores)
        self.run.save_state({**self._networks, **parts})
        for name in (LAST, BEST) if best else (LAST,):
            self.run.save_model(name, {"g1": g1, "g2": g2})

    @torch.no_grad()
    def _score(self, g1: nn.Module, g2: nn.Module | None) -> dict[str, float]:
        sums: dict[str, float] = defaultdict(float)
        count = 0
        for batch in self.checked:
            batch = batch.to(self.device)
            image = draw_coarse(g1, batch, self.config).image
            if g2 is not None:
                image = image + g2(batch.source, image)
            cut = self.config.loss.cutoff
            image, target = without_border(image, cut), without_border(batch.target, cut)
            sums["ssim"] += float(ssim_map(image.clamp(0, 1), target).mean()) * len(image)
            sums["l1"] += float((image.clamp(0, 1) - target).abs().mean()) * len(image)
            count += len(image)
        return {name: round(value / count, 5) for name, value in sums.items()}

    def _batches(self, first: int, total: int, batch: int) -> Iterator[Batch]:
        """Batches ``first`` to ``total``; the same ones whenever the run is resumed."""
        order = _Order(len(self.pairs), self.config.seed, first * batch, total * batch)
        workers = 1 if self.device.type == "cpu" else min(8, os.cpu_count() or 1)
        yield from DataLoader(
            self.pairs,
            batch_size=batch,
            sampler=order,
            collate_fn=to_batch,
            num_workers=workers,
            prefetch_factor=4,
            worker_init_fn=_quiet_worker,
        )


class _Order(torch.utils.data.Sampler[int]):
    """Item numbers first to last; each epoch has all sources, in an order of its own."""

    def __init__(self, length: int, seed: int, first: int, last: int) -> None:
        self._length, self._seed, self._first, self._last = length, seed, first, last

    def __len__(self) -> int:
        return self._last - self._first

    def __iter__(self) -> Iterator[int]:
        epoch, order = -1, torch.empty(0)
        for item in range(self._first, self._last):
            if item // self._length != epoch:
                epoch = item // self._length
                generator = torch.Generator().manual_seed(self._seed + epoch)
                order = torch.randperm(self._length, generator=generator)
            yield epoch * self._length + int(order[item % self._length])


def _finite(loss: float, step: int) -> float:
    if not math.isfinite(loss):
        raise ReposeError(
            f"The training diverged at step {step}: start again with a lower --learning-rate. "
            "The last checkpoint is from before."
        )
    return loss


def _rate(share: float) -> float:
    """Factor of the learning rate: whole for the first half, then falling to a twentieth."""
    return 1.0 if share < 0.5 else max(0.05, 1.0 - 1.9 * (share - 0.5))


def _fixed_batches(held_out: Sequence[Picture], config: Config) -> list[Batch]:
    """Pairs of held-out people, always the same, spread over all of them.

    Raises ReposeError when there are none.
    """
    others = partners(held_out)
    sources = [i for i, found in enumerate(others) if found]
    if not sources:
        raise ReposeError(
            "No person held out has two pictures: hold more people out (data.held_out)."
        )
    chosen = sources[:: max(1, len(sources) // _CHECKED_PAIRS)][:_CHECKED_PAIRS]
    items = []
    for i in chosen:
        target = others[i][(7 * i) % len(others[i])]
        items.append(to_tensors(cut_pair(held_out[i], held_out[target], config), config))
    return [to_batch(items[k : k + 16]) for k in range(0, len(items), 16)]


def _quiet_worker(worker: int) -> None:
    """A worker takes one thread, and leaves it to the training to stop."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _stop_requests() -> Iterator[Callable[[], bool]]:
    """Inside, Ctrl+C and a request to end are noted instead of breaking off a step."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
