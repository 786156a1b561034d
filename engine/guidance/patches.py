"""Small parts of a picture that are drawn anew: windows, planes of a head, patches, tones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.parts import PartLabel

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of RGB in the brightness (Rec. 601)."""

SUBPIXEL = 4
"""Bits after the point of OpenCV's fixed-point coordinates."""

_COLOURLESS = 0.006  # root mean square distance of pixels in [0, 1] to a curve of tones
_TONE_SAMPLES = 64  # per side


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture, whole pixels."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, points: Array, margin: float, size: int) -> Self | None:
        """The window around points (N, 2) of a square picture of side ``size``.

        None when less than three pixels of it lie in the picture in either direction.
        """
        left, top = np.floor(points.min(axis=0) - margin).clip(0, size).astype(int).tolist()
        right, bottom = np.ceil(points.max(axis=0) + margin + 1).clip(0, size).astype(int).tolist()
        if right - left < 3 or bottom - top < 3:
            return None
        return cls(left, top, right - left, bottom - top)

    @property
    def rows(self) -> slice:
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.left + self.width)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return self.rows, self.columns

    def shared(self, other: "Window") -> "Window | None":
        """What two windows share; None if nothing."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        width = min(self.columns.stop, other.columns.stop) - left
        height = min(self.rows.stop, other.rows.stop) - top
        return Window(left, top, width, height) if width > 0 and height > 0 else None

    def joined(self, other: "Window") -> "Window":
        """The smallest window that contains both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        width = max(self.columns.stop, other.columns.stop) - left
        return Window(left, top, width, max(self.rows.stop, other.rows.stop) - top)

    def scaled(self, factor: float) -> "Window":
        """The smallest window that contains it in a picture ``factor`` times as large."""
        left, top = int(self.left * factor), int(self.top * factor)
        right, bottom = (math.ceil(end.stop * factor) for end in (self.columns, self.rows))
        return Window(left, top, right - left, bottom - top)

    def doubled(self, size: int) -> "Window":
        """The window in a picture of side ``size``, twice as large or a pixel less."""
        left, top = 2 * self.left, 2 * self.top
        return Window(left, top, min(2 * self.width, size - left), min(2 * self.height, size - top))

    def within(self, outer: "Window") -> tuple[slice, slice]:
        """Its rows and columns in a window that contains it."""
        left, top = self.left - outer.left, self.top - outer.top
        return slice(top, top + self.height), slice(left, left + self.width)

    def cut(self, pixels: NDArray[np.uint8]) -> Floats:
        """The window (H, W, 3) in [0, 1] of a picture (S, S, 3) uint8."""
        return pixels[self.rows, self.columns] * np.float32(1 / 255)

    def label(self, parts: Floats, part: PartLabel, size: int) -> Floats:
        """How likely the window's pixels are a part: (H, W), 0 or 1 except at edges.

        parts  (N, N, 6) probabilities of the whole picture, whose side is ``size``
        """
        scale = len(parts) / size
        shift = ((start + 0.5) * scale - 0.5 for start in (self.left, self.top))
        matrix = np.array([[scale, 0, next(shift)], [0, scale, next(shift)]])
        likely = cv2.warpAffine(
            np.ascontiguousarray(parts[..., part]),
            matrix,
            (self.width, self.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        return np.asarray((2.5 * likely - 0.75).clip(0, 1), np.float32)

    def mask(self, outlines: Sequence[Array] | Array) -> Floats:
        """(H, W) 1 inside of outlines (N, 2) each, pixels of the picture; edges are antialiased."""
        covered = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(covered, [self.fixed(o) for o in outlines], 255, cv2.LINE_AA, SUBPIXEL)
        return covered * np.float32(1 / 255)

    def fixed(self, points: Array) -> NDArray[np.int32]:
        """Points (..., 2) of the picture in the window, in OpenCV's fixed-point format."""
        shifted = (points - (self.left, self.top)) * 2**SUBPIXEL
        return np.asarray(shifted.round(), np.int32)


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane of a head as a picture shows it: pixels = centre + axes @ (x, y).

    centre  (2,) pixels    axes  (2, 2) pixels per decimetre; x to the right, y down in the head
    """

    centre: Array
    axes: Array

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.inv(self.axes))

    def places(self, pixels: Array) -> Array:
        """Pixels (..., 2) as places (..., 2) on the plane, decimetres."""
        return np.asarray((pixels - self.centre) @ self._inverse.T)

    def pixels(self, places: Array) -> Array:
        """Places (..., 2) on the plane as pixels (..., 2)."""
        return np.asarray(places @ self.axes.T + self.centre)

    def grid(self, window: Window) -> tuple[Floats, Floats]:
        """x and y, (H, W) each, of a window's pixels."""
        x = np.arange(window.width, dtype=np.float32) + np.float32(window.left - self.centre[0])
        y = np.arange(window.height, dtype=np.float32) + np.float32(window.top - self.centre[1])
        (a, b), (c, d) = self._inverse.astype(np.float32)
        return a * x + (b * y)[:, None], c * x + (d * y)[:, None]

    def sampling(self, x: Floats, y: Floats, window: Window) -> Floats:
        """Places x, y (H, W each) as pixels of a window, (H, W, 2)."""
        (a, b), (c, d) = self.axes.astype(np.float32)
        right, down = (self.centre - (window.left, window.top)).astype(np.float32)
        return np.asarray(cv2.merge((a * x + b * y + right, c * x + d * y + down)), np.float32)


@dataclass(frozen=True, eq=False)
class Patch:
    """What is drawn over a window of a picture.

    colours  (H, W, 3) float32 in [0, 1]    alpha  (H, W) float32, opacity in [0, 1]
    rare     in [0, 1]: how rare what it shows is in photos, and so in training
    """

    window: Window
    colours: Floats
    alpha: Floats
    rare: float = 1.0

    def opacity(self, size: int) -> Floats:
        """(S, S) the opacity in the whole picture, whose side is S = ``size``."""
        whole = np.zeros((size, size), np.float32)
        whole[self.window.rows, self.window.columns] = self.alpha
        return whole

    def scaled(self, factor: float, size: int) -> "Patch":
        """The patch in a picture ``factor`` times as large, whose side is ``size``."""
        window = self.window
        corner = np.array([window.left, window.top]) * factor
        left, top = np.floor(corner).astype(int).tolist()
        across, down = (int(np.ceil(n * factor)) + 1 for n in (window.width, window.height))
        new = Window(left, top, min(across, size - left), min(down, size - top))
        shift = (np.array([left, top]) + 0.5) / factor - 0.5 - (window.left, window.top)
        matrix = np.array([[1 / factor, 0, shift[0]], [0, 1 / factor, shift[1]]])
        flags, sides = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (new.width, new.height)
        colours = cv2.warpAffine(
            self.colours, matrix, sides, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        alpha = cv2.warpAffine(self.alpha, matrix, sides, flags=flags)
        colours, alpha = (np.asarray(part, np.float32) for part in (colours, alpha))
        return Patch(new, colours, alpha, self.rare)

    def paint(self, layers: Floats) -> None:
        """Composite the patch over a picture (3, S, S) in [0, 1], in place."""
        part = layers[:, self.window.rows, self.window.columns]
        part += self.alpha * (self.colours.transpose(2, 0, 1).clip(0, 1) - part)


class Tones:
    """The tones of a photo: what is drawn in a photo without colour (grey, sepia) has none either.

    pixels  (H, W, 3) uint8
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        down, across = (max(1, length // _TONE_SAMPLES) for length in pixels.shape[:2])
        colours = pixels[::down, ::across].reshape(-1, 3) / 255
        powers = _powers(colours)
        self._curve = np.linalg.lstsq(powers, colours, rcond=None)[0]
        apart = np.sqrt(((powers @ self._curve - colours) ** 2).mean())
        self.colourless = bool(apart < _COLOURLESS)

    def of(self, colours: Array) -> Floats:
        """Colours (..., 3) in [0, 1] as they would look in the photo."""
        if self.colourless:
            colours = _powers(colours) @ self._curve
        return np.asarray(colours, np.float32).clip(0, 1)


def blurred(picture: NDArray[Any], sigma: float) -> Floats:
    """A picture (H, W[, C]) blurred by a Gaussian, its sigma in pixels."""
    return np.asarray(cv2.GaussianBlur(np.asarray(picture, np.float32), (0, 0), sigma), np.float32)


def blended(below: Array, above: Array, alpha: Array) -> Floats:
    """Colours (H, W, 3) or (3,) over others, with opacity (H, W)."""
    return np.asarray(below + alpha[..., None] * (above - below), np.float32)


def _powers(colours: Array) -> Array:
    """(..., 3): the luma of colours (..., 3) to the powers 0, 1, 2."""
    luma = colours @ LUMA
    return np.stack([np.ones_like(luma), luma, luma**2], axis=-1)
