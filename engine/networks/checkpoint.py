"""Checkpoints: config and weights in one safetensors file. Nothing is ever unpickled."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole

_FORMAT = "repose"
_VERSION = "3"  # 1: G2 did not see the guides; 1 and 2: other guides


@dataclass(frozen=True)
class Checkpoint:
    """What ``load_checkpoint`` found in ``path``."""

    path: Path
    config: Config
    weights: Mapping[str, Mapping[str, Tensor]]
    """State by name (``g1``, ``g2``, ``d`` ...), on the CPU, float32 where it was saved halved."""
    metadata: Mapping[str, str]
    """What else was saved: the model's name, the seconds of training ..."""

    @property
    def held_out(self) -> frozenset[str]:
        """The groups of people that the model was not trained on, of those it was given."""
        return _names(self.metadata.get("held_out", ""))

    @property
    def trained_on(self) -> frozenset[str]:
        """The groups of people that it was trained on; none where the file does not tell."""
        return _names(self.metadata.get("trained_on", ""))

    def restore(self, name: str, network: nn.Module) -> None:
        """Give ``network`` the weights called ``name``.

        Raises ReposeError when they are missing or have other names or shapes.
        """
        if name not in self.weights:
            raise ReposeError(f"{self.path} holds no weights for {name}.")
        try:
            network.load_state_dict(dict(self.weights[name]))
        except RuntimeError as error:
            raise ReposeError(
                f"{self.path} is damaged: the weights for {name} do not fit its settings."
            ) from error


def save_checkpoint(
    path: Path,
    config: Config,
    weights: Mapping[str, Mapping[str, Tensor]],
    *,
    half: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write ``weights`` (states by name; names have no dot) and ``config`` to ``path``.

    The file is written whole or not at all. ``half`` stores float16, for models to be shipped.
    Raises ReposeError when it cannot be written.
    """
    tensors = {
        f"{name}.{key}": _stored(tensor, half)
        for name, state in weights.items()
        for key, tensor in state.items()
    }
    header = {"format": _FORMAT, "version": _VERSION, "config": config.to_json()}
    with write_whole(path) as part:
        try:
            save_file(tensors, part, {**(metadata or {}), **header})
        except SafetensorError as error:
            raise ReposeError(f"{path} cannot be written: {error}.") from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read what ``save_checkpoint`` wrote.

    Raises ReposeError when the file cannot be read, is damaged or is something else; a pickle is
    refused unread.
    """
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise ReposeError(f"The model {path} cannot be read: {reason(error)}.") from error
    # A safetensors file begins with a length in eight bytes, which may be any, and a brace.
    if start[8:] != b"{" and (start[:2] == b"PK" or start[:1] == b"\x80"):
        raise ReposeError(
            f"{path} is a pickle, which could run any code; Repose reads only its own .safetensors."
        )
    try:
        with safe_open(path, framework="pt") as stored:
            header: dict[str, str] = stored.metadata() or {}
            if header.pop("format", None) != _FORMAT or "config" not in header:
                raise ReposeError(f"{path} is a safetensors file, but not a model of Repose.")
            version = header.pop("version", None)
            if version in ("1", "2"):
                raise ReposeError(f"{path} is a model of an older Repose; please train it again.")
            if version != _VERSION:
                raise ReposeError(f"{path} was written by a newer Repose; please update.")
            tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ReposeError(f"{path} is damaged or not a model of Repose.") from error
    try:
        config = Config.from_json(header.pop("config"))
    except ReposeError as error:
        raise ReposeError(f"{path} has settings that cannot be used: {error}") from error

    weights: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for key, tensor in tensors.items():
        name, _, rest = key.partition(".")
        weights[name][rest] = tensor.float() if tensor.dtype == torch.float16 else tensor
        if not tensor.isfinite().all():
            raise ReposeError(f"{path} is damaged: some of its weights are not numbers.")
    return Checkpoint(path, config, dict(weights), header)


def _names(text: str) -> frozenset[str]:
    """A list of names in JSON; nothing where it is none."""
    try:
        names = json.loads(text)
    except ValueError:
        return frozenset()
    return frozenset(map(str, names)) if isinstance(names, list) else frozenset()


def _stored(tensor: Tensor, half: bool) -> Tensor:
    """``tensor`` as it goes to the file: on the CPU, in plain order, halved if it is to be."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if half and tensor.is_floating_point() else tensor
