import tracemalloc

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D
from engine.guidance.guides import Maps, SourceHead
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo
from engine.inference import compositing

SIZE = 64
Floats = NDArray[np.float32]


def maps_of(crop: Crop, face: Landmarks, pose: Landmarks) -> Maps:
    pixels = np.full((SIZE, SIZE, 3), 128, np.uint8)
    lifted = LiftedFace.of(crop.to_network(face, SIZE))
    head = SourceHead(pixels, None, lifted.head)
    return head.maps(lifted.followed(crop.to_network(pose, SIZE)))


def paste(photo: Photo, crop: Crop, refined: Floats, maps: Maps) -> Photo:
    """The whole photo with the refined image."""
    result = photo.copy()
    result[crop.inside(photo)] = compositing.paste(photo, crop, refined, maps)
    return result


def outside(photo: Photo, crop: Crop) -> NDArray[np.bool_]:
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width]
    right, bottom = crop.left + crop.side, crop.top + crop.side
    inside = (x >= crop.left) & (x < right) & (y >= crop.top) & (y < bottom)
    return np.asarray(~inside, np.bool_)


def sharpness(picture: Photo) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std())


@pytest.mark.parametrize("cut", [(0, 512, 0, 512), (40, 300, 150, 330), (0, 250, 180, 512)])
def test_every_pixel_outside_the_crop_stays(
    photo: Photo, face: Landmarks, cut: tuple[int, int, int, int]
) -> None:
    top, bottom, left, right = cut
    picture = np.ascontiguousarray(photo[top:bottom, left:right])
    moved = face - np.array([left, top], np.float32)
    crop = Crop.around(moved)
    noise = np.random.default_rng(0).random((SIZE, SIZE, 3), np.float32)
    pasted = paste(picture, crop, noise, maps_of(crop, moved, moved))
    assert pasted.shape == picture.shape
    assert pasted.dtype == np.uint8
    away = outside(picture, crop)
    np.testing.assert_array_equal(pasted[away], picture[away])
    assert (pasted[~away] != picture[~away]).mean() > 0.5


def test_the_photo_is_not_touched(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    grey = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    pasted = paste(photo, crop, grey, maps_of(crop, face, face))  # photo is read-only
    assert not np.shares_memory(pasted, photo)


def test_no_seam_at_the_border_of_the_crop(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    plain = np.full_like(photo, 60)
    white = np.ones((SIZE, SIZE, 3), np.float32)
    pasted = paste(plain, crop, white, maps_of(crop, face, face)).astype(int)
    assert pasted[crop.top + crop.side // 2, crop.left + crop.side // 2].min() > 250
    steps = max(np.abs(np.diff(pasted, axis=axis)).max() for axis in (0, 1))
    assert steps < 40, "from 60 to 255, no step between neighbours is a seam"


def test_where_nothing_changed_the_photo_stays(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    refined = (crop.scaled(photo, SIZE) / np.float32(255)).astype(np.float32)
    same = paste(photo, crop, refined, maps_of(crop, face, face))
    np.testing.assert_array_equal(same, photo)
    refined[40:, :] = 0  # below, all changes
    changed = paste(photo, crop, refined, maps_of(crop, face, face))
    upper = crop.top + round(30 / SIZE * crop.side)
    np.testing.assert_array_equal(changed[:upper], photo[:upper])
    lower = crop.top + round(50 / SIZE * crop.side)
    assert changed[lower, crop.left + crop.side // 2].max() < 20


def test_full_size_sharpness_is_kept(photo: Photo, face: Landmarks) -> None:
    # The face at 4 times the size, with pores.
    rng = np.random.default_rng(1)
    large = cv2.resize(photo[:256, 96:352], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    pores = cv2.GaussianBlur(rng.normal(0, 50, large.shape[:2]), (0, 0), 1.5)[..., None]
    picture = (large + pores).clip(0, 255).astype(np.uint8)
    own = (((face - (96, 0)) + 0.5) * 4 - 0.5).astype(np.float32)
    crop = Crop.around(own)
    assert crop.side > 10 * SIZE
    pose = Pose3D.of(own).turned(12, 0, 0).landmarks()
    maps = maps_of(crop, own, pose)
    # A perfect network that shows what the guides show.
    guides = np.moveaxis(maps.guides(crop.scaled(picture, SIZE)), 0, 2)
    refined = np.where(guides[..., 6:7] > 0, guides[..., 3:6], guides[..., :3])
    pasted = paste(picture, crop, np.ascontiguousarray(refined, np.float32), maps)

    low, high = pose[27:48].min(axis=0).astype(int), pose[27:48].max(axis=0).astype(int)
    middle = (slice(low[1], high[1]), slice(low[0], high[0]))
    assert (pasted[middle] != picture[middle]).mean() > 0.8, "else the photo's own was kept"
    blurred = cv2.resize(cv2.resize(picture[middle], None, fx=0.1, fy=0.1), (200, 200))
    assert sharpness(pasted[middle]) > 0.6 * sharpness(picture[middle])
    assert sharpness(pasted[middle]) > 3 * sharpness(blurred)


def test_a_crop_far_beyond_the_photo_takes_little_memory(photo: Photo, face: Landmarks) -> None:
    """As for a point that is dragged far out of a large photo."""
    large = photo.repeat(4, axis=0).repeat(4, axis=1)
    own = ((face + 0.5) * 4 - 0.5).astype(np.float32)
    crop = Crop(-3000, -2000, 8000)
    tracemalloc.start()
    try:
        small = crop.scaled(large, SIZE)
        maps = maps_of(crop, own, own)
        compositing.paste(large, crop, (1 - small / 255).astype(np.float32), maps)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * large.nbytes < crop.side**2 * 3
    exact = cv2.resize(crop.cut(large), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert np.abs(exact.astype(int) - small).mean() < 2
