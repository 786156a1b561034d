"""Batches of training pairs, made by worker processes; the same ones whenever a run is resumed."""

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
    """How many threads the networks get, and how many workers make the pairs.

    On a processor pairs with guides take about half as long as the networks do for them; those
    without take next to nothing.
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
) -> Generator[Batch, None, None]:
    """Items number ``first`` to ``last`` (not included) in batches of ``size`` pairs, on the CPU.

    Made ahead by ``workers`` processes. Of several processes that train together each gets its
    share of every batch.
    """
    yield from DataLoader(
        pairs,
        batch_size=size // distributed.count(),
        sampler=EpochOrder(len(pairs), seed, first, last),
        collate_fn=to_batch,
        num_workers=workers,
        prefetch_factor=4,
        worker_init_fn=_quiet_worker,
    )


class EpochOrder(Sampler[int]):
    """Items number ``first`` to ``last`` (not included) of an endless series of epochs.

    Each epoch has all ``length`` sources once, in an order of its own. An item is the epoch times
    ``length`` plus the source, so that each epoch gives a source another target. Of N
    processes that train together each takes every Nth item.
    """

    def __init__(self, length: int, seed: int, first: int, last: int) -> None:
        self._length, self._seed = length, seed
        self._items = range(first + distributed.rank(), last, distributed.count())

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[int]:
        epoch, order = -1, torch.empty(0)
        for item in self._items:
            if item // self._length != epoch:
                epoch = item // self._length
                generator = torch.Generator().manual_seed(self._seed + epoch)
                order = torch.randperm(self._length, generator=generator)
            yield epoch * self._length + int(order[item % self._length])


def _quiet_worker(worker: int) -> None:
    """A worker takes one thread, and leaves it to the training to stop, which ends the workers."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    for request in (signal.SIGINT, signal.SIGTERM):  # often sent to the whole group of processes
        signal.signal(request, signal.SIG_IGN)
