"""Records of the picture files from which a cache was made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from engine.core.errors import ReposeError
from engine.data.cache import INDEX, PICTURES, SKIPPED, VERSION, Entry, Pixels


@dataclass(frozen=True)
class Record:
    """A picture file and its entries in the cache or, if it was skipped, the reason.

    stamp  see `PictureFile.stamp`
    """

    name: str
    stamp: str
    reason: str = ""
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, values: Any) -> Self:
        """Create from decoded JSON. Raises TypeError or LookupError when it is malformed."""
        entries = tuple(Entry(**entry) for entry in values["entries"])
        return cls(**{**values, "entries": entries})


@dataclass(frozen=True)
class CacheIndex:
    """The options and the records in the index of a finished cache."""

    made: Mapping[str, Any]
    records: tuple[Record, ...]

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the index; None if there is none.

        Raises ReposeError when it is damaged or of another version.
        """
        path = folder / INDEX
        if not path.exists():
            return None
        try:
            index = json.loads(path.read_text(encoding="utf-8"))
            if index["version"] != VERSION:
                raise ReposeError(
                    f"{folder} holds a cache of another version of Repose:"
                    " remove it, or name another folder with --out."
                )
            entries = iter([Entry(**entry) for entry in index["pictures"]])
            records = []
            for name, stamp, why, count in index["files"]:
                records.append(Record(name, stamp, why, tuple(next(entries) for _ in range(count))))
            ends = [entry.end for record in records for entry in record.entries]
            if (folder / PICTURES).stat().st_size != max(ends):
                raise ValueError("cut short")
            return cls(index["made"], tuple(records))
        except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
            raise ReposeError(
                f"{path} belongs to no cache, or to a damaged one:"
                " remove it, or name another folder with --out."
            ) from error

    def is_of(self, files: Sequence[Record], groups: Mapping[str, str]) -> bool:
        """Whether the cache is up to date with the names and stamps of ``files`` and ``groups``."""
        same = [(r.name, r.stamp) for r in self.records] == [(r.name, r.stamp) for r in files]
        return same and all(
            entry.group == groups.get(entry.person, entry.person)
            for record in self.records
            for entry in record.entries
        )

    def __str__(self) -> str:
        return summary(self.records)


def copied(record: Record, folder: Path) -> tuple[Record, list[Pixels]]:
    """A record of the finished cache in ``folder`` with offsets from 0, and its bytes."""
    start, end = record.entries[0].offset, record.entries[-1].end
    content = np.fromfile(folder / PICTURES, np.uint8, end - start, offset=start)
    entries = tuple(moved(entry, -start) for entry in record.entries)
    return replace(record, entries=entries), [content]


def moved(entry: Entry, by: int) -> Entry:
    """The entry with its offsets increased by ``by`` bytes."""
    weight, labels = (
        None if offset is None else offset + by
        for offset in (entry.weight_offset, entry.labels_offset)
    )
    return replace(entry, offset=entry.offset + by, weight_offset=weight, labels_offset=labels)


def summary(records: Sequence[Record]) -> str:
    """A one-line summary for the user."""
    entries = [entry for record in records for entry in record.entries]
    pictures, people = len(entries), len({entry.person for entry in entries})
    skipped = sum(not record.entries for record in records)
    text = f"{pictures} picture{'s' * (pictures != 1)} of {people} "
    text += "person" if people == 1 else "people"
    return f"{text}; {skipped} skipped, see {SKIPPED}" if skipped else text
