"""Checkpoints: weights, config and metadata in one safetensors file, which cannot run code."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import open_regular, write_whole
from engine.networks.model_file import FORMAT, config_in, plain_name, read_header

_Network = TypeVar("_Network", bound=nn.Module)

_VERSION = "3"  # 1: G2 without guides; 1 and 2: guides computed in another way


@dataclass(frozen=True)
class Checkpoint:
    """The contents of a checkpoint file."""

    path: Path
    config: Config
    weights: Mapping[str, Mapping[str, Tensor]]
    """State dicts by name (``g1``, ``g2``, ``d`` ...), on the CPU; float16 is read as float32."""
    metadata: Mapping[str, str]
    """Further entries: the model's name, the seconds of training ..."""

    @property
    def held_out(self) -> frozenset[str]:
        """The groups of people in the training data that were kept out of training."""
        return _names(self.metadata.get("held_out", ""))

    @property
    def trained_on(self) -> frozenset[str]:
        """The groups of people that the model was trained on; empty if the file lacks them."""
        return _names(self.metadata.get("trained_on", ""))

    @property
    def name(self) -> str:
        """The model's name; the file's, if it has none."""
        return plain_name(self.metadata.get("name", self.path.stem))

    def network(self, name: str, kind: Callable[[Config], _Network]) -> _Network:
        """The network of a kind in the checkpoint's config, with the state dict ``name``.

        Raises ReposeError as `check`.
        """
        self.check(name, kind, self.config)
        network = kind(self.config)
        self.restore(name, network)
        return network

    def check(self, name: str, kind: Callable[[Config], nn.Module], config: Config) -> None:
        """Compare the state dict ``name`` with a network of a kind before that takes memory.

        A config can ask for networks of any size. Raises ReposeError when it is missing or does
        not match the network.
        """
        shapes = {key: tensor.shape for key, tensor in self._state(name).items()}
        # The shapes are the same, and PyTorch takes a second to prepare normal_ without storage.
        g1, g2 = (replace(own, start="torch") for own in (config.g1, config.g2))
        config = replace(config, g1=g1, g2=g2)
        with torch.device("meta"):  # shapes without storage
            wanted = kind(config).state_dict()
        if shapes != {key: tensor.shape for key, tensor in wanted.items()}:
            raise self._misfit(name)

    def restore(self, name: str, network: nn.Module) -> None:
        """Load the state dict ``name`` into ``network``.

        Raises ReposeError when it is missing or does not match the network.
        """
        try:
            network.load_state_dict(dict(self._state(name)))
        except RuntimeError as error:
            raise self._misfit(name) from error

    def _state(self, name: str) -> Mapping[str, Tensor]:
        if name not in self.weights:
            raise ReposeError(f"{self.path} holds no weights for {name}.")
        return self.weights[name]

    def _misfit(self, name: str) -> ReposeError:
        return ReposeError(
            f"{self.path} is damaged: the weights for {name} do not fit its settings."
        )


def save_checkpoint(
    path: Path,
    config: Config,
    weights: Mapping[str, Mapping[str, Tensor]],
    *,
    half: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write ``weights`` (state dicts by name; no dots) and ``config`` to ``path`` atomically.

    ``half`` stores floats as float16, for models that are shipped. Raises ReposeError when the file
    cannot be written.
    """
    tensors = {
        f"{name}.{key}": _stored(tensor, half)
        for name, state in weights.items()
        for key, tensor in state.items()
    }
    header = {"format": FORMAT, "version": _VERSION, "config": config.to_json()}
    with write_whole(path) as part:
        try:
            save_file(tensors, part, {**(metadata or {}), **header})
        except SafetensorError as error:
            raise ReposeError(f"{path} cannot be written: {error}.") from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a file that ``save_checkpoint`` wrote.

    Raises ReposeError when the file cannot be read, is damaged or is something else; a pickle is
    never loaded.
    """
    _refuse_pickle(path)
    header = read_header(path)
    del header["format"]
    version = header.pop("version", None)
    if version in ("1", "2"):
        raise ReposeError(f"{path} is a model of an older Repose; please train it again.")
    if version != _VERSION:
        raise ReposeError(f"{path} was written by a newer Repose; please update.")
    try:
        with safe_open(path, framework="pt") as stored:
            tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ReposeError(f"{path} is damaged or not a model of Repose.") from error
    config = config_in(header, path)
    del header["config"]

    weights: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for key, tensor in tensors.items():
        name, _, rest = key.partition(".")
        weights[name][rest] = tensor.float() if tensor.dtype == torch.float16 else tensor
        if not tensor.isfinite().all():
            raise ReposeError(f"{path} is damaged: some of its weights are not numbers.")
    return Checkpoint(path, config, dict(weights), header)


def _refuse_pickle(path: Path) -> None:
    """Raise ReposeError for a pickle, or a zip archive with one, as `torch.save` writes."""
    with open_regular(path) as file:
        start = file.read(9)
    # A safetensors file starts with its header's length, eight arbitrary bytes, and a brace.
    if start[8:] != b"{" and (start[:2] == b"PK" or start[:1] == b"\x80"):
        raise ReposeError(
            f"{path} is a pickle, which could run any code; Repose reads only its own .safetensors."
        )


def _names(text: str) -> frozenset[str]:
    """The names in a JSON list; empty when ``text`` is not one."""
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(map(str, names)) if isinstance(names, list) else frozenset()


def _stored(tensor: Tensor, half: bool) -> Tensor:
    """``tensor`` on the CPU and contiguous; floats as float16 if ``half``."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if half and tensor.is_floating_point() else tensor
