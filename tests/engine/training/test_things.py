"""Poses of anything: edge images instead of points, on pictures without any face."""

from pathlib import Path

import numpy as np
import torch
from drawn_things import draw_things

from engine.data.cache import open_cache
from engine.data.pairs import cut_pair, to_batch, to_tensors
from engine.data.prepare import PrepareOptions, prepare
from engine.data.split import partners, split
from engine.networks.checkpoint import load_checkpoint
from engine.networks.generators import G1
from engine.training.stages import draw_coarse
from engine.training.training import read_arguments, train

SETTINGS = (
    *("--skeleton", "none", "--condition", "edges", "--no-guides"),
    *("--threads", "1", "--data.targets", "1"),
    *("--image.crop", "photo", "--image.height", "32", "--image.width", "40"),
    *("--heatmaps.stride", "2", "--loss.cutoff", "2", "--precision", "full", "--batch", "4"),
    *("--g1.blocks", "3", "--g1.filters", "16", "--g1.growth", "16"),
    *("--g2.blocks", "2", "--g2.filters", "8", "--g2.growth", "8", "--d.filters", "8"),
    *("--stage1.epochs", "16", "--stage1.learning-rate", "4e-3", "--stage1.average", "0.9"),
    *("--stage2.epochs", "1", "--d.pretraining", "2", "--data.held-out", "0.2"),
)


def test_things_without_points_take_a_pose(tmp_path: Path) -> None:
    draw_things(tmp_path / "things", things=12, turns=6)
    cache, run = tmp_path / "cache", tmp_path / "run"
    prepare(
        PrepareOptions(
            data=tmp_path / "things", out=cache, layout="people", skeleton="none", workers=1
        )
    )
    pictures = open_cache(cache)
    assert len(pictures) == 72
    for picture in pictures:
        assert picture.landmarks.shape == (0, 2)
        height, width, _ = picture.shape
        np.testing.assert_allclose(picture.box, [0, 0, width, height], atol=1)

    arguments = ["--run", str(run), "--data", str(cache), "--device", "cpu", *SETTINGS]
    train(*read_arguments(arguments, "train"))
    checkpoint = load_checkpoint(run / "last.safetensors")
    config = checkpoint.config
    g1 = G1(config)
    checkpoint.restore("g1", g1)
    _, held_out = split(pictures, config.data.held_out, config.seed)
    batch = to_batch(
        [
            to_tensors(cut_pair(held_out[source], held_out[target], config), config)
            for source, others in enumerate(partners(held_out))
            for target in others[:2]
        ]
    )
    with torch.no_grad():
        coarse = draw_coarse(g1, batch, config).image
    # The things are darker than what is behind them.
    darker = batch.source.mean(dim=1) - batch.target.mean(dim=1)
    for where in (darker > 0.15, darker < -0.15):
        unchanged, left = (
            (image - batch.target).abs().mean(dim=1)[where].mean()
            for image in (batch.source, coarse)
        )
        assert left < 0.8 * unchanged, "the thing is gone from its old place and in its new one"
