"""A run: one training in one folder, which a later process can take up where it stopped.

config.json        the settings
events.jsonl       one JSON object per line: losses, images per second, held-out scores
last.safetensors   the newest model
best.safetensors   the one with the best held-out SSIM of the newest stage
state.safetensors  all that `--resume` needs: networks, averages, optimizers, position
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from engine.checkpoint import load_checkpoint, save_checkpoint
from engine.config import Config
from engine.errors import ReposeError
from engine.files import reason, write_whole

EVENTS = "events.jsonl"
CONFIG = "config.json"
LAST = "last.safetensors"
BEST = "best.safetensors"
STATE = "state.safetensors"


class Run:
    """The folder of one training.

    held_out  the groups of people that are kept out of the training
    position  numbers by name that say how far the training is; saved with the state

    Raises ReposeError when the folder holds another run, or none to resume, or is not writable.
    """

    def __init__(self, folder: Path, config: Config, resume: bool) -> None:
        self.folder, self.config = folder, config
        self.held_out: Sequence[str] = ()
        self.position: dict[str, float] = {}
        self._saved: Mapping[str, Mapping[str, Tensor]] = {}
        started = (folder / STATE).exists()
        if started and not resume:
            raise ReposeError(f"{folder} already holds a run: add --resume or name another.")
        if resume and not started:
            raise ReposeError(f"{folder} holds no run to resume.")
        if resume:
            state = load_checkpoint(folder / STATE)
            if state.config != config:
                raise ReposeError(f"The run in {folder} has other settings; resume it with those.")
            self._saved = state.weights
            if "position" not in state.metadata:
                raise ReposeError(f"{folder / STATE} is a model, not the state of a run.")
            self.position = json.loads(state.metadata["position"])
        with write_whole(folder / CONFIG) as part:
            part.write_text(config.to_json())
        if not started:  # events of a run that ended before its first checkpoint
            (folder / EVENTS).unlink(missing_ok=True)

    def event(self, kind: str, **values: Any) -> None:
        """Append one event to `events.jsonl`. Raises ReposeError when it cannot be written."""
        line = json.dumps({"event": kind, "time": round(time.time(), 2), **values})
        path = self.folder / EVENTS
        try:
            with path.open("a") as file:
                file.write(line + "\n")
        except OSError as error:
            raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error

    def restore(self, name: str, part: nn.Module | Optimizer) -> None:
        """Give a network, average or optimizer its state of the run that is resumed, if any."""
        saved = self._saved.get(name)
        if saved is None:
            return
        if isinstance(part, nn.Module):
            part.load_state_dict(dict(saved))
        else:
            _load_optimizer(part, saved)

    def save_state(self, parts: Mapping[str, nn.Module | Optimizer]) -> None:
        """Write the state of everything that trains, whole."""
        weights = {
            name: part.state_dict() if isinstance(part, nn.Module) else _optimizer_state(part)
            for name, part in parts.items()
        }
        position = {"position": json.dumps(self.position)}
        save_checkpoint(self.folder / STATE, self.config, weights, metadata=position)

    def save_model(self, name: str, networks: Mapping[str, nn.Module]) -> None:
        """Write the networks that a predictor needs to ``name`` in the run's folder."""
        states = {key: network.state_dict() for key, network in networks.items()}
        images = str(int(self.position.get("images", 0)))
        seconds = str(round(self.position.get("seconds", 0)))
        metadata = {
            "name": self.folder.name,
            "images": images,
            "seconds": seconds,
            "held_out": json.dumps(self.held_out),
        }
        save_checkpoint(self.folder / name, self.config, states, metadata=metadata)


def _optimizer_state(optimizer: Optimizer) -> dict[str, Tensor]:
    """Adam's moments and step counts as tensors by name."""
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
    }


def _load_optimizer(optimizer: Optimizer, saved: Mapping[str, Tensor]) -> None:
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in saved.items():
        index, _, key = name.partition(".")
        states.setdefault(int(index), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})
