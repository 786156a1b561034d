"""The report of a batch: a CSV file that tells of every job what became of it."""

import csv
import io
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.core.errors import ReposeError
from engine.core.files import read_text, reason
from engine.export.jobs import Outcome
from engine.export.sweep import angle_text

COLUMNS = ("source", "pose", "yaw", "pitch", "roll", "output", "result", "reason", "seconds")


class Report:
    """Writes the report line by line, so that an interrupted batch has told what it did.

    path     the file; one of an earlier run is replaced
    earlier  rows that go before, of jobs that are not done again

    A context manager. Raises ReposeError when it cannot be written.
    """

    def __init__(self, path: Path, earlier: list[dict[str, str]] | None = None) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", newline="")
            self._rows = csv.DictWriter(self._file, COLUMNS, restval="", extrasaction="ignore")
            self._rows.writeheader()
            self._rows.writerows(earlier or [])
            self._file.flush()
        except OSError as error:
            raise ReposeError(f"The report {path} cannot be written: {reason(error)}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        try:
            self._file.close()
        except OSError:  # a full disk, of which the batch has told already
            pass

    def add(self, outcome: Outcome) -> None:
        """One line more."""
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
        }
        try:
            self._rows.writerow(row)
            self._file.flush()
        except OSError as error:
            raise ReposeError(
                f"The report {self.path} cannot be written: {reason(error)}."
            ) from error


def read_report(path: Path) -> list[dict[str, str]]:
    """The rows of a report, by column. Raises ReposeError when there is none."""
    reader = csv.DictReader(io.StringIO(read_text(path)))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise ReposeError(f"{path} is not the report of a batch.")
    return [{name: row.get(name) or "" for name in COLUMNS} for row in reader]
