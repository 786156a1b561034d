"""The description of a run: its presets, its JSON, what it refuses."""

import json
from dataclasses import replace

import pytest
import tyro

from engine.config.config import Config, HeatmapConfig, ImageConfig
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError


def test_report_is_the_reports_experiment() -> None:
    report = PRESETS["report"]
    assert (report.image.width, report.image.height, report.image.crop) == (160, 120, "photo")
    assert report.heatmaps == HeatmapConfig(style="disc", radius=5, stride=1, source=True)
    assert (report.g1.blocks, report.g1.growth, report.g1.middle) == (6, 16, "fc")
    assert (report.g2.blocks, report.g2.growth, report.g2.middle) == (4, 3, "conv")
    assert report.g1.upsampling == report.g2.upsampling == "nearest"
    assert (report.mask.style, report.mask.x_scale, report.mask.y_scale) == ("ellipse", 1.0, 0.8)
    assert (report.loss.reduction, report.loss.l1_weight, report.loss.cutoff) == ("sum", 1, 4)
    assert report.loss.ssim_weight == 0
    assert not report.guides
    for stage in (report.stage1, report.stage2):
        assert (stage.epochs, stage.batch, stage.learning_rate) == (50, 4, 1e-5)
        assert (stage.betas, stage.average) == ((0.5, 0.999), 0)
    assert report.data.poses == tuple(range(1, 11))


@pytest.mark.parametrize("name", PRESETS)
def test_json_gives_the_same_config(name: str) -> None:
    assert Config.from_json(PRESETS[name].to_json()) == PRESETS[name]


def test_settings_left_out_keep_their_defaults() -> None:
    config = Config.from_json('{"guides": false, "stage1": {"batch": 3}}')
    stage1 = replace(Config().stage1, batch=3)
    assert config == replace(Config(), guides=False, stage1=stage1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("3", "cannot be 3"),
        ('{"colour": 1}', "no setting colour"),
        ('{"g1": {"depth": 1}}', r"no setting g1\.depth"),
        ('{"g1": {"blocks": "5"}}', r"g1\.blocks cannot be '5'"),
        ('{"g1": {"blocks": true}}', r"g1\.blocks cannot be True"),
        ('{"g1": {"middle": "pool"}}', r"g1\.middle cannot be 'pool'"),
        ('{"g1": {"middle": []}}', r"g1\.middle cannot be \[\]"),
        ('{"stage1": {"betas": [0.5]}}', r"stage1\.betas cannot be \[0\.5\]"),
        ('{"data": {"poses": [1, "2"]}}', r"data\.poses cannot be '2'"),
        ('{"stage1": {"learning_rate": NaN}}', "between 1e-09 and 1, not nan"),
        ('{"stage1": {"learning_rate": 1%s}}' % ("0" * 400), "cannot be 1"),
        ('{"seed": -1}', "seed must lie between 0 and"),
        (
            '{"image": {"height": 1024, "width": 1024}, "g1": {"patch": 1, "filters": 1024}}',
            "too much memory",
        ),
        ('{"image": {"height": 8}}', "between 16 and 1024, not 8"),
        ('{"image": {"height": 250}}', "square"),
        ('{"image": {"height": 250, "width": 250}}', "multiples of 4"),
        ('{"heatmaps": {"stride": 3}}', "1, 2, 4"),
        ('{"skeleton": "body"}', "need faces"),
        ('{"skeleton": "none", "guides": false, "image": {"crop": "photo"}}', "must be edges"),
        ('{"edges": {"low": 200, "high": 100}}', "edges.high must lie"),
        ('{"heatmaps": {"stride": 32}, "g1": {"blocks": 2}}', "coarser than G1's last block"),
        ('{"image": {"height": 64, "width": 64}, "loss": {"cutoff": 40}}', "too little"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ReposeError, match=sentence):
        Config.from_json(text)


def test_whole_numbers_pass_for_floats_and_come_back_as_floats() -> None:
    config = Config.from_json('{"loss": {"l1_weight": 10}}')
    assert json.loads(config.to_json())["loss"]["l1_weight"] == 10.0


def test_the_command_line_knows_every_setting() -> None:
    options = ["--g1.blocks", "4", "--no-guides", "--data.folders", "a", "b"]
    options += ["--image.width", "160", "--image.height", "160"]
    config = tyro.cli(Config, args=options, default=PRESETS["default"])
    assert (config.g1.blocks, config.guides, config.data.folders) == (4, False, ("a", "b"))
    assert config.image == ImageConfig(width=160, height=160)
