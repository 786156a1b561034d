"""Soft selection: what is near to the selected points follows them, the nearer the more."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def selection_weights(points: Floats, selection: Collection[int], radius: float) -> Floats:
    """How much each of the points (N, 2) follows, (N,): 1 what is selected, falling to 0 at
    `radius` pixels from it. With a radius of 0 nothing but the selection follows."""
    chosen = sorted(selection)
    weights = np.zeros(len(points))
    if radius > 0 and chosen:
        apart = np.linalg.norm(points[:, None] - points[None, chosen], axis=2).min(axis=1)
        weights = (1 - np.minimum(apart / radius, 1.0) ** 2) ** 2  # flat at both ends
    weights[chosen] = 1.0
    return weights
