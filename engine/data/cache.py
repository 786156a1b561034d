"""A cache of decoded pictures with their points, for fast reading in training.

A cache is a folder that `prepare` writes:

index.json    the options it was made with, and an `Entry` for each picture
pictures.bin  the pixels of all pictures, concatenated raw RGB; the pixels of a lifted view are
              followed by its weight map, those of a face by the labels of its parts
skipped.csv   the pictures that could not be used, with the reasons

An unfinished cache has `unfinished.jsonl` and `unfinished.bin` instead (see
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
from engine.face.coefficients import Coefficients
from engine.face.landmarks import Box, Landmarks

Pixels = NDArray[np.uint8]

VERSION = 5
INDEX = "index.json"
PICTURES = "pictures.bin"
SKIPPED = "skipped.csv"
JOURNAL = "unfinished.jsonl"


@dataclass(frozen=True)
class Entry:
    """Index entry of one cached picture.

    name           picture file relative to the data folder; views of a portrait add # and a number
    person, group  identifiers; pictures of one group are on the same side of every split
    height, width  size of the cached picture, pixels
    offset         position of its first byte in `pictures.bin`
    weight_offset  position of the first byte of its weight map (height x width); None without one
    labels_offset  the same of its part labels
    landmarks      the N points of the skeleton in pixels of the cached picture; None where missing
    box            left, top, right, bottom of face or body, pixels of the cached picture
    expression     the face's 52 expression coefficients; None if only its landmarks are known
    """

    name: str
    person: str
    group: str
    height: int
    width: int
    offset: int
    weight_offset: int | None
    labels_offset: int | None
    landmarks: tuple[tuple[float, float] | None, ...]
    box: Box
    expression: tuple[float, ...] | None

    @property
    def end(self) -> int:
        """Position after the last byte of the picture in `pictures.bin`."""
        area = self.height * self.width
        maps = (self.weight_offset is not None) + (self.labels_offset is not None)
        return self.offset + (3 + maps) * area


@dataclass(frozen=True, eq=False)
class Picture:
    """A cached picture; its pixels are memory-mapped, so that it pickles cheaply to workers.

    name, person   prefixed with the cache, so that people of different caches stay distinct
    group          as in the cache: the same people may occur in several caches
    file, offset, shape  position and shape (H, W, 3) of the pixels
    landmarks      (N, 2), pixels of the picture; NaN where a point is missing
    box            (4,): left, top, right, bottom, pixels of the picture
    expression     of the face, gaze included; None if only its landmarks are known
    fixed_camera   whether pictures of one person share their frame
    skeleton       the skeleton of the points, a name in `SKELETONS`
    weight_offset, labels_offset  positions of the weight map and of the part labels, or None
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
    labels_offset: int | None = None
    expression: Coefficients | None = None

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8."""
        end = self.offset + int(np.prod(self.shape))
        return _mapped(self.file)[self.offset : end].reshape(self.shape)

    @property
    def weight(self) -> NDArray[np.uint8] | None:
        """(H, W) uint8: loss weight of each pixel, 0 to 255; None for a photograph."""
        return self._map(self.weight_offset)

    @property
    def labels(self) -> NDArray[np.uint8] | None:
        """(H, W) uint8, values of `engine.face.parts.PartLabel`; None if it is not of a face."""
        return self._map(self.labels_offset)

    def _map(self, offset: int | None) -> NDArray[np.uint8] | None:
        """(H, W) uint8 at an offset; None without one."""
        if offset is None:
            return None
        height, width, _ = self.shape
        return _mapped(self.file)[offset : offset + height * width].reshape(height, width)


def is_cache(folder: Path) -> bool:
    """Whether the folder contains a cache, including damaged, unfinished and old ones."""
    return (folder / JOURNAL).is_file() or (
        (folder / INDEX).is_file() and (folder / SKIPPED).is_file()
    )


def open_cache(folder: Path) -> list[Picture]:
    """Open a cache; pixels are memory-mapped and read on access.

    Raises ReposeError when the cache is unfinished, damaged or of another version.
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
        _mapped.cache_clear()  # the file may have been rewritten
        stored = _mapped(folder / PICTURES).size
        pictures = []
        for values in index["pictures"]:
            entry = Entry(**values)
            # Portraits of one group (e.g. neutral and smiling) show the same person: a real pair.
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
                    labels_offset=entry.labels_offset,
                    expression=(
                        None
                        if entry.expression is None
                        else Coefficients.from_array(entry.expression)
                    ),
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
