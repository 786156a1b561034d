"""What shows a whole batch: its sheet and its animation."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from engine.core.errors import ReposeError
from engine.export.animation import animations, write_animation
from engine.export.jobs import Job
from engine.export.sheet import write_sheet
from engine.imaging.photos import read_picture
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
