"""Batches of training pairs, made by worker processes; the same ones whenever a run is resumed."""

import os
import signal
from collections.abc import Generator, Iterator

import cv2
import torch
from torch.utils.data import DataLoader, Sampler

from engine import distributed
from engine.pairs import PairSet, to_batch
from engine.stages import Batch


def load_batches(
    pairs: PairSet, seed: int, first: int, last: int, size: int, device: torch.device
) -> Generator[Batch, None, None]:
    """Items number ``first`` to ``last`` (not included) in batches of ``size`` pairs, on the CPU.

    ``device`` is where they will be used: a GPU is fed by more workers. Of several processes that
    train together each gets its share of every batch.
    """
    workers = 1 if device.type == "cpu" else min(8, os.cpu_count() or 1)
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
    """A worker takes one thread, and leaves it to the training to stop."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
