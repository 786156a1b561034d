import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.config.config import Config
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.data.cache import Picture, open_cache
from engine.data.pairs import GuidedSource, PairSet, cut_pair, to_batch, to_tensors, with_backdrop
from engine.data.split import partners, split
from engine.face.coefficients import REST, Coefficients
from engine.face.landmarks import Landmarks, flipped
from engine.face.parts import PartLabel
from engine.guidance.alignment import STILL, alignment
from engine.guidance.masks import box_of_landmarks
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo


@pytest.fixture
def pictures(cache: Path) -> list[Picture]:
    return open_cache(cache)


def people_of(pictures: list[Picture]) -> set[str]:
    return {picture.person for picture in pictures}


def test_what_a_cache_holds(pictures: list[Picture], cache: Path) -> None:
    assert len(pictures) == 15
    assert len(people_of(pictures)) == 5
    for picture in pictures:
        assert picture.pixels.shape == (96, 96, 3) == picture.shape
        assert picture.landmarks.shape == (68, 2)
        assert picture.fixed_camera
    assert pictures[0].name == f"{cache.name}/0-01.png"


@pytest.mark.parametrize("held_out", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_no_person_on_both_sides(pictures: list[Picture], held_out: float, seed: int) -> None:
    training, tested = split(pictures, held_out, seed)
    assert training
    assert tested
    assert len(training) + len(tested) == len(pictures)
    assert not people_of(training) & people_of(tested)
    share = len(people_of(tested))
    assert share == min(max(1, round(held_out * 5)), 4)
    again = split(pictures, held_out, seed)
    assert [p.name for p in again[1]] == [p.name for p in tested]


def test_seeds_split_differently(pictures: list[Picture]) -> None:
    splits = {frozenset(people_of(split(pictures, 0.4, seed)[1])) for seed in range(12)}
    assert len(splits) > 3


@pytest.mark.parametrize("seed", range(6))
def test_groups_are_never_parted_across_folders(
    cache: Path, tmp_path: Path, pictures: list[Picture], seed: int
) -> None:
    # The same humans under other numbers in another folder, as groups.csv says.
    other = tmp_path / "portraits"
    shutil.copytree(cache, other)
    index = json.loads((other / "index.json").read_text())
    for entry in index["pictures"]:
        entry["person"] = str(int(entry["person"]) + 100)
    (other / "index.json").write_text(json.dumps(index))
    both = pictures + open_cache(other)
    assert len(people_of(both)) == 10
    training, tested = split(both, 0.4, seed)
    assert not {p.group for p in training} & {p.group for p in tested}
    assert {p.file for p in tested} == {cache / "pictures.bin", other / "pictures.bin"}


def test_people_stay_on_the_side_that_an_earlier_training_chose(pictures: list[Picture]) -> None:
    names = sorted({picture.group for picture in pictures})
    training, tested = split(pictures, 0.5, 0, kept_out=names[:1], trained_on=names[1:3])
    assert {p.group for p in tested} > set(names[:1])
    assert {p.group for p in training} > set(names[1:3])
    assert {p.group for p in training + tested} == set(names)
    training, tested = split(pictures, 0.1, 0, kept_out=names[:1], trained_on=names[1:])
    assert {p.group for p in tested} == set(names[:1])
    _, tested = split(pictures, 0.1, 0, trained_on=names[1:])
    assert {p.group for p in tested} == set(names[:1])
    assert split(pictures, 0.1, 0, trained_on=names) == split(pictures, 0.1, 0)


def test_one_group_cannot_be_split(pictures: list[Picture]) -> None:
    one = [replace(picture, group="all") for picture in pictures]
    for some in (one, []):
        with pytest.raises(ReposeError, match="at least two people"):
            split(some, 0.1, 0)


def test_partners_are_the_others_of_that_person(pictures: list[Picture]) -> None:
    for index, others in enumerate(partners(pictures)):
        assert len(others) == 2
        assert index not in others
        assert {pictures[other].person for other in others} == {pictures[index].person}


def test_folders_of_the_same_name_are_different_people(cache: Path, tmp_path: Path) -> None:
    other = tmp_path / cache.name
    shutil.copytree(cache, other)
    assert not people_of(open_cache(cache)) & people_of(open_cache(other))


def test_the_same_item_again(pictures: list[Picture], small_config: Config) -> None:
    pairs = PairSet(pictures, small_config)
    assert len(pairs) == 15 * 4
    item, again, next_epoch = pairs[4], PairSet(pictures, small_config)[4], pairs[4 + 60]
    assert item.keys() == again.keys()
    for name, tensor in item.items():
        torch.testing.assert_close(tensor, again[name], rtol=0, atol=1e-6)
    assert not torch.equal(item["source"], next_epoch["source"])
    other_seed = PairSet(pictures, replace(small_config, seed=1))[4]
    assert not torch.equal(item["source"], other_seed["source"])


def test_the_items_of_a_visit_share_their_source(
    pictures: list[Picture], small_config: Config
) -> None:
    pairs = PairSet(pictures, small_config)
    *visit, other = (pairs[k] for k in range(8, 13))
    assert all(torch.equal(item["source"], visit[0]["source"]) for item in visit)
    assert not all(torch.equal(item["target"], visit[0]["target"]) for item in visit)
    assert not torch.equal(other["source"], visit[0]["source"])
    # The guides do not depend on what was read before.
    for index in (9, 12):
        fresh = PairSet(pictures, small_config)[index]["guides"]
        same = [*visit, other][index - 8]["guides"]
        torch.testing.assert_close(fresh, same, rtol=0, atol=1e-6)


def test_items_are_as_a_batch_says(pictures: list[Picture], small_config: Config) -> None:
    pairs = PairSet(pictures, small_config)
    batch = to_batch([pairs[k] for k in range(4)])
    assert batch.source.shape == batch.target.shape == (4, 3, 64, 64)
    assert batch.guides is not None
    assert batch.guides.shape == (4, 8, 64, 64)
    assert batch.weight is None
    for image in (batch.source, batch.target, batch.guides):
        assert image.dtype == torch.float32
        assert image.is_contiguous(memory_format=torch.channels_last)
        assert image.min() >= 0
        assert image.max() <= 1
    for landmarks, box in (
        (batch.source_landmarks, batch.source_box),
        (batch.target_landmarks, batch.target_box),
    ):
        # Turned boxes are no longer tight; but they stay around their face, mirrored or not.
        tight = box_of_landmarks(landmarks)
        assert (box - tight).abs().max() < 12
        assert (box[:, 2] > box[:, 0]).all()
        assert (box[:, 3] > box[:, 1]).all()


def test_landmarks_follow_their_pixels(
    photo: Photo, face: Landmarks, pictures: list[Picture], tmp_path: Path
) -> None:
    """Dots drawn at landmarks are at the landmarks of the cut pair, however it is augmented."""
    dotted = np.zeros((96, 96, 3), np.uint8)
    marked = pictures[0].landmarks
    for x, y in marked[[8, 30, 36, 45]].round().astype(int):
        dotted[y, x] = 255
    (tmp_path / "pictures.bin").write_bytes(dotted.tobytes())
    picture = replace(pictures[0], file=tmp_path / "pictures.bin", offset=0, labels_offset=None)
    config = PRESETS["default"]
    for seed in range(8):
        rng = np.random.default_rng(seed) if seed else None
        pair = cut_pair(picture, picture, config, rng)
        chosen = pair.source_landmarks[[8, 30, 36, 45]]
        for x, y in chosen.round().astype(int):
            around = pair.source[y - 3 : y + 4, x - 3 : x + 4]
            assert around.max() > 0.5 * pair.source.max()
        np.testing.assert_array_equal(pair.source, pair.target)


def test_plain_pairs_are_the_crop_of_the_source(pictures: list[Picture]) -> None:
    config = PRESETS["default"]
    source, target = pictures[0], pictures[1]
    pair = cut_pair(source, target, config)
    crop = Crop.around(source.landmarks)
    if not crop.covers(target.landmarks):
        crop = crop.covering(target.landmarks)
    np.testing.assert_allclose(
        pair.source_landmarks, crop.to_network(source.landmarks, 256), atol=1e-3
    )
    np.testing.assert_allclose(
        pair.target_landmarks - np.array(pair.offset),
        crop.to_network(target.landmarks, 256),
        atol=1e-3,
    )
    expected = crop.scaled(source.pixels, 256).astype(int)
    assert np.abs(pair.source - expected).mean() < 2


def test_without_a_fixed_camera_each_has_its_own_crop(pictures: list[Picture]) -> None:
    source, target = (replace(picture, fixed_camera=False) for picture in pictures[:2])
    pair = cut_pair(source, target, PRESETS["default"])
    own = Crop.around(target.landmarks).to_network(target.landmarks, 256)
    np.testing.assert_allclose(pair.target_landmarks - np.array(pair.offset), own, atol=1e-3)


def test_guides_and_target_have_the_head_where_the_source_has_it(pictures: list[Picture]) -> None:
    config = PRESETS["default"]
    pair = cut_pair(pictures[0], pictures[1], config)
    assert pair.offset != STILL
    assert alignment(pair.source_landmarks, pair.target_landmarks) == STILL
    source = GuidedSource.of(pair)
    away = pair.target_landmarks + np.array([20, -10], np.float32)
    here = source.guides(replace(pair, offset=STILL))
    moved_there = source.guides(replace(pair, target_landmarks=away, offset=STILL))
    moved_back = source.guides(replace(pair, offset=(-20, 10)))
    face = slice(110, 180), slice(100, 156)
    assert np.abs(moved_there - here)[3:6][:, *face].mean() > 0.03
    assert np.abs(moved_back - here)[3:6][:, *face].mean() < 0.003
    assert cut_pair(pictures[0], pictures[1], replace(config, guides=False)).offset == STILL


def test_the_report_varies_nothing(pictures: list[Picture]) -> None:
    report = PRESETS["report"]
    pairs = PairSet(pictures, report)
    plain = {
        name: to_tensors(cut_pair(pictures[3], pictures[other], report), report)
        for name, other in (("a", 4), ("b", 5))
    }
    chosen = set()
    for epoch in range(8):
        item = pairs[3 + 15 * epoch]
        assert item["source"].shape == (3, 120, 160)
        assert torch.equal(item["source"], plain["a"]["source"])
        assert "guides" not in item
        chosen |= {n for n, p in plain.items() if torch.equal(item["target"], p["target"])}
    assert chosen == {"a", "b"}, "one random target per epoch"


def test_whole_photos_are_scaled_side_by_side(pictures: list[Picture]) -> None:
    pair = cut_pair(pictures[0], pictures[1], PRESETS["report"])
    expected = (pictures[0].landmarks + 0.5) * (160 / 96, 120 / 96) - 0.5
    np.testing.assert_allclose(pair.source_landmarks, expected, atol=1e-3)


def test_flipped_landmarks_are_the_other_side() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 64, (68, 2)).astype(np.float32)
    other = flipped(points, 64)
    np.testing.assert_allclose(other[0], (63 - points[16, 0], points[16, 1]))
    np.testing.assert_allclose(other[36], (63 - points[45, 0], points[45, 1]))
    np.testing.assert_allclose(flipped(other, 64), points, atol=1e-5)


