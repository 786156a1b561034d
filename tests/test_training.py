import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

import main
from engine.cache import open_cache
from engine.checkpoint import load_checkpoint
from engine.config import Config
from engine.errors import ReposeError
from engine.loader import EpochOrder
from engine.pairs import split
from engine.predictor import Predictor
from engine.presets import PRESETS
from engine.stages import Stage1, Stage2
from engine.trainer import _decay
from engine.training import TrainOptions, config_of, train

# Newer Pythons warn of what torch's DataLoader does.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

STEPS = 6  # of each stage: 12 sources, 2 epochs, batches of 4


@pytest.fixture(scope="module")
def config(small_config: Config) -> Config:
    stage = replace(small_config.stage1, epochs=2, batch=4, average=0.8)
    d = replace(small_config.d, filters=4, growth=2, pretraining=2)
    return replace(small_config, stage1=stage, stage2=stage, d=d)


Trains = Callable[..., Path]


@pytest.fixture
def trains(config: Config, cache: Path, tmp_path: Path) -> Trains:
    """Train a run of this name in the small config; further options by name."""
    settings = tmp_path / "settings.json"
    settings.write_text(config.to_json())

    def run(name: str, **options: Any) -> Path:
        common = {"data": (cache,), "config": settings, "device": "cpu", "threads": 1}
        train(TrainOptions(run=tmp_path / name, **{**common, **options}))
        return tmp_path / name

    return run


@pytest.fixture
def stops_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[type, int], None]:
    """Press Ctrl+C during that step (from 1) of Stage1 or Stage2, once."""

    def arrange(stage: type, number: int) -> None:
        original, count = stage.step, [0]  # type: ignore[attr-defined]

        def step(self: Any, batch: Any) -> dict[str, float]:
            count[0] += 1
            if count[0] == number:
                signal.raise_signal(signal.SIGINT)
            losses: dict[str, float] = original(self, batch)
            return losses

        monkeypatch.setattr(stage, "step", step)

    return arrange


