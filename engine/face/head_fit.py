"""Fitting the head model: pose, identity and expression of a face, from its landmarks.

Gauss-Newton over all unknowns together, weak perspective. Residuals are in decimetres over their
noise and priors in standard deviations, so that the sum of squares is a negative log posterior.
Identities have the unit normal distribution, coefficients a normal one cut to [0, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.face.coefficients import INDEX, NAMES, REST, Coefficients
from engine.face.head import N_JAW, HeadPose, angles, rotation
from engine.face.head_model import (
    N_DENSE,
    N_MODES,
    Floats,
    HeadModel,
    Places,
    head_model,
    jaw_weights,
)

NOISE = 0.03
"""Decimetres: standard deviation of a landmark."""

JAW_WEIGHT = 0.3
"""Weight of a jaw landmark; others have 1. The silhouette is less accurate."""

GAP_NOISE = 0.008
"""Decimetres: standard deviation of a gap between lids or lips, which is seen more exactly than a
place."""

EXPRESSION_RIDGE = 6.0
"""Inverse variance of a coefficient in a photo's own expression."""

IDENTITY_RIDGE = 3.0
"""Inverse variance of an identity mode: real heads vary less than the sampled ones."""

_POSE_STEPS, _JOINT_STEPS = 6, 6  # of `fit`
_FOLLOW_POSE_STEPS, _FOLLOW_STEPS = 3, 2  # of `follow`
_LARGEST_TURN = 0.6  # radians in a step
_LARGEST_IDENTITY, _LARGEST_EXPRESSION = 1.0, 0.5  # in a step
_POSE_RIDGE = 1e-6

_LID_PAIRS = ((37, 41), (38, 40), (43, 47), (44, 46))
_LIP_PAIRS = ((61, 67), (62, 66), (63, 65))
_DENSE_LID_PAIRS = (
    (160, 144), (159, 145), (158, 153), (161, 163), (157, 154),
    (387, 373), (386, 374), (385, 380), (388, 390), (384, 381),
)  # fmt: skip
_DENSE_LIP_PAIRS = ((82, 87), (13, 14), (312, 317), (81, 178), (311, 402))
_PAIRS = np.array([*_LID_PAIRS, *_LIP_PAIRS])
_DENSE_PAIRS = np.array([*_DENSE_LID_PAIRS, *_DENSE_LIP_PAIRS])

# Landmarks do not show the gaze, a mouth that is closed over an open jaw, and the tongue.
_NOT_FITTED = ("mouthClose", "tongueOut", *(n for n in NAMES if n.startswith("eyeLook")))
FITTED = np.array([i for i, name in enumerate(NAMES) if name not in _NOT_FITTED])

_OPPOSITES = (
    ("eyeBlinkLeft", "eyeWideLeft"), ("eyeBlinkRight", "eyeWideRight"), ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"), ("mouthSmileLeft", "mouthFrownLeft"),
    ("mouthSmileRight", "mouthFrownRight"), ("mouthPucker", "mouthStretchLeft"),
    ("mouthPucker", "mouthStretchRight"), ("browDownLeft", "browOuterUpLeft"),
    ("browDownRight", "browOuterUpRight"),
)  # fmt: skip
_ANTAGONISTS = np.array([[FITTED.tolist().index(INDEX[n]) for n in pair] for pair in _OPPOSITES])

_IRIS_CENTRES = (468, 473)
_EYES_APART = 0.3  # share of the difference between the eyes' gazes that is kept


