"""The network that labels the parts of a crop: a small U-Net (Ronneberger et al. 2015,
arXiv:1505.04597) with residual blocks (He et al. 2016, arXiv:1512.03385).

Its input are the crop's colours and what the landmarks tell: where the face, the eyes and the
inside of the mouth are. It takes 490 million multiply-adds (0.98 GFLOP) for 256 x 256 pixels.
"""

from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

SIZE = 256
"""Pixels: the side of the crop as the network sees it."""

CLASSES = 6

_FILTERS = (16, 32, 64, 96, 160)  # at strides 2, 4, 8, 16, 32
_INPUTS = 5  # red, green, blue, face, eyes and mouth
_EYES = (slice(36, 42), slice(42, 48))
_MOUTH = slice(60, 68)
_FRACTION = 4  # bits below the pixel in OpenCV's polygons


class PartsNetwork(nn.Module):
    """``normalised`` is for training; what is shipped has the normalisation within its weights."""

    def __init__(self, normalised: bool = False) -> None:
        super().__init__()

        def conv(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Sequential:
            layer = nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=not normalised)
            return nn.Sequential(layer, *([nn.BatchNorm2d(outputs)] if normalised else []))

        class Residual(nn.Module):
            def __init__(self, filters: int) -> None:
                super().__init__()
                self.first, self.second = conv(filters, filters), conv(filters, filters)

            def forward(self, x: Tensor) -> Tensor:
                return torch.relu(x + self.second(torch.relu(self.first(x))))

        self.strides = nn.ModuleList(
            conv(a, b, stride=2) for a, b in pairwise((_INPUTS, *_FILTERS))
        )
        self.blocks = nn.ModuleList(
            Residual(n) if level else nn.Identity() for level, n in enumerate(_FILTERS)
        )
        self.narrow = nn.ModuleList(conv(b, a, side=1) for a, b in pairwise(_FILTERS))
        self.up = nn.ModuleList(conv(n, n) for n in _FILTERS[:-1])
        self.last = nn.Conv2d(_FILTERS[0], CLASSES * 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Bx5xHxW from `network_input`, H and W multiples of 32; logits Bx6xHxW."""
        across: list[Tensor] = []
        for stride, block in zip(self.strides, self.blocks, strict=True):
            x = block(torch.relu(stride(x)))
            across.append(x)
        for level in reversed(range(len(_FILTERS) - 1)):
            x = functional.interpolate(self.narrow[level](x), scale_factor=2.0, mode="nearest")
            x = torch.relu(self.up[level](x + across[level]))
        return functional.pixel_shuffle(self.last(x), 2)

    def folded(self) -> "PartsNetwork":
        """The same function of a network that was trained, without normalisation layers."""
        plain = PartsNetwork()
        own = dict(self.named_modules())
        with torch.no_grad():
            for name, module in plain.named_modules():
                if not isinstance(module, nn.Conv2d):
                    continue
                conv, norm = own[name], own.get(f"{name.rpartition('.')[0]}.1")
                assert isinstance(conv, nn.Conv2d)
                assert module.bias is not None
                if isinstance(norm, nn.BatchNorm2d):
                    assert norm.running_var is not None
                    assert norm.running_mean is not None
                    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
                    module.weight.copy_(conv.weight * scale[:, None, None, None])
                    module.bias.copy_(norm.bias - norm.running_mean * scale)
                else:
                    module.load_state_dict(conv.state_dict())
        return plain


def landmark_hints(landmarks: NDArray[np.float32], size: int = SIZE) -> NDArray[np.uint8]:
    """(size, size, 2) uint8 from landmarks (68, 2) in pixels of that picture.

    First channel: 255 in the face below the brows, else 0. Second: 255 in the eyes, 0 in the inside
    of the mouth, 128 elsewhere. Without landmarks both are even: see `no_hints`.
    """
    # Far outside the picture nothing is to be seen, and OpenCV's coordinates have 16 bits.
    points = np.nan_to_num(landmarks).clip(-4 * size, 5 * size) * 2**_FRACTION
    points = np.rint(points).astype(np.int32)
    hints = np.zeros((2, size, size), np.uint8)
    hints[1] = 128
    hull = cv2.convexHull(points)
    cv2.fillConvexPoly(hints[0], hull, 255, cv2.LINE_AA, _FRACTION)
    for eye in _EYES:
        cv2.fillPoly(hints[1], [points[eye]], 255, cv2.LINE_AA, _FRACTION)
    cv2.fillPoly(hints[1], [points[_MOUTH]], 0, cv2.LINE_AA, _FRACTION)
    return np.ascontiguousarray(hints.transpose(1, 2, 0))


def no_hints(size: int = SIZE) -> NDArray[np.uint8]:
    """What `landmark_hints` would be if nothing were known."""
    hints = np.zeros((size, size, 2), np.uint8)
    hints[..., 1] = 128
    return hints


def network_input(pictures: NDArray[np.uint8], hints: NDArray[np.uint8]) -> Tensor:
    """Bx5xSxS from pictures (B, S, S, 3) RGB and hints (B, S, S, 2), values -1 to 1."""
    joined = torch.from_numpy(np.concatenate((pictures, hints), axis=3))
    return joined.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
