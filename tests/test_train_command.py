"""The command `train` in processes of its own: how it is asked, stopped, killed and multiplied."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from same_weights import assert_same_models, weights

import main
from engine.config.config import Config
from engine.training.run import saved_run

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of Unix"),
    # Newer Pythons warn of what torch's DataLoader does.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]

Command = Callable[..., list[str]]

EPOCHS = 8
LONG = ("--stages", 1, "--epochs", EPOCHS)


@pytest.fixture(scope="module")
def command(full_config: Config, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command line that trains the run in a folder, with further options."""
    settings = tmp_path_factory.mktemp("settings") / "settings.json"
    settings.write_text(full_config.to_json())

    def words(
        run: Path, *options: object, start: Sequence[object] = (sys.executable,)
    ) -> list[str]:
        if "--resume" not in options:
            options = ("--data", cache, "--config", settings, *options)
        words = [*start, main.__file__, "train", "--run", run, *options]
        return [str(word) for word in (*words, "--device", "cpu", "--threads", 1)]

    return words


@pytest.fixture(scope="module")
def whole(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that is never stopped."""
    run = tmp_path_factory.mktemp("runs") / "whole"
    finish_here(command(run, *LONG))
    return run


def finish(words: Sequence[str], seconds: float = 300) -> str:
    """Run a command to its good end; what it prints."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr
    return done.stdout


def finish_here(words: Sequence[str]) -> None:
    """The same in this process, which saves starting one."""
    assert main.main(words[2:]) == 0


def start(words: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a command in a process group of its own, as a terminal does."""
    out = subprocess.PIPE
    return subprocess.Popen(words, stdout=out, stderr=out, text=True, start_new_session=True)


def wait_for(arrived: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 300
    while not arrived():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def told(run: Path) -> str:
    try:
        return (run / "events.jsonl").read_text()
    except FileNotFoundError:
        return ""


@pytest.mark.parametrize("request_", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_request_to_all_processes(
    command: Command, whole: Path, tmp_path: Path, request_: signal.Signals
) -> None:
    """Ctrl+C in a terminal, and the end of a session: the workers get it too."""
    run = tmp_path / "run"
    process = start(command(run, *LONG))
    try:
        wait_for(lambda: '"epoch": 2' in told(run), process)
        os.killpg(process.pid, request_)
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert err == ""
    assert out.splitlines()[-1] == f"stopped; go on with: train --run {run} --resume"
    assert saved_run(run)[1].ended == []
    finish(command(run, "--resume"))
    assert_same_models(whole, run)


def test_a_kill_at_any_moment(command: Command, whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = command(run, *LONG)
    for epoch in (2, 5):  # before the first checkpoint, and after one that was asked for
        process = start(words)
        try:
            wait_for(lambda epoch=epoch: f'"epoch": {epoch},' in told(run), process)  # type: ignore[misc]
            if epoch == 5:
                (run / "save").touch()
                wait_for(lambda: not (run / "save").exists(), process)
        finally:
            process.kill()
            process.communicate()
        words = command(run, "--resume")
    assert 5 * 12 <= saved_run(run)[1].items["stage1"] < EPOCHS * 12
    finish(words)
    assert_same_models(whole, run)
    events = [json.loads(line) for line in told(run).splitlines()]
    epochs = [event["epoch"] for event in events if event["event"] == "epoch"]
    assert epochs == list(range(1, EPOCHS + 1)), "what was lost has been cut off"


def test_a_full_disk(command: Command, tmp_path: Path) -> None:
    """The system refuses to write more than so many bytes into one file."""
    run = tmp_path / "run"
    large = ("--stages", 1, "--g1.filters", 64, "--epochs", 10_000)
    process = start(command(run, *large))
    try:
        wait_for(lambda: '"epoch": 1,' in told(run), process)
        (run / "stop").touch()
        _, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "")
    before = {path.name: path.read_bytes() for path in run.glob("*.safetensors")}
    assert min(map(len, before.values())) > 700_000

    limited = (
        "import resource, sys, runpy;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000));"
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    words = command(run, "--resume", start=(sys.executable, "-c", limited))
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert done.stderr.startswith(f"repose: {run}"), done.stderr
    assert "cannot be written: " in done.stderr
    assert done.stderr.count("\n") == 1
    assert '"event": "failed"' in told(run)
    assert {
        path.name: path.read_bytes() for path in run.glob("*") if path.suffix == ".safetensors"
    } == before


def test_nobody_reads_what_it_prints(command: Command, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    words, error = command(tmp_path / "run", "--stages", 1), subprocess.PIPE
    done = subprocess.run(words, stdout=write, stderr=error, text=True, timeout=300)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")
    assert told(tmp_path / "run").count('"event": "finished"') == 1


# The -- keeps older Pythons from taking --run for an option of torchrun.
TORCHRUN = (
    *(sys.executable, "-m", "torch.distributed.run"),
    *("--standalone", "--nproc-per-node=2", "--"),
)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_two_processes_train_as_one(command: Command, tmp_path: Path, reduction: str) -> None:
    # Without the recognition network and the landmarker, whose rounding Adam enlarges; that their
    # loss is the mean of both processes' is for `test_halves_of_a_batch_have_its_gradient`.
    names = ("perceptual", "identity", "landmark", "expression")
    features = [word for name in names for word in (f"--loss.{name}-weight", 0)]
    options = ("--precision", "full", "--no-guides", "--loss.reduction", reduction, *features)
    one, two, untrained = tmp_path / "one", tmp_path / "two", tmp_path / "untrained"
    finish_here(command(one, *options))
    finish(command(two, *options, start=TORCHRUN))
    finish_here(command(untrained, *options, "--epochs", 0))
    first, second, before = (weights(run / "state.safetensors") for run in (one, two, untrained))
    assert first.keys() == second.keys()
    for name in first:
        moved, apart = (first[name] - before[name]).abs(), (first[name] - second[name]).abs()
        assert float(apart.mean()) <= 1e-3 * float(moved.mean()) + 1e-6, name
        # Adam enlarges the rounding of single weights whose gradient is nearly zero.
        assert float(apart.max()) <= 0.05 * float(moved.max()) + 1e-6, name
    assert saved_run(one)[1].items == saved_run(two)[1].items
    kinds = [json.loads(line)["event"] for line in told(two).splitlines()]
    assert kinds.count("finished") == 1, "one process writes"


def test_processes_that_cannot_share_a_batch(command: Command, tmp_path: Path) -> None:
    words = command(tmp_path / "run", "--batch", 3, start=TORCHRUN)
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert "make it a multiple of 2" in done.stderr
    assert not (tmp_path / "run").exists()
