"""Smooth extrapolation of values that are known at some pixels (push-pull)."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def filled(values: Floats, known: Floats) -> Floats:
    """``values`` (H, W, C) where ``known`` (H, W) is 1, smoothly extrapolated where it is 0.

    Push-pull over an image pyramid (Gortler et al. 1996): close to known pixels the result
    approaches their values, far from them the mean of all.
    """
    height, width = known.shape
    blend = known[..., None]
    if min(height, width) <= 2:
        mean = (values * blend).sum(axis=(0, 1)) / max(float(known.sum()), 1e-6)
        return np.asarray(blend * values + (1 - blend) * mean, np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    weight = np.asarray(cv2.resize(known, half, interpolation=cv2.INTER_AREA), np.float32)
    sums = cv2.resize(values * blend, half, interpolation=cv2.INTER_AREA)
    means = sums.reshape(half[1], half[0], -1) / weight[..., None].clip(1e-6)
    coarse = filled(np.asarray(means, np.float32), (4 * weight).clip(0, 1))
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(blend * values + (1 - blend) * large.reshape(values.shape), np.float32)
