"""A batch of training pairs."""

from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """B pairs of pictures, float32. Points and boxes are in pixels of the images."""

    source: Tensor
    """I_S, Bx3xHxW in [0, 1]."""
    target: Tensor
    """I_T, Bx3xHxW in [0, 1]."""
    source_landmarks: Tensor
    """BxNx2, the points of the config's skeleton; NaN where one is missing."""
    target_landmarks: Tensor
    """BxNx2."""
    source_box: Tensor
    """The box around face or body, Bx4: left, top, right, bottom."""
    target_box: Tensor
    """Bx4."""
    guides: Tensor | None = None
    """Bx8xHxW (see GUIDE_CHANNELS); None exactly when the config has no guides."""
    weight: Tensor | None = None
    """Bx1xHxW in [0, 1]: loss weight of each pixel of the target; None means 1 everywhere."""
    source_edges: Tensor | None = None
    """Bx1xHxW of 0 and 1; None exactly when the config's condition is not "edges"."""
    target_edges: Tensor | None = None
    """Bx1xHxW."""

    def pin_memory(self) -> "Batch":
        """Copy the batch to pinned memory, from which `to` copies while the GPU computes."""
        return Batch(**{name: tensor.pin_memory() for name, tensor in self._tensors().items()})

    def to(self, device: torch.device | str) -> "Batch":
        """Copy the batch to ``device``."""
        tensors = self._tensors().items()
        return Batch(**{name: tensor.to(device, non_blocking=True) for name, tensor in tensors})

    def _tensors(self) -> dict[str, Any]:
        """The tensors by name, without those that are None."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: tensor for name, tensor in every.items() if tensor is not None}