@dataclass(frozen=True, eq=False)
class FittedHead:
    """The head model fitted to a face.

    pose  of the head in the photo    identity (20,) standard deviations    expression
    """

    model: HeadModel
    pose: HeadPose
    identity: Floats
    expression: Coefficients = REST

    @property
    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll of the head in the photo, degrees."""
        return angles(self.pose.rotation)

    @cached_property
    def mesh(self) -> Floats:
        """The head (V, 3) with its expression, in head coordinates."""
        mesh = self.model.vertices(self.identity, self.expression)
        mesh.setflags(write=False)
        return mesh


class _Basis(NamedTuple):
    """Places of a head: mean (N, 3), and their displacements by each identity mode (I, N, 3) and
    each coefficient (52, N, 3)."""

    mean: Floats
    identities: Floats
    expressions: Floats

    @classmethod
    def of(cls, model: HeadModel, places: Places) -> Self:
        return cls(
            places.of(model.mean),
            np.stack([places.of(mode) for mode in model.identities]),
            np.stack([places.of(mode) for mode in model.expressions]),
        )

    def on(self, mean: Floats) -> Self:
        """The same places of a head with a fixed identity."""
        return type(self)(mean, np.zeros((0, *mean.shape)), self.expressions)

    def weighted(self, weights: Floats) -> Self:
        """Weighted sums of places (J, K) by weights (J, K): J places."""
        return type(self)(*(np.einsum("jk,...jkc->...jc", weights, a) for a in self))

    def points(self, identity: Floats, expression: Floats) -> Floats:
        points: Floats = self.mean + np.tensordot(expression, self.expressions, 1)
        return points + np.tensordot(identity, self.identities, 1) if len(identity) else points

    def joined(self, other: Self) -> Self:
        """The places of both, these first."""
        return type(self)(
            *(np.concatenate([a, b], axis=-2) for a, b in zip(self, other, strict=True))
        )


class _State(NamedTuple):
    """The unknowns: pose, identity (I,) and coefficients (52,)."""

    pose: HeadPose
    identity: Floats
    values: Floats


class _Problem(NamedTuple):
    """What a head is fitted to.

    goal (N, 2) pixels; basis: the N places of the head in a state; root (N,) of their weights, per
    decimetre; pairs (P, 2) of places whose gap is compared; expected (52,) coefficients
    """

    goal: Floats
    basis: Callable[[_State], _Basis]
    root: Floats
    pairs: NDArray[np.int64]
    expected: Floats


@dataclass(frozen=True, eq=False)
class HeadFitter:
    """Fits the model to 68 landmarks or to MediaPipe's 478 dense ones."""

    model: HeadModel

    def fit(
        self,
        landmarks: NDArray[np.floating],
        ridge: float = EXPRESSION_RIDGE,
        expected: Coefficients = REST,
    ) -> FittedHead:
        """The head with these landmarks, (68, 2) or dense (478, 2 or 3), pixels.

        ridge  inverse variance of the coefficients around the expected ones
        """
        goal = np.asarray(landmarks, np.float64)[:, :2]
        problem = self._problem(goal, expected)
        state = _State(_frontal(goal), np.zeros(N_MODES), REST.array)
        for _ in range(_POSE_STEPS):
            state = _step(problem, state, None, None)
        for _ in range(_JOINT_STEPS):
            state = _step(problem, state, IDENTITY_RIDGE, ridge)
        fitted = FittedHead(
            self.model, state.pose, state.identity, Coefficients.from_array(state.values)
        )
        if len(goal) == N_DENSE:
            irises = goal[list(_IRIS_CENTRES)]
            return replace(fitted, expression=self.gaze(fitted, irises))
        return fitted

    def follow(
        self,
        shape: Floats,
        start: tuple[HeadPose, Coefficients],
        landmarks: NDArray[np.floating],
        seen: NDArray[np.floating],
    ) -> tuple[HeadPose, Coefficients]:
        """Pose and expression of a known head (V, 3), without expression, at new landmarks.

        start      pose and expression in which its landmarks are at ``seen`` (68, 2), pixels; if
                   the new ones (68, 2) are the same, so is the result
        """
        pose, expression = start
        inner = self._inner_basis.on(self._inner_places.of(shape))
        paths = self._path_basis.on(self.model.jaw_paths.of(shape))
        state = _State(pose, np.zeros(0), expression.array)
        # What the coefficients do not explain stays at its place on the head.
        points = _slid(inner, paths, state).points(state.identity, state.values)
        missing = (seen - pose.project(points)[:, :2]) / pose.scale @ pose.rotation[:2]
        inner = inner.on(inner.mean + missing[N_JAW:])
        paths = paths.on(paths.mean + missing[:N_JAW, None])
        problem = _Problem(
            np.asarray(landmarks, np.float64),
            lambda state: _slid(inner, paths, state),
            self._root,
            _PAIRS,
            expression.array,
        )
        for _ in range(_FOLLOW_POSE_STEPS):
            state = _step(problem, state, None, None)
        for _ in range(_FOLLOW_STEPS):
            state = _step(problem, state, None, EXPRESSION_RIDGE)
        return state.pose, Coefficients.from_array(state.values)

    def gaze(self, face: FittedHead, irises: Floats) -> Coefficients:
        """The expression with the eyes turned so that their irises are at (2, 2) pixels.

        The person's right eye comes first. Most of the difference between the eyes is noise, so
        they get nearly the same gaze.
        """
        balls = self.model.eyeballs(face.mesh)
        turns = [ball.gaze_at(face.pose, iris) for ball, iris in zip(balls, irises, strict=True)]
        both = np.mean(turns, axis=0)
        right, left = (both + _EYES_APART * (np.array(turn) - both) for turn in turns)
        return face.expression.with_gaze((right[0], right[1]), (left[0], left[1]))

    def _problem(self, goal: Floats, expected: Coefficients) -> _Problem:
        """The fit to landmarks (68, 2) or dense ones (478, 2)."""
        if len(goal) == N_DENSE:
            dense = self._dense_basis
            return _Problem(goal, lambda _: dense, self._dense_root, _DENSE_PAIRS, expected.array)

        def landmarks(state: _State) -> _Basis:
            return _slid(self._inner_basis, self._path_basis, state)

        return _Problem(goal, landmarks, self._root, _PAIRS, expected.array)

    @cached_property
    def _inner_places(self) -> Places:
        return self.model.landmark_places.at(range(N_JAW, 68))

    @cached_property
    def _inner_basis(self) -> _Basis:
        return _Basis.of(self.model, self._inner_places)

    @cached_property
    def _path_basis(self) -> _Basis:
        return _Basis.of(self.model, self.model.jaw_paths)

    @cached_property
    def _dense_basis(self) -> _Basis:
        return _Basis.of(self.model, self.model.dense_places)

    @cached_property
    def _root(self) -> Floats:
        weights = np.where(np.arange(68) < N_JAW, JAW_WEIGHT, 1.0)
        roots: Floats = np.sqrt(weights) / NOISE
        return roots

    @cached_property
    def _dense_root(self) -> Floats:
        """The weights of all dense landmarks together are those of the 68 together."""
        trust = self.model.dense_trust
        roots: Floats = np.sqrt(trust * (self._root**2).sum() / trust.sum())
        return roots


