import numpy as np
import pytest

from engine.guidance.iris import SEARCH_SCALE, Iris, foreshortening
from engine.guidance.patches import Floats

CENTRE, RADIUS = np.array([0.03, -0.01]), 0.0585


@pytest.fixture(scope="module")
def places() -> tuple[Floats, Floats]:
    x, y = np.meshgrid(
        np.arange(-0.22, 0.22, 1 / SEARCH_SCALE), np.arange(-0.1, 0.1, 1 / SEARCH_SCALE)
    )
    return x.astype(np.float32), y.astype(np.float32)


def opening(places: tuple[Floats, Floats]) -> Floats:
    """An eye whose upper lid hides a third of the iris."""
    x, y = places
    return np.asarray((np.abs(x) < 0.2) & (np.abs(y) < 0.04), np.float32)


def light(places: tuple[Floats, Floats]) -> Floats:
    x, y = places
    iris = np.hypot(x - CENTRE[0], y - CENTRE[1]) < RADIUS
    return np.where(opening(places) > 0, np.where(iris, 0.2, 0.8), 0.5).astype(np.float32)


def test_the_disc_is_found(places: tuple[Floats, Floats]) -> None:
    iris = Iris.found(light(places), opening(places), *places, np.zeros(2))
    np.testing.assert_allclose(iris.centre, CENTRE, atol=0.015)
    assert iris.radius == pytest.approx(RADIUS, rel=0.1)
    assert not iris.seen, "its colours are still to be found"


def test_in_a_shut_eye_the_iris_is_where_it_is_expected(places: tuple[Floats, Floats]) -> None:
    shut = np.zeros_like(places[0])
    iris = Iris.found(light(places), shut, *places, CENTRE)
    np.testing.assert_array_equal(iris.centre, CENTRE)


def test_colours_depend_on_the_distance(places: tuple[Floats, Floats]) -> None:
    iris = Iris.found(light(places), opening(places), *places, np.zeros(2))
    distance = iris.distance(*places)
    pixels = np.stack([0.5 * distance, 0.3 * distance, 0 * distance], axis=2)
    whole = iris.coloured(pixels, opening(places) > 0, distance)
    assert whole.seen
    np.testing.assert_allclose(whole.disc(np.array([[0.5]]))[0, 0], [0.25, 0.15, 0], atol=0.05)
    nothing = np.zeros_like(distance, bool)
    assert iris.coloured(pixels, nothing, distance) is iris


def test_an_iris_that_looks_aside_is_narrower() -> None:
    aside = np.array([np.sin(0.5), 0.0, np.cos(0.5)])
    np.testing.assert_allclose(foreshortening(aside), [[np.cos(0.5), 0], [0, 1]], atol=1e-12)
    np.testing.assert_array_equal(foreshortening(np.array([0.0, 0.0, 1.0])), np.eye(2))
