"""Loads batches of training pairs in worker processes, in a reproducible order."""

import os
import signal
from collections.abc import Generator, Iterator

import cv2
import torch
from torch.utils.data import DataLoader, Sampler

from engine.core import distributed
from engine.data.batch import Batch
from engine.data.pairs import PairSet, to_batch


def share_cores(device: torch.device, guides: bool) -> tuple[int, int]:
    """The number of threads for the networks and of worker processes for loading pairs.

    On a CPU, loading a pair with guides takes about half as long as training on it; without guides
    the loading time is negligible.
    """
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    cores = max(1, (os.cpu_count() or 2) // processes)
    if device.type != "cpu":
        return cores, min(12, cores)
    workers = max(1, cores * 3 // 8) if guides else 1
    return max(1, cores - workers), workers


def load_batches(
    pairs: PairSet,
    seed: int,
    first: int,
    last: int,
    size: int,
    workers: int = 1,
    device: torch.device | None = None,
) -> Generator[Batch, None, None]:
    """Items ``first`` to ``last`` (exclusive) in batches of ``size`` pairs, in CPU memory.

    ``workers`` processes prefetch them; for a CUDA ``device`` the memory is pinned. In distributed
    training each rank gets its share of every batch; on CPUs it loads that itself, because a fork
    beside the threads of gloo can hang (a lock of Python 3.11 that a thread may hold meanwhile).
    """
    if distributed.count() > 1 and (device is None or device.type == "cpu"):
        workers = 0
    yield from DataLoader(
        pairs,
        batch_size=size // distributed.count(),
        sampler=EpochOrder(len(pairs), seed, first, last, pairs.targets),
        collate_fn=to_batch,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=device is not None and device.type == "cuda",
        worker_init_fn=_quiet_worker,
    )


class EpochOrder(Sampler[int]):
    """Samples items ``first`` to ``last`` (exclusive) of an infinite sequence of epochs.

    Each epoch has ``length`` items: a random permutation of runs of ``run`` consecutive items. The
    index of an item is epoch * ``length`` + its place, so that a source gets different random
    targets in each epoch. In distributed training with N ranks each rank takes every Nth item.
    """

    def __init__(self, length: int, seed: int, first: int, last: int, run: int = 1) -> None:
        self._length, self._seed, self._run = length, seed, run
        self._items = range(first + distributed.rank(), last, distributed.count())

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[int]:
        epoch, order = -1, torch.empty(0)
        for item in self._items:
            if item // self._length != epoch:
                epoch = item // self._length
                generator = torch.Generator().manual_seed(self._seed + epoch)
                order = torch.randperm(self._length // self._run, generator=generator)
            place, step = divmod(item % self._length, self._run)
            yield epoch * self._length + int(order[place]) * self._run + step


def _quiet_worker(worker: int) -> None:
    """Initialise a worker: one thread; ignore signals, since the main process ends its workers."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    for request in (signal.SIGINT, signal.SIGTERM):  # often sent to the whole process group
        signal.signal(request, signal.SIG_IGN)
