"""Losses of generated faces against target faces in the features of the landmarker.

The landmark network and the coefficient network (`engine.face.landmarker_networks`) are
differentiable, so that a generator learns where lids, lips and irises have to be.
"""

from copy import deepcopy
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.face.landmarker_networks import (
    COEFFICIENT_POINTS,
    LANDMARK_SIDE,
    N_DENSE,
    CoefficientNetwork,
    LandmarkNetwork,
    landmarker,
)

_MARGIN = 1.5  # side of the network's square, sides of the face's box
_FOREHEAD = 0.3  # height of the forehead above the brows, of the height of the 68 landmarks
_OUTER_EYES = (36, 45)  # of the 68 landmarks
_FEATURES = [*COEFFICIENT_POINTS, *range(N_DENSE - 10, N_DENSE)]  # features of the face and irises


class LandmarkLosses(NamedTuple):
    """Losses of images against targets, float32 scalars.

    points      mean distance of the features' dense landmarks and the irises, sides of the face
    expression  mean absolute difference of the expression coefficients
    """

    points: Tensor
    expression: Tensor


def landmark_losses(images: Tensor, targets: Tensor, landmarks: Tensor) -> LandmarkLosses:
    """Both losses of ``images`` against ``targets`` (Bx3xHxW in [0, 1]).

    ``landmarks`` (Bx68x2, pixels) are the targets'. Only ``images`` get gradients.
    """
    points_of, coefficients_of = _networks(images.device)
    grid = _squares(landmarks.detach().float(), images.shape[-1])
    with torch.autocast(images.device.type, enabled=False):
        with torch.no_grad():
            true = points_of(_sampled(targets, grid)).points
            wanted = coefficients_of(true)
        found = points_of(_sampled(images, grid)).points
        gaps = (found - true)[:, _FEATURES, :2].square().sum(dim=2).add(1e-6).sqrt()
        expression = (coefficients_of(found) - wanted).abs().mean()
    return LandmarkLosses(gaps.mean() * (_MARGIN / LANDMARK_SIDE), expression)


def _squares(landmarks: Tensor, size: int) -> Tensor:
    """Sampling grids (Bx256x256x2, -1 to 1) of upright squares around faces in pictures of side
    ``size``, from landmarks (Bx68x2), pixels."""
    right, left = (landmarks[:, k] for k in _OUTER_EYES)
    along = functional.normalize(left - right, dim=1, eps=1e-3)
    axes = torch.stack([along, torch.stack([-along[:, 1], along[:, 0]], dim=1)], dim=1)  # Bx2x2
    level = landmarks @ axes.transpose(1, 2)
    low, high = level.amin(dim=1), level.amax(dim=1)
    low = torch.stack([low[:, 0], low[:, 1] - _FOREHEAD * (high - low)[:, 1]], dim=1)
    side = _MARGIN * (high - low).amax(dim=1).clamp(min=1)
    steps = (torch.arange(LANDMARK_SIDE, device=landmarks.device) + 0.5) / LANDMARK_SIDE - 0.5
    square = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=2)  # x, y in [-0.5, 0.5]
    places = (low + high)[:, None, None] / 2 + side[:, None, None, None] * square
    pixels = places @ axes[:, None]
    return 2 * pixels / max(size - 1, 1) - 1


def _sampled(images: Tensor, grid: Tensor) -> Tensor:
    chips = functional.grid_sample(images.float(), grid, padding_mode="zeros", align_corners=True)
    return chips.contiguous(memory_format=torch.channels_last)


@cache
def _networks(device: torch.device) -> tuple[LandmarkNetwork, CoefficientNetwork]:
    """The landmark and the coefficient network on a device."""
    networks = landmarker()
    return deepcopy(networks.landmarks).to(device), deepcopy(networks.coefficients).to(device)
