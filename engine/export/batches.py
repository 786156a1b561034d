"""Batches: every source in every pose at every angle, as one value, and its list of jobs."""

import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path, PurePosixPath
from string import Formatter
from typing import Literal, cast

from engine.config.config import Detector, read_settings
from engine.core.device_names import Precision
from engine.core.errors import NamingError, ReposeError
from engine.core.files import name_key, read_text, real_path, reason
from engine.export.jobs import Job, JobOptions, View, check_faces, read_faces
from engine.export.outputs import check_view_path
from engine.face.coefficients import read_coefficients, read_gaze
from engine.face.named_poses import named_pose, pose_name
from engine.face.pose_files import POSE_SUFFIXES
from engine.face.pose_transfer import Transfer
from engine.imaging.layered import LAYERED_SUFFIXES
from engine.imaging.photos import PHOTO_SUFFIXES, WRITTEN_SUFFIXES

Format = Literal["png", "jpg", "webp", "tif", "jxl", "ora", "psd"]
"""File format of a batch's pictures."""

Angles = tuple[float, ...]
"""Degrees."""

NAME_FIELDS = ("source", "folder", "pose", "yaw", "pitch", "roll", "number")
"""Fields of a naming pattern: the stem and folder of the source, the stem of the target photo or
pose file, or the name of the pose (``own`` without one), the angles in degrees, and the index of
the picture from 1. In the default pattern, more of the path is added to names that are equal."""

MAX_ANGLES = 1000
"""Largest number of angles of one axis."""

MIN_FPS, MAX_FPS = 0.1, 60.0
"""Range of an animation's frame rate."""

_MAX_DEGREES = 180.0

# Not allowed in file names on Windows. Refused everywhere, so that results can be copied there.
_ILLEGAL = re.compile(r'[<>:"|?*\x00-\x1f]')
# A field's value is never more than one part of a path.
_ILLEGAL_IN_FIELD = re.compile(r'[<>:"|?*\x00-\x1f/\\]')


