"""Checkpoints: what goes in comes out, and nothing else gets in."""

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.config.config import Config, ImageConfig
from engine.core.errors import ReposeError
from engine.inference.predictor import Predictor
from engine.networks.checkpoint import load_checkpoint, save_checkpoint
from engine.networks.generators import G1, G2


@pytest.fixture
def saved(small_config: Config, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    weights = {"g1": G1(small_config).state_dict(), "g2": G2(small_config).state_dict()}
    save_checkpoint(path, small_config, weights, metadata={"name": "small"})
    return path


def test_all_comes_back(small_config: Config, tmp_path: Path) -> None:
    path, g1 = tmp_path / "model.safetensors", G1(small_config)
    for weight in g1.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    save_checkpoint(path, small_config, {"g1": g1.state_dict()}, metadata={"name": "small"})
    loaded = load_checkpoint(path)
    assert loaded.config == small_config
    assert loaded.metadata == {"name": "small"}
    other = G1(small_config)
    loaded.restore("g1", other)
    for name, tensor in g1.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor)


def test_half_is_half_as_large_and_comes_back_as_float32(
    small_config: Config, saved: Path, tmp_path: Path
) -> None:
    half, weights = tmp_path / "half.safetensors", load_checkpoint(saved).weights
    counted = {**weights, "optimizer": {"step": torch.tensor(70_000)}}
    save_checkpoint(half, small_config, counted, half=True)
    loaded = load_checkpoint(half)
    assert all(t.dtype == torch.float32 for t in loaded.weights["g1"].values())
    assert loaded.weights["optimizer"]["step"] == 70_000
    for name, tensor in loaded.weights["g2"].items():
        torch.testing.assert_close(tensor, weights["g2"][name], atol=1e-3, rtol=1e-3)
    assert all(t.dtype == torch.float16 for k, t in load_file(half).items() if k[0] == "g")


@pytest.mark.parametrize("kept", [0, 0.00005, 0.01, 0.5, 0.99])
def test_truncated(saved: Path, kept: float) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(ReposeError, match="is damaged or not a model of Repose"):
        load_checkpoint(saved)


@pytest.mark.parametrize("data", [b"hello\n", b"\x00" * 100, b"\xff" * 100, b"{}" * 50])
def test_foreign(saved: Path, data: bytes) -> None:
    saved.write_bytes(data)
    with pytest.raises(ReposeError, match="is damaged or not a model of Repose"):
        load_checkpoint(saved)


def test_safetensors_of_something_else(saved: Path) -> None:
    save_file({"weight": torch.zeros(3)}, saved)
    with pytest.raises(ReposeError, match="but not a model of Repose"):
        load_checkpoint(saved)


class Malice:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("written_by", ["torch", "torch before 1.6", "pickle"])
def test_a_pickle_is_refused_and_runs_no_code(tmp_path: Path, written_by: str) -> None:
    trap, path = tmp_path / "trap", tmp_path / "model.safetensors"
    if written_by == "pickle":
        path.write_bytes(pickle.dumps(Malice(trap)))
    else:
        zipped = written_by == "torch"
        torch.save(Malice(trap), path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ReposeError, match="is a pickle"):
        load_checkpoint(path)
    assert not trap.exists()


def test_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(ReposeError, match=r"does not exist|is a folder"):
            load_checkpoint(path)


def test_unknown_settings_and_other_versions(saved: Path, small_config: Config) -> None:
    header = {"format": "repose", "version": "3", "config": '{"colour": 3}'}
    save_file({"g1.weight": torch.zeros(3)}, saved, header)
    with pytest.raises(ReposeError, match="There is no setting colour"):
        load_checkpoint(saved)
    for version, sentence in (("2", "older Repose; please train"), ("4", "newer Repose")):
        other = {**header, "version": version, "config": small_config.to_json()}
        save_file({"g1.weight": torch.zeros(3)}, saved, other)
        with pytest.raises(ReposeError, match=sentence):
            load_checkpoint(saved)


