"""Keep masks: areas of a photo that no pose changes, such as glasses, hair or a hand."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.face.landmarks import Landmarks
from engine.face.parts import PERSON, PartLabel, label_parts
from engine.imaging.crop import Crop
from engine.imaging.photos import read_photo
from engine.imaging.reading import open_picture

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

KeptPart = Literal["background", "clothes", "hair"]
"""A part of the picture that can be kept with one click."""

LONGEST = 1024
"""Largest long side of a mask, pixels: the precision of a brush, and small enough for projects."""

_MOST_PIXELS = LONGEST * LONGEST

_ASPECT_TOLERANCE = 0.02  # relative difference between the aspect ratios of mask and photo
_SUBPIXEL_BITS = 4  # fixed-point coordinates of OpenCV: 1/16 pixel


@dataclass(frozen=True)
class KeepMask:
    """Where a photo must not change.

    packed      the painted pixels, compressed: an undo stack holds hundreds of masks
    photo_size  (width, height) of the photo, pixels
    feather     width of the soft border, centred on the painted border, pixels of the photo
    """

    packed: bytes
    photo_size: tuple[int, int]
    feather: float = 0.0

    @classmethod
    def of(cls, pixels: Pixels, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """A mask from pixels (h, w) uint8, 255 = keep, of any size with the same aspect ratio."""
        width, height = _size(photo_size)
        if pixels.shape != (height, width):
            how = cv2.INTER_AREA if pixels.shape[0] > height else cv2.INTER_LINEAR
            pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)
        return cls(zlib.compress(pixels.tobytes(), 1), photo_size, feather)

    @classmethod
    def nothing(cls, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """An empty mask."""
        width, height = _size(photo_size)
        return cls.of(np.zeros((height, width), np.uint8), photo_size, feather)

    @classmethod
    def from_png(cls, data: bytes, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """The mask from the bytes of `to_png`. Raises ReposeError when they are no such picture."""
        try:
            with open_picture(data, "The mask", _MOST_PIXELS) as image:
                pixels = np.asarray(image.convert("L"))
        except ReposeError as error:
            raise ReposeError("The kept areas are damaged.") from error
        return cls.of(pixels, photo_size, feather)

    @classmethod
    def read(cls, path: Path, photo_size: tuple[int, int]) -> Self:
        """The mask from a picture: white = keep, black = may change.

        Raises ReposeError when the picture cannot be read, has another aspect ratio than the photo
        or is all white.
        """
        grey = np.asarray(cv2.cvtColor(read_photo(path), cv2.COLOR_RGB2GRAY), np.uint8)
        (width, height), (own_width, own_height) = photo_size, (grey.shape[1], grey.shape[0])
        if abs(width / height * own_height / own_width - 1) > _ASPECT_TOLERANCE:
            raise ReposeError(
                f"{path} is {own_width}x{own_height} pixels and the photo {width}x{height}:"
                " what is kept must be a picture of the photo's shape."
            )
        if grey.min() == 255:
            raise ReposeError(f"{path} is all white, so all would be kept: black is what changes.")
        return cls.of(grey, photo_size)

    def write(self, path: Path) -> None:
        """Write a PNG with the soft border, for `read`. Raises ReposeError."""
        with write_whole(path) as part:
            part.write_bytes(_png(self.soft))

    def to_png(self) -> bytes:
        """The painted pixels, without the soft border, as PNG bytes."""
        return _png(self.pixels)

    @property
    def pixels(self) -> Pixels:
        """(h, w) uint8, 255 = keep, at most LONGEST on the long side; read-only."""
        return _unpacked(self)

    @property
    def soft(self) -> Pixels:
        """`pixels` with the soft border; read-only."""
        return _softened(self)

    @property
    def empty(self) -> bool:
        """Whether the mask keeps no pixel."""
        return not self.pixels.any()

    def painted(
        self, points: Sequence[tuple[float, float]], radius: float, erase: bool = False
    ) -> Self:
        """The mask after a brush stroke; points and radius in pixels of the photo."""
        pixels, scale = self.pixels.copy(), self._scale
        places = ((np.asarray(points, np.float64) + 0.5) * scale - 0.5) * 2**_SUBPIXEL_BITS
        corners = np.rint(places).astype(np.int32)
        brush, colour = max(radius * scale, 0.5), 0 if erase else 255
        how = {"lineType": cv2.LINE_AA, "shift": _SUBPIXEL_BITS}
        for x, y in corners.tolist():
            wide = round(brush * 2**_SUBPIXEL_BITS)
            cv2.circle(pixels, (x, y), wide, colour, cv2.FILLED, **how)
        if len(corners) > 1:
            width = max(round(2 * brush), 1)
            cv2.polylines(pixels, [corners[:, None]], False, colour, width, **how)
        return type(self).of(pixels, self.photo_size, self.feather)

    def inverted(self) -> Self:
        """The inverse mask."""
        return type(self).of(255 - self.pixels, self.photo_size, self.feather)

    def joined(self, other: "KeepMask") -> Self:
        """The union of two masks of one photo; the soft border is this one's."""
        return type(self).of(np.maximum(self.pixels, other.pixels), self.photo_size, self.feather)

    def feathered(self, feather: float) -> Self:
        """The mask with a soft border of this width, pixels of the photo."""
        return replace(self, feather=feather)

    def over(self, crop: Crop, size: int) -> Floats:
        """The soft mask resampled to a crop of ``size`` pixels: (size, size) in [0, 1], read-only.

        Outside the photo the border is replicated, as in the crop.
        """
        return _over(self, crop, size)

    def window(self, left: int, top: int, width: int, height: int) -> Floats:
        """The soft mask at the pixels of a window of the photo: (height, width) in [0, 1]."""
        return self._resampled(left, top, 1.0, (width, height))

    def _resampled(self, left: float, top: float, step: float, size: tuple[int, int]) -> Floats:
        """``size`` (width, height) samples, ``step`` photo pixels apart, from a window's corner."""
        scale = self._scale
        start = [(place + 0.5 * step) * scale - 0.5 for place in (left, top)]
        to_mask = np.array([[step * scale, 0, start[0]], [0, step * scale, start[1]]])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        sampled = cv2.warpAffine(
            self.soft, to_mask, size, flags=how, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(sampled, np.float32) / np.float32(255)

    @property
    def _scale(self) -> float:
        """Mask pixels per photo pixel."""
        return float(self.pixels.shape[1] / self.photo_size[0])


def check_keep(keep: KeepMask, photo: Pixels) -> None:
    """Raises ReposeError unless the mask is for a photo of this size (H, W, 3)."""
    if keep.photo_size != (photo.shape[1], photo.shape[0]):
        width, height = keep.photo_size
        raise ReposeError(f"The kept areas are those of another photo, of {width}x{height} pixels.")


def keep_of(source: Path, masks: Path | None, photo_size: tuple[int, int]) -> KeepMask | None:
    """The keep mask of a source photo.

    ``masks`` is a mask for all sources, or a folder with masks called ``<stem of source>.png``.
    Returns None without a mask. Raises ReposeError as `KeepMask.read` does.
    """
    file = mask_file(source, masks)
    return None if file is None else KeepMask.read(file, photo_size)


def mask_file(source: Path, masks: Path | None) -> Path | None:
    """The file of the keep mask of a source; parameters as in `keep_of`."""
    if masks is None or not masks.is_dir():
        return masks
    file = masks / f"{source.stem}.png"
    return file if file.exists() else None


def keep_part(photo: Pixels, landmarks: Landmarks, part: KeptPart) -> KeepMask:
    """The mask of a part of a photo (H, W, 3), found around the face with these landmarks (68, 2).

    Beyond the crop around the face all is background. Raises ReposeError when the part is not in
    the picture, or the parts network cannot be used.
    """
    parts = label_parts(photo, landmarks)
    wanted = {
        "background": PERSON,
        "clothes": (PartLabel.CLOTHES,),
        "hair": (PartLabel.HAIR,),
    }[part]
    alpha = parts.alpha(photo, *wanted)
    height, width = photo.shape[:2]
    shown = np.zeros((height, width), np.float32)
    crop = parts.crop
    top, left = max(crop.top, 0), max(crop.left, 0)
    bottom, right = min(crop.top + crop.side, height), min(crop.left + crop.side, width)
    shown[top:bottom, left:right] = alpha[
        top - crop.top : bottom - crop.top, left - crop.left : right - crop.left
    ]
    if part == "background":
        shown = 1 - shown
    if shown.max() < 0.5:
        raise ReposeError(f"No {part} was found around this face: paint the area with the brush.")
    return KeepMask.of((255 * shown).round().astype(np.uint8), (width, height))


def _size(photo_size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the mask of a photo."""
    scale = min(LONGEST / max(photo_size), 1.0)
    width, height = (max(round(side * scale), 1) for side in photo_size)
    return width, height


def _png(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


# Small caches: a stroke creates a mask for each mouse move, and each is unpacked several times.
# Four entries also cover undo and redo.


@lru_cache(maxsize=4)
def _unpacked(mask: KeepMask) -> Pixels:
    width, height = _size(mask.photo_size)
    # An array over bytes is read-only.
    return np.frombuffer(zlib.decompress(mask.packed), np.uint8).reshape(height, width)


@lru_cache(maxsize=4)
def _softened(mask: KeepMask) -> Pixels:
    pixels = mask.pixels
    border = round(mask.feather * pixels.shape[1] / mask.photo_size[0] / 2)
    if border < 1:
        return pixels
    # Finite kernel: pixels further inside keep exactly 255.
    soft = np.asarray(cv2.stackBlur(pixels, (2 * border + 1, 2 * border + 1)), np.uint8)
    soft.setflags(write=False)
    return soft


@lru_cache(maxsize=4)
def _over(mask: KeepMask, crop: Crop, size: int) -> Floats:
    fine = max(size, round(crop.side * mask.pixels.shape[1] / mask.photo_size[0]))
    kept = mask._resampled(crop.left, crop.top, crop.side / fine, (fine, fine))
    if fine > size:
        kept = np.asarray(cv2.resize(kept, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    kept.setflags(write=False)
    return kept
