"""Watches the state of all runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

import engine
from gui.style.preferences import settings
from gui.workers.train_process import reap

LOOK_MS = 1000
ALL = 10  # every so many checks, finished runs are checked too
REMEMBERED = 100  # runs outside the folder for runs


class RunWatcher(QObject):
    """The runs in the folder for runs and those added from other folders, newest first."""

    added = Signal(object)  # RunFolder
    removed = Signal(object)  # RunFolder
    changed = Signal(object)  # RunFolder

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[engine.RunFolder] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._tick)
        self._ticks = 0

    def start(self) -> None:
        """Find the runs, and check them every second."""
        for folder in reversed(engine.find_runs(runs_folder())):
            self.add(folder)
        for folder in reversed(_elsewhere()):
            if engine.is_run(folder):
                self.add(folder)
        self._timer.start()

    def add(self, folder: Path) -> engine.RunFolder:
        """Watch the run in a folder."""
        folder = folder.absolute()
        for run in self.runs:
            if run.folder == folder:
                run.update()
                self.changed.emit(run)
                return run
        run = engine.RunFolder(folder)
        run.update()
        self.runs.insert(0, run)
        if folder.parent != runs_folder():
            others = [path for path in _elsewhere() if path != folder]
            _remember([folder, *others][:REMEMBERED])
        self.added.emit(run)
        return run

    def remove(self, run: engine.RunFolder) -> None:
        """Stop watching a run."""
        self.runs.remove(run)
        _remember([path for path in _elsewhere() if path != run.folder])
        self.removed.emit(run)

    def look(self, at_all: bool = True) -> None:
        """Update the running runs, or all, and signal changes; removes runs without a folder."""
        reap()
        for run in [run for run in self.runs if at_all or run.status.alive]:
            if not run.folder.is_dir():
                self.remove(run)
            elif run.update() or run.status.state == "starting":  # the log has its progress
                self.changed.emit(run)

    def _tick(self) -> None:
        # Finished runs may be resumed by other programs; they are checked less often.
        self._ticks += 1
        self.look(at_all=self._ticks % ALL == 0)


def runs_folder() -> Path:
    """The folder for new runs."""
    return Path(str(settings().value("training/folder", Path.home() / "Repose runs")))


def free_folder(name: str, where: Path | None = None) -> Path:
    """A new folder whose name starts with `name`, in `where` or the folder for runs."""
    where = where or runs_folder()
    plain = "".join(c if c.isalnum() or c in " -_." else "-" for c in name).strip(" .-") or "run"
    folder, number = where / plain, 2
    while folder.exists():
        folder, number = where / f"{plain} {number}", number + 1
    return folder


def _elsewhere() -> list[Path]:
    stored = settings().value("training/runs")
    names = stored if isinstance(stored, list) else [stored] if stored else []
    return [Path(str(name)) for name in names]


def _remember(folders: list[Path]) -> None:
    settings().setValue("training/runs", [str(folder) for folder in folders])
