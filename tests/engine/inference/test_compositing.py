import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.landmarks import Landmarks
from engine.face.parts import label_parts
from engine.face.pose import Pose3D
from engine.guidance.guides import Maps, SourceHead, combined
from engine.guidance.patches import Window
from engine.imaging.colour import Stored, over_white, to_8_bits
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo
from engine.inference import compositing, full_size
from engine.inference.compositing import only_moved
from engine.inference.full_size import Carrier, MovedDetail
from engine.inference.predictor import Predictor

SIZE = 256
Floats = NDArray[np.float32]


def moved_maps(photo: Photo, crop: Crop, pose: Pose3D) -> tuple[Maps, Floats]:
    """The maps of a pose of the photo's face, and their layers together."""
    pixels, source = crop.scaled(photo, SIZE), pose.source
    parts = label_parts(photo, source.landmarks).in_crop(crop, SIZE)
    layers = SourceHead(pixels, parts, source.head.in_crop(crop, SIZE))
    maps = layers.maps(pose.head.in_crop(crop, SIZE))
    return maps, combined(maps.guides(pixels))


def paste(photo: Photo, crop: Crop, refined: Floats, maps: Maps, layered: Floats) -> Photo:
    """The whole photo with the refined image."""
    result = photo.copy()
    result[crop.inside(photo)] = compositing.paste(photo, crop, refined, maps, layered)
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
    picture.setflags(write=False)
    pose = Pose3D.of(face - np.array([left, top], np.float32)).turned(20, 0, 0)
    crop = Crop.around(pose.source.landmarks)
    noise = np.random.default_rng(0).random((SIZE, SIZE, 3), np.float32)
    pasted = paste(picture, crop, noise, *moved_maps(picture, crop, pose))
    assert pasted.shape == picture.shape
    assert pasted.dtype == np.uint8
    away = outside(picture, crop)
    np.testing.assert_array_equal(pasted[away], picture[away])
    assert (pasted[~away] != picture[~away]).mean() > 0.2


