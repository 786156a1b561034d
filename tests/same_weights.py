"""Whether two trainings came to the same, to the bit."""

from pathlib import Path

import torch
from torch import Tensor

from engine.networks.checkpoint import load_checkpoint


def weights(path: Path) -> dict[str, Tensor]:
    stored = load_checkpoint(path).weights
    return {f"{name}.{key}": t for name, state in stored.items() for key, t in state.items()}


def assert_same_weights(a: Path, b: Path) -> None:
    first, second = weights(a), weights(b)
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


def assert_same_models(a: Path, b: Path) -> None:
    """State and models of two runs."""
    for name in ("state", "last", "best"):
        assert_same_weights(a / f"{name}.safetensors", b / f"{name}.safetensors")
