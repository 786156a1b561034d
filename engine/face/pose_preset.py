"""Pose presets: poses for any face, as angles, an expression and edits of landmarks.

A pose file in Repose's own format has them under the key ``preset``. Each is optional; a face keeps
its own value of an absent one. The displacement of a pose belongs to one photo and is not among
them:

angles        yaw, pitch and roll of the head in the picture, degrees
expression    slider values of `engine.face.expression.Expression`, by name
coefficients  expression coefficients of `engine.face.coefficients`, by name, gaze included
edits         68 times (x, y, z), decimetres, head coordinates
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.config.skeletons import N_LANDMARKS
from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.face.coefficients import GROUPS, Coefficients
from engine.face.expression import NEUTRAL, Expression
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D, expressed, head_angles
from engine.face.pose_files import PoseFile, pose_text, write_pose
from engine.face.pose_formats import LABELME, Size
from engine.face.pose_transfer import Transfer, copy_pose
from engine.face.retargeting import PosePart

_CLEARLY = 0.4  # from this coefficient on, eyes or brows show an expression
_FEATURE_POINTS = [*range(27), *range(36, N_LANDMARKS)]  # all but the nose
_MAX_EDIT = 3.0  # decimetres
_HEAD: tuple[PosePart, ...] = ("head",)
_FEATURES: tuple[PosePart, ...] = ("eyes", "brows", "mouth", "jaw")


@dataclass(frozen=True, eq=False)
class PosePreset:
    """A pose for any face. The face keeps its own value of a field that is None.

    angles        yaw, pitch and roll of the head in the picture, degrees
    expression    slider values
    coefficients  some or all expression coefficients, by name
    edits         (68, 3) displacements of the landmarks, decimetres, head coordinates
    points        (68, 2) landmarks of another face to copy the pose from; all that other formats
                  have
    """

    angles: tuple[float, float, float] | None = None
    expression: Expression | None = None
    coefficients: Mapping[str, float] | None = None
    edits: NDArray[np.float64] | None = None
    points: Landmarks | None = None

    @classmethod
    def of(cls, pose: Pose3D) -> Self:
        """The preset of a whole pose."""
        own = pose.source.angles
        yaw, pitch, roll = (a + b for a, b in zip(own, _turn(pose), strict=True))
        edits = pose.edits / pose.source.pose.scale
        return cls((yaw, pitch, roll), pose.expression, pose.coefficients, edits)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The preset in a pose file of any format. Raises ReposeError as `read_pose` does."""
        return cls.of_file(PoseFile.read(path))

    @classmethod
    def of_file(cls, file: PoseFile) -> Self:
        """The preset in what was read from a pose file. Raises ReposeError for a damaged one."""
        return cls._stored_in(file) or cls(points=file.face())

    @classmethod
    def _stored_in(cls, file: PoseFile) -> Self | None:
        values = (file.stored or {}).get("preset")
        if not isinstance(values, dict):
            return None
        try:
            return cls(**_values(values))
        except (AttributeError, LookupError, TypeError, ValueError, ReposeError) as error:
            raise ReposeError(f"{file.path} cannot be used as a pose: it is damaged.") from error

    def write(self, path: Path, pose: Pose3D, photo_size: tuple[int, int]) -> None:
        """Write Repose's own format, also with the landmarks of the preset on the face of ``pose``.

        photo_size  (width, height), pixels

        Raises ReposeError when the file cannot be written.
        """
        text = json.dumps(self.to_json(pose, photo_size), indent=1, allow_nan=False)
        with write_whole(path) as part:
            part.write_text(text + "\n", encoding="utf-8")

    def to_json(self, pose: Pose3D, photo_size: tuple[int, int]) -> dict[str, Any]:
        """The values of a file of Repose's own format; parameters as in `write`."""
        if self.points is not None:  # of another face, which is that of the file then
            values: dict[str, Any] = json.loads(
                pose_text(".json", self.points, photo_size, self.points)
            )
            return values
        face = pose.source.landmarks
        text = pose_text(".json", self.on(pose).landmarks(), photo_size, face)
        return {**json.loads(text), "preset": self._to_json()}

    def on(self, pose: Pose3D, head: bool = True, face: bool = True) -> Pose3D:
        """``pose`` with the preset applied.

        head, face  apply the rotation of the head, apply the features of the face
        """
        if self.points is not None:
            return pose.with_pose_of(self.points, _HEAD * head + _FEATURES * face)
        if face and self.edits is not None:
            pose = replace(pose, edits=self.edits * pose.source.pose.scale)
        if face and self.expression is not None:
            # Via neutral, so that the closing of lids and lips is recomputed from these edits.
            pose = expressed(expressed(pose, NEUTRAL), self.expression)
            pose = replace(pose, coefficients=None)
        if face and self.coefficients is not None:
            pose = pose.with_coefficients(self.coefficients)
        if head and self.angles is not None:
            missing = np.subtract(self.angles, pose.source.angles)
            pose = pose.turned(*((missing + 180) % 360 - 180).tolist())
        return pose

    def _to_json(self) -> dict[str, Any]:
        values = {
            "angles": self.angles,
            "expression": None if self.expression is None else asdict(self.expression),
            "coefficients": None if self.coefficients is None else dict(self.coefficients),
            "edits": None if self.edits is None else self.edits.tolist(),
        }
        return {key: value for key, value in values.items() if value is not None}


