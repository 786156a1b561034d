"""D: tells real pairs (source, target) from generated ones (source, refined).

Report, sections 3.4 and (cutoff) 4.2.4. Spectral norm: Miyato et al. 2018, arXiv:1802.05957.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from engine.config.config import Config

_SMALLEST_SIDE = 4
_PATCH_STRIDES = 4  # one logit every 16 pixels, with a receptive field of 63


class Discriminator(nn.Module):
    """Stride-2 3x3 convolutions until the shorter side is at most 4, then a linear layer to one
    logit; or only four of them and a logit for each patch (Isola et al. 2016, arXiv:1611.07004).
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        border = 2 * config.loss.cutoff
        height, width = config.image.height - border, config.image.width - border
        filters, out = 6, config.d.filters
        layers: list[nn.Module] = []
        patches = config.d.judges == "patches"
        strides = 0
        while min(height, width) > _SMALLEST_SIDE and not (patches and strides == _PATCH_STRIDES):
            strides += 1
            layers += [
                nn.Conv2d(filters, out, 3, stride=2, padding=1),
                nn.LeakyReLU(config.d.slope),
            ]
            filters, out = out, out + config.d.growth
            height, width = -(-height // 2), -(-width // 2)
        if patches:
            layers += [nn.Conv2d(filters, 1, 3, padding=1), nn.Flatten()]
        else:
            layers += [nn.Flatten(), nn.Linear(filters * height * width, 1)]
        if config.d.spectral_norm:
            layers = [
                parametrizations.spectral_norm(layer) if hasattr(layer, "weight") else layer
                for layer in layers
            ]
        self.layers = nn.Sequential(*layers)
        self.cutoff = config.loss.cutoff

    def forward(self, source: Tensor, image: Tensor) -> Tensor:
        """``source`` and ``image`` Bx3xHxW in [0, 1], with their borders. Returns logits BxN, high
        for real: one for each patch, or one for the image.
        """
        pair = torch.cat((image, source), dim=1)
        logits: Tensor = self.layers(without_border(pair, self.cutoff))
        return logits


def without_border(image: Tensor, cutoff: int) -> Tensor:
    """``image`` (..., H, W) without the ``cutoff`` outermost pixels on every side."""
    return image[..., cutoff : image.shape[-2] - cutoff, cutoff : image.shape[-1] - cutoff]
