"""Every alternative that the report names is one setting, and trains."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.config.config import (
    Config,
    DiscriminatorConfig,
    GeneratorConfig,
    ImageConfig,
    StageConfig,
)
from engine.config.presets import PRESETS
from engine.data.cache import open_cache
from engine.data.pairs import PairSet, to_batch
from engine.networks.discriminator import Discriminator
from engine.networks.generators import G1, G2
from engine.training.stages import Stage1, Stage2, adam, draw_coarse

_STAGE = StageConfig(batch=4, learning_rate=2e-3, average=0.0)
REPORT = replace(
    PRESETS["report"],
    image=ImageConfig(40, 48, "photo"),
    heatmaps=replace(PRESETS["report"].heatmaps, radius=2.0),
    g1=replace(PRESETS["report"].g1, blocks=3, filters=8, growth=4),
    g2=replace(PRESETS["report"].g2, blocks=2, filters=8, growth=4),
    d=replace(PRESETS["report"].d, pretraining=2),
    stage1=_STAGE,
    stage2=_STAGE,
)
"""The preset, with small networks that learn fast."""


def changed(config: Any, setting: str, value: Any) -> Any:
    """``config`` with one setting changed, by its dotted name."""
    name, _, rest = setting.partition(".")
    return replace(config, **{name: changed(getattr(config, name), rest, value) if rest else value})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mask.style", "ellipse"),
        ("mask.style", "landmarks"),
        ("g1.upsampling", "deconv"),
        ("g2.upsampling", "deconv"),
        ("heatmaps.source", False),
        ("loss.cutoff", 0),
        ("loss.cutoff", 9),
        ("d.pretraining", 0),
        ("loss.l1_weight", 0.0),
        ("loss.l1_weight", 0.01),
        ("g1.blocks", 4),
        ("g1.blocks", 6),
        ("g2.blocks", 4),
        ("g1.growth", 0),
        ("g2.growth", 0),
        ("g2.filters", 0),
        ("g1.middle", "conv"),
        ("g2.middle", "fc"),
        ("condition", "edges"),
        ("d.growth", 0),
        ("g1.skips", "block"),
    ],
)
def test_an_alternative_trains(setting: str, value: Any, cache: Path) -> None:
    train(changed(REPORT, setting, value), cache)


@pytest.mark.parametrize("source", [True, False])
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_edges_enter_at_any_level(source: bool, stride: int, cache: Path) -> None:
    heatmaps = replace(REPORT.heatmaps, stride=stride, source=source)
    train(replace(REPORT, condition="edges", heatmaps=heatmaps), cache)


def test_as_many_filters_as_the_input_has_channels(cache: Path) -> None:
    g1 = replace(REPORT.g1, filters=0, growth=6)
    train(replace(REPORT, g1=g1, condition="edges"), cache)


def test_a_single_block(cache: Path) -> None:
    g1 = replace(REPORT.g1, blocks=1, middle="conv")
    train(replace(REPORT, g1=g1), cache)


def test_guides_and_edges(cache: Path) -> None:
    tiny = GeneratorConfig(blocks=2, filters=8, growth=4)
    default = replace(PRESETS["default"], condition="edges", image=ImageConfig(48, 48))
    d = DiscriminatorConfig(filters=8, growth=8, pretraining=2)
    train(replace(default, g1=tiny, g2=tiny, d=d, stage1=_STAGE, stage2=_STAGE), cache)


def train(config: Config, cache: Path) -> None:
    """Both stages, on one batch. The loss of G1 falls, and the networks of stage 2 learn."""
    torch.manual_seed(0)
    pairs = PairSet(open_cache(cache), config)
    batch = to_batch([pairs[k] for k in range(4)])

    g1 = G1(config)
    stage1 = Stage1(g1, adam(g1, config.stage1), config)
    losses = [stage1.step(batch)["loss_coarse"] for _ in range(12)]
    assert losses[-1] < 0.98 * losses[0]

    g2, d = G2(config), Discriminator(config)
    optimizers = adam(g2, config.stage2), adam(d, config.stage2)
    stage2 = Stage2(g1, g2, d, *optimizers, config)
    for _ in range(config.d.pretraining):
        stage2.pretrain_d_step(batch)
    before = g2(batch.source, batch.source, batch.guides).detach()
    for _ in range(2):
        assert all(torch.as_tensor(loss).isfinite() for loss in stage2.step(batch).values())
    assert not torch.equal(before, g2(batch.source, batch.source, batch.guides))
    coarse = draw_coarse(g1, batch, config).image
    assert coarse.shape == batch.target.shape
    assert (coarse + g2(batch.source, coarse, batch.guides)).isfinite().all()
