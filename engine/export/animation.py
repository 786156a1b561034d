"""Animations of a sweep: GIF with Pillow, MP4 (H.264, which every browser plays) with FFmpeg.

FFmpeg comes with the package imageio-ffmpeg as a program of its own, for Linux, macOS and Windows.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.export.jobs import Job
from engine.imaging.provenance import SOURCE_TYPE, version

ANIMATIONS = (".gif", ".mp4")
"""The suffixes of animations."""

_LONGEST = {".gif": 640, ".mp4": 1280}  # pixels; a GIF of larger frames is hundreds of megabytes
_QUALITY = 8  # of 10


def animations(path: Path, jobs: Sequence[Job]) -> Iterator[tuple[Path, list[Job]]]:
    """The animations to make, one of each source: its file and its jobs in their order.

    With several sources the files are called after them too.
    """
    sources = list(dict.fromkeys(job.source for job in jobs))
    taken: set[str] = set()
    for source in sources:
        name, number = f"{path.stem}-{source.stem}", 1
        while name.casefold() in taken:
            number += 1
            name = f"{path.stem}-{source.stem}-{number}"
        taken.add(name.casefold())
        file = path if len(sources) == 1 else path.with_name(name + path.suffix)
        yield file, [job for job in jobs if job.source == source]


def write_animation(
    path: Path, pictures: Sequence[Path], fps: float, *, back: bool, note: bool = True
) -> None:
    """Write the pictures, those that are there, one after another; ``back``: and back again, so
    that it repeats without a jump; ``note``: it says how it was made.

    Raises ReposeError when there are fewer than two or it cannot be written.
    """
    there = [picture for picture in pictures if picture.is_file()]
    if len(there) < 2:
        raise ReposeError(f"{path} was not made: an animation needs two pictures or more.")
    order = [*there, *there[-2:0:-1]] if back else there
    write_frames(path, map(_opened, order), fps, note=note)


def write_frames(
    path: Path, pictures: Iterable[Image.Image], fps: float, *, note: bool = True
) -> None:
    """Write pictures as an animation, one at a time, in the size of the first or less.

    Raises ReposeError when there is none or it cannot be written.
    """
    kind = path.suffix.lower()
    with write_whole(path) as part:
        frames = _frames(pictures, kind)
        first = next(frames, None)
        if first is None:
            raise ReposeError(f"{path} was not made: there are no pictures for it.")
        comment = f"Repose {version()}: {SOURCE_TYPE}" if note else ""
        if kind == ".gif":
            first.save(
                part, "GIF", save_all=True, append_images=frames, loop=0,
                duration=round(1000 / fps), comment=comment.encode(),
            )  # fmt: skip
            return
        writer = imageio_ffmpeg.write_frames(
            str(part), first.size, fps=fps, codec="libx264", quality=_QUALITY, macro_block_size=2,
            output_params=["-movflags", "+faststart", "-metadata", f"comment={comment}"],
        )  # fmt: skip
        try:
            writer.send(None)
            for frame in chain([first], frames):
                writer.send(frame.tobytes())
        finally:
            writer.close()


def _opened(picture: Path) -> Image.Image:
    with Image.open(picture) as image:
        return image.convert("RGB")


def _frames(pictures: Iterable[Image.Image], kind: str) -> Iterator[Image.Image]:
    """The pictures, all of the size of the first, which is even for H.264."""
    size: tuple[int, int] | None = None
    for frame in pictures:
        if size is None:
            share = min(1.0, _LONGEST[kind] / max(frame.size))
            width, height = (max(2, round(side * share / 2) * 2) for side in frame.size)
            size = (width, height)
        yield frame if frame.size == size else frame.resize(size, Image.Resampling.LANCZOS)
