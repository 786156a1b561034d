"""Repose: gives a face in a photograph a new pose.

Without a command, or with a photo, the editor opens. Qt is imported only then.
"""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
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
    """The photo (JPEG, PNG, WebP, TIFF or BMP) or project (.repose) to open; without it, the sample
    photo."""

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
    if _nobody_serves(os.environ):
        raise ReposeError(
            f"No display answers at {os.environ['DISPLAY']}: set DISPLAY to the one in use."
        )
    try:
        from gui.window.app import run
    except ImportError as error:
        raise ReposeError(f"The editor cannot start, Qt is incomplete: {error}.") from error
    return run(options.photo, options.model, options.device)


def _nobody_serves(environment: Mapping[str, str]) -> bool:
    """Whether Qt would look for a local X display that is not there, and end the process."""
    others = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    display = re.fullmatch(r":(\d+)(\.\d+)?", environment.get("DISPLAY", ""))
    if sys.platform != "linux" or display is None or any(map(environment.get, others)):
        return False
    for start in ("", "\0"):  # a file, or a name that Linux keeps without one
        with socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(f"{start}/tmp/.X11-unix/X{display[1]}")
            except OSError:
                continue
            return False
    return True


def _repose(arguments: Sequence[str]) -> int:
    from engine.export.repose_options import ReposeOptions, check, joined
    from engine.export.reposing import repose

    options = _parse(ReposeOptions, "repose", joined(arguments))
    try:
        check(options)
    except ReposeError as error:
        raise UsageError(str(error)) from error
    return FAILED if repose(options) else DONE


def _train(arguments: Sequence[str]) -> int:
    from engine.training.training import check, read_arguments, train

    try:
        options, settings = read_arguments(arguments, f"{PROGRAM} train")
        check(options, settings)
    except ReposeError as error:
        raise UsageError(str(error), "train") from error
    train(options, settings)
    return DONE


def _prepare(arguments: Sequence[str]) -> int:
    from engine.data.prepare import PrepareOptions, prepare

    prepare(_parse(PrepareOptions, "prepare", arguments))
    return DONE


def _evaluate(arguments: Sequence[str]) -> int:
    from engine.evaluation.evaluation import EvaluateOptions, evaluate

    evaluate(_parse(EvaluateOptions, "evaluate", arguments))
    return DONE


def _benchmark(arguments: Sequence[str]) -> int:
    from engine.benchmark.benchmark import BenchmarkOptions, benchmark

    options = _parse(BenchmarkOptions, "benchmark", arguments)
    photo = options.photo or resource("sample.jpg")
    results = benchmark(options)
    results |= window_speed(photo, options.model, options.device)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        width = max(map(len, results))
        for name, value in results.items():
            if isinstance(value, dict):
                value = ", ".join(f"{part} {number}" for part, number in value.items())
            print(f"{name:{width}}  {value}")
    return DONE


def window_speed(photo: Path, model: Path | None, device: str) -> dict[str, Any]:
    """What `gui.window.latency` measures of the editor, in a process of its own.

    Nothing where Qt cannot open a window, not even an invisible one.
    """
    here = str(Path(__file__).resolve().parent)
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-m", "gui.window.latency", device, str(photo), str(model or "")]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=240)
    except subprocess.TimeoutExpired:
        return {}
    return {} if done.returncode else dict(json.loads(done.stdout))


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
