"""A run from its options to its files; stopping and resuming; what cannot be trained."""

import json
import math
import signal
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from same_weights import assert_same_models, assert_same_weights, weights

from engine.cache import open_cache
from engine.checkpoint import load_checkpoint, save_checkpoint
from engine.config import Config
from engine.errors import ReposeError
from engine.loader import EpochOrder
from engine.pairs import split
from engine.photos import read_photo
from engine.predictor import Predictor
from engine.presets import PRESETS
from engine.run import Position, saved_run
from engine.stages import Stage1, Stage2
from engine.trained_range import TrainedRange
from engine.trainer import decayed
from engine.training import TrainOptions, settings_of, train

# Newer Pythons warn of what torch's DataLoader does.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

IMAGES = 24  # of each stage: 12 sources, 2 epochs; in batches of 4
PRETRAINING = 2  # steps


@pytest.fixture(scope="module")
def config(small_config: Config) -> Config:
    stage = replace(small_config.stage1, epochs=2, batch=4, average=0.8)
    d = replace(small_config.d, filters=4, growth=2, pretraining=PRETRAINING)
    return replace(small_config, stage1=stage, stage2=stage, d=d)


Trains = Callable[..., Path]


@pytest.fixture
def trains(config: Config, cache: Path, tmp_path: Path) -> Trains:
    """Train a run of this name in the small config; further options by name."""
    settings = tmp_path / "settings.json"
    settings.write_text(config.to_json())

    def run(name: str, **options: Any) -> Path:
        if not options.get("resume"):
            options = {"data": ((str(cache),),), "config": settings, **options}
        chosen = TrainOptions(run=tmp_path / name, device="cpu", threads=1, **options)
        train(chosen, settings_of(chosen))
        return chosen.run

    return run


Interferes = Callable[[type, int, Callable[[], object]], None]


