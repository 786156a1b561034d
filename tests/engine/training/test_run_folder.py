"""Runs as others see them: folders that were written by hand."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.networks.model_file import model_config
from engine.training.run_folder import (
    CONFIG,
    EVENTS,
    LOG,
    PROCESS,
    RunFolder,
    duration,
    find_runs,
    is_run,
    note_process,
    write_config,
)
from engine.training.run_lock import LOCK, is_training, lock_run

PROGRESS = {"epochs": 2, "total": 80, "images_per_second": 12.5, "eta": 4, "elapsed": 3.2}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    write_config(tmp_path / "run", PRESETS["default"])
    return RunFolder(tmp_path / "run")


@pytest.fixture
def trained(run: RunFolder) -> Iterator[FileLock]:
    """The lock that a training holds."""
    lock = lock_run(run.folder)
    note_process(run.folder, os.getpid())
    yield lock
    lock.release()


def tell(run: RunFolder, kind: str, **values: Any) -> None:
    line = json.dumps({"event": kind, "time": time.time() + 1, **values})
    with (run.folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def state(run: RunFolder) -> str:
    run.update()
    return run.status.state


def test_a_run_that_goes_on_is_followed(run: RunFolder, trained: FileLock) -> None:
    assert state(run) == "starting"
    tell(run, "stage1", epoch=1, images=40, loss_g1=0.5, loss_coarse=0.25, **PROGRESS)
    tell(run, "held_out", stage=1, epoch=1, ssim=0.61, l1=0.05, best=True)
    assert run.update()
    assert not run.update()
    status = run.status
    assert (status.state, status.phase, status.epoch, status.images) == ("running", "stage1", 1, 40)
    assert (status.eta, status.elapsed, status.images_per_second) == (4, 3.2, 12.5)
    assert (status.best, status.first, status.share) == (0.61, None, 0.5)
    tell(run, "stage2", epoch=1, images=80, loss_d=1.3, loss_g2=20.0, **PROGRESS)
    tell(run, "held_out", stage=2, epoch=1, ssim=0.6, l1=0.05, best=False)
    run.update()
    assert run.curves.losses["loss_g1"] == ([1.0], [0.5])
    assert run.curves.losses["loss_d"] == ([4.0], [1.3])
    assert run.curves.ssim == ([1.0, 3.0], [0.61, 0.6])
    assert run.curves.stage2 == 2
    assert run.status.best == 0.61


def test_the_end_is_told_apart_from_a_crash(run: RunFolder, trained: FileLock) -> None:
    tell(run, "stage1", epoch=1, images=40, **PROGRESS)
    assert state(run) == "running"
    trained.release()
    (run.folder / LOG).write_text("one\ntwo\n")
    assert state(run) == "crashed"
    assert run.log(1) == "two"
    for kind in ("stopped", "finished"):
        tell(run, kind)
        assert state(run) == kind
    tell(run, "failed", error="The disk is full.")
    assert state(run) == "failed"
    assert run.status.error == "The disk is full."


def test_a_command_that_never_began_says_why_in_its_log(run: RunFolder) -> None:
    (run.folder / LOG).write_text("repose: The disk is full.\n")
    note_process(run.folder, 2**30, arguments=["--run", "x"])
    assert state(run) == "starting", "the error is that of an earlier process"
    (run.folder / LOG).write_text("50%\r100%\nrepose: There is no folder x of pictures.\n")
    later = time.time() + 1  # more than the clock of a file system can miss
    os.utime(run.folder / LOG, (later, later))
    assert state(run) == "failed"
    assert run.status.error == "There is no folder x of pictures."
    assert run.log().splitlines()[0] == "100%"
    assert run.resumable


def test_a_command_that_ends_before_it_trains(run: RunFolder) -> None:
    note_process(run.folder, os.getpid(), arguments=["--run", "x"])
    os.utime(run.folder / PROCESS, (0, 0))
    assert state(run) == "starting"
    note = json.loads((run.folder / PROCESS).read_text())
    (run.folder / PROCESS).write_text(json.dumps({**note, "time": time.time() - 100}))
    assert state(run) == "crashed"
    assert run.resumable


def test_the_lock_ends_with_its_process(run: RunFolder) -> None:
    assert not is_training(run.folder)
    assert not (run.folder / LOCK).exists(), "a look leaves nothing behind"
    code = (
        "import sys, pathlib; from engine.training.run_lock import lock_run;"
        "lock = lock_run(pathlib.Path(sys.argv[1])); print('locked', flush=True); input()"
    )
    words, pipe = [sys.executable, "-c", code, str(run.folder)], subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked" + os.linesep.encode()
        assert is_training(run.folder)
        note_process(run.folder, 2**30)  # the number of a process on another machine
        tell(run, "stage1", epoch=1, images=40, **PROGRESS)
        assert state(run) == "running"
        process.kill()
        process.wait()
    assert not is_training(run.folder)
    assert state(run) == "crashed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
def test_the_lock_is_asked_in_a_read_only_folder_too(
    run: RunFolder, trained: FileLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network folder, for example, that only the other machine may write."""
    original, writing = os.open, os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def read_only(path: Any, flags: int, *more: Any, **further: Any) -> int:
        if flags & writing:
            raise OSError(errno.EROFS, "Read-only file system", path)
        return original(path, flags, *more, **further)

    tell(run, "stage1", epoch=1, images=40, **PROGRESS)
    monkeypatch.setattr(os, "open", read_only)
    assert is_training(run.folder)
    assert state(run) == "running"
    trained.release()
    assert not is_training(run.folder)


