"""Poses of bodies: 18 points from a COCO JSON, prepared and trained on with the real commands."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_bodies import HEIGHT, WIDTH, draw_people

from engine.config.skeletons import SKELETONS
from engine.data.batch import Batch
from engine.data.cache import Picture, open_cache
from engine.data.pairs import cut_pair, to_batch, to_tensors
from engine.data.prepare import PrepareOptions, prepare
from engine.data.split import partners, split
from engine.guidance.masks import draw_mask
from engine.networks.checkpoint import load_checkpoint
from engine.networks.generators import G1, G2
from engine.training.stages import draw_coarse
from engine.training.training import read_arguments, train

PEOPLE, POSES = 14, 6
SETTINGS = (
    *("--skeleton", "body", "--no-guides", "--threads", "1", "--data.targets", "1"),
    *("--image.crop", "photo", "--image.height", "64", "--image.width", "48"),
    *("--heatmaps.stride", "2", "--heatmaps.radius", "2", "--mask.style", "landmarks"),
    *("--g1.blocks", "4", "--g1.filters", "16", "--g1.growth", "16"),
    *("--g2.blocks", "2", "--g2.filters", "8", "--g2.growth", "8", "--d.filters", "8"),
    *("--stage1.epochs", "16", "--stage1.learning-rate", "4e-3", "--stage1.average", "0.9"),
    *(
        "--precision",
        "full",
        "--batch",
        "8",
        "--stage2.epochs",
        "1",
        "--d.pretraining",
        "2",
        "--data.held-out",
        "0.2",
    ),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn people, prepared."""
    folder = tmp_path_factory.mktemp("bodies")
    keypoints = draw_people(folder / "people", PEOPLE, POSES)
    prepare(
        PrepareOptions(
            data=folder / "people",
            out=folder / "cache",
            layout="people",
            skeleton="body",
            keypoints=keypoints,
            workers=1,
        )
    )
    return folder / "cache"


@pytest.fixture(scope="module")
def pictures(cache: Path) -> list[Picture]:
    return open_cache(cache)


def test_the_points_are_where_the_file_has_them(cache: Path, pictures: list[Picture]) -> None:
    assert len(pictures) == PEOPLE * POSES
    content = json.loads((cache.parent / "people" / "keypoints.json").read_text())
    named = {image["file_name"]: image["id"] for image in content["images"]}
    labelled = {entry["image_id"]: entry["keypoints"] for entry in content["annotations"]}
    left_wrist = SKELETONS["body"].points.index("left wrist")
    missing = 0
    for picture in pictures:
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert picture.landmarks.shape == (18, 2)
        name = picture.name.partition("/")[2].replace("\\", "/")
        *place, seen = labelled[named[name]][3 * 9 : 3 * 10]
        if seen:
            np.testing.assert_allclose(picture.landmarks[left_wrist], place, atol=0.6)
        else:
            assert np.isnan(picture.landmarks[left_wrist]).all()
            missing += 1
    assert missing > 0


def test_bodies_take_a_pose(cache: Path, pictures: list[Picture], tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = ["--run", str(run), "--data", str(cache), "--device", "cpu", *SETTINGS]
    train(*read_arguments(arguments, "train"))
    checkpoint = load_checkpoint(run / "last.safetensors")
    config = checkpoint.config
    g1, g2 = G1(config), G2(config)
    checkpoint.restore("g1", g1)
    checkpoint.restore("g2", g2)

    _, held_out = split(pictures, config.data.held_out, config.seed)
    assert len({picture.person for picture in held_out}) == 3
    items = [
        to_tensors(cut_pair(held_out[source], held_out[target], config), config)
        for source, others in enumerate(partners(held_out))
        for target in others[:3]
    ]
    batch = to_batch(items)
    assert batch.source_landmarks.isnan().any()
    with torch.no_grad():
        coarse = draw_coarse(g1, batch, config).image
        refined = coarse + g2(batch.source, coarse)
    # People that were never trained on; a body is darker than what is behind it.
    darker = batch.source.mean(dim=1) - batch.target.mean(dim=1)
    limbs = draw_mask(batch.target_landmarks, batch.target_box, config)[:, 0] > 0
    for where in (limbs & (darker > 0.15), ~limbs & (darker < -0.15)):
        unchanged = distance(batch.source, batch, where)
        assert distance(coarse, batch, where) < 0.75 * unchanged, "limbs come and go"
        assert distance(refined, batch, where) < 0.75 * unchanged


def distance(image: torch.Tensor, batch: Batch, where: torch.Tensor) -> float:
    """Mean difference from the target at some pixels (BxHxW)."""
    return float((image - batch.target).abs().mean(dim=1)[where].mean())
