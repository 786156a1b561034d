"""From folders of pictures to a cache that training reads fast and without dlib.

A cache is a folder: `index.json` (what is where), `pictures.bin` (all pictures as raw RGB, scaled
so that a face crop is at most `CROP_SIDE` pixels), `skipped.csv` (what was left out, and why).
"""

import csv
import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm
from tyro.conf import Positional

from engine.crop import Crop
from engine.detector import find_faces
from engine.errors import ReposeError
from engine.files import write_whole
from engine.landmarks import Landmarks
from engine.photos import PHOTO_SUFFIXES, read_photo
from engine.pose_files import read_pose

Layout = Literal["fei", "people"]

VERSION = 1
INDEX = "index.json"
PICTURES = "pictures.bin"
SKIPPED = "skipped.csv"
CROP_SIDE = 320
"""Pixels: a face crop in the cache is scaled down to this side, if it is larger."""


@dataclass(frozen=True)
class PrepareOptions:
    """Find the faces in a folder of pictures and write a cache to train from."""

    data: Positional[Path]
    """The folder of pictures. A pose file <picture>.pts beside a picture is used instead of dlib's
    landmarks."""
    out: Path
    """The folder of the cache to write."""
    layout: Layout = "fei"
    """fei: files <person>-<pose>.jpg; people: one folder per person."""
    workers: Annotated[int, "processes"] = 0
    """How many processes look for faces; 0 takes one per processor."""


@dataclass(frozen=True)
class Entry:
    """One picture of a cache.

    person, group  whose it is; what has the same group stays on one side of every split
    height, width  of the cached picture, pixels    offset  of its first byte in `pictures.bin`
    landmarks      (68, 2) and box (4): in pixels of the cached picture
    """

    name: str
    person: str
    group: str
    height: int
    width: int
    offset: int
    landmarks: tuple[tuple[float, float], ...]
    box: tuple[float, float, float, float]


def prepare(options: PrepareOptions) -> None:
    """Write the cache. Raises ReposeError when the folder has no usable picture."""
    found = list_pictures(options.data, options.layout)
    if not found:
        raise ReposeError(f"{options.data} has no pictures in the layout {options.layout}.")
    groups = read_groups(options.data)
    options.out.mkdir(parents=True, exist_ok=True)
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    workers = options.workers or os.cpu_count() or 1
    paths = [path for path, _ in found]
    with (
        write_whole(options.out / PICTURES) as part,
        part.open("wb") as pixels,
        ProcessPoolExecutor(workers, initializer=_single_threaded) as pool,
    ):
        work = pool.map(_read_face, paths, chunksize=4)
        silent = not sys.stderr.isatty()
        for (path, person), face in tqdm(
            zip(found, work, strict=True), total=len(found), unit="picture", disable=silent
        ):
            if isinstance(face, str):
                skipped.append((str(path), face))
                continue
            picture, landmarks, box = face
            entries.append(
                Entry(
                    name=str(path.relative_to(options.data)),
                    person=person,
                    group=groups.get(person, person),
                    height=picture.shape[0],
                    width=picture.shape[1],
                    offset=pixels.tell(),
                    landmarks=tuple((float(x), float(y)) for x, y in landmarks),
                    box=box,
                )
            )
            pixels.write(picture.tobytes())
        if not entries:
            raise ReposeError(f"No face was found in any picture of {options.data}.")
    with write_whole(options.out / SKIPPED) as part, part.open("w", newline="") as file:
        csv.writer(file).writerows([("picture", "reason"), *skipped])
    index = {
        "version": VERSION,
        "layout": options.layout,
        "pictures": [asdict(entry) for entry in entries],
    }
    with write_whole(options.out / INDEX) as part:
        part.write_text(json.dumps(index))
    people = len({entry.person for entry in entries})
    print(f"{len(entries)} pictures of {people} people; {len(skipped)} skipped")


def list_pictures(folder: Path, layout: Layout) -> list[tuple[Path, str]]:
    """The pictures of a folder, each with its person, in order."""
    if not folder.is_dir():
        raise ReposeError(f"{folder} is not a folder.")
    return sorted(_people(folder) if layout == "people" else _fei(folder))


def read_groups(folder: Path) -> dict[str, str]:
    """Group by person from an optional `groups.csv` (person,group) beside the pictures."""
    path = folder / "groups.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"person", "group"} <= set(rows[0]):
        raise ReposeError(f"{path} does not begin with the header person,group.")
    return {row["person"]: row["group"] for row in rows}


def _fei(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.iterdir():
        named = re.fullmatch(r"(.+)-([^-]+)", path.stem)
        if path.suffix.lower() in PHOTO_SUFFIXES and named:
            yield path, named[1]


def _people(folder: Path) -> Iterator[tuple[Path, str]]:
    for person in folder.iterdir():
        if person.is_dir():
            for path in person.iterdir():
                if path.suffix.lower() in PHOTO_SUFFIXES:
                    yield path, person.name


def _read_face(
    path: Path,
) -> str | tuple[NDArray[np.uint8], Landmarks, tuple[float, float, float, float]]:
    """The scaled picture, its largest face's landmarks and box; or why there is none."""
    try:
        photo = read_photo(path)
        marked = path.with_suffix(".pts")
        if marked.is_file():
            landmarks = read_pose(marked, None)
            low, high = landmarks.min(axis=0), landmarks.max(axis=0)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        else:
            faces = find_faces(photo)
            if not faces:
                return "no face was found"
            landmarks, box = faces[0].landmarks, faces[0].box
    except ReposeError as error:
        return str(error)
    scale = min(1.0, CROP_SIDE / Crop.around(landmarks).side)
    height, width = (max(16, round(side * scale)) for side in photo.shape[:2])
    if scale < 1:
        photo = np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA))
    points = (landmarks + 0.5) * scale - 0.5
    left, top, right, bottom = ((value + 0.5) * scale - 0.5 for value in box)
    return photo, points.astype(np.float32), (left, top, right, bottom)


def _single_threaded() -> None:
    cv2.setNumThreads(1)
