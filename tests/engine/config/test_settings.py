"""Settings one by one, and the flags that make them."""

from dataclasses import fields, is_dataclass, replace

import pytest

from engine.config.presets import PRESETS
from engine.config.settings import setting_flags, settings_in, with_settings
from engine.core.errors import ReposeError
from engine.training.training import read_arguments


def leaves(value: object) -> int:
    if not is_dataclass(value):
        return 1
    return sum(leaves(getattr(value, field.name)) for field in fields(value))


def test_every_setting_is_there_and_explained() -> None:
    found = settings_in(PRESETS["report"])
    assert len(found) == leaves(PRESETS["report"]) - 1  # the folders have a field of their own
    assert all(setting.meaning.endswith((".", ")")) for setting in found)
    by_name = {setting.name: setting for setting in found}
    assert by_name["mask.style"].choices == ("ellipse", "landmarks")
    assert (by_name["guides"].text, by_name["guides"].choices) == ("no", ("yes", "no"))
    assert by_name["stage1.betas"].text == "0.5 0.999"
    assert by_name["stage1.learning_rate"].text == "1e-05"


@pytest.mark.parametrize("name", ["default", "report"])
def test_what_is_shown_is_what_is_read(name: str) -> None:
    config = PRESETS[name]
    texts = {setting.name: setting.text for setting in settings_in(config)}
    assert with_settings(PRESETS["default"], texts) == config


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("guides", "maybe", "must be one of yes, no"),
        ("image.height", "64", "need square pictures"),
        ("stage1.epochs", "-2", "between 0 and"),
        ("stage1.epochs", "1.5", "must be a whole number"),
        ("stage1.epochs", "", "must be a whole number, not nothing"),
        ("stage1.learning_rate", "nan", "must lie between"),
        ("stage1.betas", "0.5", "takes 2 values, not 1"),
        ("g1.depth", "4", "There is no setting g1.depth"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ReposeError, match=sentence):
        with_settings(PRESETS["default"], {name: text})


@pytest.mark.parametrize("name", ["default", "report"])
def test_flags_make_the_settings_again(name: str) -> None:
    start = PRESETS[name]
    texts = {
        "guides": "no" if start.guides else "yes",
        "heatmaps.source": "no",
        "stage1.betas": "0.9 0.99",
        "data.poses": "1 2 3",
        "image.crop": "face",
        "image.width": "64",
        "image.height": "64",
        "mask.lift": "-0.25",
    }
    config = with_settings(start, texts)
    words = ["--data", "a b", "--run", "x", "--preset", name, *setting_flags(config, start)]
    _, read = read_arguments(words, "train")
    assert replace(read, data=replace(read.data, folders=())) == config
    assert setting_flags(start, start) == []
