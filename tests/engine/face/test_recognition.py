"""The recognition network and its chips against dlib, and what can be learned from them."""

from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
import pytest
import torch
from torch import Tensor

from engine.core.errors import ReposeError
from engine.face import recognition
from engine.face.dlib_detector import model_file
from engine.face.landmarks import Landmarks
from engine.face.recognition import RecognitionNet, face_chips, recognition_losses
from engine.imaging.photos import Photo

NAME = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module")
def net() -> RecognitionNet:
    return RecognitionNet.load()


@pytest.fixture(scope="module")
def dlibs() -> Any:
    return dlib.face_recognition_model_v1(str(model_file(NAME)))


def shape_of(landmarks: Landmarks) -> Any:
    points = [dlib.point(int(x), int(y)) for x, y in landmarks]
    return dlib.full_object_detection(dlib.rectangle(0, 0, 9, 9), points)


def batch(photo: Photo) -> Tensor:
    """1x3xHxW in [0, 1]."""
    return torch.from_numpy(photo.copy()).permute(2, 0, 1)[None] / 255


def turned(photo: Photo, landmarks: Landmarks, angle: float, scale: float) -> tuple[Photo, Any]:
    """Both turned about the photo's middle and scaled, with whole numbers for landmarks."""
    side = round(scale * len(photo))
    matrix = cv2.getRotationMatrix2D((len(photo) / 2, len(photo) / 2), angle, scale)
    linear, shift = matrix[:, :2], matrix[:, 2] + (side - len(photo)) / 2
    moved = cv2.warpAffine(photo, np.column_stack([linear, shift]), (side, side))
    return np.asarray(moved, np.uint8), np.rint(landmarks @ linear.T + shift)


@pytest.mark.parametrize(
    ("angle", "scale", "pixel", "distance"),
    [(0, 1, 1, 0.01), (25, 0.4, 1, 0.01), (-40, 2, 1, 0.01), (10, 4, 15, 0.03)],
)
def test_chips_and_descriptors_are_dlibs(
    net: RecognitionNet,
    dlibs: Any,
    photo: Photo,
    face: Landmarks,
    angle: float,
    scale: float,
    pixel: float,
    distance: float,
) -> None:
    picture, landmarks = turned(photo, face, angle, scale)
    shape = shape_of(landmarks)
    theirs = dlib.get_face_chip(picture, shape, size=150, padding=0.25)
    expected = np.array(dlibs.compute_face_descriptor(theirs))
    chips = face_chips(batch(picture), torch.from_numpy(landmarks)[None])
    assert chips.shape == (1, 3, 150, 150)
    # dlib cuts fractions of its pixels' values off; larger faces it makes smaller a little coarser.
    assert (255 * (chips - batch(theirs))).abs().max().item() <= pixel + 0.01
    np.testing.assert_allclose(net(batch(theirs))[1][0].numpy(), expected, atol=1e-4)
    assert np.linalg.norm(net(chips)[1][0].numpy() - expected) < distance


def test_a_face_beyond_the_edge_is_cut_out_as_dlib_does(photo: Photo, face: Landmarks) -> None:
    landmarks = np.rint(face) - np.rint(face[30]) + (20, 40)
    chip = dlib.get_face_chip(photo, shape_of(landmarks), size=150, padding=0.25)
    ours = face_chips(batch(photo), torch.from_numpy(landmarks)[None])
    different = (255 * (ours - batch(chip))).abs() > 1.01
    assert 0 < different.float().mean().item() < 0.02  # at the edge: ours fades, dlib's is sharp


def test_faces_of_any_sizes_share_a_batch(photo: Photo, face: Landmarks) -> None:
    pictures, middle = batch(photo).repeat(3, 1, 1, 1), face.mean(axis=0)
    landmarks = torch.from_numpy(np.stack([(face - middle) * s + middle for s in (1, 3, 7)]))
    together = face_chips(pictures, landmarks)
    for i in range(3):
        alone = face_chips(pictures[:1], landmarks[i : i + 1])
        torch.testing.assert_close(together[i : i + 1], alone)


def test_maps_have_the_documented_sizes(net: RecognitionNet) -> None:
    maps, descriptors = net(torch.rand(2, 3, 150, 150))
    sizes = [(32, 35, 35), (64, 17, 17), (128, 8, 8), (256, 4, 4), (256, 2, 2)]
    assert [tuple(x.shape[1:]) for x in maps] == sizes
    assert descriptors.shape == (2, 128)
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_losses_are_the_formulas(net: RecognitionNet, photo: Photo, face: Landmarks) -> None:
    torch.manual_seed(0)
    targets = torch.cat([batch(photo), batch(photo).flip(1)])  # in other colours
    landmarks = torch.from_numpy(np.stack([face, face]))
    images = (targets + 0.1 * torch.randn_like(targets)).clamp(0, 1)
    losses = recognition_losses(net, images, targets, landmarks)
    ours, theirs = net(face_chips(images, landmarks)), net(face_chips(targets, landmarks))
    ratios = [
        (x[i] - y[i]).abs().sum() / y[i].abs().sum()
        for x, y in zip(ours[0], theirs[0], strict=True)
        for i in range(2)
    ]
    torch.testing.assert_close(losses.perceptual, torch.stack(ratios).mean())
    distances = (ours[1] - theirs[1]).norm(dim=1)
    torch.testing.assert_close(losses.identity, distances.square().mean())
    assert [loss.item() for loss in recognition_losses(net, targets, targets, landmarks)] == [0, 0]


def sum_of_losses(net: RecognitionNet, images: Tensor, targets: Tensor, points: Tensor) -> Tensor:
    losses = recognition_losses(net, images, targets, points)
    return losses.perceptual + losses.identity


@pytest.mark.parametrize("bfloat16", [False, True])
def test_an_image_learns_from_the_loss(
    net: RecognitionNet, photo: Photo, face: Landmarks, bfloat16: bool
) -> None:
    target, landmarks = batch(photo), torch.tensor(face)[None]
    image = torch.nn.functional.avg_pool2d(target, 9, stride=1, padding=4).requires_grad_()
    values = []
    for _ in range(3):
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = sum_of_losses(net, image, target, landmarks)
        assert loss.dtype == torch.float32
        (gradient,) = torch.autograd.grad(loss, image)
        assert gradient.isfinite().all()
        assert gradient[..., :8, :8].abs().max() == 0  # outside of the chip
        values.append(loss.item())
        image = (image - 0.5 * gradient / gradient.norm()).detach().requires_grad_()
    assert values[0] > values[1] > values[2] > 0


def test_landmarks_without_a_face_make_no_trouble(net: RecognitionNet) -> None:
    images = torch.rand(3, 3, 32, 32, requires_grad=True)
    landmarks = torch.zeros(3, 68, 2)
    landmarks[1] = 1e4
    landmarks[2] = 1e4 * torch.rand(68, 2)
    loss = sum_of_losses(net, images, torch.rand(3, 3, 32, 32), landmarks)
    assert loss.isfinite()
    (gradient,) = torch.autograd.grad(loss, images)
    assert gradient.isfinite().all()


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / NAME
    monkeypatch.setattr(recognition, "model_file", lambda name: path)
    with pytest.raises(ReposeError, match="cannot be read: no such file"):
        RecognitionNet.load()
    right = model_file(NAME).read_bytes()
    for wrong in (b"", b"a picture", right[:1000], right[:-20_000], right[5_000_000:]):
        path.write_bytes(wrong)
        with pytest.raises(ReposeError, match="is not dlib's face recognition network"):
            RecognitionNet.load()
