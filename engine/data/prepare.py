"""The command `prepare`: converts a folder of pictures to a cache (see `engine.data.cache`)."""

import hashlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from tqdm import tqdm
from tyro.conf import Positional

from engine.config.config import Detector, Layout
from engine.core.errors import ReposeError
from engine.core.files import real_path
from engine.core.processes import in_processes
from engine.data.cache import Entry, Pixels
from engine.data.cache_writer import CacheWriter, alone, forget_unfinished
from engine.data.keypoints import Points, read_coco
from engine.data.layouts import PictureFile, list_pictures, read_groups
from engine.data.records import CacheIndex, Record, copied
from engine.data.samples import Sample, SampleOptions, marks_beside, read_samples

COCO_FILE = "keypoints.json"
"""Default name of a COCO JSON file in a folder of pictures."""

_FEW = 4  # least number of pictures per worker process
_TELL_SECONDS = 10.0

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class PrepareOptions:
    """Find the faces in a folder of pictures and write a cache to train from."""

    data: Positional[Path]
    """The folder of pictures. A pose file <picture>.pts beside a picture is used instead of
    the detector's landmarks."""
    out: Path
    """The folder of the cache to write. What is there of it is not done again."""
    layout: Layout = "fei"
    """fei: files <person>-<pose>.jpg; people: one folder per person; portraits: single photos, each
    lifted to 3D and turned."""
    skeleton: Literal["face", "body", "none"] = "face"
    """face: 68 points that are found; body: 18 points, from a file <picture>_keypoints.json of
    OpenPose beside each picture or from --keypoints; none: no points."""
    keypoints: Path | None = None
    """A COCO JSON with the points of bodies; without it DATA/keypoints.json, if there is one."""
    poses: tuple[int, ...] = ()
    """The poses to read in the layout fei; all when none is given."""
    views: int = 12
    """Into how many views a portrait is turned."""
    workers: int = 0
    """How many processes look for faces; 0 takes one per processor."""
    detector: Detector = "landmarker"
    """What finds faces and landmarks: MediaPipe's networks, or dlib as in the report."""

    def __post_init__(self) -> None:
        if self.layout == "portraits" and self.skeleton != "face":
            raise ReposeError(
                "Only faces can be lifted to 3D: the layout portraits is for the skeleton face."
            )
        if not 1 <= self.views <= 1000:
            raise ReposeError(f"--views must lie between 1 and 1000, not {self.views}.")
        if self.workers < 0:
            raise ReposeError(f"--workers must be 0 or more, not {self.workers}.")

    @property
    def made(self) -> dict[str, Any]:
        """The options that determine the contents of the cache, as stored in its index."""
        return {
            "data": str(real_path(self.data)),
            "layout": self.layout,
            "skeleton": self.skeleton,
            "detector": self.detector if self.skeleton == "face" else "",
            "poses": list(self.poses) if self.layout == "fei" else [],
            "views": self.views if self.layout == "portraits" else 0,
        }


def prepare(options: PrepareOptions) -> None:
    """Write the cache, resume an interrupted run, or update an existing cache.

    The files are bit-identical in all three cases. Raises ReposeError when the folder has no usable
    picture, the cache cannot be written, or the output folder contains something else.
    """
    if real_path(options.out) == real_path(options.data):
        raise ReposeError("The cache needs a folder of its own, not that of the pictures.")
    files = list_pictures(options.data, options.layout, options.poses)
    groups = read_groups(options.data)
    points = _coco_points(options, files)
    wanted = [Record(file.name, _stamp(file, options.skeleton, points)) for file in files]
    with alone(options.out):
        finished = CacheIndex.read(options.out)
        if finished is not None and finished.made != options.made:
            raise ReposeError(
                f"{options.out} holds the cache of another folder or of other options:"
                " name another folder with --out."
            )
        if finished is not None and finished.is_of(wanted, groups):
            print(f"{options.out} is there already: {finished}")
            forget_unfinished(options.out)
            return
        with CacheWriter(options.out, options.made, wanted) as cache:
            try:
                _fill(cache, options, files, wanted, points, finished)
            except KeyboardInterrupt:
                print("stopped; the same command goes on from here", file=sys.stderr)
                raise
            if not any(record.entries for record in cache.records):
                first = cache.records[0]
                cache.discard()
                raise ReposeError(
                    f"None of the {len(files)} pictures in {options.data} can be used; "
                    f"of {first.name}: {first.reason}"
                )
            print(cache.finish(groups))


