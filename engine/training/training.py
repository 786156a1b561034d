"""The command `train`: reads options and settings, prepares the data, runs the training."""

import hashlib
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import cv2
import torch
import tyro
from tyro.conf import FlagCreatePairsOff, UseAppendAction, arg

from engine.config.config import Config, Layout
from engine.config.presets import PRESETS
from engine.core import distributed
from engine.core.devices import Device, choose_device, computing, training_precision
from engine.core.errors import ReposeError
from engine.core.files import read_text, real_path
from engine.data.augmentation import ROLL
from engine.data.cache import Picture
from engine.data.datasets import open_sources, parse_source
from engine.data.loader import share_cores
from engine.data.split import partners, split, split_pictures
from engine.face.trained_range import TrainedRange
from engine.networks.checkpoint import load_checkpoint
from engine.training.progress import say
from engine.training.run import Position, Run, saved_run
from engine.training.run_folder import CACHE, note_process
from engine.training.trainer import Trainer


@dataclass(frozen=True)
class TrainOptions:
    """The options of `train` beside the settings.

    Some options are shorthands for settings; ``settings_of`` returns the resulting settings.
    """

    run: Annotated[Path, arg(metavar="RUN", help_behavior_hint="")]
    """The folder of the run. It ends with the models last.safetensors and best.safetensors."""
    data: Annotated[
        UseAppendAction[tuple[tuple[str, ...], ...]],
        arg(metavar="DATA [DATA ...]", help_behavior_hint="(repeatable)"),
    ] = ()
    """Folders of pictures, or caches as `prepare` writes them; DATA:LAYOUT gives one folder a
    layout of its own."""
    layout: Annotated[Layout | None, arg(metavar="fei|people|portraits", help_behavior_hint="")] = (
        None
    )
    """How the folders say whose a picture is: files <person>-<pose>.jpg; a folder for each person;
    or single photos, which are lifted to 3D and turned."""
    preset: Annotated[
        Literal["default", "report"] | None,
        arg(metavar="default|report", help_behavior_hint="(default: default)"),
    ] = None
    """The settings to start from."""
    config: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """A file of settings (config.json of another run) instead of a preset."""
    stages: Annotated[
        Literal["1", "2", "both"] | None,
        arg(metavar="1|2|both", help_behavior_hint="(default: both)"),
    ] = None
    """Which stages to train: G1; G2 and D; or one after the other."""
    epochs: Annotated[int | None, arg(metavar="N", help_behavior_hint="")] = None
    """Epochs of each stage."""
    minutes: Annotated[float | None, arg(metavar="N", help_behavior_hint="")] = None
    """Stop each stage after so many minutes even when epochs are left."""
    batch: Annotated[int | None, arg(metavar="N", help_behavior_hint="")] = None
    """Pairs per step, in both stages."""
    learning_rate: Annotated[float | None, arg(metavar="RATE", help_behavior_hint="")] = None
    """Adam's learning rate, in both stages."""
    size: Annotated[int | None, arg(metavar="PIXELS", help_behavior_hint="")] = None
    """Height and width of the pictures that the networks see; the heatmaps' radius goes along."""
    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """Start from the weights of this model."""
    resume: FlagCreatePairsOff[bool] = False
    """Go on with the run in the folder, with its settings and data."""
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""
    threads: int = 0
    """Threads of the networks on a processor; 0 chooses."""


