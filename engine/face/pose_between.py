"""Poses between two poses of one face."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from engine.face.coefficients import Coefficients
from engine.face.displacement import displacement_between
from engine.face.expression import NEUTRAL
from engine.face.head import angles, rotation
from engine.face.pose import Pose3D


def pose_between(one: Pose3D, other: Pose3D, share: float) -> Pose3D:
    """The pose on the way between two poses of the same source.

    The rotation takes the shortest way at constant speed (slerp); the expression, the angles of the
    gaze, the edits of the landmarks and the displacement are interpolated linearly.

    share  0 gives exactly ``one``, 1 exactly ``other``
    """
    if share <= 0 or one is other:
        return one
    if share >= 1:
        return other
    yaw, pitch, roll = _turn_between(one, other, share)
    edits = one.settled().edits
    return replace(
        one,
        edits=edits + share * (other.settled().edits - edits),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        expression=NEUTRAL,
        closing=None,
        coefficients=_shown_between(one.shown, other.shown, share),
        displacement=displacement_between(one.displacement, other.displacement, share),
    )


def _turn_between(one: Pose3D, other: Pose3D, share: float) -> tuple[float, float, float]:
    """Yaw, pitch and roll, degrees from the source."""
    first, last = (one.yaw, one.pitch, one.roll), (other.yaw, other.pitch, other.roll)
    if first == last:
        return first
    own = one.source.angles
    ends = [rotation(*np.add(own, turn).tolist()) for turn in (first, last)]
    turned = Slerp([0, 1], Rotation.from_matrix(ends))(share).as_matrix()
    missing = (np.subtract(angles(turned), own) + 180) % 360 - 180
    yaw, pitch, roll = missing.tolist()
    return yaw, pitch, roll


def _shown_between(one: Coefficients, other: Coefficients, share: float) -> Coefficients:
    """The expression between two. The gaze is interpolated as angles: each of its directions has a
    coefficient of its own, and an eye never looks in two directions."""
    if one == other:
        return one
    mixed = Coefficients.from_array(one.array + share * (other.array - one.array))
    eyes = [np.add(a, share * np.subtract(b, a)) for a, b in zip(one.gaze, other.gaze, strict=True)]
    (right_yaw, right_pitch), (left_yaw, left_pitch) = (eye.tolist() for eye in eyes)
    return mixed.with_gaze((right_yaw, right_pitch), (left_yaw, left_pitch))
