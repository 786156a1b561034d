"""Photos: the pixels, the detected faces, and the picture for the screen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

import engine
from gui.document.images import halvings, rgb_image
from gui.style.preferences import detector

if TYPE_CHECKING:
    from engine import Face, Metadata, Stored


@dataclass(frozen=True)
class Photo:
    """A photo as it was read.

    pixels    HxWx3 RGB uint8
    faces     detected faces, the largest first
    image     the same picture as a QImage, in sRGB for the screen
    metadata  of the file: EXIF, colour profile
    sha256    the hash of the file, hexadecimal
    stored    of `engine.Picture`: 16 bits, transparency
    """

    path: Path
    pixels: NDArray[np.uint8]
    faces: tuple[Face, ...]
    image: QImage
    metadata: Metadata = field(default_factory=engine.Metadata)
    sha256: str = ""
    stored: Stored | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @cached_property
    def levels(self) -> tuple[QImage, ...]:
        """The picture for the screen and its `halvings`."""
        return halvings(self.image)


def read_photo(path: Path) -> Photo:
    """Read a photo and detect its faces. Slow: not for the GUI thread. Raises ReposeError."""
    pixels, metadata, stored = engine.read_picture(path)
    faces, image = engine.find_faces(pixels, detector()), rgb_image(pixels, metadata.icc)
    photo = Photo(path, pixels, faces, image, metadata, file_hash(path), stored)
    _ = photo.levels  # computed in this thread
    return photo


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