def _fill(
    cache: CacheWriter,
    options: PrepareOptions,
    files: Sequence[PictureFile],
    wanted: Sequence[Record],
    points: Mapping[str, Points],
    finished: CacheIndex | None,
) -> None:
    """Append the missing pictures, copied from the ``finished`` cache if the picture file is
    unchanged, otherwise read from the file.
    """
    done = len(cache.records)
    old = {(r.name, r.stamp): r for r in finished.records if r.entries} if finished else {}
    known = [old.get((record.name, record.stamp)) for record in wanted[done:]]
    new = [file for file, record in zip(files[done:], known, strict=True) if record is None]
    how = SampleOptions(
        skeleton=options.skeleton,
        detector=options.detector,
        fixed_camera=options.layout == "fei",
        views=options.made["views"],
    )
    read = partial(read_samples, how)
    workers = min(options.workers or os.cpu_count() or 1, len(new) // _FEW)
    progress = _told(zip(files[done:], wanted[done:], known, strict=True), done, len(files))
    with in_processes(read, [(file, points.get(file.name)) for file in new], workers) as results:
        for file, record, same in progress:
            if same is not None:
                cache.append(*copied(same, options.out))
                continue
            samples = next(results)
            if isinstance(samples, str):
                cache.append(replace(record, reason=samples), [])
            else:
                entries, contents = _entries(samples, file)
                cache.append(replace(record, entries=entries), contents)


def _entries(
    samples: Sequence[Sample], file: PictureFile
) -> tuple[tuple[Entry, ...], list[Pixels]]:
    """Entries with offsets from 0, and the pixels, weights and labels that they refer to."""
    entries, contents, end = [], [], 0
    for number, sample in enumerate(samples):
        height, width = sample.pixels.shape[:2]
        start, end = end, end + sample.pixels.size
        contents.append(sample.pixels)
        offsets: list[int | None] = []
        for layer in (sample.weight, sample.labels):
            offsets.append(None if layer is None else end)
            if layer is not None:
                end += layer.size
                contents.append(layer)
        weight_offset, labels_offset = offsets
        expression = sample.expression
        points = [None if np.isnan(x) else (float(x), float(y)) for x, y in sample.points]
        entries.append(
            Entry(
                name=f"{file.name}#{number:02}" if number else file.name,
                person=file.person,
                group=file.person,
                height=height,
                width=width,
                offset=start,
                weight_offset=weight_offset,
                labels_offset=labels_offset,
                landmarks=tuple(points),
                box=sample.box,
                expression=None if expression is None else expression.values_in_order,
            )
        )
    return tuple(entries), contents


def _coco_points(options: PrepareOptions, files: Sequence[PictureFile]) -> dict[str, Points]:
    """Body points by picture name, from a COCO JSON file; empty for other skeletons or without one.

    Raises ReposeError when the file cannot be used.
    """
    path = options.keypoints
    if options.skeleton != "body":
        if path is not None:
            raise ReposeError("--keypoints is for --skeleton body.")
        return {}
    if path is None:
        path = options.data / COCO_FILE
        if not path.is_file():
            return {}
    listed = read_coco(path)
    # A file_name may be relative to the folder, or a bare name if that is unambiguous.
    bare = Counter(Path(file.name).name for file in files)
    points = {}
    for file in files:
        name = Path(file.name).name
        if file.name in listed:
            points[file.name] = listed[file.name]
        elif bare[name] == 1 and name in listed:
            points[file.name] = listed[name]
    if not points:
        raise ReposeError(f"{path} names none of the pictures in {options.data}.")
    return points


def _stamp(file: PictureFile, skeleton: str, points: Mapping[str, Points]) -> str:
    """Fingerprint of the picture and the source of its points, to detect changes."""
    if file.name in points:
        return f"{file.stamp()} {hashlib.sha256(points[file.name].tobytes()).hexdigest()[:16]}"
    return file.stamp() if skeleton == "none" else file.stamp(marks_beside(file, skeleton))


def _told(items: Iterable[_Item], done: int, total: int) -> Iterator[_Item]:
    """Iterate over the items and report progress on standard error: as a bar on a terminal,
    otherwise as a line every 10 seconds.
    """
    if sys.stderr.isatty():
        yield from tqdm(items, initial=done, total=total, unit="picture")
        return
    start = told = time.monotonic()
    for count, item in enumerate(items):
        yield item
        now = time.monotonic()
        if now - told > _TELL_SECONDS:
            left = round((now - start) / (count + 1) * (total - done - count - 1))
            print(f"{done + count + 1} of {total} pictures, {left} s left", file=sys.stderr)
            told = now
