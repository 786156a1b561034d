"""The options of the command `repose`, and what they mean together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch, Format
from engine.export.jobs import View
from engine.export.sweep import angles_text, read_angles
from engine.face.pose import Transfer

Device = Literal["auto", "cpu", "cuda", "mps"]
Paths = tuple[Path, ...]

MOST_SMOOTHING = 25.0
"""Frames; beyond it nothing of a movement is left."""


@dataclass(frozen=True)
class ReposeOptions:
    """Give the face in SOURCE a new pose and write the picture (-o), make every SOURCE in every
    pose (--out, --sheet, --animation), give it the poses of a video (--sequence), or do a list of
    jobs (--jobs).

    Every target and pose file is combined with every angle. What is in the folder --out already is
    kept, so an interrupted batch goes on when it is started again.
    """

    source: Annotated[Positional[Paths], arg(metavar="[SOURCE ...]", help_behavior_hint="")] = ()
    """The photos, or folders of them."""

    output: Annotated[
        Path | None, arg(aliases=["-o"], metavar="OUT.png", help_behavior_hint="")
    ] = None
    """The picture to write, of one source in one pose (.png .jpg .webp .tif .bmp)."""

    target: Annotated[Paths, arg(metavar="PHOTO ...", help_behavior_hint="")] = ()
    """Photos to take poses from, or folders of them."""

    pose: Annotated[Paths, arg(metavar="FILE ...", help_behavior_hint="")] = ()
    """Pose files to take poses from (.json .pts .xml .csv), or folders of them."""

    yaw: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Degrees to turn the head beyond that, the nose to the image's right: a number, or
    FROM:TO:STEPS, such as -30:30:7."""

    pitch: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Degrees to turn it up, in the same way."""

    roll: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Degrees to turn it clockwise, in the same way."""

    transfer: Transfer = "relative"
    """How to take the pose from a photo. relative: the head's rotation and the openings of mouth,
    eyes and brows; aligned: the landmarks, moved and scaled onto the source's face; absolute: the
    landmarks in their own pixels."""

    face: int = 1
    """Which face of the source, counted from the largest."""

    view: View = "photo"
    """What to write: the whole photo, or the square around the face alone: refined (face), coarse,
    or the difference map (grey is no difference)."""

    keep_area: Annotated[Path | None, arg(metavar="MASK.png", help_behavior_hint="")] = None
    """A picture of the source's shape, white where it must not change (glasses, a hand), black
    elsewhere; or a folder of them, each called like its source."""

    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """The folder for the pictures of a batch or of a list of jobs; a batch's report goes there."""

    name: Annotated[str, arg(metavar="PATTERN", help_behavior_hint="")] = ""
    """How the pictures of a batch are called; {source} {folder} {pose} {yaw} {pitch} {roll}
    {number} are filled in. Without it, a name that tells them apart."""

    format: Format = "png"
    """What the pictures of a batch are written as."""

    quality: int = 95
    """Of JPEG and WebP, 1 to 100."""

    sheet: Annotated[Path | None, arg(metavar="SHEET.png", help_behavior_hint="")] = None
    """Write a contact sheet too: a row for each source, a column for each pose."""

    animation: Annotated[Path | None, arg(metavar="SWEEP.gif", help_behavior_hint="")] = None
    """Write each source's pictures, in their order, as a GIF or MP4 too."""

    fps: float = 8.0
    """Pictures per second of the animation."""

    jobs: Annotated[Path | None, arg(metavar="JOBS.csv", help_behavior_hint="")] = None
    """A list of jobs instead of SOURCE: a CSV file with the header source,target,output; paths
    relative to it; a target is a photo, a pose file or empty."""

    batch: Annotated[Path | None, arg(metavar="BATCH.json", help_behavior_hint="")] = None
    """A batch that the editor has written, instead of SOURCE and the options above."""

    sequence: Annotated[Path | None, arg(metavar="VIDEO", help_behavior_hint="")] = None
    """A video, or a folder of frames, whose poses the face of SOURCE takes one after another; -o
    names the .mp4 or .gif to make, or a folder for single pictures."""

    smoothing: Annotated[float, arg(help_behavior_hint="")] = 1.0
    """How far the poses of a sequence are smoothed, in frames; 0 keeps every tremor."""

    overwrite: Annotated[bool, arg(help_behavior_hint="")] = False
    """Make the pictures of a batch anew that are there already."""

    keep: Annotated[bool, arg(help_behavior_hint="")] = False
    """Leave out jobs of a list whose outputs are there already; a batch always does."""

    provenance: Annotated[bool, arg(help_behavior_hint="")] = True
    """Note in the pictures that a trained model made parts of them, and which (as XMP; not in
    BMP). The source's EXIF and colour profile are kept in any case."""

    report: Annotated[Path | None, arg(metavar="REPORT.csv", help_behavior_hint="")] = None
    """Where to tell of every job what became of it; a batch does so in DIR/report.csv."""

    retry: Annotated[bool, arg(help_behavior_hint="")] = False
    """Do only the jobs of a batch that failed by the report of its last run."""

    events: Annotated[bool, arg(help_behavior_hint="")] = False
    """Tell how a batch goes as JSON lines, and stop when the line "stop" comes in: for programs."""

    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model to use; without it, the one that comes with Repose."""

    device: Device = "auto"
    """Where to compute; auto takes the fastest."""


def joined(arguments: Sequence[str]) -> list[str]:
    """``--yaw -30:30:7`` as ``--yaw=-30:30:7``: it would read as an option."""
    result: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in ("--yaw", "--pitch", "--roll"):
            value = next(rest, None)
            argument = argument if value is None else f"{argument}={value}"
        result.append(argument)
    return result


def check(options: ReposeOptions) -> None:
    """Raises ReposeError when the options do not go together."""
    wanted = {
        "SOURCE": options.source,
        "--output": options.output,
        "--target": options.target,
        "--pose": options.pose,
        "--name": options.name,
        "--sheet": options.sheet,
        "--animation": options.animation,
        "--out": options.out,
        "--jobs": options.jobs,
        "--batch": options.batch,
        "--sequence": options.sequence,
        "--retry": options.retry,
    }
    given = [name for name, value in wanted.items() if value]
    if options.sequence is not None:
        _check_sequence(options, given)
        return
    if options.batch is not None:
        _refuse(given, "--batch", {"--batch", "--retry"})
    elif options.jobs is not None:
        _refuse(given, "--jobs", {"--jobs", "--out"})
        if options.out is None:
            raise ReposeError("--jobs needs --out DIR, the folder for the outputs.")
    elif not options.source:
        raise ReposeError("Name a photo, or a list of jobs with --jobs.")
    elif options.output is not None:
        _refuse(given, "--output", {"SOURCE", "--output", "--target", "--pose"})
        if len(options.target) + len(options.pose) > 1:
            raise ReposeError("With one --output there is one --target or one --pose; see --out.")
        if len(options.source) > 1:
            raise ReposeError("With one --output there is one SOURCE; for many, use --out DIR.")
    elif options.out is None and options.sheet is None and options.animation is None:
        raise ReposeError(
            "Name the picture to write with -o OUT.png, or a folder for many with --out DIR."
        )
    if options.events and (options.output is not None or options.jobs is not None):
        raise ReposeError("--events is for batches.")
    batch = described(options)
    several = any(len(angles) > 1 for angles in (batch.yaw, batch.pitch, batch.roll))
    if several and (options.output is not None or options.jobs is not None):
        raise ReposeError("A sweep of angles makes many pictures: use --out DIR for one source.")


def _check_sequence(options: ReposeOptions, given: list[str]) -> None:
    _refuse(given, "--sequence", {"--sequence", "SOURCE", "--output"})
    if not options.events and (len(options.source) != 1 or options.output is None):
        raise ReposeError(
            "--sequence needs one SOURCE, and -o with the .mp4 or .gif to make or a folder."
        )
    if not 0 <= options.smoothing <= MOST_SMOOTHING:
        raise ReposeError(f"The smoothing goes from 0 to {MOST_SMOOTHING:g} frames.")


def _refuse(given: list[str], name: str, fitting: set[str]) -> None:
    for other in given:
        if other not in fitting:
            raise ReposeError(f"{other} and {name} exclude each other.")


def described(options: ReposeOptions) -> ExportBatch:
    """The batch that the options describe. Raises ReposeError for values that make no sense."""
    return ExportBatch(
        sources=options.source,
        targets=options.target,
        poses=options.pose,
        yaw=read_angles(options.yaw),
        pitch=read_angles(options.pitch),
        roll=read_angles(options.roll),
        transfer=options.transfer,
        face=options.face,
        view=options.view,
        out=options.out,
        name=options.name,
        format=options.format,
        quality=options.quality,
        note=options.provenance,
        masks=options.keep_area,
        overwrite=options.overwrite,
        sheet=options.sheet,
        animation=options.animation,
        fps=options.fps,
        model=options.model,
        device=options.device,
    )


def batch_arguments(batch: ExportBatch) -> list[str]:
    """What makes `described` describe this batch: the words after ``repose``."""
    words = [str(path) for path in batch.sources]
    for flag, paths in (("--target", batch.targets), ("--pose", batch.poses)):
        words += [flag, *map(str, paths)] if paths else []
    plain = ExportBatch()
    for name in ("yaw", "pitch", "roll"):
        angles: tuple[float, ...] = getattr(batch, name)
        if angles != (0.0,):
            words.append(f"--{name}={angles_text(angles)}")
    for name in ("transfer", "face", "view", "out", "name", "format", "quality", "sheet",
                 "animation", "fps", "model", "device"):  # fmt: skip
        value = getattr(batch, name)
        if value != getattr(plain, name):
            words += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    words += ["--keep-area", str(batch.masks)] if batch.masks else []
    words += ["--overwrite"] if batch.overwrite else []
    words += [] if batch.note else ["--no-provenance"]
    return words
