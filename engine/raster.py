"""Drawing triangle meshes: which triangle is seen at each pixel, and where inside it.

One vectorised painter's algorithm in NumPy: triangles are sorted from far to near, all pixels of
all bounding boxes are tested at once, and the nearest triangle's write comes last. For the small
triangles of a head mesh this is as exact as a depth buffer and takes a few milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Drawing:
    """A drawn mesh, pixel by pixel.

    pixels     (P,) indices into the flattened picture, each once, ascending
    triangles  (P,) the triangle seen there (row of the triangle array)
    weights    (P, 3) its barycentric weights there, 0 to 1 within 1e-4, sum 1
    """

    pixels: NDArray[np.int64]
    triangles: NDArray[np.int64]
    weights: Floats

    def interpolate(self, values: Floats, triangles: Ints) -> Floats:
        """Vertex values (V, C) at the drawn pixels, (P, C)."""
        corners = values[triangles[self.triangles]]
        drawn: Floats = np.einsum("pk,pkc->pc", self.weights, corners)
        return drawn


def draw(points: Floats, depth: Floats | None, triangles: Ints, height: int, width: int) -> Drawing:
    """Draw a mesh.

    points     (V, 2) vertex positions in pixels, x then y, pixel centres at integers
    depth      (V,) larger is nearer to the viewer; None draws in the order of the rows
    triangles  (T, 3) vertex indices; both orientations are drawn
    """
    corners = points[triangles].astype(np.float32)  # (T, 3, 2)
    order = np.arange(len(triangles))
    if depth is not None:
        order = np.argsort(depth[triangles].sum(axis=1), kind="stable")
        corners = corners[order]
    low = np.ceil(corners.min(axis=1)).clip(0)
    high = np.floor(corners.max(axis=1)).clip(None, (width - 1, height - 1))
    x0, y0 = low[:, 0].astype(np.int64), low[:, 1].astype(np.int64)
    columns = (high[:, 0] - low[:, 0] + 1).clip(0).astype(np.int64)
    rows = (high[:, 1] - low[:, 1] + 1).clip(0).astype(np.int64)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    inside = (columns > 0) & (rows > 0) & (np.abs(area) > 1e-6)
    keep = np.flatnonzero(inside)
    counts = (columns * rows)[keep]
    # One entry per (triangle, pixel of its bounding box), far triangles first.
    which = np.repeat(keep, counts)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    row, column = np.divmod(offset, columns[which])
    x, y = x0[which] + column, y0[which] + row
    px = x.astype(np.float32) - a[which, 0]
    py = y.astype(np.float32) - a[which, 1]
    scale = 1.0 / area[which]
    beta = (px * ac[which, 1] - py * ac[which, 0]) * scale
    gamma = (py * ab[which, 0] - px * ab[which, 1]) * scale
    hit = np.flatnonzero((beta >= -1e-4) & (gamma >= -1e-4) & (beta + gamma <= 1 + 1e-4))
    pixel = y[hit] * width + x[hit]
    winner = np.full(height * width, -1, np.int64)
    winner[pixel] = hit  # with repeated indices NumPy keeps the last value: the nearest
    pixels = np.flatnonzero(winner >= 0)
    chosen = winner[pixels]
    beta, gamma = beta[chosen].clip(0, 1), gamma[chosen].clip(0, 1)
    weights = np.stack([1 - beta - gamma, beta, gamma], axis=1).astype(np.float32)
    return Drawing(pixels, order[which[chosen]], weights)
