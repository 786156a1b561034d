"""Batches: many sources times many poses, described in one value, and the jobs they are made of."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Literal, cast

from engine.config.config import read_settings
from engine.core.errors import ReposeError
from engine.core.files import read_text, reason
from engine.export.jobs import Job, JobOptions, View
from engine.export.names import NAME_FIELDS, check_pattern, named, same_name
from engine.export.sweep import MOST_STEPS, angle_text
from engine.face.pose import Transfer
from engine.face.pose_formats import READERS
from engine.imaging.photos import PHOTO_SUFFIXES

Format = Literal["png", "jpg", "webp", "tif"]
"""What the pictures of a batch are written as."""

FASTEST, SLOWEST = 60.0, 0.1
"""Frames per second of an animation."""

Angles = tuple[float, ...]


@dataclass(frozen=True)
class ExportBatch:
    """Every source in every pose: in each target's and pose file's, turned by each of the angles.

    sources           photos, or folders of them
    targets, poses    photos and pose files to take poses from, or folders of them; with neither,
                      the source's own pose
    yaw, pitch, roll  degrees to turn the head beyond these; each with each
    transfer, face, view, quality, note, masks  as in JobOptions
    out               the folder of the pictures; None where only a sheet or an animation is wanted
    name              a pattern (see NAME_FIELDS); empty takes one that tells the pictures apart
    overwrite         make pictures anew that are there already
    sheet             a picture of all pictures to make: a row for each source
    animation         a GIF or MP4 to make of each source's pictures, in their order
    fps               its pictures per second
    model, device     as Predictor takes them
    """

    sources: tuple[Path, ...] = ()
    targets: tuple[Path, ...] = ()
    poses: tuple[Path, ...] = ()
    yaw: Angles = (0.0,)
    pitch: Angles = (0.0,)
    roll: Angles = (0.0,)
    transfer: Transfer = "relative"
    face: int = 1
    view: View = "photo"
    out: Path | None = None
    name: str = ""
    format: Format = "png"
    quality: int = 95
    note: bool = True
    masks: Path | None = None
    overwrite: bool = False
    sheet: Path | None = None
    animation: Path | None = None
    fps: float = 8.0
    model: Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        if not all(1 <= len(angles) <= MOST_STEPS for angles in (self.yaw, self.pitch, self.roll)):
            raise ReposeError(f"Yaw, pitch and roll need 1 to {MOST_STEPS} angles each.")
        if self.face < 1:
            raise ReposeError("The faces of a photo are counted from 1.")
        if not 1 <= self.quality <= 100:
            raise ReposeError(f"The quality goes from 1 to 100, not {self.quality}.")
        if not SLOWEST <= self.fps <= FASTEST:
            raise ReposeError(f"An animation has {SLOWEST:g} to {FASTEST:g} pictures a second.")
        if self.sheet is not None and self.sheet.suffix.lower() not in PHOTO_SUFFIXES:
            raise ReposeError(
                f"The sheet {self.sheet} needs one of the suffixes {' '.join(PHOTO_SUFFIXES)}."
            )
        if self.animation is not None and self.animation.suffix.lower() not in (".gif", ".mp4"):
            raise ReposeError(f"The animation {self.animation} must be a .gif or an .mp4.")
        if self.name:
            check_pattern(self.name)

    @property
    def pattern(self) -> str:
        """The pattern of the names: the batch's own, or one that tells its pictures apart."""
        if self.name:
            return self.name
        fields = ["{source}"]
        if self.targets or self.poses:
            fields.append("{pose}")
        sweeps = {"yaw": self.yaw, "pitch": self.pitch, "roll": self.roll}
        fields += [f"{name}{{{name}}}" for name, angles in sweeps.items() if len(angles) > 1]
        return "-".join(fields) if len(fields) > 1 else "{source}-reposed"

    @property
    def options(self) -> JobOptions:
        """How its jobs are done."""
        return JobOptions(
            transfer=self.transfer,
            face=self.face,
            view=self.view,
            quality=self.quality,
            note=self.note,
            keep=not self.overwrite,
            masks=self.masks,
        )

    def to_json(self) -> str:
        """This batch as JSON text."""
        return json.dumps({"version": 1, **asdict(self)}, indent=2, default=str)

    @staticmethod
    def from_json(text: str) -> "ExportBatch":
        """The batch that ``to_json`` wrote. Raises ReposeError for anything else."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ReposeError("The batch is not valid JSON.") from error
        if not isinstance(values, dict) or values.pop("version", None) != 1:
            raise ReposeError("The batch is not one of this version of Repose.")
        return cast(ExportBatch, read_settings(ExportBatch, values, ""))

    @staticmethod
    def read(path: Path) -> "ExportBatch":
        """The batch in a file. Raises ReposeError."""
        try:
            return ExportBatch.from_json(read_text(path))
        except ReposeError as error:
            raise ReposeError(f"{path}: {error}") from error


def plan_batch(batch: ExportBatch, out: Path | None = None) -> tuple[Job, ...]:
    """The jobs of a batch, source after source, with their outputs in ``out`` (or the batch's own).

    Raises ReposeError when there is nothing to do, a folder cannot be read or two pictures would
    have one name.
    """
    folder = out or batch.out
    if folder is None:
        raise ReposeError("Choose a folder for the pictures.")
    if not batch.sources:
        raise ReposeError("Choose at least one photo or a folder of photos.")
    check_pattern(batch.pattern)
    sources = tuple(_files(batch.sources, PHOTO_SUFFIXES, "photos"))
    poses: list[Path | None] = list(_files(batch.targets, PHOTO_SUFFIXES, "photos"))
    poses += _files(batch.poses, tuple(READERS), "pose files")
    if not poses:
        poses = [None]
    jobs: list[Job] = []
    taken: dict[str, Path] = {}
    combinations = product(sources, poses, batch.yaw, batch.pitch, batch.roll)
    total = len(sources) * len(poses) * len(batch.yaw) * len(batch.pitch) * len(batch.roll)
    for number, (source, pose, *angles) in enumerate(combinations, start=1):
        values = {
            "source": source.stem,
            "folder": source.absolute().parent.name,
            "pose": "own" if pose is None else pose.stem,
            "number": str(number).zfill(len(str(total))),
            **dict(zip(("yaw", "pitch", "roll"), map(angle_text, angles), strict=True)),
        }
        name = f"{named(batch.pattern, values)}.{batch.format}"
        earlier = taken.setdefault(same_name(name), source)
        if len(taken) < number:
            raise ReposeError(_clash(name, batch.pattern, earlier, source))
        yaw, pitch, roll = angles
        jobs.append(Job(source, pose, folder / name, (yaw, pitch, roll)))
    return tuple(jobs)


def _clash(name: str, pattern: str, one: Path, other: Path) -> str:
    """Why two pictures cannot both be called ``name``, and what would help."""
    missing = [f"{{{field}}}" for field in NAME_FIELDS if f"{{{field}}}" not in pattern]
    what = f"Two pictures of {one.name}" if one == other else f"{one} and {other}"
    return f"{what} would both be called {name}: put {' or '.join(missing)} into the name."


def _files(paths: Sequence[Path], suffixes: Iterable[str], kind: str) -> Iterator[Path]:
    """The paths, folders replaced by the files in them with these suffixes; each file once."""
    seen: set[Path] = set()
    for path in paths:
        found = _in_folder(path, tuple(suffixes), kind) if path.is_dir() else [path]
        for file in found:
            if file.absolute() not in seen:
                seen.add(file.absolute())
                yield file


def _in_folder(folder: Path, suffixes: tuple[str, ...], kind: str) -> list[Path]:
    try:
        names = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ReposeError(f"The folder {folder} cannot be read: {reason(error)}.") from error
    files = [p for p in names if p.suffix.lower() in suffixes and not p.name.startswith(".")]
    if not files:
        raise ReposeError(f"There are no {kind} in the folder {folder}.")
    return files
