"""The log of a batch: a CSV file with one row per job."""

import csv
import io
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.core.errors import ReposeError
from engine.core.files import read_text, reason
from engine.export.batches import angle_text
from engine.export.jobs import Outcome

# Without the last, the log of an earlier version.
COLUMNS = (
    "source", "pose", "yaw", "pitch", "roll", "output", "result", "reason", "seconds", "warning",
)  # fmt: skip


class BatchLog:
    """Writes the log row by row and flushes each, so that it is complete after an interruption.

    path     the file; an existing one is replaced
    earlier  rows to copy first: those of jobs that are not run again

    A context manager. Raises ReposeError when the file cannot be written.
    """

    def __init__(self, path: Path, earlier: list[dict[str, str]] | None = None) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
            self._rows = csv.DictWriter(self._file, COLUMNS, restval="", extrasaction="ignore")
            self._rows.writeheader()
            self._rows.writerows(earlier or [])
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
    """The rows of a log, each by column. Raises ReposeError when the file is missing or no log."""
    reader = csv.DictReader(io.StringIO(read_text(path, errors="surrogateescape")))
    if not set(COLUMNS[:-1]) <= set(reader.fieldnames or ()):
        raise ReposeError(f"{path} is not the log of a batch.")
    return [{name: row.get(name) or "" for name in COLUMNS} for row in reader]
