"""Masks: 1 where the face is, 0 elsewhere. The L1 losses count the face double.

Report, sections 3.2 and 4.2.1.
"""

import torch
from torch import Tensor

from engine.config import Config, MaskConfig

_OUTLINE = (*range(17), *range(26, 16, -1))
"""Once around the face: along the jaw, back along the brows."""


def draw_mask(landmarks: Tensor, box: Tensor, config: Config) -> Tensor:
    """The mask M that ``config`` asks for: Bx1xHxW of 0 and 1.

    ``landmarks`` (Bx68x2) and the face ``box`` (Bx4) in pixels of the picture.
    """
    height, width = config.image.height, config.image.width
    if config.mask.style == "landmarks":
        return outline_mask(landmarks, height, width)
    return ellipse_mask(box, height, width, config.mask)


def box_of_landmarks(landmarks: Tensor) -> Tensor:
    """The smallest box around ``landmarks`` (Bx68x2): Bx4, left, top, right, bottom."""
    return torch.cat((landmarks.amin(dim=1), landmarks.amax(dim=1)), dim=1)


def ellipse_mask(box: Tensor, height: int, width: int, config: MaskConfig) -> Tensor:
    """An ellipse around the centre of each face ``box``: Bx1xHxW of 0 and 1.

    ``box`` is Bx4 (left, top, right, bottom; pixels). The half axes are the box's sides times
    ``x_scale`` and ``y_scale``; the centre lies ``lift`` box heights above the box's.
    """
    left, top, right, bottom = box[:, :, None, None].unbind(dim=1)
    across, down = right - left, bottom - top
    x, y = _grid(height, width, box)
    x = (x - (left + right) / 2) / (config.x_scale * across)
    y = (y - (top + bottom) / 2 + config.lift * down) / (config.y_scale * down)
    return (x.square() + y.square() <= 1).to(box.dtype)[:, None]


def outline_mask(landmarks: Tensor, height: int, width: int) -> Tensor:
    """The filled outline of jaw and brows: Bx1xHxW of 0 and 1.

    ``landmarks`` is Bx68x2, pixels. Filled by winding number, so that a turned face, whose outline
    crosses itself, has no holes.
    """
    corners = landmarks[:, _OUTLINE, :, None, None]
    x, y = _grid(height, width, landmarks)
    winding = landmarks.new_zeros(len(landmarks), height, width)
    for start, end in zip(corners.unbind(1), corners.roll(-1, dims=1).unbind(1), strict=True):
        (x0, y0), (x1, y1) = start.unbind(1), end.unbind(1)
        # On which side of the edge each pixel lies; counted in the rows that the edge crosses.
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        winding += (y0 <= y) & (y < y1) & (side > 0)
        winding -= ((y1 <= y) & (y < y0) & (side < 0)).to(winding.dtype)
    return (winding != 0).to(landmarks.dtype)[:, None]


def _grid(height: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """x (1xW) and y (Hx1) of the pixel centres."""
    x = torch.arange(width, device=like.device, dtype=like.dtype)[None, :]
    y = torch.arange(height, device=like.device, dtype=like.dtype)[:, None]
    return x, y
