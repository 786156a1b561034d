"""The U-Net of both generators (Ronneberger et al. 2015, arXiv:1505.04597; report, section 3.3).

Stride-2 convolutions instead of pooling, and filters that grow linearly from block to block.
"""

from itertools import pairwise, zip_longest
from typing import Literal, cast

import torch
from torch import Tensor, nn

from engine.config.config import GeneratorConfig


class UNet(nn.Module):
    """An encoder of blocks, a middle layer and a decoder of blocks; skip connections are added.

    ``size`` is the picture's (height, width). Heatmaps of ``stride`` 1 are concatenated with the
    picture; coarser ones are projected (1x1) and added to the features of the same stride.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        size: tuple[int, int],
        *,
        channels: int,
        out: int,
        heatmaps: int = 0,
        stride: int = 1,
    ) -> None:
        super().__init__()
        patch = config.patch
        self.after_stride = config.skips == "stride"
        self.into = nn.PixelUnshuffle(patch) if patch > 1 else nn.Identity()
        self.out_of = nn.PixelShuffle(patch) if patch > 1 else nn.Identity()
        joined = (channels + heatmaps * (stride == 1)) * patch**2
        first = config.filters or joined
        filters = [first + config.growth * level for level in range(config.blocks)]
        steps = list(pairwise(filters))

        self.first = _conv(joined, first) if config.filters else nn.Identity()
        # Autocast to half precision happens before `pixel_unshuffle`, which then moves fewer bytes.
        self.casts = patch > 1 and config.filters > 0
        self.heatmap_level = (stride // patch).bit_length() - 1 if heatmaps and stride > 1 else None
        if self.heatmap_level is not None:
            self.heatmaps = nn.Conv2d(heatmaps, filters[self.heatmap_level], 1)
        self.blocks_down = nn.ModuleList(Block(n) for n in filters)
        self.strides = nn.ModuleList(_conv(a, b, stride=2) for a, b in steps)
        self.middle = _middle(config, filters[-1], size)
        # Skips from after the stride-2 convolutions: no decoder block at full size, and one more at
        # the lowest level. The report's full-size convolutions are all in the encoder.
        across = [*filters[1:], filters[-1]] if self.after_stride else filters
        self.blocks_up = nn.ModuleList(Block(n) for n in reversed(across))
        self.upsamplings = nn.ModuleList(
            Upsampling(b, a, config.upsampling) for a, b in reversed(steps)
        )
        self.last = nn.Conv2d(first, out * patch**2, 3, padding=1)
        if config.start == "he":
            self.apply(_he)
            with torch.no_grad():
                self.last.weight.mul_(0.01)

    def forward(self, picture: Tensor, heatmaps: Tensor | None = None) -> Tensor:
        """``picture`` BxCxHxW, and heatmaps if the network has them. Returns Bx``out``xHxW,
        unbounded."""
        if heatmaps is not None and self.heatmap_level is None:
            picture = torch.cat((picture, heatmaps), dim=1)
        if self.casts and torch.is_autocast_enabled(picture.device.type):
            picture = picture.to(torch.get_autocast_dtype(picture.device.type))
        x = self.first(self.into(picture))
        across: list[Tensor] = []
        sizes: list[torch.Size] = []
        steps = zip_longest(self.blocks_down, self.strides)
        for level, (block, stride) in enumerate(steps):
            if level == self.heatmap_level:
                x = x + self.heatmaps(heatmaps)
            features = block(x)
            x = features if stride is None else stride(features)
            across.append(x if self.after_stride else features)
            sizes.append(features.shape[-2:])

        lowest, *blocks = self.blocks_up
        x = lowest(self.middle(x) + across.pop())
        sizes.pop()
        for block, upsample in zip(blocks, self.upsamplings, strict=True):
            if self.after_stride:
                x = upsample(block(x + across.pop()), sizes.pop())
            else:
                x = block(upsample(x, sizes.pop()) + across.pop())
        return cast(Tensor, self.out_of(self.last(x)))


class Block(nn.Module):
    """Two 3x3 convolutions, each with ReLU, with a residual connection around both."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(_conv(filters, filters), _conv(filters, filters))

    def forward(self, x: Tensor) -> Tensor:
        """BxCxhxw to the same shape."""
        return x + cast(Tensor, self.convolutions(x))


class Upsampling(nn.Module):
    """Twice the size with fewer filters: a 1x1 convolution and nearest-neighbour interpolation, or
    a transposed convolution; with ReLU.
    """

    def __init__(self, filters: int, out: int, how: Literal["nearest", "deconv"]) -> None:
        super().__init__()
        self.nearest = how == "nearest"
        self.convolution = (
            nn.Conv2d(filters, out, 1)
            if self.nearest
            else nn.ConvTranspose2d(filters, out, 2, stride=2)
        )

    def forward(self, x: Tensor, size: torch.Size) -> Tensor:
        """BxCxhxw to BxC'x``size``, which is 2hx2w, or one row or column less."""
        x = torch.relu(self.convolution(x))
        if self.nearest:
            return nn.functional.interpolate(x, size=size)
        return x[..., : size[0], : size[1]]


class FullyConnected(nn.Module):
    """One linear layer over all features of all pixels; works for one picture size only."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """BxCxhxw to the same shape."""
        return cast(Tensor, self.linear(x.flatten(1))).view(x.shape)


def _conv(filters: int, out: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution with ReLU."""
    return nn.Sequential(nn.Conv2d(filters, out, 3, stride, padding=1), nn.ReLU(inplace=True))


def _middle(config: GeneratorConfig, filters: int, size: tuple[int, int]) -> nn.Module:
    """The layer between encoder and decoder, without ReLU."""
    if config.middle == "conv":
        return nn.Conv2d(filters, filters, 3, padding=1)
    shrink = config.patch << (config.blocks - 1)
    height, width = (-(-side // shrink) for side in size)
    return FullyConnected(filters * height * width)


def _he(module: nn.Module) -> None:
    """He initialisation; each block starts close to the identity, so that the features' variance
    does not grow with depth.
    """
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(cast(nn.Parameter, module.bias))
    elif isinstance(module, Block):
        second = cast(nn.Sequential, module.convolutions[1])
        with torch.no_grad():
            cast(nn.Conv2d, second[0]).weight.mul_(0.1)
