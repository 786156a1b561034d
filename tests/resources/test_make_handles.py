"""How `resources/make_handles.py` looks at labelled pictures and learns from them."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage

from engine.face.detection import find_faces
from engine.face.handles import NEAREST
from engine.face.landmarker_networks import MAP_SIDES, landmarker
from resources import make_handles
from resources.make_handles import Example

NAMES = ("1-1", "2-1")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    """Of two people, both of them the astronaut, whose labels are 3 pixels too low."""
    folder = tmp_path_factory.mktemp("avatars")
    photo = np.asarray(skimage.data.astronaut(), np.uint8)
    face = find_faces(photo)[0]
    assert face.angles is not None
    labels = np.column_stack([face.landmarks + np.array([0, 3]), np.zeros(68)])
    for name in NAMES:
        cv2.imwrite(str(folder / f"{name}.jpg"), photo[..., ::-1])
    (folder / "groups.csv").write_text("person,group\n1,a\n2,b\n", encoding="utf-8")
    np.savez(
        folder / "labels.npz",
        names=np.array(NAMES),
        landmarks=np.stack([labels] * 2),
        poses=np.array([face.angles] * 2),
    )
    return list(make_handles.renderings(Path(folder), np.random.default_rng(0)))


def test_each_picture_is_seen_three_times(examples: list[Example]) -> None:
    assert len(examples) == 3 * len(NAMES)
    straight, moved, mirrored = examples[:3]
    assert [map_.shape for map_ in straight.maps] == [(128, side, side) for side in MAP_SIDES]
    assert np.abs(moved.landmarks - straight.landmarks).max() > 1
    assert np.abs(mirrored.landmarks[8, 0] + straight.landmarks[8, 0] - 256) < 1e-3
    for example in examples:  # the labels lie on the face, also in the mirror image
        gap = example.points[list(NEAREST[17:]), :2] - example.landmarks[17:]
        assert np.linalg.norm(gap, axis=1).mean() * example.unit < 6


def test_the_network_learns_the_labels(
    examples: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_handles, "EPOCHS", 3000)
    monkeypatch.setattr(make_handles, "MODES", 3)
    monkeypatch.setattr(make_handles, "WIDTH", 16)
    monkeypatch.setattr(make_handles, "DROPPED", 0.0)
    monkeypatch.setattr(make_handles, "NOISE", 0.0)
    network = make_handles.train(examples)
    for example in examples:
        maps = [map_.astype(np.float32) for map_ in example.maps]
        found = network.landmarks(example.points, maps, landmarker().canonical)
        assert np.linalg.norm(found - example.landmarks, axis=1).mean() < 2
    stored = make_handles.stored(network)
    assert stored["layer0.weight"].shape[1] == len(stored["modes"]) + 6 + sum(
        channels * side**2 for channels, side in zip(make_handles.REDUCED, MAP_SIDES, strict=True)
    )
