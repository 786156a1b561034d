"""From a folder of pictures to a cache (see `engine.cache`) to train from."""

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm
from tyro.conf import Positional

from engine.cache import INDEX, PICTURES, SKIPPED, VERSION, Entry
from engine.crop import Crop
from engine.detector import find_faces
from engine.errors import ReposeError
from engine.files import reason, write_whole
from engine.landmarks import Box, Landmarks
from engine.photos import PHOTO_SUFFIXES, read_photo
from engine.pose_files import read_pose

Layout = Literal["fei", "people"]
_Found = tuple[NDArray[np.uint8], Landmarks, Box]

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
    poses: tuple[int, ...] = ()
    """The poses to read in the layout fei; all when none is given."""
    workers: int = 0
    """How many processes look for faces; 0 takes one per processor."""


def prepare(options: PrepareOptions) -> None:
    """Write the cache.

    Raises ReposeError when the folder has no usable picture or the cache cannot be written.
    """
    found = list_pictures(options.data, options.layout, options.poses)
    if not found:
        raise ReposeError(f"{options.data} has no pictures in the layout {options.layout}.")
    groups = read_groups(options.data)
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    paths = [path for path, _ in found]
    with (
        write_whole(options.out / PICTURES) as part,
        part.open("wb") as pixels,
        _faces(paths, options.workers or os.cpu_count() or 1) as faces,
    ):
        silent = not sys.stderr.isatty()
        for (path, person), face in tqdm(
            zip(found, faces, strict=True), total=len(found), unit="picture", disable=silent
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
            raise ReposeError(
                f"None of the {len(found)} pictures in {options.data} can be used; "
                f"of {found[0][0].name}: {skipped[0][1]}"
            )
    with (
        write_whole(options.out / SKIPPED) as part,
        part.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
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


def list_pictures(
    folder: Path, layout: Layout, poses: Sequence[int] = ()
) -> list[tuple[Path, str]]:
    """The pictures of a folder, each with its person, in order; of the layout `fei` those of
    ``poses``, or all when none is given.

    Raises ReposeError when the folder cannot be read.
    """
    if not folder.is_dir():
        raise ReposeError(f"{folder} is not a folder.")
    try:
        return sorted(_people(folder) if layout == "people" else _fei(folder, poses))
    except OSError as error:
        raise ReposeError(f"{folder} cannot be read: {reason(error)}.") from error


def read_groups(folder: Path) -> dict[str, str]:
    """Group by person from an optional `groups.csv` (person,group) beside the pictures.

    Raises ReposeError when the file cannot be used.
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
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReposeError(f"{path} is not a CSV file in UTF-8.") from error
    return groups


def _fei(folder: Path, poses: Sequence[int]) -> Iterator[tuple[Path, str]]:
    for path in folder.iterdir():
        named = re.fullmatch(r"(.+)-([^-]+)", path.stem)
        if path.suffix.lower() not in PHOTO_SUFFIXES or not named:
            continue
        if not poses or (named[2].isdecimal() and int(named[2]) in poses):
            yield path, named[1]


def _people(folder: Path) -> Iterator[tuple[Path, str]]:
    for person in folder.iterdir():
        if person.is_dir():
            for path in person.iterdir():
                if path.suffix.lower() in PHOTO_SUFFIXES:
                    yield path, person.name


@contextmanager
def _faces(paths: Sequence[Path], workers: int) -> Iterator[Iterable[_Found | str]]:
    """What `_read_face` finds in each picture, in their order."""
    if workers == 1:
        yield map(_read_face, paths)
        return
    # Not forked: OpenCV's threads would be missing in the copies, which wait for them for ever.
    with ProcessPoolExecutor(workers, get_context("spawn"), _single_threaded) as pool:
        yield pool.map(_read_face, paths, chunksize=4)


def _read_face(path: Path) -> _Found | str:
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
                return "No face was found."
            landmarks, box = faces[0].landmarks, faces[0].box
    except ReposeError as error:
        return str(error)
    crop = Crop.around(landmarks)
    if not crop.meets(photo):
        return "The landmarks lie outside the picture."
    scale = min(1.0, CROP_SIDE / crop.side)
    height, width = (max(16, round(side * scale)) for side in photo.shape[:2])
    if scale < 1:
        photo = np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA))
    points = (landmarks + 0.5) * scale - 0.5
    left, top, right, bottom = ((value + 0.5) * scale - 0.5 for value in box)
    return photo, points.astype(np.float32), (left, top, right, bottom)


def _single_threaded() -> None:
    cv2.setNumThreads(1)
