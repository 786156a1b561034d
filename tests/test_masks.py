"""Both masks against NumPy and OpenCV."""

from dataclasses import replace

import cv2
import numpy as np
import torch

from engine.config import MaskConfig
from engine.landmarks import SKELETONS
from engine.masks import box_of_landmarks, draw_mask, ellipse_mask, filled
from engine.presets import PRESETS


OUTLINE = SKELETONS["face"].outline


def outline_mask(landmarks: torch.Tensor, height: int, width: int) -> torch.Tensor:
    return filled(landmarks[:, OUTLINE], height, width)


def face(turn: float = 1.0) -> torch.Tensor:
    """68 landmarks of a drawn face, 1x68x2; ``turn`` below 0 folds its outline over itself."""
    jaw = np.linspace(np.pi, 0, 17)
    brows = np.linspace(-1, 1, 10)
    points = np.full((68, 2), 50.0)
    points[:17] = np.stack((50 + 30 * np.cos(jaw), 45 + 40 * np.sin(jaw)), axis=1)
    points[17:27] = np.stack((50 + 25 * turn * brows, 30 - 5 * np.cos(brows)), axis=1)
    return torch.tensor(points[None], dtype=torch.float32)


def test_ellipse_is_the_formula() -> None:
    box = torch.tensor([[40.0, 30.0, 90.0, 80.0], [5.0, 8.0, 45.0, 68.0]])
    mask = ellipse_mask(box, 120, 160, MaskConfig(x_scale=1.0, y_scale=0.8, lift=0.1))
    y, x = np.mgrid[:120, :160]
    expected = np.stack(
        [
            ((x - 65) / 50) ** 2 + ((y - 50) / 40) ** 2 <= 1,
            ((x - 25) / 40) ** 2 + ((y - 32) / 48) ** 2 <= 1,
        ]
    )
    assert mask.shape == (2, 1, 120, 160)
    np.testing.assert_array_equal(mask[:, 0].numpy(), expected)


def test_outline_is_the_filled_polygon() -> None:
    landmarks = face()
    mask = outline_mask(landmarks, 100, 110)[0, 0].numpy()
    outline = landmarks[0, [*range(17), *range(26, 16, -1)]].numpy()
    expected = cv2.fillPoly(np.zeros((100, 110), np.uint8), [outline.round().astype(np.int32)], 1)
    rim = cv2.morphologyEx(expected, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    np.testing.assert_array_equal(mask[rim == 0], expected[rim == 0])
    assert set(np.unique(mask)) == {0, 1}


def test_outline_that_crosses_itself_has_no_holes() -> None:
    mask = outline_mask(face(turn=-1.0), 100, 110)[0, 0].numpy().astype(np.uint8)
    outside, _ = cv2.connectedComponents(1 - mask)
    assert mask.sum() > 1000
    assert outside == 2  # The background alone, beside the mask itself.


def test_outline_goes_either_way_round_and_each_face_is_its_own() -> None:
    mirrored = face() * torch.tensor([-1.0, 1.0]) + torch.tensor([100.0, 0.0])
    both = outline_mask(torch.cat((face(), mirrored)), 100, 101)
    assert torch.equal(both[:1], outline_mask(face(), 100, 101))
    differing = (both[0] != both[1].flip(-1)).sum()
    assert differing < 0.02 * both[0].sum()


def test_the_config_chooses_the_mask() -> None:
    landmarks = face()
    box = box_of_landmarks(landmarks)
    np.testing.assert_allclose(box, [[20, 30 - 5 * np.cos(1 / 9), 80, 85]], atol=1e-4)
    config = PRESETS["report"]
    ellipse = draw_mask(landmarks, box, config)
    outline = draw_mask(landmarks, box, replace(config, mask=MaskConfig(style="landmarks")))
    assert torch.equal(ellipse, ellipse_mask(box, 120, 160, config.mask))
    assert torch.equal(outline, outline_mask(landmarks, 120, 160))
