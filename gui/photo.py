"""Photos as the editor opens them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

import engine
from gui.images import rgb_image

if TYPE_CHECKING:
    from engine import Face


@dataclass(frozen=True)
class Photo:
    """A photo as it was read: `pixels` is HxWx3 RGB uint8; `faces` are largest first; `image` is
    the same picture for the screen."""

    path: Path
    pixels: NDArray[np.uint8]
    faces: tuple[Face, ...]
    image: QImage

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def read_photo(path: Path) -> Photo:
    """Read a photo and look for its faces. Slow: not for the GUI thread. Raises ReposeError."""
    pixels = engine.read_photo(path)
    return Photo(path, pixels, engine.find_faces(pixels), rgb_image(pixels))
