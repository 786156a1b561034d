"""What shows a whole batch: its sheet and its animation."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageSequence

from engine.core.errors import ReposeError
from engine.export.animation import animations, write_animation, write_frames
from engine.export.jobs import Job, JobOptions
from engine.export.sheet import write_sheet
from engine.face.landmarks import Landmarks
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo, read_photo, read_picture, write_photo
from engine.imaging.provenance import Metadata


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[int, tuple[int, int]], list[Path]]:
    def draw(count: int, size: tuple[int, int]) -> list[Path]:
        paths = [tmp_path / f"frame{k}.png" for k in range(count)]
        for k, path in enumerate(paths):
            Image.new("RGB", size, (40 * k, 100, 200)).save(path)
        return paths

    return draw


def test_a_sheet_has_a_cell_for_each_job(drawn: Callable[..., list[Path]], tmp_path: Path) -> None:
    frames = drawn(4, (90, 60))
    jobs = [
        Job(
            frames[row],
            None,
            frames[column] if column < 3 else tmp_path / "gone.png",
            (column, 0, 0),
        )
        for row in range(2)
        for column in range(4)
    ]
    write_sheet(tmp_path / "sheet.png", jobs, Metadata())
    sheet = read_picture(tmp_path / "sheet.png").photo
    colours = {tuple(colour) for colour in sheet.reshape(-1, 3)[::7].tolist()}
    assert {(0, 100, 200), (40, 100, 200), (80, 100, 200), (0xD8, 0xD8, 0xD8)} <= colours
    with pytest.raises(ReposeError, match="cannot hold"):
        write_sheet(tmp_path / "s.png", [Job(Path(str(k)), None, Path("a")) for k in range(900)],
                    Metadata())  # fmt: skip


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
@pytest.mark.parametrize("size", [(64, 48), (65, 47)])
def test_an_animation_plays_there_and_back(
    drawn: Callable[..., list[Path]], tmp_path: Path, suffix: str, size: tuple[int, int]
) -> None:
    frames = drawn(4, size)
    path = tmp_path / f"sweep{suffix}"
    write_animation(path, [*frames, tmp_path / "gone.png"], 5.0, back=True)
    if suffix == ".gif":
        with Image.open(path) as image:
            assert image.n_frames == 6  # type: ignore[attr-defined]
            assert image.info["duration"] == 200
            assert image.info["loop"] == 0
            assert b"compositeWithTrained" in image.info["comment"]
        return
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo"]
    played = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    for words in (b"h264", b"yuv420p", b" 64x48", b" 5 fps", b"compositeWithTrained"):
        assert words in played.stderr
    shown = np.frombuffer(played.stdout, np.uint8).reshape(-1, 48, 64, 3)[:, 24, 32, 0]
    assert len(shown) == 6
    assert np.argmax(shown) == 3


def test_animations_of_several_sources_have_names_of_their_own() -> None:
    jobs = [Job(Path(name), None, Path("o.png")) for name in ("x/a.jpg", "x/b.jpg", "y/a.jpg")]
    made = [path.name for path, _ in animations(Path("sweep.gif"), jobs)]
    assert made == ["sweep-a.gif", "sweep-b.gif", "sweep-a-2.gif"]
    assert next(animations(Path("sweep.gif"), jobs[:1]))[0] == Path("sweep.gif")


def test_one_picture_is_no_animation(drawn: Callable[..., list[Path]], tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="two pictures"):
        write_animation(tmp_path / "a.gif", drawn(1, (64, 48)), 5.0, back=False)
    assert not (tmp_path / "a.gif").exists()


def test_a_sheet_shows_only_the_faces_when_asked(
    photo: Photo, face: Landmarks, tmp_path: Path
) -> None:
    sources = [tmp_path / "a.png", tmp_path / "faceless.png"]
    write_photo(sources[0], photo)
    write_photo(sources[1], np.full((90, 90, 3), 77, np.uint8))
    inside = Crop.around(face).inside(photo)
    marked = photo.copy()
    marked[inside] = (0, 255, 0)
    whole = marked[inside][..., 0].size  # pixels of the square, which is smaller than a cell
    write_photo(tmp_path / "out.png", marked)
    jobs = [Job(path, None, tmp_path / "out.png") for path in sources]
    write_sheet(tmp_path / "sheet.png", jobs, Metadata(), faces=JobOptions())
    sheet = read_photo(tmp_path / "sheet.png")
    green = (sheet == (0, 255, 0)).all(axis=2)
    upper, lower = green[: len(sheet) // 2], green[len(sheet) // 2 :]
    assert upper.sum() == whole, "the cell of the source with a face has nothing else"
    assert 1000 < lower.sum() < whole / 2, "without a face the whole picture is shown"
    write_sheet(tmp_path / "sheet.png", jobs, Metadata(), faces=JobOptions(view="face"))
    sheet = read_photo(tmp_path / "sheet.png")
    upper = (sheet == (0, 255, 0)).all(axis=2)[: len(sheet) // 2]
    assert 1000 < upper.sum() < whole / 2, "pictures of the face alone are not cropped again"


def test_a_sheet_is_upright_in_srgb_and_reads_only_photos(tmp_path: Path) -> None:
    """Sources with a profile, 16 bits or an orientation look as they do in the editor."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (96, 48), (60, 170, 60)).save(
        tmp_path / "turned.png", exif=exif, icc_profile=swapped_primaries()
    )
    Image.fromarray(np.full((64, 64), 0x8080, np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "evil.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    names = ("turned.png", "deep.png", "evil.jpg")
    jobs = [Job(tmp_path / name, None, tmp_path / name) for name in names]
    write_sheet(tmp_path / "sheet.png", jobs, Metadata())
    sheet, metadata, _ = read_picture(tmp_path / "sheet.png")
    assert not metadata.icc
    red = (sheet[..., 0] == 170) & (sheet[..., 1] == 60)
    rows, columns = np.nonzero(red[:, : sheet.shape[1] // 2])
    assert np.ptp(rows) > np.ptp(columns)
    assert (sheet == 0x80).all(axis=2).sum() >= 2 * 64 * 64
    assert (sheet == 0xD8).all(axis=2).sum() > 100_000


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_an_animation_is_in_srgb(tmp_path: Path, suffix: str) -> None:
    """Frames with a profile, and pictures with a profile of their own."""
    paths = [tmp_path / f"{k}.png" for k in range(2)]
    for k, path in enumerate(paths):
        Image.new("RGB", (64, 48), (60, 170, 60 + k)).save(path, icc_profile=swapped_primaries())
    write_animation(tmp_path / f"read{suffix}", paths, 5.0, back=False)
    pictures = [Image.new("RGB", (64, 48), (60, 170, 60))] * 2
    write_frames(tmp_path / f"made{suffix}", pictures, 5.0, icc=swapped_primaries())
    for name in ("read", "made"):
        shown = played(tmp_path / f"{name}{suffix}", (48, 64))[0]
        assert np.abs(shown.mean(axis=(0, 1)) - (170, 60, 60)).max() < 6


def test_an_mp4_is_tagged_as_bt709_and_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_frames(path, [Image.new("RGB", (64, 48), (200, 40, 40))] * 3, 5.0)
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    said = subprocess.run([ffmpeg, "-i", str(path)], capture_output=True).stderr
    assert b"yuv420p(tv, bt709, progressive)" in said
    assert np.abs(played(path, (48, 64)).mean(axis=(0, 1, 2)) - (200, 40, 40)).max() < 5


@pytest.mark.parametrize(
    ("fps", "count", "durations"),
    [(60, 60, 50), (240, 120, 26), (50, 10, 10), (30, 30, 30), (8, 4, 4)],
)
def test_a_gif_keeps_its_speed(tmp_path: Path, fps: int, count: int, durations: int) -> None:
    """GIF counts in hundredths of a second, and players slow down frames of less than two."""
    path = tmp_path / "a.gif"
    write_frames(path, [Image.new("RGB", (32, 32), (k, 0, 0)) for k in range(count)], fps)
    times = []
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            times.append(frame.info["duration"])
    assert min(times) >= 20
    assert len(times) <= durations
    assert sum(times) == pytest.approx(1000 * count / fps, abs=20)


def played(path: Path, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The frames (N, H, W, 3) as a player shows them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo"]
    shown = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    return np.frombuffer(shown.stdout, np.uint8).reshape(-1, *shape, 3)


def swapped_primaries() -> bytes:
    """An RGB profile whose red is sRGB's green, and whose green is its red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    places = {}
    for k in range(int.from_bytes(profile[128:132], "big")):
        entry = 132 + 12 * k
        places[bytes(profile[entry : entry + 4])] = entry
    red, green = (slice(places[name], places[name] + 4) for name in (b"rXYZ", b"gXYZ"))
    profile[red], profile[green] = profile[green], profile[red]
    return bytes(profile)
