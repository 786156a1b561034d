"""Bending a head until its landmarks are where a face has them.

Expressions and identities explain most of a face. The rest is a displacement at each of the 68
landmarks. It is interpolated for all vertices: by a thin-plate spline for whole poses, and by
functions with compact support for single handles that were dragged.
"""

import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head import N_JAW, distances
from engine.face.head_model import Floats, HeadModel, Part

INNER_REACH, JAW_REACH = 0.35, 0.6
"""Decimetres: how far from a dragged landmark vertices move."""

_RIDGE = 0.002  # decimetres: regularises the spline; residuals of about 0.1 mm remain
_COMPACT_RIDGE = 1e-3
_MOVED = 1e-9  # decimetres: least displacement of a landmark that counts as dragged
_RIGID = (Part.RIGHT_EYE, Part.LEFT_EYE, Part.UPPER_TEETH, Part.LOWER_TEETH, Part.TONGUE)


def thin_plate(model: HeadModel, mesh: Floats, turned: Floats, residual: Floats) -> Floats:
    """A mesh (V, 3) bent by displacements (68, 2) of its landmarks, decimetres in the view.

    turned  rotation (3, 3) of the view

    The kernel in 3D is the distance (Bookstein 1989). The back of the head and the lower neck stay;
    eyeballs, teeth and tongue are moved but not deformed.
    """
    landmarks = model.landmarks(turned, mesh)
    centres = np.concatenate([landmarks, mesh[model.anchors]])
    values = np.zeros((len(centres), 2))
    values[: len(residual)] = residual
    kernel = distances(centres, centres)
    kernel[np.diag_indices_from(kernel)] = -_RIDGE
    weights = np.linalg.solve(kernel, values).astype(np.float32)
    moved = (weights.T @ _distances(centres, mesh)).T.astype(np.float64)
    for part in _RIGID:
        rows = model.rows(part)
        moved[rows] = moved[rows].mean(axis=0)
    bent: Floats = mesh + moved @ turned[:2]
    return bent


def compact(model: HeadModel, mesh: Floats, turned: Floats, residual: Floats) -> Floats:
    """A mesh (V, 3) bent near the landmarks whose displacement in ``residual`` (68, 2) is not 0.

    residual  decimetres in the view    turned  rotation (3, 3) of the view

    Wendland's C2 function (Wendland 1995) with a radius of `INNER_REACH` or `JAW_REACH`: vertices
    farther from every dragged landmark stay exactly where they were, and so do the eyeballs, the
    teeth and the tongue.
    """
    dragged = np.flatnonzero(np.abs(residual).max(axis=1) > _MOVED)
    bent = mesh.copy()
    if not len(dragged):
        return bent
    landmarks = model.landmarks(turned, mesh)
    reach = np.where(np.arange(len(residual)) < N_JAW, JAW_REACH, INNER_REACH)
    # The other landmarks within reach stay where they are.
    apart = distances(landmarks, landmarks[dragged])
    held = np.flatnonzero((apart < reach[dragged]).any(axis=1))
    centres = landmarks[held]
    matrix = _wendland(distances(centres, centres) / reach[held])
    matrix[np.diag_indices_from(matrix)] += _COMPACT_RIDGE
    weights = np.linalg.solve(matrix, residual[held])
    movable = np.flatnonzero(~np.isin(model.vertex_parts, _RIGID))
    own = (_distances(landmarks[dragged], mesh[movable]) / reach[dragged, None]).min(axis=0)
    near = movable[own < 1]
    moved = _wendland(_distances(centres, mesh[near]) / reach[held, None]).T @ weights
    # The functions of held landmarks reach farther than the drag: fade them out at its radius.
    moved *= 1 - smooth_step(own[own < 1], 0.7, 1.0)[:, None]
    bent[near] += moved @ turned[:2]
    return bent


def _wendland(r: Floats) -> Floats:
    """(1 - r)^4 (4 r + 1) for r < 1, else 0."""
    rest = np.clip(1 - r, 0, None)
    squared = rest * rest
    values: Floats = squared * squared * (4 * r + 1)
    return values


def _distances(points: Floats, vertices: Floats) -> NDArray[np.float32]:
    """(N, V) distances from points (N, 3) to vertices (V, 3).

    The slowest part of an update, so it is computed in float32, and from differences instead of
    products, which would lose too much precision.
    """
    squares = np.zeros((len(points), len(vertices)), np.float32)
    for axis, place in zip(vertices.T.astype(np.float32), points.T.astype(np.float32), strict=True):
        along = axis - place[:, None]
        along *= along
        squares += along
    return np.sqrt(squares, out=squares)
