"""Distributed training: the processes that torchrun starts, on several devices or machines.

Without torchrun there is one process, and these functions do nothing.
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

# Other processes wait while process 0 prepares pictures or the training is paused.
_TIMEOUT = timedelta(days=7)


@contextmanager
def together(kind: str) -> Iterator[torch.device]:
    """The process group of torchrun; yields this process's device.

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
    # With two backends, `agreed` and `from_first` exchange CPU tensors and wait for no GPU.
    dist.init_process_group("cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo", timeout=_TIMEOUT)
    try:
        yield device
    finally:
        dist.destroy_process_group()


def count() -> int:
    """The number of processes (torch's world size)."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """This process's number, from 0. Only process 0 writes files and evaluates."""
    return dist.get_rank() if dist.is_initialized() else 0


def parallel(network: nn.Module) -> nn.Module:
    """``network`` wrapped so that gradients are averaged over all processes."""
    if count() == 1:
        return network
    # D's buffers (spectral norm) are identical across ranks without broadcasting.
    return DistributedDataParallel(network, broadcast_buffers=False)


def agreed(flags: Sequence[bool]) -> tuple[bool, ...]:
    """The logical or over all processes, for each of ``flags``; the same result everywhere."""
    if count() == 1:
        return tuple(flags)
    votes = torch.tensor(flags, dtype=torch.int32)
    dist.all_reduce(votes, dist.ReduceOp.MAX)
    return tuple(bool(vote) for vote in votes.tolist())


def from_first(value: float) -> float:
    """Process 0's ``value``, in every process."""
    if count() == 1:
        return value
    shared = torch.tensor(value, dtype=torch.float64)
    dist.broadcast(shared, 0)
    return float(shared)


@contextmanager
def first_alone() -> Iterator[None]:
    """Process 0 runs the block first; the others run it when its files exist."""
    if rank() > 0:
        agreed([False])
    yield
    if rank() == 0:
        agreed([False])
