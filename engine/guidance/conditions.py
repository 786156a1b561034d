"""Conditions of G1: pose heatmaps, and edge images for subjects without a skeleton.

Report, section 3.1; for the source's pose as a second condition, section 4.2.3; for edges, section
7 ("contour image from edge detector"), with the detector of Canny 1986.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.config.config import Config, EdgeConfig, HeatmapConfig

_FAR_AWAY = 1e6
"""Coordinate in pixels that replaces NaN: a point there draws nothing."""

_NOTHING = 1e-18
"""Smaller factors of a blob count as 0."""


def draw_heatmaps(points: Tensor, height: int, width: int, config: HeatmapConfig) -> Tensor:
    """Heatmaps of ``points`` (..., 2), pixels of a ``height`` x ``width`` picture.

    Returns (..., height / stride, width / stride) with values in [0, 1], on the points' device.
    With d the distance between a cell's centre and the point, a ``disc`` is 1 where d <= ``radius``
    and 0 elsewhere; a ``blob`` is exp(-d^2 / (2 radius^2)). Shapes of points outside the picture
    are clipped at its border; a missing point (NaN) gives an empty heatmap. In memory, the values
    of a cell lie side by side (channels_last).
    """
    placed = points.nan_to_num(nan=_FAR_AWAY)[..., None, :, :]
    x = (placed[..., 0] - _centres(width, config.stride, points)).square()[..., None, :, :]
    y = (placed[..., 1] - _centres(height, config.stride, points)).square()[..., :, None, :]
    if config.style == "disc":
        cells = (x + y <= config.radius**2).to(points.dtype)
    else:
        scale = -0.5 / config.radius**2
        # A Gaussian is separable: an outer product of two vectors instead of an exp per cell.
        # Tails become 0: products of them are denormal numbers, which take processors ten times as
        # long.
        cells = _without_tails((scale * y).exp()) * _without_tails((scale * x).exp())
    return cells.movedim(-1, -3)


def pose_heatmaps(source: Tensor, target: Tensor, config: Config) -> Tensor:
    """Heatmaps of both poses (BxNx2 each, pixels of the picture).

    Returns Bx2Nxhxw, the source's N channels first; or BxNxhxw, only the target's, if
    ``config.heatmaps.source`` is false.
    """
    poses = torch.cat((source, target), dim=1) if config.heatmaps.source else target
    return draw_heatmaps(poses, config.image.height, config.image.width, config.heatmaps)


def find_edges(picture: NDArray[np.uint8], config: EdgeConfig) -> NDArray[np.float32]:
    """Canny edges of a picture (H, W, 3) uint8: (H, W) float32, 1 on an edge, 0 elsewhere.

    The gradient of a pixel is the largest of its channels', so that edges between colours of equal
    brightness are found.
    """
    found = cv2.Canny(np.ascontiguousarray(picture), config.low, config.high)
    return np.asarray(found > 0, np.float32)


def pooled_edges(source: Tensor, target: Tensor, config: Config) -> Tensor:
    """Both edge images (Bx1xHxW of 0 and 1 each), max-pooled by ``heatmaps.stride``.

    Returns Bx2xhxw, the source's first; or Bx1xhxw, only the target's, if
    ``config.heatmaps.source`` is false.
    """
    edges = torch.cat((source, target), dim=1) if config.heatmaps.source else target
    return nn.functional.max_pool2d(edges, config.heatmaps.stride)


def _without_tails(factor: Tensor) -> Tensor:
    return nn.functional.threshold(factor, _NOTHING, 0.0)


def _centres(length: int, stride: int, like: Tensor) -> Tensor:
    """(length / stride, 1) coordinates of the cells' centres along one side, in pixels (pixel
    centres at integers)."""
    cells = torch.arange(length // stride, device=like.device, dtype=like.dtype)
    return ((cells + 0.5) * stride - 0.5)[:, None]
