"""The frames that the tests of sequences read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.export.animation import write_frames
from engine.imaging.photos import Photo, write_photo

SHIFTS = (0, 6, 12, 18, 24)  # pixels that the face moves to the right


@pytest.fixture(scope="module")
def moving(photo: Photo) -> list[Photo]:
    """The sample's head, moving to the right: 256x256 each."""
    return [np.ascontiguousarray(photo[:256, 96 - shift : 352 - shift]) for shift in SHIFTS]


@pytest.fixture(scope="module")
def folder(moving: list[Photo], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five frames, whose names sort otherwise as text, and one that shows nothing."""
    folder = tmp_path_factory.mktemp("frames")
    for number, frame in zip((1, 2, 9, 10, 12), moving, strict=True):
        write_photo(folder / f"f{number}.png", frame)
    write_photo(folder / "f11.png", np.full((256, 256, 3), 128, np.uint8))
    (folder / "notes.txt").write_text("no frame")
    return folder


@pytest.fixture(scope="module")
def video(moving: list[Photo], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    write_frames(path, map(Image.fromarray, moving), 10.0)
    return path
