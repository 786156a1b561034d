"""Fitting a model to one person."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.data.cache import open_cache
from engine.data.pairs import PairSet
from engine.data.split import split_pictures
from engine.face.landmarks import Landmarks
from engine.imaging.photos import Photo, write_photo
from engine.training.personal import (
    FEWEST_PICTURES,
    lay_out_photo,
    lay_out_pictures,
    list_person,
    personal_config,
)
from engine.training.run_folder import RunFolder, write_config
from engine.training.training import TrainOptions, train


def test_pictures_of_each_person_are_held_out(cache: Path) -> None:
    pictures = open_cache(cache)
    with pytest.raises(ReposeError, match="at least four"):
        split_pictures(pictures, 0.2, 0)  # three of each
    one = [replace(picture, person="ann") for picture in pictures]
    training, held_out = split_pictures(one, 0.2, 0)
    assert (len(training), len(held_out)) == (12, 3)
    assert {id(p) for p in training}.isdisjoint({id(p) for p in held_out})
    assert split_pictures(one, 0.2, 0)[1] == held_out
    assert split_pictures(one, 0.2, 1)[1] != held_out
    assert len(split_pictures(one[:4], 0.01, 0)[1]) == 2


def test_epochs_of_few_pictures_are_made_longer(cache: Path, small_config: Config) -> None:
    data = replace(small_config.data, repeat=3, targets=1)
    pairs = PairSet(open_cache(cache), replace(small_config, data=data))
    assert len(pairs) == 45
    assert pairs[0]["source"].equal(pairs[0]["source"])
    assert not pairs[0]["target"].equal(pairs[15]["target"])  # the same source, augmented anew


def test_the_networks_stay_as_the_model_has_them() -> None:
    config = personal_config(PRESETS["default"], 20, 2.5)
    assert (config.g1, config.g2, config.image) == (
        PRESETS["default"].g1,
        PRESETS["default"].g2,
        PRESETS["default"].image,
    )
    assert config.stage1.minutes == 2.5
    assert config.data.layout == "people"
    assert personal_config(PRESETS["default"], 1, 1).data.layout == "portraits"


def test_a_person_needs_a_few_pictures(people: Path, tmp_path: Path) -> None:
    assert len(list_person(people)) == 15
    write_photo(tmp_path / "one" / "a.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ReposeError, match=f"has 1 of the {FEWEST_PICTURES} pictures"):
        list_person(tmp_path / "one")
    with pytest.raises(ReposeError, match="is not a folder"):
        list_person(tmp_path / "none")


@pytest.mark.parametrize("source", ["photo", "folder"])
def test_a_model_is_fitted_to_one_person(
    source: str,
    photo: Photo,
    face: Landmarks,
    people: Path,
    model: Path,
    small_config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.data.prepare._FEW", 1000)  # in this process
    run = tmp_path / "run"
    config = personal_config(small_config, 1 if source == "photo" else 15, 0.02)
    write_config(run, config)
    folder = lay_out_photo(run, photo, face) if source == "photo" else lay_out_pictures(run, people)
    data = replace(config.data, folders=(folder,), views=6)
    options = TrainOptions(run=run, stages="1", model=model, device="cpu", threads=1)
    train(options, replace(config, data=data))
    status = RunFolder(run)
    status.update()
    assert status.status.state == "finished"
    assert status.status.first is not None
    assert status.status.best is not None
    assert status.status.best >= status.status.first  # never worse than it was
    assert set(status.models) == {"best", "last"}
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert next(e["epoch"] for e in events if e["event"] == "held_out") == 0
