"""Layered files for other editors: the photo, and above it the face in its new pose.

OpenRaster (.ora; GIMP, Krita and others) and Photoshop's format (.psd; also GIMP and Krita).
"""

import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.imaging.colour import Stored, over_white, to_8_bits
from engine.imaging.photos import encode_photo
from engine.imaging.provenance import Metadata

LAYERED_SUFFIXES = (".ora", ".psd")
"""Suffixes of `write_layered`, lower case."""

_PHOTO, _FACE = "Photo", "Reposed face"
_THUMBNAIL = 256  # pixels, the longest side (OpenRaster 0.0.5)
_LONGEST_PSD = 30_000  # pixels of a side
_ICC, _EXIF, _XMP = 1039, 1058, 1060  # Photoshop's image resources


class Layers(NamedTuple):
    """Two layers, bottom and top, of one size, and the picture that they give together.

    photo  (H, W, 3 or 4) the photo; a transparent one is erased where the picture differs, because
           a layer above it cannot take anything away
    face   (H, W, 4) what changed, transparent elsewhere; its alpha is the mask
    flat   (H, W, 3 or 4) the face over the photo, within 1 of each number
    """

    photo: Stored
    face: Stored
    flat: Stored

    @classmethod
    def of(
        cls, before: Stored, after: Stored, opacity: NDArray[np.float32], area: tuple[slice, slice]
    ) -> "Layers":
        """The layers of a photo and the same with a change in one area of it.

        opacity  (h, w) in [0, 1], the weight of the change in the area
        """
        own, new = before[area], after[area]
        face = np.zeros((*before.shape[:2], 4), before.dtype)
        if before.shape[2] == 3:
            face[area] = _difference(own, new, opacity)
            return cls(before, face, after)
        changed = (own != new).any(axis=2)
        photo = before.copy()
        photo[area][changed] = 0
        face[area][changed] = new[changed]
        return cls(photo, face, after)


def _difference(before: Stored, after: Stored, opacity: NDArray[np.float32]) -> Stored:
    """The layer (h, w, 4) that over ``before`` (h, w, 3) gives ``after``, with this opacity, or
    more where no colour gives it with less."""
    white = np.float32(np.iinfo(before.dtype).max)
    layer = np.zeros((*before.shape[:2], 4), before.dtype)
    shown = (opacity > 0) | (before != after).any(axis=2)
    own = before[shown].astype(np.float32)
    change = after[shown].astype(np.float32) - own
    room = np.where(change > 0, white - own, own)  # that a colour can differ by
    needed = (np.abs(change) / np.maximum(room, 1)).max(axis=1)
    # Rounded up: with less, the colour would lie outside of black and white.
    alpha = np.ceil(np.maximum(opacity[shown], needed) * white).clip(0, white)
    colours = own + change * (white / np.maximum(alpha, 1))[:, None]
    layer[shown] = np.column_stack([np.rint(colours).clip(0, white), alpha])
    return layer


def write_layered(path: Path, layers: Layers, metadata: Metadata | None = None) -> None:
    """Write a layered file whole, in the format given by its suffix, with 8 or 16 bits.

    Raises ReposeError when the file cannot be written.
    """
    metadata = metadata or Metadata()
    psd = path.suffix.lower() == ".psd"
    check_layered_path(path, (layers.flat.shape[1], layers.flat.shape[0]))
    with write_whole(path) as part, part.open("wb") as file:
        for data in _psd(layers, metadata) if psd else [_ora(layers, metadata)]:
            file.write(data)


def check_layered_path(path: Path, size: tuple[int, int]) -> None:
    """Raises ReposeError for a picture of a (width, height) that the format cannot hold."""
    if path.suffix.lower() == ".psd" and max(size) > _LONGEST_PSD:
        raise ReposeError(
            f"{path} cannot be written: a PSD may be {_LONGEST_PSD} pixels wide and high, and the"
            f" picture is {size[0]}x{size[1]}; choose .ora."
        )


