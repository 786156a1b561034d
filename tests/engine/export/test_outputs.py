"""Nothing that a command reads is overwritten, and what cannot be written is told at once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.core.errors import ReposeError
from engine.export.animation import write_frames
from engine.export.outputs import check_outputs
from engine.imaging.photos import Photo, write_photo
from main import FAILED, main


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample: Path, photo: Photo
) -> None:
    """With a photo, a video, its frames, a list of jobs and a mask."""
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(sample.read_bytes())
    Path("frames").mkdir()
    frames = [np.ascontiguousarray(photo[:256, 96:352])] * 2
    write_photo(Path("frames/frame-0001.png"), frames[0])
    write_frames(Path("v.mp4"), map(Image.fromarray, frames), 5.0)
    Path("j.csv").write_text("source,target,output\na.jpg,,x.png\na.jpg,,j.png\n")
    Path("masks").mkdir()
    write_photo(Path("masks/a.png"), np.zeros((64, 64, 3), np.uint8))


@pytest.mark.parametrize(
    ("words", "victim"),
    [
        ("a.jpg --yaw -5:5:2 --sheet a.jpg", "a.jpg"),
        ("a.jpg --yaw -5:5:2 --sheet ./frames/../a.jpg", "a.jpg"),
        ("a.jpg --yaw -5:5:2 --out o --sheet link.jpg", "a.jpg"),
        ("a.jpg --yaw 5 --out o --report a.jpg", "a.jpg"),
        ("a.jpg --yaw 5 --out o --keep-area masks --sheet masks/a.png", "masks/a.png"),
        ("a.jpg --yaw 5 --out o --target frames --sheet frames/frame-0001.png",
         "frames/frame-0001.png"),
        ("a.jpg -o x.png --yaw 5 --log a.jpg", "a.jpg"),
        ("--jobs j.csv --out o --report j.csv", "j.csv"),
        ("a.jpg --sequence v.mp4 -o v.mp4", "v.mp4"),
        ("a.jpg --sequence frames -o frames", "frames/frame-0001.png"),
        ("frames/frame-0001.png --sequence v.mp4 -o frames", "frames/frame-0001.png"),
        ("a.jpg -o model.png --yaw 5 --model model.png", "model.png"),
        ("a.jpg --yaw 5 --sheet model.png --model model.png", "model.png"),
    ],
)  # fmt: skip
def test_what_is_read_is_not_overwritten(
    words: str, victim: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("model.png").write_bytes(model.read_bytes())
    Path("link.jpg").symlink_to("a.jpg")
    before = Path(victim).read_bytes()
    common = [] if "--model" in words else ["--model", str(model)]
    assert main(["repose", *words.split(), *common]) == FAILED
    assert Path(victim).read_bytes() == before
    assert "choose another" in capsys.readouterr().err


def test_the_list_of_jobs_is_not_overwritten(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("j.csv").rename("j.png")
    arguments = ["--jobs", "j.png", "--out", ".", "--model", str(model)]
    assert main(["repose", *arguments]) == FAILED
    assert Path("j.png").read_text().startswith("source")
    assert "the list of jobs itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "a.jpg -o a.jpg/x.png --yaw 5",
        "a.jpg --out o --yaw 5 --sheet a.jpg/x.png",
        "a.jpg --out a.jpg --yaw 5",
        "--jobs j.csv --out a.jpg",
        "a.jpg --sequence v.mp4 -o a.jpg/x.mp4",
        "a.jpg --out o --yaw 5 --animation a.jpg/x.gif",
    ],
)
def test_what_cannot_be_written_is_told_before_the_work(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model is read after the check, and this one is none."""
    arguments = [*words.split(), "--model", "none.safetensors"]
    assert main(["repose", *arguments]) == FAILED
    assert "cannot be written" in capsys.readouterr().err


def test_two_outputs_are_not_one_file() -> None:
    with pytest.raises(ReposeError, match="choose another"):
        check_outputs([], [Path("s.png"), None, Path("frames/../s.png")])
    check_outputs([None, Path("a.jpg")], [None, Path("s.png"), Path("t.png")])
    assert not Path("s.png").exists()
