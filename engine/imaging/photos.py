"""Photos in and out of files, as RGB arrays."""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from engine.core.errors import ReposeError
from engine.core.files import reason, write_whole
from engine.imaging.png import png_bytes
from engine.imaging.provenance import Metadata

Photo = NDArray[np.uint8]
"""HxWx3 uint8 RGB, 0 to 255: the file's own numbers, in the colours of its profile if it has one,
else of sRGB."""


class Picture(NamedTuple):
    """A photo and what its file says beside it."""

    photo: Photo
    metadata: Metadata


SMALLEST_SIDE = 16
"""Pixels; nothing smaller can hold a face."""

LARGEST_PIXELS = 200_000_000
"""Width times height; a larger picture would fill a laptop's memory."""

PHOTO_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
"""What ``read_photo`` and ``write_photo`` take, lower case."""

# No other decoder is ever run on a stranger's file. (JPEG includes the MPO that phones write.)
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

# What Pillow has to say about damaged metadata is for programmers; what is readable is read.
warnings.filterwarnings("ignore", module=r"PIL\.")

# Checked here in one sentence, before anything is decoded, instead of in Pillow with a warning.
Image.MAX_IMAGE_PIXELS = None


def read_photo(path: Path | str) -> Photo:
    """The photo in ``path`` as HxWx3 uint8 RGB, turned upright as its EXIF orientation says.

    Greyscale, 16-bit, CMYK and palette pictures are converted; transparent ones are laid over
    white. RGB stays as it is, whatever its colour profile. Pillow and not OpenCV reads it: OpenCV
    fills in what a truncated file lacks, silently.

    Raises ReposeError when the file is missing, empty, truncated, not a photo, smaller than
    ``SMALLEST_SIDE`` or larger than ``LARGEST_PIXELS``.
    """
    return read_picture(path).photo


def read_picture(path: Path | str) -> Picture:
    """The photo in ``path``, as `read_photo` reads it, and its metadata."""
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
        except Exception as error:  # decoders raise whatever a damaged header makes them raise
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
        except Exception as error:  # as above, for damaged contents
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
    """Write ``rgb`` (HxWx3 uint8) in the format that the suffix of ``path`` names, whole.

    ``quality`` (1 to 100) is for JPEG and WebP; PNG, TIFF and BMP keep every pixel as it is.
    BMP holds no ``metadata``.

    Raises ReposeError when the suffix is none of ``PHOTO_SUFFIXES`` or the file cannot be written.
    """
    path = Path(path)
    check_photo_path(path)
    kind = _WRITE_FORMATS[path.suffix.lower()]
    options: dict[str, dict[str, object]] = {
        # 4:4:4: halved colour resolution shows at the lips and eyes.
        "JPEG": {"quality": quality, "subsampling": 0},
        "WEBP": {"quality": quality},
        "TIFF": {"compression": "tiff_deflate"},
    }
    metadata = metadata or Metadata()
    pixels = np.ascontiguousarray(rgb, dtype=np.uint8)
    with write_whole(path) as part:
        try:
            if kind == "PNG":
                part.write_bytes(png_bytes(pixels, metadata))
            else:
                extra = {**options.get(kind, {}), **metadata.options(kind)}
                Image.fromarray(pixels).save(part, format=kind, **extra)
        except ValueError as error:  # a side is longer than the format allows
            raise ReposeError(f"{path} cannot be written: {error}.") from error


def _in_rgb_colours(image: Image.Image) -> Image.Image:
    """Grey and CMYK pictures with a profile of their own in sRGB; others as they are."""
    profile = image.info.get("icc_profile") or b""
    if profile[16:20] not in (b"GRAY", b"CMYK") or image.mode not in ("L", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):  # a damaged profile says nothing of the colours
        return image
    return converted or image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # unreadable EXIF says nothing of the orientation, and the pixels are good
        return image


def _to_rgb(image: Image.Image) -> Photo:
    """Any Pillow picture as HxWx3 uint8."""
    if image.mode.startswith(("I", "F")):
        grey = _to_8_bits(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _to_8_bits(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """HxW of 16 or more bits, or floats, as HxW uint8."""
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
