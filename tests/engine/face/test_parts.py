"""The parts of a picture, and the outline at full size."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.detection import find_faces
from engine.face.edges import foreground, refine_edges
from engine.face.landmarks import Landmarks
from engine.face.parts import (
    FILE,
    PartLabel,
    Parts,
    label_parts,
    label_wider,
    load_parts_network,
)
from engine.face.parts_network import SIZE, PartsNetwork, landmark_hints, network_input, no_hints
from engine.imaging.crop import Crop
from engine.imaging.photos import read_photo

Photo = NDArray[np.uint8]
Face = tuple[Photo, Landmarks]

EYES = (slice(36, 42), slice(42, 48))


def _with_landmarks(photo: Photo) -> Face:
    return photo, find_faces(photo)[0].landmarks


@pytest.fixture(scope="module")
def astronaut() -> Face:
    return _with_landmarks(np.asarray(skimage.data.astronaut(), np.uint8))


@pytest.fixture(scope="module")
def sample() -> Face:
    return _with_landmarks(read_photo(resource("sample.jpg")))


@pytest.fixture(scope="module", params=["astronaut", "sample"])
def face(request: pytest.FixtureRequest) -> Face:
    found: Face = request.getfixturevalue(request.param)
    return found


def _polygon(points: NDArray[np.floating]) -> NDArray[np.bool_]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
    return mask > 0


def _hull(points: NDArray[np.float32]) -> NDArray[np.bool_]:
    return _polygon(np.asarray(cv2.convexHull(points)[:, 0], np.float32))


def _share(condition: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    return float(condition[where].mean())


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_the_values_are_probabilities(face: Face) -> None:
    parts = label_parts(*face)
    assert parts.probabilities.shape == (SIZE, SIZE, len(PartLabel))
    assert parts.probabilities.dtype == np.float32
    assert parts.probabilities.min() >= 0
    np.testing.assert_allclose(parts.probabilities.sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(parts.person() + parts.of(PartLabel.BACKGROUND), 1, atol=1e-5)


def test_the_face_is_the_person_and_mostly_skin(face: Face) -> None:
    parts = label_parts(*face)
    inside = _hull(parts.crop.to_network(face[1], SIZE))
    assert _share(parts.person() > 0.5, inside) > 0.995
    assert (
        _share(np.isin(parts.labels(), (PartLabel.SKIN, PartLabel.EYES, PartLabel.MOUTH)), inside)
        > 0.93
    )


def test_background_hair_and_clothes_are_where_they_should_be(astronaut: Face) -> None:
    parts = label_parts(*astronaut)
    labels = parts.labels()

    def at(x: int, y: int) -> int:  # photo pixels
        column, row = parts.crop.to_network(np.array([[x, y]], np.float32), SIZE)[0]
        return int(labels[round(float(row)), round(float(column))])

    assert at(225, 18) == PartLabel.HAIR
    assert at(180, 60) == PartLabel.HAIR
    assert at(150, 20) == PartLabel.BACKGROUND
    assert at(300, 60) == PartLabel.BACKGROUND  # the shuttle
    assert at(220, 215) == PartLabel.CLOTHES
    assert at(222, 112) == PartLabel.SKIN


def test_eyes_lie_within_the_lids_and_teeth_within_the_lips(astronaut: Face) -> None:
    parts = label_parts(*astronaut)
    points = parts.crop.to_network(astronaut[1], SIZE)
    labels = parts.labels()
    near = np.zeros((SIZE, SIZE), bool)
    for eye in EYES:
        inside = _polygon(points[eye])
        assert _share(labels == PartLabel.EYES, inside) > 0.7
        near |= cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert not (labels == PartLabel.EYES)[~near].any()
    inner = _polygon(points[60:68])
    assert _share(labels == PartLabel.MOUTH, inner) > 0.7
    lips = cv2.dilate(_polygon(points[48:60]).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not (labels == PartLabel.MOUTH)[~lips].any()


def test_the_same_picture_gives_the_same_parts(astronaut: Face) -> None:
    first, second = (label_parts(*astronaut).probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_black_and_white_photo_has_the_same_parts(face: Face) -> None:
    photo, landmarks = face
    grey = np.dstack((cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY),) * 3).astype(np.uint8)
    colour, without = label_parts(photo, landmarks), label_parts(grey, landmarks)
    assert _overlap(colour.person() > 0.5, without.person() > 0.5) > 0.93
    assert _overlap(colour.labels() == PartLabel.HAIR, without.labels() == PartLabel.HAIR) > 0.8


def test_landmarks_that_are_a_little_off_change_little(face: Face) -> None:
    photo, landmarks = face
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.01 * np.ptp(landmarks[:, 1]), landmarks.shape)
    parts = label_parts(photo, landmarks)
    crop = parts.crop
    hints = landmark_hints(crop.to_network(landmarks + noise.astype(np.float32), SIZE))
    network = load_parts_network(resource(FILE))
    with torch.inference_mode():
        logits = network(network_input(crop.scaled(photo, SIZE)[None], hints[None]))
    off = logits[0].argmax(dim=0).numpy()
    assert _overlap(off > 0, parts.labels() > 0) > 0.97
    assert _overlap(off == PartLabel.HAIR, parts.labels() == PartLabel.HAIR) > 0.93


def test_the_person_is_found_without_any_landmarks(face: Face) -> None:
    photo, landmarks = face
    parts = label_parts(photo, landmarks)
    network = load_parts_network(resource(FILE))
    with torch.inference_mode():
        inputs = network_input(parts.crop.scaled(photo, SIZE)[None], no_hints()[None])
        person = network(inputs)[0].argmax(dim=0).numpy() > 0
    assert _overlap(person, parts.labels() > 0) > 0.93


def test_a_face_of_eight_pixels(astronaut: Face) -> None:
    photo, landmarks = astronaut
    scale = 8 / float(np.ptp(landmarks[:, 1]))
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    parts = label_parts(np.asarray(small, np.uint8), ((landmarks + 0.5) * scale - 0.5))
    inside = _hull(parts.crop.to_network((landmarks + 0.5) * scale - 0.5, SIZE))
    assert _share(parts.person() > 0.5, inside) > 0.9
    alpha = parts.alpha(np.asarray(small, np.uint8))
    assert alpha.shape == (parts.crop.side,) * 2


@pytest.mark.parametrize("scale", [0.25, 0.5, 1, 4])
def test_no_face_has_holes_at_any_size(astronaut: Face, scale: float) -> None:
    photo, landmarks = astronaut
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=method)
    points = ((landmarks + 0.5) * scale - 0.5).astype(np.float32)
    parts = label_parts(np.asarray(scaled, np.uint8), points)
    alpha = parts.alpha(np.asarray(scaled, np.uint8))
    shown = np.asarray(cv2.resize(alpha, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR))
    face = _hull(parts.crop.to_network(points, SIZE)).astype(np.uint8)
    within = cv2.erode(face, np.ones((15, 15), np.uint8)) > 0
    assert shown[within].min() > 0.97


def test_a_face_that_the_border_cuts(astronaut: Face) -> None:
    photo, landmarks = astronaut
    left, top = (round(float(v)) for v in (landmarks[27, 0], landmarks[27, 1] - 20))
    cut = np.ascontiguousarray(photo[top:, left:])
    moved = landmarks - np.array([left, top], np.float32)
    assert (moved < 0).any()
    parts = label_parts(cut, moved)
    inside = _hull(parts.crop.to_network(moved, SIZE))
    y, x = np.mgrid[:SIZE, :SIZE] * (parts.crop.side / SIZE)
    inside &= (x + parts.crop.left >= 0) & (y + parts.crop.top >= 0)
    assert _share(parts.person() > 0.5, inside) > 0.97
    assert np.isfinite(parts.alpha(cut)).all()


def test_a_crop_beside_the_photo_is_labelled_too(astronaut: Face) -> None:
    photo, landmarks = astronaut
    parts = label_parts(photo, landmarks + np.float32(5000))
    assert np.isfinite(parts.probabilities).all()


def test_landmarks_that_are_no_numbers_are_refused(astronaut: Face) -> None:
    photo, landmarks = astronaut
    with pytest.raises(ReposeError, match="not numbers"):
        label_parts(photo, np.where(landmarks > 200, np.float32(np.nan), landmarks))


def test_the_outline_follows_the_picture_at_full_size() -> None:
    """A sharp disc, known only coarsely, has a sharp outline and nothing around it."""
    side, radius = 1024, 300.0
    y, x = np.mgrid[:side, :side] - 511.5
    distance = np.hypot(x, y)
    inside = (radius - distance + 0.5).clip(0, 1).astype(np.float32)
    rng = np.random.default_rng(0)
    colours = np.where(inside[..., None] > 0.5, (90, 60, 40), (200, 210, 220))
    pixels = np.clip(colours + rng.normal(0, 4, colours.shape), 0, 255).astype(np.uint8)
    coarse = cv2.resize(inside, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    coarse = np.asarray(cv2.GaussianBlur(coarse, (0, 0), 2), np.float32)
    alpha = refine_edges(coarse, pixels)
    assert alpha.shape == (side, side)
    assert alpha.dtype == np.float32
    assert np.abs(alpha - inside).mean() < 0.003
    assert alpha[distance > radius + 8].max() < 0.02  # no halo
    assert alpha[distance < radius - 8].min() > 0.98


def test_the_foreground_has_no_rim_of_the_background() -> None:
    """A soft dark disc before a bright wall, laid over black, is nowhere brighter than the disc."""
    side, dark, bright = 512, 60.0, 230.0
    y, x = np.mgrid[:side, :side] - 255.5
    alpha = ((160 - np.hypot(x, y)) / 8).clip(0, 1).astype(np.float32)
    mixed = alpha * dark + (1 - alpha) * bright
    pixels = np.repeat(np.rint(mixed)[..., None], 3, axis=2).astype(np.uint8)
    colours = foreground(pixels, alpha)
    assert colours.dtype == np.uint8
    over_black = colours * alpha[..., None]
    assert (pixels * alpha[..., None]).max() > dark + 15
    assert over_black.max() < dark + 8
    inside = alpha == 1
    np.testing.assert_array_equal(colours[inside], pixels[inside])


def test_alpha_has_the_crop_s_size_and_takes_single_parts(astronaut: Face) -> None:
    photo, landmarks = astronaut
    parts = label_parts(photo, landmarks)
    person, hair = parts.alpha(photo), parts.alpha(photo, PartLabel.HAIR)
    assert person.shape == hair.shape == (parts.crop.side,) * 2
    assert person.min() >= 0
    assert person.max() <= 1
    coarse = cv2.resize(parts.person(), person.shape[::-1], interpolation=cv2.INTER_LINEAR)
    assert np.abs(person - coarse).mean() < 0.03
    assert (hair <= person + 0.2).mean() > 0.99


def test_parts_are_of_the_crop_around_the_landmarks(astronaut: Face) -> None:
    parts = label_parts(*astronaut)
    assert isinstance(parts, Parts)
    assert parts.crop == Crop.around(astronaut[1])


def test_the_network_is_small() -> None:
    assert resource(FILE).stat().st_size < 3_000_000
    count = 0

    def add(layer: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal count
        assert isinstance(layer, torch.nn.Conv2d)
        count += layer.weight[0].numel() * output.numel()

    network = PartsNetwork().eval()
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(add)
    with torch.inference_mode():
        network(torch.zeros(1, 5, SIZE, SIZE))
    assert 2 * count <= 1e9


def test_normalisation_folds_into_the_weights() -> None:
    torch.manual_seed(0)
    network = PartsNetwork(normalised=True)
    inputs = torch.rand(2, 5, 64, 64)
    for _ in range(3):
        network(inputs)
    network.eval()
    with torch.inference_mode():
        torch.testing.assert_close(network.folded()(inputs), network(inputs), rtol=1e-4, atol=1e-5)


def _truncated(path: Path) -> None:
    path.write_bytes(resource(FILE).read_bytes()[:-1000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_network(path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, path, {"format": "repose-parts"})


def _other_format(path: Path) -> None:
    save_file(load_file(resource(FILE)), path)


def _not_finite(path: Path) -> None:
    weights = load_file(resource(FILE))
    weights["last.bias"] = torch.full_like(weights["last.bias"], float("nan"))
    save_file(weights, path, {"format": "repose-parts"})


@pytest.mark.parametrize("ruin", [_truncated, _empty, _other_network, _other_format, _not_finite])
def test_a_ruined_file_is_refused_in_one_sentence(ruin, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / FILE
    ruin(path)
    with pytest.raises(ReposeError, match=r"is damaged; install Repose again\.$"):
        load_parts_network(path)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="install Repose again"):
        load_parts_network(tmp_path / FILE)


def test_a_wider_crop_has_the_same_parts_and_no_others_beside(astronaut: Face) -> None:
    photo, landmarks = astronaut
    parts = label_parts(photo, landmarks)
    low = np.array([parts.crop.left, parts.crop.top]) - 0.2 * parts.crop.side
    crop = parts.crop.widened(low, low + 1.3 * parts.crop.side)
    wider = label_wider(photo, landmarks, parts, crop)
    assert wider.crop == crop
    size = len(wider.probabilities)
    assert size / crop.side == pytest.approx(len(parts.probabilities) / parts.crop.side, rel=0.01)
    np.testing.assert_allclose(wider.probabilities.sum(axis=2), 1, atol=1e-4)
    back = wider.in_crop(parts.crop, len(parts.probabilities))
    inner = np.s_[20:-20, 20:-20]
    same = back[inner].argmax(axis=2) == parts.labels()[inner]
    assert same.mean() > 0.98
    count, _ = cv2.connectedComponents((wider.person() > 0.1).astype(np.uint8))
    alone, _ = cv2.connectedComponents((parts.person() > 0.1).astype(np.uint8))
    assert count <= alone
