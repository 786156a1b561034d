"""A run: one training and its folder, from which a later process can resume it.

config.json        the settings
events.jsonl       one JSON object per line: losses, images per second, held-out scores ...
samples/           generated images of held-out people, one contact sheet per epoch
last.safetensors   the newest model
best.safetensors   the model with the best held-out SSIM
state.safetensors  everything `--resume` needs: networks, weight averages, optimizers, position
cache/             the caches prepared from folders of pictures
pictures/          the training pictures of a personal model
stop, save, pause  requests to the training, see `engine.training.requests`
process.json       the process that trains the run or trained it last
.lock              locked by the process that trains the run
log.txt            the output of that process, if the editor started it

The run survives a kill at any time: `--resume` truncates the events written after the last state
and repeats the steps since then, with identical results.
"""

import dataclasses
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.amp import GradScaler
from torch.optim import Optimizer

from engine.config.config import Config
from engine.core import distributed
from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.face.trained_range import TrainedRange
from engine.networks.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.training.requests import Requests
from engine.training.run_folder import (
    BEST,
    CACHE,
    CONFIG,
    EVENTS,
    LAST,
    LOG,
    PICTURES,
    PROCESS,
    REQUESTS,
    SAMPLES,
    STATE,
)
from engine.training.run_lock import lock_run

_OURS = {EVENTS, CONFIG, LAST, BEST, STATE, SAMPLES, CACHE, PICTURES, LOG, PROCESS, *REQUESTS}

Stages = Literal["1", "2", "both"]
Part = nn.Module | Optimizer | GradScaler


@dataclass
class Position:
    """The progress of a run, as stored in its state.

    stages    the stages to train
    model     path of the model with the initial weights; None for random initialisation
    pictures  fingerprint of the training pictures; empty until they are prepared
    items     number of pairs seen so far, by phase (stage1, pretraining, stage2)
    ended     the finished phases
    batches   reduced batch size, by phase, after running out of memory
    seconds   training time, by phase
    held_out  the groups of people excluded from training; empty until the pictures are split
    best      the held-out SSIM of best.safetensors; -1 before the first score
    events    size of events.jsonl in bytes
    """

    stages: Stages = "both"
    model: str | None = None
    pictures: str = ""
    items: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    batches: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    held_out: list[str] = field(default_factory=list)
    best: float = -1.0
    events: int = 0


class Run:
    """Reads and writes the folder of one training. In distributed training only rank 0 writes.

    The folder is locked until the ``with`` block ends: no other process can train the run.

    position       the progress of the training; saved with the state
    held_out       the groups of people excluded from training
    trained_on     the groups of people used for training
    trained_range  the range of head angles in the training pictures; None without faces
    requests       those of the user to the training

    Raises ReposeError when the folder contains another run or other files, contains no run to
    resume, is not writable, or when another process trains the run.
    """

    def __init__(self, folder: Path, config: Config, start: Position | None) -> None:
        """Create a run at the position ``start``, or resume the one in the folder if it is None."""
        self.folder, self.config = folder, config
        self.held_out: Sequence[str] = ()
        self.trained_on: Sequence[str] = ()
        self.trained_range: TrainedRange | None = None
        self._saved: dict[str, Mapping[str, Any]] = {}
        self._writes = distributed.rank() == 0
        if start is not None:
            _check_free(folder)
        elif not (folder / STATE).exists():
            raise ReposeError(f"{folder} holds no run to resume.")
        self._lock = lock_run(folder) if self._writes else None
        try:
            self._open(start)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()

    def _open(self, start: Position | None) -> None:
        """Write or read the state, now that the folder is locked."""
        if start is not None:
            self.position = start
            _check_free(self.folder)  # another process may have begun a run before the lock
            self._cut_events()
            self.save_state({})
        else:
            state = load_checkpoint(self.folder / STATE)
            self.position = _position(state)
            self._saved = dict(state.weights)
            self._cut_events()
        self.requests = Requests(self.folder)
        if self._writes:
            with write_whole(self.folder / CONFIG) as part:
                part.write_text(self.config.to_json(), encoding="utf-8")

    def event(self, kind: str, **values: Any) -> None:
        """Append one event to `events.jsonl`. Raises ReposeError when it cannot be written."""
        if not self._writes:
            return
        line = json.dumps({"event": kind, "time": round(time.time(), 2), **values}) + "\n"
        path = self.folder / EVENTS
        try:
            size = path.stat().st_size if path.exists() else 0
            try:
                with path.open("ab") as file:
                    file.write(line.encode())
            except OSError:  # on a full disk the line may be written in part
                os.truncate(path, size)
                raise
        except OSError as error:
            raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error

    def restore(self, name: str, part: Part) -> None:
        """Load the saved state of ``part``, if the resumed run has one under ``name``."""
        saved = self._saved.pop(name, None)
        if saved is None:
            return
        if isinstance(part, nn.Module):
            part.load_state_dict(dict(saved))
        elif isinstance(part, Optimizer):
            restore_optimizer(part, saved)
        else:
            restore_scaler(part, saved)

    def save_state(self, parts: Mapping[str, Part]) -> None:
        """Write the states of ``parts`` and the position to state.safetensors, atomically."""
        if not self._writes:
            return
        events = self.folder / EVENTS
        self.position.events = events.stat().st_size if events.exists() else 0
        states = {
            name: part.state_dict()
            if isinstance(part, nn.Module)
            else optimizer_state(part)
            if isinstance(part, Optimizer)
            else scaler_state(part)
            for name, part in parts.items()
        }
        position = {"position": json.dumps(dataclasses.asdict(self.position))}
        save_checkpoint(self.folder / STATE, self.config, states, metadata=position)

    def save_model(self, name: str, networks: Mapping[str, nn.Module]) -> None:
        """Write the networks for inference to the file ``name`` in the run's folder."""
        if not self._writes:
            return
        position = self.position
        metadata = {
            "name": self.folder.name,
            "images": str(sum(position.items.values())),
            "seconds": str(round(sum(position.seconds.values()))),
            "held_out": json.dumps(self.held_out),
            "trained_on": json.dumps(self.trained_on),
        }
        if self.trained_range is not None:
            metadata |= self.trained_range.metadata()
        # Models may be published: leave out the paths of the training pictures.
        data = dataclasses.replace(self.config.data, folders=())
        config = dataclasses.replace(self.config, data=data)
        states = {key: network.state_dict() for key, network in networks.items()}
        save_checkpoint(self.folder / name, config, states, metadata=metadata)

    def _cut_events(self) -> None:
        """Truncate the events written after the state: the resumed training writes them again."""
        path = self.folder / EVENTS
        if self._writes and path.exists() and path.stat().st_size > self.position.events:
            try:
                os.truncate(path, self.position.events)
            except OSError as error:
                raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error


