"""What expressions and identities do not explain: the head bent until its landmarks meet a face's.

Two ways to carry the differences at 68 landmarks to all vertices: a thin-plate spline for whole
poses, and functions with compact support for handles that are dragged one by one.
"""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.face.head import N_JAW, distances
from engine.face.head_fit import FittedHead
from engine.face.head_model import Floats, Part

INNER_REACH, JAW_REACH = 0.35, 0.6
"""Decimetres: how far from a handle the head follows it."""

_RIDGE = 0.002  # decimetres: lets the bend forgive a tenth of a millimetre, and stay solvable
_COMPACT_RIDGE = 1e-3
_STILL = 1e-9  # decimetres: a handle that is nearer is where it should be
_RIGID = (Part.RIGHT_EYE, Part.LEFT_EYE, Part.UPPER_TEETH, Part.LOWER_TEETH, Part.TONGUE)


class HeadBend:
    """Bends one head with one expression, seen under one rotation, to landmarks."""

    def __init__(self, face: FittedHead, mesh: Floats | None = None) -> None:
        """mesh (V, 3), head coordinates: the head that is bent, if not the face's own."""
        self.face = face
        self.mesh = face.mesh if mesh is None else mesh
        self.landmarks = face.model.landmarks(face.pose.rotation, self.mesh)

    def residual(self, landmarks: ArrayLike) -> Floats:
        """From where the head has the landmarks to (68, 2) pixels: (68, 2) decimetres in the view."""
        seen = self.face.pose.project(self.landmarks)[:, :2]
        missing: Floats = (np.asarray(landmarks, np.float64) - seen) / self.face.pose.scale
        return missing

    def thin_plate(self, residual: Floats) -> Floats:
        """The mesh (V, 3) in head coordinates, bent by (68, 2) decimetres in the view.

        The kernel in space is the distance (Bookstein 1989); the back of the head and the neck stay.
        Eyeballs, teeth and tongue move without being bent.
        """
        model = self.face.model
        anchors = self.mesh[model.anchors]
        centres = np.concatenate([self.landmarks, anchors])
        values = np.zeros((len(centres), 2))
        values[: len(residual)] = residual
        kernel = distances(centres, centres)
        kernel[np.diag_indices_from(kernel)] = -_RIDGE
        weights = np.linalg.solve(kernel, values).astype(np.float32)
        moved = weights.T @ _distances(centres, self._axes)
        return self._moved(moved.T.astype(np.float64), rigid=True)

    def compact(self, residual: Floats) -> Floats:
        """The mesh (V, 3) in head coordinates, bent by (68, 2) decimetres, near the handles only.

        Wendland's function of smoothness 2 (Wendland 1995) with a reach of `INNER_REACH` or
        `JAW_REACH`; the eyeballs, teeth and tongue stay.
        """
        dragged = np.flatnonzero(np.abs(residual).max(axis=1) > _STILL)
        if not len(dragged):
            return self.mesh.copy()
        reach = np.where(np.arange(len(residual)) < N_JAW, JAW_REACH, INNER_REACH)
        # Handles near those that were dragged hold where they are.
        apart = distances(self.landmarks, self.landmarks[dragged])
        held = np.flatnonzero((apart < reach[:, None]).any(axis=1))
        centres = self.landmarks[held]
        matrix = _wendland(distances(centres, centres) / reach[held])
        matrix[np.diag_indices_from(matrix)] += _COMPACT_RIDGE
        weights = np.linalg.solve(matrix, residual[held])
        moved = np.zeros((len(self.mesh), 2))
        near = np.flatnonzero(~np.isin(self.face.model.vertex_parts, _RIGID))
        close = _distances(centres, self._axes[:, near]) / reach[held, None].astype(np.float32)
        moved[near] = _wendland(close).T @ weights
        # What the held ones need to stay must not reach further than the drag.
        own = close[np.isin(held, dragged)].min(axis=0)
        moved[near] *= _fade(own, 1.0, 1.4)[:, None]
        return self._moved(moved, rigid=False)

    def _moved(self, moved: Floats, rigid: bool) -> Floats:
        """The mesh moved by (V, 2) in the view."""
        if rigid:
            for part in _RIGID:
                rows = self.face.model.vertex_parts == part
                moved[rows] = moved[rows].mean(axis=0)
        bent: Floats = self.mesh + moved @ self.face.pose.rotation[:2]
        return bent

    @cached_property
    def _axes(self) -> NDArray[np.float32]:
        """(3, V): the vertices, axis by axis."""
        return np.ascontiguousarray(self.mesh.T, np.float32)


def _fade(r: NDArray[np.floating], start: float, end: float) -> Floats:
    """1 up to the start, 0 from the end on."""
    share = np.clip((end - r) / (end - start), 0, 1)
    values: Floats = share * share * (3 - 2 * share)
    return values


def _wendland(r: NDArray[np.floating]) -> Floats:
    """(1 - r)^4 (4 r + 1) for r < 1, else 0."""
    rest = np.clip(1 - r, 0, None)
    squared = rest * rest
    values: Floats = squared * squared * (4 * r + 1)
    return values


def _distances(points: Floats, axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, V): distances from points (N, 3) to vertices, axis by axis (3, V).

    In an update this takes longest, so in half the precision, and without products that would lose
    more of it.
    """
    squares = np.zeros((len(points), axes.shape[1]), np.float32)
    for axis, place in zip(axes, points.T.astype(np.float32), strict=True):
        along = axis - place[:, None]
        along *= along
        squares += along
    return np.sqrt(squares, out=squares)
