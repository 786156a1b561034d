"""A run as others see it: what its folder says of it, and requests to its training.

Made for the window, which looks every second: it needs no torch, and reads only what is new.
"""

import json
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import read_text, reason, write_whole

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
"""``starting`` until the first pair is seen; ``stopped`` by the user, ``failed`` with an error,
``crashed`` without a word (killed, or the machine was switched off)."""

_FILES: Mapping[Request, tuple[str, str]] = {
    "stop now": (STOP, "now"),
    "stop after epoch": (STOP, "epoch"),
    "save": (SAVE, ""),
    "pause": (PAUSE, ""),
}
_ENDS: Mapping[str, RunState] = {"finished": "finished", "failed": "failed", "stopped": "stopped"}
_PHASES = ("stage1", "pretraining", "stage2")
_LOG_BYTES = 8192


@dataclass(frozen=True)
class RunStatus:
    """How a run stands.

    phase         stage1, pretraining (of D), stage2; empty until there is one
    epoch         of ``epochs`` of the phase    images  of ``total`` of the phase are done
    eta           seconds until the phase ends  elapsed  seconds of training so far
    best          the best SSIM of held-out people; None before the first
    first         the SSIM before training, where the run began with a model that was scored
    error         why it failed, a sentence
    asked         the request that is not obeyed yet, or empty
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
        """How much of the phase is done, 0 to 1; by the clock where that will end it."""
        by_clock = self.elapsed / max(self.elapsed + self.eta, 1e-9)
        return by_clock if self.timed else self.images / max(self.total, 1)

    @property
    def timed(self) -> bool:
        """Whether the clock will end the phase long before its pictures do."""
        speed = self.images_per_second
        return speed > 0 and self.eta < 0.5 * (self.total - self.images) / speed

    @property
    def alive(self) -> bool:
        """Whether a process works on it."""
        return self.state in ("starting", "running", "paused")


@dataclass(eq=False)
class Curves:
    """Values over epochs, those of stage 2 counted on from stage 1.

    losses  by name: the epochs and the values    ssim  of held-out people, likewise
    stage2  the epoch at which stage 2 begins; None before it does
    """

    losses: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    ssim: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    stage2: float | None = None


class RunFolder:
    """Follows the run in ``folder``. `update` reads what is new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = RunStatus(folder)
        self.curves = Curves()
        self._read_to, self._tail = 0, b""
        self._last: dict[str, Any] = {}
        self._epochs1 = 0.0

    def update(self) -> bool:
        """Look again; whether anything has changed."""
        before, read = self.status, self._read_to
        for line in self._new_lines():
            self._take(line)
        self.status = replace(self.status, state=self._state(), asked=self._asked())
        if self.status.state == "failed" and not self.status.error:
            self.status = replace(self.status, error=_last_words(self.folder))
        return self.status != before or self._read_to != read

    @property
    def samples(self) -> list[Path]:
        """The pictures of held-out people, oldest first."""
        return sorted((self.folder / SAMPLES).glob("stage*.png"))

    @property
    def picture_height(self) -> int:
        """Rows of pixels of each picture of a sample; 0 when the settings cannot be read."""
        try:
            return Config.from_json(read_text(self.folder / CONFIG)).image.height
        except ReposeError:
            return 0

    @property
    def models(self) -> dict[str, Path]:
        """The checkpoints that can be used: best and last, those that are there."""
        found = {"best": self.folder / BEST, "last": self.folder / LAST}
        return {name: path for name, path in found.items() if path.is_file()}

    @property
    def resumable(self) -> bool:
        """Whether the training can go on where it was, or begin again if it got nowhere."""
        return (self.folder / STATE).is_file() or bool(self.process().get("arguments"))

    def log(self, lines: int = 12) -> str:
        """The last lines of what the training printed."""
        return "\n".join(deque(_log_lines(self.folder), lines))

    def process(self) -> dict[str, Any]:
        """What `note_process` wrote; empty when there is nothing."""
        try:
            noted = json.loads((self.folder / PROCESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def ask(self, request: Request) -> None:
        """Ask the training for something. Raises ReposeError when the folder is not writable."""
        name, text = _FILES[request]
        with write_whole(self.folder / name) as part:
            part.write_text(text, encoding="utf-8")

    def go_on(self) -> None:
        """End a pause."""
        try:
            (self.folder / PAUSE).unlink(missing_ok=True)
        except OSError as error:
            raise ReposeError(f"{self.folder} cannot be written: {reason(error)}.") from error

    def _new_lines(self) -> list[bytes]:
        """The lines since the last look; all of them when a resumed training cut some off."""
        try:
            with (self.folder / EVENTS).open("rb") as file:
                file.seek(self._read_to - len(self._tail))
                if file.read(len(self._tail)) != self._tail:
                    fresh = RunFolder(self.folder)
                    self.status, self.curves = fresh.status, fresh.curves
                    self._read_to, self._tail, self._last = 0, b"", {}
                    file.seek(0)
                text = file.read()
        except OSError:  # there are no events yet
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
        except (ValueError, KeyError, TypeError):
            return  # of another version, or damaged: the others count
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
        started = _started(self.process(), self.folder / PROCESS)
        if started is None:
            if kind in _ENDS:
                return _ENDS[kind]
            return "failed" if _last_words(self.folder) else "crashed"
        if kind in ("finished", "failed") and when > started:
            return _ENDS[kind]
        # A stopped one still has to save: nobody may start another yet.
        if (self.folder / PAUSE).exists() and kind == "paused":
            return "paused"
        return "running" if kind and when > started else "starting"

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
    """Note which process trains the run in ``folder``, and how, so that others find it.

    With the ``arguments`` of the command, one that got nowhere can be started again.

    Raises ReposeError when the folder is not writable.
    """
    with write_whole(folder / PROCESS) as part:
        how = {"device": device, "threads": threads, "arguments": list(arguments)}
        part.write_text(json.dumps({"pid": pid, **how}), encoding="utf-8")


def is_run(folder: Path) -> bool:
    """Whether there is a run in ``folder``, begun or about to begin."""
    return (folder / CONFIG).is_file() and any(
        (folder / name).is_file() for name in (EVENTS, LOG, STATE)
    )


def find_runs(folder: Path) -> list[Path]:
    """The folders of runs in ``folder``, the newest first."""
    try:
        found = [path for path in folder.iterdir() if is_run(path)]
    except OSError:
        return []
    return sorted(found, key=lambda path: (path / CONFIG).stat().st_mtime, reverse=True)


def _started(process: Mapping[str, Any], note: Path) -> float | None:
    """When the process began, seconds since 1970; None when it is no more."""
    try:
        found = psutil.Process(int(process["pid"]))
        started = found.create_time()
        ended = found.status() == psutil.STATUS_ZOMBIE
        # Numbers of processes come round again: another one began after the note was written.
        other = started > note.stat().st_mtime + 2.0
    except (psutil.Error, OSError, KeyError, TypeError, ValueError, OverflowError):
        return None
    return None if ended or other else started


def _log_lines(folder: Path) -> list[str]:
    try:
        with (folder / LOG).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    # Of a progress bar, which overwrites its own line, the last state counts.
    lines = (line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n"))
    return [line for line in lines if line]


def _last_words(folder: Path) -> str:
    """The sentence with which a command ends that cannot go on, or nothing."""
    words = "repose: "
    last = next(iter(_log_lines(folder)[-1:]), "")
    return last.removeprefix(words) if last.startswith(words) else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def duration(seconds: float) -> str:
    """Seconds as a clock shows them: ``0:05``, ``1:02:03``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def write_config(folder: Path, config: Config, again: bool = False) -> None:
    """Lay the settings of a run that is to begin into its folder; ``again`` replaces them.

    Raises ReposeError when the folder is not writable or holds something already.
    """
    try:
        if not again and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ReposeError(f"{folder} holds something already: choose a new folder for the run.")
    except OSError as error:
        raise ReposeError(f"{folder} cannot be read: {reason(error)}.") from error
    with write_whole(folder / CONFIG) as part:
        part.write_text(config.to_json(), encoding="utf-8")
