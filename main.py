"""Repose: gives a face in a photograph a new pose.

Without a command, or with a photo, the editor opens. Qt is imported only then.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

try:
    import tyro
    from tyro.conf import Positional, arg

    from engine import ReposeError, resource
except ModuleNotFoundError as error:
    # Most likely the system's Python instead of the one that `make run` sets up.
    folder = ".venv\\Scripts" if sys.platform == "win32" else ".venv/bin"
    sys.exit(
        f"repose: This Python lacks {error.name}, which Repose needs."
        f" Set it up as README.md says, then use {folder}/python instead of python."
    )

Device = Literal["auto", "cpu", "cuda", "mps"]

PROGRAM = "python main.py" if Path(sys.argv[0]).name == "main.py" else "repose"
"""How the user calls this program."""

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """A command line that makes no sense; the message is one sentence."""

    def __init__(self, sentence: str, command: str = "repose") -> None:
        super().__init__(sentence)
        self.command = command


@dataclass(frozen=True)
class EditorOptions:
    """Open the editor, or run a command: repose | train | prepare | evaluate | benchmark.

    Each command explains itself when --help follows it.
    """

    photo: Annotated[Positional[Path | None], arg(metavar="[PHOTO]", help_behavior_hint="")] = None
    """The photo to open (JPEG, PNG, WebP, TIFF or BMP); without it, the sample photo."""

    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model to use; without it, the one that comes with Repose."""

    device: Device = "auto"
    """Where to compute; auto takes the fastest."""


