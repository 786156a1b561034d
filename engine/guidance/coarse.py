"""Coarse copies of the head's surface: guides are drawn from fewer triangles than a portrait has.

Vertices in one cell of a grid become one of them. Those that expressions part, such as the lips,
and those whose surfaces look in opposite directions, stay apart.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.face.coefficients import INDEX
from engine.face.head_model import head_model

Ints = NDArray[np.int32]

_PARTING = ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight")
_EARS = 0.68  # decimetres from the middle
_APART = 0.25  # decimetres: vertices that an expression moves farther apart stay apart


@dataclass(frozen=True, eq=False)
class Coarse:
    """A coarse surface: its vertices (V',), rows of the head model's surface, and its triangles
    (T', 3), rows of ``vertices``."""

    vertices: NDArray[np.int64]
    triangles: Ints

    @cached_property
    def around_vertices(self) -> csr_matrix:
        """(V', T'): the sum over each vertex' triangles."""
        rows, columns = self.triangles.ravel(), np.repeat(np.arange(len(self.triangles)), 3)
        shape = (len(self.vertices), len(self.triangles))
        return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


@cache
def coarse_surface(cell: float, beside: float) -> Coarse:
    """The surface in cells of this side on face and ears, and ``beside`` it; decimetres."""
    model = head_model()
    places, triangles, _ = model.surface
    count = len(places)
    sides = np.where(_fine(places), cell, beside)[:, None]
    parting = model.expressions[[INDEX[name] for name in _PARTING], :count, 1].T / _APART
    inward = _normals(places, triangles)[:, 2:] < 0
    keys = np.column_stack([
        np.floor(places / sides), sides, np.floor(parting + 0.5), inward,
        model.vertex_parts[:count],
    ])  # fmt: skip
    _, cluster = np.unique(keys, axis=0, return_inverse=True)
    cluster = cluster.ravel()
    size = np.bincount(cluster).astype(float)
    middle = np.stack([np.bincount(cluster, axis) / size for axis in places.T], axis=1)
    # The vertex nearest to the middle of its cell stands for all.
    order = np.argsort(((places - middle[cluster]) ** 2).sum(axis=1), kind="stable")
    _, first = np.unique(cluster[order], return_index=True)
    vertices = order[first]
    corners = cluster[triangles]
    a, b, c = corners.T
    corners = corners[(a != b) & (b != c) & (c != a)]
    _, once = np.unique(np.sort(corners, axis=1), axis=0, return_index=True)
    return Coarse(vertices, corners[np.sort(once)].astype(np.int32))


def _fine(places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(V,) whether vertices (V, 3) of the mean head are on the face or an ear."""
    x, y, z = places.T
    face = (z > 0.3) & (y < 1.1) & (y > -0.7) & (np.abs(x) < 0.72)
    return np.asarray(face | ((np.abs(x) > _EARS) & (y < 0.5)))


def _normals(places: NDArray[np.float64], triangles: Ints) -> NDArray[np.float64]:
    """(V, 3) outward normals of any length."""
    a, b, c = (places[corner] for corner in triangles.T)
    across = np.cross(c - a, b - a)
    return np.stack(
        [np.bincount(triangles.ravel(), np.repeat(axis, 3), len(places)) for axis in across.T],
        axis=1,
    )
