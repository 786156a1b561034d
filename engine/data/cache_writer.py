"""Writes a cache incrementally and crash-safely: an interrupted `prepare` resumes where it stopped.

Pixels are appended to `unfinished.bin`, then one line per picture file to the journal
`unfinished.jsonl`. On resuming, bytes of `unfinished.bin` without a journal line are truncated. To
finish, `unfinished.bin` is renamed to `pictures.bin` and `index.json` is written atomically; a
folder without an index is not a finished cache.
"""

import csv
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

from filelock import FileLock

from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.data.cache import INDEX, JOURNAL, PICTURES, SKIPPED, VERSION, Pixels
from engine.data.records import CacheIndex, Record, moved, summary

PIXELS = "unfinished.bin"
_LOCK = ".lock"

_FLUSH_SECONDS = 5.0
"""Interval between flushes: the most work that a kill or a power failure can lose."""


class CacheWriter:
    """Appends pictures to an unfinished cache; leaving the ``with`` block flushes them to disk.

    records  the records of the finished picture files, in order
    """

    def __init__(self, folder: Path, made: Mapping[str, Any], files: Sequence[Record]) -> None:
        """Resume the unfinished cache in the folder, up to the first record whose name or stamp
        differs from ``files``; or start a new one.

        Raises ReposeError when the folder contains something else or is not writable.
        """
        self._folder, self._made = folder, made
        self._waiting: list[Record] = []
        self._flushed = time.monotonic()
        with _written(folder):
            self._recover()
            header = _line({"version": VERSION, "made": made})
            length, self.records = self._read(header, files)
            self._end = max((e.end for r in self.records for e in r.entries), default=0)
            self._journal = _cut(folder / JOURNAL, length)
            self._pixels = _cut(folder / PIXELS, self._end)
            if not length:
                self._journal.write(header)
                self._journal.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Flush and close the files. Raises ReposeError when they cannot be written."""
        with _written(self._folder):
            try:
                if not self._pixels.closed:
                    self._flush()
            finally:
                self._close()

    def append(self, record: Record, contents: Sequence[Pixels]) -> None:
        """Append a picture file: its record, with offsets relative to the start of ``contents``,
        and the pixels, weights and labels of its entries.

        Raises ReposeError when they cannot be written.
        """
        start = self._end
        with _written(self._folder):
            for content in contents:
                self._pixels.write(content.tobytes())
                self._end += content.size
            entries = tuple(moved(entry, start) for entry in record.entries)
            record = replace(record, entries=entries)
            self.records.append(record)
            self._waiting.append(record)
            if time.monotonic() - self._flushed > _FLUSH_SECONDS:
                self._flush()

    def finish(self, groups: Mapping[str, str]) -> str:
        """Turn it into a finished cache, replacing an earlier one; return a one-line summary.

        groups  group by person; a person without one is a group of their own

        Raises ReposeError when it cannot be written.
        """
        with _written(self._folder):
            self._flush()
            self._close()
            # If interrupted between here and the new index, `_recover` restores this state.
            (self._folder / INDEX).unlink(missing_ok=True)
            os.replace(self._folder / PIXELS, self._folder / PICTURES)
        with (
            write_whole(self._folder / SKIPPED) as part,
            part.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
        ):
            skipped = [(record.name, record.reason) for record in self.records if record.reason]
            csv.writer(file).writerows([("picture", "reason"), *skipped])
        entries = [
            asdict(replace(entry, group=groups.get(entry.person, entry.person)))
            for record in self.records
            for entry in record.entries
        ]
        index = {
            "version": VERSION,
            "layout": self._made["layout"],
            "skeleton": self._made["skeleton"],
            "made": self._made,
            "files": [(r.name, r.stamp, r.reason, len(r.entries)) for r in self.records],
            "pictures": entries,
        }
        with write_whole(self._folder / INDEX) as part:
            part.write_text(json.dumps(index), encoding="utf-8")
        with _written(self._folder):
            (self._folder / JOURNAL).unlink()
        return summary(self.records)

    def discard(self) -> None:
        """Remove the unfinished cache. Raises ReposeError when that fails."""
        with _written(self._folder):
            self._close()
            forget_unfinished(self._folder)

    def _recover(self) -> None:
        """Restore the state before `finish`, if that was interrupted."""
        self._folder.mkdir(parents=True, exist_ok=True)
        index, journal, pixels = (self._folder / name for name in (INDEX, JOURNAL, PIXELS))
        if not index.exists() and not journal.exists():
            for name in (PICTURES, SKIPPED, PIXELS):
                if (self._folder / name).exists():
                    raise ReposeError(
                        f"{self._folder / name} belongs to no cache: "
                        "remove it, or name another folder with --out."
                    )
        if journal.exists() and not pixels.exists():
            if index.exists():
                journal.unlink()
            elif (self._folder / PICTURES).exists():
                os.replace(self._folder / PICTURES, pixels)

    def _read(self, header: bytes, files: Sequence[Record]) -> tuple[int, list[Record]]:
        """Length in bytes of the valid part of the journal, and the records in it."""
        journal, pixels = self._folder / JOURNAL, self._folder / PIXELS
        content = journal.read_bytes() if journal.exists() else b""
        first, *lines = content.splitlines(keepends=True) or [b""]
        if not _whole(first):
            return 0, []
        if first != header:
            raise ReposeError(
                f"{self._folder} holds an unfinished cache of another folder, of other options or "
                "of another version: remove it, or name another folder with --out."
            )
        stored = pixels.stat().st_size if pixels.exists() else 0
        length, records = len(first), []
        for line, file in zip(lines, files, strict=False):
            try:
                record = Record.of(json.loads(line))
            except (ValueError, LookupError, TypeError, RecursionError):
                break
            ends = [entry.end for entry in record.entries]
            agrees = (record.name, record.stamp) == (file.name, file.stamp)
            if not _whole(line) or not agrees or max(ends, default=0) > stored:
                break
            length += len(line)
            records.append(record)
        return length, records

    def _flush(self) -> None:
        # Pixels first: a journal line asserts that its pixels are on disk.
        self._pixels.flush()
        os.fsync(self._pixels.fileno())
        self._journal.write(b"".join(_line(asdict(record)) for record in self._waiting))
        self._waiting.clear()
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._flushed = time.monotonic()

    def _close(self) -> None:
        """Close both files; ignore errors of writing their buffers (e.g. a full disk)."""
        for file in (self._pixels, self._journal):
            try:
                file.close()
            except OSError:
                pass


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the exclusive lock of the cache in ``folder`` (created if missing).

    Raises ReposeError when the folder is not writable.
    """
    with _written(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
        try:
            (folder / _LOCK).unlink(missing_ok=True)
        except OSError:  # on Windows, while another process waits for the lock
            pass


def forget_unfinished(folder: Path) -> None:
    """Remove the files of an unfinished cache."""
    for name in (JOURNAL, PIXELS):
        (folder / name).unlink(missing_ok=True)


def made_in(folder: Path) -> Mapping[str, Any] | None:
    """The options with which the cache in ``folder``, finished or not, was made; {} if the folder
    contains something else, None if it is empty or missing.
    """
    try:
        finished = CacheIndex.read(folder)
        if finished is not None:
            return finished.made
        journal = folder / JOURNAL
        if journal.exists():
            header = journal.read_bytes().splitlines(keepends=True)[:1]
            # A journal with an incomplete header counts as empty.
            return dict(json.loads(header[0])["made"]) if header and _whole(header[0]) else None
        taken = folder.exists() and any(path.name != _LOCK for path in folder.iterdir())
        return {} if taken else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError, ReposeError):
        return {}


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Convert OSError to a ReposeError about the cache in ``folder``."""
    try:
        yield
    except OSError as error:
        raise ReposeError(
            f"The cache {folder} cannot be written: {reason(error)};"
            " once that is put right, the same command goes on from here."
        ) from error


def _cut(path: Path, length: int) -> BinaryIO:
    """Truncate the file to ``length`` bytes and open it for appending."""
    path.touch()
    file = path.open("r+b")
    file.truncate(length)
    file.seek(length)
    return file


def _line(values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _whole(line: bytes) -> bool:
    return line.endswith(b"\n")
