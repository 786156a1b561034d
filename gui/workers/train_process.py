"""Starts and resumes trainings as processes that outlive the window."""

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

# Next to this package both in a checkout and in site-packages.
MAIN = Path(__file__).resolve().parents[2] / "main.py"
CHECKOUT = MAIN.with_name("pyproject.toml").is_file()
NICENESS = 5  # of a training, relative to the window's

_started: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class RunPlan:
    """A training to start: the arguments of the command `train`.

    preset  the one that `config` is a variation of
    model   start from its weights; None: start from random weights
    """

    folder: Path
    config: Config
    preset: Preset = "default"
    stages: Stages = "both"
    device: str = "auto"
    model: Path | None = None

    def command_line(self) -> str:
        """The command line that runs the same training."""
        start = engine.PRESETS[self.preset]
        words = [*program(), "train"]
        for source in self.config.data.folders:
            words += ["--data", source]
        words += ["--preset", self.preset, *engine.setting_flags(self.config, start)]
        words += ["--stages", self.stages, *self._others(), "--run", str(self.folder)]
        return _line(words)

    def arguments(self) -> list[str]:
        """The arguments that `start` passes; the settings are read from the run's folder."""
        config = str(self.folder / "config.json")
        stages = ["--stages", self.stages]
        return ["--config", config, *stages, *self._others(), "--run", str(self.folder)]

    def _others(self) -> list[str]:
        words = ["--device", self.device, "--threads", str(spare_threads())]
        return words if self.model is None else [*words, "--model", str(self.model)]

    def start(self, laid_out: bool = False) -> None:
        """Start it in a new folder, or in one that has its pictures and settings (`laid_out`).

        Raises ReposeError when the folder cannot be written or nothing starts.
        """
        engine.write_config(self.folder, self.config, laid_out)
        _launch(self.folder, self.arguments(), self.device)


def resume(run: engine.RunFolder) -> None:
    """Resume a run from its last checkpoint, or restart it if it has none.

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
    """The number of threads for a training: all CPUs but two, one of which is for the editor and
    one for the training's data loading."""
    return max(1, (os.cpu_count() or 2) - 2)


def _launch(folder: Path, arguments: list[str], device: str) -> None:
    """Run the command `train` at a low priority; its output goes to log.txt in the folder."""
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
                start_new_session=True,  # so that it outlives the window and its terminal
                creationflags=_windows_flags(),
            )
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        sentence = QCoreApplication.translate(
            "Training", "The training in {folder} cannot be started: {why}."
        )
        raise engine.ReposeError(sentence.format(folder=folder, why=why)) from error
    _started.append(process)
    _lower_priority(process.pid)
    engine.note_process(folder, process.pid, device, spare_threads(), arguments)


def _lower_priority(pid: int) -> None:
    """Give the process and its children a lower priority than the window."""
    if sys.platform == "win32":
        return  # set by the creation flags
    low = min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
    try:
        os.setpriority(os.PRIO_PROCESS, pid, low)
        # Linux schedules sessions as groups, so the niceness of the group must be set too.
        Path(f"/proc/{pid}/autogroup").write_text(str(low))
    except OSError:
        pass  # the system has no such file, or the process has ended


def _windows_flags() -> int:
    if sys.platform != "win32":
        return 0
    low, no_window = subprocess.BELOW_NORMAL_PRIORITY_CLASS, subprocess.CREATE_NO_WINDOW
    return low | no_window | subprocess.CREATE_NEW_PROCESS_GROUP


def program() -> list[str]:
    """The program as a user calls it on the command line."""
    return ["python", "main.py"] if CHECKOUT else ["repose"]


def reap() -> None:
    """Poll the trainings started here, so that ended ones do not stay as zombie processes."""
    _started[:] = [process for process in _started if process.poll() is None]


def resume_line(folder: Path) -> str:
    """The command line that resumes a run."""
    return _line([*program(), "train", "--run", str(folder), "--resume"])


def _line(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
