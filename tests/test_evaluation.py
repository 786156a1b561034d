"""The tables: what is compared, on whom, and how it is averaged."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cache import open_cache
from engine.checkpoint import save_checkpoint
from engine.config import GeneratorConfig
from engine.errors import ReposeError
from engine.evaluation import (
    METHODS,
    EvaluateOptions,
    Score,
    as_markdown,
    evaluate,
    similarity,
    table,
    unseen,
)
from engine.generators import G1, G2
from engine.identity import describe
from engine.photos import Photo
from engine.presets import PRESETS


def test_similarity_of_an_image_with_itself_and_with_another() -> None:
    image = np.random.default_rng(0).random((32, 32, 3), np.float32)
    ssim, l1 = similarity(image, image)
    assert ssim == pytest.approx(1)
    assert l1 == 0
    ssim, l1 = similarity(image, np.clip(image + 0.1, 0, 2))
    assert ssim < 1
    assert l1 == pytest.approx(0.1, abs=1e-4)


def test_the_same_face_is_near_and_a_bent_one_farther(photo: Photo) -> None:
    own, mirrored = describe(photo), describe(np.ascontiguousarray(photo[:, ::-1]))
    wide = describe(cv2.resize(photo, None, fx=1.35, fy=1.0).astype(np.uint8))
    assert own is not None
    assert mirrored is not None
    assert wide is not None
    assert np.linalg.norm(own[1] - mirrored[1]) < 0.45
    assert np.linalg.norm(own[1] - wide[1]) > np.linalg.norm(own[1] - mirrored[1])
    assert describe(np.full((64, 64, 3), 90, np.uint8)) is None


def test_only_people_who_were_held_out_are_scored(cache: Path) -> None:
    pictures = open_cache(cache)
    groups = sorted({picture.group for picture in pictures})
    chosen = unseen(pictures, frozenset(groups[:1]))
    assert {picture.group for picture in chosen} == set(groups[:1])
    # A model that was trained on other pictures has never seen any of these people.
    assert unseen(pictures, frozenset({"someone else"})) == pictures


def test_a_table_has_means_errors_and_losses_by_yaw_change() -> None:
    score = Score("a b", 5.0, "refined", ssim=0.5, l1=0.1, identity=0.4, landmarks=4.0)
    scores = [
        score,
        replace(score, ssim=0.7, identity=None, landmarks=None),
        replace(score, yaw=20.0, ssim=0.1),
    ]
    lines = {str(line["yaw change"]): line for line in table(scores)}
    small = lines["0 to 15"]
    assert small["pairs"] == 2
    assert small["ssim"] == 0.6
    assert small["ssim se"] == pytest.approx(0.1)
    assert small["identity"] == 0.4
    assert small["lost %"] == 50
    assert lines["15 to 180"]["ssim"] == 0.1
    assert "30 to 60" not in lines
    assert "0.6 ± 0.1" in as_markdown([small])


def test_evaluate_compares_all_methods_and_writes_the_tables(
    cache: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tables"
    evaluate(EvaluateOptions(data=(cache,), out=out, model=model, pairs=2, device="cpu"))
    with (out / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == list(METHODS) * 2
    assert set(json.loads((out / "tables.json").read_text())) == {cache.name}
    assert (out / "tables.md").read_text() in capsys.readouterr().out


def test_a_model_for_whole_photos_is_evaluated_too(cache: Path, tmp_path: Path) -> None:
    tiny = GeneratorConfig(blocks=2, filters=4, patch=1)
    config = replace(PRESETS["report"], g1=tiny, g2=tiny)
    weights = {"g1": G1(config).state_dict(), "g2": G2(config).state_dict()}
    save_checkpoint(tmp_path / "report.safetensors", config, weights)
    out, model = tmp_path / "tables", tmp_path / "report.safetensors"
    evaluate(EvaluateOptions(data=(cache,), out=out, model=model, pairs=1, device="cpu"))
    lines = json.loads((out / "tables.json").read_text())[cache.name]
    assert {line["method"] for line in lines} == set(METHODS)


def test_evaluate_needs_data(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="at least one"):
        evaluate(EvaluateOptions(data=(), out=tmp_path, model=model))
    with pytest.raises(ReposeError, match="no cache"):
        evaluate(EvaluateOptions(data=(tmp_path,), out=tmp_path, model=model))
