"""The losses of both stages (report, sections 3.5 and 4.3), computed in float32."""

from typing import Literal

import torch
from torch import Tensor, nn


def masked_l1(
    image: Tensor,
    target: Tensor,
    mask: Tensor,
    weight: Tensor | None = None,
    reduction: Literal["mean", "sum"] = "sum",
) -> Tensor:
    """|(image - target) * (1 + mask)|_1, with each pixel times ``weight`` if given.

    ``image`` and ``target`` Bx3xHxW, ``mask`` and ``weight`` Bx1xHxW. Returns a scalar: sum or mean
    over all values.
    """
    error = (image.float() - target).abs() * (1 + mask)
    if weight is not None:
        error = error * weight
    return error.sum() if reduction == "sum" else error.mean()


def bce(logits: Tensor, label: Literal[0, 1]) -> Tensor:
    """Binary cross-entropy of D's ``logits`` (any shape) against ``label``; the mean, a scalar."""
    logits = logits.float()
    return nn.functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def ssim_map(image: Tensor, target: Tensor, step: int = 1) -> Tensor:
    """Structural similarity of images in [0, 1] (Bx3xHxW): Bx3x(H-6)x(W-6), 1 where equal.

    Wang et al. 2004, with the stabilising constants that the report's formula omits. One value for
    each 7x7 window inside the image; their mean equals scikit-image's ``structural_similarity``.
    ``step`` is the stride of the windows in both directions.
    """
    x, y = image.float(), target.float()
    mean_x, mean_y = _windows(x, step), _windows(y, step)
    squares, products = mean_x.square() + mean_y.square(), mean_x * mean_y
    unbiased = 49 / 48  # sample (co)variances of 7 x 7 values
    variances = unbiased * (_windows(x * x + y * y, step) - squares)
    covariance = unbiased * (_windows(x * y, step) - products)
    c1, c2 = 0.01**2, 0.03**2  # avoid 0 / 0 in flat windows
    luminance = (2 * products + c1) / (squares + c1)
    return luminance * (2 * covariance + c2) / (variances + c2)


def dissimilarity(image: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """1 - SSIM, with each window times the ``weight`` (Bx1xHxW) of its centre; the mean, a scalar.

    With a stride of 3: neighbouring windows are nearly equal, and all of them would take longer
    than the network.
    """
    windows = 1 - ssim_map(image, target, step=3)
    return (windows if weight is None else windows * weight[..., 3:-3:3, 3:-3:3]).mean()


def _windows(image: Tensor, step: int) -> Tensor:
    """Means of the 7x7 windows that lie inside the image, every ``step`` pixels."""
    if image.device.type != "cpu":  # a GPU may convolve in TF32
        return nn.functional.avg_pool2d(image, kernel_size=7, stride=step)
    channels = image.shape[1]
    window = image.new_full(
        (channels, 1, 7, 7), 1 / 49
    )  # equal to avg_pool2d, five times as fast on a CPU
    return nn.functional.conv2d(image, window, stride=step, groups=channels)
