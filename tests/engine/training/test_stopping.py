"""Runs that are stopped, killed, paused and resumed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from same_weights import assert_same_weights
from training_runs import (
    IMAGES,
    Interferes,
    Trains,
    assert_same_runs,
    events,
    events_of,
    position,
    press_ctrl_c,
    trains_in,
)

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.networks.checkpoint import load_checkpoint, save_checkpoint
from engine.training.requests import Requests
from engine.training.run import Position, Run, saved_run
from engine.training.run_folder import EVENTS, RunFolder
from engine.training.run_lock import is_training, lock_run
from engine.training.stages import Losses, Stage1, Stage2

# Newer Pythons warn of what torch's DataLoader does.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


@pytest.mark.parametrize(("stage", "step"), [(Stage1, 1), (Stage1, 5), (Stage2, 2)])
def test_ctrl_c_and_resume_is_as_if_never_stopped(
    trains: Trains,
    whole: Path,
    interferes: Interferes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: type,
    step: int,
) -> None:
    interferes(stage, step, press_ctrl_c)
    stopped = trains("stopped")
    monkeypatch.undo()
    assert f"stopped; go on with: train --run {stopped} --resume" in capsys.readouterr().out
    name = "stage1" if stage is Stage1 else "stage2"
    assert position(stopped).items[name] == 4 * step
    assert name not in position(stopped).ended
    assert events(stopped)[-1]["event"] == "stopped"

    trains("stopped", resume=True)
    assert_same_runs(whole, stopped)


def test_guides_go_on_as_if_never_stopped(
    full_config: Config, cache: Path, interferes: Interferes, tmp_path: Path
) -> None:
    trains = trains_in(tmp_path, full_config, cache)
    whole = trains("whole", stages="1")
    interferes(Stage1, 5, press_ctrl_c)
    stopped = trains("stopped", stages="1")
    assert position(stopped).items == {"stage1": 20}
    trains("stopped", resume=True)
    assert_same_runs(whole, stopped)


@pytest.mark.parametrize(("when", "images"), [("now", 4), ("", 4), ("epoch", 12)])
def test_a_file_stops_too(
    trains: Trains,
    whole_stage1: Path,
    interferes: Interferes,
    tmp_path: Path,
    when: str,
    images: int,
) -> None:
    interferes(Stage1, 1, lambda: (tmp_path / "run/stop").write_text(when))
    run = trains("run", stages="1")
    assert position(run).items == {"stage1": images}
    assert not (run / "stop").exists()
    trains("run", resume=True)
    assert_same_runs(whole_stage1, run)
    assert "stage2" not in position(run).ended, "the run remembers which stages it trains"


def test_stopping_in_the_pretraining_of_d(
    trains: Trains, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Stage2.pretrain_d_step

    def stops(self: Stage2, batch: Any) -> Losses:
        press_ctrl_c()
        return original(self, batch)

    monkeypatch.setattr(Stage2, "pretrain_d_step", stops)
    run = trains("run")
    monkeypatch.undo()
    assert position(run).items == {"stage1": IMAGES, "pretraining": 4}
    trains("run", resume=True)
    assert_same_runs(whole, run)


def test_a_file_saves(trains: Trains, whole: Path, interferes: Interferes, tmp_path: Path) -> None:
    """What comes after the checkpoint is lost when the process is killed, and done again."""
    run = tmp_path / "run"
    interferes(Stage1, 2, (run / "save").touch)

    def kill() -> None:
        raise SystemError("killed")

    interferes(Stage1, 5, kill)
    with pytest.raises(SystemError):
        trains("run")
    assert not (run / "save").exists()
    assert position(run).items == {"stage1": 8}
    assert events(run)[-1]["error"] == "killed"
    trains("run", resume=True)
    assert_same_runs(whole, run)
    kinds = [event["event"] for event in events(run)]
    assert "failed" not in kinds
    assert kinds.count("resumed") == 1


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_a_kill_between_two_writes_does_no_harm(
    trains: Trains, whole_stage1: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """In their order: the state at the start, best after each epoch, last, the state at the end."""
    written: list[str] = []

    def save(path: Path, *arguments: Any, **further: Any) -> None:
        written.append(path.stem)
        if len(written) == number:
            raise SystemError("killed")
        save_checkpoint(path, *arguments, **further)

    monkeypatch.setattr("engine.training.run.save_checkpoint", save)
    with pytest.raises(SystemError):
        trains("run", stages="1")
    assert written == ["state", "best", "best", "last", "state"][:number]
    monkeypatch.undo()
    assert_same_runs(whole_stage1, trains("run", resume=True))


def test_a_file_pauses(
    trains: Trains,
    whole_stage1: Path,
    interferes: Interferes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pause, looks = tmp_path / "run/pause", []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            pause.unlink()

    interferes(Stage1, 2, pause.touch)
    monkeypatch.setattr("engine.training.trainer.time.sleep", sleep)
    run = trains("run", stages="1")
    assert len(looks) == 3
    assert len(events_of(run, "paused")) == len(events_of(run, "continued")) == 1
    monkeypatch.undo()
    assert_same_runs(whole_stage1, run)


def test_stage_by_stage_is_as_both_at_once(trains: Trains, whole: Path) -> None:
    parts = trains("parts", stages="1")
    coarse = load_checkpoint(parts / "last.safetensors").weights
    assert not coarse["g2"]["unet.last.weight"].any(), "G2 changes nothing before stage 2"
    trains("parts", stages="2", resume=True)
    assert_same_runs(whole, parts)
    refined = load_checkpoint(parts / "last.safetensors").weights
    assert all(torch.equal(t, refined["g1"][n]) for n, t in coarse["g1"].items())
    assert refined["g2"]["unet.last.weight"].any()
    before = (parts / "state.safetensors").read_bytes()
    trains("parts", resume=True)  # there is nothing left to do
    assert (parts / "state.safetensors").read_bytes() == before


def test_minutes_go_on_where_they_were(
    trains: Trains, interferes: Interferes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps and learning rates of a stage that minutes limit, with a clock of our own."""
    rates: list[float] = []
    original = Stage1.step

    def step(self: Stage1, batch: Any) -> Losses:
        clock.now += 2.0
        rates.append(self.optimizer.param_groups[0]["lr"])
        return original(self, batch)

    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("engine.training.progress.time.monotonic", lambda: clock.now)
    monkeypatch.setattr(Stage1, "step", step)
    options = {"stages": "1", "epochs": 1000, "minutes": 0.5}
    run = trains("whole", **options)
    whole = rates.copy()
    assert len(whole) == 16
    assert whole[0] == PRESETS["default"].stage1.learning_rate
    assert whole[-1] == pytest.approx(0.05 * whole[0])
    assert position(run).seconds["stage1"] == pytest.approx(32)
    assert (run / "best.safetensors").exists(), "scored at the end, in the middle of an epoch"

    rates.clear()
    interferes(Stage1, 8, press_ctrl_c)
    trains("parts", **options)
    assert len(rates) == 8
    trains("parts", resume=True)
    assert rates == whole


