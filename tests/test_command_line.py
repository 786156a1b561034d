"""The command line: exit statuses, and one sentence per mistake."""

import json
import os
import pickle
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from command_line import ROOT, run, sentence
from PIL import Image

from engine.benchmark.export_speed import export_speed
from engine.imaging.photos import Photo, read_photo, write_photo
from main import DONE, FAILED, INTERRUPTED, WRONG_USAGE

pytestmark = pytest.mark.usefixtures("own_working_folder")


def test_one_photo(
    sample: Path, model: Path, photo: Photo, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run("repose", sample, "-o", "out.png", "--yaw", "-20", "--model", model)
    assert status == DONE
    assert capsys.readouterr() == ("", "")
    assert read_photo("out.png").shape == photo.shape


def test_a_target_photo(sample: Path, model: Path, photo: Photo) -> None:
    write_photo("target.png", np.ascontiguousarray(photo[:, ::-1]))
    common = ("repose", sample, "-o", "out.jpg", "--target", "target.png", "--model", model)
    for transfer in ("relative", "aligned", "absolute"):
        assert run(*common, "--transfer", transfer) == DONE
    assert run(*common, "--view", "difference", "--device", "cpu", "--face", 1) == DONE


def test_named_poses(sample: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("repose", sample, "--model", model, "--format", "jpg", "--named")
    assert run(*common, "LAUGH", "-o", "out.png") == DONE
    assert (read_photo("out.png") != read_photo(sample)).any()
    assert run(*common, "laugh", "look left", "--out", "out", "--sheet", "sheet.png") == DONE
    assert sorted(file.name for file in Path("out").glob("*.jpg")) == [
        "sample-laugh.jpg", "sample-look left.jpg",
    ]  # fmt: skip
    capsys.readouterr()
    assert run(*common, "laff", "-o", "out.png") == WRONG_USAGE
    assert "no pose 'laff': the named poses are Ahead, Left" in sentence(capsys)


def test_jobs(sample: Path, model: Path, no_face: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{sample},{sample},1.png", f"{no_face},{sample},2.png", f"{sample},,deep/3.png"]
    Path("jobs.csv").write_text("\n".join(["source,target,output", *rows]))
    assert run("repose", "--jobs", "jobs.csv", "--out", "out", "--model", model) == FAILED
    captured = capsys.readouterr()
    assert captured.out == "2 done, 1 failed\n"
    # One line for the failure and no progress bar, for this is no terminal.
    assert captured.err == f"repose: jobs.csv line 3: No face was found in {no_face}.\n"
    assert sorted(str(p) for p in Path("out").rglob("*.*")) == ["out/1.png", "out/deep/3.png"]
    Path("jobs.csv").write_text("\n".join(["source,target,output", rows[0]]))
    assert run("repose", "--jobs", "jobs.csv", "--out", "out", "--model", model) == DONE


def test_several_faces(two_faces: Path, model: Path) -> None:
    Path("jobs.csv").write_text(f"source,target,output\n{two_faces},,1.png\n")
    common = ("--yaw", "15", "--model", model, "--provenance")
    assert run("repose", "--jobs", "jobs.csv", "--out", ".", "--face", "all", *common) == DONE
    assert run("repose", two_faces, "-o", "2.png", "--face", "2,1", *common) == DONE
    assert (read_photo("1.png") == read_photo("2.png")).all()


def test_a_terminal_shows_progress(
    sample: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    Path("jobs.csv").write_text(f"source,target,output\n{sample},,1.png\nnone.jpg,,2.png\n")
    assert run("repose", "--jobs", "jobs.csv", "--out", "out", "--model", model) == FAILED
    captured = capsys.readouterr()
    assert "2/2" in captured.err
    assert "jobs.csv line 3: none.jpg does not exist." in captured.err
    assert captured.out == "1 done, 1 failed\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_a_second_interrupt_ends_at_once_and_leaves_nothing() -> None:
    """The first waits for the running jobs, here for ever; an end below them would be SIGABRT."""
    program = """
import sys, time, main
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from engine import write_whole

def work():
    with write_whole(Path("out.png")) as part:
        part.write_text("half")
        print("writing", flush=True)
        time.sleep(60)

def command(arguments):
    with ThreadPoolExecutor() as pool:
        try:
            pool.submit(work).result()
        finally:
            print("interrupted", flush=True)

main.COMMANDS["work"] = command
sys.argv = ["repose", "work"]
sys.exit(main.main())
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"interrupted\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == INTERRUPTED
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.jpg"],
        ["-o", "b.png"],
        ["a.jpg", "-o", "b.png", "--target", "c.jpg", "--pose", "d.pts"],
        ["a.jpg", "-o", "b.png", "--out", "c"],
        ["--jobs", "a.csv"],
        ["--jobs", "a.csv", "--out", "b", "-o", "c.png"],
        ["c.jpg", "--jobs", "a.csv", "--out", "b"],
        ["--jobs", "a.csv", "--out", "b", "--target", "c.jpg"],
        ["--jobs", "a.csv", "--out", "b", "--pose", "c.pts"],
        ["a.jpg", "-o", "b.png", "--named", "laugh", "smile"],
        ["a.jpg", "-o", "b.mp4", "--sequence", "c.mp4", "--named", "laugh"],
        ["--jobs", "a.csv", "--out", "b", "--named", "laugh"],
        ["a.jpg", "-o", "b.png", "--face", "0"],
        ["a.jpg", "-o", "b.png", "--face", "both"],
        ["a.jpg", "-o", "b.mp4", "--sequence", "c.mp4", "--face", "all"],
        ["a.jpg", "-o", "b.png", "--face", "all", "--view", "face"],
        ["a.jpg", "-o", "b.png", "--yaw", "nan"],
        ["a.jpg", "-o", "b.png", "--yaw", "left"],
        ["a.jpg", "-o", "b.png", "--yaw", "-5:5:3"],
        ["a.jpg", "b.jpg", "-o", "c.png"],
        ["a.jpg", "--out", "c", "--yaw", "1:2"],
        ["a.jpg", "--out", "c", "--name", "{person}"],
        ["a.jpg", "--batch", "b.json"],
        ["a.jpg", "-o", "b.png", "--events"],
    ],
)
def test_options_that_do_not_go_together(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("repose", *arguments) == WRONG_USAGE
    sentence(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["repose", "a.jpg", "-o", "b.png", "--nonsense"],
        ["repose", "a.jpg", "--out", "b", "--format", "gif"],
        ["repose", "a.jpg", "-o", "b.png", "--transfer", "magic"],
        ["repose", "a.jpg", "-o", "b.png", "--device", "abacus"],
        ["a.jpg", "b.jpg"],
        ["--nonsense"],
    ],
)
def test_words_that_are_not_understood(arguments: list[str]) -> None:
    assert run(*arguments) == WRONG_USAGE


@pytest.mark.parametrize("command", ["", "repose"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), "--help") == 0
    assert "usage: repose" in capsys.readouterr().out


def bad_photos(sample: Path) -> dict[str, str]:
    """Names of bad photos, made in the current folder, and words of the sentence for each."""
    Path("empty.jpg").touch()
    Path("truncated.jpg").write_bytes(sample.read_bytes()[:60_000])
    Path("text.jpg").write_text("Dear photo, ...")
    Image.new("RGB", (1, 1)).save("dot.png")
    Path("folder.jpg").mkdir()
    write_photo("faceless.png", np.full((64, 64, 3), 90, np.uint8))
    return {
        "missing.jpg": "does not exist",
        "empty.jpg": "is empty",
        "truncated.jpg": "truncated",
        "text.jpg": "not a photo",
        "dot.png": "too small",
        "folder.jpg": "is a folder",
        "faceless.png": "No face was found",
    }


def test_bad_photos(sample: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, words in bad_photos(sample).items():
        assert run("repose", name, "-o", "out.png", "--model", model) == FAILED
        assert words in sentence(capsys)
        assert run("repose", sample, "-o", "out.png", "--target", name, "--model", model) == FAILED
        assert words in sentence(capsys)
    assert not list(Path().glob("*out*"))


def test_bad_poses(sample: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{i % 9}.5 {i}" for i in range(68)]
    Path("67.pts").write_text("\n".join(["version: 1", "n_points: 67", "{", *lines[1:], "}"]))
    lines[5] = "NaN 3"
    Path("nan.pts").write_text("\n".join(["version: 1", "n_points: 68", "{", *lines, "}"]))
    for name, words in {"67.pts": "67", "nan.pts": "not numbers"}.items():
        assert run("repose", sample, "-o", "out.png", "--pose", name, "--model", model) == FAILED
        assert words in sentence(capsys)
    assert not list(Path().glob("*out*"))


def test_what_may_be_wrong_with_a_picture_is_said(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("--pitch", "50", "--model", model)
    assert run("repose", sample, "-o", "out.png", *common) == DONE
    line = sentence(capsys)
    assert line.startswith("repose: out.png: The head nods by 50 degrees")
    assert run("repose", sample, "--out", "out", *common) == DONE
    assert "The head nods" in capsys.readouterr().err
    assert "The head nods" in Path("out/report.csv").read_text()
    assert run("repose", sample, "--out", "out", *common, "--events") == DONE
    job = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (job["result"], job["warning"]) == ("kept", "")


def test_bad_models(sample: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from safetensors.numpy import save_file

    whole = model.read_bytes()
    Path("truncated.safetensors").write_bytes(whole[: len(whole) // 2])
    Path("empty.safetensors").touch()
    save_file({"weight": np.zeros(3)}, "foreign.safetensors")
    Path("pickle.pth").write_bytes(pickle.dumps({"weight": 1}))
    Path("pickle.safetensors").write_bytes(pickle.dumps({"weight": 1}))
    Path("text.safetensors").write_text("weights")
    for name in [*(path.name for path in Path().iterdir()), "missing.safetensors"]:
        assert run("repose", sample, "-o", "out.png", "--model", name) == FAILED
        assert name in sentence(capsys)
    assert not list(Path().glob("*out*"))


def test_outputs_that_cannot_be_written(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").touch()
    Path("folder.png").mkdir()
    for name, words in {
        "file/out.png": "cannot be written",
        "folder.png": "cannot be written",
        "out.gif": "suffix",
        "out": "suffix",
    }.items():
        assert run("repose", sample, "-o", name, "--model", model) == FAILED
        assert words in sentence(capsys)
    Path("jobs.csv").write_text(f"source,target,output\n{sample},,1.png\n")
    assert run("repose", "--jobs", "jobs.csv", "--out", "file", "--model", model) == FAILED
    assert "cannot be written" in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == ["file", "folder.png", "jobs.csv"]


def test_other_commands_name_what_cannot_be_written(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("photos").mkdir()
    Path("photos/one-01.jpg").write_bytes(sample.read_bytes())
    Path("file").touch()
    assert run("prepare", "photos", "--out", "file/cache") == FAILED
    assert "file/cache" in sentence(capsys)


def test_benchmark_prints_json_alone(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = partial(export_speed, poses=2, rounds=1)
    monkeypatch.setattr("engine.benchmark.benchmark.export_speed", brief)
    assert run("benchmark", "--json", "--updates", 2, "--no-training", "--model", model) == DONE
    captured = capsys.readouterr()
    results = json.loads(captured.out)
    assert captured.err == ""
    for times in ("update_ms", "guides_ms", "networks_ms", "move_ms", "move_beyond_ms"):
        assert 0 < results[times]["median"] <= results[times]["p95"]
    assert 0 < results["update_gflop"] < 1
    assert results["network_gflop_per_s"] > 0
    assert results["convolution_share"] > 0
    assert results["report_g1_ratio"] > 0
    rates = "network_per_s predict_per_s export_per_s export_share export_of_predict"
    assert set(results["batch"]) >= set(rates.split())
    names = "set_source_ms detect_ms load_ms peak_memory_mb device threads precision"
    assert set(names.split()) <= set(results)
    # An editor came up, in a window that nobody sees, and showed pictures.
    assert 0 < results["window_s"] < results["startup_s"]
    assert results["open_12mp_s"] > 0
    assert results["window_memory_mb"] > 100


def test_the_editor_without_a_display_says_so(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert run() == FAILED
    assert "no display" in sentence(capsys)
    assert run(sample) == FAILED
    assert "no display" in sentence(capsys)
    assert run("missing.jpg") == FAILED
    assert "does not exist" in sentence(capsys)


@pytest.mark.skipif(sys.platform != "linux", reason="X displays by number")
def test_a_display_that_nobody_serves_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    assert run() == FAILED
    assert ":4711" in sentence(capsys)
