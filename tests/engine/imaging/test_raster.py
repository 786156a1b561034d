import numpy as np
import pytest
from numpy.typing import NDArray

from engine.imaging.raster import draw


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
