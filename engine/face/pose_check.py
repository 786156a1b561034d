"""Checks of a pose before it is rendered.

They find points that fold over each other, angles outside of the training data, and faces that are
too small or leave the photo.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from engine.face.head import angles
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.face.trained_range import TrainedRange

Floats = NDArray[np.float64]

FindingKind = Literal["folded", "yaw", "pitch", "roll", "outside", "small", "identity"]

SMALLEST_FACE = 70
"""Least height from the brows to the chin, pixels: about a third of the networks' resolution."""

_FOLDED = 0.05  # of the eye distance: least height of a flipped triangle to count
_ROUGH = 40.0  # degrees of turn that double it, because the far side is crowded and less accurate
_ROUNDING = 0.5  # degrees: tolerance of an angle set by a slider
_SLACK = 5.0  # degrees: tolerance of an angle estimated from the points
_OUTSIDE = 6  # least number of points outside of the photo to report


@dataclass(frozen=True)
class Finding:
    """A problem of a pose.

    kind    folded: points lie on the wrong side of others; yaw, pitch, roll: the angle is outside
            of the training data; outside: the face leaves the photo; small: the face has few
            pixels; identity: the result looks like another person
    points  indices of the landmarks concerned; empty: all
    value   degrees from the source, pixels of the face's height, or distance of `identity_drift`
    limit   the limit that the value exceeds
    """

    kind: FindingKind
    points: frozenset[int] = frozenset()
    value: float = 0.0
    limit: float = 0.0

    @property
    def sentence(self) -> str:
        """The problem in English, for the command line."""
        value, limit = abs(self.value), abs(self.limit)
        trained = f"by {value:.0f} degrees, and the model was trained up to {limit:.0f}"
        return {
            "folded": "Some points have crossed others, and the picture is torn there.",
            "yaw": f"The head is turned {trained}.",
            "pitch": f"The head nods {trained}.",
            "roll": f"The head is tilted {trained}.",
            "outside": "Part of the face is outside the photo and is cut off.",
            "small": f"The face is only {value:.0f} pixels high, so that the result is not sharp.",
            "identity": "The result does not look much like this person.",
        }[self.kind]


def check_pose(
    pose: Pose3D, photo_size: tuple[int, int], trained: TrainedRange
) -> tuple[Finding, ...]:
    """The problems of a pose on a photo of this size (width, height), the worst first."""
    source, points = pose.source.landmarks, pose.landmarks()
    height = float(np.ptp(source[:, 1]))
    small = (Finding("small", value=height, limit=SMALLEST_FACE),) * (height < SMALLEST_FACE)
    if np.array_equal(source, points):
        return small
    own, other = pose.source.angles, angles(pose.head.pose.rotation)
    seen = [(o - w + 180) % 360 - 180 for w, o in zip(own, other, strict=True)]
    folded = folded_points(pose, (seen[0], seen[1], seen[2]))
    if folded:  # the angles estimated from folded points are unreliable
        return (Finding("folded", folded), *small)
    findings = []
    beyond = _outside(points, photo_size)
    if len(beyond - _outside(source, photo_size)) >= _OUTSIDE:
        findings.append(Finding("outside", beyond))
    allowed = trained.around(own)
    kinds: tuple[FindingKind, ...] = ("yaw", "pitch", "roll")
    for kind, turned, apparent in zip(kinds, (pose.yaw, pose.pitch, pose.roll), seen, strict=True):
        low, high = getattr(allowed, kind)
        for angle, slack in ((turned, _ROUNDING), (apparent, _SLACK)):
            if not low - slack <= angle <= high + slack:
                findings.append(Finding(kind, value=angle, limit=low if angle < 0 else high))
                break
    return (*findings, *small)


def folded_points(pose: Pose3D, turn: tuple[float, float, float]) -> frozenset[int]:
    """The points that lie on the wrong side of others.

    The orientations of the pose's triangles are compared with those of the source face turned by
    ``turn`` (yaw, pitch, roll in degrees from the source) without other changes.
    """
    points = pose.landmarks().astype(np.float64)
    plain = Pose3D(pose.source, np.zeros_like(pose.edits)).turned(*turn)
    expected = plain.landmarks().astype(np.float64)
    triangles = Delaunay(expected).simplices
    eyes = expected[[36, 39, 42, 45]]
    between = float(np.hypot(*(eyes[2:].mean(axis=0) - eyes[:2].mean(axis=0))))
    rough = 1 + float(np.abs(turn).max()) / _ROUGH
    least = _FOLDED * rough * max(between, 0.3 * float(np.ptp(expected[:, 1])))
    right, found = _heights(expected, triangles), _heights(points, triangles)
    over = (np.sign(right) != np.sign(found)) & (np.abs(right) > least) & (np.abs(found) > least)
    # Of each flipped triangle, report the corner that moved furthest.
    moves = points - expected
    distance = np.linalg.norm(moves - np.median(moves, axis=0), axis=1)
    corners = triangles[over]
    worst = corners[np.arange(len(corners)), distance[corners].argmax(axis=1)]
    return frozenset(worst.tolist())


def _heights(points: Floats, triangles: NDArray[np.int32]) -> Floats:
    """(T,) signed heights of triangles over their longest sides; the sign is the orientation."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    sides = [np.linalg.norm(side, axis=1) for side in (b - a, c - b, a - c)]
    height: Floats = area / np.maximum(np.maximum(sides[0], sides[1]), sides[2]).clip(1e-9)
    return height


def _outside(points: Landmarks, size: tuple[int, int]) -> frozenset[int]:
    """Indices of the points outside of a photo of this size."""
    out = ((points < -0.5) | (points > np.array(size) - 0.5)).any(axis=1)
    return frozenset(np.flatnonzero(out).tolist())
