"""Reading and writing photos as RGB arrays."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.imaging.colour import (
    Stored,
    has_16_bits,
    in_srgb,
    orientation_of,
    over_white,
    to_8_bits,
    upright_rgb,
)
from engine.imaging.jxl import INSTALL, has_jxl
from engine.imaging.provenance import Metadata
from engine.imaging.reading import LARGEST_PIXELS, open_picture, read_16_bits

Photo = NDArray[np.uint8]
"""HxWx3 uint8 RGB, 0 to 255: the file's values, in the colour space of its profile; without one,
in sRGB."""


class Picture(NamedTuple):
    """A photo and what its file has beside it.

    stored  the photo with the file's transparency and 16 bits; None if ``photo`` is all there is
    """

    photo: Photo
    metadata: Metadata
    stored: Stored | None = None


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
    **({".jxl": "JXL"} if has_jxl() else {}),
}
WRITTEN_SUFFIXES = tuple(_WRITE_FORMATS)
"""Suffixes of `write_photo`, lower case."""

TRANSPARENT_SUFFIXES = tuple(s for s in WRITTEN_SUFFIXES if s not in (".jpg", ".jpeg", ".bmp"))
"""Those of WRITTEN_SUFFIXES whose files keep transparency."""

PHOTO_SUFFIXES = tuple(dict.fromkeys((*WRITTEN_SUFFIXES, ".avif", ".heic", ".heif", ".jxl")))
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
        deep, orientation = has_16_bits(image), orientation_of(image)
        picture = _decoded(image, str(path))
        stored: Stored | None = read_16_bits(path, orientation) if deep else None
    if stored is not None and stored.shape[:2] == picture.photo.shape[:2]:
        return Picture(to_8_bits(over_white(stored)), picture.metadata, stored)
    return picture


def decode_picture(data: bytes, name: str, most_pixels: int = LARGEST_PIXELS) -> Picture:
    """The photo in the bytes of a file, with 8 bits; sentences call it ``name``. Raises as
    `read_picture`."""
    with open_picture(data, name, most_pixels) as image:
        return _decoded(image, name)


def _decoded(image: Image.Image, called: str) -> Picture:
    width, height = image.size
    if min(width, height) < SMALLEST_SIDE:
        raise ReposeError(
            f"{called} is too small: {width}x{height} pixels,"
            f" and each side must have at least {SMALLEST_SIDE}."
        )
    decoded = np.array(upright_rgb(image, called))
    metadata = Metadata.of(image)
    transparent = decoded.shape[2] == 4 and decoded[..., 3].min() < 255
    return Picture(to_8_bits(over_white(decoded)), metadata, decoded if transparent else None)


def check_photo_path(path: Path, size: tuple[int, int] | None = None) -> None:
    """Raises ReposeError when ``write_photo`` could not write ``path`` because of its suffix.

    size  (width, height) of the picture; also raises for one that is too long for the format
    """
    kind = _WRITE_FORMATS.get(path.suffix.lower())
    if kind is None and path.suffix.lower() == ".jxl":
        raise ReposeError(f"{path} cannot be written: JPEG XL needs {INSTALL}.")
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
    path: Path | str, pixels: Stored, quality: int = 95, metadata: Metadata | None = None
) -> None:
    """Write a picture (H, W, 3 or 4) atomically, in the format given by the suffix of ``path``.

    PNG and TIFF store all of it, WebP and JPEG XL 8 bits, JPEG and BMP 8 bits composited on white.
    ``quality`` (1 to 100) applies to JPEG, WebP and JPEG XL; the others are lossless. BMP stores no
    ``metadata``; JPEG XL no profile, its colours are converted to sRGB.

    Raises ReposeError when the suffix is none of WRITTEN_SUFFIXES or the file cannot be written.
    """
    path = Path(path)
    data = encode_photo(path, pixels, quality, metadata)
    with write_whole(path) as part:
        part.write_bytes(data)


def encode_photo(
    path: Path, pixels: Stored, quality: int = 95, metadata: Metadata | None = None
) -> bytes:
    """The bytes that `write_photo` writes to ``path``. Raises ReposeError."""
    check_photo_path(path, (pixels.shape[1], pixels.shape[0]))
    kind = _WRITE_FORMATS[path.suffix.lower()]
    metadata = metadata or Metadata()
    try:
        # In memory: some encoders report a full disk in ways of their own, or not at all.
        if kind == "PNG":
            return _png(pixels, metadata)
        if kind == "TIFF":
            return _tiff(pixels, metadata)
        return _by_pillow(kind, pixels, quality, metadata)
    except (ValueError, OSError) as error:
        raise ReposeError(f"{path} cannot be written: {error}.") from error


def _by_pillow(kind: str, pixels: Stored, quality: int, metadata: Metadata) -> bytes:
    options: dict[str, dict[str, Any]] = {
        # 4:4:4: chroma subsampling blurs the edges of lips and eyes.
        "JPEG": {"quality": quality, "subsampling": 0, **metadata.options()},
        "WEBP": {"quality": quality, **metadata.options()},
        # The plugin refuses a quality of 100 that is not called lossless.
        "JXL": {"quality": quality, "lossless": quality == 100, **metadata.options()},
    }
    eight = to_8_bits(pixels if kind in ("WEBP", "JXL") else over_white(pixels))
    if kind == "JXL" and metadata.icc:
        eight = eight.copy()
        eight[..., :3] = in_srgb(np.ascontiguousarray(eight[..., :3]), metadata.icc)
    file = io.BytesIO()
    Image.fromarray(eight).save(file, format=kind, **options.get(kind, {}))
    return file.getvalue()


def _tiff(pixels: Stored, metadata: Metadata) -> bytes:
    """A TIFF file of (H, W, 3 or 4), one compressed strip, which Pillow cannot write with 16 bits
    (TIFF 6.0; technical note 3: horizontal differences of integers, modulo their range)."""
    height, width, channels = pixels.shape
    differences = pixels.astype(pixels.dtype.newbyteorder("<"))
    np.subtract(pixels[:, 1:], pixels[:, :-1], out=differences[:, 1:])
    strip = zlib.compress(differences.tobytes(), 1)
    tags: dict[int, Any] = {
        **metadata.tiff_tags(),
        ExifTags.Base.ImageWidth: width,
        ExifTags.Base.ImageLength: height,
        ExifTags.Base.BitsPerSample: (8 * pixels.itemsize,) * channels,
        ExifTags.Base.Compression: 8,  # Deflate
        ExifTags.Base.PhotometricInterpretation: 2,  # RGB
        ExifTags.Base.StripOffsets: 0,  # Pillow adds the end of the directory
        ExifTags.Base.SamplesPerPixel: channels,
        ExifTags.Base.RowsPerStrip: height,
        ExifTags.Base.StripByteCounts: len(strip),
        ExifTags.Base.Predictor: 2,  # horizontal differences
    }
    if channels == 4:
        tags[ExifTags.Base.ExtraSamples] = 2  # unassociated alpha
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        directory[tag] = value
    start = 8
    return b"II*\0" + struct.pack("<I", start) + directory.tobytes(start) + strip


# Run-length encoding of differences from the average of two neighbours: fast, and hardly larger.
_PNG_OPTIONS = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # OpenCV before 4.12 always takes the left neighbour
    _PNG_OPTIONS += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG]

_PNG_HEADER = 8 + 25  # bytes: the signature and the chunk IHDR


def _png(pixels: Stored, metadata: Metadata) -> bytes:
    """A PNG file of (H, W, 3 or 4), encoded by OpenCV in less than half of Pillow's time, as small.

    OpenCV writes no metadata, so its chunks are inserted here (PNG specification, third edition:
    iCCP, eXIf, iTXt).
    """
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    bgr = cv2.cvtColor(np.ascontiguousarray(pixels), order)
    done, encoded = cv2.imencode(".png", bgr, _PNG_OPTIONS)
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
