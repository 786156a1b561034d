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
    i, j, k = triangles.T
    x, y = points.astype(np.float32).T
    ax, bx, cx = x[i], x[j], x[k]
    ay, by, cy = y[i], y[j], y[k]
    left = np.ceil(np.minimum(np.minimum(ax, bx), cx)).clip(0)
    top = np.ceil(np.minimum(np.minimum(ay, by), cy)).clip(0)
    right = np.floor(np.maximum(np.maximum(ax, bx), cx)).clip(None, width - 1)
    bottom = np.floor(np.maximum(np.maximum(ay, by), cy)).clip(None, height - 1)
    abx, aby, acx, acy = bx - ax, by - ay, cx - ax, cy - ay
    area = abx * acy - aby * acx
    keep = np.flatnonzero((right >= left) & (bottom >= top) & (np.abs(area) > 1e-6))
    if depth is not None:
        far = depth[i[keep]] + depth[j[keep]] + depth[k[keep]]
        keep = keep[np.argsort(far, kind="stable")]
    # One entry per (triangle, pixel of its bounding box), far triangles first.
    x0, y0 = left[keep].astype(np.int64), top[keep].astype(np.int64)
    columns = right[keep].astype(np.int64) - x0 + 1
    counts = columns * (bottom[keep].astype(np.int64) - y0 + 1)
    which = np.repeat(np.arange(len(keep)), counts)
    offset = np.arange(len(which)) - (np.cumsum(counts) - counts)[which]
    row = offset // columns[which]
    column = offset - row * columns[which]
    px, py = x0[which] + column, y0[which] + row
    at = keep[which]
    dx = px.astype(np.float32) - ax[at]
    dy = py.astype(np.float32) - ay[at]
    scale = 1.0 / area[at]
    beta = (dx * acy[at] - dy * acx[at]) * scale
    gamma = (dy * abx[at] - dx * aby[at]) * scale
    hit = np.flatnonzero((beta >= -1e-4) & (gamma >= -1e-4) & (beta + gamma <= 1 + 1e-4))
    winner = np.full(height * width, -1, np.int64)
    winner[py[hit] * width + px[hit]] = hit
    pixels = np.flatnonzero(winner >= 0)
    chosen = winner[pixels]
    beta, gamma = beta[chosen].clip(0, 1), gamma[chosen].clip(0, 1)
    weights = np.stack([1 - beta - gamma, beta, gamma], axis=1).astype(np.float32)
    return Drawing(pixels, at[chosen], weights)
