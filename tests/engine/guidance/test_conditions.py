"""Pose heatmaps against distances computed in NumPy; edge images of drawn shapes."""

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.config.config import EdgeConfig, HeatmapConfig
from engine.config.presets import PRESETS
from engine.guidance.conditions import draw_heatmaps, find_edges, pooled_edges, pose_heatmaps

DISC = HeatmapConfig(style="disc", radius=5, stride=1)


def distances(landmarks: torch.Tensor, height: int, width: int, stride: int) -> NDArray[np.float64]:
    """Of every cell's centre from every landmark (B, 68, 2), pixels: (B, 68, h, w)."""
    y, x = np.mgrid[0 : height // stride, 0 : width // stride]
    centres = (np.stack((x, y), axis=-1) + 0.5) * stride - 0.5
    away = centres - landmarks.numpy()[:, :, None, None, :]
    distance: NDArray[np.float64] = np.hypot(away[..., 0], away[..., 1])
    return distance


@pytest.mark.parametrize("radius", [1, 2.5, 5])
@pytest.mark.parametrize("stride", [1, 4])
def test_a_disc_reaches_as_far_as_its_radius(radius: float, stride: int) -> None:
    # Quarters of pixels, so that no distance is a rounding error away from the radius.
    landmarks = torch.randint(0, 4 * 80, (2, 68, 2)) / 4
    config = HeatmapConfig(style="disc", radius=radius, stride=stride)
    heatmaps = draw_heatmaps(landmarks, 40, 80, config)
    expected = distances(landmarks, 40, 80, stride) <= radius
    np.testing.assert_array_equal(heatmaps.numpy(), expected)


def test_the_reports_disc_has_81_pixels() -> None:
    (heatmap,) = draw_heatmaps(torch.tensor([[20.0, 10.0]]), 30, 40, DISC)
    assert heatmap.sum() == 81
    assert heatmap[10, 25] == heatmap[15, 20] == heatmap[13, 24] == 1
    assert heatmap[10, 26] == heatmap[16, 20] == heatmap[14, 24] == 0


@pytest.mark.parametrize("stride", [1, 4])
def test_a_blob_is_a_gaussian(stride: int) -> None:
    landmarks = torch.rand(2, 68, 2) * 64
    config = HeatmapConfig(style="blob", radius=6, stride=stride)
    heatmaps = draw_heatmaps(landmarks, 64, 64, config)
    expected = np.exp(-(distances(landmarks, 64, 64, stride) ** 2) / (2 * 6**2))
    np.testing.assert_allclose(heatmaps.numpy(), expected, atol=1e-5)


def test_landmarks_outside_draw_only_what_reaches_inside() -> None:
    outside = torch.tensor([[-2.0, 10.0], [-100.0, 10.0], [39.0, 32.0], [1e6, -1e6]])
    heatmaps = draw_heatmaps(outside, 30, 40, DISC)
    assert heatmaps[0, :, :4].sum() == heatmaps[0].sum() > 0
    assert heatmaps[1].sum() == heatmaps[3].sum() == 0
    assert heatmaps[2, 29, 39] == 1


def test_the_sources_heatmaps_come_first_or_not_at_all() -> None:
    source, target = torch.rand(2, 1, 68, 2) * 100
    config = PRESETS["report"]
    both = pose_heatmaps(source, target, config)
    alone = pose_heatmaps(
        source, target, replace(config, heatmaps=replace(config.heatmaps, source=False))
    )
    assert both.shape == (1, 136, 120, 160)
    assert torch.equal(both[:, 68:], alone)
    assert torch.equal(both[:, :68], draw_heatmaps(source, 120, 160, config.heatmaps))


@pytest.mark.parametrize("style", ["disc", "blob"])
def test_missing_points_draw_nothing(style: Literal["disc", "blob"]) -> None:
    points = torch.rand(2, 18, 2) * 40
    points[1, 4] = points[0, 7, 0] = torch.nan
    heatmaps = draw_heatmaps(points, 40, 40, HeatmapConfig(style=style, radius=3, stride=2))
    drawn = heatmaps.amax(dim=(2, 3)) > 0.1
    assert heatmaps[1, 4].sum() == heatmaps[0, 7].sum() == 0
    assert drawn.sum() == 2 * 18 - 2


def test_every_point_of_a_skeleton_has_a_channel() -> None:
    config = replace(PRESETS["report"], skeleton="body")
    source, target = torch.rand(2, 1, 18, 2) * 100
    heatmaps = pose_heatmaps(source, target, config)
    assert heatmaps.shape == (1, config.condition_channels, 120, 160) == (1, 36, 120, 160)


def test_edges_lie_around_a_shape_and_nowhere_else() -> None:
    picture = np.full((60, 80, 3), 40, np.uint8)
    cv2.circle(picture, (45, 30), 18, (200, 180, 60), -1)
    edges = find_edges(picture, EdgeConfig())
    y, x = np.nonzero(edges)
    assert edges.shape == (60, 80)
    assert set(np.unique(edges)) == {0, 1}
    assert len(y) > 80
    assert np.abs(np.hypot(x - 45, y - 30) - 18).max() < 2.5


def test_equally_bright_colours_have_an_edge() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, :20, 0], picture[:, 20:, 1] = 180, 92
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert np.ptp(grey) <= 1
    assert find_edges(picture, EdgeConfig())[:, 18:22].max(axis=1).all()


def test_the_thresholds_choose_the_edges() -> None:
    picture = np.full((40, 40, 3), 100, np.uint8)
    picture[:, 20:] = 120  # a Sobel gradient of 80
    assert find_edges(picture, EdgeConfig(low=60, high=150)).sum() == 0
    assert find_edges(picture, EdgeConfig(low=20, high=60)).sum() >= 38


def test_a_cell_has_an_edge_where_one_of_its_pixels_has() -> None:
    report = PRESETS["report"]
    config = replace(
        report, condition="edges", heatmaps=replace(report.heatmaps, stride=4, source=True)
    )
    source, target = torch.zeros(2, 2, 1, 120, 160)
    source[0, 0, 5, 6] = target[1, 0, 119, 0] = 1
    both = pooled_edges(source, target, config)
    assert both.shape == (2, config.condition_channels, 30, 40) == (2, 2, 30, 40)
    assert both.nonzero().tolist() == [[0, 0, 1, 1], [1, 1, 29, 0]]
    alone = pooled_edges(
        source, target, replace(config, heatmaps=replace(config.heatmaps, source=False))
    )
    assert torch.equal(alone, both[:, 1:])
