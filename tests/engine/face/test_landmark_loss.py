"""The losses of faces in the features of the landmarker."""

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from engine.face.landmark_loss import landmark_losses
from engine.face.landmarks import Landmarks
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo


@pytest.fixture(scope="module")
def crop(photo: Photo, face: Landmarks) -> tuple[Tensor, Tensor]:
    """A picture (1, 3, 256, 256) of a face and its landmarks (1, 68, 2)."""
    square = Crop.around(face)
    picture = torch.from_numpy(square.scaled(photo, 256)).permute(2, 0, 1)[None].float() / 255
    return picture, torch.from_numpy(square.to_network(face, 256))[None]


def test_equal_faces_have_no_loss(crop: tuple[Tensor, Tensor]) -> None:
    picture, landmarks = crop
    points, expression = landmark_losses(picture, picture, landmarks)
    assert points.item() == pytest.approx(0, abs=1e-4)
    assert expression.item() == 0


def test_a_moved_mouth_is_seen_and_a_moved_background_is_not(crop: tuple[Tensor, Tensor]) -> None:
    picture, landmarks = crop
    x, y = (int(v) for v in landmarks[0, 48:].mean(dim=0))
    moved, behind = picture.clone(), picture.clone()
    moved[..., y - 14 : y + 20, x - 24 : x + 24] = picture[..., y - 20 : y + 14, x - 24 : x + 24]
    behind[..., :30, :] = 0.3
    of_mouth, of_background = (
        landmark_losses(image, picture, landmarks) for image in (moved, behind)
    )
    assert of_mouth.points > 4 * of_background.points
    assert of_mouth.expression > 4 * of_background.expression


def test_turned_faces_have_the_same_loss(crop: tuple[Tensor, Tensor]) -> None:
    """The squares turn with the face."""
    picture, landmarks = crop
    blurred = torch.nn.functional.avg_pool2d(picture, 9, 1, 4)
    matrix = cv2.getRotationMatrix2D((127.5, 127.5), 25, 1)

    def turned(image: Tensor) -> Tensor:
        array = np.ascontiguousarray(image[0].permute(1, 2, 0).numpy())
        return torch.from_numpy(cv2.warpAffine(array, matrix, (256, 256))).permute(2, 0, 1)[None]

    points = landmarks[0].numpy() @ matrix[:, :2].T + matrix[:, 2]
    upright = landmark_losses(blurred, picture, landmarks).points
    tilted = landmark_losses(
        turned(blurred), turned(picture), torch.from_numpy(points).float()[None]
    ).points
    assert tilted.item() == pytest.approx(upright.item(), rel=0.4)


def test_a_step_along_the_gradient_lowers_the_loss(crop: tuple[Tensor, Tensor]) -> None:
    picture, landmarks = crop
    image = torch.nn.functional.avg_pool2d(picture, 9, 1, 4).requires_grad_(True)
    before = landmark_losses(image, picture, landmarks)
    (gradient,) = torch.autograd.grad(before.points + before.expression, image)
    assert gradient.abs().sum() > 0
    step = 0.02 * gradient / gradient.abs().max()
    after = landmark_losses(image.detach() - step, picture, landmarks)
    assert sum(after) < sum(before)
