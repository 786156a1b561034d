"""Training on several devices or machines: what the processes that torchrun starts do together.

Without torchrun there is one process, and nothing here costs anything.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from engine.core.errors import ReposeError

# The others wait while the first process prepares pictures, or while the training pauses.
_PATIENCE = timedelta(days=7)


@contextmanager
def together(kind: str) -> Iterator[torch.device]:
    """Inside, the processes of torchrun know of each other; yields the device of this one.

    ``kind`` is cpu, cuda or mps. Raises ReposeError when there are more processes than devices.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield torch.device(kind)
        return
    if kind == "mps":
        raise ReposeError("Several processes cannot share one mps device: leave torchrun out.")
    device = torch.device(kind)
    if kind == "cuda":
        number = int(os.environ.get("LOCAL_RANK", "0"))
        if number >= torch.cuda.device_count():
            raise ReposeError(
                f"There are only {torch.cuda.device_count()} GPUs here: lower --nproc-per-node."
            )
        device = torch.device(kind, number)
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if kind == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield device
    finally:
        dist.destroy_process_group()


def count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """The number of this process, from 0. Process 0 alone writes files and scores."""
    return dist.get_rank() if dist.is_initialized() else 0


def parallel(network: nn.Module) -> nn.Module:
    """``network`` for the forward passes whose gradients are averaged over all processes."""
    if count() == 1:
        return network
    # What D keeps beside its weights comes out the same in every process.
    return DistributedDataParallel(network, broadcast_buffers=False)


def agreed(wishes: Sequence[bool]) -> tuple[bool, ...]:
    """For each wish whether any process has it; every process gets the same answer."""
    if count() == 1:
        return tuple(wishes)
    device = "cuda" if dist.get_backend() == "nccl" else "cpu"
    votes = torch.tensor(wishes, dtype=torch.int32, device=device)
    dist.all_reduce(votes, dist.ReduceOp.MAX)
    return tuple(bool(vote) for vote in votes.tolist())


def from_first(value: float) -> float:
    """What process 0 has as ``value``."""
    if count() == 1:
        return value
    device = "cuda" if dist.get_backend() == "nccl" else "cpu"
    shared = torch.tensor(value, dtype=torch.float64, device=device)
    dist.broadcast(shared, 0)
    return float(shared)


@contextmanager
def first_alone() -> Iterator[None]:
    """Process 0 does the block before the others do, which then find its files."""
    if rank() > 0:
        agreed([False])
    yield
    if rank() == 0:
        agreed([False])
