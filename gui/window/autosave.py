"""Autosave: a copy of unsaved work, for recovery after a crash.

Each running editor has one file in a shared folder, and a file lock beside it that the system
releases when the process ends. A file whose lock is free is therefore lost work.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QTimer, Signal

import engine
from gui.document.document import Document
from gui.document.project import SUFFIX, Project, read_project, write_project

IDLE_MS = 400  # without a change, before the file is written
LONGEST_MS = 20_000  # between writes during continuous changes


class Autosave(QObject):
    """Writes the unsaved state of a document to a file, in a thread of its own."""

    failed = Signal(str)  # once per series of failures

    def __init__(
        self,
        document: Document,
        describe: Callable[[], Project | None],
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        """describe: returns the current state of the document."""
        super().__init__(parent)
        self._document, self._describe = document, describe
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._lock = _lock(self.path)
        self._works = True
        self._stopped = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="autosave")
        self._idle, self._longest = QTimer(self), QTimer(self)
        for timer, milliseconds in ((self._idle, IDLE_MS), (self._longest, LONGEST_MS)):
            timer.setSingleShot(True)
            timer.setInterval(milliseconds)
            timer.timeout.connect(self.write)
        for changed in (
            document.face_opened,
            document.source_changed,
            document.pose_changed,
            document.keep_changed,
            document.saved,
        ):
            changed.connect(self._changed)

    def write(self) -> None:
        """Update the file; it is removed while the document has no unsaved work."""
        self._idle.stop()
        self._longest.stop()
        if self._stopped:
            return
        project = self._describe() if self._document.unsaved else None
        self._thread.submit(self._remove if project is None else lambda: self._write(project))

    def take_over(self, lost: LostWork) -> None:
        """Delete the file of recovered work, after it was written to this editor's file."""
        self.write()
        self._thread.submit(lost.discard)

    def stop(self) -> None:
        """Remove the file: the editor is closed normally."""
        self._idle.stop()
        self._longest.stop()
        self._stopped = True
        self._thread.submit(self._remove)
        self._thread.shutdown(wait=True)

    def _changed(self) -> None:
        self._idle.start()
        if not self._longest.isActive():
            self._longest.start()

    # Called in the thread

    def _write(self, project: Project) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            write_project(self.path, project, autosave=True)
            self._works = True
        except (engine.ReposeError, OSError) as error:
            if self._works:
                self.failed.emit(self.tr("Autosave failed: {}").format(error))
            self._works = False

    def _remove(self) -> None:
        if self._lock.is_locked:
            _remove(self.path, self._lock)


@dataclass(frozen=True)
class LostWork:
    """A file of an editor that crashed; this editor holds its lock."""

    path: Path
    lock: FileLock

    @property
    def when(self) -> datetime:
        """The time of the last change."""
        return datetime.fromtimestamp(self.path.stat().st_mtime)

    def read(self) -> Project:
        """Read the file. Raises ReposeError."""
        return read_project(self.path)

    def discard(self) -> None:
        """Delete the file."""
        _remove(self.path, self.lock)

    def leave(self) -> None:
        """Release the lock, so that the work is offered again later."""
        self.lock.release(force=True)


def find_lost_work(folder: Path) -> list[LostWork]:
    """The files of crashed editors in a folder, newest first; their locks are acquired."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        lock = _lock(path)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):  # its editor is running, or another one offers it
            continue
        if path.exists():  # else it was deleted meanwhile
            found.append(LostWork(path, lock))
        else:
            lock.release(force=True)
    return sorted(found, key=lambda lost: lost.when, reverse=True)


def _lock(path: Path) -> FileLock:
    # Acquired in one thread and released in another.
    return FileLock(path.with_suffix(".lock"), thread_local=False)


def _remove(path: Path, lock: FileLock) -> None:
    """Delete the file before its lock is released, so that no other editor finds it."""
    path.unlink(missing_ok=True)
    lock.release(force=True)
    try:
        Path(lock.lock_file).unlink(missing_ok=True)
    except OSError:  # held by another editor that looks for lost work
        pass
