from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.coefficients import REST, Coefficients
from engine.face.landmarks import Landmarks
from engine.face.parts import label_parts
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead
from engine.guidance.guides import SourceHead, combined
from engine.guidance.mouth import Mouth
from engine.guidance.patches import LUMA, Floats
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

SIZE = 256


@pytest.fixture(scope="module")
def crop(face: Landmarks) -> Crop:
    return Crop.around(face)


@pytest.fixture(scope="module")
def smiling(face: Landmarks) -> Pose3D:
    """The sample's face, which shows its teeth."""
    return Pose3D.of(face)


@pytest.fixture(scope="module")
def closed(smiling: Pose3D) -> Pose3D:
    """The same face, at rest."""
    return replace(smiling, coefficients=REST)


@pytest.fixture(scope="module")
def parts(photo: Photo, face: Landmarks) -> Floats:
    return label_parts(photo, face).probabilities


def skin() -> NDArray[np.uint8]:
    """A picture (S, S, 3) of skin, with more than one hue."""
    pixels = np.full((SIZE, SIZE, 3), (200, 160, 140), np.uint8)
    pixels[:64] = np.random.default_rng(0).integers(0, 255, (64, SIZE, 3))
    return pixels


def posed(pose: Pose3D, crop: Crop, size: int = SIZE, **coefficients: float) -> PosedHead:
    return pose.with_coefficients(coefficients).head.in_crop(crop, size)


def picture_of(pixels: NDArray[np.uint8]) -> Floats:
    return np.ascontiguousarray(np.moveaxis(pixels, 2, 0) / 255, np.float32)


def test_what_does_not_change_is_not_drawn(
    photo: Photo, smiling: Pose3D, crop: Crop, parts: Floats
) -> None:
    head = smiling.head.in_crop(crop, SIZE)
    mouth = Mouth(crop.scaled(photo, SIZE), parts, head)
    assert mouth.patches(head) == []
    assert mouth.patches(posed(smiling, crop, eyeBlink_L=1, browInnerUp=1)) == []