def test_backdrop_changes_the_background_alone(pictures: list[Picture]) -> None:
    config = PRESETS["default"]
    before = cut_pair(pictures[0], pictures[0], config)
    before = replace(before, weight=np.zeros((256, 256), np.uint8))
    clutter = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    after = with_backdrop(before, clutter, np.random.default_rng(1))
    parts, weight = before.target_parts, after.weight
    assert parts is not None
    assert weight is not None
    person = parts[..., PartLabel.BACKGROUND] == 0
    background = parts[..., PartLabel.BACKGROUND] == 1
    assert min(person.sum(), background.sum()) > 5_000
    for changed, own in ((after.source, before.source), (after.target, before.target)):
        np.testing.assert_array_equal(changed[person], own[person])
        assert np.abs(changed[background].astype(int) - own[background]).mean() > 20
    assert (weight[background] == 255).all()
    assert (weight[person] == 0).all()
    unknown = replace(before, source_parts=None)
    assert with_backdrop(unknown, clutter, np.random.default_rng(1)) is unknown


def test_guides_look_where_the_target_looks(pictures: list[Picture]) -> None:
    config = PRESETS["default"]
    asked = replace(pictures[0], expression=REST.with_gaze((20, 0)))
    pair = cut_pair(replace(pictures[0], expression=REST), asked, config)
    source = GuidedSource.of(pair)
    points = pair.target_landmarks
    ahead, aside = (
        source.guides(replace(pair, target_expression=e)) for e in (REST, pair.target_expression)
    )
    assert np.abs(ahead[3:6] - np.moveaxis(pair.source / 255, 2, 0)).max() < 0.02
    changed = np.argwhere(np.abs(aside - ahead).max(axis=0) > 0.1)[:, ::-1]
    assert len(changed) > 20
    low, high = points[36:48].min(axis=0) - 4, points[36:48].max(axis=0) + 4
    assert (changed >= low).all()
    assert (changed <= high).all()
    item = to_tensors(pair, config)
    np.testing.assert_array_equal(item["guides"], aside)


