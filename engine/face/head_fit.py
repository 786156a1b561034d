"""Fitting the head model: pose, identity and expression of a face, from its landmarks.

Gauss-Newton on all of them together, weak perspective. Every number is in decimetres or in standard
deviations, so that the sum of squares is a negative log posterior: landmarks with their noise,
identities with the unit normal distribution, coefficients with a normal one cut to [0, 1].
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.face.coefficients import INDEX, NAMES, REST, Coefficients
from engine.face.head import N_JAW, HeadPose, angles
from engine.face.head_model import (
    N_DENSE,
    N_MODES,
    TURN_SHARE,
    Floats,
    HeadModel,
    Places,
    head_model,
    jaw_weights,
    rotation,
)

NOISE = 0.03
"""Decimetres: how far a landmark may lie beside where the model can bring it."""

JAW_WEIGHT = 0.3
"""Of a jaw point, where any other landmark has 1: the silhouette is less certain."""

GAP_NOISE = 0.008
"""Decimetres: of how far lids and lips are apart, which is seen better than where they are."""

EXPRESSION_RIDGE = 15.0
"""Of a photo's own expression; `READ_RIDGE` where an expression is read to be copied."""

READ_RIDGE = 4.0

IDENTITY_RIDGE = 3.0
"""Of a mode, squared standard deviations: real heads differ less than those that were sampled."""

_POSE_STEPS = 6
_JOINT_STEPS = 6
_LARGEST_TURN = 0.6  # radians in a step
_LARGEST_IDENTITY, _LARGEST_EXPRESSION = 1.0, 0.5  # what each may change in a step

_LID_PAIRS = ((37, 41), (38, 40), (43, 47), (44, 46))
_LIP_PAIRS = ((61, 67), (62, 66), (63, 65))
_DENSE_LID_PAIRS = (
    (160, 144), (159, 145), (158, 153), (161, 163), (157, 154),
    (387, 373), (386, 374), (385, 380), (388, 390), (384, 381),
)  # fmt: skip
_DENSE_LIP_PAIRS = ((82, 87), (13, 14), (312, 317), (81, 178), (311, 402))

# What landmarks cannot tell: where the eyes look, a mouth closed over an open jaw, the tongue.
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


