"""A cache of pictures with their landmarks, which training reads fast and without dlib.

A cache is a folder that `prepare` writes:

index.json    the layout, and of each picture what `Entry` says
pictures.bin  the pixels of all pictures, raw RGB, one picture after the other
skipped.csv   the pictures that were left out, and why
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import ReposeError
from engine.landmarks import Box, Landmarks

Pixels = NDArray[np.uint8]

VERSION = 1
INDEX = "index.json"
PICTURES = "pictures.bin"
SKIPPED = "skipped.csv"


@dataclass(frozen=True)
class Entry:
    """One picture of a cache.

    person, group  whose it is; what has the same group stays on one side of every split
    height, width  of the cached picture, pixels    offset  of its first byte in `pictures.bin`
    landmarks      (68, 2), and the face box; both in pixels of the cached picture
    """

    name: str
    person: str
    group: str
    height: int
    width: int
    offset: int
    landmarks: tuple[tuple[float, float], ...]
    box: Box


@dataclass(frozen=True, eq=False)
class Picture:
    """A cached picture.

    name, person  with the cache in front, so that people of two caches are never one
    group         as in the cache: the same people may be in several
    file, offset, shape  where its pixels lie; they are read when they are used, in any process
    landmarks     (68, 2) and box (4,): left, top, right, bottom; both in pixels of the picture
    fixed_camera  whether pictures of one person share their frame (the layout `fei`)
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
    def weight(self) -> NDArray[np.uint8] | None:
        """(H, W) uint8: how much each pixel is trusted; None trusts all."""
        if self.weight_offset is None:
            return None
        height, width, _ = self.shape
        end = self.weight_offset + height * width
        return _mapped(self.file)[self.weight_offset : end].reshape(height, width)

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8."""
        end = self.offset + int(np.prod(self.shape))
        return _mapped(self.file)[self.offset : end].reshape(self.shape)


def open_cache(folder: Path) -> list[Picture]:
    """The pictures of a cache; their pixels stay on the disk until they are used.

    Raises ReposeError when it is no cache of this version.
    """
    try:
        index = json.loads((folder / INDEX).read_text())
        if index["version"] != VERSION:
            raise ReposeError(f"The cache {folder} is of another version: prepare it again.")
        stored = _mapped(folder / PICTURES).size
        pictures = []
        for entry in index["pictures"]:
            if entry["offset"] + 3 * entry["height"] * entry["width"] > stored:
                raise ReposeError(f"The cache {folder} is cut short: prepare it again.")
            pictures.append(
                Picture(
                    name=f"{folder.name}/{entry['name']}",
                    person=f"{folder}/{entry['person']}",
                    group=entry["group"],
                    file=folder / PICTURES,
                    offset=entry["offset"],
                    shape=(entry["height"], entry["width"], 3),
                    landmarks=np.array(entry["landmarks"], np.float32),
                    box=np.array(entry["box"], np.float32),
                    fixed_camera=index["layout"] == "fei",
                )
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReposeError(f"{folder} is no cache of pictures, or damaged: prepare it.") from error
    return pictures


@cache
def _mapped(file: Path) -> Pixels:
    return np.memmap(file, np.uint8, "r")
