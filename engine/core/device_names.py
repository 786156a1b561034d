"""The names of devices and precisions to choose from, without torch, which is slow to import."""

from typing import Literal

Device = Literal["auto", "cpu", "cuda", "mps"]
"""``auto`` is the fastest that the machine has."""

Precision = Literal["auto", "full", "half"]
"""float32, half precision, or half precision where the hardware has it (``auto``)."""
