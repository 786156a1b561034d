"""What layers are made of: meshes drawn in motion, and what of them the source shows."""

import numpy as np

from engine.guidance.layers import Layer, MovedMesh, grid
from engine.guidance.patches import Window

WHOLE = Window(0, 0, 32, 32)


def test_places_that_jump_show_nothing_between() -> None:
    places = grid(32).copy()
    places[:, 16:, 0] += 12  # the right half comes from further right
    black, opaque = np.zeros((32, 32, 3), np.float32), np.ones((32, 32), np.float32)
    layer = Layer("halves", WHOLE, black, opaque, places)
    known = layer.known()
    assert (known[:, 15:17] == 0).all()
    assert (known[:, :12] == 1).all()
    assert (known[:, 20:] == 1).all()
    assert not Layer("invented", WHOLE, black, opaque).known().any()
    half = Layer("half", WHOLE, black, opaque, grid(32), opaque * np.float32(0.5))
    np.testing.assert_array_equal(half.known(), 0.5)
    still = Layer("still", WHOLE, black, opaque, shown=opaque * np.float32(0.5))
    np.testing.assert_array_equal(still.known(), 0.5)


def test_a_thin_gap_moves_as_its_edges() -> None:
    """Two lips over what is behind them, which the source does not show and which stays."""
    lips = [(2, 2), (29, 2), (29, 14.5), (2, 14.5), (2, 15.5), (29, 15.5), (29, 29), (2, 29)]
    behind = [(1, 1), (30, 1), (30, 30), (1, 30)]
    points = np.array(lips + behind, np.float32)
    depth = np.array([1] * 8 + [0] * 4, np.float32)
    values = np.array([[0, 5, 1]] * 8 + [[0, 0, 0]] * 4, np.float32)
    squares = [(k, k + 1, k + 2, k + 3) for k in (0, 4, 8)]
    triangles = np.array([t for a, b, c, d in squares for t in ((a, b, c), (a, c, d))], np.int32)
    open_, shut = (
        MovedMesh(points, depth, values, triangles, 64, shown=shown).drawn(WHOLE)
        for shown in (None, 0)
    )
    assert open_.shift[1, 15, 10] == 0, "else there is no gap"
    np.testing.assert_allclose(shut.shift[1, 3:28, 4:28], 5, atol=1e-5)
    assert (shut.values[0, 3:28, 4:28] > 0.99).all()
