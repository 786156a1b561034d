"""A copy of unsaved work, for the case that the editor or the computer does not end as it should.

Every editor has one file in a folder that all share, and a lock beside it that the system takes
away with the process. So a file without a holder of its lock is work that was lost.
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

REST_MS = 400  # without a change: the hand has come to rest
LONGEST_MS = 20_000  # with changes all the time


class Autosave(QObject):
    """Follows a document. Files are written by a thread of their own, one after the other."""

    failed = Signal(str)  # once, until it works again

    def __init__(
        self,
        document: Document,
        describe: Callable[[], Project | None],
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        """describe: gives the present state of the document."""
        super().__init__(parent)
        self._document, self._describe = document, describe
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._lock = _lock(self.path)
        self._works = True
        self._stopped = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="autosave")
        self._rest, self._longest = QTimer(self), QTimer(self)
        for timer, milliseconds in ((self._rest, REST_MS), (self._longest, LONGEST_MS)):
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
        """Bring the file up to date; there is none while nothing would be lost."""
        self._rest.stop()
        self._longest.stop()
        if self._stopped:
            return
        project = self._describe() if self._document.unsaved else None
        self._thread.submit(self._remove if project is None else lambda: self._write(project))

    def take_over(self, lost: LostWork) -> None:
        """What was lost is in the document now: its file goes once that is in this one's."""
        self.write()
        self._thread.submit(lost.discard)

    def stop(self) -> None:
        """The editor ends as it should: nothing is lost."""
        self._rest.stop()
        self._longest.stop()
        self._stopped = True
        self._thread.submit(self._remove)
        self._thread.shutdown(wait=True)

    def _changed(self) -> None:
        self._rest.start()
        if not self._longest.isActive():
            self._longest.start()

    # In the thread

    def _write(self, project: Project) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            write_project(self.path, project, autosave=True)
            self._works = True
        except (engine.ReposeError, OSError) as error:
            if self._works:
                self.failed.emit(self.tr("What you do cannot be autosaved: {}").format(error))
            self._works = False

    def _remove(self) -> None:
        if self._lock.is_locked:
            _remove(self.path, self._lock)


@dataclass(frozen=True)
class LostWork:
    """A file that an editor left which did not end as it should; this one holds its lock now."""

    path: Path
    lock: FileLock

    @property
    def when(self) -> datetime:
        """The time of the last change."""
        return datetime.fromtimestamp(self.path.stat().st_mtime)

    def read(self) -> Project:
        """What it holds. Raises ReposeError."""
        return read_project(self.path)

    def discard(self) -> None:
        """Delete it."""
        _remove(self.path, self.lock)

    def leave(self) -> None:
        """Let another editor find it."""
        self.lock.release(force=True)


def find_lost_work(folder: Path) -> list[LostWork]:
    """What editors have left in their folder that are no longer alive, newest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        lock = _lock(path)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):  # its editor is alive, or another has found it
            continue
        if path.exists():  # else it was discarded just now
            found.append(LostWork(path, lock))
        else:
            lock.release(force=True)
    return sorted(found, key=lambda lost: lost.when, reverse=True)


def _lock(path: Path) -> FileLock:
    # Taken in one thread and given back in another.
    return FileLock(path.with_suffix(".lock"), thread_local=False)


def _remove(path: Path, lock: FileLock) -> None:
    """The file before its lock, so that no other editor takes it for lost."""
    path.unlink(missing_ok=True)
    lock.release(force=True)
    try:
        Path(lock.lock_file).unlink(missing_ok=True)
    except OSError:  # held by another editor, which looks for lost work
        pass