def test_no_seam_at_the_border_of_the_crop(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    maps, layered = moved_maps(photo, crop, Pose3D.of(face))
    everywhere = replace(maps, moved=np.ones((SIZE, SIZE), np.float32))
    white = np.ones((SIZE, SIZE, 3), np.float32)
    pasted = paste(np.full_like(photo, 60), crop, white, everywhere, layered).astype(int)
    assert pasted[crop.top + crop.side // 2, crop.left + crop.side // 2].min() > 250
    steps = max(np.abs(np.diff(pasted, axis=axis)).max() for axis in (0, 1))
    assert steps < 40, "from 60 to 255, no step between neighbours is a seam"


def test_where_nothing_moved_the_photo_stays(photo: Photo, face: Landmarks) -> None:
    """Whatever the networks draw there."""
    crop, pose = Crop.around(face), Pose3D.of(face)
    noise = np.random.default_rng(0).random((SIZE, SIZE, 3), np.float32)
    still = moved_maps(photo, crop, pose)
    np.testing.assert_array_equal(paste(photo, crop, noise, *still), photo)
    np.testing.assert_array_equal(
        only_moved(noise, crop.scaled(photo, SIZE), *still),
        crop.scaled(photo, SIZE) * np.float32(1 / 255),
    )
    height = float(np.ptp(face[:, 1]))
    brow = pose.moved(range(17, 22), (0, -0.06 * height))
    maps, layered = moved_maps(photo, crop, brow)
    changed = paste(photo, crop, layered, maps, layered)
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    places = np.stack([x, y], axis=2).reshape(-1, 1, 2)
    distance = np.linalg.norm(places - face[17:22], axis=2).min(axis=1).reshape(y.shape)
    differs = np.abs(changed.astype(int) - photo).max(axis=2) > 2
    assert differs[distance < 0.05 * height].mean() > 0.4
    assert differs[distance > 0.3 * height].mean() < 0.002


def test_full_size_sharpness_is_kept(photo: Photo, face: Landmarks) -> None:
    # The face at 4 times the size, with pores.
    rng = np.random.default_rng(1)
    large = cv2.resize(photo[:256, 96:352], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    pores = cv2.GaussianBlur(rng.normal(0, 50, large.shape[:2]), (0, 0), 1.5)[..., None]
    picture = (large + pores).clip(0, 255).astype(np.uint8)
    own = (((face - (96, 0)) + 0.5) * 4 - 0.5).astype(np.float32)
    crop = Crop.around(own)
    assert crop.side > 3 * SIZE
    turned = Pose3D.of(own).turned(12, 0, 0)
    maps, layered = moved_maps(picture, crop, turned)
    pasted = paste(picture, crop, layered, maps, layered)  # a network that shows the guides

    pose = turned.landmarks()
    low, high = pose[27:48].min(axis=0).astype(int), pose[27:48].max(axis=0).astype(int)
    middle = (slice(low[1], high[1]), slice(low[0], high[0]))
    assert (pasted[middle] != picture[middle]).mean() > 0.8, "else the photo's own was kept"
    blurred = cv2.resize(cv2.resize(picture[middle], None, fx=0.1, fy=0.1), (200, 200))
    assert sharpness(pasted[middle]) > 0.6 * sharpness(picture[middle])
    assert sharpness(pasted[middle]) > 3 * sharpness(blurred)


def test_a_small_face_is_as_sharp_as_the_photo(photo: Photo, face: Landmarks) -> None:
    """Smaller than the networks' image, which enlarges it: that would take its finest detail."""
    half = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = np.asarray(half, np.uint8)
    own = ((face + 0.5) * 0.5 - 0.5).astype(np.float32)
    crop = Crop.around(own)
    assert crop.side < SIZE
    turned = Pose3D.of(own).turned(10, 0, 0)
    maps, layered = moved_maps(small, crop, turned)
    pasted = paste(small, crop, layered, maps, layered)
    pose = turned.landmarks()
    low, high = pose[17:48].min(axis=0).astype(int), pose[17:48].max(axis=0).astype(int)
    middle = (slice(low[1], high[1]), slice(low[0], high[0]))
    assert (pasted[middle] != small[middle]).mean() > 0.8, "else the photo's own was kept"
    assert sharpness(pasted[middle]) > 0.8 * sharpness(small[middle])


@pytest.mark.parametrize("yaw", [-25, 25])
def test_no_old_outline_is_left_within_the_head(photo: Photo, face: Landmarks, yaw: float) -> None:
    """Where a turned head goes on behind its old outline, before a bright wall."""
    part = cv2.resize(photo[:256, 96:352], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    large = np.asarray(part, np.uint8)
    own = (((face - (96, 0)) + 0.5) * 4 - 0.5).astype(np.float32)
    crop, pose = Crop.around(own), Pose3D.of(own).turned(yaw, 0, 0)
    maps, layered = moved_maps(large, crop, pose)
    _, unseen, _, sheet, _ = maps.layers
    before, behind = np.zeros((2, SIZE, SIZE), np.float32)
    before[sheet.window.slices], behind[unseen.window.slices] = sheet.alpha, unseen.alpha
    edge = cv2.morphologyEx((before > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3)))
    within = cv2.erode(behind, np.ones((15, 15))) > 0.9
    lines = (edge > 0) & within & (maps.moved > 0.9)
    assert lines.sum() > 20
    pasted = paste(large, crop, layered, maps, layered)  # a network that shows the guides
    shown = crop.scaled(pasted, SIZE) / 255
    apart = np.abs(shown - layered).max(axis=2)
    assert np.percentile(apart[lines], 90) < 0.03


def test_bands_in_several_threads_are_the_same_picture(photo: Photo, face: Landmarks) -> None:
    """Also beside tiles' borders: the layers that a tile shows are the only ones that it needs."""
    large = np.asarray(cv2.resize(photo, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8)
    own = ((face + 0.5) * 3 - 0.5).astype(np.float32)
    crop, before = Crop.around(own), cv2.getNumThreads()
    maps, layered = moved_maps(large, crop, Pose3D.of(own).turned(25, 5, 0))
    pasted = []
    try:
        for threads, tile in ((1, (512, 128)), (3, (512, 128)), (1, (4096, 4096))):
            cv2.setNumThreads(threads)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(full_size, "_TILE", tile)
                pasted.append(paste(large, crop, layered, maps, layered))
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(pasted[0], pasted[1])
    assert np.abs(pasted[0].astype(int) - pasted[2]).max() <= 1


def test_detail_that_carriers_move_is_that_of_their_places() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)
    shrunk = np.full((SIZE, SIZE, 3), 100, np.uint8)
    y, x = np.mgrid[:200, :220].astype(np.float32)
    step = 3 * SIZE / 600  # three pixels of the photo
    weight = np.full(x.shape, 0.5, np.float32)
    carrier = Carrier(Window(20, 20, 220, 200), x + 20 + step, y + 20 - step, weight)
    detail = MovedDetail.of(photo, (0, 0), shrunk, [carrier], 600)
    moved = detail.at(Window(100, 150, 300, 120))
    wanted = (photo[147:267, 103:403].astype(np.float32) - 100) / 2
    assert np.abs(moved - wanted).max() < 2  # places are whole pixels but for rounding
    assert not detail.at(Window(0, 0, 40, 30)).any()


def test_a_crop_far_beyond_the_photo_takes_little_memory(photo: Photo, face: Landmarks) -> None:
    """As for a point that is dragged far out of a large photo."""
    large = photo.repeat(4, axis=0).repeat(4, axis=1)
    own = ((face + 0.5) * 4 - 0.5).astype(np.float32)
    crop = Crop(-3000, -2000, 8000)
    maps, layered = moved_maps(large, crop, Pose3D.of(own).turned(10, 0, 0))
    tracemalloc.start()
    try:
        small = crop.scaled(large, SIZE)
        compositing.paste(large, crop, (1 - small / 255).astype(np.float32), maps, layered)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * large.nbytes < crop.side**2 * 3
    exact = cv2.resize(crop.cut(large), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert np.abs(exact.astype(int) - small).mean() < 2


def test_sixteen_bits_stay_and_the_face_has_them_too(
    predictor: Predictor, photo: Photo, face: Landmarks
) -> None:
    """Outside bit for bit; inside the same picture without bands of 1/256."""
    noise = np.random.default_rng(0).integers(-100, 100, photo.shape)
    deep = (photo.astype(np.int64) * 257 + noise).clip(0, 65535).astype(np.uint16)
    source, pose = predictor.cut(photo, face), Pose3D.of(face).turned(20, 0, 0).landmarks()
    (prediction,) = predictor.predict_all([predictor.pose(source, pose)])
    plain, pasted = prediction.pasted(), prediction.pasted(stored=deep)
    assert pasted.dtype == np.uint16
    away = outside(photo, source.crop)
    assert (pasted[away] == deep[away]).all()
    changed = (plain != photo).any(axis=2)
    assert np.abs(pasted[changed] / 257 - plain[changed]).mean() < 1
    assert len(np.unique(pasted[changed] % 257)) == 257
    (own,) = predictor.predict_all([predictor.pose(source, face)])
    assert (own.pasted(stored=deep) == deep).all()


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_transparent_photo_stays_transparent(
    predictor: Predictor, photo: Photo, face: Landmarks, depth: type[np.uint8 | np.uint16]
) -> None:
    """What is cut out moves with the head; over white it is the result for the photo on white."""
    white = np.iinfo(depth).max
    head = np.zeros(photo.shape[:2], np.uint8)
    cv2.ellipse(head, (224, 110), (70, 95), 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    scale = white // 255
    cut: Stored = np.asarray(np.dstack([photo, head]).astype(np.uint16) * scale, depth)
    on_white = to_8_bits(over_white(cut))
    source, pose = predictor.cut(on_white, face), Pose3D.of(face).turned(25, 0, 0).landmarks()
    (prediction,) = predictor.predict_all([predictor.pose(source, pose)])
    pasted = prediction.pasted(stored=cut)
    assert pasted.dtype == depth
    assert (pasted[outside(photo, source.crop)] == cut[outside(photo, source.crop)]).all()
    assert not pasted[:, :100, 3].any(), "far from the head nothing appears"
    assert (pasted[90:170, 200:240, 3] == white).all(), "the face is opaque"
    assert (pasted[..., 3] != cut[..., 3]).any(), "the outline has moved"
    difference = np.abs(to_8_bits(over_white(pasted)).astype(int) - prediction.pasted())
    assert np.percentile(difference, 99) <= 2
    opaque = np.dstack([on_white, np.full(head.shape, 255, np.uint8)])
    assert (prediction.pasted(stored=opaque)[..., :3] == prediction.pasted()).all()


def test_a_shut_eye_is_that_of_the_head_whatever_the_networks_draw(
    photo: Photo, face: Landmarks
) -> None:
    crop = Crop.around(face)
    asleep = Pose3D.of(face).with_coefficients({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
    maps, layered = moved_maps(photo, crop, asleep)
    noise = np.random.default_rng(0).random((SIZE, SIZE, 3), np.float32)
    mixed = only_moved(noise, crop.scaled(photo, SIZE), maps, layered)
    assert len(maps.patches) == 2
    for patch in maps.patches:
        drawn = patch.alpha > 0.99
        assert drawn.sum() > 50
        window = patch.window.rows, patch.window.columns
        np.testing.assert_allclose(mixed[window][drawn], layered[window][drawn], atol=0.02)


def test_beside_the_head_layers_replace_a_haze_and_nothing_else(
    photo: Photo, face: Landmarks
) -> None:
    crop = Crop.around(face)
    maps, layered = moved_maps(photo, crop, Pose3D.of(face).turned(25, 0, 0))
    pixels = crop.scaled(photo, SIZE)
    beside, source = (maps.beside > 0.999) & (maps.moved > 0), pixels / 255
    assert beside.sum() > 20
    for difference, replaced in ((0.04, True), (0.3, False)):
        drawn = layered + np.float32(difference) * np.where(layered > 0.5, -1, 1)
        mixed = only_moved(drawn.astype(np.float32), pixels, maps, layered)
        chosen = layered if replaced else drawn
        wanted = source + maps.moved[..., None] * (chosen - source)
        np.testing.assert_allclose(mixed[beside], wanted[beside], atol=0.01)
        within = (maps.beside == 0) & (maps.moved == 1)
        assert np.abs(mixed - layered)[within].mean() > 0.8 * difference
