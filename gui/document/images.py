"""Conversion of arrays to Qt images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import qimage2ndarray
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

import engine

SMALLEST_LEVEL = 1024  # pixels: the short side down to which an image is halved


def rgb_image(picture: NDArray[np.uint8] | NDArray[np.float32], icc: bytes = b"") -> QImage:
    """A picture as a QImage of the same size.

    picture  HxWx3 RGB or HxWx4 RGBA; uint8 0..255, or float 0..1, clipped
    icc      the colour profile of an RGB picture: it is converted to sRGB, which Qt draws
    """
    if picture.dtype != np.uint8:
        picture = np.rint(255 * np.clip(picture, 0, 1))
    pixels = np.asarray(picture, np.uint8)
    image: QImage = qimage2ndarray.array2qimage(engine.in_srgb(pixels, icc) if icc else pixels)
    return image


def tinted_image(strength: NDArray[np.float32], colour: QColor, opacity: float) -> QImage:
    """An image of one colour with the alpha `strength` (HxW, 0..1) times `opacity` (0..1)."""
    height, width = strength.shape
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., :3] = colour.red(), colour.green(), colour.blue()
    rgba[..., 3] = np.rint(np.clip(strength, 0.0, 1.0) * (255.0 * opacity))
    image: QImage = qimage2ndarray.array2qimage(rgba)
    return image


def labelled_image(
    labels: NDArray[np.uint8], colours: Mapping[int, QColor], opacity: float
) -> QImage:
    """An image of `labels` (HxW) in their colours, at `opacity` (0..1); transparent without one."""
    table = np.zeros((256, 4), np.uint8)
    for label, colour in colours.items():
        table[label] = colour.red(), colour.green(), colour.blue(), round(255 * opacity)
    image: QImage = qimage2ndarray.array2qimage(table[labels])
    return image


def halvings(image: QImage) -> tuple[QImage, ...]:
    """An image pyramid: the image, and for large ones copies of half the size, a quarter, ...

    Zoomed out, the level of the fitting size is drawn, which avoids aliasing and is fast.
    """
    levels = [image]
    while min(image.width(), image.height()) > SMALLEST_LEVEL:
        image = image.scaled(
            image.width() // 2,
            image.height() // 2,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        levels.append(image)
    return tuple(levels)
