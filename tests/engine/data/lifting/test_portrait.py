"""One portrait lifted and turned."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.data.lifting.portrait import SIDE, LiftedPortrait
from engine.face.detection import find_faces
from engine.face.identity import describe
from engine.face.landmarks import Landmarks
from engine.imaging.photos import Photo

TURNS = [(0, 0, 0), (15, 0, 0), (-25, 0, 0), (0, 10, 0), (0, -10, 0), (10, 5, 10)]


@pytest.fixture(scope="module")
def lifted(photo: Photo, face: Landmarks) -> LiftedPortrait:
    return LiftedPortrait.of(photo, face)


def _inside(pixels: NDArray[np.uint8], points: NDArray[np.floating]) -> NDArray[np.uint8]:
    x, y = points.round().astype(int).T
    found: NDArray[np.uint8] = pixels[y, x]
    return found


def test_the_unturned_view_is_the_photo(
    photo: Photo, face: Landmarks, lifted: LiftedPortrait
) -> None:
    view = lifted.view(0, 0, 0)
    assert (view.pixels == lifted.frame.scaled(photo, SIDE)).all()
    np.testing.assert_allclose(view.landmarks, lifted.frame.to_network(face, SIDE), atol=1e-3)
    assert set(np.unique(view.weight)) <= {0, 255}


def test_a_hardly_turned_view_is_hardly_another_picture(lifted: LiftedPortrait) -> None:
    before, after = lifted.view(0, 0, 0).pixels, lifted.view(0.01, 0, 0).pixels
    assert np.abs(before.astype(float) - after).mean() < 1.3


@pytest.mark.parametrize("turn", TURNS)
def test_the_drawn_face_has_the_landmarks_of_the_view(
    lifted: LiftedPortrait, turn: tuple[float, float, float]
) -> None:
    view = lifted.view(*turn)
    found = find_faces(view.pixels)[0].landmarks
    away = np.linalg.norm(found - view.landmarks, axis=1) / np.ptp(view.landmarks[:, 1])
    assert away[17:].mean() < 0.02
    assert away[:17].mean() < 0.08  # dlib's jaw points slide along the jaw


def test_signs_of_the_angles(lifted: LiftedPortrait) -> None:
    def nose(yaw: float, pitch: float) -> NDArray[np.float32]:
        points = lifted.view(yaw, pitch, 0).landmarks
        offset: NDArray[np.float32] = points[30] - points[36:48].mean(axis=0)
        return offset

    assert nose(15, 0)[0] > nose(0, 0)[0] > nose(-15, 0)[0]  # to the right
    assert nose(0, 10)[1] < nose(0, 0)[1] < nose(0, -10)[1]  # up
    eyes = lifted.view(0, 0, 15).landmarks[[36, 45]]
    before = lifted.view(0, 0, 0).landmarks[[36, 45]]
    assert eyes[1, 1] - eyes[0, 1] > before[1, 1] - before[0, 1] + 10  # clockwise


def test_the_turned_face_is_the_same_person(lifted: LiftedPortrait) -> None:
    descriptions = [describe(lifted.view(*turn).pixels) for turn in ((0, 0, 0), (20, 0, 0))]
    (_, before), (_, after) = (found for found in descriptions if found)
    assert np.linalg.norm(before - after) < 0.4


def test_shoulders_and_background_stay(lifted: LiftedPortrait) -> None:
    before, after = lifted.view(0, 0, 0), lifted.view(25, 5, 0)
    for rows in (slice(0, 30), slice(SIDE - 10, SIDE)):
        for columns in (slice(0, 40), slice(SIDE - 40, SIDE)):
            change = np.abs(before.pixels[rows, columns].astype(int) - after.pixels[rows, columns])
            assert change.mean() < 2


def test_nothing_is_left_of_the_head_where_it_was(lifted: LiftedPortrait) -> None:
    """The far side of the hair moves away; background is seen there, and little trusted."""
    opacity = lifted.sheets[1].colours[..., 3]
    row = round(float(lifted.view(0, 0, 0).landmarks[27, 1]))
    last = int(np.flatnonzero(opacity[row] > 200)[-1])
    before, after = lifted.view(0, 0, 0), lifted.view(30, 0, 0)
    hair, seen = before.pixels[row, last - 4].astype(int), after.pixels[row, last - 4]
    assert np.abs(hair - seen).mean() > 20
    assert 0 < after.weight[row, last - 4] < 100


def test_weights_fall_with_slant(lifted: LiftedPortrait) -> None:
    view = lifted.view(25, 0, 0)
    near_cheek, far_cheek = (
        _inside(view.weight, (view.landmarks[[a]] + view.landmarks[[b]]) / 2)[0]
        for a, b in ((3, 31), (13, 35))
    )
    assert 40 <= near_cheek < far_cheek  # what turns towards the viewer was seen at a slant
    assert far_cheek > 200
    assert view.weight[60, 5] == 255  # background that has not changed


def test_beyond_the_photo_nothing_is_trusted(photo: Photo, face: Landmarks) -> None:
    """Hair and shoulders are cut by the border of the photo."""
    low, high = face.min(axis=0).astype(int) - 25, face.max(axis=0).astype(int) + 15
    tight = photo[low[1] : high[1], low[0] : high[0]]
    lifted = LiftedPortrait.of(tight, face - low)
    for turn in ((0, 0, 0), (20, 0, 0)):
        view = lifted.view(*turn)
        assert view.pixels.shape == (SIDE, SIDE, 3)
        assert view.weight.shape == (SIDE, SIDE)
        assert (view.weight[:, :20] == 0).all()
        assert (view.weight[:20] == 0).all()
        assert _inside(view.weight, view.landmarks[[28, 30, 33, 51]]).min() > 150
    found = find_faces(lifted.view(15, 0, 0).pixels)[0].landmarks
    away = np.linalg.norm(found - lifted.view(15, 0, 0).landmarks, axis=1)[17:]
    assert away.mean() < 0.02 * SIDE


@pytest.mark.parametrize("size", [16, 1500])
def test_photos_of_any_size_give_views_of_one_size(
    photo: Photo, face: Landmarks, size: int
) -> None:
    scale = size / photo.shape[0]
    scaled = np.asarray(cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    lifted = LiftedPortrait.of(scaled, (face + 0.5) * scale - 0.5)
    view = lifted.view(20, 0, 0)
    assert view.pixels.shape == (SIDE, SIDE, 3)
    assert view.weight.shape == (SIDE, SIDE)
    assert 0.25 * SIDE < np.ptp(view.landmarks[:, 1]) < 0.45 * SIDE


@pytest.mark.parametrize("colour", [0, 128])
def test_a_photo_without_contrast_is_lifted_too(face: Landmarks, colour: int) -> None:
    plain = np.full((512, 512, 3), colour, np.uint8)
    view = LiftedPortrait.of(plain, face).view(20, 5, 0)
    assert np.abs(view.pixels.astype(int) - colour).max() <= 1


def test_the_same_photo_gives_the_same_views(photo: Photo, face: Landmarks) -> None:
    first, second = (LiftedPortrait.of(photo, face).view(20, -5, 3) for _ in range(2))
    assert (first.pixels == second.pixels).all()
    assert (first.weight == second.weight).all()
    assert (first.landmarks == second.landmarks).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda face: face[:5], "68 are needed"),
        (lambda face: face * np.nan, "not numbers"),
        (lambda face: face * 0, "do not span a face"),
        (lambda face: face + 5000, "outside the photo"),
    ],
)
def test_landmarks_that_are_no_face_are_refused(
    photo: Photo, face: Landmarks, change: object, message: str
) -> None:
    assert callable(change)
    with pytest.raises(ReposeError, match=message):
        LiftedPortrait.of(photo, change(face))