def test_an_opened_mouth_shows_teeth_and_the_dark(closed: Pose3D, crop: Crop) -> None:
    head = closed.head.in_crop(crop, SIZE)
    pixels = skin()
    picture = picture_of(pixels)
    target = posed(closed, crop, jawOpen=0.7, mouthUpperUp_L=0.8, mouthUpperUp_R=0.8)
    Mouth(pixels, None, head).paint(picture, target)
    (x, upper), (_, lower) = target.landmarks[[62, 66]].round().astype(int)
    assert lower - upper > 20, "else the test shows little"
    teeth, middle = picture[:, upper + 2 : upper + 6, x], picture[:, (upper + lower) // 2, x]
    assert (LUMA @ teeth).max() > 0.5
    assert (teeth.max(axis=0) - teeth.min(axis=0)).min() < 0.12, "teeth have next to no hue"
    assert LUMA @ middle < 0.4
    assert middle[0] > 1.3 * middle[1], "tongue and palate are red"
    changed = (np.abs(picture - picture_of(pixels)) > 0.02).any(axis=0)
    assert not changed[upper - 4, x]
    assert not changed[lower + 4, x]
    assert changed.mean() < 0.05


def test_the_less_it_opens_the_less_is_painted(closed: Pose3D, crop: Crop) -> None:
    head = closed.head.in_crop(crop, SIZE)
    mouth = Mouth(skin(), None, head)
    shares = [
        sum(
            float(patch.alpha.max()) for patch in mouth.patches(posed(closed, crop, jawOpen=amount))
        )
        for amount in (0.0, 0.04, 0.08, 0.5)
    ]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0 < shares[1] < shares[3] == 1


def test_the_sources_own_upper_teeth_stay_where_they_are(
    photo: Photo, smiling: Pose3D, crop: Crop, parts: Floats
) -> None:
    head = smiling.head.in_crop(crop, SIZE)
    pixels = crop.scaled(photo, SIZE)
    picture = picture_of(pixels)
    x, y = head.landmarks[[62, 66]].mean(axis=0).round().astype(int)
    tooth = picture[:, y, x].copy()
    picture[:] = 0
    target = posed(smiling, crop, jawOpen=smiling.shown["jawOpen"] + 0.5)
    Mouth(pixels, parts, head).paint(picture, target)
    np.testing.assert_allclose(picture[:, y, x], tooth, atol=0.06)


def test_a_photo_without_colour_stays_without(closed: Pose3D, crop: Crop) -> None:
    head = closed.head.in_crop(crop, SIZE)
    grey = np.repeat((skin() @ LUMA).round().astype(np.uint8)[..., None], 3, axis=2)
    picture = picture_of(grey)
    Mouth(grey, None, head).paint(picture, posed(closed, crop, jawOpen=0.8))
    assert (picture != picture_of(grey)).any()
    assert np.ptp(picture, axis=0).max() < 2 / 255


def test_a_tongue_that_is_out_covers_the_lower_lip(closed: Pose3D, crop: Crop) -> None:
    head = closed.head.in_crop(crop, SIZE)
    pixels = skin()
    mouth = Mouth(pixels, None, head)
    changed = []
    for out in (0.0, 1.0):
        picture = picture_of(pixels)
        target = posed(closed, crop, jawOpen=0.4, tongueOut=out)
        mouth.paint(picture, target)
        x, y = target.landmarks[[66, 57]].mean(axis=0).round().astype(int)
        changed.append(np.abs(picture - picture_of(pixels))[:, y, x].max())
    assert changed[0] < 0.05 < changed[1]


def test_at_full_size_the_same_is_drawn(closed: Pose3D, crop: Crop) -> None:
    pictures = []
    for size in (SIZE, 2 * SIZE):
        head = closed.head.in_crop(crop, size)
        pixels = skin().repeat(size // SIZE, axis=0).repeat(size // SIZE, axis=1)
        picture = picture_of(pixels)
        Mouth(pixels, None, head).paint(picture, posed(closed, crop, size, jawOpen=0.6))
        pictures.append(picture)
    mean = pictures[1].reshape(3, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
    drawn = (pictures[0] != picture_of(skin())).any(axis=0)
    assert np.abs(mean - pictures[0])[:, drawn].mean() < 0.06


def test_the_sources_own_inside_turns_with_the_head(
    photo: Photo, smiling: Pose3D, crop: Crop, parts: Floats
) -> None:
    head = smiling.head.in_crop(crop, SIZE)
    pixels = crop.scaled(photo, SIZE)
    own = picture_of(pixels)
    for turned in (smiling.turned(0, 12, 0), smiling.turned(15, 0, 0)):
        target = turned.head.in_crop(crop, SIZE)
        picture = np.zeros_like(own)
        Mouth(pixels, parts, head).paint(picture, target)
        places = [
            points[[62, 66]].mean(axis=0).round().astype(int)
            for points in (head.landmarks, target.landmarks)
        ]
        before, after = (p[:, y, x] for p, (x, y) in zip((own, picture), places, strict=True))
        np.testing.assert_allclose(after, before, atol=0.08)


def test_a_mouth_that_closes_shows_no_teeth(
    photo: Photo, smiling: Pose3D, closed: Pose3D, crop: Crop, parts: Floats
) -> None:
    pixels = crop.scaled(photo, SIZE)
    layers = SourceHead(pixels, parts, smiling.head.in_crop(crop, SIZE))
    pale = []
    for pose in (smiling, closed):
        head = pose.head.in_crop(crop, SIZE)
        picture = combined(layers.maps(head).guides(pixels))
        middle = head.landmarks[[61, 62, 63, 65, 66, 67]]
        low, high = middle.min(axis=0) - 1, middle.max(axis=0) + 2
        (left, top), (right, bottom) = low.astype(int), high.astype(int)
        mouth = picture[top:bottom, left:right]
        lips = np.median(mouth.reshape(-1, 3), axis=0) if pose is closed else None
        saturation = 1 - mouth.min(axis=2) / mouth.max(axis=2)
        pale.append(float(((saturation < 0.25) & (mouth @ LUMA > 0.5)).mean()))
        if lips is not None:
            assert lips[0] > 1.2 * lips[1], "lips are red"
    assert pale[0] > 0.3, "else the test shows little"
    assert pale[1] < 0.3 * pale[0]


def test_lips_that_hardly_close_are_not_drawn(
    photo: Photo, smiling: Pose3D, crop: Crop, parts: Floats
) -> None:
    mouth = Mouth(crop.scaled(photo, SIZE), parts, smiling.head.in_crop(crop, SIZE))
    heights: list[float] = []
    for share in (0.97, 0.1):
        less = Coefficients.from_array(smiling.shown.array * share)
        target = replace(smiling, coefficients=less).head.in_crop(crop, SIZE)
        drawn = sum(patch.window.height for patch in mouth.patches(target))
        heights.append(max(float(drawn - np.ptp(target.landmarks[60:68, 1])), 0.0))
    lips = 0.1 * smiling.head.in_crop(crop, SIZE).pose.scale
    assert heights[0] + lips < heights[1]


def test_the_rims_of_an_open_mouth_are_apart_up_to_the_corners(closed: Pose3D, crop: Crop) -> None:
    head = closed.head.in_crop(crop, 4 * SIZE)
    mouth = Mouth(np.zeros((4 * SIZE, 4 * SIZE, 3), np.uint8), None, head)
    upper, lower = mouth._rims(posed(closed, crop, 4 * SIZE, jawOpen=0.7))
    gaps = (lower - upper)[:, 1] / head.pose.scale
    middle = len(gaps) // 2
    assert (np.diff(gaps[: middle - 1]) > 0).all()
    assert (np.diff(gaps[middle + 2 :]) < 0).all()
    assert gaps.min() > 0.005
