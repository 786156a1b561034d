"""Photos as the editor opens them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

import engine
from gui.images import halvings, rgb_image

if TYPE_CHECKING:
    from engine import Face, Metadata


@dataclass(frozen=True)
class Photo:
    """A photo as it was read: `pixels` is HxWx3 RGB uint8; `faces` are largest first; `image` is
    the same picture for the screen; `metadata` is what its file says beside the pixels."""

    path: Path
    pixels: NDArray[np.uint8]
    faces: tuple[Face, ...]
    image: QImage
    metadata: Metadata = field(default_factory=engine.Metadata)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @cached_property
    def levels(self) -> tuple[QImage, ...]:
        """The picture for the screen and its `halvings`."""
        return halvings(self.image)


def read_photo(path: Path) -> Photo:
    """Read a photo and look for its faces. Slow: not for the GUI thread. Raises ReposeError."""
    pixels, metadata = engine.read_picture(path)
    photo = Photo(path, pixels, engine.find_faces(pixels), rgb_image(pixels), metadata)
    _ = photo.levels  # now, in this thread
    return photo