@dataclass(frozen=True)
class ReposeOptions:
    """Give the face in SOURCE a new pose and write the picture, or do a whole list of jobs."""

    source: Annotated[Positional[Path | None], arg(metavar="[SOURCE]", help_behavior_hint="")] = (
        None
    )
    """The photo."""

    output: Annotated[
        Path | None, arg(aliases=["-o"], metavar="OUT.png", help_behavior_hint="")
    ] = None
    """The picture to write (.png .jpg .webp .tif .bmp)."""

    target: Annotated[Path | None, arg(metavar="PHOTO", help_behavior_hint="")] = None
    """A photo to take the pose from."""

    pose: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """A pose file to take the pose from (.json .pts .xml .csv)."""

    jobs: Annotated[Path | None, arg(metavar="JOBS.csv", help_behavior_hint="")] = None
    """A list of jobs instead of SOURCE: a CSV file with the header source,target,output; paths
    relative to it; a target is a photo, a pose file or empty."""

    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """The folder for the outputs of the jobs."""

    transfer: Literal["relative", "aligned", "absolute"] = "relative"
    """How to take the pose from a photo. relative: the head's rotation and the openings of mouth,
    eyes and brows; aligned: the landmarks, moved and scaled onto the source's face; absolute: the
    landmarks in their own pixels."""

    yaw: float = 0.0
    """Degrees to turn the head beyond that, the nose to the image's right."""

    pitch: float = 0.0
    """Degrees to turn it up."""

    roll: float = 0.0
    """Degrees to turn it clockwise."""

    face: int = 1
    """Which face of the source, counted from the largest."""

    view: Literal["photo", "face", "coarse", "difference"] = "photo"
    """What to write: the whole photo, or the square around the face alone: refined (face), coarse,
    or the difference map (grey is no difference)."""

    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model to use; without it, the one that comes with Repose."""

    device: Device = "auto"
    """Where to compute; auto takes the fastest."""


def open_editor(options: EditorOptions) -> int:
    if options.photo is not None and not options.photo.exists():
        raise ReposeError(f"{options.photo} does not exist.")
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in displays):
        # Qt would end the process with a core dump.
        raise ReposeError(
            f"There is no display to open the editor on; see: {PROGRAM} repose --help"
        )
    try:
        from gui.app import run
    except ImportError as error:
        raise ReposeError(f"The editor cannot start, Qt is incomplete: {error}.") from error
    return run(options.photo, options.model, options.device)


def repose(options: ReposeOptions) -> int:
    check_usage(options)
    from engine.jobs import Job, JobOptions, read_jobs, repose_all
    from engine.predictor import Predictor

    if options.jobs is not None and options.out is not None:
        jobs = read_jobs(options.jobs, options.out)
    else:
        assert options.source is not None
        assert options.output is not None
        jobs = (Job(options.source, options.target or options.pose, options.output),)
    how = JobOptions(
        transfer=options.transfer,
        yaw=options.yaw,
        pitch=options.pitch,
        roll=options.roll,
        face=options.face,
        view=options.view,
    )
    predictor = Predictor(options.model, options.device)
    from tqdm import tqdm

    failed = 0
    silent = options.jobs is None or not sys.stderr.isatty()
    outcomes = repose_all(predictor, jobs, how)
    for job, error in tqdm(outcomes, total=len(jobs), unit="job", disable=silent):
        if error:
            failed += 1
            place = f"{options.jobs} line {job.line}: " if job.line else ""
            tqdm.write(f"repose: {place}{error}", file=sys.stderr)
    if options.jobs is not None:
        print(f"{len(jobs) - failed} done, {failed} failed")
    return FAILED if failed else DONE


def check_usage(options: ReposeOptions) -> None:
    """Raises UsageError when the options of ``repose`` do not go together."""
    if options.jobs is not None:
        alone = {
            "SOURCE": options.source,
            "--output": options.output,
            "--target": options.target,
            "--pose": options.pose,
        }
        for name, value in alone.items():
            if value is not None:
                raise UsageError(f"{name} and --jobs exclude each other.")
        if options.out is None:
            raise UsageError("--jobs needs --out DIR, the folder for the outputs.")
    else:
        if options.source is None:
            raise UsageError("Name a photo, or a list of jobs with --jobs.")
        if options.output is None:
            raise UsageError("Name the picture to write with -o OUT.png.")
        if options.out is not None:
            raise UsageError("--out is for --jobs; use -o for one picture.")
        if options.target is not None and options.pose is not None:
            raise UsageError("--target and --pose exclude each other.")
    if options.face < 1:
        raise UsageError("--face counts from 1.")
    if not all(map(math.isfinite, (options.yaw, options.pitch, options.roll))):
        raise UsageError("--yaw, --pitch and --roll are numbers of degrees.")


def _repose(arguments: Sequence[str]) -> int:
    return repose(_parse(ReposeOptions, "repose", arguments))


def _train(arguments: Sequence[str]) -> int:
    from engine.training import check, read_arguments, train

    try:
        options, settings = read_arguments(arguments, f"{PROGRAM} train")
        check(options, settings)
    except ReposeError as error:
        raise UsageError(str(error), "train") from error
    train(options, settings)
    return DONE


def _prepare(arguments: Sequence[str]) -> int:
    from engine.prepare import PrepareOptions, prepare

    prepare(_parse(PrepareOptions, "prepare", arguments))
    return DONE


def _evaluate(arguments: Sequence[str]) -> int:
    from engine.evaluation import EvaluateOptions, evaluate

    evaluate(_parse(EvaluateOptions, "evaluate", arguments))
    return DONE


def _benchmark(arguments: Sequence[str]) -> int:
    from engine.benchmark import BenchmarkOptions, benchmark

    options = _parse(BenchmarkOptions, "benchmark", arguments)
    photo = options.photo or resource("sample.jpg")
    results = benchmark(options)
    results["startup_s"] = startup_seconds(photo, options.model, options.device)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        width = max(map(len, results))
        for name, value in results.items():
            if isinstance(value, dict):
                value = ", ".join(f"{part} {number}" for part, number in value.items())
            print(f"{name:{width}}  {value}")
    return DONE


def startup_seconds(photo: Path, model: Path | None, device: str) -> float | None:
    """How long the editor takes, in a process of its own, to its first refined picture.

    None where Qt cannot open a window, not even an invisible one.
    """
    here = str(Path(__file__).resolve().parent)
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-m", "gui.first_picture", device, str(photo), str(model or "")]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else round(time.perf_counter() - start, 2)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "repose": _repose,
    "train": _train,
    "prepare": _prepare,
    "evaluate": _evaluate,
    "benchmark": _benchmark,
}


def _parse(options: type[Any], command: str, arguments: Sequence[str]) -> Any:
    """``arguments`` as an instance of the dataclass ``options``; leaves with 2 on wrong usage."""
    return tyro.cli(options, prog=f"{PROGRAM} {command}".strip(), args=list(arguments))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name) and return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments and arguments[0] in COMMANDS:
            return COMMANDS[arguments[0]](arguments[1:])
        return open_editor(_parse(EditorOptions, "", arguments))
    except UsageError as error:
        print(f"repose: {error} See: {PROGRAM} {error.command} --help", file=sys.stderr)
        return WRONG_USAGE
    except ReposeError as error:
        print(f"repose: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # whoever read the output has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        print(f"repose: {error.filename or 'A file'} cannot be used: {why}.", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
