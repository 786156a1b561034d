from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.detection import find_faces
from engine.face.head import HeadPose
from engine.face.parts import PartLabel
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead
from engine.guidance.body import Body, inverse
from engine.guidance.layers import grid
from engine.imaging.photos import Photo
from engine.inference.predictor import Predictor

SIZE = 128
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def head(photo: Photo) -> PosedHead:
    """The sample's head in a picture of this size."""
    own = Pose3D.of(find_faces(photo)[0]).source.head
    return replace(own, pose=HeadPose(own.pose.rotation, 10.0, np.array([64.0, 50.0])))


@pytest.fixture(scope="module")
def labels() -> Floats:
    """A body below row 80, a head above it, background beside them."""
    labels = np.zeros((SIZE, SIZE, len(PartLabel)), np.float32)
    labels[20:85, 45:85, PartLabel.SKIN] = 1
    labels[80:, 20:110, PartLabel.CLOTHES] = 1
    labels[60:70, 5:12, PartLabel.CLOTHES] = 1  # something else
    labels[80:85, 45:85, PartLabel.SKIN] = 0
    labels[..., PartLabel.BACKGROUND] = 1 - labels.sum(axis=2)
    return labels


@pytest.fixture(scope="module")
def body(labels: Floats, head: PosedHead) -> Body:
    follows = (np.arange(SIZE) < 75)[:, None] * np.ones((1, SIZE), np.float32)
    return Body(labels, follows.astype(np.float32), head)


def placed(head: PosedHead, x: float = 0, y: float = 0, factor: float = 1) -> PosedHead:
    pose = head.pose
    moved = HeadPose(pose.rotation, factor * pose.scale, pose.shift + np.array([x, y]))
    return replace(head, pose=moved)


def test_a_head_that_turns_or_hardly_moves_leaves_the_body(body: Body, head: PosedHead) -> None:
    rotation = np.asarray(cv2.Rodrigues(np.array([0, 0.5, 0]))[0], np.float64)
    turned = HeadPose(rotation, head.pose.scale, head.pose.shift)
    assert body.moved(replace(head, pose=turned)) is None
    assert body.moved(placed(head, 0.3, 0.2)) is None
    assert body.moved(head) is None


@pytest.mark.parametrize(("x", "y", "factor"), [(6, 0, 1), (-8, 4, 1), (0, 0, 1.15), (3, -5, 0.85)])
def test_the_body_goes_along(
    body: Body, head: PosedHead, x: float, y: float, factor: float
) -> None:
    moved = body.moved(placed(head, x, y, factor))
    assert moved is not None
    middle = (95, 64)  # row and column, on the chest
    way = (factor - 1) * (np.array(middle[::-1]) - head.pose.shift) + (x, y)
    np.testing.assert_allclose(moved[middle], way, atol=0.25 * np.abs(way).max())
    border = np.ones((SIZE, SIZE), bool)
    border[1:-1, 1:-1] = False
    assert not moved[border].any()
    assert not moved[:40, :30].any(), "the background beside the head stays"
    across, down = (np.gradient(moved[..., axis] + grid(SIZE)[..., axis], axis=1 - axis)
                    for axis in (0, 1))  # fmt: skip
    assert min(across.min(), down.min()) > 0, "nothing folds"


def test_the_inverse_leads_back(body: Body, head: PosedHead) -> None:
    moved = body.moved(placed(head, 5, 3, 1.1))
    assert moved is not None
    way = inverse(moved)
    origin = grid(SIZE) - way
    there = cv2.remap(moved, origin[..., 0].copy(), origin[..., 1].copy(), cv2.INTER_LINEAR)
    np.testing.assert_allclose(there, way, atol=0.2)


def test_clothes_move_and_the_background_does_not(photo: Photo) -> None:
    predictor = Predictor()
    source = predictor.cut(photo, find_faces(photo)[0])
    step = 0.06 * source.crop.side
    posed = predictor.pose(source, source.face.landmarks + np.array([step, 0], np.float32))
    behind = posed.maps.layers[0]
    assert behind.places is not None
    wide, size = posed.source, posed.source.size
    shift = (grid(size) - behind.places)[..., 0]
    parts = wide.parts.in_crop(wide.crop, size)
    worn = cv2.erode(parts[..., PartLabel.CLOTHES], np.ones((5, 5), np.uint8)) > 0.9
    wanted = step * size / wide.crop.side
    assert worn.mean() > 0.01
    assert np.percentile(shift[worn], 90) == pytest.approx(wanted, rel=0.1)
    assert shift.max() < 1.01 * wanted
    (made,) = predictor.predict_all([posed])
    still = posed.maps.moved == 0
    assert still.mean() > 0.1
    np.testing.assert_array_equal(made.refined[still], wide.pixels[still] * np.float32(1 / 255))