def read_arguments(arguments: Sequence[str], program: str) -> tuple[TrainOptions, Config]:
    """Parse a command line into options and settings; every setting is a flag of its own.

    Exits with status 2 for unknown arguments and with 0 after ``--help``. Raises ReposeError for
    values and settings that are incompatible.
    """
    # First pass: the options, which determine the defaults of the settings.
    no_run = TrainOptions(run=Path())
    options, _ = tyro.cli(
        TrainOptions,
        prog=program,
        args=list(arguments),
        default=no_run,
        return_unknown_args=True,
        add_help=False,
    )
    wants_help = not {"-h", "--help"}.isdisjoint(arguments)
    defaults = settings_of(no_run if wants_help and options.resume else options)

    def train(
        options: Annotated[TrainOptions, arg(name="")],
        settings: Annotated[Config, arg(name="")] = defaults,
    ) -> tuple[TrainOptions, Config]:
        return options, settings

    description = (
        "Train G1 (stage 1), then G2 against D (stage 2), on pairs of pictures of one person."
        " Ctrl+C stops; --resume goes on as if nothing had happened. Files in RUN do the same from"
        " elsewhere: stop (containing epoch: after this epoch), save, pause. Any setting can be"
        " given as well; the defaults below are those of the preset, file or run."
    )
    return tyro.cli(train, prog=program, args=list(arguments), description=description)


def settings_of(options: TrainOptions) -> Config:
    """The settings resulting from the options.

    Raises ReposeError for incompatible options and for unreadable settings.
    """
    if options.preset is not None and options.config is not None:
        raise ReposeError("--preset and --config exclude each other.")
    if options.config is not None:
        try:
            config = Config.from_json(read_text(options.config, largest=1_000_000))
        except ReposeError as error:
            raise ReposeError(f"The settings {options.config} cannot be used: {error}") from error
    elif options.resume and options.preset is None:
        config, _ = saved_run(options.run)
    else:
        config = PRESETS[options.preset or "default"]
    if options.size is not None:
        image = replace(config.image, height=options.size, width=options.size)
        radius = config.heatmaps.radius * options.size / config.image.width
        config = replace(config, image=image, heatmaps=replace(config.heatmaps, radius=radius))
    data: dict[str, Any] = {}
    if options.data:
        data["folders"] = tuple(source for sources in options.data for source in sources)
    if options.layout is not None:
        data["layout"] = options.layout
    stage = {
        name: value
        for name in ("epochs", "minutes", "batch", "learning_rate")
        if (value := getattr(options, name)) is not None
    }
    return replace(
        config,
        data=replace(config.data, **data),
        stage1=replace(config.stage1, **stage),
        stage2=replace(config.stage2, **stage),
    )


def check(options: TrainOptions, config: Config) -> None:
    """Raise ReposeError for incompatible options and settings."""
    if options.resume:
        if options.model is not None:
            raise ReposeError("--model and --resume exclude each other: the run has its weights.")
        of_run, _ = saved_run(options.run)
        for name, value, other in _differences(asdict(of_run), asdict(config)):
            if name != "data.folders":
                raise ReposeError(
                    f"The run in {options.run} has {value!r} as {name}, not {other!r}: with "
                    "--resume leave that option out."
                )
    if not config.data.folders:
        raise ReposeError("Name the pictures, or caches of them, with --data.")
    for name, stage in (("stage1", config.stage1), ("stage2", config.stage2)):
        if stage.batch % distributed.count():
            raise ReposeError(
                f"{distributed.count()} processes cannot share a batch of {stage.batch} pairs "
                f"({name}.batch): make it a multiple of {distributed.count()}."
            )


def train(options: TrainOptions, config: Config) -> None:
    """Train until the end of the run or until the user stops it.

    Raises ReposeError for unusable data or settings and when the training fails.
    """
    kind = choose_device(options.device)
    with distributed.together(kind) as device:
        check(options, config)
        for source in config.data.folders:
            folder, _ = parse_source(source, config.data.layout)
            if not folder.is_dir():
                raise ReposeError(f"There is no folder {folder} of pictures.")
        threads, workers = share_cores(device, config.guides)
        torch.set_num_threads(options.threads or threads)
        half = config.precision == "half"
        say(computing(device.type, training_precision(device.type) if half else torch.float32))
        torch.backends.cudnn.benchmark = device.type == "cuda"
        cv2.setNumThreads(1)  # OpenCV's thread pool does not survive the fork of the workers
        with distributed.first_alone():
            # Rank 0 creates the run; the other ranks open it as if to resume it.
            resume = options.resume or distributed.rank() > 0
            # Absolute paths: the run may be resumed from another working directory.
            folders = tuple(map(os.path.abspath, config.data.folders))
            config = replace(config, data=replace(config.data, folders=folders))
            run = Run(options.run, config, None if resume else _start(options))
            if distributed.rank() == 0:
                note_process(options.run, os.getpid(), options.device, options.threads)
        with run:
            try:
                _train(run, options, device, workers)
            except Exception as error:
                _note_failure(run, error)
                raise


