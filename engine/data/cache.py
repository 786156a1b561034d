"""A cache of pictures with their points, which training reads fast and without dlib.

A cache is a folder that `prepare` writes:

index.json    how it was made, and of each picture what `Entry` says
pictures.bin  the pixels of all pictures, raw RGB, one picture after the other; after those of a
              lifted view how much each pixel is to be trusted
skipped.csv   the pictures that were left out, and why

While it is in the making there are `unfinished.jsonl` and `unfinished.bin` instead (see
`engine.data.cache_writer`).
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config.skeletons import SKELETONS
from engine.core.errors import ReposeError
from engine.face.landmarks import Box, Landmarks

Pixels = NDArray[np.uint8]

VERSION = 3
INDEX = "index.json"
PICTURES = "pictures.bin"
SKIPPED = "skipped.csv"
JOURNAL = "unfinished.jsonl"


@dataclass(frozen=True)
class Entry:
    """One picture of a cache.

    name           its file, relative to the folder; with # and a number for a view of a portrait
    person, group  whose it is; what has the same group stays on one side of every split
    height, width  of the cached picture, pixels
    offset         of its first byte in `pictures.bin`
    weight_offset  of the first byte of its weight (height x width), where it has one
    landmarks      the N points of the skeleton, None where one is missing, and the box; both in
                   pixels of the cached picture
    """

    name: str
    person: str
    group: str
    height: int
    width: int
    offset: int
    weight_offset: int | None
    landmarks: tuple[tuple[float, float] | None, ...]
    box: Box

    @property
    def end(self) -> int:
        """The first byte in `pictures.bin` that is not this picture's any more."""
        area = self.height * self.width
        return self.offset + (3 if self.weight_offset is None else 4) * area


@dataclass(frozen=True, eq=False)
class Picture:
    """A cached picture.

    name, person  with the cache in front, so that people of two caches are never one
    group         as in the cache: the same people may be in several
    file, offset, shape  where its pixels lie; they are read when they are used, in any process
    landmarks     (N, 2), NaN where a point is missing, and box (4,): left, top, right, bottom;
                  both in pixels of the picture
    fixed_camera  whether pictures of one person share their frame
    skeleton      what the points are: a name in `SKELETONS`
    weight_offset where its weight lies, None where it has none
    """

    name: str
    person: str
    group: str
    file: Path
    offset: int
    shape: tuple[int, int, int]
    landmarks: Landmarks
    box: NDArray[np.float32]
    fixed_camera: bool
    skeleton: str = "face"
    weight_offset: int | None = None

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8."""
        end = self.offset + int(np.prod(self.shape))
        return _mapped(self.file)[self.offset : end].reshape(self.shape)

    @property
    def weight(self) -> NDArray[np.uint8] | None:
        """(H, W) uint8: how much each pixel is to be trusted, 255 fully; None for a photograph."""
        if self.weight_offset is None:
            return None
        height, width, _ = self.shape
        end = self.weight_offset + height * width
        return _mapped(self.file)[self.weight_offset : end].reshape(height, width)


def is_cache(folder: Path) -> bool:
    """Whether the folder holds a cache, be it damaged, unfinished or of another version."""
    return (folder / JOURNAL).is_file() or (
        (folder / INDEX).is_file() and (folder / SKIPPED).is_file()
    )


def open_cache(folder: Path) -> list[Picture]:
    """The pictures of a cache; their pixels stay on the disk until they are used.

    Raises ReposeError when it is no whole cache of this version.
    """
    if (folder / JOURNAL).is_file() and not (folder / INDEX).is_file():
        raise ReposeError(
            f"The cache {folder} is not finished: start the same `prepare` again, and it goes on."
        )
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        if index["version"] != VERSION:
            raise ReposeError(
                f"The cache {folder} is of another version of Repose: "
                "prepare the pictures again, into a new folder."
            )
        layout, skeleton = index["layout"], index["skeleton"]
        n_points = len(SKELETONS[skeleton].points)
        _mapped.cache_clear()  # it may have been written anew
        stored = _mapped(folder / PICTURES).size
        pictures = []
        for values in index["pictures"]:
            entry = Entry(**values)
            # Two portraits of one group, neutral and smiling, are a true pair.
            person = entry.group if layout == "portraits" else entry.person
            if entry.end > stored:
                raise ReposeError(f"The cache {folder} is cut short: prepare it again.")
            pictures.append(
                Picture(
                    name=f"{folder.name}/{entry.name}",
                    person=f"{folder}/{person}",
                    group=entry.group,
                    file=folder / PICTURES,
                    offset=entry.offset,
                    shape=(entry.height, entry.width, 3),
                    landmarks=np.array(
                        [point or (np.nan, np.nan) for point in entry.landmarks], np.float32
                    ).reshape(n_points, 2),
                    box=np.array(entry.box, np.float32).reshape(4),
                    fixed_camera=layout != "people",
                    skeleton=skeleton,
                    weight_offset=entry.weight_offset,
                )
            )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReposeError(
            f"{folder} is no cache of pictures, or a damaged one: "
            "prepare the pictures again, into a new folder."
        ) from error
    return pictures


@cache
def _mapped(file: Path) -> Pixels:
    return np.memmap(file, np.uint8, "r")
