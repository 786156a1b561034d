"""JPEG XL, an optional format."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.core.errors import ReposeError
from engine.imaging.jxl import has_jxl, read_header
from engine.imaging.photos import WRITTEN_SUFFIXES, Photo, read_picture, write_photo
from engine.imaging.provenance import Metadata
from engine.imaging.reading import open_picture

needs_jxl = pytest.mark.skipif(not has_jxl(), reason="needs pillow-jxl-plugin")

# A height of 513 (13 bits), a ratio of 3:2; and 24 x 16 in eighths, any ratio.
WIDE = b"\xff\x0a" + (0 | 1 << 1 | 512 << 3 | 4 << 16).to_bytes(12, "little")
SMALL = b"\xff\x0a" + (1 | 1 << 1 | 0 << 6 | 2 << 9).to_bytes(12, "little")
FIRST = b"\0\0\0\x0cJXL \r\n\x87\n"


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


@pytest.mark.parametrize(("stream", "size"), [(WIDE, (769, 513)), (SMALL, (24, 16))])
def test_the_size_is_read_without_decoding(stream: bytes, size: tuple[int, int]) -> None:
    assert read_header(io.BytesIO(stream)) == (size, b"")
    parts = [box(b"jxlp", b"\0\0\0\0" + stream[:4]), box(b"xml ", b"<x/>")]
    parts += [box(b"Exif", b"\0" * 40), box(b"jxlp", b"\x80\0\0\1" + stream[4:])]
    assert read_header(io.BytesIO(FIRST + b"".join(parts))) == (size, b"<x/>")
    assert read_header(io.BytesIO(FIRST + box(b"jxlc", stream)))[0] == size


@pytest.mark.parametrize("data", [FIRST, FIRST + b"\0\0\0\2jxlc", b"\xff\x0a\x10", b"\x89PNG"])
def test_damaged_headers_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_header(io.BytesIO(data))


@pytest.mark.skipif(has_jxl(), reason="needs a Python without pillow-jxl-plugin")
def test_without_the_package_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "a.jxl").write_bytes(WIDE)
    with pytest.raises(ReposeError, match=r"pip install 'repose\[jxl\]'"):
        read_picture(tmp_path / "a.jxl")
    with pytest.raises(ReposeError, match=r"pip install 'repose\[jxl\]'"):
        write_photo(tmp_path / "b.jxl", np.zeros((20, 20, 3), np.uint8))
    assert ".jxl" not in WRITTEN_SUFFIXES


@needs_jxl
def test_a_photo_is_written_and_read(photo: Photo, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    write_photo(tmp_path / "a.jxl", photo, metadata=Metadata(exif=exif.tobytes()).edited("model"))
    picture = read_picture(tmp_path / "a.jxl")
    assert np.abs(picture.photo.astype(int) - photo).mean() < 2
    assert b"Camera" in picture.metadata.exif
    assert b"Repose, model model" in picture.metadata.xmp


@needs_jxl
def test_transparency_is_kept_and_colours_are_converted_to_srgb(tmp_path: Path) -> None:
    pixels = np.full((40, 60, 4), (200, 100, 50, 255), np.uint8)
    pixels[:20, :, 3] = 0
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    write_photo(tmp_path / "a.jxl", pixels, 100, Metadata(icc=profile))
    stored = read_picture(tmp_path / "a.jxl").stored
    assert stored is not None
    assert np.abs(stored[20:].astype(int) - pixels[20:]).max() <= 6
    assert not stored[:20, :, 3].any()


@needs_jxl
def test_exif_does_not_turn_it_again(photo: Photo, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = Image.fromarray(photo[:300])
    wide.save(tmp_path / "a.jxl", format="JXL", exif=exif.tobytes())
    assert read_picture(tmp_path / "a.jxl").photo.shape == (300, 512, 3)


@needs_jxl
def test_a_large_one_is_refused_before_it_is_decoded(photo: Photo, tmp_path: Path) -> None:
    write_photo(tmp_path / "a.jxl", photo)
    data = (tmp_path / "a.jxl").read_bytes()
    with pytest.raises(ReposeError, match="too large: 512x512"), open_picture(data, "it", 1000):
        pass
    with pytest.raises(ReposeError, match=r"not a photo|damaged"):
        read_picture_of(tmp_path, data[: len(data) // 2])


def read_picture_of(folder: Path, data: bytes) -> None:
    (folder / "half.jxl").write_bytes(data)
    read_picture(folder / "half.jxl")
