"""Edge images of drawn shapes."""

from dataclasses import replace

import cv2
import numpy as np
import torch

from engine.config.config import PRESETS, EdgeConfig
from engine.guidance.edges import find_edges, pooled_edges


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