def _bounds(layer: Stored) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what a layer (H, W, 4) shows; one pixel if it shows nothing."""
    shown = (layer[..., 3] > 0).view(np.uint8)
    left, top, width, height = cv2.boundingRect(shown)
    return left, top, left + max(width, 1), top + max(height, 1)


def _ora(layers: Layers, metadata: Metadata) -> bytes:
    """An OpenRaster file (version 0.0.5): a zip of PNGs, its type first and uncompressed."""
    height, width = layers.flat.shape[:2]
    left, top, right, bottom = _bounds(layers.face)
    image = ElementTree.Element("image", version="0.0.5", w=str(width), h=str(height))
    stack = ElementTree.SubElement(image, "stack")
    for name, source, x, y in ((_FACE, "face", left, top), (_PHOTO, "photo", 0, 0)):
        ElementTree.SubElement(
            stack, "layer", name=name, src=f"data/{source}.png", x=str(x), y=str(y)
        )
    small = Image.fromarray(to_8_bits(over_white(layers.flat)))
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    thumbnail = io.BytesIO()
    small.save(thumbnail, "PNG")
    pictures = {
        "data/photo.png": layers.photo,
        "data/face.png": layers.face[top:bottom, left:right],
        "mergedimage.png": layers.flat,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", "image/openraster")
        xml = ElementTree.tostring(image, encoding="utf-8", xml_declaration=True)
        archive.writestr("stack.xml", xml)
        for name, picture in pictures.items():
            archive.writestr(name, encode_photo(Path(name), picture, metadata=metadata))
        archive.writestr("Thumbnails/thumbnail.png", thumbnail.getvalue())
    return file.getvalue()


def _psd(layers: Layers, metadata: Metadata) -> Iterator[bytes]:
    """A Photoshop file, part by part, with uncompressed channels (Adobe Photoshop File Formats
    Specification, 2019): header, no palette, resources, layers, the flat picture."""
    height, width, channels = layers.flat.shape
    bits = 8 * layers.flat.itemsize
    yield struct.pack(">4sH6xHIIHHI", b"8BPS", 1, channels, height, width, bits, 3, 0)  # 3: RGB
    resources = b"".join(
        struct.pack(">4sHHI", b"8BIM", number, 0, len(data)) + _even(data)
        for number, data in (
            (_ICC, metadata.icc),
            (_EXIF, metadata.exif.removeprefix(b"Exif\0\0")),
            (_XMP, metadata.xmp),
        )
        if data
    )
    yield struct.pack(">I", len(resources)) + resources
    left, top, right, bottom = _bounds(layers.face)
    stack = (
        (_PHOTO, (0, 0), layers.photo),
        (_FACE, (left, top), layers.face[top:bottom, left:right]),
    )
    yield from _layer_section(stack, bits, transparent=channels == 4)
    yield struct.pack(">H", 0)  # uncompressed
    yield from _planes(layers.flat)


def _layer_section(
    stack: Sequence[tuple[str, tuple[int, int], Stored]], bits: int, transparent: bool
) -> Iterator[bytes]:
    """The section of the layers: name, (left, top) and pixels of each, back to front.

    transparent  whether the flat picture's fourth channel is its transparency
    """
    # A negative count says that the flat picture has transparency.
    records = struct.pack(">h", -len(stack) if transparent else len(stack))
    size = 0
    for name, (left, top), pixels in stack:
        height, width, channels = pixels.shape
        each = 2 + height * width * pixels.itemsize
        size += channels * each
        records += struct.pack(">4iH", top, left, top + height, left + width, channels)
        for channel in range(channels):
            records += struct.pack(">hI", -1 if channel == 3 else channel, each)
        text = bytes([len(name)]) + name.encode("ascii")
        text += bytes(-len(text) % 4)
        extra = struct.pack(">II", 0, 0) + text  # no mask, no blending ranges
        records += struct.pack(">4s4sBBBx", b"8BIM", b"norm", 255, 0, 0)
        records += struct.pack(">I", len(extra)) + extra
    padding = bytes(-(len(records) + size) % 4)
    length = len(records) + size + len(padding)
    if bits == 8:
        yield struct.pack(">II", 4 + length + 4, length)
    else:  # deeper layers are in a block of their own, behind an empty list of layers
        yield struct.pack(">III4s4sI", 8 + 12 + length, 0, 0, b"8BIM", b"Lr16", length)
    yield records
    for _, _, pixels in stack:
        for plane in _planes(pixels):
            yield struct.pack(">H", 0)  # uncompressed
            yield plane
    yield padding
    if bits == 8:
        yield struct.pack(">I", 0)  # no global mask


def _planes(pixels: Stored) -> Iterator[bytes]:
    """The channels of (H, W, C), one after the other, big-endian."""
    for channel in range(pixels.shape[2]):
        yield pixels[..., channel].astype(pixels.dtype.newbyteorder(">")).tobytes()


def _even(data: bytes) -> bytes:
    return data + bytes(len(data) % 2)
