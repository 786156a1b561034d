"""The command `repose --sequence`: what it makes, and what it refuses."""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from engine.export import repose
from engine.export.decoding import has_sound
from engine.export.sequence import Target, open_footage
from engine.export.sequence_export import SequenceExport
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from main import main


def test_the_command_plays_a_folder(
    sample: Path, folder: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    words = ["repose", str(sample), "--sequence", str(folder), "-o", str(out)]
    log = tmp_path / "log.csv"
    common = ["--model", str(model), "--view", "face", "--log", str(log), "--fps", "5"]
    assert main([*words, *common]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["6 frames", str(out)]
    assert "No face was found in 1 of 6 frames (5)" in captured.err
    assert len(log.read_text().splitlines()) == 7
    assert open_footage(out).fps == 5
    assert open_footage(out).count == 6


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a.jpg", "--sequence", "v.mp4"], "needs one SOURCE, and -o"),
        (["--sequence", "v.mp4", "-o", "b.mp4"], "needs one SOURCE"),
        (["a.jpg", "--sequence", "v.mp4", "--out", "d"], "exclude each other"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--smoothing", "-1"], "from 0 to 25"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--face", "0"], "counted from 1"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--yaw", "5"], "--yaw and --sequence"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--fps", "5"], "keeps its frame rate"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--format", "jpg"], "--format and"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--overwrite"], "--overwrite and"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--from", "3", "--to", "2"], "is later"),
        (["a.jpg", "--sequence", "v.mp4", "-o", "b.mp4", "--reference", "-1"], "between --from"),
        (["a.jpg", "-o", "b.png", "--to", "2"], "are for the video of a --sequence"),
    ],
)
def test_options_that_make_no_sense(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["repose", *words]) == 2
    assert sentence in capsys.readouterr().err


def ffmpeg(*words: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", *map(str, words)]
    subprocess.run(command, check=True, timeout=300)


def with_sound(video: Path, seconds: float, loud: Path) -> Path:
    """The video with a tone of so many seconds, in a new file."""
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}")
    ffmpeg("-i", video, *tone, "-c:v", "copy", "-c:a", "aac", loud)
    return loud


def test_the_sound_of_the_video_is_kept(
    sample: Path, video: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loud, out = with_sound(video, 0.2, tmp_path / "loud.mp4"), tmp_path / "out.mp4"
    assert (has_sound(loud), has_sound(video)) == (True, False)
    words = ["repose", str(sample), "-o", str(out), "--model", str(model), "--view", "face"]
    assert main([*words, "--sequence", str(loud)]) == 0
    assert has_sound(out)
    assert len(list(open_footage(out).frames)) == 5  # the sound is shorter
    assert main([*words, "--sequence", str(video)]) == 0
    assert not has_sound(out)


def test_the_command_plays_a_part_relative_to_a_moment(
    sample: Path, video: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loud, out = with_sound(video, 0.5, tmp_path / "loud.mp4"), tmp_path / "out.mp4"
    words = ["repose", str(sample), "-o", str(out), "--model", str(model), "--view", "face"]
    words += ["--sequence", str(loud), "--from", "0.1", "--to", "0.3"]
    assert main([*words, "--reference", "0.2"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "3 frames"
    assert open_footage(out).count == 3
    assert has_sound(out)
    assert main([*words[:-4], "--from", "8"]) == 1
    assert "has no frame from 8 seconds on" in capsys.readouterr().err


def test_a_truncated_video_gives_what_could_be_read_and_fails(
    sample: Path, video: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, cut, out = tmp_path / "whole.mp4", tmp_path / "cut.mp4", tmp_path / "out.mp4"
    ffmpeg("-stream_loop", 5, "-i", video, "-g", 1, "-movflags", "+faststart", whole)
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    words = ["repose", str(sample), "-o", str(out), "--model", str(model), "--view", "face"]
    assert main([*words, "--sequence", str(cut)]) == 1
    captured = capsys.readouterr()
    assert "announces 30 frames and only" in captured.err
    count = int(captured.out.split()[0])
    assert 5 < count < 25
    assert len(list(open_footage(out).frames)) == count


def test_the_last_event_has_each_warning_once(
    sample: Path,
    face: Landmarks,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(repose, "step_back", lambda: None)
    turned = Target(Pose3D.of(face).turned(80, 0, 0).landmarks(), (512, 512))
    near = Target(Pose3D.of(face).turned(5, 0, 0).landmarks(), (512, 512))
    export = SequenceExport(
        sample, face, (near, turned, turned), tmp_path / "made", model=model, device="cpu"
    )
    (tmp_path / "sequence.json").write_text(export.to_json())
    assert main(["repose", "--sequence", str(tmp_path / "sequence.json"), "--events"]) == 0
    *_, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert last["event"] == "finished"
    (warning,) = last["warnings"]
    assert warning.startswith("2 of 3 frames, at worst: The head is turned by ")


def test_a_face_of_the_source_that_is_not_there(
    sample: Path, video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["repose", str(sample), "-o", str(tmp_path / "out.mp4"), "--sequence", str(video)]
    assert main([*words, "--face", "2"]) == 1
    assert "There is no face 2" in capsys.readouterr().err
