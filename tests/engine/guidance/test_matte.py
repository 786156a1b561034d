import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.parts import PartLabel
from engine.guidance.matte import with_wisps

SIZE = 128
Floats = NDArray[np.float32]


@pytest.fixture
def parts() -> Floats:
    """Hair in the middle."""
    y, x = np.mgrid[:SIZE, :SIZE]
    hair = np.hypot(x - 64, y - 64) < 36
    result = np.zeros((SIZE, SIZE, 6), np.float32)
    result[..., PartLabel.HAIR], result[..., PartLabel.BACKGROUND] = hair, ~hair
    return result


@pytest.fixture
def picture(parts: Floats) -> Floats:
    """Dark hair before a light wall."""
    noise = np.random.default_rng(1).normal(0, 0.01, (SIZE, SIZE, 3))
    dark = parts[..., PartLabel.HAIR, None] > 0
    return (np.where(dark, [0.2, 0.1, 0.1], [0.8, 0.8, 0.7]) + noise).astype(np.float32)


def test_a_wisp_beside_the_hair_is_hair(picture: Floats, parts: Floats) -> None:
    picture[60:62, 100:108] = 0.2, 0.1, 0.1
    found = with_wisps(picture, parts)
    assert found[60:62, 100:106, PartLabel.HAIR].mean() > 0.7
    np.testing.assert_allclose(found.sum(axis=2), 1, atol=1e-5)
    found[58:64, 98:110] = parts[58:64, 98:110]
    np.testing.assert_allclose(found, parts, atol=0.2)


def test_what_is_wide_apart_or_of_another_colour_is_none(picture: Floats, parts: Floats) -> None:
    picture[30:50, 100:120] = 0.5, 0.45, 0.4  # a shadow
    picture[60:62, 100:110] = 0.1, 0.2, 0.9
    picture[80:82, 106:112] = 0.2, 0.1, 0.1  # touches nothing
    found = with_wisps(picture, parts)[..., PartLabel.HAIR]
    for part in (found[32:48, 104:118], found[60:62, 102:110], found[80:82, 106:112]):
        assert part.mean() < 0.1


def test_a_doubted_gap_in_the_hair_is_background(picture: Floats, parts: Floats) -> None:
    for columns, doubt in ((slice(95, 98), 0.2), (slice(31, 34), 0.0)):
        picture[60:70, columns] = 0.8, 0.8, 0.7
        parts[60:70, columns, PartLabel.BACKGROUND] = doubt
        parts[60:70, columns, PartLabel.HAIR] = 1 - doubt
    found = with_wisps(picture, parts)[..., PartLabel.HAIR]
    assert found[61:69, 96].mean() < 0.2
    assert found[61:69, 32].min() > 0.9, "a bright strand"


def test_before_a_pattern_the_outline_stays(parts: Floats, picture: Floats) -> None:
    stripes = np.arange(SIZE) // 3 % 2 * 0.7
    wall = parts[..., PartLabel.BACKGROUND] > 0
    picture[wall] = np.broadcast_to(stripes[:, None, None], picture.shape)[wall]
    np.testing.assert_allclose(with_wisps(picture, parts), parts, atol=0.1)


@pytest.mark.parametrize("size", [16, 75])
@pytest.mark.parametrize("label", [PartLabel.BACKGROUND, PartLabel.HAIR])
def test_nothing_else_in_the_picture(size: int, label: PartLabel) -> None:
    parts = np.zeros((size, size, 6), np.float32)
    parts[..., label] = 1
    picture = np.full((size, size, 3), 0.5, np.float32)
    np.testing.assert_array_equal(with_wisps(picture, parts), parts)
