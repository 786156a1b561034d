"""The smoothstep, with which one thing passes into another."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def smooth_step(values: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """0 up to ``low``, 1 from ``high``, a cubic without kinks between."""
    x = ((np.asarray(values) - low) / (high - low)).clip(0, 1)
    return np.asarray(x * x * (3 - 2 * x))
