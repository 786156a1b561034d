"""A cache in the making: what is done is kept when the program ends, however it ends.

Pixels are appended to `unfinished.bin`, then a line on each picture to `unfinished.jsonl`; what the
second does not tell of is cut off the first when the work goes on. At the end the pixels become
`pictures.bin` and `index.json` is written whole: without an index there is no cache.
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
from engine.data.records import Finished, Record, moved, summary

PIXELS = "unfinished.bin"
_LOCK = ".lock"

_FLUSH_SECONDS = 5.0
"""What is lost, at most, when it is killed or the machine stops."""


class CacheWriter:
    """Appends pictures to a cache in the making; leaving the ``with`` block keeps what is done.

    records  of the pictures that are done, in order
    """

    def __init__(self, folder: Path, made: Mapping[str, Any], files: Sequence[Record]) -> None:
        """Go on with what is in the folder, as far as it agrees with the names and stamps of
        ``files``; or begin.

        Raises ReposeError when something else is in the way, or nothing can be written.
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
        """Raises ReposeError when what is done cannot be written."""
        with _written(self._folder):
            try:
                if not self._pixels.closed:
                    self._flush()
            finally:
                self._close()

    def append(self, record: Record, contents: Sequence[Pixels]) -> None:
        """Add a picture file: its record, with entries whose offsets count from 0, and the bytes
        of them all.

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
        """Make it a cache, in place of the one that may be there; what is in it, in a few words.

        groups  by person, where it is not the person alone

        Raises ReposeError when it cannot be written.
        """
        with _written(self._folder):
            self._flush()
            self._close()
            # From here until there is an index again, `_recover` knows the way back.
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
        """Remove it. Raises ReposeError when that fails."""
        with _written(self._folder):
            self._close()
            forget_unfinished(self._folder)

    def _recover(self) -> None:
        """Make the folder as it was before `finish`, if that was broken off."""
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
        """How many bytes of the journal hold, and the records in them."""
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
            except (ValueError, LookupError, TypeError):
                break
            ends = [entry.end for entry in record.entries]
            agrees = (record.name, record.stamp) == (file.name, file.stamp)
            if not _whole(line) or not agrees or max(ends, default=0) > stored:
                break
            length += len(line)
            records.append(record)
        return length, records

    def _flush(self) -> None:
        # The pixels first: a line of the journal vouches for them.
        self._pixels.flush()
        os.fsync(self._pixels.fileno())
        self._journal.write(b"".join(_line(asdict(record)) for record in self._waiting))
        self._waiting.clear()
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._flushed = time.monotonic()

    def _close(self) -> None:
        """Close both files, also when what they still hold does not fit on the disk."""
        for file in (self._pixels, self._journal):
            try:
                file.close()
            except OSError:
                pass


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Inside, no other process writes the cache in ``folder``, which is made.

    Raises ReposeError when that is impossible.
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
        except OSError:  # on Windows, where somebody waits for it
            pass


def forget_unfinished(folder: Path) -> None:
    """Remove what a cache in the making consists of."""
    for name in (JOURNAL, PIXELS):
        (folder / name).unlink(missing_ok=True)


def made_in(folder: Path) -> Mapping[str, Any] | None:
    """How the cache in ``folder``, finished or not, is made: the options; {} where something else
    is in the way, None where nothing is.
    """
    try:
        finished = Finished.read(folder)
        if finished is not None:
            return finished.made
        journal = folder / JOURNAL
        if journal.exists():
            header = journal.read_bytes().splitlines(keepends=True)[:1]
            # One that broke off in its first line counts as not begun.
            return dict(json.loads(header[0])["made"]) if header and _whole(header[0]) else None
        taken = folder.exists() and any(path.name != _LOCK for path in folder.iterdir())
        return {} if taken else None
    except (OSError, ValueError, LookupError, TypeError, ReposeError):
        return {}


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Says in one sentence that the system refused to write."""
    try:
        yield
    except OSError as error:
        raise ReposeError(
            f"The cache {folder} cannot be written: {reason(error)};"
            " once that is put right, the same command goes on from here."
        ) from error


def _cut(path: Path, length: int) -> BinaryIO:
    """The file, open to append to its first ``length`` bytes."""
    path.touch()
    file = path.open("r+b")
    file.truncate(length)
    file.seek(length)
    return file


def _line(values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _whole(line: bytes) -> bool:
    return line.endswith(b"\n")
