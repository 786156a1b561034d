"""Masks: 1 on the face or body, 0 elsewhere. The L1 losses weight the inside twice.

Report, sections 3.2 and 4.2.1. Limbs: Ma et al. 2017, arXiv:1705.09368.
"""

from itertools import pairwise

import torch
from torch import Tensor

from engine.config.config import Config, MaskConfig
from engine.config.skeletons import SKELETONS, Part, Skeleton


def draw_mask(points: Tensor, box: Tensor, config: Config) -> Tensor:
    """The mask M of the configured style: Bx1xHxW of 0 and 1.

    ``points`` (BxNx2, the config's skeleton) and ``box`` (Bx4) are in pixels of the picture.
    """
    height, width = config.image.height, config.image.width
    if config.mask.style == "ellipse":
        return ellipse_mask(box, height, width, config.mask)
    skeleton = SKELETONS[config.skeleton]
    if skeleton.outline:
        # Not indexed by a list, which would be copied to a GPU, and waited for.
        outline = torch.stack([points[:, index] for index in skeleton.outline], dim=1)
        return filled(outline, height, width)
    thickness = config.mask.limb * (box[:, 2:] - box[:, :2]).amax(dim=1)
    return limbs_mask(points, thickness, height, width, skeleton)


def box_of_landmarks(points: Tensor) -> Tensor:
    """The smallest box around ``points`` (BxNx2): Bx4, left, top, right, bottom."""
    return torch.cat((points.amin(dim=1), points.amax(dim=1)), dim=1)


def ellipse_mask(box: Tensor, height: int, width: int, config: MaskConfig) -> Tensor:
    """An ellipse around the centre of each ``box``: Bx1xHxW of 0 and 1.

    ``box`` is Bx4 (left, top, right, bottom; pixels). The half axes are the box's sides times
    ``x_scale`` and ``y_scale``; the centre lies ``lift`` box heights above the box's.
    """
    left, top, right, bottom = box[:, :, None, None].unbind(dim=1)
    across, down = right - left, bottom - top
    x, y = _grid(height, width, box)
    x = (x - (left + right) / 2) / (config.x_scale * across)
    y = (y - (top + bottom) / 2 + config.lift * down) / (config.y_scale * down)
    return (x.square() + y.square() <= 1).to(box.dtype)[:, None]


def filled(corners: Tensor, height: int, width: int) -> Tensor:
    """The inside of the polygon ``corners`` (BxKx2, pixels): Bx1xHxW of 0 and 1.

    Non-zero winding rule, so that the self-intersecting outline of a turned face has no holes. With
    a missing corner (NaN) the mask is empty.
    """
    whole = corners.isfinite().all(dim=(1, 2))[:, None, None]
    corners = corners[..., None, None]
    x, y = _grid(height, width, corners)
    winding = corners.new_zeros(len(corners), height, width)
    for start, end in zip(corners.unbind(1), corners.roll(-1, dims=1).unbind(1), strict=True):
        (x0, y0), (x1, y1) = start.unbind(1), end.unbind(1)
        # The side of the edge on which a pixel lies, in the rows that the edge crosses.
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        winding += (y0 <= y) & (y < y1) & (side > 0)
        winding -= ((y1 <= y) & (y < y0) & (side < 0)).to(winding.dtype)
    return ((winding != 0) & whole).to(corners.dtype)[:, None]


def limbs_mask(
    points: Tensor, thickness: Tensor, height: int, width: int, skeleton: Skeleton
) -> Tensor:
    """Thick lines between the points of each part, and the inside of closed parts: Bx1xHxW.

    ``points`` is BxNx2, pixels; ``thickness`` (B) is half the width of the lines, pixels. Lines to
    missing points (NaN) and the insides of parts with missing points are not drawn.
    """
    mask = points.new_zeros(len(points), 1, height, width)
    for a, b in {pair for part in skeleton.parts for pair in _lines(part)}:
        mask = mask.maximum(_thick_line(points[:, a], points[:, b], thickness, height, width))
    for part in skeleton.parts:
        if part.closed:
            mask = mask.maximum(filled(points[:, part.indices], height, width))
    return mask


def _lines(part: Part) -> list[tuple[int, int]]:
    """The indices of the end points of a part's lines."""
    closing = (part.indices[0],) if part.closed else ()
    return [(min(pair), max(pair)) for pair in pairwise(part.indices + closing)]


def _thick_line(a: Tensor, b: Tensor, thickness: Tensor, height: int, width: int) -> Tensor:
    """Pixels at most ``thickness`` (B) away from the segment a-b (Bx2 each): Bx1xHxW, 0 and 1."""
    (x0, y0), (x1, y1) = a[..., None, None].unbind(1), b[..., None, None].unbind(1)
    across, down = x1 - x0, y1 - y0
    x, y = _grid(height, width, a)
    square = (across.square() + down.square()).clamp(min=1e-6)
    along = (((x - x0) * across + (y - y0) * down) / square).clamp(0, 1)
    away = (x - x0 - along * across).square() + (y - y0 - along * down).square()
    near = away <= thickness.square()[:, None, None]  # false where a or b is NaN
    return near.to(a.dtype)[:, None]


def _grid(height: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """x (1xW) and y (Hx1) of the pixel centres."""
    x = torch.arange(width, device=like.device, dtype=like.dtype)[None, :]
    y = torch.arange(height, device=like.device, dtype=like.dtype)[:, None]
    return x, y
