"""Opens the data sources of `train` and `evaluate`: folders of pictures and caches."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from engine.config.config import DataConfig, Layout
from engine.core.errors import ReposeError
from engine.data.cache import Picture, is_cache, open_cache


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
        if folder.resolve() in named:
            raise ReposeError(f"{folder} is named twice with --data.")
        named.add(folder.resolve())
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


def _prepared(folder: Path, layout: Layout, data: DataConfig, skeleton: str, into: Path) -> Path:
    """Prepare a folder of pictures into a cache in the folder ``into``; return the cache.

    It is named after the folder: NAME, NAME-2 ..., the first that is free or was made from the same
    folder with the same options.
    """
    from engine.data.cache_writer import made_in
    from engine.data.prepare import PrepareOptions, prepare

    name, number = folder.resolve().name or "pictures", 1
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
