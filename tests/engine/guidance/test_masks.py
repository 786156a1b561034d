"""Both masks against NumPy and OpenCV."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.config.config import MaskConfig
from engine.config.presets import PRESETS
from engine.config.skeletons import SKELETONS
from engine.guidance.masks import box_of_landmarks, draw_mask, ellipse_mask, filled, limbs_mask

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


BODY = SKELETONS["body"]


def body() -> torch.Tensor:
    """18 points of a standing figure, 1x18x2."""
    points = [
        *[(50, 20), (50, 30), (40, 32), (34, 45), (30, 58), (60, 32), (66, 45), (70, 58)],
        *[(44, 60), (43, 78), (42, 95), (56, 60), (57, 78), (58, 95)],
        *[(48, 18), (52, 18), (45, 19), (55, 19)],
    ]
    return torch.tensor([points], dtype=torch.float32)


def limbs(points: torch.Tensor, thickness: float = 3.0) -> NDArray[np.float32]:
    mask = limbs_mask(points, torch.full((len(points),), thickness), 110, 100, BODY)
    assert mask.shape == (len(points), 1, 110, 100)
    return np.asarray(mask[:, 0].numpy(), np.float32)


def test_limbs_are_thick_lines_and_the_trunk_is_filled() -> None:
    points = body()
    (mask,) = limbs(points)
    y, x = np.mgrid[:110, :100]
    away = np.full((110, 100), np.inf)
    inside = np.zeros((110, 100), np.uint8)
    for part in BODY.parts:
        line = points[0, part.indices].numpy()
        if part.closed:
            line = np.concatenate([line, line[:1]])
            cv2.fillPoly(inside, [line.astype(np.int32)], 1)
        for a, b in pairwise(line):
            for px, py in np.linspace(a, b, 200):
                away = np.minimum(away, np.hypot(x - px, y - py))
    sure = np.abs(away - 3) > 0.05
    np.testing.assert_array_equal(mask[sure], ((away <= 3) | (inside > 0))[sure])
    assert mask[45, 52] == 1, "inside the trunk"
    assert mask[50, 36] == 0, "between arm and trunk"


def test_limbs_to_missing_points_are_not_drawn() -> None:
    points = body().repeat(3, 1, 1)
    points[1, 4] = torch.nan  # the right wrist
    points[2, [2, 11]] = torch.nan  # right shoulder and left hip: two corners of the trunk
    whole, no_hand, no_trunk = limbs(points)
    assert whole[55, 31] == 1
    assert no_hand[55, 31] == 0
    assert no_hand[40, 36] == 1, "the upper arm is still there"
    np.testing.assert_array_equal(no_hand[:, 40:], whole[:, 40:])
    assert no_trunk[55, 51] == 0
    assert no_trunk[40, 36] == 0
    assert not limbs(torch.full((1, 18, 2), torch.nan)).any()


def test_limbs_grow_with_the_box() -> None:
    config = replace(PRESETS["report"], skeleton="body", mask=MaskConfig("landmarks", limb=0.05))
    points = body()
    small, large = torch.tensor([[30.0, 15.0, 70.0, 95.0]]), torch.tensor([[0.0, 0.0, 160.0, 90.0]])
    mask = draw_mask(points, small, config)
    torch.testing.assert_close(mask, limbs_mask(points, torch.tensor([4.0]), 120, 160, BODY))
    assert draw_mask(points, large, config).sum() > 1.3 * mask.sum()


def test_without_points_there_is_an_ellipse_or_nothing() -> None:
    config = replace(PRESETS["report"], skeleton="none", condition="edges")
    points, box = torch.zeros(2, 0, 2), torch.tensor([[-0.5, -0.5, 159.5, 119.5]]).repeat(2, 1)
    around = draw_mask(points, box, config)
    assert around.shape == (2, 1, 120, 160)
    assert around.mean() > 0.5
    nothing = draw_mask(points, box, replace(config, mask=MaskConfig(style="landmarks")))
    assert nothing.shape == (2, 1, 120, 160)
    assert not nothing.any()
