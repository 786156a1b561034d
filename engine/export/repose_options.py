"""The options of the command `repose`: definition, checks, and conversion to and from batches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from engine.config.config import Detector
from engine.core.device_names import Device, Precision
from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch, Format, angles_text, read_angles
from engine.export.jobs import View
from engine.face.named_poses import named_pose
from engine.face.pose_transfer import Transfer

Paths = tuple[Path, ...]

MOST_SMOOTHING = 25.0
"""Frames. With more, no movement is left."""


@dataclass(frozen=True)
class ReposeOptions:
    """Give the face in a photo a new pose.

    Use -o OUT.png for one picture; --out DIR, --sheet or --animation for a batch of every SOURCE
    in every pose; --sequence for the poses of a video; --jobs for a list of jobs.

    A batch combines every target photo, pose file and named pose with every angle. Pictures that
    exist in the folder --out are skipped, so an interrupted batch continues when it is started
    again.
    """

    source: Annotated[Positional[Paths], arg(metavar="[SOURCE ...]", help_behavior_hint="")] = ()
    """Photos, or folders of photos."""

    output: Annotated[
        Path | None, arg(aliases=["-o"], metavar="OUT.png", help_behavior_hint="")
    ] = None
    """The picture to write, for one source and one pose (.png .jpg .webp .tif .bmp .jxl), or the
    photo and its change in layers (.ora .psd)."""

    target: Annotated[Paths, arg(metavar="PHOTO ...", help_behavior_hint="")] = ()
    """Photos to copy the pose from, or folders of photos."""

    pose: Annotated[Paths, arg(metavar="FILE ...", help_behavior_hint="")] = ()
    """Pose files (.json .pts .xml .csv), or folders of pose files."""

    named: Annotated[tuple[str, ...], arg(metavar="NAME ...", help_behavior_hint="")] = ()
    """Named poses, such as smile "look left": those of the editor's panel by their English names,
    and your own. A wrong name lists them all."""

    yaw: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Angle to add to the pose; positive turns the nose to the image's right. A number of degrees,
    or FROM:TO:STEPS for several, such as -30:30:7."""

    pitch: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Angle to add; positive turns the head up. As --yaw."""

    roll: Annotated[str, arg(metavar="DEGREES", help_behavior_hint="")] = "0"
    """Angle to add; positive turns the head clockwise. As --yaw."""

    expression: Annotated[str, arg(metavar="NAME=VALUE,...", help_behavior_hint="")] = ""
    """Expression coefficients under ARKit's names, 0 to 1, that replace the face's own, such as
    jawOpen=0.6,eyeBlink_L=1. _L and _R are the person's left and right; without, both sides."""

    gaze: Annotated[str, arg(metavar="YAW,PITCH", help_behavior_hint="")] = ""
    """Where the eyes look, in degrees from straight ahead out of the head; positive is to the
    image's right and up."""

    transfer: Transfer = "relative"
    """How to copy the pose of a photo or pose file. relative: the rotation of the head, the
    expression and the gaze (all that Repose's own pose files contain); aligned: the landmarks,
    moved and scaled onto the source's face; absolute: the landmarks at their pixel coordinates, for
    photos of one fixed camera, or a pose file of the source itself. If a target photo shows the
    same person, absolute also puts hair, neck and clothes where they are in it."""

    neutral: Annotated[Path | None, arg(metavar="PHOTO", help_behavior_hint="")] = None
    """A photo of the person in --target with a face at rest. What the targets' faces do is then
    measured from it, not from an average face; for --transfer relative."""

    detector: Detector = "landmarker"
    """What finds faces and landmarks: MediaPipe's networks, or dlib as in the report."""

    face: Annotated[str, arg(metavar="N[,N ...]|all", help_behavior_hint="")] = "1"
    """The face of the source to repose: 1 (the default) is the largest, 2 the second largest, and
    so on. Several, such as 1,3, or all get the same pose, in one picture."""

    view: View = "photo"
    """What to write. photo: the whole photo; layer: what changed in it, transparent elsewhere, to
    lay over the photo; face: only the square around the face, refined; coarse: the same, coarse;
    difference: the difference map (grey is zero)."""

    keep_area: Annotated[Path | None, arg(metavar="MASK.png", help_behavior_hint="")] = None
    """A mask with the aspect ratio of the source: white where the photo must not change (glasses, a
    hand), black elsewhere. Or a folder of masks, each with its source's name and .png."""

    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """The folder for the pictures and the log of a batch, or for the pictures of a job list."""

    name: Annotated[str, arg(metavar="PATTERN", help_behavior_hint="")] = ""
    """The file names of a batch, with the fields {source} {folder} {pose} {yaw} {pitch} {roll}
    {number}. The default has a field for everything that varies."""

    format: Format = "png"
    """The file format of a batch's pictures; ora and psd have layers."""

    quality: int = 95
    """The quality of JPEG, WebP and JPEG XL, 1 to 100."""

    sheet: Annotated[Path | None, arg(metavar="SHEET.png", help_behavior_hint="")] = None
    """Also write a contact sheet: a row for each source, a column for each pose."""

    sheet_faces: Annotated[bool, arg(help_behavior_hint="")] = False
    """Show only the square around the face in the contact sheet."""

    animation: Annotated[Path | None, arg(metavar="SWEEP.gif", help_behavior_hint="")] = None
    """Also write the pictures of each source as a GIF or MP4."""

    fps: float | None = None
    """The frame rate of the animation, by default 8, or of a sequence from a folder of frames or of
    keyframes, by default 25. A video keeps its own."""

    jobs: Annotated[Path | None, arg(metavar="JOBS.csv", help_behavior_hint="")] = None
    """A list of jobs instead of SOURCE: a CSV file with the header source,target,output. A target
    is a photo, a pose file, a named pose or empty. Paths are relative to the CSV file, outputs to
    --out."""

    batch: Annotated[Path | None, arg(metavar="BATCH.json", help_behavior_hint="")] = None
    """A batch file of the editor, instead of SOURCE and the options above."""

    sequence: Annotated[Path | None, arg(metavar="VIDEO", help_behavior_hint="")] = None
    """A video or a folder of frames. The face of SOURCE takes the pose of each frame; -o names an
    .mp4 or .gif, or a folder for single pictures."""

    from_: Annotated[
        float, arg(name="from", metavar="SECONDS", help_behavior_hint="(default: the start)")
    ] = 0.0
    """Where to begin in the video of --sequence."""

    to: Annotated[float | None, arg(metavar="SECONDS", help_behavior_hint="(default: the end)")] = (
        None
    )
    """Where to end in the video of --sequence."""

    reference: Annotated[float | None, arg(metavar="SECONDS", help_behavior_hint="")] = None
    """The moment in the video of --sequence that shows the person at rest: SOURCE keeps its own
    pose there, and elsewhere takes only what changes from there."""

    keyframes: Annotated[Path | None, arg(metavar="FILE.json", help_behavior_hint="")] = None
    """Poses at moments, as the editor saves them; the poses between them are interpolated. -o names
    an .mp4 or .gif, or a folder for single pictures."""

    smoothing: Annotated[float, arg(help_behavior_hint="")] = 1.0
    """Smoothing of the poses of a sequence over time: standard deviation in frames, 0 for none."""

    overwrite: Annotated[bool, arg(help_behavior_hint="")] = False
    """Compute all pictures of a batch again, also those that exist."""

    keep: Annotated[bool, arg(help_behavior_hint="")] = False
    """Skip jobs of a list whose outputs exist, as a batch does."""

    provenance: Annotated[bool, arg(help_behavior_hint="")] = True
    """Write into the pictures (as XMP; not in BMP) that a trained model computed parts of them, and
    which model. The source's EXIF and colour profile are always kept."""

    gps: Annotated[bool, arg(help_behavior_hint="")] = True
    """Keep where the photo was taken, if it says so."""

    log: Annotated[Path | None, arg(metavar="LOG.csv", help_behavior_hint="")] = None
    """The log to write: a CSV file with the result of each job. A batch writes DIR/report.csv by
    default."""

    retry: Annotated[bool, arg(help_behavior_hint="")] = False
    """Run only the jobs of a batch that failed according to the log of its last run."""

    events: Annotated[bool, arg(help_behavior_hint="")] = False
    """For other programs: write progress as JSON lines, and stop when the line "stop" is read from
    standard input."""

    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model to use. The default comes with Repose."""

    device: Device = "auto"
    """The device to compute on; auto selects the fastest."""
    precision: Precision = "auto"
    """Compute in float32 (full) or in half precision; auto takes half where the hardware has it."""
    threads: Annotated[int, arg(metavar="N", help_behavior_hint="(default: one for each core)")] = 0
    """How many pictures to compute at a time."""


def normalised(arguments: Sequence[str]) -> list[str]:
    """Rewrite arguments for the parser.

    ``--yaw -30:30:7`` becomes ``--yaw=-30:30:7``, because a value with a minus would be parsed as
    an option. ``--report``, the earlier name of ``--log``, becomes ``--log``.
    """
    result: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--report" or argument.startswith("--report="):
            argument = "--log" + argument.removeprefix("--report")
        if argument in ("--yaw", "--pitch", "--roll", "--gaze"):
            value = next(rest, None)
            argument = argument if value is None else f"{argument}={value}"
        result.append(argument)
    return result


def check(options: ReposeOptions) -> None:
    """Raises ReposeError for a combination of options that excludes itself or lacks one."""
    modes = {
        "SOURCE": options.source,
        "--output": options.output,
        "--target": options.target,
        "--pose": options.pose,
        "--named": options.named,
        "--name": options.name,
        "--sheet": options.sheet,
        "--animation": options.animation,
        "--out": options.out,
        "--jobs": options.jobs,
        "--batch": options.batch,
        "--sequence": options.sequence,
        "--keyframes": options.keyframes,
        "--retry": options.retry,
    }
    given = [name for name, value in modes.items() if value]
    if options.sequence is None and (options.from_, options.to, options.reference) != (
        0,
        None,
        None,
    ):
        raise ReposeError("--from, --to and --reference are for the video of a --sequence.")
    if options.sequence is not None:
        _check_poses_in_time(options, "--sequence", given)
        _check_sequence(options, options.sequence)
        return
    if options.keyframes is not None:
        _check_poses_in_time(options, "--keyframes", given)
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
        _refuse(given, "--output", {"SOURCE", "--output", "--target", "--pose", "--named"})
        if len(options.target) + len(options.pose) + len(options.named) > 1:
            raise ReposeError(
                "With one --output there is one --target, --pose or --named; for more, use --out."
            )
        if len(options.source) > 1:
            raise ReposeError("With one --output there is one SOURCE; for many, use --out DIR.")
    elif options.out is None and options.sheet is None and options.animation is None:
        raise ReposeError(
            "Name the picture to write with -o OUT.png, or a folder for many with --out DIR."
        )
    for name in options.named:
        named_pose(name)  # raises for an unknown one
    if options.events and (options.output is not None or options.jobs is not None):
        raise ReposeError("--events is for batches.")
    batch = batch_from_options(options)
    several = any(len(angles) > 1 for angles in (batch.yaw, batch.pitch, batch.roll))
    if several and (options.output is not None or options.jobs is not None):
        raise ReposeError("A sweep of angles makes many pictures: use --out DIR for one source.")


def _check_poses_in_time(options: ReposeOptions, name: str, given: list[str]) -> None:
    """Checks for the sources of poses that change over time."""
    _refuse(given, name, {name, "SOURCE", "--output"})
    from_editor = options.events and name == "--sequence"
    if not from_editor and (len(options.source) != 1 or options.output is None):
        raise ReposeError(
            f"{name} needs one SOURCE, and -o with the .mp4 or .gif to make or a folder."
        )
    plain = ReposeOptions()
    for other in ("yaw", "pitch", "roll", "expression", "gaze", "neutral", "format", "quality",
                  "overwrite", "keep"):  # fmt: skip
        if getattr(options, other) != getattr(plain, other):
            raise ReposeError(f"--{other} and {name} exclude each other.")
    batch = batch_from_options(options)  # raises for values out of range
    if len(batch.options.faces) != 1:
        raise ReposeError(f"{name} moves one face: name one, such as --face 1.")


def _check_sequence(options: ReposeOptions, path: Path) -> None:
    if options.fps is not None and not path.is_dir():
        raise ReposeError("--fps is for a folder of frames; a video keeps its frame rate.")
    if not 0 <= options.smoothing <= MOST_SMOOTHING:
        raise ReposeError(f"The smoothing goes from 0 to {MOST_SMOOTHING:g} frames.")
    start, end = options.from_, math.inf if options.to is None else options.to
    if not 0 <= start < end:
        raise ReposeError("--from is at least 0 seconds, and --to is later.")
    if options.reference is not None and not start <= options.reference <= end:
        raise ReposeError("--reference is a moment between --from and --to.")


def _refuse(given: list[str], name: str, allowed: set[str]) -> None:
    """Raises ReposeError for the first given option that is not allowed beside ``name``."""
    for other in given:
        if other not in allowed:
            raise ReposeError(f"{other} and {name} exclude each other.")


def batch_from_options(options: ReposeOptions) -> ExportBatch:
    """The batch that the options describe. Raises ReposeError for values out of range."""
    return ExportBatch(
        sources=options.source,
        targets=options.target,
        poses=options.pose,
        named=options.named,
        yaw=read_angles(options.yaw),
        pitch=read_angles(options.pitch),
        roll=read_angles(options.roll),
        expression=options.expression,
        gaze=options.gaze,
        transfer=options.transfer,
        neutral=options.neutral,
        detector=options.detector,
        face=options.face,
        view=options.view,
        out=options.out,
        name=options.name,
        format=options.format,
        quality=options.quality,
        note=options.provenance,
        place=options.gps,
        masks=options.keep_area,
        overwrite=options.overwrite,
        sheet=options.sheet,
        sheet_faces=options.sheet_faces,
        animation=options.animation,
        fps=ExportBatch.fps if options.fps is None else options.fps,
        model=options.model,
        device=options.device,
        precision=options.precision,
        threads=options.threads,
    )


def batch_arguments(batch: ExportBatch) -> list[str]:
    """The inverse of `batch_from_options`: the command's arguments after ``repose``."""
    words = [str(path) for path in batch.sources]
    poses = ("--target", batch.targets), ("--pose", batch.poses), ("--named", batch.named)
    for flag, values in poses:
        words += [flag, *map(str, values)] if values else []
    default = ExportBatch()
    for name in ("yaw", "pitch", "roll"):
        angles: tuple[float, ...] = getattr(batch, name)
        if angles != (0.0,):
            words.append(f"--{name}={angles_text(angles)}")
    for name in ("expression", "transfer", "neutral", "detector", "face", "view", "out", "name",
                 "format", "quality", "sheet", "animation", "fps", "model", "device", "precision",
                 "threads"):  # fmt: skip
        value = getattr(batch, name)
        if value != getattr(default, name):
            words += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    words += [f"--gaze={batch.gaze}"] if batch.gaze else []
    words += ["--keep-area", str(batch.masks)] if batch.masks else []
    words += ["--sheet-faces"] if batch.sheet_faces else []
    words += ["--overwrite"] if batch.overwrite else []
    words += [] if batch.note else ["--no-provenance"]
    words += [] if batch.place else ["--no-gps"]
    return words
