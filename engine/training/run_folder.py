"""Monitoring and control of a run from another process, through the files in its folder.

The window polls it every second: this module does not import torch and reads only new events.
"""

import json
import math
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import read_text, reason, when_free, write_whole
from engine.training.run_lock import is_training

EVENTS = "events.jsonl"
CONFIG = "config.json"
LAST = "last.safetensors"
BEST = "best.safetensors"
STATE = "state.safetensors"
SAMPLES = "samples"
CACHE = "cache"
PICTURES = "pictures"
LOG = "log.txt"
PROCESS = "process.json"
STOP, SAVE, PAUSE = REQUESTS = ("stop", "save", "pause")

Request = Literal["stop now", "stop after epoch", "save", "pause"]
RunState = Literal["starting", "running", "paused", "stopped", "finished", "failed", "crashed"]
"""``starting``: before the first event; ``stopped``: by the user; ``failed``: with an error
message; ``crashed``: the process ended without one (killed, or power failure)."""

_FILES: Mapping[Request, tuple[str, str]] = {
    "stop now": (STOP, "now"),
    "stop after epoch": (STOP, "epoch"),
    "save": (SAVE, ""),
    "pause": (PAUSE, ""),
}
_ENDS: Mapping[str, RunState] = {"finished": "finished", "failed": "failed", "stopped": "stopped"}
_PHASES = ("stage1", "pretraining", "stage2")
_LOG_BYTES = 8192
_LAUNCH_SECONDS = 60.0  # at most, from the start of the process until it locks its folder


@dataclass(frozen=True)
class RunStatus:
    """The state and progress of a run.

    phase           stage1, pretraining (of D) or stage2; empty before the first
    epoch, epochs   current epoch, from 1, and number of epochs of the phase
    images, total   pairs seen so far, and number of pairs of the phase
    eta, elapsed    seconds until the end of the phase, and seconds of training so far
    best            the best held-out SSIM; None before the first score
    first           the held-out SSIM of the initial model; None for random initialisation
    error           the error message of a failed run
    asked           the pending request; empty if there is none
    """

    folder: Path
    state: RunState = "starting"
    phase: str = ""
    epoch: int = 0
    epochs: int = 0
    images: int = 0
    total: int = 0
    images_per_second: float = 0.0
    eta: float = 0.0
    elapsed: float = 0.0
    best: float | None = None
    first: float | None = None
    error: str = ""
    asked: str = ""

    @property
    def share(self) -> float:
        """Completed fraction of the phase, 0 to 1; of its time if a time limit will end it."""
        by_clock = self.elapsed / max(self.elapsed + self.eta, 1e-9)
        return by_clock if self.timed else self.images / max(self.total, 1)

    @property
    def timed(self) -> bool:
        """Whether the time limit will end the phase long before all its pairs are seen."""
        speed = self.images_per_second
        return speed > 0 and self.eta < 0.5 * (self.total - self.images) / speed

    @property
    def alive(self) -> bool:
        """Whether a process is training the run."""
        return self.state in ("starting", "running", "paused")


@dataclass(eq=False)
class Curves:
    """Values over epochs; the epochs of stage 2 continue those of stage 1.

    losses  by name: lists of epochs and of values
    ssim    lists of epochs and of held-out SSIM values
    stage2  the epoch at which stage 2 begins; None before that
    """

    losses: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    ssim: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    stage2: float | None = None


