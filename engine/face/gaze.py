"""The gaze of a pose: read as angles, and set by angles, by an iris, or towards the viewer.

Gazes are yaw and pitch in the head, degrees (`engine.face.coefficients.Gaze`). Both eyes turn by
the same angles, so that they keep their angle to each other, and none beyond `LARGEST_GAZE`.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.face.coefficients import LARGEST_GAZE, Gaze
from engine.face.head_model import directed, head_model
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead

Floats = NDArray[np.float64]

_BOTH = (0, 1)  # the right and the left eye
_CONTACT = 8.0
"""Degrees: sources that look closer to the viewer than this count as looking at the viewer. In
portraits that do, gaze and head together are fitted with an error of 3 degrees, rarely 7."""
_SHARE = np.array([0.66, 0.3])
"""Of the angles to the viewer, yaw and pitch: the gaze that is seen. The iris of a turned eye lies
before the lids' corners, which hides a third of its turn (portraits that look at the viewer)."""
_LEAST = 1e-6  # degrees: smaller turns are rounding errors


def mean_gaze(pose: Pose3D) -> Gaze:
    """The mean gaze of both eyes."""
    return Gaze(*np.mean(pose.shown.gaze, axis=0).tolist())


def with_gaze(pose: Pose3D, yaw: float, pitch: float) -> Pose3D:
    """The pose with the eyes turned until their mean gaze is this, degrees."""
    return with_eyes_turned(pose, np.subtract((yaw, pitch), mean_gaze(pose)))


def looking_at_viewer(pose: Pose3D) -> Pose3D:
    """The pose with the eyes turned to the viewer, as far as they turn.

    Where the source looks at the viewer, the eyes of the source's pose do not turn at all.
    """
    source = pose.source
    missed = np.mean(source.expression.gaze, axis=0) - _viewer(source.pose.rotation)
    wanted = _viewer(pose.rotation)
    if np.hypot(*missed) < _CONTACT:
        wanted += missed
    return with_gaze(pose, *wanted.tolist())


def irises(pose: Pose3D) -> Floats:
    """The centres of the right and the left iris, (2, 2) pixels of the photo."""
    places: Floats = _pupils(pose.head) + _gap(pose)
    return places


def with_iris_at(pose: Pose3D, eye: int, point: ArrayLike, eyes: Collection[int] = _BOTH) -> Pose3D:
    """The pose with an iris at a point (2,), pixels, or as near as the eye turns.

    eye   0: the person's right, 1: the left
    eyes  those that turn with it, itself among them
    """
    head = pose.head
    ball = head_model().eyeballs(head.mesh, head.expression)[eye]
    reached = ball.gaze_at(head.pose, np.asarray(point, np.float64) - _gap(pose)[eye])
    return with_eyes_turned(pose, np.subtract(reached, pose.shown.gaze[eye]), eyes)


def with_eyes_turned(pose: Pose3D, change: ArrayLike, eyes: Collection[int] = _BOTH) -> Pose3D:
    """The pose with some eyes turned on by yaw and pitch (2,), degrees."""
    gazes = np.array(pose.shown.gaze)
    some = gazes[list(eyes)]
    turn = np.clip(change, -LARGEST_GAZE - some.min(axis=0), LARGEST_GAZE - some.max(axis=0))
    if np.abs(turn).max() < _LEAST:
        return pose
    gazes[list(eyes)] += turn
    right, left = gazes.tolist()
    looks = pose.shown.with_gaze(right, left)
    return pose.with_coefficients({n: looks[n] for n in looks if n.startswith("eyeLook")})


def _viewer(rotation: Floats) -> Floats:
    """The gaze (2,) to the viewer in a head with this rotation (3, 3), degrees."""
    return _SHARE * directed(rotation[2])


def _pupils(head: PosedHead) -> Floats:
    """The centres of the irises of a head's mesh, (2, 2) pixels."""
    balls = head_model().eyeballs(head.mesh, head.expression)
    places: Floats = head.pose.project(np.array([ball.pupil for ball in balls]))[:, :2]
    return places


def _gap(pose: Pose3D) -> Floats:
    """From the irises of the source's mesh to the detected ones, (2, 2) pixels."""
    face = pose.source.detected
    found = None if face is None else face.irises
    return np.zeros((2, 2)) if found is None else found - _pupils(pose.source.head)
