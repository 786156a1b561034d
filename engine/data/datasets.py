"""Opens and counts the data sources of `train` and `evaluate`: folders of pictures and caches."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from engine.config.config import DataConfig, Layout
from engine.core.errors import ReposeError
from engine.core.files import real_path
from engine.data.cache import Picture, is_cache, open_cache
from engine.data.layouts import list_pictures


def parse_source(text: str, layout: Layout) -> tuple[Path, Layout]:
    """Split ``FOLDER:LAYOUT``; a plain ``FOLDER`` gets the default ``layout``."""
    folder, colon, named = text.rpartition(":")
    drive = os.name == "nt" and len(folder) == 1  # C:people
    for known in get_args(Layout):
        if colon and folder and named == known and not drive:
            return Path(folder), known
    return Path(text), layout


def open_sources(
    sources: Sequence[str], data: DataConfig, skeleton: str, prepared: Path
) -> list[Picture]:
    """The pictures of all ``sources``, each a cache or a folder of pictures with its layout.

    Folders of pictures are first prepared into caches in the folder ``prepared``, which are reused
    later. Raises ReposeError when a source cannot be used.
    """
    if not sources:
        raise ReposeError("Name folders of pictures, or caches, with --data.")
    pictures: list[Picture] = []
    named: set[Path] = set()
    for folder, layout in (parse_source(source, data.layout) for source in sources):
        if real_path(folder) in named:
            raise ReposeError(f"{folder} is named twice with --data.")
        named.add(real_path(folder))
        if not folder.is_dir():
            known = ", ".join(get_args(Layout))
            raise ReposeError(f"{folder} is not a folder; a layout after it is one of {known}.")
        cache = folder if is_cache(folder) else _prepared(folder, layout, data, skeleton, prepared)
        found = open_cache(cache)
        if found and found[0].skeleton != skeleton:
            raise ReposeError(
                f"The cache {cache} has poses of the skeleton {found[0].skeleton}, not {skeleton}: "
                f"train with --skeleton {found[0].skeleton}."
            )
        pictures += found
    return pictures


@dataclass(frozen=True)
class DataCount:
    """The size of a data source.

    layout    the layout it was read with; None for a cache
    people    number of people
    paired    number of people with at least two pictures
    pictures  number of pictures, including the views of portraits
    pairs     number of ordered (source, target) pairs of one person
    """

    layout: Layout | None
    people: int
    paired: int
    pictures: int
    pairs: int

    def __str__(self) -> str:
        """A summary for the user."""
        people = "1 person" if self.people == 1 else f"{self.people:,} people"
        return f"{people}, {self.pictures:,} pictures, {self.pairs:,} pairs"


def count_source(source: str, data: DataConfig) -> DataCount:
    """Count a folder of pictures (FOLDER or FOLDER:LAYOUT) or a cache.

    No face detection is run: pictures without a face are counted too. Raises ReposeError when the
    folder cannot be used.
    """
    folder, layout = parse_source(source, data.layout)
    if folder.is_dir() and is_cache(folder):
        return _count(None, [picture.person for picture in open_cache(folder)])
    people = [picture.person for picture in list_pictures(folder, layout, data.poses)]
    if layout == "portraits":
        people = people * (1 + data.views)  # the views and the photo itself
    return _count(layout, people)


def sum_counts(counts: Sequence[DataCount]) -> DataCount:
    """The sums of the counts. Raises ReposeError when there are too few pairs to train on."""
    sums = [
        sum(getattr(c, name) for c in counts) for name in ("people", "paired", "pictures", "pairs")
    ]
    found = DataCount(None, *sums)
    if counts and not found.pairs:
        raise ReposeError("No person has two pictures: there are no pairs to train on.")
    if counts and found.paired < 2:
        raise ReposeError("Training needs two pictures each of at least two people, one held out.")
    return found


def guess_layout(folder: Path) -> Layout | None:
    """The layout that fits most pictures of a folder; None for a cache or without pictures."""
    if is_cache(folder):
        return None
    best: tuple[int, Layout | None] = (0, None)
    layouts: tuple[Layout, ...] = ("people", "fei", "portraits")
    for layout in layouts:
        try:
            people = Counter(p.person for p in list_pictures(folder, layout))
        except ReposeError:
            continue
        # People with one picture are no evidence: any name with a dash matches <person>-<pose>.
        several = sum(n for n in people.values() if n > 1)
        number = several if layout != "portraits" else max(1, sum(people.values()) // 2)
        best = max(best, (number, layout), key=lambda pair: pair[0])
    return best[1]


def _prepared(folder: Path, layout: Layout, data: DataConfig, skeleton: str, into: Path) -> Path:
    """Prepare a folder of pictures into a cache in the folder ``into``; return the cache.

    It is named after the folder: NAME, NAME-2 ..., the first that is free or was made from the same
    folder with the same options.
    """
    from engine.data.cache_writer import made_in
    from engine.data.prepare import PrepareOptions, prepare

    name, number = real_path(folder).name or "pictures", 1
    while True:
        options = PrepareOptions(
            data=folder,
            out=into / (name if number == 1 else f"{name}-{number}"),
            layout=layout,
            skeleton=skeleton,  # type: ignore[arg-type]
            poses=data.poses,
            views=data.views,
            detector=data.detector,
        )
        if made_in(options.out) in (None, options.made):
            prepare(options)
            return options.out
        number += 1


def _count(layout: Layout | None, people: Sequence[str]) -> DataCount:
    pictures = Counter(people)
    return DataCount(
        layout,
        people=len(pictures),
        paired=sum(n > 1 for n in pictures.values()),
        pictures=len(people),
        pairs=sum(n * (n - 1) for n in pictures.values()),
    )
