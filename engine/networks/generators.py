"""The generators: G1 for the coarse image, G2 for the difference map (report, section 3.4)."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from engine.config.config import Config
from engine.guidance.guides import GUIDE_CHANNELS
from engine.networks.unet import UNet

_SHARES_BEFORE = -4.0
"""G2's initial logits of the shares of (warp - coarse)."""


class Coarse(NamedTuple):
    """G1's output."""

    image: Tensor
    """Bx3xHxW, about [0, 1]: the coarse image, float32."""
    generated: Tensor
    """Bx3xHxW, about [0, 1]: the generated image before blending; without guides, ``image``."""
    blend: Tensor
    """Bx4xHxW, sum 1: the shares of generated image, 3D warp over 2D warp, 2D warp and source;
    without guides Bx1xHxW, all 1."""


class G1(nn.Module):
    """From source, condition (the pose as heatmaps or edges) and guides to the coarse image."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.unet = UNet(
            config.g1,
            (config.image.height, config.image.width),
            channels=3 + GUIDE_CHANNELS * config.guides,
            heatmaps=config.condition_channels,
            stride=config.heatmaps.stride,
            out=3 + 4 * config.guides,
        )
        if config.guides:
            # Bias the blend towards the generated image; otherwise training collapses to copying
            # the warps.
            start = torch.tensor([0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0])
            bias = cast(nn.Parameter, self.unet.last.bias)
            with torch.no_grad():
                bias.copy_(start.repeat_interleave(config.g1.patch**2))

    def forward(self, source: Tensor, condition: Tensor, guides: Tensor | None = None) -> Coarse:
        """``source`` Bx3xHxW in [0, 1]; ``condition`` with `Config.condition_channels` channels;
        ``guides`` Bx8xHxW in [0, 1] (see GUIDE_CHANNELS), given if the config has guides.
        """
        if guides is None:
            image = self.unet(source, condition).float()
            return Coarse(image, image, torch.ones_like(image[:, :1]))
        output = self.unet(torch.cat((source, guides), dim=1), condition).float()
        difference, logits = output.split((3, 4), dim=1)
        warp2d, warps = guides[:, :3], guides[:, 3:6]
        # The generated image is a residual of the warp, which is right in most places already.
        generated = warps + difference
        blend = logits.softmax(dim=1)
        shares = blend.split(1, dim=1)
        layers = (generated, warps, warp2d, source)
        first, *others = (share * layer for share, layer in zip(shares, layers, strict=True))
        return Coarse(sum(others, start=first), generated, blend)


class G2(nn.Module):
    """From source and coarse image to the signed difference map: refined = coarse + difference.

    With guides, which are inputs too, the difference is a generated one plus predicted shares of
    (warp - coarse), which restores detail of the warps that the coarse image lost.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.unet = UNet(
            config.g2,
            (config.image.height, config.image.width),
            channels=6 + GUIDE_CHANNELS * config.guides,
            out=3 + 2 * config.guides,
        )
        self._patch = config.g2.patch
        if config.g2.start == "he":  # the refined image starts close to the coarse one
            nn.init.zeros_(self.unet.last.weight)
            bias = cast(nn.Parameter, self.unet.last.bias)
            with torch.no_grad():
                bias[3 * config.g2.patch**2 :] = _SHARES_BEFORE

    def draw_nothing(self) -> None:
        """Zero the last layer's output, so that the refined image is the coarse one."""
        last = self.unet.last
        with torch.no_grad():
            for parameter in last.parameters():
                parameter.zero_()
            cast(nn.Parameter, last.bias)[3 * self._patch**2 :] = -100.0

    def forward(self, source: Tensor, coarse: Tensor, guides: Tensor | None = None) -> Tensor:
        """``source`` and ``coarse`` Bx3xHxW in [0, 1]; ``guides`` Bx8xHxW, given if the config has
        guides. Returns the difference map, Bx3xHxW, about [-1, 1], float32.
        """
        if guides is None:
            return cast(Tensor, self.unet(torch.cat((source, coarse), dim=1))).float()
        output = self.unet(torch.cat((source, coarse, guides), dim=1)).float()
        drawn, share2d, share_both = output.split((3, 1, 1), dim=1)
        warp2d, warps = guides[:, :3], guides[:, 3:6]
        difference = drawn + share2d.sigmoid() * (warp2d - coarse)
        return cast(Tensor, difference + share_both.sigmoid() * (warps - coarse))
