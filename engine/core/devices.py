"""Devices, their fastest precision, and the number of CPU threads."""

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
    """The device to use; ``auto`` selects the fastest available one.

    Raises ReposeError when ``wanted`` is not available.
    """
    if wanted == "auto":
        return _available()[0]
    if wanted not in _available():
        raise ReposeError(f"This machine has no {wanted} device: use --device auto.")
    return wanted


def usable_devices() -> tuple[str, ...]:
    """``auto`` and the devices of this machine, the fastest first."""
    return ("auto", *_available())


def _available() -> tuple[str, ...]:
    """The devices of this machine, the fastest first."""
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return (*(name for name, present in found.items() if present), "cpu")


def half_precision(device: str, always: bool = False) -> torch.dtype | None:
    """The half precision dtype that is faster than float32 on ``device``; None if there is none.

    A CPU without bfloat16 instructions emulates them slowly; ``always`` skips that check.
    """
    if device == "cpu":
        return torch.bfloat16 if always or _fast_bfloat16() else None
    return torch.float16


@cache
def _fast_bfloat16() -> bool:
    """Whether convolutions are faster in bfloat16 on this CPU. Measured, because ONEDNN_MAX_CPU_ISA
    and some virtual machines disable instructions that the CPU has."""
    told = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    if told is None or not told():
        return False
    # With the instructions about 0.5, without about 3: robust against load from other programs.
    return _convolution_seconds(torch.bfloat16) < 1.5 * _convolution_seconds(torch.float32)


@torch.inference_mode()
def _convolution_seconds(precision: torch.dtype) -> float:
    """The shortest of five runs of a small convolution, seconds."""
    layer = torch.nn.Conv2d(64, 64, 3, padding=1).to(precision)
    layer = layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = torch.ones(1, 64, 48, 48, dtype=precision)
    features = features.to(memory_format=torch.channels_last)
    layer(features)
    return min(_elapsed(lambda: layer(features)) for _ in range(5))


@cache
def training_precision(device: str) -> torch.dtype:
    """The dtype in which ``device`` trains convolutions fastest.

    bfloat16 before float16: it has float32's exponent range, so that no loss scaling is needed.
    """
    if device == "cuda":
        exact = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if exact else torch.float16
    return (half_precision(device) if device == "cpu" else None) or torch.float32


def step_back() -> None:
    """Lower this process's priority below that of other programs, such as the editor."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        system = ctypes.windll.kernel32
        system.SetPriorityClass(system.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)


def choose_threads(work: Callable[[], object]) -> None:
    """Set torch's number of CPU threads to the one with which ``work`` is fastest.

    Fewer than all are often faster: an update is small, so that synchronisation and shared cores
    cost more than the threads gain. Tries powers of two up to torch's present number.
    """
    most = torch.get_num_threads()
    counts = sorted({min(2**k, most) for k in range(most.bit_length() + 1)})
    work()  # the first run is slower
    if len(counts) > 1:
        taken = dict.fromkeys(counts, math.inf)
        for _ in range(_ROUNDS):  # interleaved, so that other load affects all counts alike
            for count in counts:
                torch.set_num_threads(count)
                work()  # starts the threads
                taken[count] = min(taken[count], _elapsed(work))
        torch.set_num_threads(min(counts, key=taken.__getitem__))


def _elapsed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
