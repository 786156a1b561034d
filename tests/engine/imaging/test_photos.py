"""Reading and writing photos: every kind is converted, every bad one gets a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.core.errors import ReposeError
from engine.imaging.colour import Stored
from engine.imaging.photos import (
    WRITTEN_SUFFIXES,
    check_photo_path,
    read_photo,
    read_picture,
    write_photo,
)
from engine.imaging.provenance import Metadata

LOSSLESS = (".png", ".tif", ".tiff", ".bmp")


@pytest.fixture
def rgb() -> NDArray[np.uint8]:
    """60x80x3: smooth with some noise, as photos are."""
    y, x = np.mgrid[0:60, 0:80]
    smooth = np.stack([3 * x, 4 * y, x + y], axis=2)
    noise = np.random.default_rng(1).integers(0, 15, smooth.shape)
    return (smooth + noise).astype(np.uint8)


@pytest.mark.parametrize("suffix", WRITTEN_SUFFIXES)
def test_what_is_written_is_read(tmp_path: Path, rgb: NDArray[np.uint8], suffix: str) -> None:
    path = tmp_path / f"photo{suffix.upper()}"
    write_photo(path, rgb)
    read = read_photo(path)
    assert read.dtype == np.uint8
    assert read.shape == rgb.shape
    difference = np.abs(read.astype(int) - rgb)
    assert difference.max() == 0 if suffix in LOSSLESS else difference.mean() < 4
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_grey_is_three_equal_channels(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    Image.fromarray(rgb[:, :, 0]).save(tmp_path / "grey.png")
    assert (read_photo(tmp_path / "grey.png") == rgb[:, :, :1]).all()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_keep_their_brightness(
    tmp_path: Path, rgb: NDArray[np.uint8], suffix: str
) -> None:
    path = tmp_path / f"grey16{suffix}"
    Image.fromarray(rgb[:, :, 0].astype(np.uint16) * 257).save(path)
    assert (read_photo(path) == rgb[:, :, :1]).all()


def test_sixteen_bit_colour(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    import cv2

    deep = np.ascontiguousarray(rgb[:, :, ::-1]).astype(np.uint16) * 257
    for suffix in (".png", ".tif"):
        path = tmp_path / f"colour16{suffix}"
        assert cv2.imwrite(str(path), deep)
        assert (read_photo(path) == rgb).all()


DEEP = np.random.default_rng(2).integers(0, 65536, (60, 80, 4), np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_depth_and_transparency_come_back(
    tmp_path: Path, suffix: str, channels: int, depth: type[np.uint8 | np.uint16]
) -> None:
    pixels: Stored = DEEP[..., :channels].astype(depth)
    path = tmp_path / f"deep{suffix}"
    write_photo(path, pixels, metadata=Metadata().edited("model"))
    picture = read_picture(path)
    if depth is np.uint8 and channels == 3:
        assert picture.stored is None
        assert (picture.photo == pixels).all()
        return
    assert picture.stored is not None
    assert picture.stored.dtype == depth
    assert (picture.stored == pixels).all()
    white = np.iinfo(depth).max
    shares = np.asarray(pixels, np.float64) / white
    alpha = shares[..., 3:] if channels == 4 else np.ones((60, 80, 1))
    expected = 255 * (shares[..., :3] * alpha + 1 - alpha)
    assert np.abs(picture.photo - expected).max() <= 1
    with Image.open(path) as image:  # another reader
        seen = np.asarray(image.convert("RGBA"))[..., :channels]
        assert np.abs(seen - 255 * shares).max() <= 1
        assert b"Repose" in image.info["xmp"]


def test_the_other_formats_hold_what_they_can(tmp_path: Path) -> None:
    clear = np.zeros((60, 80, 4), np.uint16)
    clear[:30] = (65535, 0, 0, 65535)
    for suffix in (".jpg", ".bmp", ".webp"):
        write_photo(tmp_path / f"a{suffix}", clear)
        picture = read_picture(tmp_path / f"a{suffix}")
        assert np.abs(picture.photo[:30].mean(axis=(0, 1)) - (255, 0, 0)).max() < 5
        assert picture.photo[35:].min() > 250, "over white"
        assert (picture.stored is not None) == (suffix == ".webp")


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_depth_is_turned_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path, plain = tmp_path / f"deep{suffix}", tmp_path / f"plain{suffix}"
    write_photo(path, DEEP[..., :3], metadata=Metadata(exif=exif.tobytes()))
    write_photo(plain, (DEEP[..., :3] >> 8).astype(np.uint8), metadata=Metadata(exif.tobytes()))
    picture = read_picture(path)
    assert picture.stored is not None
    assert ((picture.stored >> 8) == read_photo(plain)).all()


def test_grey_of_sixteen_bits_keeps_them(tmp_path: Path) -> None:
    for suffix in (".png", ".tif"):
        Image.fromarray(DEEP[..., 0]).save(tmp_path / f"grey{suffix}")
        picture = read_picture(tmp_path / f"grey{suffix}")
        assert picture.stored is not None
        assert (picture.stored == DEEP[..., :1]).all()


def test_twelve_bits_in_sixteen_are_refused(tmp_path: Path) -> None:
    write_photo(tmp_path / "twelve.png", np.asarray(DEEP[..., :3] >> 4, np.uint16))
    assert "white" in refusal(tmp_path / "twelve.png")


def test_floats_in_a_tiff(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    path = tmp_path / "float.tif"
    Image.fromarray(rgb[:, :, 0].astype(np.float32) / 255).save(path)
    assert (read_photo(path) == rgb[:, :, :1]).all()


def test_transparent_lies_over_white(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    alpha = np.full((60, 80, 1), 255, np.uint8)
    alpha[:30] = 0
    path = tmp_path / "cut.png"
    Image.fromarray(np.concatenate([rgb, alpha], axis=2)).save(path)
    read = read_photo(path)
    assert (read[:30] == 255).all()
    assert (read[30:] == rgb[30:]).all()


def test_transparent_palette_lies_over_white(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    palette = Image.fromarray(rgb).quantize(16)
    path = tmp_path / "palette.png"
    palette.save(path, transparency=int(np.asarray(palette)[0, 0]))
    read = read_photo(path)
    assert (read[0, 0] == 255).all()
    assert np.abs(read.astype(int) - np.asarray(palette.convert("RGB")))[-1, -1].max() == 0


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk(tmp_path: Path, rgb: NDArray[np.uint8], suffix: str) -> None:
    path = tmp_path / f"print{suffix}"
    Image.fromarray(rgb).convert("CMYK").save(path)
    assert np.abs(read_photo(path).astype(int) - rgb).mean() < 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(
    tmp_path: Path, rgb: NDArray[np.uint8], orientation: int
) -> None:
    # How the file stores a picture whose upright form is rgb.
    stored = {
        1: rgb,
        2: rgb[:, ::-1],
        3: rgb[::-1, ::-1],
        4: rgb[::-1],
        5: rgb.transpose(1, 0, 2),
        6: np.rot90(rgb),
        7: rgb[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(rgb, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    assert (read_photo(path) == rgb).all()


def refusal(path: Path) -> str:
    with pytest.raises(ReposeError) as caught:
        read_photo(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.97])
def test_truncated_jpeg_is_noticed(
    tmp_path: Path, rgb: NDArray[np.uint8], share: float, options: dict[str, Any]
) -> None:
    path = tmp_path / "cut.jpg"
    Image.fromarray(rgb).resize((320, 240)).save(path, quality=90, **options)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refusal(path)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".bmp", ".tif"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_other_truncated_photos_are_noticed(
    tmp_path: Path, rgb: NDArray[np.uint8], suffix: str, share: float
) -> None:
    path = tmp_path / f"cut{suffix}"
    write_photo(path, rgb)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refusal(path)


def test_bad_files_each_get_a_sentence(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.jpg")
    (tmp_path / "empty.jpg").touch()
    assert "empty" in refusal(tmp_path / "empty.jpg")
    (tmp_path / "text.jpg").write_text("I am a letter.")
    assert "not a photo" in refusal(tmp_path / "text.jpg")
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    assert "too small" in refusal(tmp_path / "dot.png")
    assert "folder" in refusal(tmp_path)


def test_an_unknown_suffix_is_refused(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    with pytest.raises(ReposeError, match="suffix"):
        write_photo(tmp_path / "photo.gif", rgb)
    with pytest.raises(ReposeError, match="suffix"):
        check_photo_path(tmp_path / "photo")
    assert not list(tmp_path.iterdir())


def test_a_photo_too_large_for_its_format_leaves_no_file(tmp_path: Path) -> None:
    long = np.zeros((16, 16_400, 3), np.uint8)
    with pytest.raises(ReposeError, match=r"16383 pixels .* choose PNG"):
        write_photo(tmp_path / "long.webp", long)
    with pytest.raises(ReposeError, match=r"16383 pixels .* choose PNG"):
        check_photo_path(tmp_path / "long.webp", (16, 16_400))
    check_photo_path(tmp_path / "long.png", (16, 16_400))
    assert not list(tmp_path.iterdir())