def test_weights_that_do_not_fit(saved: Path, small_config: Config) -> None:
    loaded = load_checkpoint(saved)
    with pytest.raises(ReposeError, match="no weights for d"):
        loaded.restore("d", G2(small_config))
    wider = replace(small_config, g2=replace(small_config.g2, filters=5))
    with pytest.raises(ReposeError, match="weights for g2 do not fit"):
        loaded.restore("g2", G2(wider))
    with pytest.raises(ReposeError, match="weights for g1 do not fit"):
        loaded.restore("g1", G2(small_config))


def test_weights_that_are_not_numbers(saved: Path, small_config: Config) -> None:
    save_checkpoint(saved, small_config, {"g1": {"weight": torch.tensor([1.0, float("nan")])}})
    with pytest.raises(ReposeError, match="are not numbers"):
        load_checkpoint(saved)


def test_what_cannot_be_written_leaves_the_old_file(saved: Path, small_config: Config) -> None:
    before = saved.read_bytes()
    shared = torch.zeros(3)
    with pytest.raises(RuntimeError):
        save_checkpoint(saved, small_config, {"g1": {"a": shared, "b": shared}})
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]
    with pytest.raises(ReposeError, match="cannot be written"):
        save_checkpoint(saved / "inside.safetensors", small_config, {})


def test_no_length_of_the_header_looks_like_a_pickle(tmp_path: Path) -> None:
    """A safetensors file begins with it, and 0x80 is what a pickle begins with."""
    path = tmp_path / "model.safetensors"
    starts = set()
    for length in range(0, 256, 8):
        save_checkpoint(path, Config(), {}, metadata={"name": "x" * length})
        starts.add(path.read_bytes()[0])
        assert load_checkpoint(path).metadata["name"] == "x" * length
    assert 0x80 in starts


@pytest.mark.parametrize("middle", ["conv", "fc"])
def test_a_config_takes_no_more_memory_than_its_weights(
    saved: Path, small_config: Config, middle: Literal["conv", "fc"]
) -> None:
    """A stranger's model may ask for networks of terabytes; with fc, of petabytes."""
    huge = replace(small_config.g1, blocks=1, filters=1024, patch=4, middle=middle)
    config = replace(small_config, g1=huge, image=ImageConfig(1024, 1024))
    weights = load_checkpoint(saved).weights
    save_checkpoint(saved, config, weights)
    loaded = load_checkpoint(saved)
    with pytest.raises(ReposeError, match="weights for g1 do not fit"):
        loaded.network("g1", G1)
    with pytest.raises(ReposeError, match="weights for g1 do not fit"):
        Predictor(saved, "cpu")
    save_checkpoint(saved, config, {"g2": weights["g2"]})
    with pytest.raises(ReposeError, match="no weights for g1"):
        Predictor(saved, "cpu")


def test_a_checked_network_has_the_weights(saved: Path) -> None:
    loaded = load_checkpoint(saved)
    state = loaded.network("g1", G1).state_dict()
    assert state.keys() == loaded.weights["g1"].keys()
    assert all(torch.equal(state[key], weight) for key, weight in loaded.weights["g1"].items())


def test_a_name_is_one_short_line(saved: Path, small_config: Config) -> None:
    """It is written into each picture and shown in the window."""
    for name, shown in (("my model", "my model"), ("a\n\x00\x1b[31mb", "a???[31mb")):
        save_checkpoint(saved, small_config, {}, metadata={"name": name})
        assert load_checkpoint(saved).name == shown
    save_checkpoint(saved, small_config, {}, metadata={"name": "x" * 1_000_000})
    assert load_checkpoint(saved).name == "x" * 100
    save_checkpoint(saved, small_config, {}, metadata={"name": "x" * 11_000_000})
    with pytest.raises(ReposeError, match="damaged or not a model"):
        load_checkpoint(saved)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_no_model(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(ReposeError, match="pipe"):
        load_checkpoint(tmp_path / "model.safetensors")
