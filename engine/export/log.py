"""The log of a batch: a CSV file with one row per job."""

import csv
import io
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO

from engine.core.errors import ReposeError
from engine.core.files import read_text, reason, write_whole
from engine.export.batches import angle_text
from engine.export.jobs import Outcome

# Without the last, the log of an earlier version.
COLUMNS = (
    "source", "pose", "yaw", "pitch", "roll", "output", "result", "reason", "seconds", "warning",
)  # fmt: skip


class BatchLog:
    """Writes the log row by row and flushes each, so that it is complete after an interruption.

    path     the file; an existing one is replaced
    earlier  the rows of the run that this one continues, which stay: a job that is run again gets a
             row after them, which replaces its earlier one when the log is closed

    A context manager. Raises ReposeError when the file cannot be written.
    """

    def __init__(self, path: Path, earlier: Iterable[Mapping[str, str]] = ()) -> None:
        self.path = path
        rows = tuple(earlier)
        self._continues = bool(rows)
        if rows:
            _write_rows(path, rows)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _opened(path, "a" if rows else "w")
            self._rows = _writer(self._file)
            if not rows:
                self._rows.writeheader()
                self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        try:
            self._file.close()
        except OSError:  # disk full: `add` has raised for this already
            pass
        if self._continues:
            # Where that fails, the file has both rows, of which `read_log` takes the last.
            with suppress(ReposeError):
                _write_rows(self.path, read_log(self.path))

    def add(self, outcome: Outcome) -> None:
        """Append the row of a finished job."""
        job = outcome.job
        yaw, pitch, roll = map(angle_text, job.angles)
        row = {
            "source": str(job.source),
            "pose": "" if job.target is None else str(job.target),
            "yaw": yaw,
            "pitch": pitch,
            "roll": roll,
            "output": str(job.output),
            "result": outcome.result,
            "reason": outcome.reason,
            "seconds": f"{outcome.seconds:.2f}",
            "warning": outcome.warning,
        }
        try:
            self._rows.writerow(row)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ReposeError:
        return ReposeError(f"The log {self.path} cannot be written: {reason(error)}.")


def read_log(path: Path) -> list[dict[str, str]]:
    """The rows of a log, each by column; of an output with several rows, the last.

    Raises ReposeError when the file is missing or no log.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, errors="surrogateescape")))
    if not set(COLUMNS[:-1]) <= set(reader.fieldnames or ()):
        raise ReposeError(f"{path} is not the log of a batch.")
    rows = ({name: row.get(name) or "" for name in COLUMNS} for row in reader)
    return list({row["output"]: row for row in rows}.values())


def _write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a log whole or not at all. Raises ReposeError."""
    with write_whole(path) as part, _opened(part, "w") as file:
        writer = _writer(file)
        writer.writeheader()
        writer.writerows(rows)


def _opened(path: Path, mode: Literal["a", "w"]) -> TextIO:
    return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="")


def _writer(file: TextIO) -> "csv.DictWriter[str]":
    return csv.DictWriter(file, COLUMNS, restval="", extrasaction="ignore")