@pytest.fixture
def interferes(monkeypatch: pytest.MonkeyPatch) -> Interferes:
    """Do something during that step (from 1) of Stage1 or Stage2, once."""

    def arrange(stage: type, number: int, what: Callable[[], object]) -> None:
        original, count = stage.step, [0]  # type: ignore[attr-defined]

        def step(self: Any, batch: Any) -> dict[str, float]:
            count[0] += 1
            if count[0] == number:
                what()
            losses: dict[str, float] = original(self, batch)
            return losses

        monkeypatch.setattr(stage, "step", step)

    return arrange


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def events(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def events_of(run: Path, kind: str) -> list[dict[str, Any]]:
    return [event for event in events(run) if event["event"] == kind]


def assert_same_runs(a: Path, b: Path) -> None:
    """To the bit: models and state, samples, and what the events say of the training itself."""
    assert_same_models(a, b)
    pictures = [sorted(path.name for path in (run / "samples").iterdir()) for run in (a, b)]
    assert pictures[0] == pictures[1]
    for name in pictures[0]:
        assert (a / "samples" / name).read_bytes() == (b / "samples" / name).read_bytes()
    told = [
        [{**event, "time": 0} for event in events(run) if event["event"] in ("held_out", "epoch")]
        for run in (a, b)
    ]
    assert told[0] == told[1]
    assert position(a).items == position(b).items
    assert position(a).best == position(b).best


def position(run: Path) -> Position:
    return saved_run(run)[1]


def test_a_run(
    trains: Trains, config: Config, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trains("run")
    saved = Config.from_json((run / "config.json").read_text())
    assert saved == replace(config, data=replace(config.data, folders=(str(cache),)))
    assert {path.name for path in run.iterdir()} == {
        "config.json", "events.jsonl", "last.safetensors", "best.safetensors", "state.safetensors",
        "samples", "process.json",
    }  # fmt: skip

    by_kind: dict[str, list[dict[str, Any]]] = {}
    for event in events(run):
        by_kind.setdefault(event["event"], []).append(event)
    assert {"loss_g1", "loss_coarse"} <= by_kind["stage1"][-1].keys()
    assert {"loss_d", "loss_g2", "loss_refined"} <= by_kind["stage2"][-1].keys()
    assert by_kind["pretraining"][-1].keys() & {"loss_d", "loss_g2"} == {"loss_d"}
    for kind in ("stage1", "stage2"):
        assert [event["epoch"] for event in by_kind[kind]] == [1, 2]
        assert [event["images"] for event in by_kind[kind]] == [12, 24]
        last = by_kind[kind][-1]
        assert (last["epochs"], last["total"], last["eta"]) == (2, IMAGES, 0)
        assert last["images_per_second"] > 0
    elapsed = [event["elapsed"] for kind in ("stage1", "stage2") for event in by_kind[kind]]
    assert elapsed == sorted(elapsed)
    for kind in ("held_out", "epoch"):
        both = [(event["stage"], event["epoch"]) for event in by_kind[kind]]
        assert both == [(1, 1), (1, 2), (2, 1), (2, 2)]
    for event in by_kind["held_out"]:
        assert 0 < event["ssim"] < 1
        assert 0 < event["l1"] < 1
    assert events(run)[-1]["event"] == "finished"
    for event, rows in zip(by_kind["epoch"], (3, 3, 4, 4), strict=True):
        height, width, _ = read_photo(run / event["sample"]).shape
        assert (height, width) == (rows * 64, 3 * 64), "the pictures of one person"
    lines = capsys.readouterr().out.splitlines()
    assert "stage1  epoch 1/2  loss_g1" in lines[0]
    assert "images/s" in lines[0]

    last_model = load_checkpoint(run / "last.safetensors")
    assert last_model.metadata["name"] == "run"
    assert last_model.metadata["images"] == str(2 * IMAGES + 4 * PRETRAINING)
    assert set(last_model.weights) == {"g1", "g2"}
    training, held_out = split(open_cache(cache), config.data.held_out, config.seed)
    trained_on = json.loads(last_model.metadata["trained_on"])
    assert trained_on == sorted({picture.group for picture in training})
    learnt = TrainedRange.read(last_model.metadata)
    assert learnt == TrainedRange.of([picture.landmarks for picture in training], rolled=7.0)
    assert learnt.yaw[0] < -10 < 10 < learnt.yaw[1], "the pictures are turned by -25 to 20 degrees"
    for name in ("last", "best"):
        assert load_checkpoint(run / f"{name}.safetensors").config == config, "no folder's name"
        predictor = Predictor(run / f"{name}.safetensors", "cpu")
        assert predictor.held_out == {picture.group for picture in held_out}


def test_training_lowers_the_loss(
    trains: Trains, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.progress._SECONDS", 0.0)
    settings = tmp_path / "plain.json"
    settings.write_text(replace(config, guides=False).to_json())
    run = trains("run", config=settings, stages="1", epochs=14, learning_rate=3e-3)
    losses = [event["loss_coarse"] for event in events_of(run, "stage1")]
    assert len(losses) == 42
    assert sum(losses[-6:]) < 0.8 * sum(losses[:6])


@pytest.mark.parametrize(("stage", "step"), [(Stage1, 1), (Stage1, 5), (Stage2, 2)])
def test_ctrl_c_and_resume_is_as_if_never_stopped(
    trains: Trains,
    interferes: Interferes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: type,
    step: int,
) -> None:
    whole = trains("whole")
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


@pytest.mark.parametrize(("when", "images"), [("now", 4), ("", 4), ("epoch", 12)])
def test_a_file_stops_too(
    trains: Trains, interferes: Interferes, tmp_path: Path, when: str, images: int
) -> None:
    whole = trains("whole", stages="1")
    interferes(Stage1, 1, lambda: (tmp_path / "run/stop").write_text(when))
    run = trains("run", stages="1")
    assert position(run).items == {"stage1": images}
    assert not (run / "stop").exists()
    trains("run", resume=True)
    assert_same_runs(whole, run)
    assert "stage2" not in position(run).ended, "the run remembers which stages it trains"


def test_stopping_in_the_pretraining_of_d(trains: Trains, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trains("whole")
    original = Stage2.pretrain_d_step

    def stops(self: Stage2, batch: Any) -> dict[str, float]:
        press_ctrl_c()
        return original(self, batch)

    monkeypatch.setattr(Stage2, "pretrain_d_step", stops)
    run = trains("run")
    monkeypatch.undo()
    assert position(run).items == {"stage1": IMAGES, "pretraining": 4}
    trains("run", resume=True)
    assert_same_runs(whole, run)


def test_a_file_saves(trains: Trains, interferes: Interferes, tmp_path: Path) -> None:
    """What comes after the checkpoint is lost when the process is killed, and done again."""
    run = tmp_path / "run"
    whole = trains("whole")
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
    trains: Trains, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """In their order: the state at the start, best after each epoch, last, the state at the end."""
    whole = trains("whole", stages="1")
    written: list[str] = []

    def save(path: Path, *arguments: Any, **further: Any) -> None:
        written.append(path.stem)
        if len(written) == number:
            raise SystemError("killed")
        save_checkpoint(path, *arguments, **further)

    monkeypatch.setattr("engine.run.save_checkpoint", save)
    with pytest.raises(SystemError):
        trains("run", stages="1")
    assert written == ["state", "best", "best", "last", "state"][:number]
    monkeypatch.undo()
    assert_same_runs(whole, trains("run", resume=True))


def test_a_file_pauses(
    trains: Trains, interferes: Interferes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause, looks = tmp_path / "run/pause", []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            pause.unlink()

    interferes(Stage1, 2, pause.touch)
    monkeypatch.setattr("engine.trainer.time.sleep", sleep)
    run = trains("run", stages="1")
    assert len(looks) == 3
    assert len(events_of(run, "paused")) == len(events_of(run, "continued")) == 1
    monkeypatch.undo()
    assert_same_runs(trains("whole", stages="1"), run)


def test_stage_by_stage_is_as_both_at_once(trains: Trains) -> None:
    whole, parts = trains("whole"), trains("parts", stages="1")
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


def test_the_best_model_is_not_replaced_by_a_worse_one(
    trains: Trains, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.5, 0.7, 0.69, 0.7])
    monkeypatch.setattr(
        "engine.validation.Validation.score", lambda *_: {"ssim": next(scores), "l1": 0.1}
    )
    run = trains("run", stages="1")
    best = weights(run / "best.safetensors")
    trains("run", stages="2", resume=True)
    kept = [event["best"] for event in events_of(run, "held_out")]
    assert kept == [True, True, False, True]
    after = weights(run / "best.safetensors")
    assert any(not torch.equal(tensor, after[name]) for name, tensor in best.items())


def test_the_learning_rate_over_a_stage(trains: Trains, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decayed(0, 0.05) == decayed(0.49, 0.05) == 1
    assert decayed(1, 0.05) == pytest.approx(0.05)
    assert decayed(7, 0.05) == 0.05
    shares = [k / 100 for k in range(101)]
    assert all(decayed(a, 0.1) >= decayed(b, 0.1) for a, b in pairwise(shares))
    assert {decayed(share, PRESETS["report"].stage1.decay) for share in shares} == {1.0}

    rates: list[float] = []
    original = Stage1.step

    def step(self: Stage1, batch: Any) -> dict[str, float]:
        rates.append(self.optimizer.param_groups[0]["lr"])
        return original(self, batch)

    monkeypatch.setattr(Stage1, "step", step)
    trains("run", stages="1", learning_rate=1e-3)
    assert rates[:4] == [1e-3] * 4
    assert rates[5] == pytest.approx(1e-3 * (1 - 1.9 / 3))


def test_minutes_go_on_where_they_were(
    trains: Trains, interferes: Interferes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps and learning rates of a stage that minutes limit, with a clock of our own."""
    rates: list[float] = []
    original = Stage1.step

    def step(self: Stage1, batch: Any) -> dict[str, float]:
        clock.now += 2.0
        rates.append(self.optimizer.param_groups[0]["lr"])
        return original(self, batch)

    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("engine.progress.time.monotonic", lambda: clock.now)
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


def test_a_batch_too_large_for_the_memory_is_halved(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, interferes: Interferes
) -> None:
    original, sizes = Stage1.step, []

    def step(self: Stage1, batch: Any) -> dict[str, float]:
        if len(batch.source) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        sizes.append(len(batch.source))
        return original(self, batch)

    monkeypatch.setattr(Stage1, "step", step)
    interferes(Stage1, 4, press_ctrl_c)
    run = trains("run", stages="1")
    memory = events_of(run, "memory")
    assert [(event["phase"], event["batch"]) for event in memory] == [("stage1", 2)]
    trains("run", resume=True)
    assert sizes == [2] * 12
    assert len(events_of(run, "memory")) == 1
    assert position(run).items == {"stage1": IMAGES}


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        MemoryError(),
        RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. "),
    ],
)
def test_no_memory_for_a_single_pair(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def step(self: Stage1, batch: Any) -> dict[str, float]:
        raise error

    monkeypatch.setattr(Stage1, "step", step)
    with pytest.raises(ReposeError, match="even with one pair"):
        trains("run")


def test_other_errors_are_not_taken_for_a_lack_of_memory(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def step(self: Stage1, batch: Any) -> dict[str, float]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(Stage1, "step", step)
    with pytest.raises(RuntimeError, match="mat1"):
        trains("run")
    last = events(tmp_path / "run")[-1]
    assert (last["event"], last["error"][:4]) == ("failed", "mat1")


def test_a_run_is_not_written_over(
    trains: Trains, tmp_path: Path, cache: Path, config: Config
) -> None:
    run = trains("run", stages="1", epochs=0)
    before = (run / "state.safetensors").read_bytes()
    with pytest.raises(ReposeError, match="already holds a run"):
        trains("run")
    with pytest.raises(ReposeError, match=r"has 4 as stage1\.batch, not 5"):
        trains("run", resume=True, batch=5)
    with pytest.raises(ReposeError, match="--model"):
        trains("run", resume=True, model=run / "last.safetensors")
    assert (run / "state.safetensors").read_bytes() == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/holiday.jpg").touch()
    with pytest.raises(ReposeError, match=r"other files \(holiday\.jpg\)"):
        trains("photos")
    (tmp_path / "file").touch()
    with pytest.raises(ReposeError, match="cannot be written"):
        trains("file")


def test_data_may_be_moved_but_not_exchanged(
    trains: Trains, interferes: Interferes, cache: Path, tmp_path: Path
) -> None:
    whole = trains("whole", stages="1")
    interferes(Stage1, 4, press_ctrl_c)
    run = trains("run", stages="1")
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in cache.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ReposeError, match="other pictures"):
        trains("run", data=((str(cache), str(moved)),), resume=True)
    trains("run", data=((str(moved),),), resume=True)
    assert_same_weights(whole / "last.safetensors", run / "last.safetensors")


def test_a_run_goes_on_from_any_folder(
    trains: Trains, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(cache.parent)
    run = trains("run", data=((f"{cache.name}:fei",),), stages="1", epochs=0)
    assert saved_run(run)[0].data.folders == (f"{cache}:fei",)
    monkeypatch.chdir(tmp_path)
    trains("run", resume=True)


def test_what_cannot_be_trained(trains: Trains, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="--data"):
        trains("run", data=())
    with pytest.raises(ReposeError, match="no folder"):
        trains("run", data=((str(tmp_path / "missing"),),))
    with pytest.raises(ReposeError, match="no run to resume"):
        trains("run", resume=True)
    with pytest.raises(ReposeError, match="does not exist"):
        trains("run", config=tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text('{"sead": 3}')
    with pytest.raises(ReposeError, match=r"bad\.json .* no setting sead"):
        trains("run", config=tmp_path / "bad.json")
    with pytest.raises(ReposeError, match="exclude each other"):
        trains("run", preset="report")
    assert not (tmp_path / "run").exists()


def test_people_with_one_picture_are_not_held_out(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, cache: Path, tmp_path: Path
) -> None:
    """Nobody could be scored otherwise. A run that has not begun is no obstacle to another try."""
    pictures = open_cache(cache)
    people = sorted({picture.person for picture in pictures})
    singles = [next(p for p in pictures if p.person == person) for person in people]
    one = [p for p in pictures if p.person == people[0]]
    two = [p for p in pictures if p.person in people[:2]]

    def given(chosen: list[Any]) -> None:
        monkeypatch.setattr("engine.training.open_sources", lambda *_: chosen)

    given(singles)
    with pytest.raises(ReposeError, match="No person has two pictures"):
        trains("run")
    given(one + singles[1:])
    with pytest.raises(ReposeError, match="at least two people"):
        trains("run")
    given(two + singles[2:])
    run = trains("run", epochs=0)
    metadata = load_checkpoint(run / "last.safetensors").metadata
    held_out = json.loads(metadata["held_out"])
    assert len(held_out) == 1
    assert held_out[0] in {p.group for p in two}
    assert len(json.loads(metadata["trained_on"])) == 4


def test_divergence_ends_the_training(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Stage1, "step", lambda self, batch: {"loss_g1": math.nan})
    with pytest.raises(ReposeError, match="diverged"):
        trains("run")
    last = events(tmp_path / "run")[-1]
    assert last["event"] == "failed"
    assert "diverged" in last["error"]


def test_a_model_to_start_from(trains: Trains, tmp_path: Path) -> None:
    first = trains("first")
    second = trains("second", model=first / "last.safetensors", epochs=0)
    assert_same_weights(first / "last.safetensors", second / "last.safetensors")
    scored = events_of(second, "held_out")
    assert scored[0]["epoch"] == 0
    assert scored[0]["ssim"] == events_of(first, "held_out")[-1]["ssim"], "refined by its G2"
    fresh = trains("fresh", epochs=0)
    differ = weights(fresh / "last.safetensors").items()
    assert any(not torch.equal(t, weights(first / "last.safetensors")[n]) for n, t in differ)


def test_a_model_is_no_state(trains: Trains) -> None:
    run = trains("run", epochs=0)
    (run / "last.safetensors").replace(run / "state.safetensors")
    with pytest.raises(ReposeError, match="not the state of a run"):
        trains("run", resume=True)
    (run / "state.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ReposeError, match="damaged"):
        trains("run", resume=True)


def test_every_epoch_has_every_source_in_an_order_of_its_own() -> None:
    items = list(EpochOrder(10, 0, 0, 30))
    epochs = [items[k : k + 10] for k in (0, 10, 20)]
    for number, epoch in enumerate(epochs):
        assert sorted(item % 10 for item in epoch) == list(range(10))
        assert {item // 10 for item in epoch} == {number}
    assert [i % 10 for i in epochs[0]] != [i % 10 for i in epochs[1]]
    assert list(EpochOrder(10, 0, 17, 30)) == items[17:], "taken up in the middle"
    assert list(EpochOrder(10, 1, 0, 10)) != epochs[0]
