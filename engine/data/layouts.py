"""Lists the pictures of a folder and identifies the people in them, for each layout.

fei        files <person>-<pose>.jpg in one folder, as in the FEI face database
people     one folder per person
portraits  single photos, each of a different person
"""

import csv
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

from engine.config.config import Layout
from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.imaging.photos import PHOTO_SUFFIXES

_EXPECTED = {
    "fei": "files <person>-<pose>.jpg",
    "people": "a folder of pictures for each person",
    "portraits": "a picture of each person",
}


@dataclass(frozen=True)
class PictureFile:
    """A picture in a data folder.

    name    path relative to the folder, with / on every operating system
    person  identifier of the person in it
    """

    path: Path
    name: str
    person: str

    def beside(self, ending: str) -> Path:
        """Path of an accompanying file: the picture's with its suffix replaced by ``ending``."""
        return self.path.with_name(self.path.stem + ending)

    def stamp(self, *others: Path) -> str:
        """Sizes and modification times of the picture and of ``others``, to detect changes."""
        return " ".join(map(_stamp, (self.path, *others)))


def list_pictures(
    folder: Path, layout: Layout, poses: Sequence[int] = ()
) -> tuple[PictureFile, ...]:
    """The pictures of a folder, sorted by path. ``poses``, if not empty, selects poses in the
    layout `fei`.

    Raises ReposeError when the folder cannot be read or contains no such pictures.
    """
    if not folder.is_dir():
        raise ReposeError(f"{folder} is not a folder.")
    ways: dict[str, Callable[[Path], Iterator[tuple[Path, str]]]] = {
        "fei": partial(_fei, poses=poses),
        "people": _people,
        "portraits": _portraits,
    }
    try:
        found = sorted(ways[layout](folder))
        if not found:
            others = [other for other in get_args(Layout) if other != layout]
            counts = {other: len(list(ways[other](folder))) for other in others}
            raise ReposeError(_nothing(folder, layout, poses, counts))
    except OSError as error:
        raise ReposeError(f"{error.filename or folder} cannot be read: {reason(error)}.") from error
    return tuple(
        PictureFile(path, path.relative_to(folder).as_posix(), person) for path, person in found
    )


def read_groups(folder: Path) -> dict[str, str]:
    """Group by person, from an optional `groups.csv` (person,group) in the folder.

    Raises ReposeError when the file is malformed or cannot be read.
    """
    path = folder / "groups.csv"
    if not path.is_file():
        return {}
    groups = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if not {"person", "group"} <= set(reader.fieldnames or ()):
                raise ReposeError(f"{path} does not begin with the header person,group.")
            for row in reader:
                if not row["person"] or not row["group"]:
                    raise ReposeError(f"{path} line {reader.line_num} has no person or no group.")
                groups[row["person"]] = row["group"]
    except OSError as error:
        raise ReposeError(f"{path} cannot be read: {reason(error)}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReposeError(f"{path} is not a CSV file in UTF-8.") from error
    return groups


def _nothing(folder: Path, layout: str, poses: Sequence[int], counts: dict[str, int]) -> str:
    """Error message for a folder without pictures in a layout; ``counts`` by other layout."""
    if layout == "fei" and poses and any(_fei(folder, ())):
        return f"{folder} has no pictures of the poses {', '.join(map(str, poses))}."
    sentence = f"{folder} has no pictures in the layout {layout} ({_EXPECTED[layout]})"
    for other, count in counts.items():
        if count:
            return f"{sentence}, but {count} in the layout {other} ({_EXPECTED[other]})."
    return f"{sentence}, nor in any other layout."


def _fei(folder: Path, poses: Sequence[int]) -> Iterator[tuple[Path, str]]:
    for path in _pictures(folder):
        named = re.fullmatch(r"(.+)-([^-]+)", path.stem)
        if named and (not poses or (named[2].isdecimal() and int(named[2]) in poses)):
            yield path, named[1]


def _people(folder: Path) -> Iterator[tuple[Path, str]]:
    for person in folder.iterdir():
        if person.is_dir():
            for path in _pictures(person):
                yield path, person.name


def _portraits(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in _pictures(folder):
        yield path, path.stem


def _pictures(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        # Skip hidden files: macOS writes metadata to ._x.jpg beside x.jpg on some file systems.
        if path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith("."):
            yield path


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "none"
    readable = "" if os.access(path, os.R_OK) else ":unreadable"
    return f"{status.st_size}:{status.st_mtime_ns}{readable}"
