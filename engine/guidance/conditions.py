"""Pose heatmaps: a channel for each point of a pose, all drawn in one go on the points' device.

Report, section 3.1; that G1 sees the source's pose as well, section 4.2.3.
"""

import torch
from torch import Tensor

from engine.config.config import Config, HeatmapConfig

_NOWHERE = 1e6
"""Pixels: so far from any picture that a point there draws nothing."""


def draw_heatmaps(points: Tensor, height: int, width: int, config: HeatmapConfig) -> Tensor:
    """Heatmaps of ``points`` (..., 2; pixels of a ``height`` x ``width`` picture).

    Returns (..., height / stride, width / stride), values in [0, 1]. A ``disc`` is 1 where a cell's
    centre is at most ``radius`` pixels away from the point and 0 elsewhere; a ``blob`` is
    exp(-d^2 / (2 radius^2)) of that distance d. A point outside the picture draws what of it
    reaches inside; a missing one (NaN) draws nothing.
    """
    placed = points.nan_to_num(nan=_NOWHERE)
    x = placed[..., 0:1] - _centres(width, config.stride, points)
    y = placed[..., 1:2] - _centres(height, config.stride, points)
    if config.style == "disc":
        squares = y.square()[..., :, None] + x.square()[..., None, :]
        return (squares <= config.radius**2).to(points.dtype)
    scale = -0.5 / config.radius**2
    # A Gaussian is separable: two short vectors and their product instead of an exp per cell.
    return (scale * y.square()).exp()[..., :, None] * (scale * x.square()).exp()[..., None, :]


def pose_heatmaps(source: Tensor, target: Tensor, config: Config) -> Tensor:
    """What G1 sees of both poses (BxNx2 pixels of the picture each).

    Returns Bx2Nxhxw, the source's N before the target's N; or BxNxhxw, the target's, where the
    config leaves the source's out.
    """
    poses = torch.cat((source, target), dim=1) if config.heatmaps.source else target
    return draw_heatmaps(poses, config.image.height, config.image.width, config.heatmaps)


def _centres(length: int, stride: int, like: Tensor) -> Tensor:
    """Cell centres along one side, in pixels; pixel centres are integers."""
    cells = torch.arange(length // stride, device=like.device, dtype=like.dtype)
    return (cells + 0.5) * stride - 0.5
