"""Conversion of decoded pictures: every stored form to 8-bit RGB, and colour profiles to sRGB."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageCms

from engine.core.errors import ReposeError

Stored = NDArray[np.unsignedinteger[Any]]
"""(H, W, 3 or 4) RGB or RGBA of 8 or 16 bits."""

_FAINTEST = 16  # numbers that all lie below 1/16 of white were meant with another white
_TOLERANCE = 0.01  # of white, by which resampling may overshoot black and white
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3  # TIFF's SampleFormat
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2  # TIFF's PhotometricInterpretation
_UNASSOCIATED_ALPHA = 2  # TIFF's ExtraSamples

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by EXIF orientation


def upright_rgb(image: Image.Image, called: str) -> Image.Image:
    """An opened picture of any mode as 8-bit RGB, or RGBA if it has transparency; upright.

    RGB values stay as stored, whatever their profile. Greyscale and CMYK pictures are converted by
    their profile to sRGB.

    called  the file's name for sentences

    Raises ReposeError when it is not known which of its numbers is white, and whatever Pillow
    raises for damaged contents.
    """
    image.load()  # which turns a TIFF and deletes its orientation
    turn = _TURNS.get(orientation_of(image))
    rgb = _in_rgb(image, called)
    if image.has_transparency_data and rgb.mode == "RGB":
        rgb.putalpha(image.convert("RGBA").getchannel("A"))
    return rgb if turn is None else rgb.transpose(turn)


def _in_rgb(image: Image.Image, called: str) -> Image.Image:
    """An opened picture as RGB; as RGBA if no profile applies and it has transparency."""
    form = _sample_format(image)
    profile = image.info.get("icc_profile") or b""
    if image.mode == "La":  # premultiplied
        image = image.convert("LA")
    elif image.mode.startswith(("I", "F")) or form == _SIGNED:
        image = Image.fromarray(_eight_bits(image, form, called))
    elif image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        # Pillow inverts all CMYK JPEGs; only those with Adobe's marker are stored inverted.
        image = ImageChops.invert(image)
    if image.mode == "LAB":
        return _to_srgb_by(image, ImageCms.createProfile("LAB"))
    kinds = {"L": b"GRAY", "LA": b"GRAY", "CMYK": b"CMYK"}
    if profile[16:20] == kinds.get(image.mode):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return _to_srgb_by(image.convert("L") if image.mode == "LA" else image, own)
        except (ImageCms.PyCMSError, OSError):  # a damaged profile is ignored
            pass
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _to_srgb_by(image: Image.Image, profile: Any) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
    assert converted is not None  # it is, if converted in place
    return converted


def _sample_format(image: Image.Image) -> int:
    """TIFF's SampleFormat; unsigned integers for all other files."""
    tags = getattr(image, "tag_v2", {})
    return int(tags.get(ExifTags.Base.SampleFormat, (_UNSIGNED,))[0])


def _eight_bits(image: Image.Image, form: int, called: str) -> NDArray[np.uint8]:
    """A greyscale picture of 12 bits and more, or of floats, as (H, W) uint8.

    White is the largest integer of that many bits, or 1.0. Raises ReposeError for values that show
    that another white was meant: what would be black or blown out is refused.
    """
    tags = getattr(image, "tag_v2", {})
    bits = int(tags.get(ExifTags.Base.BitsPerSample, (16,))[0])
    stored = np.asarray(image)
    if form == _SIGNED and bits == 8:
        stored = stored.view(np.int8)
    elif form == _UNSIGNED and bits == 32:
        stored = stored.view(np.uint32)
    white = 1.0 if form == _FLOAT else float(2 ** (bits - (form == _SIGNED)) - 1)
    check_white(stored, white, called)
    values = stored.astype(np.float32) / np.float32(white)
    if tags.get(ExifTags.Base.PhotometricInterpretation) == _WHITE_IS_ZERO:
        values = 1 - values
    return np.asarray(np.rint(255 * values.clip(0, 1)), np.uint8)


def check_white(stored: NDArray[Any], white: float, called: str) -> None:
    """Raises ReposeError for numbers that cannot have been meant with this white and 0 as black."""
    low, high = float(stored.min()), float(stored.max())
    # The comparison is False for NaN.
    bright = high == 0 or white / _FAINTEST <= high <= white * (1 + _TOLERANCE)
    if not (low >= -_TOLERANCE * white and bright):
        raise ReposeError(
            f"{called} holds numbers from {low:g} to {high:g}, where 0 is black and {white:g}"
            " white: save it with 8 bits, or with 16 bits from 0 to 65535."
        )


def over_white(pixels: Stored) -> Stored:
    """A picture (H, W, 3 or 4), RGB or RGBA of 8 or 16 bits, composited on white: (H, W, 3)."""
    if pixels.shape[2] == 3:
        return pixels
    larger: Any = np.uint16 if pixels.dtype == np.uint8 else np.uint32  # holds white squared
    white = larger(np.iinfo(pixels.dtype).max)
    colours, alpha = pixels[..., :3].astype(larger), pixels[..., 3:].astype(larger)
    colours = (colours * alpha + white * (white - alpha) + white // 2) // white
    return np.asarray(colours, pixels.dtype)


def to_8_bits(pixels: Stored) -> NDArray[np.uint8]:
    """Integers of 8 or 16 bits as uint8, rounded."""
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def has_16_bits(image: Image.Image) -> bool:
    """Whether an opened picture, not decoded yet, has RGB or grey values of 16 bits.

    Not for greyscale with a profile, premultiplied or inverted values: these are converted.
    """
    if (image.info.get("icc_profile") or b"")[16:20] == b"GRAY":
        return False
    if image.format == "TIFF":
        tags = image.tag_v2  # type: ignore[attr-defined]
        return (
            tags.get(ExifTags.Base.BitsPerSample, (1,))[0] == 16
            and tags.get(ExifTags.Base.PhotometricInterpretation) in (_BLACK_IS_ZERO, _RGB)
            and tags.get(ExifTags.Base.ExtraSamples, ()) in ((), (_UNASSOCIATED_ALPHA,))
            and _sample_format(image) == _UNSIGNED
        )
    return image.format == "PNG" and any(";16" in str(tile[3]) for tile in image.tile)  # type: ignore[attr-defined]


def turned(pixels: Stored, orientation: int) -> Stored:
    """A stored picture (H, W, C) upright, by its EXIF orientation, 1 to 8."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of an opened picture, 1 to 8; 1 if it cannot be read."""
    if image.format == "JXL" and not getattr(image, "jpeg", False):
        return 1  # decoded upright, whatever its EXIF says (ISO/IEC 18181-2), unless a JPEG
    try:
        found = int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF raises many types
        return 1
    return found if found in _TURNS else 1


def in_srgb(rgb: NDArray[np.uint8], profile: bytes) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 converted from a colour profile to sRGB.

    Unchanged without a profile, and with one that is damaged or not for RGB.
    """
    transform = _to_srgb(profile) if profile else None
    if transform is None:
        return rgb
    return np.asarray(ImageCms.applyTransform(Image.fromarray(rgb), transform), np.uint8)


@lru_cache(maxsize=8)
def _to_srgb(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    if profile[16:20] != b"RGB ":
        return None
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.buildTransform(own, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