def pose_from_file(
    path: Path, pose: Pose3D, photo_size: Size, transfer: Transfer | None = "relative"
) -> Pose3D:
    """The pose of a pose file, on the face of ``pose``.

    pose        what a preset in the file leaves as it is; of other files all is replaced
    photo_size  (width, height) of the face's photo, pixels
    transfer    as in `copy_pose`, with two differences: from Repose's own format, `relative` takes
                the preset, or the points moved and scaled to the face; `absolute` needs points that
                can be pixels of this photo (see `PoseFile.is_of`). None: `absolute` where it can be
                used, else `relative`

    Raises ReposeError when the file cannot be read or its pose cannot be transferred.
    """
    file, face = PoseFile.read(path), pose.source.landmarks
    if transfer in ("relative", None) and file.stored is not None:
        preset = PosePreset._stored_in(file)
        return preset.on(pose) if preset else _posed_as(pose.source, file.moved_to(face))
    there = file.is_of(photo_size, face)
    if transfer == "absolute" and not there:
        raise ReposeError(
            f"The points of {path} are of another photo and cannot be used unchanged: transfer the"
            " pose as relative or aligned."
        )
    points = file.face(face if there else None, photo_size)
    if transfer == "aligned":
        return _posed_as(pose.source, copy_pose(face, points, "aligned"))
    if transfer == "absolute" or (transfer is None and there):
        return _posed_as(pose.source, points)
    return _unchanged(pose.source).with_pose_of(points)


def _posed_as(source: LiftedFace, landmarks: Landmarks) -> Pose3D:
    """The pose that has these landmarks (68, 2), and the angles of their head."""
    turn = np.subtract(head_angles(landmarks), head_angles(source.landmarks))
    turn = (turn + 180) % 360 - 180
    return _unchanged(source).turned(*turn.tolist()).with_landmarks(landmarks)


def _unchanged(source: LiftedFace) -> Pose3D:
    return Pose3D(source, np.zeros((N_LANDMARKS, 3)))


def write_pose3d(path: Path, pose: Pose3D, photo_size: tuple[int, int]) -> None:
    """Write a pose in the format of the suffix; Repose's own format gets a preset.

    ``photo_size`` is (width, height), pixels. Raises ReposeError as `write_pose` does.
    """
    if path.suffix.lower() == ".json" and not path.name.lower().endswith(LABELME):
        PosePreset.of(pose).write(path, pose, photo_size)
    else:
        write_pose(path, pose.landmarks(), photo_size, pose.source.landmarks)


def relaxed(pose: Pose3D) -> Pose3D:
    """The pose with a neutral expression: mouth shut and level, eyes open, the gaze as it is.

    All sliders, and the edits of the features, are set to 0. Small coefficients of eyes and brows
    stay, because they may be the shape of the face.
    """
    own = pose.source.expression if pose.coefficients is None else pose.coefficients
    kept = {
        name: own[name]
        for name in (*GROUPS["eyes"], *GROUPS["brows"])
        if own[name] < _CLEARLY or name.startswith("eyeLook")
    }
    edits = pose.edits.copy()
    edits[_FEATURE_POINTS] = 0
    return replace(
        pose, edits=edits, expression=NEUTRAL, closing=None, coefficients=Coefficients.of(**kept)
    )


def _turn(pose: Pose3D) -> tuple[float, float, float]:
    return pose.yaw, pose.pitch, pose.roll


def _values(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a preset from JSON values. Raises ValueError and others for invalid ones."""
    values: dict[str, Any] = {}
    if "angles" in stored:
        yaw, pitch, roll = map(float, stored["angles"])
        if not np.isfinite([yaw, pitch, roll]).all():
            raise ValueError("angles")
        values["angles"] = (yaw, pitch, roll)
    if "expression" in stored:
        values["expression"] = Expression(**stored["expression"])
    if "coefficients" in stored:
        values["coefficients"] = dict(stored["coefficients"])
        Coefficients.of(**values["coefficients"])  # raises for unknown names and other values
    if "edits" in stored:
        edits = np.array(stored["edits"], np.float64)
        if edits.shape != (N_LANDMARKS, 3) or not (np.abs(edits) < _MAX_EDIT).all():
            raise ValueError("edits")
        values["edits"] = edits
    return values
