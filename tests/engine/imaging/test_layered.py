"""Layered files: the layers together are the flat picture, in other programs' readers, too."""

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from engine.core.errors import ReposeError
from engine.imaging.colour import Stored
from engine.imaging.layered import Layers, check_layered_path, write_layered
from engine.imaging.provenance import Metadata

AREA = (slice(10, 50), slice(20, 71))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def changed(before: Stored) -> Layers:
    """The layers of a photo whose area changes softly, up to black and white."""
    generator = np.random.default_rng(1)
    height, width = before[AREA].shape[:2]
    white = np.iinfo(before.dtype).max
    target = generator.integers(0, white, before[AREA].shape, endpoint=True)
    weight = cv2.GaussianBlur(np.pad(np.ones((20, 31)), 10), (0, 0), 4).astype(np.float32)
    weight[:3] = 0
    assert weight.shape == (height, width)
    after = before.copy()
    after[AREA] = np.rint(before[AREA] + weight[..., None] * (target - before[AREA].astype(float)))
    after[12, 30] = white  # a change where the weight is low
    return Layers.of(before, after, weight, AREA)


def over(photo: NDArray[Any], face: NDArray[Any]) -> NDArray[np.float64]:
    """The face over an opaque photo: (H, W, 3), rounded."""
    white = np.iinfo(face.dtype).max
    alpha = face[..., 3:] / white
    return np.asarray(np.rint(alpha * face[..., :3] + (1 - alpha) * photo[..., :3]))


@pytest.fixture
def before() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_layers_together_are_the_picture(before: NDArray[np.uint8], kind: Any) -> None:
    layers = changed(before.astype(kind) * (np.iinfo(kind).max // 255))
    assert (layers.photo == layers.flat).all(axis=2).mean() < 0.9, "something changed"
    assert np.abs(over(layers.photo, layers.face) - layers.flat).max() <= 1
    alpha = layers.face[AREA][..., 3]
    assert alpha[20, 25] > 0.95 * np.iinfo(kind).max
    assert len(np.unique(alpha)) > 50, "the mask is soft"
    outside = layers.face.copy()
    outside[AREA] = 0
    assert not outside.any()


def test_openraster_is_read_by_pillow(before: NDArray[np.uint8], tmp_path: Path) -> None:
    layers, path = changed(before), tmp_path / "out.ora"
    write_layered(path, layers, Metadata(icc=SRGB).edited("model"))
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"image/openraster"
        image = ElementTree.fromstring(archive.read("stack.xml"))
        assert (image.get("w"), image.get("h")) == ("90", "60")
        top, bottom = image.iter("layer")
        pictures = {}
        for name in (top.get("src", ""), bottom.get("src", ""), "mergedimage.png"):
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                assert picture.info["icc_profile"] == SRGB
                pictures[name] = picture.convert("RGBA")
        with Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))) as thumbnail:
            assert thumbnail.size == (90, 60)
    flat = pictures[bottom.get("src", "")]
    place = int(top.get("x", "")), int(top.get("y", ""))
    flat.alpha_composite(pictures[top.get("src", "")], place)
    assert np.abs(np.asarray(flat)[..., :3].astype(int) - layers.flat).max() <= 1
    assert (np.asarray(pictures["mergedimage.png"])[..., :3] == layers.flat).all()


def test_photoshops_format_is_read_by_pillow(before: NDArray[np.uint8], tmp_path: Path) -> None:
    layers, path = changed(before), tmp_path / "out.psd"
    write_layered(path, layers, Metadata(icc=SRGB).edited("model"))
    assert b"compositeWithTrainedAlgorithmicMedia" in path.read_bytes()
    with Image.open(path) as picture:
        assert picture.info["icc_profile"] == SRGB
        assert (np.asarray(picture) == layers.flat).all()
        assert [layer[0] for layer in picture.layers] == ["Photo", "Reposed face"]  # type: ignore[attr-defined]
        box = picture.layers[1][2]  # type: ignore[attr-defined]
        picture.seek(2)
        face = picture.crop(box)
        picture.seek(1)
        flat = picture.convert("RGBA")
    flat.alpha_composite(face, box[:2])
    assert np.abs(np.asarray(flat)[..., :3].astype(int) - layers.flat).max() <= 1


def test_photoshops_format_has_sixteen_bits(before: NDArray[np.uint8], tmp_path: Path) -> None:
    layers, path = changed(before.astype(np.uint16) * 257), tmp_path / "out.psd"
    write_layered(path, layers)
    data = path.read_bytes()
    assert data[22:24] == b"\0\x10"
    assert data.endswith(layers.flat.transpose(2, 0, 1).astype(">u2").tobytes())
    start = data.index(b"Lr16")
    photo = layers.photo[..., 0].astype(">u2").tobytes()
    assert start < data.index(photo) < len(data) - layers.flat.nbytes
    length = int.from_bytes(data[start + 4 : start + 8], "big")
    assert start + 8 + length + 2 + layers.flat.nbytes == len(data)


@pytest.mark.parametrize("suffix", [".ora", ".psd"])
def test_a_transparent_photo_is_erased_where_it_changed(
    before: NDArray[np.uint8], tmp_path: Path, suffix: str
) -> None:
    clear = np.dstack([before, np.full(before.shape[:2], 200, np.uint8)])
    after = clear.copy()
    after[20:30, 30:40] = (1, 2, 3, 4)
    layers = Layers.of(clear, after, np.ones((40, 51), np.float32), AREA)
    assert (layers.photo[20:30, 30:40] == 0).all()
    both = Image.fromarray(layers.photo)
    both.alpha_composite(Image.fromarray(layers.face))
    assert np.abs(np.asarray(both).astype(int) - after).max() <= 1
    write_layered(tmp_path / f"out{suffix}", layers)
    if suffix == ".psd":
        with Image.open(tmp_path / "out.psd") as picture:
            assert picture.mode == "RGBA"
            assert (np.asarray(picture) == after).all()


@pytest.mark.parametrize("suffix", [".ora", ".psd"])
def test_nothing_changed_is_written_too(
    before: NDArray[np.uint8], tmp_path: Path, suffix: str
) -> None:
    layers = Layers.of(before, before, np.zeros((40, 51), np.float32), AREA)
    write_layered(tmp_path / f"out{suffix}", layers)
    assert (tmp_path / f"out{suffix}").stat().st_size > 1000


def test_a_picture_too_long_for_the_format_is_refused() -> None:
    with pytest.raises(ReposeError, match="30000 pixels"):
        check_layered_path(Path("long.psd"), (16, 30_001))
    check_layered_path(Path("long.ora"), (16, 30_001))
