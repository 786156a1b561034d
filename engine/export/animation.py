"""Animations in sRGB: GIF by Pillow, and MP4 (H.264, which all browsers play) by FFmpeg."""

import errno
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

import imageio_ffmpeg
import numpy as np
from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.export.jobs import Job
from engine.imaging.colour import in_srgb
from engine.imaging.provenance import SOURCE_TYPE, version
from engine.imaging.reading import file_input, read_thumbnail

ANIMATIONS = (".gif", ".mp4")
"""Suffixes, lower case."""

_MAX_SIDE = {".gif": 640, ".mp4": 1280}  # pixels; GIFs of larger frames take hundreds of megabytes
_QUALITY = 10  # x264's constant rate factor: 0 is lossless, 51 the worst
_SHORTEST = 2  # hundredths of a second: the shortest frame of a GIF


# Silence follows a sound that is shorter than the pictures.
_WITH_SOUND = ("-map", "0:v", "-map", "1:a", "-codec:a", "aac", "-af", "apad", "-shortest")


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
    """Write the picture files that exist as an animation in sRGB.

    back  append the frames in reverse, so that the loop has no jump
    note  write provenance into the comment

    Raises ReposeError when fewer than two exist, one cannot be read or the file not be written.
    """
    existing = [picture for picture in pictures if picture.is_file()]
    if len(existing) < 2:
        raise ReposeError(f"{path} was not made: an animation needs two pictures or more.")
    frames = [*existing, *existing[-2:0:-1]] if back else existing
    side = _MAX_SIDE[path.suffix.lower()]
    write_frames(path, (_read_frame(frame, side) for frame in frames), fps, note=note)


def write_frames(
    path: Path,
    pictures: Iterable[Image.Image],
    fps: float,
    *,
    note: bool = True,
    icc: bytes = b"",
    sound: Path | None = None,
    sound_start: float = 0.0,
) -> None:
    """Write pictures as an animation; all frames get the size of the first, limited and even.

    icc    the pictures' RGB colour profile, from which they are converted to sRGB
    sound  a video whose sound an MP4 gets, up to the end of the pictures; GIF has none
    sound_start  seconds of the video at the first picture

    The iterable is consumed one picture at a time. Raises ReposeError when it is empty or the file
    cannot be written.
    """
    kind = path.suffix.lower()
    comment = f"Repose {version()}: {SOURCE_TYPE}" if note else ""
    with write_whole(path) as part:
        frames = (_in_srgb(frame, icc) for frame in _resized(pictures, kind))
        first = next(frames, None)
        if first is None:
            raise ReposeError(f"{path} was not made: there are no pictures for it.")
        seek = ["-ss", f"{sound_start:.6f}"] if sound_start else []
        voice = [*seek, *file_input(sound), *_WITH_SOUND] if sound else []
        if kind == ".gif":
            _write_gif(part, first.size, chain([first], frames), fps, comment)
        else:
            _write_mp4(part, first.size, chain([first], frames), fps, comment, voice)


def _write_gif(
    path: Path, size: tuple[int, int], frames: Iterable[Image.Image], fps: float, comment: str
) -> None:
    timed = _timed(frames, fps)
    next(timed).save(
        path, "GIF", save_all=True, append_images=timed, loop=0, comment=comment.encode()
    )


def _timed(frames: Iterable[Image.Image], fps: float) -> Iterator[Image.Image]:
    """The frames with their durations, in whole hundredths of a second as GIF stores them.

    Each begins at the right hundredth. Players slow down frames shorter than _SHORTEST, so that
    the frames that would follow one too soon are left out.
    """
    shown: Image.Image | None = None
    start = count = 0
    for frame in frames:
        now = round(100 * count / fps)
        count += 1
        if shown is not None and now - start < _SHORTEST:
            continue
        if shown is not None:
            shown.info["duration"] = 10 * (now - start)
            yield shown
        shown, start = frame, now
    if shown is not None:
        shown.info["duration"] = 10 * max(round(100 * count / fps) - start, _SHORTEST)
        yield shown


def _write_mp4(
    path: Path,
    size: tuple[int, int],
    frames: Iterable[Image.Image],
    fps: float,
    comment: str,
    sound: Sequence[str],
) -> None:
    """Write H.264 in BT.709, the colours of HD video, and tagged as such. Raises OSError.

    sound  FFmpeg's arguments for a sound track
    """
    tags = "range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    command = [
        *(_ffmpeg(path), "-y", "-v", "error"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"),
        *("-r", str(Fraction(fps).limit_denominator(100_000)), "-i", "-"),
        *sound,
        *("-vf", f"scale=out_color_matrix=bt709:out_range=tv,setparams={tags}"),
        *("-pix_fmt", "yuv420p", "-codec:v", "libx264", "-crf", str(_QUALITY)),
        *("-movflags", "+faststart", "-metadata", f"comment={comment}", str(path)),
    ]
    with TemporaryFile() as errors:
        # In a session of its own: Ctrl+C ends this process, which then ends FFmpeg.
        encoder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=errors, start_new_session=True
        )
        assert encoder.stdin is not None
        try:
            with suppress(BrokenPipeError), encoder.stdin as frames_in:  # it ended: see its status
                for frame in frames:
                    frames_in.write(frame.tobytes())
        except BaseException:
            encoder.kill()
            raise
        finally:
            status = encoder.wait()
        if status:
            errors.seek(0)
            raise _failure(errors.read().decode(errors="replace"), status)


def _ffmpeg(path: Path) -> str:
    """The program. Raises ReposeError where there is none to write ``path``."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ReposeError(
            f"{path} cannot be written: FFmpeg is missing; install Repose again, or choose .gif."
        ) from error


def _failure(said: str, status: int) -> OSError:
    """What FFmpeg's messages and its status mean."""
    if os.strerror(errno.ENOSPC) in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "Unknown encoder" in said:
        return OSError(
            "this FFmpeg has no encoder for MP4 (libx264); unset IMAGEIO_FFMPEG_EXE, or choose .gif"
        )
    return OSError(f"FFmpeg ended with status {status}")


def _read_frame(picture: Path, side: int) -> Image.Image:
    """A picture in sRGB over white, at most ``side`` pixels wide and high."""
    rgba = Image.fromarray(read_thumbnail(picture, side))
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _in_srgb(frame: Image.Image, icc: bytes) -> Image.Image:
    return Image.fromarray(in_srgb(np.asarray(frame), icc)) if icc else frame


def _resized(pictures: Iterable[Image.Image], kind: str) -> Iterator[Image.Image]:
    """The pictures in the size of the first, at most _MAX_SIDE. H.264 needs even sides."""
    size: tuple[int, int] | None = None
    for frame in pictures:
        if size is None:
            share = min(1.0, _MAX_SIDE[kind] / max(frame.size))
            width, height = (max(2, round(side * share / 2) * 2) for side in frame.size)
            size = (width, height)
        yield frame if frame.size == size else frame.resize(size, Image.Resampling.LANCZOS)