def _slid(inner: _Basis, paths: _Basis, state: _State) -> _Basis:
    """The 68 landmarks: the jaw's at the outermost points of their paths, then the inner ones."""
    outer = paths.points(state.identity, state.values)
    return paths.weighted(jaw_weights(outer, state.pose.rotation)).joined(inner)


def _step(
    problem: _Problem,
    state: _State,
    identity_ridge: float | None,
    expression_ridge: float | None,
) -> _State:
    """The state after a Gauss-Newton step; unknowns without a ridge stay."""
    basis, pose = problem.basis(state), state.pose
    seen = basis.points(state.identity, state.values) @ pose.rotation.T  # decimetres in the view
    error = (problem.goal - pose.shift) / pose.scale - seen[:, :2]
    x, y, z = seen.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    # Columns: rotation about each axis of the view, relative scale, shift; then the shapes.
    columns = np.array([[zero, z, -y, x, one, zero], [-z, zero, x, y, zero, one]]).transpose(
        2, 0, 1
    )
    shapes = []
    ridge, now = [np.full(6, _POSE_RIDGE)], [np.zeros(6)]
    low, high = [np.full(6, -np.inf)], [np.full(6, np.inf)]
    n_identity = 0
    if identity_ridge is not None:
        n_identity = len(state.identity)
        shapes.append(basis.identities)
        ridge.append(np.full(n_identity, identity_ridge))
        now.append(state.identity)
        low.append(np.full(n_identity, -_LARGEST_IDENTITY))
        high.append(np.full(n_identity, _LARGEST_IDENTITY))
    if expression_ridge is not None:
        values = state.values[FITTED]
        shapes.append(basis.expressions[FITTED])
        ridge.append(np.full(len(FITTED), expression_ridge))
        now.append(values - problem.expected[FITTED])
        low.append(np.maximum(-values, -_LARGEST_EXPRESSION))
        high.append(np.minimum(1 - values, _LARGEST_EXPRESSION))
    if shapes:
        turned = np.concatenate(shapes) @ pose.rotation[:2].T
        columns = np.concatenate([columns, turned.transpose(1, 2, 0)], axis=2)
    upper, lower = problem.pairs.T
    root = problem.root
    error = np.concatenate([error * root[:, None], (error[upper] - error[lower]) / GAP_NOISE])
    columns = np.concatenate(
        [columns * root[:, None, None], (columns[upper] - columns[lower]) / GAP_NOISE]
    )
    slope = columns.reshape(-1, columns.shape[2])
    prior = np.diag(np.concatenate(ridge))
    if expression_ridge is not None:
        # The cost of two opposites is that of their sum, so that only one of them is used.
        first, second = 6 + n_identity + _ANTAGONISTS.T
        prior[first, second] = prior[second, first] = expression_ridge
    step = _bounded(
        slope.T @ slope + prior,
        slope.T @ error.reshape(-1) - prior @ np.concatenate(now),
        np.concatenate(low),
        np.concatenate(high),
    )
    identity, values = state.identity, state.values.copy()
    if identity_ridge is not None:
        identity = identity + step[6 : 6 + n_identity]
    if expression_ridge is not None:
        values[FITTED] = (values[FITTED] + step[6 + n_identity :]).clip(0, 1)
    return _State(_moved(pose, step[:6]), identity, values)


