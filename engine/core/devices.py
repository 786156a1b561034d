"""Devices, their fastest precision, and the number of CPU threads."""

import os
import sys
from functools import cache

import torch

from engine.core.device_names import Device as Device
from engine.core.device_names import Precision as Precision
from engine.core.errors import ReposeError

_ALL_THREADS = torch.get_num_threads()
"""torch's own choice: the physical cores that this process may use, or OMP_NUM_THREADS."""
_MOST_THREADS = 8  # of one update, which is too small to occupy more
MAX_THREADS = 1024  # a larger number is a mistake

_ISA_LIMITS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
"""Environment variables with which oneDNN ignores newer instructions."""
_WITHOUT_BFLOAT16 = {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE",
                     "AVX512_CORE_VNNI"}  # fmt: skip


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


def half_precision(device: str, wanted: Precision = "auto") -> torch.dtype | None:
    """The half precision dtype to compute with on ``device``; None for float32.

    ``auto`` takes half precision where the hardware computes with it: on GPUs, and on CPUs with
    bfloat16 instructions (others emulate them slowly). Nothing is measured, so that a machine
    always takes the same one and gives the same pictures.
    """
    if wanted == "full":
        return None
    if device == "cpu":
        return torch.bfloat16 if wanted == "half" or _has_bfloat16() else None
    return torch.float16


def _has_bfloat16() -> bool:
    """Whether oneDNN, which runs the convolutions, has bfloat16 instructions on this CPU."""
    told = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    limit = next(filter(None, map(os.environ.get, _ISA_LIMITS)), "").upper()
    return told is not None and told() and limit not in _WITHOUT_BFLOAT16


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


def computing(device: str, precision: torch.dtype) -> str:
    """What computes and how, for people: ``"cpu, 2 threads, bfloat16"``."""
    count = torch.get_num_threads()
    threads = [f"{count} thread{'s' if count > 1 else ''}"] if device == "cpu" else []
    return ", ".join([device, *threads, str(precision).removeprefix("torch.")])


def update_threads(wanted: int = 0) -> int:
    """The number of CPU threads for the networks of one update: ``wanted``, or 0 for all cores.

    Not more than 8 then: an update is small, so that more would wait for one another. Raises
    ReposeError for a number out of range.
    """
    if not 0 <= wanted <= MAX_THREADS:
        raise ReposeError(f"The number of threads goes from 1 to {MAX_THREADS}, or 0 to choose.")
    return wanted or min(_ALL_THREADS, _MOST_THREADS)
