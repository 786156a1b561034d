import numpy as np

from engine.imaging.resampling import enlarged_map, warp


def test_where_a_map_jumps_it_is_not_blurred() -> None:
    # Two halves of a picture that come from places far apart: nothing comes from between them.
    places = np.zeros((16, 16, 2), np.float32)
    places[:, 8:] = 12
    large = enlarged_map(places, None)
    assert set(np.unique(large)) == {0, 12}
    # A smooth map is interpolated, and what is not covered does not count.
    ramp = np.stack(np.meshgrid(np.arange(16), np.arange(16)), axis=2).astype(np.float32)
    coverage = np.ones((16, 16), np.float32)
    coverage[:, :4] = 0
    large = enlarged_map(ramp * coverage[..., None], coverage)
    np.testing.assert_allclose(
        large[4:-4, 10:-4, 0], np.tile((np.arange(10, 28) - 0.5) / 2, (24, 1))
    )


def test_warp_beyond_the_border_is_black() -> None:
    away = np.full((4, 4, 2), -50, np.float32)
    assert not warp(np.full((16, 16, 3), 255, np.uint8), away).any()
