"""Areas of a photo that must stay as they are (glasses, hair, a hand), whatever the pose."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.core.files import write_whole
from engine.imaging.crop import Crop
from engine.imaging.photos import read_photo

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

LONGEST = 1024
"""Pixels of a mask's long side: as exact as a brush is, and small enough to keep in a project."""

_SAME_SHAPE = 0.02  # how far the sides of a mask may be from the photo's, as a share of them
_SUBPIXEL_BITS = 4  # OpenCV draws to 1/16 pixel


@dataclass(frozen=True)
class KeepMask:
    """Where a photo must not change, as it was painted.

    packed      the pixels, compressed: an undo stack holds hundreds of masks
    photo_size  (width, height) of the photo in pixels
    feather     how wide the border is over which kept becomes changeable, in pixels of the photo;
                half of it lies inside what was painted
    """

    packed: bytes
    photo_size: tuple[int, int]
    feather: float = 0.0

    @classmethod
    def of(cls, pixels: Pixels, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """From pixels (h, w) uint8, 255 where the photo must stay, of any size in its shape."""
        width, height = _size(photo_size)
        if pixels.shape != (height, width):
            how = cv2.INTER_AREA if pixels.shape[0] > height else cv2.INTER_LINEAR
            pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)
        return cls(zlib.compress(pixels.tobytes(), 1), photo_size, feather)

    @classmethod
    def nothing(cls, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """The mask that keeps nothing."""
        width, height = _size(photo_size)
        return cls.of(np.zeros((height, width), np.uint8), photo_size, feather)

    @classmethod
    def from_png(cls, data: bytes, photo_size: tuple[int, int], feather: float = 0.0) -> Self:
        """The mask that `to_png` wrote. Raises ReposeError when it is no picture."""
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        except cv2.error:
            pixels = None
        if pixels is None:
            raise ReposeError("The kept areas are damaged.")
        return cls.of(np.asarray(pixels, np.uint8), photo_size, feather)

    @classmethod
    def read(cls, path: Path, photo_size: tuple[int, int]) -> Self:
        """From a picture that is white where the photo must stay and black elsewhere.

        Raises ReposeError when it cannot be read, has not the photo's shape or keeps everything.
        """
        grey = np.asarray(cv2.cvtColor(read_photo(path), cv2.COLOR_RGB2GRAY), np.uint8)
        (width, height), (own_width, own_height) = photo_size, (grey.shape[1], grey.shape[0])
        if abs(width / height * own_height / own_width - 1) > _SAME_SHAPE:
            raise ReposeError(
                f"{path} is {own_width}x{own_height} pixels and the photo {width}x{height}:"
                " what is kept must be a picture of the photo's shape."
            )
        if grey.min() == 255:
            raise ReposeError(f"{path} is all white, so all would be kept: black is what changes.")
        return cls.of(grey, photo_size)

    def write(self, path: Path) -> None:
        """Write what `read` reads: a PNG with its soft border. Raises ReposeError."""
        with write_whole(path) as part:
            part.write_bytes(_png(self.soft))

    def to_png(self) -> bytes:
        """The pixels as they were painted, without the soft border."""
        return _png(self.pixels)

    @property
    def pixels(self) -> Pixels:
        """(h, w) uint8, at most 1024 on the long side, 255 = must not change; read-only."""
        return _unpacked(self)

    @property
    def soft(self) -> Pixels:
        """The pixels with the soft border; read-only."""
        return _softened(self)

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        return not self.pixels.any()

    def painted(
        self, points: Sequence[tuple[float, float]], radius: float, erase: bool = False
    ) -> Self:
        """With a stroke through these points; all in pixels of the photo."""
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
        """Keeping what this one does not."""
        return type(self).of(255 - self.pixels, self.photo_size, self.feather)

    def feathered(self, feather: float) -> Self:
        """With a border of this softness, pixels of the photo."""
        return replace(self, feather=feather)

    def over(self, crop: Crop, size: int) -> Floats:
        """How much is kept, over a crop scaled to ``size``: (size, size) in [0, 1], read-only.

        Beyond the photo its border is repeated, as in the crop.
        """
        return _over(self, crop, size)

    def window(self, left: int, top: int, width: int, height: int) -> Floats:
        """How much is kept of each pixel of a part of the photo: (height, width) in [0, 1]."""
        return self._resampled(left, top, 1.0, (width, height))

    def _resampled(self, left: float, top: float, step: float, size: tuple[int, int]) -> Floats:
        """``size`` (width, height) samples of pixels of the photo ``step`` wide, from a corner."""
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
        """Pixels of the mask in one of the photo."""
        return float(self.pixels.shape[1] / self.photo_size[0])


def check_keep(keep: KeepMask, photo: Pixels) -> None:
    """Raises ReposeError unless the mask is of a photo (H, W, 3) of this size."""
    if keep.photo_size != (photo.shape[1], photo.shape[0]):
        width, height = keep.photo_size
        raise ReposeError(f"The kept areas are those of another photo, of {width}x{height} pixels.")


def keep_of(source: Path, masks: Path | None, photo_size: tuple[int, int]) -> KeepMask | None:
    """What is kept of a source photo, by a mask or by the one in a folder of masks that is called
    like the source (with .png); None where nothing is.

    Raises ReposeError as `KeepMask.read` does.
    """
    if masks is not None and masks.is_dir():
        masks = masks / f"{source.stem}.png"
        if not masks.exists():
            return None
    return None if masks is None else KeepMask.read(masks, photo_size)


def _size(photo_size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a photo's mask."""
    scale = min(LONGEST / max(photo_size), 1.0)
    width, height = (max(round(side * scale), 1) for side in photo_size)
    return width, height


def _png(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


# The mask of the moment and the few that one goes back and forth between: a stroke makes a new one
# for each move of the mouse, and each is asked for its pixels several times.


@lru_cache(maxsize=4)
def _unpacked(mask: KeepMask) -> Pixels:
    width, height = _size(mask.photo_size)
    # (Of bytes, so read-only.)
    return np.frombuffer(zlib.decompress(mask.packed), np.uint8).reshape(height, width)


@lru_cache(maxsize=4)
def _softened(mask: KeepMask) -> Pixels:
    pixels = mask.pixels
    border = round(mask.feather * pixels.shape[1] / mask.photo_size[0] / 2)
    if border < 1:
        return pixels
    # It reaches as far as its kernel and no further, so that the inside is kept to the bit.
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
