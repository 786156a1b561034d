"""The landmarker: the networks against their originals, faces found in hard pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage import data

from engine.core.errors import ReposeError
from engine.face import handles, landmarker_networks
from engine.face.detection import find_faces, find_largest_face, find_near
from engine.face.dlib_detector import find_largest_face as find_with_dlib
from engine.face.faces import Face
from engine.face.head import angles
from engine.face.landmarker import COEFFICIENT_NAMES
from engine.face.landmarker_networks import COEFFICIENT_POINTS, N_DENSE, landmarker

Photo = NDArray[np.uint8]

REFERENCE = Path(__file__).parent / "landmarker_reference.npz"
"""Answers of the original TFLite files to the pictures of `pictures`."""


@pytest.fixture(scope="module")
def portrait() -> Photo:
    return np.asarray(data.astronaut())


@pytest.fixture(scope="module")
def face(portrait: Photo) -> Face:
    found = find_largest_face(portrait)
    assert found is not None
    return found


def pictures(side: int) -> NDArray[np.uint8]:
    """(4, side, side, 3): a face, its mirror image, noise, a cat."""
    portrait = np.asarray(data.astronaut())[0:230, 110:340]
    large = cv2.resize(portrait, (256, 256))
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3))
    cat = cv2.resize(np.asarray(data.cat()), (256, 256))
    stack = [large, large[:, ::-1], noise, cat]
    if side == 256:
        return np.stack(stack).astype(np.uint8)
    return np.stack([cv2.resize(one.astype(np.uint8), (side, side)) for one in stack])


def as_tensor(stack: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(stack.astype(np.float32)).permute(0, 3, 1, 2)


def test_the_networks_answer_as_the_originals_do() -> None:
    wanted, networks = np.load(REFERENCE), landmarker()
    with torch.inference_mode():
        scores, boxes = networks.detector(as_tensor(pictures(128)) / 127.5 - 1)
        dense, presence, _ = networks.landmarks(as_tensor(pictures(256)) / 255)
        coefficients = networks.coefficients(dense)
    for name, answer in (
        ("scores", scores), ("boxes", boxes), ("dense", dense),
        ("presence", presence), ("coefficients", coefficients),
    ):  # fmt: skip
        scale = max(1.0, float(np.abs(wanted[name]).max()))
        assert np.abs(answer.numpy() - wanted[name]).max() < 1e-3 * scale, name


def test_the_networks_pass_gradients_back() -> None:
    picture = (as_tensor(pictures(256)[:1]) / 255).requires_grad_()
    networks = landmarker()
    networks.coefficients(networks.landmarks(picture).points)[0, 9].backward()
    assert picture.grad is not None
    assert bool(picture.grad.abs().sum() > 0)


def test_a_face_has_landmarks_irises_expression_and_angles(face: Face) -> None:
    assert face.dense is not None
    assert face.irises is not None
    assert face.angles is not None
    eyes = [face.landmarks[36:42].mean(axis=0), face.landmarks[42:48].mean(axis=0)]
    apart = float(np.linalg.norm(eyes[1] - eyes[0]))
    assert np.abs(face.irises - eyes).max() < 0.15 * apart
    assert tuple(face.coefficients) == COEFFICIENT_NAMES
    assert face.coefficients["mouthSmileLeft"] > 0.5
    assert face.coefficients["eyeBlinkLeft"] < 0.4
    assert np.abs(face.angles).max() < 20


def test_the_landmarks_are_those_of_dlib_in_a_frontal_photo(portrait: Photo, face: Face) -> None:
    other = find_with_dlib(portrait)
    assert other is not None
    gap = np.linalg.norm(face.landmarks - other.landmarks, axis=1)
    height = np.ptp(other.landmarks[:, 1])
    assert gap[27:48].mean() < 0.015 * height  # nose and eyes
    assert gap[17:].mean() < 0.025 * height
    assert gap[:17].mean() < 0.06 * height


@pytest.mark.parametrize("degrees", [-150, -100, -45, 45, 90, 120, 180])
def test_a_tilted_face_is_found_where_it_is(portrait: Photo, face: Face, degrees: int) -> None:
    middle = (portrait.shape[1] / 2 - 0.5, portrait.shape[0] / 2 - 0.5)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1)
    tilted = np.asarray(cv2.warpAffine(portrait, matrix, portrait.shape[1::-1]), np.uint8)
    found = find_largest_face(tilted)
    assert found is not None
    wanted = face.landmarks @ matrix[:, :2].T + matrix[:, 2]
    assert np.linalg.norm(found.landmarks - wanted, axis=1).mean() < 3


def test_a_small_face_in_a_large_photo_is_found(portrait: Photo) -> None:
    photo = np.full((2400, 3200, 3), 90, np.uint8)
    small = cv2.resize(portrait, (512, 512))
    photo[1500:2012, 2200:2712] = small
    found = find_largest_face(photo)
    assert found is not None
    assert 0.03 < np.ptp(found.landmarks[:, 1]) / 2400 < 0.05
    assert 2200 < found.landmarks[30, 0] < 2712


def test_an_upside_down_face_that_fills_its_photo_gets_no_upright_landmarks(
    portrait: Photo, face: Face
) -> None:
    photo = np.ascontiguousarray(portrait[0:260, 90:350][::-1, ::-1])
    found = find_largest_face(photo)
    assert found is not None
    wanted = (349, 259) - face.landmarks
    assert np.linalg.norm(found.landmarks - wanted, axis=1).mean() < 3


def test_a_face_of_a_fiftieth_of_the_photos_height_is_found(portrait: Photo, face: Face) -> None:
    photo = np.full((3000, 4000, 3), 90, np.uint8)
    scale = 60 / np.ptp(face.landmarks[:, 1])
    side = round(scale * len(portrait))
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    photo[1700 : 1700 + len(small), 1300 : 1300 + len(small)] = small
    (found,) = find_faces(photo)
    wanted = scale * face.landmarks + (1300, 1700)
    assert np.linalg.norm(found.landmarks - wanted, axis=1).mean() < 3


def test_a_group_is_found_once_each_the_largest_first(portrait: Photo) -> None:
    head = portrait[0:300, 80:380]
    row = np.hstack([cv2.resize(head, (200, 200))] * 5)
    photo = np.vstack([row] * 3 + [np.full((200, 1000, 3), 120, np.uint8)])
    photo[620:780, 40:200] = cv2.resize(head, (160, 160))
    faces = find_faces(np.asarray(photo, np.uint8))
    assert len(faces) == 16
    widths = [face.box[2] - face.box[0] for face in faces]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((16, 400, 3), np.uint8),
        np.full((3, 2000, 3), 255, np.uint8),
        np.asarray(data.cat()),
        np.asarray(data.coffee()),
        np.repeat(np.asarray(data.gravel())[..., None], 3, axis=2),
        np.asarray(data.hubble_deep_field()),
        np.asarray(data.astronaut())[130:],
    ],
    ids=["pixel", "strip", "line", "cat", "coffee", "gravel", "stars", "badge"],
)
def test_what_has_no_face_has_none(photo: Photo) -> None:
    assert find_faces(photo) == ()


def test_a_face_cut_by_the_border_and_one_without_colour(portrait: Photo, face: Face) -> None:
    cut = np.ascontiguousarray(portrait[:, : int(face.landmarks[30, 0]) + 20])
    for found in find_faces(cut):
        assert np.isfinite(found.landmarks).all()
    grey = np.repeat(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    found_grey = find_largest_face(np.asarray(grey, np.uint8))
    assert found_grey is not None
    assert np.linalg.norm(found_grey.landmarks - face.landmarks, axis=1).mean() < 3


def test_a_face_is_followed_through_a_video(portrait: Photo) -> None:
    last = find_largest_face(portrait)
    for shift in range(12, 60, 12):
        frame = np.roll(portrait, shift, axis=1)
        assert last is not None
        last, wanted = find_near(frame, last), find_largest_face(frame)
        assert last is not None
        assert wanted is not None
        assert np.linalg.norm(last.landmarks - wanted.landmarks, axis=1).mean() < 2


def test_near_the_last_face_there_is_none(face: Face) -> None:
    assert find_near(np.zeros((512, 512, 3), np.uint8), face) is None


def test_angles_follow_a_mirror_image(portrait: Photo, face: Face) -> None:
    other = find_largest_face(np.ascontiguousarray(portrait[:, ::-1]))
    assert other is not None
    assert other.angles is not None
    assert face.angles is not None
    assert other.angles[0] == pytest.approx(-face.angles[0], abs=3)
    assert other.angles[1] == pytest.approx(face.angles[1], abs=3)
    assert angles(np.eye(3)) == (0, 0, 0)


def test_every_dense_landmark_has_a_mirror_image(portrait: Photo, face: Face) -> None:
    mirror = landmarker().canonical.mirror_images()
    assert np.array_equal(mirror[mirror], np.arange(N_DENSE))
    other = find_largest_face(np.ascontiguousarray(portrait[:, ::-1]))
    assert other is not None
    assert other.dense is not None
    assert face.dense is not None
    back = other.dense[mirror, :2] * (-1, 1) + (portrait.shape[1] - 1, 0)
    # Both are means of two looks, at the face and at its mirror image.
    assert np.linalg.norm(back - face.dense[:, :2], axis=1).max() < 1


def test_landmarks_hardly_depend_on_the_crop(portrait: Photo, face: Face) -> None:
    height = np.ptp(face.landmarks[:, 1])
    for shift in (1, 3, 5):
        crop = np.ascontiguousarray(portrait[shift : 400 + shift, 3 * shift : 400 + 2 * shift])
        found = find_largest_face(crop)
        assert found is not None
        gap = np.linalg.norm(
            found.landmarks - face.landmarks + np.array([3 * shift, shift]), axis=1
        )
        assert gap[17:].mean() < 0.006 * height
        assert gap[:17].mean() < 0.012 * height


def test_answers_that_are_no_numbers_are_no_face(
    portrait: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = landmarker()
    weight = networks.landmarks.points.weight
    before = weight.detach().clone()
    try:
        with torch.no_grad():
            weight.fill_(float("nan"))
        assert find_faces(portrait) == ()
    finally:
        with torch.no_grad():
            weight.copy_(before)
    assert len(COEFFICIENT_POINTS) == 146


@pytest.mark.parametrize("module", [landmarker_networks, handles])
def test_a_damaged_file_is_told(
    module: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = landmarker if module is landmarker_networks else handles.handle_network
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    monkeypatch.setattr(module, "resource", lambda _: broken)
    load.cache_clear()
    try:
        with pytest.raises(ReposeError, match="damaged"):
            load()
    finally:
        monkeypatch.undo()
        load.cache_clear()
    load()