def events(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def weights(path: Path) -> dict[str, Tensor]:
    stored = load_checkpoint(path).weights
    return {f"{name}.{key}": t for name, state in stored.items() for key, t in state.items()}


def assert_same_weights(a: Path, b: Path) -> None:
    first, second = weights(a), weights(b)
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


def test_a_run(trains: Trains, config: Config, cache: Path) -> None:
    run = trains("run")
    assert Config.from_json((run / "config.json").read_text()) == config
    assert {path.name for path in run.iterdir()} == {
        "config.json", "events.jsonl", "last.safetensors", "best.safetensors", "state.safetensors"
    }  # fmt: skip
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for event in events(run):
        by_kind.setdefault(event["event"], []).append(event)
    assert by_kind["stage1"][-1]["step"] == by_kind["stage2"][-1]["step"] == STEPS
    assert {"loss_g1", "loss_coarse", "images_per_second"} <= by_kind["stage1"][-1].keys()
    assert {"loss_d", "loss_g2", "loss_refined"} <= by_kind["stage2"][-1].keys()
    assert [event["stage"] for event in by_kind["held_out"]] == [1, 2]
    for event in by_kind["held_out"]:
        assert 0 < event["ssim"] < 1
        assert 0 < event["l1"] < 1

    last = load_checkpoint(run / "last.safetensors")
    assert last.metadata["name"] == "run"
    assert last.metadata["images"] == str(2 * STEPS * 4)
    assert set(last.weights) == {"g1", "g2"}
    _, held_out = split(open_cache(cache), config.data.held_out, config.seed)
    for name in ("last", "best"):
        predictor = Predictor(run / f"{name}.safetensors", "cpu")
        assert predictor.held_out == {picture.group for picture in held_out}


def test_training_lowers_the_loss(
    trains: Trains, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.trainer._LOG_SECONDS", 0.0)
    settings = tmp_path / "plain.json"
    settings.write_text(replace(config, guides=False).to_json())
    run = trains("run", config=settings, stages="1", epochs=14, learning_rate=3e-3)
    losses = [event["loss_coarse"] for event in events(run) if event["event"] == "stage1"]
    assert len(losses) == 42
    assert sum(losses[-6:]) < 0.8 * sum(losses[:6])


@pytest.mark.parametrize(("stage", "step"), [(Stage1, 1), (Stage1, 4), (Stage2, 2)])
def test_stopped_and_resumed_is_as_if_never_stopped(
    trains: Trains,
    stops_at: Callable[[type, int], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: type,
    step: int,
) -> None:
    whole = trains("whole")
    capsys.readouterr()
    stops_at(stage, step)
    stopped = trains("stopped")
    monkeypatch.undo()
    printed = capsys.readouterr().out
    assert printed.startswith("stopped; go on with: train --run")
    assert "--data" in printed
    number = "1" if stage is Stage1 else "2"
    assert f"done{number}" not in _position(stopped)
    pretraining = 2 if stage is Stage2 else 0
    assert _position(stopped)[f"step{number}"] == step + pretraining

    trains("stopped", resume=True)
    for name in ("state", "last", "best"):
        assert_same_weights(whole / f"{name}.safetensors", stopped / f"{name}.safetensors")
    assert _position(stopped)["images"] == _position(whole)["images"]


def _position(run: Path) -> dict[str, float]:
    state = load_checkpoint(run / "state.safetensors")
    position: dict[str, float] = json.loads(state.metadata["position"])
    return position


def test_stage_by_stage_is_as_both_at_once(trains: Trains) -> None:
    whole, parts = trains("whole"), trains("parts", stages="1")
    coarse = weights(parts / "last.safetensors")
    trains("parts", stages="2", resume=True)
    assert_same_weights(whole / "last.safetensors", parts / "last.safetensors")
    refined = weights(parts / "last.safetensors")
    assert all(torch.equal(t, refined[n]) for n, t in coarse.items() if n.startswith("g1."))
    assert any(not torch.equal(t, refined[n]) for n, t in coarse.items() if n.startswith("g2."))
    before = (parts / "state.safetensors").read_bytes()
    trains("parts", resume=True)  # there is nothing left to do
    assert (parts / "state.safetensors").read_bytes() == before


def test_the_learning_rate_over_a_stage() -> None:
    assert _decay(0) == _decay(0.49) == 1
    assert _decay(1) == pytest.approx(0.05)
    assert _decay(7) == pytest.approx(0.05)
    shares = [k / 100 for k in range(101)]
    assert all(_decay(a) >= _decay(b) for a, b in pairwise(shares))


def test_minutes_go_on_where_they_were(
    trains: Trains, stops_at: Callable[[type, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps and learning rates of a stage that minutes limit, with a clock of our own."""
    rates: list[float] = []
    original = Stage1.step

    def step(self: Stage1, batch: Any) -> dict[str, float]:
        rates.append(self.optimizer.param_groups[0]["lr"])
        return original(self, batch)

    def clock() -> float:
        clock.now += 1.0  # type: ignore[attr-defined]
        return clock.now  # type: ignore[attr-defined,no-any-return]

    clock.now = 0.0  # type: ignore[attr-defined]
    monkeypatch.setattr("engine.trainer.time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr(Stage1, "step", step)
    options = {"stages": "1", "epochs": 1000, "minutes": 0.5}
    run = trains("whole", **options)
    whole = rates.copy()
    assert 10 < len(whole) < 20
    assert whole[0] == PRESETS["default"].stage1.learning_rate
    assert whole[-1] < 0.2 * whole[0]
    assert _position(run)["seconds1"] == pytest.approx(30, abs=4)

    rates.clear()
    stops_at(Stage1, 8)
    trains("parts", **options)
    assert len(rates) == 8
    monkeypatch.setattr(Stage1, "step", step)
    trains("parts", resume=True, stages="1")
    assert len(rates) == pytest.approx(len(whole), abs=2)
    assert rates[8] < whole[6], "the rate has not started again"
    assert rates[-1] < 0.2 * rates[0]


def test_a_run_is_not_written_over(trains: Trains) -> None:
    run = trains("run", stages="1", epochs=0)
    before = (run / "state.safetensors").read_bytes()
    with pytest.raises(ReposeError, match="already holds a run"):
        trains("run")
    with pytest.raises(ReposeError, match="other settings"):
        trains("run", resume=True, batch=5)
    assert (run / "state.safetensors").read_bytes() == before


def test_what_cannot_be_trained(trains: Trains, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="--data"):
        trains("run", data=())
    with pytest.raises(ReposeError, match="no cache"):
        trains("run", data=(tmp_path / "missing",))
    with pytest.raises(ReposeError, match="cannot be read"):
        trains("run", resume=True)
    with pytest.raises(ReposeError, match="cannot be read"):
        trains("run", config=tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text('{"sead": 3}')
    with pytest.raises(ReposeError, match="no setting sead"):
        trains("run", config=tmp_path / "bad.json")
    (tmp_path / "file").touch()
    with pytest.raises(ReposeError, match="cannot be written"):
        trains("file")
    assert not (tmp_path / "run").exists()


def test_people_held_out_need_two_pictures(
    trains: Trains, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_but_singles(*arguments: Any) -> Any:
        training, held_out = split(*arguments)
        return training, held_out[:1]

    monkeypatch.setattr("engine.training.split", all_but_singles)
    with pytest.raises(ReposeError, match="held out has two pictures"):
        trains("run")


def test_divergence_ends_the_training(trains: Trains, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage1, "step", lambda self, batch: {"loss_g1": math.nan})
    with pytest.raises(ReposeError, match="diverged"):
        trains("run")


def test_a_model_to_start_from(trains: Trains, tmp_path: Path) -> None:
    first = trains("first")
    second = trains("second", model=first / "last.safetensors", epochs=0)
    assert_same_weights(first / "last.safetensors", second / "last.safetensors")
    fresh = trains("fresh", epochs=0)
    differ = weights(fresh / "last.safetensors").items()
    assert any(not torch.equal(t, weights(first / "last.safetensors")[n]) for n, t in differ)


def test_a_model_is_no_state(trains: Trains) -> None:
    run = trains("run", epochs=0)
    (run / "last.safetensors").replace(run / "state.safetensors")
    with pytest.raises(ReposeError, match="not the state of a run"):
        trains("run", resume=True)


def test_options_change_the_settings(tmp_path: Path) -> None:
    options = TrainOptions(run=tmp_path, size=128, epochs=3, minutes=2.5, batch=7)
    changed, default = config_of(options), PRESETS["default"]
    assert (changed.image.width, changed.image.height) == (128, 128)
    assert changed.heatmaps.radius == default.heatmaps.radius / 2
    for stage in (changed.stage1, changed.stage2):
        assert (stage.epochs, stage.minutes, stage.batch) == (3, 2.5, 7)
        assert stage.learning_rate == default.stage1.learning_rate
    assert config_of(TrainOptions(run=tmp_path, preset="report")) == PRESETS["report"]


def test_every_epoch_has_every_source_in_an_order_of_its_own() -> None:
    items = list(EpochOrder(10, 0, 0, 30))
    epochs = [items[k : k + 10] for k in (0, 10, 20)]
    for number, epoch in enumerate(epochs):
        assert sorted(item % 10 for item in epoch) == list(range(10))
        assert {item // 10 for item in epoch} == {number}
    assert [i % 10 for i in epochs[0]] != [i % 10 for i in epochs[1]]
    assert list(EpochOrder(10, 0, 17, 30)) == items[17:], "taken up in the middle"
    assert list(EpochOrder(10, 1, 0, 10)) != epochs[0]


def test_ctrl_c_in_the_terminal(config: Config, cache: Path, tmp_path: Path) -> None:
    settings, run = tmp_path / "settings.json", tmp_path / "run"
    settings.write_text(replace(config, stage1=replace(config.stage1, epochs=10_000)).to_json())
    command = [
        sys.executable, main.__file__, "train", "--run", run, "--data", cache,
        "--config", settings, "--device", "cpu", "--threads", "1",
    ]  # fmt: skip
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 60
        while not (run / "config.json").exists() and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)  # the workers get it too, as in a terminal
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "stopped; go on with: train --run" in out
    assert err == ""
    assert (run / "last.safetensors").exists()
    assert _position(run)["step1"] >= 1
