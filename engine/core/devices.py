"""Where the networks run."""

import math
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Literal

import torch

from engine.core.errors import ReposeError

Device = Literal["auto", "cpu", "cuda", "mps"]

_ROUNDS = 3


def choose_device(wanted: Device | str = "auto") -> str:
    """The device to use: `auto` takes the fastest there is.

    Raises ReposeError when the wanted one is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next((name for name, present in there.items() if present), "cpu")
    if not there.get(wanted, wanted == "cpu"):
        raise ReposeError(f"This machine has no {wanted} device: use --device auto.")
    return wanted


def usable_devices() -> tuple[str, ...]:
    """The devices of this machine, the fastest first; before them `auto`, which takes that."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return ("auto", *(name for name, present in there.items() if present), "cpu")


def half_precision(device: str, always: bool = False) -> torch.dtype | None:
    """The half precision type with which ``device`` is faster than in float32; None: it is not.

    A processor needs instructions for bfloat16, or it emulates them slowly; `always` does not ask.
    """
    if device == "cpu":
        return torch.bfloat16 if always or _fast_bfloat16() else None
    return torch.float16


@cache
def _fast_bfloat16() -> bool:
    """Whether this processor convolves faster in bfloat16. One with instructions for it may still
    have to do without: ONEDNN_MAX_CPU_ISA and some virtual machines hide them."""
    told = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    if told is None or not told():
        return False
    # Half as long where it is, three times as long where it is not: what else runs hardly matters.
    return _convolution_seconds(torch.bfloat16) < 1.5 * _convolution_seconds(torch.float32)


@torch.inference_mode()
def _convolution_seconds(precision: torch.dtype) -> float:
    """How long a small convolution takes, at best."""
    layer = torch.nn.Conv2d(64, 64, 3, padding=1).to(precision)
    layer = layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = torch.ones(1, 64, 48, 48, dtype=precision)
    features = features.to(memory_format=torch.channels_last)
    layer(features)
    return min(_elapsed(lambda: layer(features)) for _ in range(5))


@cache
def training_precision(device: str) -> torch.dtype:
    """The type with which ``device`` trains convolutions fastest.

    bfloat16 comes first: it reaches as far as float32, and no loss has to be scaled for it.
    """
    if device == "cuda":
        exact = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if exact else torch.float16
    return (half_precision(device) if device == "cpu" else None) or torch.float32


def step_back() -> None:
    """Let every other program on this machine go first, such as the editor that started this."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        system = ctypes.windll.kernel32
        system.SetPriorityClass(system.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)


def choose_threads(work: Callable[[], object]) -> None:
    """Give torch as many threads on the processor as do ``work`` fastest.

    Often that is not all of them: what one update computes is small, and threads that share a core
    or wait for each other cost more than they bring. At most as many as torch has now.
    """
    most = torch.get_num_threads()
    counts = sorted({min(2**k, most) for k in range(most.bit_length() + 1)})
    work()  # the first time takes longer, with any number
    if len(counts) > 1:
        taken = dict.fromkeys(counts, math.inf)
        for _ in range(_ROUNDS):  # in turn: something else may run for a while
            for count in counts:
                torch.set_num_threads(count)
                work()  # the threads begin
                taken[count] = min(taken[count], _elapsed(work))
        torch.set_num_threads(min(counts, key=taken.__getitem__))


def _elapsed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