def _frontal(goal: Floats) -> HeadPose:
    """The initial pose of the fit: a frontal head at the landmarks, with their roll."""
    dense = len(goal) == N_DENSE
    brow, chin = (goal[9], goal[152]) if dense else (goal[21:23].mean(axis=0), goal[8])
    down = chin - brow
    roll = np.degrees(np.arctan2(-down[0], down[1]))
    scale = max(float(np.hypot(*down)), 1.0) / 1.15  # decimetres from the brows to the chin
    nose = goal[[168, 1]] if dense else goal[[27, 30]]
    pose = HeadPose(rotation(0, 0, float(roll)), scale, np.zeros(2))
    middle = pose.project(np.array([[0.0, 0.0, 0.9]]))[0, :2]
    return replace(pose, shift=nose.mean(axis=0) - middle)


def _moved(pose: HeadPose, step: Floats) -> HeadPose:
    """The pose after a step (6,): rotation in radians, relative scale, shift in decimetres."""
    turn = step[:3] * min(1.0, _LARGEST_TURN / max(float(np.linalg.norm(step[:3])), 1e-9))
    small = np.array([[1, -turn[2], turn[1]], [turn[2], 1, -turn[0]], [-turn[1], turn[0], 1]])
    left, _, right = np.linalg.svd(small @ pose.rotation)
    factor = float(np.exp(np.clip(step[3], -0.5, 0.5)))
    return HeadPose(left @ right, pose.scale * factor, pose.shift + pose.scale * step[4:6])


def _bounded(matrix: Floats, right: Floats, low: Floats, high: Floats) -> Floats:
    """x with matrix @ x = right and low <= x <= high, by least squares with an active set."""
    x = np.zeros_like(right)
    fixed = low == high
    x[fixed] = low[fixed]
    for _ in range(8):
        free = ~fixed
        rest = right[free] - matrix[np.ix_(free, fixed)] @ x[fixed]
        x[free] = np.linalg.solve(matrix[np.ix_(free, free)], rest)
        beyond = free & ((x < low) | (x > high))
        if not beyond.any():
            break
        x = np.clip(x, low, high)
        fixed = fixed | beyond
    clipped: Floats = np.clip(x, low, high)
    return clipped


@cache
def head_fitter() -> HeadFitter:
    """The fitter of the head model in the resources."""
    return HeadFitter(head_model())
