"""Pairs of whole bodies, some of them views with weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.config.config import DataConfig, ImageConfig
from engine.config.presets import PRESETS
from engine.config.skeletons import SKELETONS
from engine.data.cache import Picture
from engine.data.pairs import PairSet, cut_pair, to_batch, to_tensors
from engine.face.landmarks import flipped
from engine.guidance.conditions import find_edges

BODY = replace(
    PRESETS["report"], skeleton="body", image=ImageConfig(64, 48, "photo"), data=DataConfig()
)
"""Augmented at random, as DataConfig's default is."""


@pytest.fixture
def bodies(tmp_path: Path) -> list[Picture]:
    """Three pictures of one figure, 128x96: two photographs and a view with weights.

    The right wrist is missing everywhere. Weight and the third channel of a view are the same.
    """
    file = tmp_path / "pictures.bin"
    pictures = []
    with file.open("wb") as content:
        for number in range(3):
            rng = np.random.default_rng(number)
            pixels = rng.integers(0, 256, (128, 96, 3), np.uint8)
            points = (rng.uniform(0.1, 0.9, (18, 2)) * (96, 128)).astype(np.float32)
            points[4] = np.nan
            offset = content.tell()
            content.write(pixels.tobytes() + pixels[..., 2].tobytes())
            pictures.append(
                Picture(
                    name=str(number),
                    person="a",
                    group="a",
                    file=file,
                    offset=offset,
                    shape=(128, 96, 3),
                    landmarks=points,
                    box=np.array([5, 5, 90, 120], np.float32),
                    fixed_camera=False,
                    skeleton="body",
                    weight_offset=offset + 128 * 96 * 3 if number == 2 else None,
                )
            )
    return pictures


@pytest.mark.parametrize("seed", range(6))
def test_bodies_are_varied_whole_and_missing_points_stay_missing(
    bodies: list[Picture], seed: int
) -> None:
    plain = cut_pair(bodies[0], bodies[1], BODY)
    augmented = cut_pair(bodies[0], bodies[1], BODY, np.random.default_rng(seed))
    assert augmented.source.shape == augmented.target.shape == (64, 48, 3)
    np.testing.assert_allclose(plain.source_landmarks, (bodies[0].landmarks - 0.5) / 2, atol=0.01)
    for before, after in (
        (plain.source_landmarks, augmented.source_landmarks),
        (plain.target_landmarks, augmented.target_landmarks),
    ):
        missing = np.flatnonzero(np.isnan(after).any(axis=1)).tolist()
        assert missing in ([4], [7]), "in a mirrored picture the right wrist is the left one"
        if missing == [7]:
            before = flipped(before, 48, SKELETONS["body"].mirror)
        keep = np.arange(18) != missing[0]
        assert np.abs(after - before)[keep].mean() < 8


def test_mirrored_bodies_exchange_left_and_right(bodies: list[Picture]) -> None:
    points, mirror = bodies[0].landmarks, SKELETONS["body"].mirror
    other = flipped(points, 96, mirror)
    np.testing.assert_allclose(other[2], (95 - points[5, 0], points[5, 1]))
    np.testing.assert_allclose(other[1], (95 - points[1, 0], points[1, 1]))
    assert np.isnan(other[7]).all()
    np.testing.assert_allclose(flipped(other, 96, mirror), points, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_the_weight_goes_the_way_of_its_pixels(bodies: list[Picture], seed: int) -> None:
    rng = np.random.default_rng(seed) if seed else None
    config = replace(BODY, image=ImageConfig(160, 128, "photo"))
    pair = cut_pair(bodies[0], bodies[2], config, rng)
    assert pair.weight is not None
    assert pair.weight.shape == pair.target.shape[:2]
    # Light and compression have changed the channel that is the weight, but not where it is high.
    alike = np.corrcoef(pair.weight.ravel(), pair.target[..., 2].ravel())[0, 1]
    assert alike > 0.7
    item = to_tensors(pair, config)
    np.testing.assert_allclose(item["weight"][0] * 255, pair.weight, atol=1e-3)


def test_photographs_among_views_are_trusted_whole(bodies: list[Picture]) -> None:
    photo, view = (to_tensors(cut_pair(bodies[0], bodies[k], BODY), BODY) for k in (1, 2))
    assert to_batch([photo, photo]).weight is None
    batch = to_batch([photo, view])
    assert batch.weight is not None
    assert batch.weight.shape == (2, 1, 64, 48)
    assert (batch.weight[0] == 1).all()
    assert torch.equal(batch.weight[1], view["weight"])
    assert torch.equal(to_batch([view, photo]).weight, batch.weight.flip(0))  # type: ignore[arg-type]


def test_half_of_the_targets_are_photographs_where_there_are_views(bodies: list[Picture]) -> None:
    views = [replace(bodies[2], name=f"view {k}") for k in range(9)]
    pairs = PairSet([bodies[0], *views], BODY)
    items = [pairs[4 * (3 + 10 * epoch)] for epoch in range(60)]
    true = sum("weight" not in item for item in items)
    assert 20 < true < 40, "of 60"
    alone = PairSet(views, BODY)
    assert all("weight" in alone[k] for k in range(5))


def test_half_of_the_sources_are_photographs_where_there_are_several(bodies: list[Picture]) -> None:
    plain = replace(BODY, data=DataConfig(augment=False))
    views = [replace(bodies[2], name=f"view {k}") for k in range(18)]
    pairs = PairSet([bodies[0], bodies[1], *views], plain)
    photographs = [to_tensors(cut_pair(p, p, plain), plain)["source"] for p in bodies[:2]]

    def of_photographs(epoch: int) -> bool:
        source = pairs[4 * (7 + 20 * epoch)]["source"]
        return any(torch.equal(source, photograph) for photograph in photographs)

    assert 20 < sum(map(of_photographs, range(60))) < 40, "of 60"
    first, second = pairs[4 * 7], pairs[4 * 7 + 1]
    assert torch.equal(first["source"], second["source"]), "one source for all targets of a visit"


@pytest.mark.parametrize("augment", [True, False])
def test_edges_are_those_of_the_varied_pictures(bodies: list[Picture], augment: bool) -> None:
    none = [
        replace(p, skeleton="none", landmarks=np.zeros((0, 2), np.float32), weight_offset=None)
        for p in bodies
    ]
    config = replace(BODY, skeleton="none", condition="edges", data=DataConfig(augment=augment))
    batch = to_batch([PairSet(none, config)[k] for k in range(3)])
    assert batch.source_landmarks.shape == (3, 0, 2)
    for images, edges in (
        (batch.source, batch.source_edges),
        (batch.target, batch.target_edges),
    ):
        assert edges is not None
        assert edges.shape == (3, 1, 64, 48)
        for image, drawn in zip(images, edges, strict=True):
            pixels = (image.permute(1, 2, 0) * 255).round().byte().numpy()
            np.testing.assert_array_equal(drawn[0].numpy(), find_edges(pixels, config.edges))
