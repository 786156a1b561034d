"""Where the networks run."""

from typing import Literal

import torch

from engine.errors import ReposeError

Device = Literal["auto", "cpu", "cuda", "mps"]


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


def half_precision(device: str, always: bool = False) -> torch.dtype | None:
    """The half precision type with which ``device`` is faster than in float32; None: it is not.

    A processor needs instructions for bfloat16, or it emulates them slowly; `always` does not ask.
    """
    if device == "cpu":
        fast = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return torch.bfloat16 if always or (fast is not None and fast()) else None
    return torch.float16
