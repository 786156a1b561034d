"""Reading and writing photos as RGB arrays."""

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.imaging.provenance import Metadata

Photo = NDArray[np.uint8]
"""HxWx3 uint8 RGB, 0 to 255: the file's values, in the colour space of its profile; without one,
in sRGB."""


class Picture(NamedTuple):
    """A photo and its file's metadata."""

    photo: Photo
    metadata: Metadata


SMALLEST_SIDE = 16
"""Pixels of the shorter side; a smaller photo cannot show a face."""

LARGEST_PIXELS = 200_000_000
"""Width times height; a larger photo does not fit into a laptop's memory."""

PHOTO_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
"""Suffixes that ``read_photo`` and ``write_photo`` accept, lower case."""

# No other decoder runs on an untrusted file. (JPEG includes MPO, which phones write.)
_READ_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")

_WRITE_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}

# Damaged metadata is skipped without Pillow's warnings.
warnings.filterwarnings("ignore", module=r"PIL\.")

# `read_picture` checks LARGEST_PIXELS itself, before decoding, with an error for users.
Image.MAX_IMAGE_PIXELS = None


def read_photo(path: Path | str) -> Photo:
    """The photo in ``path`` as HxWx3 uint8 RGB, rotated by its EXIF orientation.

    Greyscale, 16-bit, CMYK and palette pictures are converted; transparent ones are composited on
    white. RGB values stay unchanged whatever the colour profile. Read by Pillow because OpenCV
    accepts truncated files without an error.

    Raises ReposeError when the file is missing, empty, truncated, not a photo, smaller than
    ``SMALLEST_SIDE`` or larger than ``LARGEST_PIXELS``.
    """
    return read_picture(path).photo


def read_picture(path: Path | str) -> Picture:
    """The photo in ``path`` and its metadata; reads and raises as `read_photo`."""
    path = Path(path)
    try:
        if path.is_dir():
            raise ReposeError(f"{path} is a folder, not a photo.")
        if path.stat().st_size == 0:
            raise ReposeError(f"{path} is empty.")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise ReposeError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "its name is not valid"
        raise ReposeError(f"{path} cannot be read: {why}.") from error
    with file:
        try:
            image = Image.open(file, formats=_READ_FORMATS)
        except Exception as error:  # decoders raise many types for damaged headers
            raise ReposeError(
                f"{path} is not a photo that Repose can read (JPEG, PNG, WebP, TIFF or BMP)."
            ) from error
        width, height = image.size
        if min(width, height) < SMALLEST_SIDE:
            raise ReposeError(
                f"{path} is too small: {width}x{height} pixels,"
                f" and each side must have at least {SMALLEST_SIDE}."
            )
        if width * height > LARGEST_PIXELS:
            raise ReposeError(
                f"{path} is too large: {width}x{height} pixels,"
                f" and together they may be at most {LARGEST_PIXELS // 1_000_000} million."
            )
        try:
            image.load()
            picture = Picture(_to_rgb(_in_rgb_colours(_upright(image))), Metadata.of(image))
        except MemoryError as error:
            raise ReposeError(f"{path} does not fit into memory.") from error
        except Exception as error:  # likewise for damaged contents
            raise ReposeError(f"{path} is damaged or truncated; get a whole copy of it.") from error
    return picture


def check_photo_path(path: Path) -> None:
    """Raises ReposeError when ``write_photo`` could not write ``path`` because of its suffix."""
    if path.suffix.lower() not in _WRITE_FORMATS:
        raise ReposeError(
            f"{path} has no suffix that Repose can write; use one of {' '.join(PHOTO_SUFFIXES)}."
        )


def write_photo(
    path: Path | str, rgb: Photo, quality: int = 95, metadata: Metadata | None = None
) -> None:
    """Write ``rgb`` (HxWx3 uint8) atomically, in the format given by the suffix of ``path``.

    ``quality`` (1 to 100) applies to JPEG and WebP; PNG, TIFF and BMP are lossless. BMP stores no
    ``metadata``.

    Raises ReposeError when the suffix is none of ``PHOTO_SUFFIXES`` or the file cannot be written.
    """
    path = Path(path)
    check_photo_path(path)
    kind = _WRITE_FORMATS[path.suffix.lower()]
    options: dict[str, dict[str, object]] = {
        # 4:4:4: chroma subsampling blurs the edges of lips and eyes.
        "JPEG": {"quality": quality, "subsampling": 0},
        "WEBP": {"quality": quality},
        "TIFF": {"compression": "tiff_deflate"},
    }
    metadata = metadata or Metadata()
    pixels = np.ascontiguousarray(rgb, dtype=np.uint8)
    with write_whole(path) as part:
        try:
            if kind == "PNG":
                part.write_bytes(_png(pixels, metadata))
            else:
                extra = {**options.get(kind, {}), **metadata.options(kind)}
                Image.fromarray(pixels).save(part, format=kind, **extra)
        except ValueError as error:  # a side is longer than the format allows
            raise ReposeError(f"{path} cannot be written: {error}.") from error


def _in_rgb_colours(image: Image.Image) -> Image.Image:
    """Greyscale and CMYK pictures with a profile, converted to sRGB; others unchanged."""
    profile = image.info.get("icc_profile") or b""
    if profile[16:20] not in (b"GRAY", b"CMYK") or image.mode not in ("L", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):  # a damaged profile is ignored
        return image
    return converted or image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # unreadable EXIF: no orientation
        return image


def _to_rgb(image: Image.Image) -> Photo:
    """A Pillow image of any mode as HxWx3 uint8."""
    if image.mode.startswith(("I", "F")):
        grey = _to_8_bits(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _to_8_bits(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """HxW integers of 16 or more bits, or floats, scaled to HxW uint8."""
    values = np.nan_to_num(grey.astype(np.float32), posinf=0.0, neginf=0.0)
    largest = float(values.max())
    if grey.dtype.kind == "f" and largest <= 1:
        scale = 255.0
    elif grey.dtype.itemsize > 2 and largest > 65535:
        scale = 255.0 / largest
    else:
        scale = 255.0 / 65535.0
    eight: NDArray[np.uint8] = np.clip(np.rint(values * scale), 0, 255).astype(np.uint8)
    return eight


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
