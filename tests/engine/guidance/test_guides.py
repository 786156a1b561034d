from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.head import mean_head
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.parts import PartLabel, label_parts
from engine.face.pose import Pose3D
from engine.guidance.guides import GUIDE_CHANNELS, Maps, SourceHead, combined
from engine.guidance.layers import smaller
from engine.guidance.warp2d import plain_warp
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo
from engine.imaging.raster import draw
from engine.imaging.resampling import enlarged_map, warp

SIZE = 128


@pytest.fixture(scope="module")
def pixels(photo: Photo, face: Landmarks) -> Photo:
    """The crop around the sample's face."""
    return Crop.around(face).scaled(photo, SIZE)


@pytest.fixture(scope="module")
def landmarks(face: Landmarks) -> Landmarks:
    return Crop.around(face).to_network(face, SIZE)


class Guided:
    """The layers of a face, and heads with other landmarks."""

    def __init__(self, pixels: Photo, landmarks: Landmarks, parts: Any = None) -> None:
        self.face = LiftedFace.of(landmarks)
        self.layers = SourceHead(pixels, parts, self.face.head)

    def maps(self, landmarks: Landmarks) -> Maps:
        return self.layers.maps(self.face.followed(landmarks))


@pytest.fixture(scope="module")
def head(pixels: Photo, landmarks: Landmarks) -> Guided:
    return Guided(pixels, landmarks)


@pytest.fixture(scope="module")
def parts(photo: Photo, face: Landmarks) -> NDArray[np.float32]:
    """(S, S, 6) the sample's parts."""
    return smaller(label_parts(photo, face).probabilities, SIZE)


@pytest.fixture(scope="module")
def layered(pixels: Photo, landmarks: Landmarks, parts: NDArray[np.float32]) -> Guided:
    """The sample with its parts."""
    return Guided(pixels, landmarks, parts)


def drawn_slowly(
    points: NDArray[np.float32], depth: NDArray[np.float32] | None, triangles: NDArray[np.int32]
) -> dict[tuple[int, int], tuple[int, NDArray[np.float64]]]:
    """What `draw` draws, pixel by pixel: (x, y) to the triangle and the weights there."""
    order = list(range(len(triangles)))
    if depth is not None:
        order.sort(key=lambda t: depth[triangles[t]].sum())
    seen = {}
    for y in range(24):
        for x in range(32):
            for t in order:
                corners = np.vstack([points[triangles[t]].T, np.ones(3)])
                if abs(np.linalg.det(corners)) < 1e-6:
                    continue
                weights = np.linalg.solve(corners, (x, y, 1))
                if weights.min() >= -1e-4:
                    seen[x, y] = (t, weights)
    return seen


