import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel, label_parts
from engine.face.pose import Pose3D
from engine.guidance.guides import GUIDE_CHANNELS, Maps, SourceHead, combined
from engine.guidance.warp2d import plain_warp
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

SIZE = 128
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def pixels(photo: Photo, face: Landmarks) -> Photo:
    """The crop around the sample's face."""
    return Crop.around(face).scaled(photo, SIZE)


@pytest.fixture(scope="module")
def parts(photo: Photo, face: Landmarks) -> Floats:
    return label_parts(photo, face).in_crop(Crop.around(face), SIZE)


@pytest.fixture(scope="module")
def pose(face: Landmarks) -> Pose3D:
    """The unchanged pose, in pixels of the crop."""
    return Pose3D.of(Crop.around(face).to_network(face, SIZE))


@pytest.fixture(scope="module")
def layers(pixels: Photo, parts: Floats, pose: Pose3D) -> SourceHead:
    return SourceHead(pixels, parts, pose.source.head)


def places_of_face(maps: Maps) -> Floats:
    assert maps.face.places is not None
    places = np.full((SIZE, SIZE, 2), np.nan, np.float32)
    places[maps.face.window.slices] = maps.face.places
    return places


def test_in_its_own_pose_the_source_is_unchanged(
    layers: SourceHead, pixels: Photo, pose: Pose3D
) -> None:
    maps = layers.maps(pose.head)
    guides = maps.guides(pixels)
    source = np.moveaxis(pixels * np.float32(1 / 255), 2, 0)
    np.testing.assert_array_equal(guides[:3], source)
    np.testing.assert_array_equal(guides[3:6], source)
    assert not maps.moved.any()
    assert not maps.patches
    assert 0.1 < (guides[6] > 0.1).mean() < 0.8
    nose = tuple(pose.source.landmarks[30, ::-1].round().astype(int))
    assert guides[6][nose] > 0.1, "the tip of the nose is seen"


@pytest.mark.parametrize("turn", [(50, 10, 0), (-70, 0, 20), (0, -30, 0)])
def test_guides_are_eight_channels_in_range(
    layers: SourceHead, pixels: Photo, pose: Pose3D, turn: tuple[float, float, float]
) -> None:
    maps = layers.maps(pose.turned(*turn).head)
    guides = maps.guides(pixels)
    assert guides.shape == (GUIDE_CHANNELS, SIZE, SIZE)
    assert guides.dtype == np.float32
    assert guides.min() >= 0
    assert guides.max() <= 1
    np.testing.assert_array_equal(combined(guides)[..., 1], guides[4])
    for values in (maps.valid, maps.mirrored, maps.moved):
        assert values.shape == (SIZE, SIZE)
        assert values.min() >= 0
        assert values.max() <= 1


@pytest.mark.parametrize("sliders", [(20, 0, 0), (-20, 8, 5), (0, -12, 0)])
def test_the_face_carries_landmarks_to_landmarks(
    layers: SourceHead, pose: Pose3D, sliders: tuple[float, float, float]
) -> None:
    turned = pose.turned(*sliders)
    target, own = turned.landmarks(), pose.source.landmarks
    places = places_of_face(layers.maps(turned.head))
    errors = []
    for index in (30, 33, 36, 39, 42, 45, 48, 54):
        x, y = target[index]
        column, row = round(float(x)), round(float(y))
        rest = np.array([x - column, y - row])  # the map is sampled at whole pixels
        errors.append(np.abs(places[row, column] + rest - own[index]).max())
    assert np.median(errors) < 0.6
    assert np.max(errors) < 3.5
    assert np.abs(target - own).max() > 4, "else the test shows nothing"


def test_a_turned_head_shows_its_hidden_side_from_the_other(
    layers: SourceHead, pixels: Photo, pose: Pose3D
) -> None:
    turned = pose.turned(45, 0, 0)
    picture = combined(layers.maps(turned.head).guides(pixels))
    other = SourceHead((picture * 255).astype(np.uint8), None, turned.head)
    back = other.maps(pose.source.head)
    mirrored = back.mirrored > 0.5
    assert mirrored.mean() > 0.01
    # The nose points to the image's right, so the image's right half of the face was hidden.
    assert np.nonzero(mirrored)[1].mean() > pose.source.landmarks[27:31, 0].mean()
    assert (layers.maps(pose.head).mirrored > 0.5).mean() < mirrored.mean()


