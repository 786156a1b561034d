"""The states of optimizers and of the scaling of losses as tensors by name, and back again."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.amp import GradScaler
from torch.optim import Optimizer


def optimizer_state(optimizer: Optimizer) -> dict[str, Tensor]:
    """Adam's moments and step counts, ``<parameter>.<what>``; learning rates are not among them."""
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
    }


def restore_optimizer(optimizer: Optimizer, saved: Mapping[str, Tensor]) -> None:
    """Undo ``optimizer_state``."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in saved.items():
        index, _, key = name.partition(".")
        like = parameters[int(index)]
        if tensor.shape == like.shape:  # in the parameter's memory layout: to the bit as before
            tensor = torch.empty_like(like, dtype=tensor.dtype, requires_grad=False).copy_(tensor)
        states.setdefault(int(index), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})


def scaler_state(scaler: GradScaler) -> dict[str, Tensor]:
    """The scale of the losses and what it depends on; empty where it is not in use."""
    values: dict[str, Any] = scaler.state_dict()
    return {key: torch.tensor(value, dtype=torch.float64) for key, value in values.items()}


def restore_scaler(scaler: GradScaler, saved: Mapping[str, Tensor]) -> None:
    """Undo ``scaler_state``."""
    values = {key: tensor.item() for key, tensor in saved.items()}
    whole = ("growth_interval", "_growth_tracker")
    scaler.load_state_dict({k: int(v) if k in whole else v for k, v in values.items()})
