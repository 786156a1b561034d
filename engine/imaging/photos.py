"""Reading and writing photos as RGB arrays."""

import io
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.imaging.colour import upright_rgb
from engine.imaging.provenance import Metadata
from engine.imaging.reading import open_picture

Photo = NDArray[np.uint8]
"""HxWx3 uint8 RGB, 0 to 255: the file's values, in the colour space of its profile; without one,
in sRGB."""


class Picture(NamedTuple):
    """A photo and its file's metadata."""

    photo: Photo
    metadata: Metadata


SMALLEST_SIDE = 16
"""Pixels of the shorter side; a smaller photo cannot show a face."""

_WRITE_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
WRITTEN_SUFFIXES = tuple(_WRITE_FORMATS)
"""Suffixes of `write_photo`, lower case."""

PHOTO_SUFFIXES = (*WRITTEN_SUFFIXES, ".avif", ".heic", ".heif")
"""Suffixes of photos to read, lower case."""

_LONGEST_SIDES = {"WEBP": 16383, "JPEG": 65500}  # pixels


def read_photo(path: Path | str) -> Photo:
    """The photo in ``path`` as HxWx3 uint8 RGB, rotated by its EXIF orientation.

    Greyscale, 16-bit, CMYK and palette pictures are converted; transparent ones are composited on
    white. RGB values stay unchanged whatever the colour profile.

    Raises ReposeError when the file is missing, empty, truncated, not a photo, smaller than
    ``SMALLEST_SIDE`` or larger than ``LARGEST_PIXELS``.
    """
    return read_picture(path).photo


def read_picture(path: Path | str) -> Picture:
    """The photo in ``path`` and its metadata; reads and raises as `read_photo`."""
    path = Path(path)
    with open_picture(path) as image:
        width, height = image.size
        if min(width, height) < SMALLEST_SIDE:
            raise ReposeError(
                f"{path} is too small: {width}x{height} pixels,"
                f" and each side must have at least {SMALLEST_SIDE}."
            )
        rgb = upright_rgb(image, str(path))
        if rgb.mode == "RGBA":
            rgb = Image.alpha_composite(Image.new("RGBA", rgb.size, "white"), rgb).convert("RGB")
        return Picture(np.array(rgb), Metadata.of(image))


def check_photo_path(path: Path, size: tuple[int, int] | None = None) -> None:
    """Raises ReposeError when ``write_photo`` could not write ``path`` because of its suffix.

    size  (width, height) of the picture; also raises for one that is too long for the format
    """
    kind = _WRITE_FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ReposeError(
            f"{path} has no suffix that Repose can write; use one of {' '.join(WRITTEN_SUFFIXES)}."
        )
    longest = _LONGEST_SIDES.get(kind)
    if size is not None and longest is not None and max(size) > longest:
        raise ReposeError(
            f"{path} cannot be written: a {kind} may be {longest} pixels wide and high, and the"
            f" picture is {size[0]}x{size[1]}; choose PNG or TIFF."
        )


def write_photo(
    path: Path | str, rgb: Photo, quality: int = 95, metadata: Metadata | None = None
) -> None:
    """Write ``rgb`` (HxWx3 uint8) atomically, in the format given by the suffix of ``path``.

    ``quality`` (1 to 100) applies to JPEG and WebP; PNG, TIFF and BMP are lossless. BMP stores no
    ``metadata``.

    Raises ReposeError when the suffix is none of WRITTEN_SUFFIXES or the file cannot be written.
    """
    path = Path(path)
    check_photo_path(path, (rgb.shape[1], rgb.shape[0]))
    kind = _WRITE_FORMATS[path.suffix.lower()]
    options: dict[str, dict[str, object]] = {
        # 4:4:4: chroma subsampling blurs the edges of lips and eyes.
        "JPEG": {"quality": quality, "subsampling": 0},
        "WEBP": {"quality": quality},
        "TIFF": {"compression": "tiff_deflate"},
    }
    metadata = metadata or Metadata()
    pixels = np.ascontiguousarray(rgb, dtype=np.uint8)
    try:
        if kind == "PNG":
            data = _png(pixels, metadata)
        else:
            # In memory: some encoders report a full disk in ways of their own, or not at all.
            file = io.BytesIO()
            extra = {**options.get(kind, {}), **metadata.options(kind)}
            Image.fromarray(pixels).save(file, format=kind, **extra)
            data = file.getvalue()
    except (ValueError, OSError) as error:  # a side is longer than the format allows
        raise ReposeError(f"{path} cannot be written: {error}.") from error
    with write_whole(path) as part:
        part.write_bytes(data)


# Run-length encoding of differences from the average of two neighbours: fast, and hardly larger.
_PNG_OPTIONS = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # OpenCV before 4.12 always takes the left neighbour
    _PNG_OPTIONS += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG]

_PNG_HEADER = 8 + 25  # bytes: the signature and the chunk IHDR


def _png(rgb: NDArray[np.uint8], metadata: Metadata) -> bytes:
    """A PNG file of (H, W, 3), encoded by OpenCV in less than half of Pillow's time, as small.

    OpenCV writes no metadata, so its chunks are inserted here (PNG specification, third edition:
    iCCP, eXIf, iTXt).
    """
    done, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), _PNG_OPTIONS)
    if not done:
        raise ValueError("the picture cannot be encoded")
    data = encoded.tobytes()
    chunks = b""
    if metadata.icc:
        chunks += _chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc))
    if metadata.exif:
        chunks += _chunk(b"eXIf", metadata.exif.removeprefix(b"Exif\0\0"))
    if metadata.xmp:
        chunks += _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp)
    return data[:_PNG_HEADER] + chunks + data[_PNG_HEADER:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk: length, type, data, checksum of type and data."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
