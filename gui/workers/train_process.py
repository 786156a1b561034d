"""A training as a process of its own, which lives on when the window closes."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

import engine

if TYPE_CHECKING:
    from engine import Config

Stages = Literal["1", "2", "both"]
Preset = Literal["default", "report"]

# Beside this package in a checkout and in site-packages alike.
MAIN = Path(__file__).resolve().parents[2] / "main.py"
YIELDS = 5  # how much nicer, in Unix's measure, a training is than the window

_started: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class RunPlan:
    """A training to start: what the command ``train`` is given.

    preset  the one that ``config`` differs least from
    model   start from its weights; None starts from random ones
    """

    folder: Path
    config: Config
    preset: Preset = "default"
    stages: Stages = "both"
    device: str = "auto"
    model: Path | None = None

    def command_line(self) -> str:
        """The same training as a line for a terminal."""
        start = engine.PRESETS[self.preset]
        words = ["python", "main.py", "train"]
        for source in self.config.data.folders:
            words += ["--data", source]
        words += ["--preset", self.preset, *engine.setting_flags(self.config, start)]
        words += ["--stages", self.stages, *self._others(), "--run", str(self.folder)]
        return _line(words)

    def arguments(self) -> list[str]:
        """What `start` gives the command: the settings are in the run's folder then."""
        config = str(self.folder / "config.json")
        stages = ["--stages", self.stages]
        return ["--config", config, *stages, *self._others(), "--run", str(self.folder)]

    def _others(self) -> list[str]:
        words = ["--device", self.device, "--threads", str(spare_threads())]
        return words if self.model is None else [*words, "--model", str(self.model)]

    def start(self, laid_out: bool = False) -> None:
        """Start it, in a new folder, or in one whose pictures and settings are laid out.

        Raises ReposeError when the folder cannot be written or nothing starts.
        """
        engine.write_config(self.folder, self.config, laid_out)
        _launch(self.folder, self.arguments(), self.device)


def resume(run: engine.RunFolder) -> None:
    """Let a run go on where it was, or begin again if it got nowhere.

    Raises ReposeError when the folder cannot be written or nothing starts.
    """
    noted = run.process()
    device = str(noted.get("device", "auto"))
    run.go_on()
    if not (run.folder / "state.safetensors").is_file() and noted.get("arguments"):
        _launch(run.folder, [str(word) for word in noted["arguments"]], device)
        return
    words = ["--run", str(run.folder), "--resume", "--device", device]
    _launch(run.folder, [*words, "--threads", str(spare_threads())], device)


def spare_threads() -> int:
    """The threads of a training beside which the editor stays fast: one is its own, one is left
    to the training's loading of pictures."""
    return max(1, (os.cpu_count() or 2) - 2)


def _launch(folder: Path, arguments: list[str], device: str) -> None:
    """Run the command ``train`` with a low priority; what it prints goes to the folder's log."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    try:
        with (folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(MAIN), "train", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=environment,
                start_new_session=True,  # it outlives the window and its terminal
                creationflags=_windows_flags(),
            )
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        sentence = QCoreApplication.translate(
            "Training", "The training in {folder} cannot be started: {why}."
        )
        raise engine.ReposeError(sentence.format(folder=folder, why=why)) from error
    _started.append(process)
    _yield(process.pid)
    engine.note_process(folder, process.pid, device, spare_threads(), arguments)


def _yield(pid: int) -> None:
    """Let the process and all that it starts come after the window's work."""
    if sys.platform == "win32":
        return  # it was started so
    low = min(19, os.getpriority(os.PRIO_PROCESS, 0) + YIELDS)
    try:
        os.setpriority(os.PRIO_PROCESS, pid, low)
        # Linux weighs whole sessions against each other: the process's alone would change nothing.
        Path(f"/proc/{pid}/autogroup").write_text(str(low))
    except OSError:
        pass  # not every system has it, or the process has ended already


def _windows_flags() -> int:
    if sys.platform != "win32":
        return 0
    low, no_window = subprocess.BELOW_NORMAL_PRIORITY_CLASS, subprocess.CREATE_NO_WINDOW
    return low | no_window | subprocess.CREATE_NEW_PROCESS_GROUP


def reap() -> None:
    """Let go of trainings that have ended; else the system keeps them as zombies."""
    _started[:] = [process for process in _started if process.poll() is None]


def resume_line(folder: Path) -> str:
    """The line for a terminal that lets a run go on."""
    return _line(["python", "main.py", "train", "--run", str(folder), "--resume"])


def _line(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
