"""The training benchmark: what it compares, and that it can."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.benchmark.training_speed import (
    DEFAULT,
    OWN,
    REPORT,
    DetectedPairs,
    Setting,
    find_as_reported,
    settings,
    training_speed,
)
from engine.config.config import Config, GeneratorConfig
from engine.config.presets import PRESETS
from engine.data.cache import open_cache
from engine.face.landmarks import Landmarks
from engine.imaging.photos import Photo
from engine.inference.predictor import Predictor


def test_the_settings_are_those_of_the_report_and_of_ours() -> None:
    compared = settings()
    own, report, default = (compared[name].config for name in (OWN, REPORT, DEFAULT))
    assert own == report == PRESETS["report"]
    assert (own.stage1.batch, own.precision) == (4, "full")
    assert compared[OWN].pairs is DetectedPairs
    assert [name for name in compared if compared[name].plain] == [OWN]
    preset = PRESETS["default"]
    assert (default.g1, default.g2, default.d) == (preset.g1, preset.g2, preset.d)
    assert (default.guides, default.image.crop) == (True, "face")
    assert default.image.height * default.image.width >= own.image.height * own.image.width


def test_the_report_looks_for_both_faces_in_every_sample(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[Photo] = []
    monkeypatch.setattr("engine.benchmark.training_speed.find_as_reported", searched.append)
    item = DetectedPairs(open_cache(cache), PRESETS["report"])[0]
    assert [picture.shape for picture in searched] == [(120, 160, 3)] * 2
    assert np.allclose(searched[0], 255 * item["source"].permute(1, 2, 0).numpy(), atol=0.6)


def test_dlib_finds_the_face_in_the_way_of_the_report(photo: Photo, face: Landmarks) -> None:
    (found,) = find_as_reported(photo)
    points = np.array([(part.x, part.y) for part in found.parts()])
    assert np.abs(points - face).mean() < 3


def test_images_per_second_of_both_stages(
    predictor: Predictor, photo: Photo, face: Landmarks, full_config: Config, brief_config: Config
) -> None:
    tiny = GeneratorConfig(blocks=2, filters=4, growth=4, patch=1)
    report = replace(PRESETS["report"], g1=tiny, g2=tiny)
    compared = {
        OWN: Setting(report, DetectedPairs, plain=True),
        DEFAULT: Setting(replace(full_config, loss=brief_config.loss)),
    }
    seconds = {1: 0.0, 2: 0.0}
    results = training_speed(predictor, photo, face, compared, rounds=1, seconds=seconds)
    for stage in (1, 2):
        rates = results[f"training_stage{stage}_images_per_s"]
        assert isinstance(rates, dict)
        assert set(rates) == {OWN, DEFAULT}
        assert all(rate > 0 for rate in rates.values())
        assert results[f"training_stage{stage}_ratio"] == pytest.approx(
            rates[DEFAULT] / rates[OWN], rel=0.1
        )
