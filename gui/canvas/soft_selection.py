"""What goes along with the selected points: their neighbours, and the other side of the face."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

import engine

Floats = NDArray[np.float64]

SMALLEST_RADIUS, LARGEST_RADIUS = 0.1, 4.0  # distances between the eyes


@dataclass(frozen=True)
class Following:
    """How points that are not selected follow those that are.

    soft, radius   neighbours do, the nearer the more, up to `radius` distances between the eyes
    symmetric      the other side of the face does, as a mirror image
    """

    soft: bool = False
    radius: float = 1.0
    symmetric: bool = False

    def widened(self, factor: float) -> Self:
        """With neighbours this many times as far away."""
        radius = min(max(self.radius * factor, SMALLEST_RADIUS), LARGEST_RADIUS)
        return replace(self, radius=radius)

    def weights(self, points: Floats, selection: Collection[int], eyes_apart: float) -> Floats:
        """How much each of the points (N, 2) follows, (N,); see `selection_weights`."""
        return selection_weights(points, selection, self.radius * eyes_apart if self.soft else 0.0)

    def mirrors(self, selection: Collection[int]) -> bool:
        """Whether the other side follows; what is selected on both sides goes as it is dragged."""
        return self.symmetric and any(
            engine.MIRROR_IMAGES[index] not in selection for index in selection
        )


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


def eyes_apart(points: Floats) -> float:
    """The distance between the eyes of a face (68, 2)."""
    return float(np.hypot(*(points[42:48].mean(axis=0) - points[36:42].mean(axis=0))))