@pytest.mark.parametrize("with_depth", [True, False])
def test_drawing_against_drawing_pixel_by_pixel(with_depth: bool) -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform((-8, -8), (40, 32), (24, 2)).astype(np.float32)
    depth = rng.normal(0, 5, 24).astype(np.float32) if with_depth else None
    triangles = rng.permuted(np.tile(np.arange(24), (14, 1)), axis=1)[:, :3].astype(np.int32)
    triangles[5] = triangles[5, [0, 0, 1]]  # no area, nothing to draw
    expected = drawn_slowly(points, depth, triangles)
    drawing = draw(points, depth, triangles, 24, 32)
    assert 200 < len(expected) < 24 * 32, "else the test shows little"
    found = {(int(p % 32), int(p // 32)) for p in drawing.pixels}
    assert found == set(expected)
    for k, pixel in enumerate(drawing.pixels):
        triangle, weights = expected[int(pixel % 32), int(pixel // 32)]
        assert drawing.triangles[k] == triangle
        assert drawing.weights[k] == pytest.approx(weights, abs=1e-3)


def test_drawing_interpolates_the_corners() -> None:
    points = np.array([(0, 0), (10, 0), (0, 10)], np.float32)
    triangles = np.array([(0, 1, 2)], np.int32)
    drawing = draw(points, None, triangles, 12, 12)
    values = drawing.interpolate(points, triangles)
    np.testing.assert_allclose(values[:, 0], drawing.pixels % 12, atol=1e-4)
    np.testing.assert_allclose(values[:, 1], drawing.pixels // 12, atol=1e-4)
    assert len(values) == 66  # 11 pixels on the first line, one less on each further


def test_nothing_to_draw() -> None:
    away = np.array([(50, 50), (60, 50), (50, 60)], np.float32)
    assert len(draw(away, None, np.array([(0, 1, 2)], np.int32), 12, 12).pixels) == 0


def test_own_pose_reproduces_the_source(head: Guided, pixels: Photo, landmarks: Landmarks) -> None:
    guides = head.maps(landmarks).guides(pixels)
    source = np.moveaxis(pixels, 2, 0) / 255
    inner = (slice(None), slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(guides[:3][inner], source[inner], atol=0.02)  # the 2D warp
    np.testing.assert_allclose(guides[:3], source, atol=0.3)
    valid = guides[6] > 0.1
    assert 0.15 < valid.mean() < 0.8
    plain = valid & (guides[7] == 0)
    difference = np.abs(guides[3:6] - source)[:, plain]
    assert difference.mean() < 0.01
    assert np.percentile(difference, 99) < 0.05
    assert valid[tuple(landmarks[30, ::-1].round().astype(int))], "the tip of the nose is seen"


def test_guides_are_eight_channels_in_range(
    head: Guided, pixels: Photo, landmarks: Landmarks
) -> None:
    maps = head.maps(Pose3D.of(landmarks).turned(50, 10, 0).landmarks())
    guides = maps.guides(pixels)
    assert guides.shape == (GUIDE_CHANNELS, SIZE, SIZE)
    assert guides.dtype == np.float32
    assert guides.min() >= 0
    assert guides.max() <= 1
    empty = maps.valid == 0
    assert 0.2 < empty.mean() < 0.9
    assert not guides[6:, empty].any(), "not valid where the 3D warp shows nothing"
    np.testing.assert_allclose(guides[3:6, empty], guides[:3, empty], atol=0.1)  # soft at edges
    np.testing.assert_array_equal(combined(guides)[..., 1], guides[4])


@pytest.mark.parametrize("sliders", [(20, 0, 0), (-20, 8, 5), (0, -12, 0)])
def test_both_warps_carry_landmarks_to_landmarks(
    head: Guided, landmarks: Landmarks, sliders: tuple[float, float, float]
) -> None:
    target = Pose3D.of(landmarks).turned(*sliders).landmarks()
    maps = head.maps(target)
    seen = (30, 33, 36, 39, 42, 45, 48, 54, 8)
    for places in (maps.warp2d, maps.warp3d):
        errors = []
        for index in seen:
            x, y = target[index]
            column, row = round(float(x)), round(float(y))
            rest = np.array([x - column, y - row])  # the maps are sampled at whole pixels
            errors.append(np.abs(places[row, column] + rest - landmarks[index]).max())
        assert np.median(errors) < 0.5
        assert np.max(errors) < 3.5
    assert np.abs(target - landmarks).max() > 4, "else the test shows nothing"


def test_a_turned_head_shows_its_hidden_side_from_the_other(
    head: Guided, pixels: Photo, landmarks: Landmarks
) -> None:
    turned = Pose3D.of(landmarks).turned(45, 0, 0).landmarks()
    other = Guided(pixels, turned)
    back = other.maps(landmarks).guides(pixels)
    mirrored = back[7] > 0.5
    assert mirrored.mean() > 0.01
    # The nose points to the image's right, so the image's right half of the face was hidden.
    columns = np.nonzero(mirrored)[1]
    assert columns.mean() > landmarks[27:31, 0].mean()
    assert (head.maps(landmarks).mirrored > 0.5).mean() < mirrored.mean()


def test_the_background_stays(head: Guided, landmarks: Landmarks) -> None:
    maps = head.maps(Pose3D.of(landmarks).turned(25, 0, 0).landmarks())
    y, x = np.mgrid[:SIZE, :SIZE]
    moved = np.linalg.norm(maps.warp2d - np.stack([x, y], axis=2), axis=2)
    assert moved[[0, 0, -1, -1], [0, -1, 0, -1]].max() < 1
    assert moved[[0, -1]].max() < 3
    assert moved[landmarks[30, 1].round().astype(int)].max() > 4


@pytest.mark.parametrize("size", [64, 75])
def test_any_size(photo: Photo, face: Landmarks, size: int) -> None:
    crop = Crop.around(face)
    small = crop.to_network(face, size)
    pixels = crop.scaled(photo, size)
    guides = Guided(pixels, small).maps(small).guides(pixels)
    assert guides.shape == (GUIDE_CHANNELS, size, size)
    source = np.moveaxis(pixels, 2, 0) / 255
    assert np.abs(guides[:3] - source).mean() < 0.01


@pytest.mark.parametrize("spread", [30, 300, 3000])
def test_wild_poses_give_numbers(head: Guided, pixels: Photo, spread: float) -> None:
    wild = np.random.default_rng(4).normal(SIZE / 2, spread, (68, 2)).astype(np.float32)
    for guides in (
        head.maps(wild).guides(pixels),
        Guided(pixels, wild).maps(wild).guides(pixels),
    ):
        assert np.isfinite(guides).all()
        assert guides.min() >= 0
        assert guides.max() <= 1


def test_plain_warp(pixels: Photo, landmarks: Landmarks) -> None:
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


def test_warp_beyond_the_border_is_black(pixels: Photo) -> None:
    away = np.full((4, 4, 2), -50, np.float32)
    assert not warp(pixels, away).any()


def test_mesh_landmarks_are_on_the_mesh() -> None:
    head = mean_head()
    assert head.triangles.max() < len(head.vertices)
    assert head.landmark_vertices.max() < len(head.vertices)


def test_where_a_map_jumps_it_is_not_blurred() -> None:
    # Two halves of a picture that come from places far apart: nothing comes from between them.
    places = np.zeros((2, 16, 16), np.float32)
    places[:, :, 8:] = 12
    large = enlarged_map(places, None, 32)
    assert set(np.unique(large)) == {0, 12}
    # A smooth map is interpolated, and what is not covered does not count.
    ramp = np.stack(np.meshgrid(np.arange(16), np.arange(16))).astype(np.float32)
    coverage = np.ones((16, 16), np.float32)
    coverage[:, :4] = 0
    large = enlarged_map(ramp * coverage, coverage, 32)
    np.testing.assert_allclose(
        large[0, 4:-4, 10:-4], np.tile((np.arange(10, 28) - 0.5) / 2, (24, 1))
    )


def test_no_background_is_painted_on_the_face(pixels: Photo, landmarks: Landmarks) -> None:
    # The image's left half of the face hidden behind what the rim shows: landmarks that missed it.
    wall = np.full_like(pixels, (60, 90, 200))
    half = pixels.copy()
    half[:, : round(float(landmarks[27, 0]))] = wall[0, 0]
    half[:8] = half[:, :8] = half[:, -8:] = wall[0, 0]
    face = np.s_[landmarks[37, 1].astype(int) + 8 : landmarks[33, 1].astype(int)]
    cheeks = np.s_[round(float(landmarks[36, 0])) : round(float(landmarks[39, 0]))]
    for picture, least, most in ((pixels, 0.0, 0.1), (half, 0.8, 1.0)):
        maps = Guided(picture, landmarks).maps(landmarks)
        assert least <= maps.mirrored[face, cheeks].mean() <= most
    guides = Guided(half, landmarks).maps(landmarks).guides(half)
    blue = guides[5, face, cheeks] > guides[3, face, cheeks]
    assert blue.mean() < 0.1


def test_edges_between_surfaces_are_soft(head: Guided, landmarks: Landmarks) -> None:
    stripes = np.zeros((SIZE, SIZE, 3), np.uint8)
    stripes[:, SIZE // 2 :] = 255
    near, far = (head.maps(Pose3D.of(landmarks).turned(yaw, 0, 0).landmarks()) for yaw in (0, 55))
    assert len(np.unique(near.guides(stripes)[:3])) == 2, "nothing ends: nothing is softened"
    assert len(np.unique(far.guides(stripes)[:3])) > 20


def test_the_far_side_is_doubted_however_the_head_is_tilted(landmarks: Landmarks) -> None:
    turned = Pose3D.of(landmarks).turned(30, 0, 0).landmarks()
    plain = np.full((SIZE, SIZE, 3), (200, 150, 120), np.uint8)
    picture = plain.copy()
    picture[:, round(float(turned[30, 0])) :] = 60, 90, 200  # a wall where the far side should be
    x, y = turned.T
    for turns, points in enumerate(((x, y), (y, SIZE - 1 - x), (SIZE - 1 - x, SIZE - 1 - y))):
        tilted = np.stack(points, axis=1)
        doubted, believed = (
            Guided(np.rot90(pixels, turns).copy(), tilted).maps(tilted).mirrored.mean()
            for pixels in (picture, plain)
        )
        assert doubted > 4 * believed


def test_layers_that_do_not_move_are_the_photo(
    layered: Guided, pixels: Photo, landmarks: Landmarks
) -> None:
    maps = layered.maps(landmarks)
    assert not maps.moved.any()
    source = np.moveaxis(pixels * np.float32(1 / 255), 2, 0)
    guides = maps.guides(pixels)
    np.testing.assert_array_equal(guides[:3], source)
    np.testing.assert_array_equal(guides[3:6], source)


def test_a_dragged_brow_changes_nothing_far_away(
    layered: Guided, pixels: Photo, landmarks: Landmarks
) -> None:
    edits = np.zeros((68, 3))
    edits[17:22, 1] = -4
    raised = replace(Pose3D.of(landmarks), edits=edits).head
    maps = layered.layers.maps(raised)
    y, x = np.mgrid[:SIZE, :SIZE]
    away = np.hypot(x - landmarks[19, 0], y - landmarks[19, 1])
    height = np.ptp(landmarks[:, 1])
    assert maps.moved[away < 0.05 * height].max() == 1
    assert not maps.moved[away > 0.6 * height].any()
    source = np.moveaxis(pixels * np.float32(1 / 255), 2, 0)
    far = away > 0.6 * height
    np.testing.assert_array_equal(maps.guides(pixels)[3:6, far], source[:, far])


def test_a_turned_head_moves_before_a_background_and_a_body_that_stay(
    layered: Guided, pixels: Photo, parts: NDArray[np.float32], landmarks: Landmarks
) -> None:
    target = Pose3D.of(landmarks).turned(-20, 0, 0).head
    maps = layered.layers.maps(target)
    guides = combined(maps.guides(pixels))
    change = np.abs(guides - pixels / 255).max(axis=2)
    still = parts[..., [PartLabel.BACKGROUND, PartLabel.CLOTHES]].sum(axis=2) > 0.99
    at_rim = np.zeros((SIZE, SIZE), bool)
    at_rim[-8:], at_rim[:, :8], at_rim[:, -8:] = True, True, True
    assert change[still & at_rim].max() < 1e-6
    assert change[parts[..., PartLabel.SKIN] > 0.9].mean() > 0.05
    names = [layer.name for layer in maps.layers]
    assert names[0] == "background and body"
    assert names[-1] == "face"
    for layer in maps.layers:
        assert layer.colours.shape == (SIZE, SIZE, 3), layer.name
        assert 0 <= layer.alpha.min() <= layer.alpha.max() <= 1, layer.name


def test_no_outline_of_the_head_stays_where_it_was(
    pixels: Photo, parts: NDArray[np.float32], landmarks: Landmarks
) -> None:
    # A person before a wall of one colour.
    person = 1 - parts[..., :1]
    wall = np.array([60, 90, 200], np.float32)
    before_wall = (person * pixels + (1 - person) * wall).round().astype(np.uint8)
    layered = Guided(before_wall, landmarks, parts)
    moved = landmarks + np.array([0.15 * SIZE, 0], np.float32)
    guides = combined(layered.maps(moved).guides(before_wall))
    left = person[..., 0] > 0.01
    left[:, round(0.05 * SIZE) :] &= left[:, : -round(0.05 * SIZE)]
    uncovered = (person[..., 0] > 0.01) & (np.roll(person[..., 0], round(0.15 * SIZE), 1) < 0.01)
    uncovered[round(float(landmarks[8, 1])) :] = False
    distance = np.abs(guides[uncovered] * 255 - wall).max(axis=1)
    assert uncovered.sum() > 100
    assert np.percentile(distance, 95) < 25
