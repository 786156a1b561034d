"""The evaluation: whom it takes, what it compares, and the files it writes."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from drawn_bodies import draw_people
from PIL import Image

from engine.config.config import (
    Config,
    EdgeConfig,
    GeneratorConfig,
    HeatmapConfig,
    ImageConfig,
)
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.data.cache import open_cache
from engine.data.prepare import PrepareOptions, prepare
from engine.evaluation.evaluation import EvaluateOptions, by_data_set, evaluate
from engine.evaluation.scores import METHODS
from engine.evaluation.trials import Model, choose, spread
from engine.networks.checkpoint import save_checkpoint
from engine.networks.generators import G1, G2
from main import DONE, main

TINY = GeneratorConfig(blocks=2, filters=4, growth=4, patch=1)
FACES = replace(PRESETS["report"], g1=TINY, g2=TINY)
EVENTS = [
    {"event": "stage1", "images": 16, "loss_g1": 3.0, "loss_coarse": 2.0},
    {"event": "held_out", "stage": 1, "ssim": 0.7, "l1": 0.1},
]


def save(path: Path, config: Config, **names: list[str]) -> Path:
    """A model with random weights; names of people for its metadata."""
    torch.manual_seed(0)
    weights = {"g1": G1(config).state_dict(), "g2": G2(config).state_dict()}
    metadata = {name: json.dumps(people) for name, people in names.items()}
    save_checkpoint(path, config, weights, metadata=metadata)
    return path


def run(data: Path, model: Path, out: Path, **options: Any) -> dict[str, Any]:
    """What `tables.json` holds of the data set after an evaluation."""
    chosen = {"pairs": 1, "device": "cpu", **options}
    evaluate(EvaluateOptions(data=((str(data),),), out=out, model=model, **chosen))
    tables = json.loads((out / "tables.json").read_text(encoding="utf-8"))
    (table,) = tables["data"].values()
    return dict(table)


def test_all_files_are_written(
    cache: Path, small_config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save(tmp_path / "run" / "last.safetensors", small_config)
    (model.parent / "events.jsonl").write_text("\n".join(map(json.dumps, EVENTS)))
    out = tmp_path / "new" / "tables"
    table = run(cache, model, out, pairs=2)
    names = ["figure12.png", "figure13.png", "scores.csv", "tables.json", "tables.md"]
    assert sorted(path.name for path in out.iterdir()) == names
    with (out / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for row, line in zip(rows, table["table 1"], strict=True):
        assert row["source"] == line["source"]
        assert all(f"ssim_{m}" in row and f"lost_{m}" in row for m in METHODS)
        assert float(row["ssim_coarse"]) == line["ssim_coarse"]
    mean = np.mean([float(row["l1_refined"]) for row in rows])
    assert table["table 2"]["l1_refined"]["mean"] == pytest.approx(mean)
    text = (out / "tables.md").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    assert "held out nobody here" in text
    for figure in ("figure12.png", "figure13.png"):
        with Image.open(out / figure) as picture:
            picture.load()


def test_the_numbers_are_those_of_the_networks(
    cache: Path, small_config: Config, tmp_path: Path
) -> None:
    # A G2 that says "no difference" everywhere, but for a constant.
    torch.manual_seed(0)
    g2 = G2(small_config)
    g2.draw_nothing()
    weights = {"g1": G1(small_config).state_dict(), "g2": g2.state_dict()}
    save_checkpoint(tmp_path / "same.safetensors", small_config, weights)
    table = run(cache, tmp_path / "same.safetensors", tmp_path / "same")["table 1"]
    for line in table:
        assert line["ssim_refined"] == line["ssim_coarse"]
        assert line["l1_refined"] == line["l1_coarse"]
    weights["g2"]["unet.last.bias"][:12] = 1.0
    save_checkpoint(tmp_path / "white.safetensors", small_config, weights)
    for line in run(cache, tmp_path / "white.safetensors", tmp_path / "white")["table 1"]:
        assert line["ssim_refined"] < 0.5 < line["l1_refined"] + 0.3
        assert line["lost_refined"] in (100, None)


@pytest.mark.parametrize(
    "config",
    [
        FACES,
        replace(
            FACES,
            condition="edges",
            heatmaps=HeatmapConfig(stride=1, source=False),
            edges=EdgeConfig(),
            loss=replace(PRESETS["report"].loss, cutoff=0),
        ),
    ],
    ids=["report", "edges"],
)
def test_models_of_other_kinds(cache: Path, tmp_path: Path, config: Config) -> None:
    table = run(cache, save(tmp_path / "model.safetensors", config), tmp_path / "out", pairs=1)
    assert {f"ssim_{m}" for m in METHODS if m != "layers"} <= set(table["table 2"])
    assert table["change"]["name"] == "yaw change"


def test_bodies_are_split_by_how_far_their_points_move(tmp_path: Path) -> None:
    keypoints = draw_people(tmp_path / "people", people=2, poses=3)
    bodies = PrepareOptions(
        data=tmp_path / "people",
        out=tmp_path / "bodies",
        layout="people",
        skeleton="body",
        keypoints=keypoints,
        workers=1,
    )
    prepare(bodies)
    config = replace(
        PRESETS["report"], skeleton="body", g1=TINY, g2=TINY, image=ImageConfig(64, 48, "photo")
    )
    model = save(tmp_path / "model.safetensors", config)
    table = run(bodies.out, model, tmp_path / "out", pairs=9)
    assert set(table["table 2"]) == {
        f"{measure}_{method}"
        for measure in ("ssim", "l1", "sharpness")
        for method in ("source", "coarse", "refined")
    }
    assert table["change"]["name"] == "points moved"
    assert sum(band["pairs"] for band in table["by change"]) == 9
    with pytest.raises(ReposeError, match="skeleton"):
        run(bodies.out, save(tmp_path / "faces.safetensors", FACES), tmp_path / "faces")


def test_pictures_without_faces(cache: Path, tmp_path: Path) -> None:
    """No identity, no warp, no yaw."""
    config = replace(
        PRESETS["report"],
        skeleton="none",
        condition="edges",
        g1=TINY,
        g2=TINY,
        image=ImageConfig(64, 64, "photo"),
    )
    pictures = [replace(p, skeleton="none") for p in open_cache(cache)]
    model = Model(save(tmp_path / "model.safetensors", config), "cpu")
    trials = choose(pictures, model, 2, "people")
    for outcome in model.outcomes(trials):
        assert set(outcome.images) == {"source", "coarse", "refined"}
        assert outcome.images["refined"].shape == (64, 64, 3)


def test_only_people_who_were_not_trained_on_are_scored(
    cache: Path, small_config: Config, tmp_path: Path
) -> None:
    pictures = open_cache(cache)
    groups = sorted({picture.group for picture in pictures})

    def model(**names: list[str]) -> Model:
        return Model(save(tmp_path / "model.safetensors", small_config, **names), "cpu")

    def scored(tried: Model) -> tuple[set[str], str]:
        trials = choose(pictures, tried, 100, "people")
        return {trial.source.group for trial in trials}, tried.cautions(trials)

    assert scored(model(held_out=groups[:1])) == (set(groups[:1]), "")
    people, caution = scored(model(held_out=["someone else"]))
    assert people == set(groups)
    assert "held out nobody here" in caution
    # Who is known to be new is taken, too.
    assert scored(model(held_out=["x"], trained_on=groups[2:])) == (set(groups[:2]), "")
    people, caution = scored(model(held_out=["x"], trained_on=groups))
    assert people == set(groups)
    assert "was trained on" in caution


def test_targets_are_photographs_where_there_are_any(
    cache: Path, small_config: Config, tmp_path: Path
) -> None:
    pictures = open_cache(cache)
    lifted = [replace(p, weight_offset=0) if k % 3 else p for k, p in enumerate(pictures)]
    model = Model(save(tmp_path / "model.safetensors", small_config), "cpu")
    trials = choose(lifted, model, 100, "people")
    assert {trial.target.weight_offset for trial in trials} == {None}
    assert "lifted" in model.cautions(trials)
    assert "lifted" not in model.cautions(choose(pictures, model, 100, "people"))


def test_figure_12_shows_a_spread_of_changes(
    cache: Path, small_config: Config, tmp_path: Path
) -> None:
    model = Model(save(tmp_path / "model.safetensors", small_config), "cpu")
    trials = choose(open_cache(cache), model, 100, "people")
    shown = spread(trials, 4)
    changes = [trial.change or 0 for trial in shown]
    assert changes == sorted(changes)
    assert changes[-1] - changes[0] > 10
    assert len({trial.source.group for trial in shown}) == 4
    assert len(spread(trials[:2], 4)) == 2


def test_each_data_set_has_a_name_of_its_own(cache: Path) -> None:
    pictures = open_cache(cache)
    others = [replace(p, file=Path("elsewhere") / cache.name / "pictures.bin") for p in pictures]
    assert set(by_data_set([*pictures, *others])) == {cache.name, f"{cache.name}-2"}


def test_the_command_takes_several_data_sets(cache: Path, model: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / cache.name
    shutil.copytree(cache, other)
    out = tmp_path / "out"
    common = ["--model", model, "--out", out, "--pairs", 1, "--device", "cpu"]
    arguments = ["evaluate", "--data", cache, "--data", f"{other}:fei", *common]
    assert main([str(argument) for argument in arguments]) == DONE
    tables = json.loads((out / "tables.json").read_text(encoding="utf-8"))
    assert list(tables["data"]) == [cache.name, f"{cache.name}-2"]
    with (out / "scores.csv").open(newline="", encoding="utf-8") as file:
        assert [row["data"] for row in csv.DictReader(file)] == list(tables["data"])


def test_data_that_cannot_be_used(cache: Path, model: Path, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="--data"):
        evaluate(EvaluateOptions(data=(), out=tmp_path / "out", model=model))
    with pytest.raises(ReposeError, match="--pairs"):
        run(cache, model, tmp_path / "out", pairs=0)
    with pytest.raises(ReposeError, match=r"missing|does not exist|not a folder"):
        run(tmp_path / "missing", model, tmp_path / "out")
    single = [picture for picture in open_cache(cache) if picture.name.endswith("-01.png")]
    with pytest.raises(ReposeError, match="no two pictures of one person"):
        choose(single, Model(model, "cpu"), 9, "people")


def test_a_folder_of_pictures_is_prepared_on_the_way(
    people: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.prepare._FEW", 1000)  # in this process
    table = run(people, model, tmp_path / "out", pairs=1)
    assert table["pairs"] == 1
    assert (tmp_path / "out" / "cache").is_dir()


def test_a_full_disk_leaves_no_parts(
    cache: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReposeError, match=r"figure12.png cannot be written, the disk is full"):
        run(cache, model, tmp_path / "out", pairs=1)
    assert not list((tmp_path / "out").iterdir())
