"""Target poses in 3D: a face's landmarks lifted by the mean head, edited, turned and projected.

Pixels are the photo's, pixel centres at integers; angles are degrees, yaw > 0 nose to the image's
right, pitch > 0 up, roll > 0 clockwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ReposeError
from engine.expression import carry_expression
from engine.head import HeadPose, angles, mean_head, rotation
from engine.landmarks import N_LANDMARKS, Landmarks, check_landmarks

Floats = NDArray[np.float64]
Transfer = Literal["relative", "aligned", "absolute"]


@dataclass(frozen=True, eq=False)
class LiftedFace:
    """A face's landmarks and the mean head bent to them.

    landmarks  (68, 2) pixels    pose  of the head in the photo
    mesh       (V, 3) the bent head in head coordinates (decimetres)
    """

    landmarks: Landmarks
    pose: HeadPose
    mesh: Floats

    @classmethod
    def of(cls, landmarks: ArrayLike) -> Self:
        """Lift landmarks (68, 2), pixels. Raises ReposeError when they are no face."""
        checked = check_landmarks(landmarks)
        head = mean_head()
        pose = head.fit(checked)
        seen = head.bend(pose, checked)
        seen[:, :2] -= pose.shift
        return cls(checked, pose, seen @ pose.rotation / pose.scale)

    def points(self, turned: Floats | None = None) -> Floats:
        """The 68 landmarks (68, 3) in head coordinates, as seen under a rotation (3, 3).

        Under the face's own rotation (None) they project onto its landmarks; under another one the
        jaw has slid along the silhouette.
        """
        head = mean_head()
        own = head.landmarks(self.pose.rotation, self.mesh)
        gap = self.landmarks - self.pose.project(own)[:, :2]  # what the bend left over
        exact = own + np.pad(gap, ((0, 0), (0, 1))) @ self.pose.rotation / self.pose.scale
        if turned is None:
            return exact
        return exact + head.landmarks(turned, self.mesh) - own


@dataclass(frozen=True, eq=False)
class Pose3D:
    """A target pose: a lifted source face, edits of its handles, and a turn of the whole.

    edits  (68, 3) how far each handle was dragged: pixels, in the directions of the head, so that
           an edit turns with the head
    yaw, pitch, roll  degrees, offsets from the source (> 0: nose to the image's right, up,
           clockwise); 0 changes nothing
    """

    source: LiftedFace
    edits: Floats
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    @classmethod
    def of(cls, landmarks: ArrayLike) -> Self:
        """The pose of a face as it is: landmarks (68, 2), pixels.

        Raises ReposeError when they are no face.
        """
        return cls(LiftedFace.of(landmarks), np.zeros((N_LANDMARKS, 3)))

    def landmarks(self) -> Landmarks:
        """The target landmarks (68, 2), float32, pixels of the photo."""
        landmarks = self._exact().astype(np.float32)
        landmarks.setflags(write=False)
        return landmarks

    def moved(self, indices: Sequence[int], offset: tuple[float, float]) -> Self:
        """The pose after dragging some handles by ``offset`` (x, y) pixels in the present view."""
        edits = self.edits.copy()
        edits[list(indices)] += self._rotation().T @ np.array([*offset, 0.0])
        return replace(self, edits=edits)

    def turned(self, yaw: float, pitch: float, roll: float) -> Self:
        """The pose with these angles, degrees, offsets from the source; edits stay."""
        return replace(self, yaw=float(yaw), pitch=float(pitch), roll=float(roll))

    def with_landmarks(self, landmarks: ArrayLike) -> Self:
        """The pose whose landmarks are these (68, 2), under the present angles.

        Raises ReposeError when they are no face.
        """
        missing = check_landmarks(landmarks) - self._exact()
        edits = self.edits + np.pad(missing, ((0, 0), (0, 1))) @ self._rotation()
        return replace(self, edits=edits)

    def _exact(self) -> Floats:
        """The target landmarks (68, 2) before they are rounded to float32."""
        face, turned = self.source, self._rotation()
        result = face.landmarks + (self.edits @ turned.T)[:, :2]
        if self.yaw or self.pitch or self.roll:
            moved = face.points(turned) @ turned.T - face.points() @ face.pose.rotation.T
            result += face.pose.scale * moved[:, :2]
        return result

    def _rotation(self) -> Floats:
        """Of the head in the target pose, (3, 3)."""
        own = self.source.pose.rotation
        if not (self.yaw or self.pitch or self.roll):
            return own
        yaw, pitch, roll = angles(own)
        return rotation(yaw + self.yaw, pitch + self.pitch, roll + self.roll)


def head_angles(landmarks: ArrayLike) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of the face with these landmarks (68, 2).

    Raises ReposeError when they are no face.
    """
    return angles(mean_head().fit(check_landmarks(landmarks)).rotation)


def copy_pose(
    source: ArrayLike,
    target: ArrayLike,
    transfer: Transfer = "relative",
    source_size: tuple[int, int] | None = None,
    target_size: tuple[int, int] | None = None,
) -> Landmarks:
    """The pose of the target face for the source face, (68, 2) pixels of the source photo.

    source, target  landmarks (68, 2) in pixels of their own photos
    transfer  `relative`: the target's head rotation, and its mouth, eye and brow openings as
              ratios; scale, centre and face shape stay the source's
              `aligned`: the target's points, moved and scaled onto the source face
              `absolute`: the target's points unchanged, for photos of one fixed camera
    source_size, target_size  (width, height) of the photos, needed for `absolute`

    Raises ReposeError for points that are no face, and for `absolute` when the photos differ in
    size.
    """
    own, other = check_landmarks(source), check_landmarks(target)
    if transfer == "absolute":
        if source_size is None or source_size != target_size:
            raise ReposeError(
                "An absolute pose needs two photos of the same size; use relative or aligned."
            )
        return other
    if transfer == "aligned":
        return _aligned(own, other)
    face, model = LiftedFace.of(own), LiftedFace.of(other)
    turned = model.pose.rotation
    points = carry_expression(face.points(turned), model.points())
    seen = face.pose.scale * (points @ turned.T)[:, :2] + face.pose.shift
    return check_landmarks(seen)


def _aligned(own: Landmarks, other: Landmarks) -> Landmarks:
    """``other`` moved and scaled (not turned) onto ``own``: same centre and size."""
    pose, other_pose = mean_head().fit(own), mean_head().fit(other)
    scale = pose.scale / other_pose.scale
    return check_landmarks(scale * (other - other_pose.shift) + pose.shift)
