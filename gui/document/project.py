"""Project files: the edits of a photo's faces as JSON; the photo is referenced by its path."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

import engine
from gui.document.edit import Correction, Edit, Faces

if TYPE_CHECKING:
    from engine import Face, KeepMask, Pose3D

SUFFIX = ".repose"
_FORMAT = "repose project"
_ONE_FACE, _SEVERAL_FACES = 1, 2  # versions: the first is written where it can hold the project
_LARGEST_BYTES = 50_000_000  # far above the size of any real project
_LARGEST_SIDE = 1_000_000  # pixels of a photo
_LONGEST_NAME = 100  # characters of a model's
_LARGEST_ANGLE = 180.0


@dataclass(frozen=True, eq=False)
class Project:
    """The content of a project file.

    photo, sha256, photo_size  path of the photo, hash of its file, its width and height in pixels
    faces                      their edits
    model, model_name          the model in use; without a path, the default one
    area                       the shown part of the photo: left, top, width, height in pixels
    views                      the names of the views of the panes
    path                       the project's file, also in an autosaved copy; None: not saved yet
    """

    photo: Path
    sha256: str
    photo_size: tuple[int, int]
    faces: Faces = field(default_factory=Faces)
    model: Path | None = None
    model_name: str = ""
    area: tuple[float, float, float, float] | None = None
    views: tuple[str, ...] = ()
    path: Path | None = None


def write_project(path: Path, project: Project, autosave: bool = False) -> None:
    """Write a project, whole or not at all, with relative paths where possible.

    autosave  the file is a copy, and stores the path of the project's own file

    Raises ReposeError.
    """
    values = _values(project, path.absolute().parent)
    if autosave:
        values["autosave_of"] = None if project.path is None else str(project.path)
    text = json.dumps(values, allow_nan=False) + "\n"
    with engine.write_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def read_project(path: Path) -> Project:
    """Read a project. Raises ReposeError when the file is damaged or not a project."""
    if path.is_file() and path.stat().st_size > _LARGEST_BYTES:
        raise engine.ReposeError(
            QCoreApplication.translate("Project", "{} is too large for a project.").format(path)
        )
    text = engine.read_text(path)
    try:
        values = json.loads(text)
        if values["format"] != _FORMAT:
            raise ValueError(values["format"])
        version = values["version"]
        if version in (_ONE_FACE, _SEVERAL_FACES):
            return _from_json(values, path.absolute())
    except (engine.ReposeError, ArithmeticError, AttributeError, LookupError, RecursionError,
            TypeError, ValueError) as error:  # fmt: skip
        raise engine.ReposeError(
            QCoreApplication.translate(
                "Project", "{} is damaged or not a project of Repose."
            ).format(path)
        ) from error
    raise engine.ReposeError(
        QCoreApplication.translate(
            "Project", "{} was written by a newer Repose (version {}): update this one."
        ).format(path, version)
    )


def photo_candidates(project: Project, recent: list[Path]) -> list[Path]:
    """Existing files that may be a project's photo, in order of likelihood.

    These are the stored path, and files of the same name beside the project and in `recent`.
    """
    named = [project.photo]
    if project.path is not None:
        named.append(project.path.parent / project.photo.name)
    named += [path for path in recent if path.name == project.photo.name]
    return [path for path in dict.fromkeys(named) if path.is_file()]


def _values(project: Project, folder: Path) -> dict[str, Any]:
    edits = project.faces.edits
    values: dict[str, Any] = {
        "format": _FORMAT,
        "version": _ONE_FACE if len(edits) <= 1 else _SEVERAL_FACES,
        "photo": {
            "path": _relative(project.photo, folder),
            "sha256": project.sha256,
            "size": list(project.photo_size),
        },
        "model": None if project.model is None else _relative(project.model, folder),
        "model_name": project.model_name,
        "shown": project.area,
        "views": project.views,
    }
    if len(edits) > 1:
        values["faces"] = [_edit_values(edit) for edit in edits]
        values["active"] = project.faces.active
    elif edits:
        values |= _edit_values(edits[0])
    return values


def _edit_values(edit: Edit) -> dict[str, Any]:
    values: dict[str, Any] = {
        "landmarks": _points(edit.landmarks),
        "detected": _detected_values(edit.pose.source.detected),
        "pose": _pose_values(edit.pose),
    }
    if edit.correction is not None:
        values["correction"] = _pose_values(edit.correction.points)
    if edit.keep is not None:
        png = base64.b64encode(edit.keep.to_png()).decode("ascii")
        values["keep"] = {"png": png, "feather": edit.keep.feather}
    return values


def _from_json(values: Mapping[str, Any], path: Path) -> Project:
    folder, photo, own = path.parent, values["photo"], values.get("autosave_of", path)
    width, height = map(int, photo["size"])
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise ValueError("size")
    return Project(
        photo=_joined(folder, str(photo["path"])),
        sha256=str(photo["sha256"]),
        photo_size=(width, height),
        faces=_faces(values, (width, height)),
        model=None if values["model"] is None else _joined(folder, str(values["model"])),
        model_name=str(values["model_name"])[:_LONGEST_NAME],
        area=None if values["shown"] is None else _area(values["shown"]),
        views=tuple(map(str, values.get("views", ()))),
        path=None if own is None else Path(own),
    )


def _area(values: Any) -> tuple[float, float, float, float]:
    left, top, width, height = map(float, values)
    if not (np.isfinite([left, top]).all() and 0 < width < np.inf and 0 < height < np.inf):
        raise ValueError("area")
    return left, top, width, height


def _faces(values: Mapping[str, Any], photo_size: tuple[int, int]) -> Faces:
    if values["version"] == _ONE_FACE:
        return Faces((_edit(values, photo_size),), 0) if "landmarks" in values else Faces()
    edits = tuple(_edit(face, photo_size) for face in values["faces"])
    active = values["active"]
    if active is not None and not 0 <= int(active) < len(edits):
        raise ValueError("active")
    return Faces(edits, None if active is None else int(active))


def _edit(values: Mapping[str, Any], photo_size: tuple[int, int]) -> Edit:
    detected = values.get("detected")
    face = values["landmarks"]
    if detected is not None:
        face = engine.Face.of_values({**detected, "landmarks": face})
    start = engine.Pose3D.of(face)
    correction, keep = values.get("correction"), values.get("keep")
    return Edit(
        landmarks=start.source.landmarks,
        pose=_pose(values["pose"], start),
        keep=None if keep is None else _keep(keep, photo_size),
        correction=None if correction is None else Correction(_pose(correction, start)),
    )


def _pose_values(pose: Pose3D) -> dict[str, Any]:
    return {
        "edits": pose.edits.tolist(),
        "yaw": pose.yaw,
        "pitch": pose.pitch,
        "roll": pose.roll,
        "expression": asdict(pose.expression),
        "closing": None if pose.closing is None else pose.closing.tolist(),
        "coefficients": None if pose.coefficients is None else dict(pose.coefficients),
        "displacement": None if pose.displacement is None else pose.displacement.to_values(),
    }


def _pose(values: Mapping[str, Any], start: Pose3D) -> Pose3D:
    edits, closing = _offsets(values["edits"]), values["closing"]
    coefficients = values.get("coefficients")
    yaw, pitch, roll = (float(values[name]) for name in ("yaw", "pitch", "roll"))
    if not all(abs(angle) <= _LARGEST_ANGLE for angle in (yaw, pitch, roll)):
        raise ValueError("angles")
    expression = engine.Expression(**values["expression"])
    pose = engine.Pose3D(start.source, edits, yaw, pitch, roll)
    if "coefficients" not in values:  # of an earlier version: its closing had another meaning
        return engine.expressed(pose, expression)
    displacement = values.get("displacement")  # absent in files of earlier versions
    return replace(
        pose,
        expression=expression,
        closing=None if closing is None else _offsets(closing),
        coefficients=None if coefficients is None else engine.Coefficients.of(**coefficients),
        displacement=None if displacement is None else engine.Displacement.of_values(displacement),
    )


def _detected_values(face: Face | None) -> dict[str, Any] | None:
    if face is None or face.dense is None:
        return None
    values = face.to_values()
    del values["landmarks"]  # they are the edit's
    return values


def _offsets(values: Any) -> NDArray[np.float64]:
    """(68, 3)."""
    offsets = np.array(values, np.float64)
    if offsets.shape != (engine.N_LANDMARKS, 3) or not np.isfinite(offsets).all():
        raise ValueError("offsets")
    return offsets


def _keep(values: Mapping[str, Any], photo_size: tuple[int, int]) -> KeepMask:
    feather = float(values["feather"])
    if not 0 <= feather <= max(photo_size):
        raise ValueError("feather")
    png = base64.b64decode(values["png"], validate=True)
    return engine.KeepMask.from_png(png, photo_size, feather)


def _points(landmarks: NDArray[np.float32]) -> list[list[float]]:
    """Points as lists, each number the shortest decimal that reads back as the same float32."""
    return [[float(str(value)) for value in point] for point in landmarks]


def _joined(folder: Path, path: str) -> Path:
    """The inverse of `_relative`, without `..` in it."""
    return Path(os.path.normpath(folder / path))


def _relative(path: Path, folder: Path) -> str:
    """`path` relative to a folder, with slashes; absolute if it is on another drive."""
    try:
        return Path(os.path.relpath(path.absolute(), folder)).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()
