"""The one reader of picture files: what it refuses, what it understands, and that no other is."""

import ast
import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageCms

import engine
from engine.core.errors import ReposeError
from engine.export.sequence import open_footage
from engine.imaging.photos import read_photo, read_picture
from engine.imaging.reading import (
    LARGEST_BYTES,
    _formats,
    check_video,
    open_picture,
    read_thumbnail,
)

Readers = pytest.mark.parametrize("read", [read_photo, lambda path: read_thumbnail(path, 64)])
Reader = Callable[[Path], object]


@pytest.fixture
def ramp() -> NDArray[np.float32]:
    """(48, 64) from 0 to 1."""
    return np.linspace(0, 1, 48 * 64, dtype=np.float32).reshape(48, 64)


def refusal(read: Reader, path: Path) -> str:
    with pytest.raises(ReposeError) as caught:
        read(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    return sentence


@Readers
def test_only_regular_files_are_read(tmp_path: Path, read: Reader) -> None:
    assert "folder" in refusal(read, tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
        assert "pipe" in refusal(read, tmp_path / "pipe.jpg")
        assert "device" in refusal(read, Path("/dev/zero"))
    with pytest.raises(ReposeError, match="name is not valid"):
        read(tmp_path / "a\0b.jpg")


@Readers
def test_only_the_allowed_decoders_run(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "evil.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\nshowpage\n")
    assert "PostScript" in refusal(read, path)
    Image.new("RGB", (64, 64)).save(path, "PPM")
    assert "not a photo" in refusal(read, path)


@Readers
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, read: Reader) -> None:
    Image.new("L", (64, 64)).save(tmp_path / "bomb.png")
    data = (tmp_path / "bomb.png").read_bytes()
    header = b"IHDR" + struct.pack(">II", 30_000, 30_000) + data[24:29]
    header += struct.pack(">I", zlib.crc32(header))
    (tmp_path / "bomb.png").write_bytes(data[:12] + header + data[33:])
    assert "30000x30000" in refusal(read, tmp_path / "bomb.png")
    with (tmp_path / "long.jpg").open("wb") as file:
        file.write(b"\xff\xd8")
        file.truncate(LARGEST_BYTES + 1)
    assert "too large" in refusal(read, tmp_path / "long.jpg")


def test_bytes_are_read_like_files() -> None:
    with pytest.raises(ReposeError, match=r"^The mask is empty\."), open_picture(b"", "The mask"):
        pass
    png = cv2.imencode(".png", np.zeros((40, 40), np.uint8))[1].tobytes()
    with pytest.raises(ReposeError, match="too large"), open_picture(png, "The mask", 1000):
        pass
    with open_picture(png, "The mask", 1600) as image:
        assert image.size == (40, 40)


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "RAW"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
        (b"II*\0\x10\0\0\0CR\x02\0", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_other_kinds_are_named_and_the_way_out_told(
    tmp_path: Path, start: bytes, word: str
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(start + bytes(100))
    sentence = refusal(read_photo, path)
    assert word in sentence
    assert "save" in sentence or "export" in sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_truncated_photo_is_called_that(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((64, 64), 50).convert("RGB").save(path, kind)
    whole = path.read_bytes()
    for size in (len(whole) * 2 // 3, 40):
        path.write_bytes(whole[:size])
        assert "damaged or truncated" in refusal(read_photo, path)


def written(name: str, path: Path) -> None:
    """A photo as a phone writes it: with EXIF and a profile."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Phone"
    exif[ExifTags.Base.Orientation] = 6
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (96, 64), (200, 60, 40))
    picture.save(path, name, quality=95, exif=exif.tobytes(), icc_profile=icc)


@pytest.mark.parametrize(("name", "package"), [("AVIF", "PIL"), ("HEIF", "pillow_heif")])
def test_photos_of_phones_are_read(tmp_path: Path, name: str, package: str) -> None:
    heif = pytest.importorskip(package)
    if name == "HEIF":
        heif.register_heif_opener()
    path = tmp_path / "photo.heic"
    written(name, path)
    picture = read_picture(path)
    assert picture.photo.shape == (96, 64, 3)
    assert np.abs(picture.photo.mean(axis=(0, 1)) - (200, 60, 40)).max() < 6
    assert picture.metadata.icc
    assert b"Phone" in picture.metadata.exif
    assert read_thumbnail(path, 48).shape == (48, 32, 4)
    path.write_bytes(path.read_bytes()[:-40])
    refusal(read_photo, path)


@pytest.mark.parametrize("start", [b"ftypheic", b"ftypmif1"])
def test_without_its_package_heic_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    _formats.cache_clear()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\0\0\0\x18" + start + bytes(60))
    try:
        assert "save it as JPEG" in refusal(read_photo, path)
    finally:
        _formats.cache_clear()


def test_a_playlist_is_no_video(tmp_path: Path) -> None:
    """FFmpeg would open the addresses and files that it names."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"#EXTM3U\n#EXTINF:1,\nhttp://localhost/a.ts\n")
    assert "no video" in refusal(check_video, path)
    assert "no video" in refusal(open_footage, path)
    assert "does not exist" in refusal(check_video, tmp_path / "none.mp4")
    path.write_bytes(b"\0\0\0\x20ftypisom")
    check_video(path)


def test_a_raw_file_is_not_read_as_its_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    thumbnail = Image.new("RGB", (64, 64))
    thumbnail.save(path, "TIFF", tiffinfo={254: 1})  # NewSubfileType: reduced
    assert "RAW" in refusal(read_photo, path)
    thumbnail.save(path, "TIFF", tiffinfo={50706: b"\1\4\0\0"})  # DNGVersion
    assert "RAW" in refusal(read_photo, path)


def test_one_of_many_pictures_is_refused(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green")]
    for name in ("scan.tif", "moving.webp", "moving.png"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        assert "save" in refusal(read_photo, tmp_path / name)


def test_a_tiff_with_smaller_copies_of_its_picture_is_read(tmp_path: Path) -> None:
    photo, small = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (32, 24))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    photo.save(tmp_path / "pyramid.tif", save_all=True, append_images=[small])
    assert (read_photo(tmp_path / "pyramid.tif") == (255, 0, 0)).all()


def test_an_mpo_of_a_phone_is_its_first_picture(tmp_path: Path) -> None:
    photo, depth = Image.new("RGB", (64, 48), "white"), Image.new("RGB", (64, 48))
    photo.save(tmp_path / "phone.jpg", "MPO", save_all=True, append_images=[depth])
    assert read_photo(tmp_path / "phone.jpg").min() > 250


def tiff(path: Path, values: NDArray[np.generic], **changed: int) -> Path:
    """Write a greyscale TIFF (H, W) of any type; ``changed`` tags by name."""
    height, width = values.shape
    tags = {
        "ImageWidth": (256, width),
        "ImageLength": (257, height),
        "BitsPerSample": (258, 8 * values.itemsize),
        "Compression": (259, 1),
        "PhotometricInterpretation": (262, 1),
        "StripOffsets": (273, 8),
        "SamplesPerPixel": (277, 1),
        "RowsPerStrip": (278, height),
        "StripByteCounts": (279, values.nbytes),
        "SampleFormat": (339, {"u": 1, "i": 2, "f": 3}[values.dtype.kind]),
    }
    data = values.tobytes()
    entries = b"".join(
        struct.pack("<HHII", number, 4, 1, changed.get(name, value))
        for name, (number, value) in tags.items()
    )
    header = b"II*\0" + struct.pack("<I", 8 + len(data))
    path.write_bytes(header + data + struct.pack("<H", len(tags)) + entries + bytes(4))
    return path


def test_numbers_with_a_known_white_are_understood(
    tmp_path: Path, ramp: NDArray[np.float32]
) -> None:
    grey = np.rint(255 * ramp)
    path = tmp_path / "numbers.tif"
    for values in (
        ramp,
        (ramp.astype(np.float64) * (2**32 - 1)).astype(np.uint32),
        (ramp * (2**16 - 1)).astype(np.uint16),
        (ramp.astype(np.float64) * (2**31 - 1)).astype(np.int32),
        (ramp * (2**15 - 1)).astype(np.int16),
    ):
        read = read_photo(tiff(path, values))[..., 0]
        assert np.abs(read - grey).max() <= 1, values.dtype
    inverted = tiff(path, (ramp * 65535).astype(np.uint16), PhotometricInterpretation=0)
    assert np.abs(read_photo(inverted)[..., 0] - (255 - grey)).max() <= 1


def test_twelve_bits_are_understood(tmp_path: Path, ramp: NDArray[np.float32]) -> None:
    values = np.rint(4095 * ramp).astype(np.uint16).reshape(-1, 2)
    first, second = values.T
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=1).astype(
        np.uint8
    )
    path = tiff(
        tmp_path / "twelve.tif", packed.reshape(48, -1), ImageWidth=64, BitsPerSample=12
    )  # fmt: skip
    assert np.abs(read_photo(path)[..., 0] - 255 * ramp).max() <= 1


def test_numbers_with_an_unknown_white_are_refused(
    tmp_path: Path, ramp: NDArray[np.float32]
) -> None:
    path = tmp_path / "numbers.tif"
    for values in (
        255 * ramp,
        ramp - 0.5,
        ramp + np.where(ramp > 0.5, np.nan, 0).astype(np.float32),
        (4095 * ramp).astype(np.uint16),
        (255 * ramp).astype(np.uint32),
        (255 * ramp - 128).astype(np.int8),
        (1000 * ramp - 500).astype(np.int16),
    ):
        assert "white" in refusal(read_photo, tiff(path, values)), values.dtype


def test_black_has_no_white_to_know(tmp_path: Path) -> None:
    path = tiff(tmp_path / "black.tif", np.zeros((48, 64), np.uint16))
    assert not read_photo(path).any()


def test_a_tiff_of_an_unknown_kind_is_called_that(tmp_path: Path) -> None:
    path = tiff(tmp_path / "double.tif", np.zeros((48, 64), np.float64))
    assert "TIFF" in refusal(read_photo, path)


@pytest.mark.parametrize("marker", [True, False])
def test_cmyk_is_inverted_only_with_adobes_marker(tmp_path: Path, marker: bool) -> None:
    path = tmp_path / "print.jpg"
    cmyk = Image.new("RGB", (64, 48), (220, 40, 40)).convert("CMYK")
    # Pillow writes all inverted and with the marker.
    (cmyk if marker else ImageChops.invert(cmyk)).save(path, quality=95)
    data = path.read_bytes()
    start = data.index(b"\xff\xee")
    assert data[start + 4 : start + 9] == b"Adobe"
    if not marker:
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        path.write_bytes(data[:start] + data[end:])
    assert np.abs(read_photo(path).mean(axis=(0, 1)) - (220, 40, 40)).max() < 5


def test_lab_is_converted(tmp_path: Path) -> None:
    lab = Image.merge("LAB", [Image.new("L", (64, 48), value) for value in (136, 208, 195)])
    lab.save(tmp_path / "lab.tif")
    red, green, blue = read_photo(tmp_path / "lab.tif").mean(axis=(0, 1))
    assert red > 200
    assert max(green, blue) < 60


def test_a_thumbnail_is_upright_in_srgb_with_alpha(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGBA", (400, 200), (10, 20, 30, 128))
    picture.save(tmp_path / "a.png", exif=exif, icc_profile=linear)
    small = read_thumbnail(tmp_path / "a.png", 100)
    assert small.shape == (100, 50, 4)
    assert np.abs(small[50, 25].astype(int) - (10, 20, 30, 128)).max() <= 1


def test_no_other_module_decodes_pictures() -> None:
    """Nothing but `reading` calls a decoder of Pillow, OpenCV or Qt."""
    decoders = {
        *("Image.open", "cv2.imread", "cv2.imdecode", "cv2.imreadmulti", "plt.imread"),
        *("QImageReader", "QImage.fromData", "QPixmap.loadFromData"),
    }
    root = Path(engine.__file__).parents[1]
    found = set()
    for path in sorted(
        path for top in ("engine", "gui", "resources") for path in (root / top).rglob("*.py")
    ):
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in (*decoders, "QImage(", "QPixmap(")):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                arguments = [ast.unparse(argument) for argument in node.args]
                opens = called in ("QImage", "QPixmap") and any("str(" in a for a in arguments)
                if called in decoders or opens:
                    found.add(f"{path.relative_to(root).as_posix()}: {ast.unparse(node)}")
    assert found == {
        "engine/imaging/reading.py: Image.open(file, formats=_formats())",
        "engine/imaging/reading.py: cv2.imdecode("
        "np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)",
        # What Repose itself encoded: the preview of a frame, JPEG as augmentation.
        "gui/live/sequence_form.py: QImage.fromData(frame.preview)",
        "engine/data/augmentation.py: cv2.imdecode(coded, cv2.IMREAD_COLOR)",
        "resources/parts_augmentation.py: cv2.imdecode(file, cv2.IMREAD_COLOR)",
    }
