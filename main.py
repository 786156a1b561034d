"""The command line of Repose.

Without a command, or with a photo, it opens the editor. Only the editor imports Qt.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

try:
    import tyro
    from tyro.conf import Positional, arg

    from engine import ReposeError, remove_unfinished, resource, write_whole
    from engine.core.device_names import Device
except ModuleNotFoundError as error:
    # Usually the system's Python instead of the virtual environment of `make run`.
    folder = ".venv\\Scripts" if sys.platform == "win32" else ".venv/bin"
    sys.exit(
        f"repose: This Python lacks {error.name}, which Repose needs."
        f" Set it up as README.md says, then use {folder}/python instead of python."
    )

PROGRAM = "python main.py" if Path(sys.argv[0]).name == "main.py" else "repose"
"""The program as the user called it, for help and error messages."""

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """An invalid command line; the message is one sentence."""

    def __init__(self, sentence: str, command: str = "repose") -> None:
        super().__init__(sentence)
        self.command = command


@dataclass(frozen=True)
class EditorOptions:
    """Open the editor, or run a command:
    repose | train | prepare | evaluate | serve | benchmark | desktop.

    For the options of a command, add --help after it.
    """

    photo: Annotated[Positional[Path | None], arg(metavar="[PHOTO]", help_behavior_hint="")] = None
    """The photo (JPEG, PNG, WebP, TIFF, BMP, AVIF or HEIC) or project (.repose) to open. The
    default is a sample photo."""

    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model to use. The default comes with Repose."""

    device: Device = "auto"
    """The device to compute on; auto selects the fastest."""


def open_editor(options: EditorOptions) -> int:
    """Open the editor and return its exit status. Raises ReposeError when it cannot start."""
    if options.photo is not None and not options.photo.exists():
        raise ReposeError(f"{options.photo} does not exist.")
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in displays):
        # Without a display Qt aborts the process.
        raise ReposeError(
            f"There is no display to open the editor on; see: {PROGRAM} repose --help"
        )
    if _display_is_dead(os.environ):
        raise ReposeError(
            f"No display answers at {os.environ['DISPLAY']}: set DISPLAY to the one in use."
        )
    try:
        from gui.window.app import run
    except ImportError as error:
        raise ReposeError(f"The editor cannot start, Qt is incomplete: {error}.") from error
    return run(options.photo, options.model, options.device)


def _display_is_dead(environment: Mapping[str, str]) -> bool:
    """Whether Qt would connect to a local X display without a server, and abort the process."""
    others = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    display = re.fullmatch(r":(\d+)(\.\d+)?", environment.get("DISPLAY", ""))
    if sys.platform != "linux" or display is None or any(map(environment.get, others)):
        return False
    for start in ("", "\0"):  # socket file, or Linux's abstract socket
        with socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(f"{start}/tmp/.X11-unix/X{display[1]}")
            except OSError:
                continue
            return False
    return True


@dataclass(frozen=True)
class DesktopOptions:
    """Add the editor to the programs of the Linux desktop, with its icon."""

    remove: bool = False
    """Remove it again."""


def _desktop(arguments: Sequence[str]) -> int:
    """Install the desktop entry and the icon for this user, by the rules of freedesktop.org."""
    options = _parse(DesktopOptions, "desktop", arguments)
    if sys.platform != "linux":
        raise ReposeError("The desktop's entries are for Linux: start the editor with repose.")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    entry = data / "applications" / "repose.desktop"
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / "repose.svg"
    if options.remove:
        entry.unlink(missing_ok=True)
        icon.unlink(missing_ok=True)
        return DONE
    # This Python and this file, wherever they are: the desktop's PATH may not contain `repose`.
    words = (sys.executable, os.path.abspath(__file__))
    quoted = (re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%") for word in words)
    program = " ".join(f'"{word}"' for word in quoted)
    text = resource("repose.desktop").read_text(encoding="utf-8")
    with write_whole(entry) as part:
        part.write_text(text.replace("Exec=repose ", f"Exec={program} "), encoding="utf-8")
    with write_whole(icon) as part:
        part.write_bytes(resource("icon.svg").read_bytes())
    print(entry)
    return DONE


def _repose(arguments: Sequence[str]) -> int:
    from engine.export.repose_options import ReposeOptions, check, normalised

    options = _parse(ReposeOptions, "repose", normalised(arguments))
    try:
        check(options)
    except ReposeError as error:
        raise UsageError(str(error)) from error
    from engine.export.repose import repose  # torch, which takes a second to import

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
    """The results of `gui.window.latency`, which measures the editor in a separate process.

    Empty where Qt cannot open an offscreen window.
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


def _serve(arguments: Sequence[str]) -> int:
    try:
        from engine.server.serve import ServeOptions, serve
    except ModuleNotFoundError as error:
        raise ReposeError(
            f"The server needs {error.name}: install it with pip install 'repose[server]'."
        ) from error
    serve(_parse(ServeOptions, "serve", arguments))
    return DONE


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "repose": _repose,
    "train": _train,
    "prepare": _prepare,
    "evaluate": _evaluate,
    "benchmark": _benchmark,
    "desktop": _desktop,
    "serve": _serve,
}


def _parse(options: type[Any], command: str, arguments: Sequence[str]) -> Any:
    """Parse ``arguments`` into the dataclass ``options``; exits with status 2 on wrong usage."""
    return tyro.cli(options, prog=f"{PROGRAM} {command}".strip(), args=list(arguments))


def _interrupt(_number: int, _frame: object) -> None:
    """Handle the first Ctrl+C, which is an exception; the second ends the process at once.

    An exception while the threads are awaited would end the interpreter under them (SIGABRT).
    """
    signal.signal(signal.SIGINT, _end)
    raise KeyboardInterrupt


def _end(_number: int, _frame: object) -> None:
    remove_unfinished()
    os._exit(INTERRUPTED)


def _mend_streams() -> None:
    """Make the standard streams usable that are closed (daemons, pythonw), or cannot show a name.

    A file that is opened must not get the number of a closed stream, which libraries write to.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif name != "stdin":
            stream.reconfigure(errors="backslashreplace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    arguments  without the program's name; None: this process's, which then handles Ctrl+C and
               closed streams
    """
    if arguments is None:
        arguments = sys.argv[1:]
        _mend_streams()
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt)
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
    except BrokenPipeError:  # the reader of the output has ended (`| head`)
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
