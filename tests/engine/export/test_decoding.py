"""Videos of phones, cameras and the web, made with FFmpeg, as frames at their times."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.export.decoding import decode, has_sound, measure

WHOLE = slice(0, None)
GREYS = "color=black:s=64x48:r=10:d=1,format=gray,geq=lum='20*N'"  # a level for each of 10 frames


def ffmpeg(*words: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", *map(str, words)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def levels(path: Path, some: slice = WHOLE) -> NDArray[np.float64]:
    """The mean of each frame; black is 0."""
    return np.array([frame.mean() for frame in decode(path, measure(path).fps, some)])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.mp4", ("libx264", "-pix_fmt", "yuv420p")),
        ("a.mov", ("libx264", "-pix_fmt", "yuv420p")),
        ("a.mkv", ("libx265", "-x265-params", "log-level=error")),
        ("a.webm", ("libvpx", "-pix_fmt", "yuv420p")),
        ("a.avi", ("mjpeg", "-pix_fmt", "yuvj420p")),
        ("av1.mp4", ("libsvtav1", "-pix_fmt", "yuv420p", "-svtav1-params", "lp=1")),
    ],
)
def test_every_frame_is_decoded(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", GREYS, "-codec:v", *words, path)
    assert measure(path) == (10.0, 10)
    seen = levels(path)
    assert len(seen) == 10
    assert (np.diff(seen) > 10).all()
    assert levels(path, slice(2, 5)) == pytest.approx(seen[2:5])
    assert not has_sound(path)


def test_frames_of_a_variable_rate_keep_their_times(tmp_path: Path) -> None:
    """Five frames in half a second, then five in two and a half."""
    path = tmp_path / "a.mp4"
    later = "setpts='if(lt(N,5),N/10,0.5+(N-5)/2)/TB'"
    ffmpeg("-f", "lavfi", "-i", f"{GREYS},{later},format=yuv420p", "-fps_mode", "vfr", path)
    seen = np.array([frame.mean() for frame in decode(path, 10.0, WHOLE)])
    first, second = (np.searchsorted(seen, seen[0] + level - 10) for level in (100, 120))
    assert (first, second) == (5, 10)
    assert len(seen) == pytest.approx(30, abs=5)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_phones_rotation_is_undone(turned: int, tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.mp4", tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=64x48:r=10:d=0.2,drawbox=w=32:color=black:t=fill",
           "-pix_fmt", "yuv420p", plain)  # fmt: skip
    ffmpeg("-display_rotation", turned, "-i", plain, "-codec", "copy", path)
    (frame, _) = decode(path, 10.0, WHOLE)
    dark = np.argwhere(frame[..., 0] < 128).mean(axis=0) / frame.shape[:2]
    where = {90: (0.75, 0.5), 180: (0.5, 0.75), 270: (0.25, 0.5)}[turned]
    assert dark == pytest.approx(where, abs=0.05)


def test_hdr_is_converted(tmp_path: Path) -> None:
    """A grey of PQ is much lighter than the same number on a usual screen."""
    path, curve = tmp_path / "a.mp4", "smpte2084"
    tags = f"log-level=error:colorprim=bt2020:transfer={curve}:colormatrix=bt2020nc"
    ffmpeg("-f", "lavfi", "-i", "color=0x808080:s=64x48:r=10:d=0.2", "-pix_fmt", "yuv420p10le",
           "-codec:v", "libx265", "-x265-params", tags, "-color_trc", curve,
           "-color_primaries", "bt2020", "-colorspace", "bt2020nc", path)  # fmt: skip
    frame = next(iter(decode(path, 10.0, WHOLE)))
    assert frame.std() < 3
    assert abs(frame.mean() - 128) > 10


def test_broken_videos_end_cleanly(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, broken = tmp_path / "a.mkv", tmp_path / "b.mkv"
    sound = ("-f", "lavfi", "-i", "sine=440:d=1")
    ffmpeg("-f", "lavfi", "-i", GREYS, *sound, "-codec:v", "mjpeg", "-pix_fmt", "yuvj420p", path)
    assert has_sound(path)
    whole = path.read_bytes()
    broken.write_bytes(whole[: len(whole) * 7 // 10])
    assert 1 <= len(levels(broken)) < 10
    ffmpeg(*sound, tmp_path / "sound.mkv")
    (tmp_path / "zero.mp4").touch()
    (tmp_path / "head.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(200))
    for name in ("sound.mkv", "zero.mp4", "head.mp4"):
        with pytest.raises(ReposeError, match="no video that can be read"):
            measure(tmp_path / name)
    assert capfd.readouterr() == ("", ""), "nothing but our sentences is printed"