def test_data_may_be_moved_but_not_exchanged(
    trains: Trains, whole_stage1: Path, interferes: Interferes, cache: Path, tmp_path: Path
) -> None:
    interferes(Stage1, 4, press_ctrl_c)
    run = trains("run", stages="1")
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in cache.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ReposeError, match="other pictures"):
        trains("run", data=((str(cache), str(moved)),), resume=True)
    trains("run", data=((str(moved),),), resume=True)
    assert_same_weights(whole_stage1 / "last.safetensors", run / "last.safetensors")


def test_a_run_goes_on_from_any_folder(
    trains: Trains, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(cache.parent)
    run = trains("run", data=((f"{cache.name}:fei",),), stages="1", epochs=0)
    assert saved_run(run)[0].data.folders == (f"{cache}:fei",)
    monkeypatch.chdir(tmp_path)
    trains("run", resume=True)


def test_a_model_is_no_state(trains: Trains) -> None:
    run = trains("run", epochs=0)
    (run / "last.safetensors").replace(run / "state.safetensors")
    with pytest.raises(ReposeError, match="not the state of a run"):
        trains("run", resume=True)
    (run / "state.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ReposeError, match="damaged"):
        trains("run", resume=True)


def test_only_one_process_trains_a_run(
    trains: Trains, interferes: Interferes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.run_lock._LOCK_SECONDS", 0.0)
    interferes(Stage1, 1, press_ctrl_c)
    run = trains("run", stages="1")
    before = (run / EVENTS).read_bytes()
    lock = lock_run(run)
    with pytest.raises(ReposeError, match="Another training is running in"):
        trains("run", resume=True)
    lock.release()
    assert (run / EVENTS).read_bytes() == before

    def resumes() -> None:
        with pytest.raises(ReposeError, match="Another training is running in"):
            trains("run", resume=True)
        followed.update()
        assert followed.status.state in ("starting", "running")

    followed = RunFolder(run)
    interferes(Stage1, 1, resumes)
    trains("run", resume=True)
    assert not is_training(run)
    followed.update()
    assert followed.status.state == "finished"


def test_a_folder_of_something_else_gets_no_lock(trains: Trains, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.jpg").touch()
    with pytest.raises(ReposeError, match="holds other files"):
        trains("photos")
    with pytest.raises(ReposeError, match="no run to resume"):
        trains("nothing", resume=True)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]
    assert not (tmp_path / "nothing").exists()


def test_a_request_that_cannot_be_removed_does_not_fail_a_training(
    trains: Trains,
    whole_stage1: Path,
    interferes: Interferes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On Windows, a file that another program has open cannot be removed."""
    unlink = Path.unlink

    def refuses(path: Path, missing_ok: bool = False) -> None:
        if path.name in ("stop", "save") and path.exists():
            raise PermissionError(13, "The file is in use", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuses)
    run = tmp_path / "run"
    interferes(Stage1, 1, (run / "save").touch)
    interferes(Stage1, 2, lambda: (run / "stop").write_text("now"))
    trains("run", stages="1")
    assert position(run).items == {"stage1": 8}
    assert (run / "stop").exists()
    trains("run", resume=True)
    monkeypatch.undo()
    assert_same_runs(whole_stage1, run)


def test_a_request_that_another_program_removes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows, a file that is being removed can be neither removed nor looked at."""
    unlink = Path.unlink

    def refuses(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok)
        raise PermissionError(13, "The file is in use", str(path))

    (tmp_path / "stop").touch()
    monkeypatch.setattr(Path, "unlink", refuses)
    assert not Requests(tmp_path).asked().stop


def test_events_that_another_program_has_open_are_emptied(
    tmp_path: Path, small_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a training that ended before it had pictures; Windows would not remove the file."""
    (tmp_path / EVENTS).write_text('{"event": "failed"}\n')
    with Run(tmp_path, small_config, Position()) as run:
        run.event("resumed")
    assert [event["event"] for event in events(tmp_path)] == ["resumed"]
    with (tmp_path / EVENTS).open():
        monkeypatch.setattr(Path, "unlink", _forbidden)
        with Run(tmp_path, small_config, Position()):
            assert events(tmp_path) == []


def _forbidden(path: Path, missing_ok: bool = False) -> None:
    if path.name == EVENTS:
        raise PermissionError(13, "The file is in use", str(path))
