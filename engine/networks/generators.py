"""G1 draws the coarse image; G2 the difference map that refines it (report, section 3.4)."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from engine.config.config import Config
from engine.guidance.guides import GUIDE_CHANNELS
from engine.networks.unet import UNet

_SHARES_BEFORE = -4.0
"""The logits of the shares of the warps in the difference map, before stage 2."""


class Coarse(NamedTuple):
    """What G1 makes of a source and a pose."""

    image: Tensor
    """Bx3xHxW, about [0, 1]: the coarse image, float32."""
    generated: Tensor
    """Bx3xHxW, about [0, 1]: what G1 drew itself; the coarse image when there are no guides."""
    blend: Tensor
    """Bx4xHxW: shares of generated, both warps, 2D warp, source; without guides Bx1xHxW, 1."""


class G1(nn.Module):
    """Source, the condition that tells the pose, and guides in; coarse image out."""

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
            # Nearly all of it generated: a blend that starts on the warps stays there.
            start = torch.tensor([0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0])
            bias = cast(nn.Parameter, self.unet.last.bias)
            with torch.no_grad():
                bias.copy_(start.repeat_interleave(config.g1.patch**2))

    def forward(self, source: Tensor, condition: Tensor, guides: Tensor | None = None) -> Coarse:
        """``source`` Bx3xHxW in [0, 1], ``condition`` as `engine.training.stages.draw_condition` draws it,
        ``guides`` Bx8xHxW in [0, 1] (see GUIDE_CHANNELS) exactly when the config has guides.
        """
        if guides is None:
            image = self.unet(source, condition).float()
            return Coarse(image, image, torch.ones_like(image[:, :1]))
        output = self.unet(torch.cat((source, guides), dim=1), condition).float()
        difference, logits = output.split((3, 4), dim=1)
        warp2d, warps = guides[:, :3], guides[:, 3:6]
        # Drawn as a difference from the guides: what can be moved need not be drawn again.
        generated = warps + difference
        blend = logits.softmax(dim=1)
        shares = blend.split(1, dim=1)
        layers = (generated, warps, warp2d, source)
        image = sum(share * layer for share, layer in zip(shares, layers, strict=True))
        return Coarse(cast(Tensor, image), generated, blend)


class G2(nn.Module):
    """Source and coarse image in, signed difference map out: refined = coarse + difference.

    With guides it sees these too, and can put back of them what the coarse image has lost: to the
    difference that it draws come shares of (warp - coarse).
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
        if config.g2.start == "he":  # next to no difference, until stage 2 has trained it
            nn.init.zeros_(self.unet.last.weight)
            bias = cast(nn.Parameter, self.unet.last.bias)
            with torch.no_grad():
                bias[3 * config.g2.patch**2 :] = _SHARES_BEFORE

    def draw_nothing(self) -> None:
        """Give it weights with which the refined image is the coarse one."""
        last = self.unet.last
        with torch.no_grad():
            for parameter in last.parameters():
                parameter.zero_()
            cast(nn.Parameter, last.bias)[3 * self._patch**2 :] = -100.0

    def forward(self, source: Tensor, coarse: Tensor, guides: Tensor | None = None) -> Tensor:
        """``source`` and ``coarse`` Bx3xHxW in [0, 1], ``guides`` Bx8xHxW exactly when the config
        has guides; Bx3xHxW, about [-1, 1], float32.
        """
        if guides is None:
            return cast(Tensor, self.unet(torch.cat((source, coarse), dim=1))).float()
        output = self.unet(torch.cat((source, coarse, guides), dim=1)).float()
        drawn, share2d, share_both = output.split((3, 1, 1), dim=1)
        warp2d, warps = guides[:, :3], guides[:, 3:6]
        difference = drawn + share2d.sigmoid() * (warp2d - coarse)
        return cast(Tensor, difference + share_both.sigmoid() * (warps - coarse))
