"""Training as the command line and the editor start it: options in, one run out."""

import dataclasses
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import cv2
import torch

from engine.cache import open_cache
from engine.config import Config
from engine.devices import Device, choose_device
from engine.errors import ReposeError
from engine.pairs import split
from engine.presets import PRESETS
from engine.run import CONFIG, Run
from engine.trainer import Trainer


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
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""
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
        trainer = Trainer(run, training, held_out, device)
        if options.model is not None and not options.resume:
            trainer.start_from(options.model)
        stages = {
            "1": (trainer.stage1,),
            "2": (trainer.stage2,),
            "both": (trainer.stage1, trainer.stage2),
        }
        if not all(trainer.train(stage(), asked) for stage in stages[options.stages]):
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