@pytest.mark.parametrize("side", [-1, 1])
def test_what_comes_into_view_is_in_the_light_of_its_side(
    pixels: Photo, parts: Floats, pose: Pose3D, side: int
) -> None:
    """One half of the face lies in the shadow; the other's hidden rim comes into view, from the
    shadow's half, but as bright as without the shadow."""
    nose = pose.source.landmarks[27:31, 0].mean()
    ramp = (side * (np.arange(SIZE) - nose) / 8).clip(-1, 1)
    shaded = (pixels * (0.75 + 0.25 * ramp)[None, :, None]).astype(np.uint8)
    target, seen = pose.turned(-25 * side, 0, 0).head, []
    for picture in (pixels, shaded):
        maps = SourceHead(picture, parts, pose.head).maps(target)
        there = (maps.mirrored > 0.6)[maps.face.window.slices]
        assert there.sum() > 100
        seen.append(maps.face.colours[there].mean())
    assert seen[1] == pytest.approx(seen[0], rel=0.25)  # 0.5 in the shadow


@pytest.mark.parametrize("yaw", [-25, 25])
def test_background_and_body_stay_and_no_head_is_left_behind(
    layers: SourceHead, pixels: Photo, parts: Floats, pose: Pose3D, yaw: float
) -> None:
    maps = layers.maps(pose.turned(yaw, 0, 0).head)
    picture = combined(maps.guides(pixels))
    source = pixels / 255
    away = np.abs(picture - source).max(axis=2) > 0.02
    clothes = parts[..., PartLabel.CLOTHES] > 0.99
    clothes[: int(pose.source.landmarks[8, 1]) + 16] = False  # the neck may cover them above
    assert away[clothes].mean() < 0.02
    assert away[:, :4].mean() + away[:, -4:].mean() < 0.02
    # The head is not in what lies behind it.
    head = parts[..., [PartLabel.SKIN, PartLabel.HAIR]].sum(axis=2) > 0.99
    head[int(pose.source.landmarks[8, 1]) :] = False
    wall = np.median(source[parts[..., PartLabel.BACKGROUND] > 0.99], axis=0)
    behind = np.abs(maps.layers[0].colours[head] - wall).max(axis=1)
    assert behind.mean() < 0.1
    assert np.percentile(behind, 95) < 0.2


@pytest.mark.parametrize("yaw", [-25, 25])
def test_a_turned_head_is_no_higher(pixels: Photo, parts: Floats, pose: Pose3D, yaw: float) -> None:
    """Than the photo shows it; here with a low forehead and without hair above it."""
    own = pose.source.landmarks
    top = int(own[19:25, 1].min() - 0.5 * np.ptp(own[:, 1]))
    low = parts.copy()
    low[:top] = 0
    low[:top, :, PartLabel.BACKGROUND] = 1
    bald = pixels.copy()
    bald[:top] = pixels[:4].mean(axis=(0, 1))
    maps = SourceHead(bald, low, pose.source.head).maps(pose.turned(yaw, 0, 0).head)
    for layer in maps.layers[1:]:
        rows = np.nonzero((layer.alpha > 0.5).any(axis=1))[0]
        assert layer.window.top + rows[0] > top - 0.03 * SIZE, layer.name


@pytest.mark.parametrize("yaw", [-25, 25])
def test_hair_that_the_photo_hides_has_strands(
    layers: SourceHead, pixels: Photo, parts: Floats, pose: Pose3D, yaw: float
) -> None:
    _, unseen, _, sheet, _ = layers.maps(pose.turned(yaw, 0, 0).head).layers
    assert unseen.shown is not None
    before = np.zeros((SIZE, SIZE), np.float32)
    before[sheet.window.slices] = sheet.alpha
    before = before[unseen.window.slices]
    uncovered = (unseen.shown > 0.8) & (unseen.alpha > 0.9) & (before < 0.2)
    assert uncovered.sum() > 30

    def strands(picture: Floats, where: NDArray[np.bool_]) -> float:
        fine = picture - cv2.GaussianBlur(picture, (0, 0), 2)
        return float(np.abs(fine[where]).mean())

    hair = cv2.erode(parts[..., PartLabel.HAIR], np.ones((5, 5))) > 0.95
    photo = (pixels / 255).astype(np.float32)
    assert strands(unseen.colours, uncovered) > 0.3 * strands(photo, hair)


