"""Validation during training: scores and contact sheets on a fixed set of held-out pairs.

It computes only SSIM and L1; `engine.evaluation` has all metrics.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.data.batch import Batch
from engine.data.cache import Picture, Pixels
from engine.data.pairs import cut_pair, to_batch, to_tensors
from engine.data.split import partners
from engine.networks.discriminator import without_border
from engine.networks.losses import ssim_map
from engine.training.stages import draw_coarse

_PAIRS = 96
_BATCH = 16
_SAMPLES = 4  # people


class Validation:
    """A deterministic set of held-out pairs, evenly spaced over the held-out pictures.

    Raises ReposeError when no held-out person has two pictures.
    """

    def __init__(self, held_out: Sequence[Picture], config: Config, device: torch.device) -> None:
        self._config, self._device = config, device
        others = partners(held_out)
        sources = [i for i, found in enumerate(others) if found]
        if not sources:
            raise ReposeError(
                "No person held out has two pictures: hold more people out (data.held_out)."
            )
        first = {held_out[i].person: i for i in reversed(sources)}  # first source of each person
        people = sorted(first.values())

        def batch(chosen: Sequence[int]) -> Batch:
            # A stride of 7 varies the target's position in the list of partners, hence its pose.
            targets = [others[i][(7 * i) % len(others[i])] for i in chosen]
            pairs = [
                cut_pair(held_out[i], held_out[j], config)
                for i, j in zip(chosen, targets, strict=True)
            ]
            return to_batch([to_tensors(pair, config) for pair in pairs])

        chosen = _spread(sources, _PAIRS)
        self._batches = [batch(chosen[k : k + _BATCH]) for k in range(0, len(chosen), _BATCH)]
        # With fewer than _SAMPLES people, show several pictures of each.
        self._samples = batch(_spread(people if len(people) >= _SAMPLES else sources, _SAMPLES))

    @torch.no_grad()
    def score(self, g1: nn.Module, g2: nn.Module | None) -> dict[str, float]:
        """Mean ``ssim`` and ``l1`` of the refined images against I_T, without the cutoff border.

        Without ``g2`` it scores the coarse images. The networks must be on the device.
        """
        sums: dict[str, float] = defaultdict(float)
        count = 0
        for batch in self._batches:
            batch = batch.to(self._device)
            *_, image = self._images(batch, g1, g2)
            image = without_border(image, self._config.loss.cutoff).clamp(0, 1)
            target = without_border(batch.target, self._config.loss.cutoff)
            sums["ssim"] += float(ssim_map(image, target).mean()) * len(image)
            sums["l1"] += float((image - target).abs().mean()) * len(image)
            count += len(image)
        return {name: round(value / count, 5) for name, value in sums.items()}

    @torch.no_grad()
    def draw(self, g1: nn.Module, g2: nn.Module | None) -> Pixels:
        """A contact sheet (rows x H, people x W, 3) with one column per person; the rows are
        source, target, coarse and, with ``g2``, refined.
        """
        batch = self._samples.to(self._device)
        rows = [batch.source, batch.target, *self._images(batch, g1, g2)]
        lines = [torch.cat(list(row.float().clamp(0, 1)), dim=2) for row in rows]
        pixels = (255 * torch.cat(lines, dim=1)).round().byte().permute(1, 2, 0)
        return np.ascontiguousarray(pixels.cpu().numpy())

    def _images(self, batch: Batch, g1: nn.Module, g2: nn.Module | None) -> list[Tensor]:
        """The coarse images and, with ``g2``, the refined images."""
        coarse = draw_coarse(g1, batch, self._config).image
        return [coarse] if g2 is None else [coarse, coarse + g2(batch.source, coarse, batch.guides)]


def _spread(indices: Sequence[int], count: int) -> Sequence[int]:
    """At most ``count`` of the indices, evenly spaced."""
    return indices[:: max(1, len(indices) // count)][:count]
