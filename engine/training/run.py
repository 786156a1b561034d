"""A run: one training in one folder, which a later process can take up where it stopped.

config.json        the settings
events.jsonl       one JSON object per line: losses, images per second, held-out scores ...
samples/           held-out people as the networks draw them, a picture for each epoch
last.safetensors   the newest model
best.safetensors   the model with the best held-out SSIM
state.safetensors  all that `--resume` needs: networks, averages, optimizers, position
cache/             what was prepared of folders of pictures
pictures/          those of a person whom the editor fits a model to
stop, save, pause  requests to the training, see `engine.training.requests`
process.json       which process trains it, or did last
log.txt            what that printed, where the editor started it

A kill between two writes does no harm: what is not in the state yet is done again, with the same
result, and events after the state are cut off.
"""

import dataclasses
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open
from torch import nn
from torch.amp import GradScaler
from torch.optim import Optimizer

from engine.config.config import Config
from engine.core import distributed
from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.face.trained_range import TrainedRange
from engine.networks.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.training.optimizers import (
    optimizer_state,
    restore_optimizer,
    restore_scaler,
    scaler_state,
)
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

_OURS = {EVENTS, CONFIG, LAST, BEST, STATE, SAMPLES, CACHE, PICTURES, LOG, PROCESS, *REQUESTS}

Stages = Literal["1", "2", "both"]
Part = nn.Module | Optimizer | GradScaler


@dataclass
class Position:
    """How far a run is.

    stages    which stages it trains
    model     the model whose weights it started from, if any
    pictures  fingerprint of the pictures that it trains on; empty until they are prepared
    items     pairs seen so far, by phase (stage1, pretraining, stage2)
    ended     the phases that are over
    batches   pairs per step, by phase, where memory ran out
    seconds   of training, by phase
    best      the held-out SSIM of best.safetensors; -1 before there is one
    events    bytes of events.jsonl
    """

    stages: Stages = "both"
    model: str | None = None
    pictures: str = ""
    items: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    batches: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    best: float = -1.0
    events: int = 0


class Run:
    """The folder of one training. Of several processes that train together the first one writes.

    position             how far the training is; saved with the state
    held_out, trained_on  the groups of people kept out of the training, and the others
    trained_range  how far the heads of the others are turned; None where there are none

    Raises ReposeError when the folder holds another run, or none to resume, or other files, or is
    not writable.
    """

    def __init__(self, folder: Path, config: Config, start: Position | None) -> None:
        """``start`` is the position of a new run; None resumes the one in the folder."""
        self.folder, self.config = folder, config
        self.held_out: Sequence[str] = ()
        self.trained_on: Sequence[str] = ()
        self.trained_range: TrainedRange | None = None
        self._saved: dict[str, Mapping[str, Any]] = {}
        self._writes = distributed.rank() == 0
        if start is not None:
            self.position = start
            _check_free(folder)
            self.save_state({})
            if self._writes:
                (folder / EVENTS).unlink(missing_ok=True)
        else:
            if not (folder / STATE).exists():
                raise ReposeError(f"{folder} holds no run to resume.")
            state = load_checkpoint(folder / STATE)
            self.position = _position(state)
            self._saved = dict(state.weights)
            self._cut_events()
        if self._writes:
            for name in REQUESTS:  # to a process that is no more
                (folder / name).unlink(missing_ok=True)
            with write_whole(folder / CONFIG) as part:
                part.write_text(config.to_json(), encoding="utf-8")

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
            except OSError:  # a full disk may have taken a part of it
                os.truncate(path, size)
                raise
        except OSError as error:
            raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error

    def restore(self, name: str, part: Part) -> None:
        """Give a part of the training its state of the run that is resumed, if there is any."""
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
        """Write the state of everything that trains, whole."""
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
        """Write the networks that a predictor needs to ``name`` in the run's folder."""
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
        # Where the pictures lay is nobody's business.
        data = dataclasses.replace(self.config.data, folders=())
        config = dataclasses.replace(self.config, data=data)
        states = {key: network.state_dict() for key, network in networks.items()}
        save_checkpoint(self.folder / name, config, states, metadata=metadata)

    def _cut_events(self) -> None:
        """Leave out what happened after the state was saved: it will happen again."""
        path = self.folder / EVENTS
        if self._writes and path.exists() and path.stat().st_size > self.position.events:
            try:
                os.truncate(path, self.position.events)
            except OSError as error:
                raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error


def saved_run(folder: Path) -> tuple[Config, Position]:
    """The settings and the position of the run in ``folder``, without its weights.

    Raises ReposeError when there is none.
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
    """Raises ReposeError when ``folder`` holds anything but a run that has not begun."""
    if (folder / STATE).exists() and saved_run(folder)[1].pictures:
        raise ReposeError(f"{folder} already holds a run: add --resume or name another.")
    if folder.is_dir():
        others = [p.name for p in folder.iterdir() if p.name not in _OURS and p.name[0] != "."]
        if others:
            raise ReposeError(
                f"{folder} holds other files ({min(others)}): name a folder of its own for the run."
            )
