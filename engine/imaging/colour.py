"""Conversion of decoded pictures: every stored form to 8-bit RGB, and colour profiles to sRGB."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageCms

from engine.core.errors import ReposeError

_FAINTEST = 16  # numbers that all lie below 1/16 of white were meant with another white
_TOLERANCE = 0.01  # of white, by which resampling may overshoot black and white
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3  # TIFF's SampleFormat
_WHITE_IS_ZERO = 0  # TIFF's PhotometricInterpretation

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
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # unreadable EXIF: no orientation
        turn = None
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
    values = stored.astype(np.float32) / np.float32(white)
    low, high = float(values.min()), float(values.max())
    # The comparison is False for NaN.
    if not (low >= -_TOLERANCE and (high == 0 or 1 / _FAINTEST <= high <= 1 + _TOLERANCE)):
        raise ReposeError(
            f"{called} holds numbers from {stored.min():g} to {stored.max():g}, where 0 is black"
            f" and {white:g} white: save it with 8 bits, or with 16 bits from 0 to 65535."
        )
    if tags.get(ExifTags.Base.PhotometricInterpretation) == _WHITE_IS_ZERO:
        values = 1 - values
    return np.asarray(np.rint(255 * values.clip(0, 1)), np.uint8)


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