def test_expressions_are_mirrored_with_their_picture(pictures: list[Picture]) -> None:
    wink = Coefficients.of(eyeBlinkLeft=1.0)
    first, second = (replace(picture, expression=wink) for picture in pictures[:2])
    config = PRESETS["default"]
    cuts = [cut_pair(first, second, config, np.random.default_rng(seed)) for seed in range(8)]
    found = {cut.source_expression for cut in cuts}
    assert found == {wink, wink.mirrored()}
    assert all(cut.source_expression == cut.target_expression for cut in cuts)


def test_single_pictures_are_no_pairs(pictures: list[Picture], small_config: Config) -> None:
    with pytest.raises(ReposeError, match="no pairs"):
        PairSet(pictures[::3], small_config)


def _set(name: str, value: Any) -> Callable[[Any], None]:
    def change(index: Any) -> None:
        index[name] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("version", 99),
        _set("pictures", [{"name": "x"}]),
        _set("pictures", 3),
        lambda index: index["pictures"][-1].update(height=97),
        lambda index: index.pop("layout"),
    ],
)
def test_damaged_caches_are_refused(
    cache: Path, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(cache, damaged)
    index = json.loads((damaged / "index.json").read_text())
    change(index)
    (damaged / "index.json").write_text(json.dumps(index))
    with pytest.raises(ReposeError, match="damaged"):
        open_cache(damaged)


def test_what_is_no_cache(tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="no cache"):
        open_cache(tmp_path)
    (tmp_path / "index.json").write_text("[1, 2")
    with pytest.raises(ReposeError, match="no cache"):
        open_cache(tmp_path)
