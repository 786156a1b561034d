import numpy as np
import pytest

from engine.face.head_model import Part
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.posed_head import PosedHead
from engine.guidance.patches import Window
from engine.guidance.teeth import ROWS, OwnTeeth, Row
from engine.imaging.photos import Photo


@pytest.fixture(scope="module")
def head(face: Landmarks) -> PosedHead:
    return LiftedFace.of(face).head


@pytest.mark.parametrize("part", ROWS)
def test_a_row_lies_in_the_mouth(head: PosedHead, part: Part) -> None:
    row = Row.of(head, part)
    assert row.outlines.shape == (14, 13, 3)
    middle = row.outlines[..., :2].mean(axis=(0, 1))
    assert np.linalg.norm(middle - head.landmarks[48:].mean(axis=0)) < 0.2 * head.pose.scale
    depth = row.outlines[..., 2].mean(axis=1)
    assert (np.diff(depth) >= 0).all(), "the front teeth are drawn last"


def test_a_row_is_drawn_pale_with_gums_beside(head: PosedHead) -> None:
    window = Window.around(head.landmarks[48:], 0.2 * head.pose.scale, 512)
    assert window is not None
    empty = np.zeros((window.height, window.width, 3), np.float32)
    enamel, gum = np.array([0.9, 0.9, 0.8], np.float32), np.array([0.7, 0.3, 0.3], np.float32)
    drawn = Row.of(head, Part.UPPER_TEETH).draw(empty, window, enamel, gum)
    assert not empty.any(), "drawn on a copy"
    pale = (drawn[..., 2] > 0.55).sum()
    red = (drawn[..., 0] > 2 * drawn[..., 1]).sum()
    assert pale > 0.05 * head.pose.scale**2
    assert red > 0.01 * head.pose.scale**2


def window_of(head: PosedHead) -> Window:
    window = Window.around(head.landmarks[48:], 5, 512)
    assert window is not None
    return window


def test_the_samples_smile_shows_its_upper_teeth(photo: Photo, head: PosedHead) -> None:
    window, points = window_of(head), head.landmarks
    lips = np.array([0.6, 0.35, 0.33], np.float32)
    rims = np.stack([points[[60, 61, 62, 63, 64]], points[[60, 67, 66, 65, 64]]])
    own = OwnTeeth.found(window.cut(photo), window, rims, lips, head)
    assert own is not None
    seen = own.opacity[Part.UPPER_TEETH]
    assert seen.sum() > 3 * own.opacity[Part.LOWER_TEETH].sum()
    x, y = points[[62, 66]].mean(axis=0).round().astype(int) - (window.left, window.top)
    assert seen[y, x] > 0.8
    unmoved, opacity = own.draw(np.zeros_like(own.pixels), Row.of(head, Part.UPPER_TEETH), window)
    np.testing.assert_allclose(unmoved, own.pixels * opacity[..., None], atol=0.01)


def test_lips_are_no_teeth(photo: Photo, head: PosedHead) -> None:
    window, points = window_of(head), head.landmarks
    lips = np.array([0.6, 0.35, 0.33], np.float32)
    picture = np.broadcast_to(lips, (window.height, window.width, 3)).copy()
    picture += np.random.default_rng(0).normal(0, 0.02, picture.shape).astype(np.float32)
    rims = np.stack([points[[60, 61, 62, 63, 64]], points[[60, 67, 66, 65, 64]]])
    assert OwnTeeth.found(picture.clip(0, 1), window, rims, lips, head) is None
