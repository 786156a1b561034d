import numpy as np
import pytest

from engine.face.head import rotation
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.crop import Crop, scale_to
from engine.imaging.photos import Photo


def test_pixels_and_points_are_scaled_alike() -> None:
    photo = np.zeros((200, 300, 3), np.uint8)
    photo[90:93, 150:153] = 255  # a dot whose centre is (151, 91)
    crop = Crop(117, 50, 93)
    for size in (31, 93, 186):
        drawn = crop.scaled(photo, size)[..., 0].astype(float)
        y, x = np.mgrid[:size, :size]
        centre = np.array([(x * drawn).sum(), (y * drawn).sum()]) / drawn.sum()
        expected = crop.to_network(np.array([[151.0, 91.0]]), size)[0]
        np.testing.assert_allclose(centre, expected, atol=0.05)


def test_first_and_last_pixel() -> None:
    crop = Crop(10, 20, 64)
    np.testing.assert_allclose(crop.to_network(np.array([[9.5, 19.5]]), 256), [[-0.5, -0.5]])
    np.testing.assert_allclose(crop.to_network(np.array([[73.5, 83.5]]), 256), [[255.5, 255.5]])


def test_around_is_what_the_measurements_found_steady(face: Landmarks) -> None:
    crop = Crop.around(face)
    height = np.ptp(face[:, 1])
    assert crop.side == pytest.approx(2.3 * height, abs=1)
    ears = face[[0, 16], 0].mean()
    x = ears - 0.26 * (face[30, 0] - ears)
    y = (face[:, 1].min() + face[:, 1].max()) / 2 - 0.19 * height
    assert crop.left + (crop.side - 1) / 2 == pytest.approx(x, abs=1)
    assert crop.top + (crop.side - 1) / 2 == pytest.approx(y, abs=1)
    assert crop.covers(face)


def test_around_is_steady_while_the_head_turns() -> None:
    crops = []
    for yaw in (-60, -30, 0, 30, 60):
        turned = rotation(yaw, 0, 0)
        points = (head_model().landmarks(turned, head_model().mean) @ turned.T)[:, :2] * 100 + 300
        crops.append(Crop.around(points.astype(np.float32)))
        assert crops[-1].covers(points.astype(np.float32))
    assert np.ptp([crop.side for crop in crops]) < 0.08 * crops[0].side
    assert np.ptp([crop.left + crop.side / 2 for crop in crops]) < 0.17 * crops[0].side


def test_cut_repeats_the_border() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)
    for crop in (Crop(5, 6, 20), Crop(-7, -9, 60), Crop(20, 30, 25), Crop(-80, 4, 10)):
        rows = np.arange(crop.top, crop.top + crop.side).clip(0, 39)
        columns = np.arange(crop.left, crop.left + crop.side).clip(0, 29)
        np.testing.assert_array_equal(crop.cut(photo), photo[rows][:, columns])


def test_cut_is_a_copy(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    crop.cut(photo)[:] = 0  # the photo is read-only: writing into it would raise


def test_meets() -> None:
    photo = np.zeros((40, 30, 3), np.uint8)
    assert Crop(-9, 0, 10).meets(photo)
    assert not Crop(-10, 0, 10).meets(photo)
    assert Crop(29, 39, 10).meets(photo)
    assert not Crop(30, 0, 10).meets(photo)
    assert not Crop(0, 40, 10).meets(photo)


@pytest.mark.parametrize("shift", [(0, 0), (200, -40), (-500, 900)])
def test_covering_holds_both_poses(face: Landmarks, shift: tuple[float, float]) -> None:
    crop = Crop.around(face)
    pose = Pose3D.of(face).turned(30, 0, 0).landmarks() + np.array(shift, np.float32)
    wider = crop.covering(pose)
    assert wider.covers(pose)
    assert wider.left <= crop.left
    assert wider.top <= crop.top
    assert wider.left + wider.side >= crop.left + crop.side
    assert wider.top + wider.side >= crop.top + crop.side


@pytest.mark.parametrize("index", [0, 8, 16, 30, 57])
def test_covering_reaches_handles_dragged_far_out(face: Landmarks, index: int) -> None:
    for offset in ((900, 10), (-900, 10), (40, 1200), (3, -1200)):
        pose = face.copy()
        pose[index] += np.array(offset, np.float32)
        wider = Crop.around(face).covering(pose)
        assert wider.covers(pose)
        assert wider.side < 4 * np.ptp(pose, axis=0).max()


@pytest.mark.parametrize(
    "beyond", [(0, 0, 0, 0), (1, 0, 0, 0), (0, 30, 5, 0), (40, 40, 40, 40), (-9, 200, 3, 17)]
)
def test_a_widened_crop_holds_a_rectangle(beyond: tuple[int, int, int, int]) -> None:
    crop = Crop(30, -12, 160)
    low = np.array([30 - beyond[0], -12 - beyond[1]])
    high = np.array([190 + beyond[2], 148 + beyond[3]])
    wider = crop.widened(low, high)
    start = np.array([wider.left, wider.top])
    assert (start <= np.minimum(low, (30, -12))).all()
    assert (start + wider.side >= np.maximum(high, (190, 148))).all()
    assert wider.side % 20 == 0
    assert wider.side <= 160 + np.ceil(np.clip(beyond, 0, None) / 20).sum() * 20
    assert (wider == crop) == (max(beyond) <= 0)


def test_scaling_does_not_alias() -> None:
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.ptp(scale_to(stripes, 32)) <= 2
    same = scale_to(stripes, 256)
    np.testing.assert_array_equal(same, stripes)
    assert scale_to(np.zeros((8, 8), np.float32), 16).shape == (16, 16)