def _start(options: TrainOptions) -> Position:
    model = None if options.model is None else str(real_path(options.model))
    return Position(stages=options.stages or "both", model=model)


def _train(run: Run, options: TrainOptions, device: torch.device, workers: int) -> None:
    config, position = run.config, run.position
    sources, cache = config.data.folders, run.folder / CACHE
    with distributed.first_alone():
        pictures = open_sources(sources, config.data, config.skeleton, cache)
    training, held_out = _split(pictures, config, position)
    found = fingerprint(pictures)
    if position.pictures not in ("", found):
        raise ReposeError(
            f"The run in {run.folder} was trained on other pictures: name the same ones."
        )
    position.pictures = found
    position.stages = options.stages or position.stages
    position.held_out = sorted({picture.group for picture in held_out})
    run.trained_on = sorted({picture.group for picture in training})
    run.held_out = sorted({picture.group for picture in held_out}.difference(run.trained_on))
    faces = [picture.landmarks for picture in training if picture.skeleton == "face"]
    run.trained_range = TrainedRange.of(faces, ROLL if config.data.augment else 0.0)
    torch.manual_seed(config.seed)
    trainer = Trainer(run, training, held_out, device, workers)
    if options.resume:
        run.event("resumed", images=sum(position.items.values()))
    if not trainer.train():
        say(f"stopped; go on with: train --run {shlex.quote(str(run.folder))} --resume")


def _split(
    pictures: Sequence[Picture], config: Config, position: Position
) -> tuple[list[Picture], list[Picture]]:
    """Split into training and held-out pictures. Only people with several pictures are held out.

    Whom the model with the initial weights held out or was trained on stays on that side: scores of
    people whom it has seen would say nothing.
    """
    if config.data.hold_out == "pictures":
        return split_pictures(pictures, config.data.held_out, config.seed)
    paired = [p for p, others in zip(pictures, partners(pictures), strict=True) if others]
    if not paired:
        raise ReposeError("No person has two pictures: there are no pairs to train on.")
    kept_out, trained_on = set(position.held_out), set[str]()
    if kept_out:  # a resumed run
        trained_on = {picture.group for picture in paired} - kept_out
    elif position.model is not None:
        model = load_checkpoint(Path(position.model))
        kept_out, trained_on = set(model.held_out), set(model.trained_on)
    _, held_out = split(paired, config.data.held_out, config.seed, kept_out, trained_on)
    groups = {picture.group for picture in held_out}
    return [p for p in pictures if p.group not in groups], held_out


def fingerprint(pictures: Sequence[Picture]) -> str:
    """Hash of the names, groups and sizes of the pictures, independent of their location."""
    names = [f"{p.name.partition('/')[2]}\t{p.group}\t{p.shape}" for p in pictures]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _differences(one: Any, other: Any, name: str = "") -> list[tuple[str, Any, Any]]:
    """Names and both values of the settings in which two nested dictionaries differ."""
    if isinstance(one, dict):
        return [
            difference
            for key in one
            for difference in _differences(one[key], other[key], f"{name}.{key}" if name else key)
        ]
    return [] if one == other else [(name, one, other)]


def _note_failure(run: Run, error: Exception) -> None:
    try:
        run.event("failed", error=str(error) or type(error).__name__)
    except ReposeError:
        pass  # e.g. a full disk; the original error is raised anyway
