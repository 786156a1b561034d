"""A run from its options to its files; what cannot be trained."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from same_weights import assert_same_weights, weights
from training_runs import (
    IMAGES,
    PRETRAINING,
    Interferes,
    Trains,
    events,
    events_of,
    position,
    press_ctrl_c,
    trains_in,
)

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.devices import computing, training_precision
from engine.core.errors import ReposeError
from engine.data.cache import open_cache
from engine.data.loader import EpochOrder
from engine.data.split import split
from engine.face.trained_range import TrainedRange
from engine.imaging.photos import read_photo
from engine.inference.predictor import Predictor
from engine.networks.checkpoint import load_checkpoint
from engine.training.stages import Losses, Stage1
from engine.training.trainer import decayed

# Newer Pythons warn of what torch's DataLoader does.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def test_a_run(
    full_config: Config,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With guides and all losses."""
    for interval in ("progress._SECONDS", "trainer._SAVE_SECONDS"):  # however slow it is
        monkeypatch.setattr(f"engine.training.{interval}", math.inf)
    run = trains_in(tmp_path, full_config, cache)("run")
    saved = Config.from_json((run / "config.json").read_text())
    assert saved == replace(full_config, data=replace(full_config.data, folders=(str(cache),)))
    assert {path.name for path in run.iterdir()} - {".lock"} == {  # it is gone on Windows
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
    assert lines[0] == computing("cpu", training_precision("cpu"))
    assert "stage1  epoch 1/2  loss_g1" in lines[1]
    assert "images/s" in lines[1]

    last_model = load_checkpoint(run / "last.safetensors")
    assert last_model.metadata["name"] == "run"
    assert last_model.metadata["images"] == str(2 * IMAGES + 4 * PRETRAINING)
    assert set(last_model.weights) == {"g1", "g2"}
    training, held_out = split(open_cache(cache), full_config.data.held_out, full_config.seed)
    trained_on = json.loads(last_model.metadata["trained_on"])
    assert trained_on == sorted({picture.group for picture in training})
    learnt = TrainedRange.read(last_model.metadata)
    assert learnt == TrainedRange.of([picture.landmarks for picture in training], rolled=7.0)
    assert learnt.yaw[0] < -10 < 10 < learnt.yaw[1], "the pictures are turned by -25 to 20 degrees"
    for name in ("last", "best"):
        assert load_checkpoint(run / f"{name}.safetensors").config == full_config, (
            "no folder's name"
        )
        predictor = Predictor(run / f"{name}.safetensors", "cpu")
        assert predictor.held_out == {picture.group for picture in held_out}


def test_training_lowers_the_loss(trains: Trains, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.progress._SECONDS", 0.0)
    run = trains("run", stages="1", epochs=14, learning_rate=3e-3)
    losses = [event["loss_coarse"] for event in events_of(run, "stage1")]
    assert len(losses) == 42
    assert sum(losses[-6:]) < 0.8 * sum(losses[:6])


def test_the_best_model_is_not_replaced_by_a_worse_one(
    trains: Trains, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.5, 0.7, 0.69, 0.7])
    monkeypatch.setattr(
        "engine.training.validation.Validation.score", lambda *_: {"ssim": next(scores), "l1": 0.1}
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

    def step(self: Stage1, batch: Any) -> Losses:
        rates.append(self.optimizer.param_groups[0]["lr"])
        return original(self, batch)

    monkeypatch.setattr(Stage1, "step", step)
    trains("run", stages="1", learning_rate=1e-3)
    assert rates[:4] == [1e-3] * 4
    assert rates[5] == pytest.approx(1e-3 * (1 - 1.9 / 3))


def test_a_batch_too_large_for_the_memory_is_halved(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, interferes: Interferes
) -> None:
    original, sizes = Stage1.step, []

    def step(self: Stage1, batch: Any) -> Losses:
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
    def step(self: Stage1, batch: Any) -> Losses:
        raise error

    monkeypatch.setattr(Stage1, "step", step)
    with pytest.raises(ReposeError, match="even with one pair"):
        trains("run")


def test_other_errors_are_not_taken_for_a_lack_of_memory(
    trains: Trains, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def step(self: Stage1, batch: Any) -> Losses:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(Stage1, "step", step)
    with pytest.raises(RuntimeError, match="mat1"):
        trains("run")
    last = events(tmp_path / "run")[-1]
    assert (last["event"], last["error"][:4]) == ("failed", "mat1")


def test_a_run_is_not_written_over(trains: Trains, tmp_path: Path) -> None:
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
        monkeypatch.setattr("engine.training.training.open_sources", lambda *_: chosen)

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
    monkeypatch.setattr(Stage1, "step", lambda self, batch: {"loss_g1": torch.tensor(math.nan)})
    with pytest.raises(ReposeError, match="diverged"):
        trains("run")
    last = events(tmp_path / "run")[-1]
    assert last["event"] == "failed"
    assert position(tmp_path / "run").items == {}, "no diverged network is saved"
    assert "diverged" in last["error"]


def test_a_model_to_start_from(trains: Trains, whole: Path) -> None:
    second = trains("second", model=whole / "last.safetensors", epochs=0)
    assert_same_weights(whole / "last.safetensors", second / "last.safetensors")
    scored = events_of(second, "held_out")
    assert scored[0]["epoch"] == 0
    assert scored[0]["ssim"] == events_of(whole, "held_out")[-1]["ssim"], "refined by its G2"
    fresh = trains("fresh", epochs=0)
    differ = weights(fresh / "last.safetensors").items()
    assert any(not torch.equal(t, weights(whole / "last.safetensors")[n]) for n, t in differ)


def test_every_epoch_has_every_source_in_an_order_of_its_own() -> None:
    items = list(EpochOrder(10, 0, 0, 30))
    epochs = [items[k : k + 10] for k in (0, 10, 20)]
    for number, epoch in enumerate(epochs):
        assert sorted(item % 10 for item in epoch) == list(range(10))
        assert {item // 10 for item in epoch} == {number}
    assert [i % 10 for i in epochs[0]] != [i % 10 for i in epochs[1]]
    assert list(EpochOrder(10, 0, 17, 30)) == items[17:], "taken up in the middle"
    assert list(EpochOrder(10, 1, 0, 10)) != epochs[0]
