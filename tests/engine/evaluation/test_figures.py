"""The figures: PNG files that show what they are said to show."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.core.errors import ReposeError
from engine.evaluation.figures import Row, draw_losses, draw_results, read_curves, smoothed


def row(label: str, change: float) -> Row:
    """Red, green, blue and yellow pictures and a difference map of one value, 24 x 32."""

    def plain(*colour: float) -> np.ndarray:
        return np.full((24, 32, 3), colour, np.float32)

    difference = plain(change, change, change)
    return Row(label, plain(1, 0, 0), plain(0, 1, 0), plain(0, 0, 1), difference, plain(1, 1, 0))


def shares(path: Path) -> dict[tuple[int, ...], float]:
    """The share of the most frequent colours of a picture."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    most = np.argsort(-counts)[:6]
    return {tuple(map(int, colours[k])): counts[k] / len(pixels) for k in most}


def test_results_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figure12.png"
    draw_results([row("12°", 0.0), row("30°", 0.0)], path)
    found = shares(path)
    # Five columns of equal size: no difference is grey.
    for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (255, 255, 0)):
        assert 0.1 < found[colour] < 0.2
    with Image.open(path) as picture:
        width, height = picture.size
    assert width / height == pytest.approx(5 * 32 / (2 * 24), rel=0.15)
    assert list(path.parent.iterdir()) == [path]


def test_small_differences_are_amplified(tmp_path: Path) -> None:
    draw_results([row("", 0.1)], tmp_path / "figure12.png")
    grey = round(255 * (0.5 + 8 * 0.1 / 2))
    assert any(set(colour) == {grey} for colour in shares(tmp_path / "figure12.png"))


EVENTS = [
    {"event": "stage1", "images": 16, "loss_g1": 3.0, "loss_coarse": 2.0},
    {"event": "stage1", "images": 32, "loss_g1": 2.0, "loss_coarse": 1.0},
    {"event": "held_out", "stage": 1, "ssim": 0.7, "l1": 0.1},
    {"event": "pretraining", "images": 8, "loss_d": 1.4},
    {"event": "stage2", "images": 16, "loss_d": 1.3, "loss_g2": 5.0, "loss_refined": 0.5},
    {"event": "held_out", "stage": 2, "ssim": 0.8, "l1": 0.1},
    {"event": "stopped"},
]


def test_losses_of_both_stages(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    lines = [json.dumps(event) for event in EVENTS]
    events.write_text("\n".join([*lines, '{"event": "stage2", "ima']))
    curves, unit = read_curves(events)
    assert unit == "pairs seen"
    assert curves["loss_g1"].x.tolist() == [16, 32]
    assert curves["loss_g1"].y.tolist() == [3, 2]
    # Stage 2 goes on where the pretraining of D has ended.
    assert curves["loss_d"].x.tolist() == [8, 24]
    assert curves["ssim 1"].x.tolist() == [32]
    assert curves["ssim 2"].x.tolist() == [24]
    draw_losses(curves, unit, tmp_path / "figure13.png")
    with Image.open(tmp_path / "figure13.png") as picture:
        picture.load()
        assert picture.width > picture.height > 300
    with pytest.raises(ReposeError, match="does not exist"):
        read_curves(tmp_path / "none.jsonl")


def test_one_stage_alone(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(json.dumps(EVENTS[0]) + "\n")
    draw_losses(*read_curves(tmp_path / "events.jsonl"), tmp_path / "figure13.png")
    with Image.open(tmp_path / "figure13.png") as picture:
        assert picture.width < 800


def test_a_smooth_line_keeps_the_level_and_loses_the_noise() -> None:
    noise = np.random.default_rng(0).normal(3, 1, 1000)
    smooth = smoothed(noise)
    assert smooth[0] == noise[0]
    assert smooth.mean() == pytest.approx(3, abs=0.2)
    assert smooth[100:].std() < noise.std() / 4
    assert smoothed(noise[:5]).tolist() == noise[:5].tolist()