def test_looks_do_not_disturb_one_another(run: RunFolder, trained: FileLock) -> None:
    trained.release()
    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(is_training, [run.folder] * 200))


def test_events_that_a_resumed_run_cut_off_are_forgotten(run: RunFolder) -> None:
    tell(run, "stage1", epoch=1, images=40, loss_g1=0.5, **PROGRESS)
    kept = (run.folder / EVENTS).read_bytes()
    tell(run, "stage1", epoch=1, images=60, loss_g1=0.4, **PROGRESS)
    run.update()
    (run.folder / EVENTS).write_bytes(kept)
    tell(run, "stage1", epoch=1, images=50, loss_g1=0.45, **PROGRESS)
    run.update()
    assert run.curves.losses["loss_g1"][1] == [0.5, 0.45]


def test_damaged_and_unfinished_lines_do_no_harm(run: RunFolder) -> None:
    tell(run, "stage1", epoch=1, images=40, loss_g1=0.5, **PROGRESS)
    with (run.folder / EVENTS).open("a") as file:
        file.write('nonsense\n{"event": "stage1"}\n[1]\n{"event": "held_out", "ss')
    run.update()
    assert run.curves.losses["loss_g1"][1] == [0.5]
    assert run.curves.ssim == ([], [])


def test_requests_are_the_files_that_the_training_looks_for(
    run: RunFolder, trained: FileLock
) -> None:
    tell(run, "stage1", epoch=1, images=40, **PROGRESS)
    for request, name, text in (
        ("stop after epoch", "stop", "epoch"),
        ("stop now", "stop", "now"),
        ("save", "save", ""),
    ):
        run.ask(request)  # type: ignore[arg-type]
        assert (run.folder / name).read_text() == text
        run.update()
        assert run.status.asked == request
        (run.folder / name).unlink()
    run.ask("pause")
    run.update()
    assert (run.status.state, run.status.asked) == ("running", "pause")
    tell(run, "paused")
    assert state(run) == "paused"
    run.go_on()
    assert state(run) == "running"


def test_a_limit_of_time_decides_how_much_is_done(run: RunFolder, trained: FileLock) -> None:
    limited = {**PROGRESS, "epochs": 1000, "total": 40_000, "eta": 30, "elapsed": 10.0}
    tell(run, "stage1", epoch=1, images=100, **limited)
    run.update()
    assert run.status.timed
    assert run.status.share == 0.25


def test_runs_are_found_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_config(tmp_path / "run", PRESETS["default"])
    (tmp_path / "run" / LOG).touch()
    assert find_runs(tmp_path) == [tmp_path / "run"]
    assert find_runs(tmp_path / "nowhere") == []
    assert not is_run(tmp_path / "empty")
    with pytest.raises(ReposeError, match="holds something already"):
        write_config(tmp_path / "run", PRESETS["default"])
    assert Config.from_json((tmp_path / "run" / CONFIG).read_text()) == PRESETS["default"]


def test_a_model_says_with_which_settings_it_was_trained(
    model: Path, small_config: Config, tmp_path: Path
) -> None:
    assert model_config(model) == small_config
    (tmp_path / "bad.safetensors").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(ReposeError, match="damaged or not a model"):
        model_config(tmp_path / "bad.safetensors")
    with pytest.raises(ReposeError, match="does not exist"):
        model_config(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3723, "1:02:03"), (90_000, "25:00:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_window_looks_at_runs_without_torch() -> None:
    names = ("RunFolder", "PRESETS", "settings_in", "count_source", "model_config", "list_person")
    uses = "; ".join(f"engine.{name}" for name in names)
    code = f"import sys, engine; {uses}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