def saved_run(folder: Path) -> tuple[Config, Position]:
    """Read the settings and the position of the run in ``folder``, without its weights.

    Raises ReposeError when there is no run or its state is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        raise ReposeError(f"{folder} holds no run to resume.")
    try:
        with safe_open(path, framework="pt") as stored:
            header: dict[str, str] = stored.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ReposeError(f"{path} is damaged: the run cannot go on.") from error
    if "config" not in header:
        raise ReposeError(f"{path} is not the state of a run.")
    config = Config.from_json(header["config"])
    return config, _position(Checkpoint(path, config, {}, header))


def _position(state: Checkpoint) -> Position:
    if "position" not in state.metadata:
        raise ReposeError(f"{state.path} is a model, not the state of a run.")
    try:
        return Position(**json.loads(state.metadata["position"]))
    except (TypeError, ValueError) as error:
        raise ReposeError(f"{state.path} was written by another version of Repose.") from error


def _check_free(folder: Path) -> None:
    """Raise ReposeError when ``folder`` contains a started run or files that are not a run's."""
    if (folder / STATE).exists() and saved_run(folder)[1].pictures:
        raise ReposeError(f"{folder} already holds a run: add --resume or name another.")
    if folder.is_dir():
        others = [p.name for p in folder.iterdir() if p.name not in _OURS and p.name[0] != "."]
        if others:
            raise ReposeError(
                f"{folder} holds other files ({min(others)}): name a folder of its own for the run."
            )


def optimizer_state(optimizer: Optimizer) -> dict[str, Tensor]:
    """Adam's moments and step counts as tensors named ``<parameter index>.<key>``.

    Learning rates are not included: the trainer computes them from the position.
    """
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
    }


def restore_optimizer(optimizer: Optimizer, saved: Mapping[str, Tensor]) -> None:
    """Load the tensors of ``optimizer_state`` into ``optimizer``."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in saved.items():
        index, _, key = name.partition(".")
        like = parameters[int(index)]
        if tensor.shape == like.shape:  # same memory format, for bit-identical resuming
            tensor = torch.empty_like(like, dtype=tensor.dtype, requires_grad=False).copy_(tensor)
        states.setdefault(int(index), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})


def scaler_state(scaler: GradScaler) -> dict[str, Tensor]:
    """The state of a GradScaler as scalar tensors; empty when the scaler is disabled."""
    values: dict[str, Any] = scaler.state_dict()
    return {key: torch.tensor(value, dtype=torch.float64) for key, value in values.items()}


def restore_scaler(scaler: GradScaler, saved: Mapping[str, Tensor]) -> None:
    """Load the tensors of ``scaler_state`` into ``scaler``."""
    values = {key: tensor.item() for key, tensor in saved.items()}
    whole = ("growth_interval", "_growth_tracker")
    scaler.load_state_dict({k: int(v) if k in whole else v for k, v in values.items()})
