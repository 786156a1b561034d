"""How `resources/make_parts.py` reads, changes and learns from labelled pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage
import torch
from torch.nn import functional

from engine.face.detection import find_faces
from engine.face.parts import load_parts_network
from engine.face.parts_network import SIZE, PartsNetwork
from resources import make_parts
from resources.parts_augmentation import plain_sample, random_sample
from resources.parts_backgrounds import draw_room
from resources.parts_pictures import CANVAS, UNSURE, Example, held_out_groups, read_examples

NAMES = ("1-1", "1-2", "2-1", "3-1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people in four pictures: all of them the astronaut, with a mask drawn by hand."""
    folder = tmp_path_factory.mktemp("avatars")
    (folder / "masks").mkdir()
    photo = np.asarray(skimage.data.astronaut(), np.uint8)
    landmarks = find_faces(photo)[0].landmarks
    mask = np.zeros(photo.shape[:2], np.uint8)
    cv2.ellipse(mask, (225, 90), (70, 90), 0, 0, 360, 2, -1)
    cv2.fillPoly(mask, [landmarks[:27].astype(np.int32)], 1)
    cv2.rectangle(mask, (100, 190), (360, 511), 3, -1)
    mask[:10] = UNSURE
    for name in NAMES:
        cv2.imwrite(str(folder / f"{name}.jpg"), photo[..., ::-1])
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask)
    (folder / "groups.csv").write_text("person,group\n1,a\n2,b\n3,c\n", encoding="utf-8")
    np.savez(folder / "labels.npz", names=np.array(NAMES), landmarks=np.stack([landmarks] * 4))
    return folder


def test_a_group_is_in_training_or_held_out_never_in_both(folder: Path) -> None:
    training = read_examples(folder, held_out=False)
    held_out = read_examples(folder, held_out=True)
    assert len(training) + len(held_out) == len(NAMES)
    assert {e.group for e in held_out} == held_out_groups(["c", "b", "a", "a"])
    assert not {e.group for e in training} & {e.group for e in held_out}


def test_a_sample_is_the_crop_that_the_network_sees_later(folder: Path) -> None:
    example = read_examples(folder, held_out=False)[0]
    assert example.picture.shape == (CANVAS, CANVAS, 3)
    sample = plain_sample(example)
    assert sample.picture.shape == (SIZE, SIZE, 3)
    face = sample.labels[sample.hints[..., 0] > 0]
    assert (face == 1).mean() > 0.8
    assert set(np.unique(sample.labels)) <= {0, 1, 2, 3, UNSURE}


def test_random_samples_have_labels_that_exist(folder: Path) -> None:
    example = read_examples(folder, held_out=False)[0]
    rng = np.random.default_rng(0)
    scenes = [draw_room(rng) for _ in range(3)]
    for _ in range(60):
        sample = random_sample(example, scenes, rng)
        assert sample.picture.shape == (SIZE, SIZE, 3)
        assert sample.picture.dtype == sample.hints.dtype == sample.labels.dtype == np.uint8
        assert set(np.unique(sample.labels)) <= {0, 1, 2, 3, UNSURE}
        assert np.ptp(sample.picture) > 0


def test_the_loss_is_weighted_cross_entropy_and_overlap() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 6, 8, 8, generator=generator)
    labels = torch.randint(0, 6, (2, 8, 8), generator=generator)
    labels[0, :2] = UNSURE
    weights = torch.tensor(make_parts.CLASS_WEIGHTS)
    entropy = functional.cross_entropy(logits, labels, weights, ignore_index=UNSURE)
    sure = (labels != UNSURE).unsqueeze(1)
    soft = logits.softmax(dim=1) * sure
    hard = functional.one_hot(labels.where(sure[:, 0], 0), 6).movedim(3, 1) * sure
    both, total = ((soft * hard).sum((0, 2, 3)), (soft + hard).sum((0, 2, 3)))
    overlap = 1 - ((2 * both + 1) / (total + 1)).mean()
    torch.testing.assert_close(
        make_parts.loss(logits, labels), entropy + make_parts.OVERLAP * overlap
    )


def test_what_is_saved_is_what_was_learned(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = PartsNetwork(normalised=True)
    network(torch.rand(2, 5, 64, 64))
    make_parts.save(network, tmp_path / "parts.safetensors", held_out=["a"], steps=1)
    restored = load_parts_network(tmp_path / "parts.safetensors")
    inputs = torch.rand(1, 5, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(restored(inputs), network.eval()(inputs), rtol=0.02, atol=0.02)
    examples: dict[str, list[Example]] = {"avatars": read_examples(folder, held_out=True)}
    overlaps = make_parts.measure(restored, examples)
    assert set(overlaps) == {"avatars", "avatars, other rooms"}
    assert all(0 <= value <= 1 for found in overlaps.values() for value in found.values())