class RunFolder:
    """Monitors and controls the run in ``folder``; `update` reads the new events."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = RunStatus(folder)
        self.curves = Curves()
        self._read_to, self._tail = 0, b""
        self._last: dict[str, Any] = {}
        self._epochs1 = 0.0

    def update(self) -> bool:
        """Read new events and the state of the process; return whether anything changed."""
        before, read = self.status, self._read_to
        for line in self._new_lines():
            self._take(line)
        self.status = replace(self.status, state=self._state(), asked=self._asked())
        if self.status.state == "failed" and not self.status.error:
            self.status = replace(self.status, error=_last_words(self.folder))
        return self.status != before or self._read_to != read

    @property
    def samples(self) -> list[Path]:
        """Paths of the contact sheets of held-out people, oldest first."""
        return sorted((self.folder / SAMPLES).glob("stage*.png"))

    @property
    def picture_height(self) -> int:
        """Height in pixels of one image in a contact sheet; 0 if the settings are unreadable."""
        try:
            return Config.from_json(read_text(self.folder / CONFIG)).image.height
        except ReposeError:
            return 0

    @property
    def models(self) -> dict[str, Path]:
        """Paths of the existing model checkpoints by name: best, last."""
        found = {"best": self.folder / BEST, "last": self.folder / LAST}
        return {name: path for name, path in found.items() if path.is_file()}

    @property
    def resumable(self) -> bool:
        """Whether the training can be resumed, or restarted if it saved no state."""
        return (self.folder / STATE).is_file() or bool(self.process().get("arguments"))

    def log(self, lines: int = 12) -> str:
        """The last lines of the training's output."""
        return "\n".join(deque(_log_lines(self.folder), lines))

    def process(self) -> dict[str, Any]:
        """The contents of process.json (see `note_process`); empty if missing or damaged."""
        try:
            noted = json.loads(read_text(self.folder / PROCESS, largest=1_000_000))
        except (ReposeError, ValueError, RecursionError):
            return {}
        known = isinstance(noted, dict) and isinstance(noted.get("time", 0.0), int | float)
        return noted if known else {}

    def ask(self, request: Request) -> None:
        """Send a request to the training. Raises ReposeError when the folder is not writable."""
        name, text = _FILES[request]
        with write_whole(self.folder / name) as part:
            part.write_text(text, encoding="utf-8")

    def go_on(self) -> None:
        """End a pause. Raises ReposeError when the folder is not writable."""
        try:
            when_free(lambda: (self.folder / PAUSE).unlink(missing_ok=True))
        except OSError as error:
            raise ReposeError(f"{self.folder} cannot be written: {reason(error)}.") from error

    def _new_lines(self) -> list[bytes]:
        """The lines since the last call; all lines if a resumed training truncated the file."""
        try:
            with (self.folder / EVENTS).open("rb") as file:
                file.seek(self._read_to - len(self._tail))
                if file.read(len(self._tail)) != self._tail:
                    fresh = RunFolder(self.folder)
                    self.status, self.curves = fresh.status, fresh.curves
                    self._read_to, self._tail, self._last = 0, b"", {}
                    file.seek(0)
                text = file.read()
        except OSError:  # no events yet
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._read_to += len(whole)
        self._tail = (self._tail + whole)[-200:]
        return whole.splitlines()

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            kind = event["event"]
            if kind in _PHASES:
                self._take_progress(kind, event)
            elif kind == "held_out":
                self._take_scores(event)
            elif kind == "failed":
                self.status = replace(self.status, error=str(event["error"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return  # skip damaged events and those of other versions
        if kind in ("resumed", *_PHASES):
            self.status = replace(self.status, error="")
        self._last = event

    def _take_progress(self, phase: str, event: Mapping[str, Any]) -> None:
        names = ("epoch", "epochs", "images", "total", "images_per_second", "eta", "elapsed")
        self.status = replace(self.status, phase=phase, **{name: event[name] for name in names})
        if phase == "pretraining":
            return
        if phase == "stage1":
            self._epochs1 = event["epochs"]
        elif self.curves.stage2 is None:
            self.curves.stage2 = self._epochs1
        before = self._epochs1 if phase == "stage2" else 0.0
        epoch = before + event["epochs"] * event["images"] / max(event["total"], 1)
        for name, value in event.items():
            if name.startswith("loss_"):
                epochs, values = self.curves.losses.setdefault(name, ([], []))
                epochs.append(epoch)
                values.append(float(value))

    def _take_scores(self, event: Mapping[str, Any]) -> None:
        ssim, epoch = float(event["ssim"]), float(event["epoch"])
        epochs, values = self.curves.ssim
        epochs.append(epoch + (self._epochs1 if event["stage"] == 2 else 0.0))
        values.append(ssim)
        first = ssim if epoch == 0 and self.status.first is None else self.status.first
        self.status = replace(self.status, best=max(ssim, self.status.best or -1.0), first=first)

    def _state(self) -> RunState:
        kind, when = self._last.get("event", ""), float(self._last.get("time", 0.0))
        process = self.process()
        noted = float(process.get("time", 0.0))
        if not is_training(self.folder):
            words = _last_words(self.folder)
            launched = bool(process.get("arguments")) and when < noted
            if launched and abs(time.time() - noted) < _LAUNCH_SECONDS:
                # The log may still end with the error of an earlier process.
                new = _modified(self.folder / LOG) >= _modified(self.folder / PROCESS)
                return "failed" if words and new else "starting"
            if kind in _ENDS:
                return _ENDS[kind]
            return "failed" if words else "crashed"
        current = bool(kind) and when >= noted
        if kind in ("finished", "failed") and current:
            return _ENDS[kind]
        # After the event "stopped" the process still saves: another one must not start yet.
        if (self.folder / PAUSE).exists() and kind == "paused":
            return "paused"
        return "running" if current else "starting"

    def _asked(self) -> str:
        for request, (name, text) in _FILES.items():
            path = self.folder / name
            if name != PAUSE and path.exists() and (not text or _text(path) == text):
                return request
        waits = (self.folder / PAUSE).exists() and self.status.state == "running"
        return "pause" if waits else ""


def note_process(
    folder: Path, pid: int, device: str = "auto", threads: int = 0, arguments: Sequence[str] = ()
) -> None:
    """Write the id, options and time of the training process to process.json in ``folder``.

    ``arguments``, those of the command line, allow restarting a run that saved no state. The
    process that starts a training gives them; the training replaces the note without them.

    Raises ReposeError when the folder is not writable.
    """
    note = {
        "pid": pid,
        "time": math.floor(100 * time.time()) / 100,  # not later than the first event
        "device": device,
        "threads": threads,
        "arguments": list(arguments),
    }
    with write_whole(folder / PROCESS) as part:
        part.write_text(json.dumps(note), encoding="utf-8")


def is_run(folder: Path) -> bool:
    """Whether ``folder`` contains a run, started or about to start."""
    return (folder / CONFIG).is_file() and any(
        (folder / name).is_file() for name in (EVENTS, LOG, STATE)
    )


def find_runs(folder: Path) -> list[Path]:
    """The run folders in ``folder``, newest first."""
    try:
        found = [path for path in folder.iterdir() if is_run(path)]
    except OSError:
        return []
    return sorted(found, key=lambda path: (path / CONFIG).stat().st_mtime, reverse=True)


def _modified(path: Path) -> float:
    """Time of the last change, seconds since 1970; 0 if there is no such file."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _log_lines(folder: Path) -> list[str]:
    try:
        with (folder / LOG).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    # A progress bar overwrites its line with carriage returns: keep the text after the last one.
    lines = (line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n"))
    return [line for line in lines if line]


def _last_words(folder: Path) -> str:
    """The error message at the end of the log; empty if there is none."""
    words = "repose: "
    last = next(iter(_log_lines(folder)[-1:]), "")
    return last.removeprefix(words) if last.startswith(words) else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def duration(seconds: float) -> str:
    """Format seconds as minutes or hours: ``0:05``, ``1:02:03``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def write_config(folder: Path, config: Config, again: bool = False) -> None:
    """Write the settings of a new run to its folder; ``again`` overwrites existing ones.

    Raises ReposeError when the folder is not writable or, without ``again``, not empty.
    """
    try:
        if not again and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ReposeError(f"{folder} holds something already: choose a new folder for the run.")
    except OSError as error:
        raise ReposeError(f"{folder} cannot be read: {reason(error)}.") from error
    with write_whole(folder / CONFIG) as part:
        part.write_text(config.to_json(), encoding="utf-8")
