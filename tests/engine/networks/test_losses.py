"""The losses against NumPy and scikit-image."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from engine.networks.losses import bce, dissimilarity, masked_l1, ssim_map


def test_masked_l1_is_the_formula() -> None:
    image, target = torch.rand(2, 4, 3, 8, 9)
    mask = (torch.rand(4, 1, 8, 9) > 0.5).float()
    weight = torch.rand(4, 1, 8, 9)
    error = np.abs((image.numpy() - target.numpy()) * (1 + mask.numpy()))
    assert masked_l1(image, target, mask).item() == pytest.approx(error.sum(), rel=1e-5)
    mean = masked_l1(image, target, mask, reduction="mean").item()
    assert mean == pytest.approx(error.mean(), rel=1e-5)
    weighted = masked_l1(image, target, mask, weight).item()
    assert weighted == pytest.approx((error * weight.numpy()).sum(), rel=1e-5)


@pytest.mark.parametrize("label", [0, 1])
def test_bce_is_the_formula(label: int) -> None:
    logits = torch.randn(16)
    p = 1 / (1 + np.exp(-logits.double().numpy()))
    expected = -np.log(p if label else 1 - p).mean()
    assert bce(logits, label).item() == pytest.approx(expected, rel=1e-5)  # type: ignore[arg-type]


def test_bce_of_sure_logits_is_finite() -> None:
    assert bce(torch.tensor([-1000.0]), 1).item() == 1000


def test_ssim_is_scikit_images() -> None:
    # Of little contrast, so that SSIM's constants and its unbiased variance count.
    image = 0.5 + 0.04 * torch.rand(2, 3, 40, 30)
    target = image + 0.01 * torch.randn_like(image)
    ours = ssim_map(image, target).mean(dim=(1, 2, 3))
    for i in range(2):
        theirs = structural_similarity(
            image[i].numpy(), target[i].numpy(), channel_axis=0, data_range=1
        )
        assert ours[i].item() == pytest.approx(theirs, abs=1e-4)
    every_third = ssim_map(image, target)[..., ::3, ::3]
    torch.testing.assert_close(ssim_map(image, target, step=3), every_third)


def test_dissimilarity_counts_only_where_there_is_weight() -> None:
    target = torch.rand(1, 3, 32, 32)
    image = target.clone()
    image[..., 16:] = 0.5
    assert dissimilarity(image, target).item() > 0.2
    # Of the windows looked at, three pixels to each side, that around column 15 is the first to
    # see the difference.
    for column, seen in ((12, False), (15, True)):
        weight = torch.zeros(1, 1, 32, 32)
        weight[..., column] = 1
        assert (dissimilarity(image, target, weight).item() > 1e-3) == seen
    assert dissimilarity(image, target, torch.ones(1, 1, 32, 32)) == dissimilarity(image, target)