@dataclass(frozen=True)
class ExportBatch:
    """The product of sources, poses, yaws, pitches and rolls.

    sources           photos, or folders of photos
    targets, poses    target photos and pose files, or folders of them
    named             names of poses (see `engine.face.named_poses`); without these, targets and
                      poses, the source's own pose is used
    yaw, pitch, roll  angles in degrees, added to the rotation of the pose
    expression, gaze  coefficients to replace and the gaze, as text: see `read_coefficients` and
                      `read_gaze`
    face              the faces to repose, as text: see `read_faces`
    transfer, neutral, detector, view, quality, note, masks  see JobOptions
    out               output folder; None if only the sheet or the animation is wanted
    name              naming pattern (see NAME_FIELDS); empty: the shortest that gives unique names
    overwrite         recompute pictures that exist
    sheet             file of the contact sheet
    sheet_faces       whether it shows only the square around each face
    animation         GIF or MP4 of each source's pictures in job order
    fps               frame rate of the animation
    model, device, precision  see Predictor
    threads           pictures at a time; 0 chooses

    Raises ReposeError for values out of range.
    """

    sources: tuple[Path, ...] = ()
    targets: tuple[Path, ...] = ()
    poses: tuple[Path, ...] = ()
    named: tuple[str, ...] = ()
    yaw: Angles = (0.0,)
    pitch: Angles = (0.0,)
    roll: Angles = (0.0,)
    expression: str = ""
    gaze: str = ""
    transfer: Transfer = "relative"
    neutral: Path | None = None
    detector: Detector = "landmarker"
    face: str = "1"
    view: View = "photo"
    out: Path | None = None
    name: str = ""
    format: Format = "png"
    quality: int = 95
    note: bool = True
    place: bool = True
    masks: Path | None = None
    overwrite: bool = False
    sheet: Path | None = None
    sheet_faces: bool = False
    animation: Path | None = None
    fps: float = 8.0
    model: Path | None = None
    device: str = "auto"
    precision: Precision = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        if not all(1 <= len(angles) <= MAX_ANGLES for angles in (self.yaw, self.pitch, self.roll)):
            raise ReposeError(f"Yaw, pitch and roll need 1 to {MAX_ANGLES} angles each.")
        if self.neutral is not None and self.transfer != "relative":
            raise ReposeError(
                f"A face at rest is for the transfer relative; {self.transfer} copies landmarks."
            )
        if not 1 <= self.quality <= 100:
            raise ReposeError(f"The quality goes from 1 to 100, not {self.quality}.")
        if not MIN_FPS <= self.fps <= MAX_FPS:
            raise ReposeError(f"An animation has {MIN_FPS:g} to {MAX_FPS:g} pictures a second.")
        if self.sheet is not None and self.sheet.suffix.lower() not in WRITTEN_SUFFIXES:
            raise ReposeError(
                f"The sheet {self.sheet} needs one of the suffixes {' '.join(WRITTEN_SUFFIXES)}."
            )
        if f".{self.format}" in LAYERED_SUFFIXES and (self.sheet or self.animation):
            raise ReposeError(
                f"A sheet or an animation is made of flat pictures: choose another format than"
                f" {self.format} for it."
            )
        check_view_path(Path(f"picture.{self.format}"), self.view)
        if self.animation is not None and self.animation.suffix.lower() not in (".gif", ".mp4"):
            raise ReposeError(f"The animation {self.animation} must be a .gif or an .mp4.")
        if self.name:
            check_pattern(self.name)
        check_faces(self.options)
        if self.threads < 0:
            raise ReposeError("The number of threads is at least 1, or 0 to choose.")

    @property
    def pattern(self) -> str:
        """The naming pattern: `name`, or the default with a field for everything that varies."""
        if self.name:
            return self.name
        fields = ["{source}"]
        if self.targets or self.poses or self.named:
            fields.append("{pose}")
        sweeps = {"yaw": self.yaw, "pitch": self.pitch, "roll": self.roll}
        fields += [f"{name}{{{name}}}" for name, angles in sweeps.items() if len(angles) > 1]
        return "-".join(fields) if len(fields) > 1 else "{source}-reposed"

    @property
    def options(self) -> JobOptions:
        """The options that all jobs of the batch share."""
        return JobOptions(
            transfer=self.transfer,
            neutral=self.neutral,
            detector=self.detector,
            faces=read_faces(self.face),
            view=self.view,
            quality=self.quality,
            note=self.note,
            place=self.place,
            keep=not self.overwrite,
            coefficients=read_coefficients(self.expression),
            gaze=read_gaze(self.gaze) if self.gaze else None,
            masks=self.masks,
            threads=self.threads,
        )

    def to_json(self) -> str:
        """The batch as JSON text."""
        return json.dumps({"version": 1, **asdict(self)}, indent=2, default=str)

    @staticmethod
    def from_json(text: str) -> "ExportBatch":
        """The batch from the text of `to_json`. Raises ReposeError for any other text."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ReposeError("The batch is not valid JSON.") from error
        if not isinstance(values, dict) or values.pop("version", None) != 1:
            raise ReposeError("The batch is not one of this version of Repose.")
        if type(values.get("face")) is int:  # of an earlier version: one face
            values["face"] = str(values["face"])
        return cast(ExportBatch, read_settings(ExportBatch, values, ""))

    @staticmethod
    def read(path: Path) -> "ExportBatch":
        """The batch from a JSON file. Raises ReposeError."""
        try:
            return ExportBatch.from_json(read_text(path))
        except ReposeError as error:
            raise ReposeError(f"{path}: {error}") from error


def plan_batch(batch: ExportBatch, out: Path | None = None) -> tuple[Job, ...]:
    """The jobs of a batch, grouped by source; outputs are in ``out``, by default ``batch.out``.

    Raises ReposeError when there are no sources, a folder cannot be read or has no fitting files,
    or a pose's name is unknown, and NamingError when the pattern cannot be used, two jobs have the
    same output name, or one lies outside of the folder.
    """
    folder = out or batch.out
    if folder is None:
        raise ReposeError("Choose a folder for the pictures.")
    if not batch.sources:
        raise ReposeError("Choose at least one photo or a folder of photos.")
    check_pattern(batch.pattern)
    sources = tuple(_expand(batch.sources, PHOTO_SUFFIXES, "photos"))
    poses: list[Path | None] = list(_expand(batch.targets, PHOTO_SUFFIXES, "photos"))
    poses += _expand(batch.poses, POSE_SUFFIXES, "pose files")
    poses += dict.fromkeys(file for file in map(named_pose, batch.named) if file not in poses)
    if not poses:
        poses = [None]
    source_names = _names(sources, unique=not batch.name)
    pose_names = _names([pose for pose in poses if pose is not None], unique=not batch.name)
    jobs: list[Job] = []
    owners: dict[str, Path] = {}
    combinations = product(sources, poses, batch.yaw, batch.pitch, batch.roll)
    total = len(sources) * len(poses) * len(batch.yaw) * len(batch.pitch) * len(batch.roll)
    for number, (source, pose, *angles) in enumerate(combinations, start=1):
        values = {
            "source": source_names[source],
            "folder": _folder_name(source),
            "pose": "own" if pose is None else pose_names[pose],
            "number": str(number).zfill(len(str(total))),
            **dict(zip(("yaw", "pitch", "roll"), map(angle_text, angles), strict=True)),
        }
        name = f"{_fill_pattern(batch.pattern, values)}.{batch.format}"
        owner = owners.setdefault(name_key(name), source)
        if len(owners) < number:
            raise NamingError(_clash(name, batch.pattern, owner, source))
        if not real_path(folder / name).is_relative_to(real_path(folder)):
            raise NamingError(f"The picture {name} of {source} would lie outside of {folder}.")
        yaw, pitch, roll = angles
        jobs.append(Job(source, pose, folder / name, (yaw, pitch, roll)))
    return tuple(jobs)


def _names(paths: Sequence[Path], unique: bool) -> dict[Path, str]:
    """The stems of photos, the names of poses; if ``unique``, more of the path is added to those
    that are equal.

    A name does not depend on the order of the paths: a batch that is continued with more sources
    takes no picture for that of another one.
    """
    ways: tuple[Callable[[Path], str], ...] = (
        lambda path: f"{path.stem}-{path.suffix[1:]}",
        lambda path: f"{_folder_name(path)}-{path.stem}-{path.suffix[1:]}",
        lambda path: f"{path.stem}-{sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:8]}",
    )
    names = {path: pose_name(path) for path in paths}
    for longer in ways:
        counts = Counter(map(name_key, names.values()))
        same = [path for path, name in names.items() if unique and counts[name_key(name)] > 1]
        names |= {path: longer(path) for path in same}
    return names


def _folder_name(path: Path) -> str:
    return Path(os.path.abspath(path)).parent.name


def _clash(name: str, pattern: str, one: Path, other: Path) -> str:
    """The error message for two jobs with the output ``name``; it suggests fields to add."""
    missing = [f"{{{field}}}" for field in NAME_FIELDS if f"{{{field}}}" not in pattern]
    what = f"Two pictures of {one.name}" if one == other else f"{one} and {other}"
    return f"{what} would both be called {name}: put {' or '.join(missing)} into the name."


def _expand(paths: Sequence[Path], suffixes: Iterable[str], kind: str) -> Iterator[Path]:
    """The paths without duplicates, each folder replaced by its files with these suffixes."""
    seen: set[str] = set()
    for path in paths:
        found = _list_folder(path, tuple(suffixes), kind) if path.is_dir() else [path]
        for file in found:
            if (place := os.path.abspath(file)) not in seen:
                seen.add(place)
                yield file


def _list_folder(folder: Path, suffixes: tuple[str, ...], kind: str) -> list[Path]:
    """The visible files with these suffixes, by name. Raises ReposeError when there are none."""
    try:
        names = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ReposeError(f"The folder {folder} cannot be read: {reason(error)}.") from error
    files = [p for p in names if p.suffix.lower() in suffixes and not p.name.startswith(".")]
    if not files:
        raise ReposeError(f"There are no {kind} in the folder {folder}.")
    return files


def check_pattern(pattern: str) -> None:
    """Raises NamingError for a naming pattern with unknown fields, characters that are illegal in
    file names, or a path outside the output folder."""
    fields = ", ".join(f"{{{name}}}" for name in NAME_FIELDS)
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        raise NamingError(
            f"The naming pattern {pattern} has a brace too many or too few."
        ) from None
    for _, name, form, conversion in parts:
        if name in NAME_FIELDS and (form or conversion):
            raise NamingError(f"In a naming pattern write {{{name}}} without anything else in it.")
        if name is not None and name not in NAME_FIELDS:
            raise NamingError(f"There is no {{{name}}} in a naming pattern; there are {fields}.")
    text = "".join(literal for literal, *_ in parts)
    illegal = _ILLEGAL.search(text)
    if illegal:
        raise NamingError(f"A file's name cannot hold {illegal.group()!r}.")
    path = PurePosixPath(pattern.replace("\\", "/"))
    if not pattern.strip() or pattern.endswith(("/", "\\")):
        raise NamingError("The naming pattern is empty.")
    if path.is_absolute() or ".." in path.parts:
        raise NamingError(f"The naming pattern {pattern} leaves the output folder.")


def _fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """The file name without suffix from a checked pattern and the values of its fields."""
    cleaned = {name: _ILLEGAL_IN_FIELD.sub("_", text) for name, text in values.items()}
    return pattern.format_map({n: "_" if t in ("", ".", "..") else t for n, t in cleaned.items()})


def read_angles(text: str) -> Angles:
    """Parse degrees: ``"20"`` is one angle, ``"-30:30:7"`` seven angles from -30 to 30.

    Raises ReposeError for any other text, and beyond 180 degrees.
    """
    parts = text.split(":")
    try:
        if len(parts) not in (1, 3):
            raise ValueError
        numbers = [float(part) for part in parts[:2]]
        steps = int(parts[2]) if len(parts) == 3 else 1
    except ValueError:
        raise ReposeError(
            f"The angle {text!r} is neither a number of degrees nor FROM:TO:STEPS."
        ) from None
    # The comparison is False for NaN.
    if not all(abs(number) <= _MAX_DEGREES for number in numbers):
        raise ReposeError(f"The angle {text!r} is not between -180 and 180 degrees.")
    return angles_between(numbers[0], numbers[-1], steps)


def angles_between(first: float, last: float, steps: int) -> Angles:
    """``steps`` equally spaced angles from ``first`` to ``last``, in degrees.

    Raises ReposeError unless ``steps`` is 2 to MAX_ANGLES, or 1 with ``first == last``.
    """
    if not 1 <= steps <= MAX_ANGLES or (steps == 1 and first != last):
        raise ReposeError(f"A sweep has 2 to {MAX_ANGLES} steps, not {steps}.")
    share = 1 / max(steps - 1, 1)
    return tuple(round(first + (last - first) * k * share, 4) + 0.0 for k in range(steps))


def angle_text(degrees: float) -> str:
    """An angle for messages and file names: ``"-12.5"``, ``"20"``."""
    return f"{degrees:.4f}".rstrip("0").rstrip(".") if math.isfinite(degrees) else str(degrees)


def angles_text(angles: Angles) -> str:
    """Angles from `angles_between` in the syntax of `read_angles`."""
    ends = [angle_text(angles[0]), angle_text(angles[-1])]
    return ends[0] if len(angles) == 1 else ":".join([*ends, str(len(angles))])
