import numpy as np
import pytest

from engine.face.parts import PartLabel
from engine.guidance.patches import Patch, Plane, Tones, Window, blended
from engine.imaging.resampling import sampled

TURNED = Plane(np.array([40.0, 30.0]), np.array([[20.0, -5.0], [4.0, 18.0]]))


def test_a_window_lies_in_the_picture() -> None:
    window = Window.around(np.array([[10.2, 5.0], [20.0, 90.0]]), 2, 64)
    assert window == Window(8, 3, 15, 61)
    assert Window.around(np.array([[-30.0, 5.0], [-20.0, 9.0]]), 2, 64) is None


def test_a_mask_covers_the_outlines() -> None:
    window = Window(10, 20, 8, 6)
    square = np.array([[12.0, 21.0], [15.0, 21.0], [15.0, 24.0], [12.0, 24.0]])
    mask = window.mask([square])
    assert mask.shape == (6, 8)
    assert mask[1:5, 2:6].min() > 0.75
    np.testing.assert_array_equal(mask[:, 7], 0)


def test_a_label_has_the_size_of_the_window() -> None:
    parts = np.zeros((32, 32, 6), np.float32)
    parts[8:16, 8:16, PartLabel.EYES] = 1
    label = Window(14, 14, 8, 20).label(parts, PartLabel.EYES, 64)
    assert label.shape == (20, 8)
    np.testing.assert_array_equal(label[4:16, 4:], 1)
    np.testing.assert_array_equal(label[:2], 0)


def test_places_on_a_plane_and_pixels_are_inverse() -> None:
    places = np.array([[0.3, -0.2], [1.0, 2.0]])
    np.testing.assert_allclose(TURNED.places(TURNED.pixels(places)), places, atol=1e-12)


def test_sampling_at_the_own_grid_changes_nothing() -> None:
    window = Window(20, 10, 30, 40)
    picture = np.random.default_rng(0).random((40, 30, 3), np.float32)
    same = sampled(picture, TURNED.sampling(*TURNED.grid(window), window))
    np.testing.assert_allclose(same, picture, atol=2e-3)


def test_a_patch_is_painted_with_its_opacity() -> None:
    picture = np.zeros((3, 8, 8), np.float32)
    alpha = np.array([[0.0, 0.5, 1.0]] * 2, np.float32)
    Patch(Window(2, 3, 3, 2), np.ones((2, 3, 3), np.float32), alpha).paint(picture)
    np.testing.assert_array_equal(picture[0, 3:5, 2:5], alpha)
    assert picture.sum() == 3 * alpha.sum()


def test_colours_are_blended_by_opacity() -> None:
    below, above = np.zeros((1, 2, 3)), np.ones(3)
    np.testing.assert_array_equal(
        blended(below, above, np.array([[0.25, 1.0]]))[0], [[0.25] * 3, [1] * 3]
    )


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.85, 0.65)])
def test_in_a_photo_without_colour_nothing_gets_any(tint: tuple[float, ...]) -> None:
    grey = np.random.default_rng(0).integers(10, 250, (64, 64, 1))
    tones = Tones((grey * tint).round().astype(np.uint8))
    assert tones.colourless
    red, green, blue = tones.of(np.array([0.7, 0.3, 0.3])).tolist()
    assert green / red == pytest.approx(tint[1], abs=0.03)
    assert blue / red == pytest.approx(tint[2], abs=0.03)


def test_a_photo_with_colour_keeps_colours() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    np.testing.assert_allclose(Tones(pixels).of(np.array([0.7, 0.3, 0.3])), [0.7, 0.3, 0.3])
