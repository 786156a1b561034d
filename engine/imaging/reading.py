"""The one place where picture files are decoded.

Files may come from strangers. Only regular files are read, only the formats of `READ_FORMATS`
(recognised by their content, not their name), and a picture's size is checked before its pixels
are decoded. What is only partly understood is refused: the thumbnail of a camera's RAW file, one
page of many.
"""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, features

from engine.core.errors import ReposeError
from engine.core.files import open_regular
from engine.imaging.colour import Stored, check_white, in_srgb, turned, upright_rgb
from engine.imaging.jxl import INSTALL, has_jxl, is_jxl, read_header

LARGEST_PIXELS = 200_000_000
"""Width times height; a larger picture does not fit into a laptop's memory."""

LARGEST_BYTES = 2_000_000_000
"""Of a file: more than LARGEST_PIXELS take with 16 bits and without compression."""

READ_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF", "JXL")
"""Pillow's names. JPEG includes MPO, which phones write: its first picture is the photo. AVIF, HEIF
and JXL are read where Pillow and the packages pillow-heif and pillow-jxl-plugin can do so."""

READ_NAMES = "JPEG, PNG, WebP, TIFF, BMP, AVIF or HEIC"
"""For sentences."""

# Damaged metadata is skipped without Pillow's warnings.
warnings.filterwarnings("ignore", module=r"PIL\.")
warnings.filterwarnings("ignore", module=r"pillow_jxl\.")

# `open_picture` checks the number of pixels itself, before decoding, with an error for users.
Image.MAX_IMAGE_PIXELS = None

_JXL = "a JPEG XL photo"
_CONVERT = "save it as JPEG, PNG or TIFF with the program that shows it"
_DEVELOP = "develop it with a RAW program and save it as JPEG or TIFF"

