"""Squares of pixels as channels, and back, of one picture in main memory.

The same as `pixel_unshuffle` and `pixel_shuffle`, with a change of dtype, between contiguous planes
and the channels_last order of convolutions. Each moves whole rows of a square at once, by OpenCV's
transposition in blocks, which takes a third of the time of torch's copies.
"""

import cv2
import torch
from torch import Tensor


def into_patches(picture: Tensor, side: int, dtype: torch.dtype) -> Tensor:
    """`pixel_unshuffle` of a picture (1, C, H, W), in channels_last order."""
    _, channels, height, width = picture.shape
    if side == 1 and picture.is_contiguous(memory_format=torch.channels_last):
        return picture.to(dtype)
    rows = picture.view(1, channels, height // side, side, width).transpose(2, 3)
    rows = rows.to(dtype, memory_format=torch.contiguous_format).contiguous()
    patches = _transposed(rows.view(channels * side, -1, side))
    return patches.view(1, height // side, width // side, -1).permute(0, 3, 1, 2)


def out_of_patches(patches: Tensor, side: int, dtype: torch.dtype) -> Tensor:
    """`pixel_shuffle` of patches (1, C x side^2, h, w), as contiguous planes."""
    _, channels, height, width = patches.shape
    pixels = patches.permute(0, 2, 3, 1).contiguous().view(height * width, -1, side)
    rows = _transposed(pixels).view(1, -1, side, height, width * side).transpose(2, 3)
    rows = rows.to(dtype, memory_format=torch.contiguous_format).contiguous()
    return rows.view(1, channels // side**2, height * side, width * side)


def _transposed(values: Tensor) -> Tensor:
    """(M, N, K) to (N, M, K), in memory; by OpenCV, which takes a third of torch's time."""
    numbers = values.view(torch.int16) if values.element_size() == 2 else values
    return torch.from_numpy(cv2.transpose(numbers.numpy())).view(values.dtype)
