"""What pictures say beside their pixels: the note of the edit, EXIF, colour profile, XMP."""

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.imaging.photos import Photo, read_photo, read_picture, write_photo
from engine.imaging.provenance import SOURCE_TYPE, Metadata

FORMATS = (".png", ".jpg", ".webp", ".tif")
CAMERA, GPS, LENS = "ACME", {1: "N", 2: (51.0, 30.0, 0.0)}, "ACME 50 mm"
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:1" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Camera 1"
 xmlns:own="http://own/" own:word="kept">
<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator>
<xmp:Thumbnails>picture</xmp:Thumbnails></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@cache  # it holds the time of its making
def profile(space: str) -> bytes:
    made = ImageCms.createProfile("sRGB")
    data = ImageCms.ImageCmsProfile(made).tobytes()
    return data[:16] + space.encode() + data[20:]


def camera_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = CAMERA, orientation
    exif[0x8769] = {0xA434: LENS, 0x927C: b"maker", 0xA002: 4000, 0xA003: 3000}
    exif[0x8825] = GPS
    return exif


@pytest.fixture
def rgb() -> Photo:
    return np.random.default_rng(0).integers(0, 255, (40, 30, 3), np.uint8)


def saved(path: Path, rgb: Photo, **options: Any) -> Path:
    Image.fromarray(rgb).save(path, **options)
    return path


def properties(path: Path) -> dict[str, str]:
    """The simple properties of the XMP in a file, by local name."""
    with Image.open(path) as image:
        image.load()
        packet = image.info["xmp"]
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(packet).iter():
        names = [(element.tag, element.text or ""), *element.attrib.items()]
        for name, text in names:
            assert name not in found or "#" in name, f"{name} twice"
            found[name.rpartition("}")[2]] = text
    return found


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_edited_picture_says_so_in_every_format(tmp_path: Path, rgb: Photo, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    write_photo(path, rgb, metadata=Metadata().edited("some <model>"))
    found = properties(path)
    assert found["DigitalSourceType"] == SOURCE_TYPE
    assert found["CreatorTool"].startswith("Repose")
    assert found["AISystemUsed"] == "Repose, model some <model>"
    write_photo(path, rgb, metadata=Metadata().edited("model", note=False))
    with Image.open(path) as image:
        assert not image.info.get("xmp")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("source_suffix", FORMATS)
def test_exif_and_profile_are_kept_and_the_pixels_upright(
    tmp_path: Path, rgb: Photo, source_suffix: str, suffix: str
) -> None:
    source = tmp_path / f"in{source_suffix}"
    saved(source, rgb, exif=camera_exif(6).tobytes(), icc_profile=profile("RGB "))
    photo, metadata, _ = read_picture(source)
    assert photo.shape == (30, 40, 3)
    path = tmp_path / f"out{suffix}"
    write_photo(path, photo, metadata=metadata.edited("m"))
    again = read_picture(path)
    assert again.photo.shape == photo.shape
    assert again.metadata.icc == profile("RGB ")
    with Image.open(path) as image:
        exif = image.getexif()
        assert exif[0x010F] == CAMERA
        assert exif.get(0x0112, 1) == 1
        inner = exif.get_ifd(0x8769)
        assert inner[0xA434] == LENS
        assert not {0x927C, 0xA002, 0xA003} & set(inner)
        assert exif.get_ifd(0x8825)[2] == GPS[2]
        assert not exif.get_ifd(0x0201)


def test_what_the_source_said_in_xmp_is_kept_but_for_what_no_longer_holds(
    tmp_path: Path, rgb: Photo
) -> None:
    source = saved(tmp_path / "in.jpg", rgb, xmp=XMP)
    metadata = read_picture(source).metadata
    for suffix in FORMATS:
        write_photo(tmp_path / f"out{suffix}", rgb, metadata=metadata.edited("m"))
        found = properties(tmp_path / f"out{suffix}")
        assert found["li"] == "Ann"
        assert found["word"] == "kept"
        assert found["about"] == "uuid:1"
        assert not {"Orientation", "Thumbnails"} & set(found)
        assert found["CreatorTool"].startswith("Repose")
    write_photo(tmp_path / "plain.png", rgb, metadata=metadata.edited("m", note=False))
    found = properties(tmp_path / "plain.png")
    assert found["CreatorTool"] == "Camera 1"
    assert "DigitalSourceType" not in found


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_place_of_a_photo_can_be_left_out(tmp_path: Path, rgb: Photo, suffix: str) -> None:
    """In EXIF and in XMP; all else stays."""
    xmp = XMP.replace(
        b'own:word="kept"',
        b'own:word="kept" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,30N"',
    )
    exif = camera_exif()
    metadata = Metadata(exif.tobytes(), profile("RGB "), xmp)
    path = tmp_path / f"out{suffix}"
    for place in (True, False):
        own = metadata if place else metadata.without_place()
        write_photo(path, rgb, metadata=own.edited("m"))
        with Image.open(path) as image:
            found = image.getexif()
            assert found[0x010F] == CAMERA
            assert found.get_ifd(0x8769)[0xA434] == LENS
            assert bool(found.get_ifd(0x8825)) == place
        assert ("GPSLatitude" in properties(path)) == place
        assert properties(path)["word"] == "kept"


def test_an_edit_of_an_edit_says_so_once(tmp_path: Path, rgb: Photo) -> None:
    metadata = Metadata(xmp=XMP).edited("one").edited("two")
    write_photo(tmp_path / "out.png", rgb, metadata=metadata)
    assert properties(tmp_path / "out.png")["AISystemUsed"].endswith("two")


@pytest.mark.parametrize(
    "xmp",
    [b"", b"<broken", b"\xff\xfe\x00", b"<a/>", b"\0" * 9, XMP.replace(b"Ann", b"n" * 70_000),
     b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + XMP],
)  # fmt: skip
def test_xmp_that_cannot_be_kept_is_replaced(tmp_path: Path, rgb: Photo, xmp: bytes) -> None:
    write_photo(tmp_path / "out.jpg", rgb, metadata=Metadata(xmp=xmp).edited("m"))
    assert properties(tmp_path / "out.jpg")["DigitalSourceType"] == SOURCE_TYPE


def test_damaged_exif_is_left_out(tmp_path: Path, rgb: Photo) -> None:
    source = saved(tmp_path / "in.jpg", rgb, exif=b"Exif\0\0garbage")
    photo, metadata, _ = read_picture(source)
    write_photo(tmp_path / "out.jpg", photo, metadata=metadata.edited("m"))
    assert read_photo(tmp_path / "out.jpg").shape == rgb.shape


def test_bmp_holds_nothing(tmp_path: Path, rgb: Photo) -> None:
    metadata = Metadata(icc=profile("RGB ")).edited("m")
    write_photo(tmp_path / "out.bmp", rgb, metadata=metadata)
    assert (read_photo(tmp_path / "out.bmp") == rgb).all()


def test_only_a_profile_of_rgb_is_kept_and_rgb_is_not_converted(tmp_path: Path, rgb: Photo) -> None:
    source = saved(tmp_path / "in.png", rgb, icc_profile=profile("RGB "))
    assert (read_photo(source) == rgb).all()
    grey = tmp_path / "grey.png"
    Image.fromarray(rgb[..., 0]).save(grey, icc_profile=profile("GRAY"))
    picture = read_picture(grey)  # its profile is broken: the pixels stay as they are
    assert picture.metadata.icc == b""
    assert (picture.photo == rgb[..., :1]).all()