# By the start of the file: from this byte on, these bytes; what it is; what to do.
_OPTIONAL_KINDS = (
    (4, b"ftyphei", "HEIF", "a HEIC photo"),
    (4, b"ftyphev", "HEIF", "a HEIC photo"),
    (4, b"ftypmif1", "HEIF", "a HEIF photo"),
    (4, b"ftypmsf1", "HEIF", "a HEIF photo"),
    (4, b"ftypavi", "AVIF", "an AVIF photo"),
    (0, b"\xff\x0a", "JXL", _JXL),
    (4, b"JXL ", "JXL", _JXL),
)
_OTHER_KINDS = (
    (4, b"ftypcrx", "a camera's RAW file", _DEVELOP),
    (4, b"ftyp", "a video", "take it as the target of a sequence, or save one picture of it"),
    (0, b"GIF8", "a GIF", "take it as the target of a sequence, or save one picture of it as PNG"),
    (0, b"8BPS", "a Photoshop file", "export it as PNG or TIFF"),
    (0, b"%PDF", "a PDF", "export its picture as PNG"),
    (0, b"%!PS", "a PostScript file", "export its picture as PNG"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 photo", _CONVERT),
    (0, b"FUJIFILMCCD-RAW", "a camera's RAW file", _DEVELOP),
    (0, b"IIU\x00", "a camera's RAW file", _DEVELOP),
    (0, b"IIRO", "a camera's RAW file", _DEVELOP),
    (0, b"IIRS", "a camera's RAW file", _DEVELOP),
    (0, b"MMOR", "a camera's RAW file", _DEVELOP),
    (8, b"CR\x02", "a camera's RAW file", _DEVELOP),
)  # fmt: skip
_PLAIN_KINDS = ((0, b"\xff\xd8\xff"), (0, b"\x89PNG"), (8, b"WEBP"))  # JPEG, PNG, WebP
_LONGEST_START = 32  # bytes
_DAMAGED = "is damaged or truncated; get a whole copy of it."

# Likewise of MP4 and MOV (old ones start otherwise), Matroska and WebM, AVI, GIF.
_VIDEOS = (
    *((4, kind) for kind in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    *((0, b"\x1aE\xdf\xa3"), (8, b"AVI "), (0, b"GIF8")),
)

_DNG_VERSION = 50706  # TIFF tag of Adobe's DNG specification
_REDUCED = 1  # bit of the TIFF tag NewSubfileType: a smaller version of another picture
_SCALED_COPIES = 16  # pages of a TIFF that may be smaller versions of the first


@contextmanager
def open_picture(
    source: Path | bytes, name: str = "", most_pixels: int = LARGEST_PIXELS
) -> Iterator[Image.Image]:
    """Open a picture file, or the bytes of one; the pixels are decoded when they are first used.

    name         what sentences call the bytes
    most_pixels  width times height, at most

    Raises ReposeError when it cannot be read, is none of READ_FORMATS or too large. The same for
    everything that Pillow raises in the block, as decoders do for damaged contents.
    """
    called = str(source) if isinstance(source, Path) else name
    with open_regular(source) if isinstance(source, Path) else io.BytesIO(source) as file:
        size = file.seek(0, io.SEEK_END)
        if size == 0:
            raise ReposeError(f"{called} is empty.")
        if size > LARGEST_BYTES:
            raise ReposeError(
                f"{called} is too large: a picture may have {LARGEST_BYTES // 1_000_000_000} GB."
            )
        file.seek(0)
        start = file.read(_LONGEST_START)
        _refuse_other_kinds(start, called)
        xmp = b""
        try:
            if is_jxl(start):  # which is decoded when it is opened
                dimensions, xmp = read_header(file)
                _refuse_size(dimensions, called, most_pixels)
            file.seek(0)
            image = Image.open(file, formats=_formats())
            if xmp:
                image.info.setdefault("xmp", xmp)
        except ReposeError:
            raise
        except Exception as error:  # decoders raise many types for damaged headers
            if start[:2] in (b"II", b"MM"):
                raise ReposeError(
                    f"{called} is damaged, or a TIFF of a kind that Repose does not read:"
                    " save it with 8 or 16 bits for each colour."
                ) from error
            if _is_read(start):
                raise ReposeError(f"{called} {_DAMAGED}") from error
            raise ReposeError(
                f"{called} is not a photo that Repose can read ({READ_NAMES})."
            ) from error
        _refuse_size(image.size, called, most_pixels)
        try:
            _refuse_parts(image, called)
            yield image
        except ReposeError:
            raise
        except MemoryError as error:
            raise ReposeError(f"{called} does not fit into memory.") from error
        except Exception as error:  # likewise for damaged contents
            raise ReposeError(f"{called} {_DAMAGED}") from error


def read_thumbnail(
    path: Path, side: int, area: tuple[int, int, int, int] | None = None
) -> NDArray[np.uint8]:
    """A picture scaled to fit ``side`` x ``side``, upright, (H, W, 4) uint8 sRGB and alpha.

    area  only this part of it: left, top, right, bottom, pixels of the upright picture

    Pictures that fit are not enlarged. Raises as `open_picture`.
    """
    with open_picture(path) as image:
        if area is None:
            image.draft(None, (side, side))  # JPEG decodes at a fraction of its size
        small = upright_rgb(image, str(path))
        if area is not None:
            small = small.crop(area)
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        rgba = np.array(small.convert("RGBA"))
        rgba[..., :3] = in_srgb(rgba[..., :3], image.info.get("icc_profile") or b"")
        return rgba


def read_16_bits(path: Path, orientation: int) -> Stored | None:
    """A PNG or TIFF with 16 bits, which Pillow has decoded without an error, with all of its bits.

    OpenCV reads what Pillow reduces to 8 bits; alone it accepts truncated files.

    Returns RGB or RGBA, (H, W, 3 or 4), turned upright; None if OpenCV reads something else.
    Raises ReposeError for numbers that do not reach white.
    """
    with open_regular(path) as file:
        data = bytearray(file.read(LARGEST_BYTES))
    try:
        _forget_orientation(data)
        stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except (cv2.error, struct.error):
        return None
    if stored is None or stored.dtype != np.uint16:
        return None
    pixels = np.asarray(stored, np.uint16)
    check_white(pixels, 65535, str(path))
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    convert = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}.get(channels)
    if convert is None:
        return None
    return turned(np.asarray(cv2.cvtColor(pixels, convert), np.uint16), orientation)


def _forget_orientation(data: bytearray) -> None:
    """Set the orientation of a TIFF to upright: some versions of OpenCV turn it, others fail."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]))
    if order is not None:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            if struct.unpack_from(f"{order}H", data, entry)[0] == ExifTags.Base.Orientation:
                struct.pack_into(f"{order}H", data, entry + 8, 1)


def check_video(path: Path) -> None:
    """Raises ReposeError for what is not a regular file with the start of a video.

    FFmpeg goes by the contents, not the name, and opens what a playlist names.
    """
    with open_regular(path) as file:
        start = file.read(_LONGEST_START)
    if not any(start[place:].startswith(mark) for place, mark in _VIDEOS):
        raise ReposeError(f"{path} is no video that can be read, or damaged; choose another one.")


def file_input(path: Path) -> list[str]:
    """FFmpeg's arguments to read a file, whatever its name, and no other that it refers to."""
    return ["-protocol_whitelist", "file", "-i", f"file:{path}"]


def _refuse_size(size: tuple[int, int], called: str, most_pixels: int) -> None:
    width, height = size
    if width * height > most_pixels:
        raise ReposeError(
            f"{called} is too large: {width}x{height} pixels,"
            f" and together they may be at most {most_pixels / 1_000_000:.3g} million."
        )


def _is_read(start: bytes) -> bool:
    """Whether a file begins as one of a format that is read."""
    kinds = (*_PLAIN_KINDS, *(kind[:2] for kind in _OPTIONAL_KINDS))
    return any(start[place:].startswith(mark) for place, mark in kinds)


def _refuse_other_kinds(start: bytes, called: str) -> None:
    """Raises ReposeError for a file that is known and not read, by its first bytes."""
    for place, mark, form, kind in _OPTIONAL_KINDS:
        if start[place:].startswith(mark):
            if form in _formats():
                return
            advice = f"install it with {INSTALL}, or {_CONVERT}" if kind == _JXL else _CONVERT
            raise ReposeError(f"{called} is {kind}, which is not read here: {advice}.")
    for place, mark, kind, advice in _OTHER_KINDS:
        if start[place:].startswith(mark):
            raise ReposeError(f"{called} is {kind}, which Repose does not read: {advice}.")


@cache
def _formats() -> tuple[str, ...]:
    """Those of READ_FORMATS that can be read here."""
    usable = set(READ_FORMATS)
    if not features.check("avif"):
        usable.discard("AVIF")
    try:
        from pillow_heif import register_heif_opener  # an optional package
    except ImportError:
        usable.discard("HEIF")
    else:
        register_heif_opener(thumbnails=False)
    if not has_jxl():
        usable.discard("JXL")
    return tuple(name for name in READ_FORMATS if name in usable)


def _refuse_parts(image: Image.Image, called: str) -> None:
    """Raises ReposeError for a file whose first picture is not all of it."""
    if image.format == "TIFF":
        tags = image.tag_v2  # type: ignore[attr-defined]
        kind = int(tags.get(ExifTags.Base.NewSubfileType, 0))
        if _DNG_VERSION in tags or kind & _REDUCED:
            raise ReposeError(
                f"{called} is a camera's RAW file, which Repose does not read: {_DEVELOP}."
            )
        if _has_pages(image):
            raise ReposeError(
                f"{called} has several pages: save the one that is meant as a file of its own."
            )
    elif image.format not in ("MPO", "HEIF") and getattr(image, "is_animated", False):
        raise ReposeError(
            f"{called} is an animation: save the picture that is meant as a file of its own."
        )


def _has_pages(tiff: Image.Image) -> bool:
    """Whether a TIFF has a second picture that is no smaller version of the first."""
    try:
        for page in range(1, _SCALED_COPIES):
            tiff.seek(page)
            if not int(tiff.tag_v2.get(ExifTags.Base.NewSubfileType, 0)) & _REDUCED:  # type: ignore[attr-defined]
                return True
    except EOFError:
        return False
    finally:
        tiff.seek(0)
    return True
