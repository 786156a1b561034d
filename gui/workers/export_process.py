"""Runs the command `repose` for a batch or a sequence, and reads its progress events."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, QTimer, Signal

import engine
from gui.workers.train_process import MAIN, program

if TYPE_CHECKING:
    from engine import ExportBatch, SequenceExport

GRACE_MS = 20_000  # for finishing pictures after a cancel; then the process is killed
KEPT_SECONDS = 30 * 24 * 3600.0  # for which `export_folder` keeps the folders of other exports


@dataclass(frozen=True)
class Progress:
    """Counts of jobs by outcome; `left` is the estimated time in seconds, None if unknown."""

    total: int
    done: int
    kept: int
    failed: int
    left: float | None

    @property
    def finished(self) -> int:
        """The number of jobs that are done, kept or failed."""
        return self.done + self.kept + self.failed


@dataclass(frozen=True)
class Ending:
    """How an export ended.

    made      sheet, animations or sequence that were written
    problems  a sentence for each that could not be written
    warnings  what may be wrong with the pictures; the same sentence once for each picture
    reason    a sentence if it was aborted, else empty
    """

    progress: Progress | None
    stopped: bool = False
    report: Path | None = None
    made: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""


class ExportProcess(QObject):
    """Starts, follows and cancels one export process at a time.

    The process does not end when its input is closed, so that it survives a crash of the editor.
    """

    progressed = Signal(object)  # Progress
    job_failed = Signal(str)
    ended = Signal(object)  # Ending

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._unread = b""
        self._last: Progress | None = None
        self._warnings: list[str] = []
        self._ending: Ending | None = None
        self._cancelled = False

    @property
    def running(self) -> bool:
        """Whether an export is running."""
        return self._process is not None

    @property
    def progress(self) -> Progress | None:
        """The last progress of the current or last export."""
        return self._last

    def start(self, batch: ExportBatch, folder: Path, retry: bool = False) -> None:
        """Start a batch. Its description is written to `folder`, an `export_folder`.

        Raises ReposeError when that cannot be written.
        """
        file = folder / "batch.json"
        _write(file, batch.to_json())
        self._run(["--batch", str(file), *(["--retry"] if retry else [])])

    def start_sequence(self, sequence: SequenceExport) -> None:
        """Start to export a sequence, in an `export_folder` of its own. Raises ReposeError."""
        file = export_folder() / "sequence.json"
        _write(file, sequence.to_json())
        self._run(["--sequence", str(file)])

    def _run(self, words: list[str]) -> None:
        self._unread, self._last, self._ending, self._cancelled = b"", None, None, False
        self._warnings = []
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start(sys.executable, [str(MAIN), "repose", *words, "--events"])

    def cancel(self) -> None:
        """Start no more pictures; the ones in progress are finished."""
        process = self._process
        if process is not None and not self._cancelled:
            self._cancelled = True
            process.write(b"stop\n")
            QTimer.singleShot(GRACE_MS, self, lambda: self._end(process))

    def end(self) -> None:
        """Cancel, and wait for the end of the process."""
        process = self._process
        if process is not None:
            self.cancel()
            if not process.waitForFinished(GRACE_MS):
                self._end(process)

    def _end(self, process: QProcess) -> None:
        if self._process is process:
            process.kill()  # leaves no partial pictures: each is written whole or not at all
            process.waitForFinished()

    def _read(self) -> None:
        if self._process is None:
            return
        lines = (self._unread + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        self._unread = lines.pop()
        progress = self._last
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # output of a library
            kind = event.get("event") if isinstance(event, dict) else None
            if kind == "failed":
                self._ending = Ending(self._last, reason=event["reason"])
            if kind not in ("started", "job", "finished", "stopped"):
                continue
            self._last = Progress(*(event[name] for name in Progress.__annotations__))
            if kind == "job" and event["reason"]:
                self.job_failed.emit(event["reason"])
            elif kind == "job" and event["warning"]:
                self._warnings.append(event["warning"])
            elif kind in ("finished", "stopped"):
                self._ending = _ending(event, self._last, self._warnings)
        if self._last is not None and self._last is not progress:
            self.progressed.emit(self._last)

    def _finished(self) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        self._process = None
        process.deleteLater()
        ending = self._ending
        if ending is None and self._cancelled:
            ending = Ending(self._last, stopped=True)
        if ending is None:
            why = (
                said.splitlines()[-1].removeprefix("repose: ")
                if said
                else self.tr("no error message")
            )
            ending = Ending(
                self._last, reason=self.tr("The export was aborted: {why}").format(why=why)
            )
        self.ended.emit(ending)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._process.deleteLater()
            self._process = None
            self.ended.emit(Ending(None, reason=self.tr("The export could not be started.")))


def export_folder() -> Path:
    """A new folder for the files that one export, or one copied command, reads.

    No other export uses it, of this editor or of another. Folders that are 30 days old are removed:
    an export may outlive its editor, and a copied command is used later.

    Raises ReposeError when it cannot be made.
    """
    parent = engine.data_folder("export")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for folder in [path for path in parent.iterdir() if path.is_dir()]:
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=time.strftime("%Y-%m-%d-"), dir=parent))
    except OSError as error:
        raise _unwritable(parent, error) from error


def _write(file: Path, text: str) -> None:
    """Write a text file. Raises ReposeError."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> engine.ReposeError:
    why = (error.strerror or str(error)).lower()
    sentence = QCoreApplication.translate("ExportProcess", "{file} cannot be written: {why}.")
    return engine.ReposeError(sentence.format(file=file, why=why))


def _ending(event: dict[str, Any], progress: Progress, warnings: list[str]) -> Ending:
    return Ending(
        progress,
        stopped=event["event"] == "stopped",
        report=Path(event["report"]) if event["report"] else None,
        made=tuple(map(Path, event["made"])),
        problems=tuple(event["problems"]),
        warnings=(*warnings, *event["warnings"]),
    )


def command_line(batch: ExportBatch) -> str:
    """The command line that runs the same batch."""
    words = [*program(), "repose", *engine.batch_arguments(batch)]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
