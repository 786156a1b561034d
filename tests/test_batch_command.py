"""Batches from the command line: sweeps, files with events, what is kept, lines that fail alone."""

import json
from pathlib import Path

import pytest
from command_line import run, sentence

from main import DONE, FAILED

pytestmark = pytest.mark.usefixtures("own_working_folder")


def test_links_in_a_circle_fail_alone(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("photos").mkdir()
    Path("photos/a.jpg").write_bytes(sample.read_bytes())
    Path("photos/loop.jpg").symlink_to("loop.jpg")
    assert run("repose", "photos", "--out", "out", "--yaw", 5, "--model", model) == FAILED
    captured = capsys.readouterr()
    assert captured.out.startswith("1 done, 1 failed")
    assert "loop.jpg cannot be read" in captured.err
    Path("loop").symlink_to("loop")
    for words in (["prepare", "loop", "--out", "cache"], ["repose", "loop", "--out", "out"]):
        assert run(*words) == FAILED
        assert "Traceback" not in capsys.readouterr().err


def test_a_null_character_in_a_list_fails_its_line(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["a\0.jpg,,1.png", f"{sample},b\0.pts,2.png", f"{sample},,3\0.png", f"{sample},,4.png"]
    Path("jobs.csv").write_text("\n".join(["source,target,output", *rows]))
    words = ("--jobs", "jobs.csv", "--out", "out", "--log", "log.csv", "--model", model)
    assert run("repose", *words) == FAILED
    captured = capsys.readouterr()
    assert captured.out == "1 done, 3 failed\n"
    assert captured.err.count("null character") == 3


def test_a_batch(
    sample: Path, model: Path, no_face: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("repose", sample, no_face, "--yaw", "-20:20:3", "--out", "out", "--model", model)
    made = ("--sheet", "sheet.png", "--animation", "sweep.gif", "--format", "jpg")
    assert run(*words, *made, "--name", "{source}/{yaw}") == FAILED
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "3 done, 3 failed", "sheet.png", "sweep-sample.gif", str(Path("out/report.csv")),
    ]  # fmt: skip
    failures = captured.err.splitlines()
    assert failures[:3] == [f"repose: No face was found in {no_face}."] * 3
    assert failures[3].startswith("repose: sweep-meadow.gif was not made")
    assert sorted(path.name for path in Path("out/sample").iterdir()) == [
        "-20.jpg", "0.jpg", "20.jpg",
    ]  # fmt: skip
    # The same again keeps what is there; what failed is tried again.
    assert run(*words, "--format", "jpg", "--name", "{source}/{yaw}") == FAILED
    assert capsys.readouterr().out.startswith("0 done, 3 kept, 3 failed")


def test_a_batch_in_a_file_with_events(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import engine.export.repose
    from engine.export.batches import ExportBatch

    monkeypatch.setattr(engine.export.repose, "step_back", lambda: None)
    batch = ExportBatch(sources=(sample,), yaw=(0.0, 9.0), out=Path("out"), model=model)
    Path("batch.json").write_text(batch.to_json())
    assert run("repose", "--batch", "batch.json", "--events") == DONE
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["started", "job", "job", "finished"]
    assert events[-1]["done"] == 2
    assert events[-1]["report"] == str(Path("out/report.csv"))
    Path("batch.json").write_text("{}")
    assert run("repose", "--batch", "batch.json") == FAILED
    assert "batch.json" in sentence(capsys)


def test_jobs_that_are_done_can_be_kept(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("jobs.csv").write_text(f"source,target,output\n{sample},,1.png\n{sample},,2.png\n")
    words = ("repose", "--jobs", "jobs.csv", "--out", "out", "--model", model)
    assert run(*words, "--log", "log.csv") == DONE
    Path("out/2.png").unlink()
    assert run(*words, "--keep") == DONE
    assert capsys.readouterr().out == "2 done, 0 failed\n1 done, 1 kept, 0 failed\n"
    assert len(Path("log.csv").read_text().splitlines()) == 3


def test_report_is_another_name_of_log(
    sample: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("repose", sample, "-o", "out.png", "--model", model)
    assert run(*words, "--report", "a.csv") == run(*words, "--report=b.csv") == DONE
    assert Path("a.csv").read_text().startswith("source,pose,yaw")
    assert Path("b.csv").is_file()
    run("repose", "--help")
    assert "--report" not in capsys.readouterr().out
