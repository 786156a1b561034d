"""How well networks in training do on held-out people: quick scores, the same pairs each time."""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import nn

from engine.cache import Picture
from engine.config import Config
from engine.discriminator import without_border
from engine.errors import ReposeError
from engine.losses import ssim_map
from engine.pairs import cut_pair, partners, to_batch, to_tensors
from engine.stages import Batch, draw_coarse

_PAIRS = 96
_BATCH = 16


def fixed_batches(held_out: Sequence[Picture], config: Config) -> list[Batch]:
    """Pairs of held-out people, always the same, spread over all of them.

    Raises ReposeError when there are none.
    """
    others = partners(held_out)
    sources = [i for i, found in enumerate(others) if found]
    if not sources:
        raise ReposeError(
            "No person held out has two pictures: hold more people out (data.held_out)."
        )
    chosen = sources[:: max(1, len(sources) // _PAIRS)][:_PAIRS]
    items = []
    for i in chosen:
        target = others[i][(7 * i) % len(others[i])]  # 7: not the same angle for each
        items.append(to_tensors(cut_pair(held_out[i], held_out[target], config), config))
    return [to_batch(items[k : k + _BATCH]) for k in range(0, len(items), _BATCH)]


@torch.no_grad()
def score(
    batches: Sequence[Batch],
    g1: nn.Module,
    g2: nn.Module | None,
    config: Config,
    device: torch.device,
) -> dict[str, float]:
    """Mean ``ssim`` and ``l1`` of the refined images against I_T, cutoff removed.

    Of the coarse images where there is no ``g2``. The networks are on ``device``.
    """
    sums: dict[str, float] = defaultdict(float)
    count = 0
    for batch in batches:
        batch = batch.to(device)
        image = draw_coarse(g1, batch, config).image
        if g2 is not None:
            image = image + g2(batch.source, image)
        image = without_border(image, config.loss.cutoff).clamp(0, 1)
        target = without_border(batch.target, config.loss.cutoff)
        sums["ssim"] += float(ssim_map(image, target).mean()) * len(image)
        sums["l1"] += float((image - target).abs().mean()) * len(image)
        count += len(image)
    return {name: round(value / count, 5) for name, value in sums.items()}
