"""What the words of the command `train` come to: options, settings, and sentences for mistakes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.training.run import Position, Run
from engine.training.training import TrainOptions, check, read_arguments, settings_of
from main import FAILED, WRONG_USAGE, main

DEFAULT = PRESETS["default"]


def read(*words: object) -> tuple[TrainOptions, Config]:
    return read_arguments([str(word) for word in ("--run", "run", *words)], "repose train")


def status(*words: object) -> int:
    try:
        return main(["train", *(str(word) for word in words)])
    except SystemExit as leaving:
        return int(leaving.code or 0)


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on standard error."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("repose: ")
    return captured.err


def test_short_options() -> None:
    options = TrainOptions(
        run=Path("run"), data=(("a", "b:people"), ("c",)), layout="portraits", size=128, epochs=3,
        minutes=2.5, batch=7,
    )  # fmt: skip
    changed = settings_of(options)
    assert (changed.image.width, changed.image.height) == (128, 128)
    assert changed.heatmaps.radius == DEFAULT.heatmaps.radius / 2
    assert changed.data.folders == ("a", "b:people", "c")
    assert changed.data.layout == "portraits"
    for stage in (changed.stage1, changed.stage2):
        assert (stage.epochs, stage.minutes, stage.batch) == (3, 2.5, 7)
        assert stage.learning_rate == DEFAULT.stage1.learning_rate
    words = "--data a b:people --layout portraits --size 128 --data c --epochs 3 --minutes 2.5"
    assert read(*words.split(), "--batch", 7) == (options, changed)
    assert settings_of(TrainOptions(run=Path(), preset="report")) == PRESETS["report"]


def test_every_setting_is_a_flag() -> None:
    words = (
        "--loss.cutoff 0 --mask.style landmarks --g1.blocks 4 --data.held-out 0.2 --precision full"
        " --no-guides --heatmaps.no-source --stage1.betas 0.9 0.99 --g1.upsampling deconv --seed 5"
        " --d.pretraining 7 --loss.l1-weight 2 --stage2.epochs 3 --data.poses 1 2"
    )
    _, config = read(*words.split(), "--epochs", 9)
    assert config.loss == replace(DEFAULT.loss, cutoff=0, l1_weight=2.0)
    assert config.mask.style == "landmarks"
    assert (config.g1.blocks, config.g1.upsampling) == (4, "deconv")
    assert (config.data.held_out, config.data.poses) == (0.2, (1, 2))
    assert (config.precision, config.guides, config.heatmaps.source) == ("full", False, False)
    assert config.stage1.betas == (0.9, 0.99)
    assert (config.seed, config.d.pretraining) == (5, 7)
    assert (config.stage1.epochs, config.stage2.epochs) == (9, 3), "the setting has the last word"
    assert read("--g2.middle", "fc", "--preset", "report")[1] == replace(
        PRESETS["report"], g2=replace(PRESETS["report"].g2, middle="fc")
    )


def test_settings_from_a_file(tmp_path: Path) -> None:
    config = replace(PRESETS["report"], seed=3)
    path = tmp_path / "settings.json"
    path.write_text(config.to_json())
    assert read("--config", path)[1] == config
    assert read("--config", path, "--seed", 4)[1] == replace(config, seed=4)


def test_resuming_takes_the_settings_of_the_run(tmp_path: Path) -> None:
    data = replace(DEFAULT.data, folders=("somewhere",))
    config = replace(PRESETS["report"], seed=3, data=data)
    Run(tmp_path / "run", config, Position())
    words = "--run", str(tmp_path / "run"), "--resume"
    options, settings = read_arguments(words, "repose train")
    assert settings == config
    check(options, settings)
    check(*read_arguments([*words, "--data", "elsewhere"], "repose train"))
    for extra, named in {
        "--epochs 3": "stage1.epochs",
        "--g1.growth 8": "g1.growth",
        "--preset default": "image.height",
        "--model m.safetensors": "--model",
    }.items():
        with pytest.raises(ReposeError, match=re.escape(named)):
            check(*read_arguments([*words, *extra.split()], "repose train"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--run run", "--data"),
        ("--run run --data a --preset report --config c.json", "exclude each other"),
        ("--run run --data a --config missing.json", "missing.json"),
        ("--run run --data a --config broken.json", "not valid JSON"),
        ("--run run --data a --config foreign.json", "no setting weight"),
        ("--run run --resume", "no run to resume"),
        ("--run run --data a --g1.blocks 99", "between 1 and 8"),
        ("--run run --data a --image.height 100", "square"),
        ("--run run --data a --epochs -1", "epochs"),
        ("--run run --data a --skeleton body", "guides"),
    ],
)
def test_wrong_usage_is_one_sentence(
    words: str,
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.json").write_text("{")
    Path("foreign.json").write_text('{"weight": 3}')
    assert status(*words.split()) == WRONG_USAGE
    line = sentence(capsys)
    assert named in line
    assert "train --help" in line
    assert not Path("run").exists()


def test_missing_pictures_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status("--run", "run", "--data", "missing:people") == FAILED
    assert "no folder missing" in sentence(capsys)
    assert not Path("run").exists()


@pytest.mark.parametrize(
    "words", ["--data a", "--run run --nonsense", "--run run --stages 3", "--run run --g1.blocks x"]
)
def test_words_that_are_not_understood(words: str) -> None:
    assert status(*words.split()) == WRONG_USAGE


@pytest.mark.parametrize("words", ["", "--preset report", "--resume", "--run run --resume"])
def test_help_needs_no_run(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(*words.split(), "--help") == 0
    text = capsys.readouterr().out
    assert text.index("--run RUN") < text.index("--g1.blocks")
    rate = "1e-05" if "report" in words else "0.0002"
    assert f"(default: {rate})" in text
