"""Animations: GIF by Pillow, and MP4 (H.264, which all browsers play) by imageio-ffmpeg."""

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
"""Suffixes, lower case."""

_MAX_SIDE = {".gif": 640, ".mp4": 1280}  # pixels; GIFs of larger frames take hundreds of megabytes
_QUALITY = 8  # imageio-ffmpeg's scale, 0 to 10


def animations(path: Path, jobs: Sequence[Job]) -> Iterator[tuple[Path, list[Job]]]:
    """One animation per source: its file and the source's jobs in order.

    With several sources, each source's stem is appended to the file name.
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
    """Write the picture files that exist as an animation.

    back  append the frames in reverse, so that the loop has no jump
    note  write provenance into the comment

    Raises ReposeError when fewer than two exist or the file cannot be written.
    """
    existing = [picture for picture in pictures if picture.is_file()]
    if len(existing) < 2:
        raise ReposeError(f"{path} was not made: an animation needs two pictures or more.")
    frames = [*existing, *existing[-2:0:-1]] if back else existing
    write_frames(path, map(_read_frame, frames), fps, note=note)


def write_frames(
    path: Path, pictures: Iterable[Image.Image], fps: float, *, note: bool = True
) -> None:
    """Write pictures as an animation; all frames get the size of the first, limited and even.

    The iterable is consumed one picture at a time. Raises ReposeError when it is empty or the file
    cannot be written.
    """
    kind = path.suffix.lower()
    with write_whole(path) as part:
        frames = _resized(pictures, kind)
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


def _read_frame(picture: Path) -> Image.Image:
    with Image.open(picture) as image:
        return image.convert("RGB")


def _resized(pictures: Iterable[Image.Image], kind: str) -> Iterator[Image.Image]:
    """The pictures in the size of the first, at most _MAX_SIDE. H.264 needs even sides."""
    size: tuple[int, int] | None = None
    for frame in pictures:
        if size is None:
            share = min(1.0, _MAX_SIDE[kind] / max(frame.size))
            width, height = (max(2, round(side * share / 2) * 2) for side in frame.size)
            size = (width, height)
        yield frame if frame.size == size else frame.resize(size, Image.Resampling.LANCZOS)