@pytest.mark.parametrize("hood", [False, True])
def test_a_scarf_stays_and_a_hood_moves(
    pixels: Photo, parts: Floats, pose: Pose3D, hood: bool
) -> None:
    own = pose.source.landmarks
    height, side = np.ptp(own[:, 1]), np.abs(own[[2, 14], 0] - own[30, 0]).max()
    y, x = np.mgrid[:SIZE, :SIZE] - own[30, ::-1].astype(int)[:, None, None]
    beside = (np.abs(x) > side + 3) & (np.abs(x) < side + 12)
    worn = parts.copy()
    there = beside & (y > (-1.5 if hood else -0.2) * height)
    worn[there] = 0
    worn[there, PartLabel.CLOTHES] = 1
    sheet = SourceHead(pixels, worn, pose.source.head).maps(pose.turned(25, 0, 0).head).layers[3]
    assert sheet.name == "hair, ears and neck"
    alpha = np.zeros((SIZE, SIZE), np.float32)
    alpha[sheet.window.slices] = sheet.alpha
    low = there & (np.abs(y) < 0.1 * height)
    assert (alpha[low].mean() > 0.5) == hood


def test_one_moved_brow_moves_little_else(layers: SourceHead, pose: Pose3D) -> None:
    own = pose.source.landmarks
    height = float(np.ptp(own[:, 1]))
    moved = layers.maps(pose.moved(range(17, 22), (0, -0.06 * height)).head).moved
    y, x = np.mgrid[:SIZE, :SIZE]
    places = np.stack([x, y], axis=2).reshape(-1, 1, 2)
    distance = np.linalg.norm(places - own[17:22], axis=2).min(axis=1).reshape(SIZE, SIZE)
    assert moved[distance < 0.05 * height].mean() > 0.5
    mouth = own[48:].round().astype(int)
    assert not moved[mouth[:, 1], mouth[:, 0]].any()
    assert (moved[distance > 0.6 * height] > 0).mean() < 0.08


@pytest.mark.parametrize("size", [64, 75])
def test_any_size(photo: Photo, face: Landmarks, size: int) -> None:
    crop = Crop.around(face)
    pixels, pose = crop.scaled(photo, size), Pose3D.of(crop.to_network(face, size))
    parts = label_parts(photo, face).in_crop(crop, size)
    layers = SourceHead(pixels, parts, pose.source.head)
    guides = layers.maps(pose.turned(15, 0, 0).head).guides(pixels)
    assert guides.shape == (GUIDE_CHANNELS, size, size)
    np.testing.assert_array_equal(
        layers.maps(pose.head).guides(pixels)[:3], np.moveaxis(pixels * np.float32(1 / 255), 2, 0)
    )


@pytest.mark.parametrize("spread", [30, 300, 3000])
@pytest.mark.parametrize("known", [True, False])
def test_wild_poses_give_numbers(
    pixels: Photo, parts: Floats, pose: Pose3D, spread: float, known: bool
) -> None:
    labels = parts if known else None
    wild = np.random.default_rng(4).normal(SIZE / 2, spread, (68, 2)).astype(np.float32)
    odd = Pose3D.of(wild).source
    for maps in (
        SourceHead(pixels, labels, pose.source.head).maps(pose.source.followed(wild)),
        SourceHead(pixels, labels, odd.head).maps(odd.followed(pose.source.landmarks)),
    ):
        guides = maps.guides(pixels)
        assert np.isfinite(guides).all()
        assert guides.min() >= 0
        assert guides.max() <= 1


def test_without_parts_the_whole_crop_is_a_sheet(pixels: Photo, pose: Pose3D) -> None:
    layers = SourceHead(pixels, None, pose.source.head)
    still, turned = (layers.maps(pose.turned(yaw, 0, 0).head) for yaw in (0, 25))
    np.testing.assert_array_equal(combined(still.guides(pixels)), pixels * np.float32(1 / 255))
    moved = np.abs(combined(turned.guides(pixels)) - pixels / 255).max(axis=2) > 0.05
    assert moved[[0, -1]].mean() < 0.05
    assert moved.mean() > 0.1


def test_plain_warp(pixels: Photo, pose: Pose3D) -> None:
    landmarks = pose.source.landmarks
    np.testing.assert_allclose(plain_warp(pixels, landmarks, landmarks), pixels, atol=1)
    moved = landmarks.copy()
    moved[48:68, 1] += 4
    warped = plain_warp(pixels, landmarks, moved)
    x, y = landmarks[51].round().astype(int)
    before = pixels[y - 1 : y + 2, x - 1 : x + 2].astype(float)
    after = warped[y + 3 : y + 6, x - 1 : x + 2].astype(float)
    assert np.abs(before - after).mean() < 12
    assert np.abs(warped[0].astype(int) - pixels[0]).max() <= 1, "the border stays"
    assert warped.dtype == pixels.dtype