@dataclass(frozen=True, eq=False)
class FittedHead:
    """A face as the head model has it.

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
    def neutral(self) -> Floats:
        """The head (V, 3) without an expression, in head coordinates."""
        shape = self.model.shape(self.identity)
        shape.setflags(write=False)
        return shape

    @cached_property
    def mesh(self) -> Floats:
        """The head (V, 3) with its expression, in head coordinates."""
        mesh = self.model.expressed(self.neutral, self.expression)
        mesh.setflags(write=False)
        return mesh

    def expressed(self, expression: Coefficients) -> Floats:
        """This head (V, 3) with another expression, in head coordinates."""
        return self.model.expressed(self.neutral, expression)


class _Basis(NamedTuple):
    """Places of the model: mean (N, 3), and what each unknown adds, (20, N, 3) and (52, N, 3)."""

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

    def shifted(self, weights: Floats) -> Self:
        """Weighted sums of the places (..., K) by weights (..., K)."""
        return type(self)(*(np.einsum("jk,...jkc->...jc", weights, a) for a in self))

    def points(self, identity: Floats, expression: Floats) -> Floats:
        moved = np.tensordot(identity, self.identities, 1) + np.tensordot(
            expression, self.expressions, 1
        )
        points: Floats = self.mean + moved
        return points

    def joined(self, other: Self) -> Self:
        """The places of both, these first."""
        return type(self)(
            *(np.concatenate([a, b], axis=-2) for a, b in zip(self, other, strict=True))
        )


@dataclass(frozen=True, eq=False)
class HeadFitter:
    """Fits the model to the 68 landmarks or to MediaPipe's dense ones."""

    model: HeadModel

    def fit(
        self,
        landmarks: NDArray[np.floating],
        ridge: float = EXPRESSION_RIDGE,
        expected: Coefficients = REST,
    ) -> FittedHead:
        """The head with these landmarks, (68, 2) or dense (478, 2 or 3), pixels.

        ridge: what a coefficient that is 1 away from what is expected costs, squared standard
        deviations.
        """
        goal = np.asarray(landmarks, np.float64)[:, :2]
        start = FittedHead(self.model, _frontal(goal), np.zeros(N_MODES))
        for _ in range(_POSE_STEPS):
            start = self._step(start, goal, None, None)
        for _ in range(_JOINT_STEPS):
            start = self._step(start, goal, IDENTITY_RIDGE, ridge, expected)
        return self._with_gaze(start, goal)

    def follow(
        self,
        face: FittedHead,
        landmarks: NDArray[np.floating],
        ridge: float = EXPRESSION_RIDGE,
        expected: Coefficients = REST,
        steps: int = 1,
        pose_free: bool = True,
    ) -> FittedHead:
        """A known face with new landmarks: its pose and expression from where they were.

        The identity stays. steps: one is enough for small changes, a new video frame takes two.
        """
        goal = np.asarray(landmarks, np.float64)[:, :2]
        for _ in range(steps):
            face = self._step(face, goal, None, ridge, expected, pose_free)
        return self._with_gaze(face, goal)

    def _with_gaze(self, face: FittedHead, goal: Floats) -> FittedHead:
        if len(goal) != N_DENSE:
            return face
        return replace(face, expression=self.gaze(face, goal[[468, 473]]))

    def gaze(self, face: FittedHead, irises: Floats) -> Coefficients:
        """The expression with the eyes turned so that their irises are at (2, 2) pixels.

        The right one (the person's own) comes first. What both eyes have in common is believed.
        """
        balls = self.model.eyeballs(face.mesh)
        turns = []
        for ball, iris in zip(balls, irises, strict=True):
            centre = face.pose.project(ball.centre[None])[0, :2]
            x, y = (iris - centre) / (face.pose.scale * ball.radius)
            x, y = np.array([x, y]) * min(1.0, _RIM / max(float(np.hypot(x, y)), 1e-9))
            looks = face.pose.rotation.T @ (x, y, np.sqrt(1 - x * x - y * y))
            yaw = np.arctan2(looks[0], looks[2])
            pitch = np.arctan2(-looks[1], np.hypot(looks[0], looks[2]))
            turns.append(np.degrees([yaw, pitch]) / TURN_SHARE)
        both = np.mean(turns, axis=0)
        right, left = (both + _EYES_APART * (np.array(turn) - both) for turn in turns)
        return face.expression.with_gaze((right[0], right[1]), (left[0], left[1]))

    def _step(
        self,
        face: FittedHead,
        goal: Floats,
        identity_ridge: float | None,
        expression_ridge: float | None,
        expected: Coefficients = REST,
        pose_free: bool = True,
    ) -> FittedHead:
        """One step; what has no ridge stays."""
        values = face.expression.array
        basis, root, pairs = self._observed(goal, face, values)
        points = basis.points(face.identity, values)
        turned = face.pose.rotation
        unknowns = []
        if identity_ridge is not None:
            unknowns.append(basis.identities)
        if expression_ridge is not None:
            unknowns.append(basis.expressions[FITTED])
        seen = points @ turned.T  # decimetres in the view
        error = (goal - face.pose.shift) / face.pose.scale - seen[:, :2]
        x, y, z = seen.T
        zero, one = np.zeros_like(x), np.ones_like(x)
        # A small rotation about each axis of the view, relative scale, shift.
        pose_columns = np.stack(
            [[zero, z, -y, x, one, zero], [-z, zero, x, y, zero, one]]
        ).transpose(2, 0, 1)
        columns = pose_columns
        if unknowns:
            shapes = np.concatenate(unknowns) @ turned[:2].T
            columns = np.concatenate([pose_columns, shapes.transpose(1, 2, 0)], axis=2)
        upper, lower = pairs.T
        error = np.concatenate([error * root[:, None], (error[upper] - error[lower]) / GAP_NOISE])
        columns = np.concatenate(
            [columns * root[:, None, None], (columns[upper] - columns[lower]) / GAP_NOISE]
        )
        slope = columns.reshape(-1, columns.shape[2])
        matrix, right = slope.T @ slope, slope.T @ error.reshape(-1)
        low = np.full(len(right), -np.inf)
        high = np.full(len(right), np.inf)
        ridge = np.full(len(right), 1e-6)
        now = np.zeros(len(right))
        if not pose_free:
            low[:6] = high[:6] = 0
        at = 6
        if identity_ridge is not None:
            ridge[at : at + N_MODES] = identity_ridge
            now[at : at + N_MODES] = face.identity
            low[at : at + N_MODES], high[at : at + N_MODES] = -_LARGEST_IDENTITY, _LARGEST_IDENTITY
            at += N_MODES
        if expression_ridge is not None:
            ridge[at:] = expression_ridge
            now[at:] = values[FITTED] - expected.array[FITTED]
            low[at:] = np.maximum(-values[FITTED], -_LARGEST_EXPRESSION)
            high[at:] = np.minimum(1 - values[FITTED], _LARGEST_EXPRESSION)
        prior = np.diag(ridge)
        if expression_ridge is not None:
            # Of two that undo each other, both together cost as their sum does: one is enough.
            one, other = at + _ANTAGONISTS.T
            prior[one, other] = prior[other, one] = expression_ridge
        step = _bounded(matrix + prior, right - prior @ now, low, high)
        identity = face.identity
        if identity_ridge is not None:
            identity = identity + step[6 : 6 + N_MODES]
        if expression_ridge is not None:
            values = values.copy()
            values[FITTED] += step[at:]
        return FittedHead(
            self.model,
            _moved(face.pose, step[:6]) if pose_free else face.pose,
            identity,
            Coefficients.from_array(values),
        )

    def _observed(
        self, goal: Floats, face: FittedHead, values: Floats
    ) -> tuple[_Basis, Floats, NDArray[np.int64]]:
        """The places that are compared, the roots of their weights, and the pairs of rims."""
        if len(goal) == N_DENSE:
            return self._dense_basis, self._dense_root, self._dense_pairs
        paths = self._path_basis.points(face.identity, values)
        jaw = self._path_basis.shifted(jaw_weights(paths, face.pose.rotation))
        return jaw.joined(self._inner_basis), self._landmark_root, _LANDMARK_PAIRS

    @cached_property
    def _inner_basis(self) -> _Basis:
        return _Basis.of(self.model, self.model.landmark_places.at(range(N_JAW, 68)))

    @cached_property
    def _path_basis(self) -> _Basis:
        return _Basis.of(self.model, self.model.jaw_paths)

    @cached_property
    def _dense_basis(self) -> _Basis:
        return _Basis.of(self.model, self.model.dense_places)

    @cached_property
    def _landmark_root(self) -> Floats:
        weights = np.where(np.arange(68) < N_JAW, JAW_WEIGHT, 1.0)
        roots: Floats = np.sqrt(weights) / NOISE
        return roots

    @cached_property
    def _dense_root(self) -> Floats:
        """So many points as dense as that are worth no more than the 68."""
        trust = self.model.dense_trust
        roots: Floats = np.sqrt(trust * self._landmark_root_sum / trust.sum())
        return roots

    @property
    def _landmark_root_sum(self) -> float:
        return float((self._landmark_root**2).sum())

    @cached_property
    def _dense_pairs(self) -> NDArray[np.int64]:
        return np.array([*_DENSE_LID_PAIRS, *_DENSE_LIP_PAIRS])


_LANDMARK_PAIRS = np.array([*_LID_PAIRS, *_LIP_PAIRS])
_RIM = 0.9  # of an eyeball's radius: no iris is seen farther from its centre
_EYES_APART = 0.3  # how much of what only one eye does is believed


def _frontal(goal: Floats) -> HeadPose:
    """A frontal head about where the landmarks are, to start from."""
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
    turn = step[:3] * min(1.0, _LARGEST_TURN / max(float(np.linalg.norm(step[:3])), 1e-9))
    small = np.array([[1, -turn[2], turn[1]], [turn[2], 1, -turn[0]], [-turn[1], turn[0], 1]])
    left, _, right = np.linalg.svd(small @ pose.rotation)
    factor = float(np.exp(np.clip(step[3], -0.5, 0.5)))
    return HeadPose(left @ right, pose.scale * factor, pose.shift + pose.scale * step[4:6])


def _bounded(matrix: Floats, right: Floats, low: Floats, high: Floats) -> Floats:
    """x with matrix @ x = right and low <= x <= high, by least squares: an active set."""
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
def fitter() -> HeadFitter:
    """The fitter of the head model that Repose ships."""
    return HeadFitter(head_model())
