import numpy as np
import pytest

from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.guidance.alignment import STILL, alignment, laid_over, moved, opposite


def test_a_head_that_moves_is_brought_back(face: Landmarks) -> None:
    assert alignment(face, face) == STILL
    assert alignment(face, face + np.array([7.3, -20], np.float32)) == (-7, 20)


def test_a_face_that_only_turns_stays_nearly_where_it_is(face: Landmarks) -> None:
    turned = Pose3D.of(face).turned(25, 0, 0).landmarks()
    nose = abs(turned[30, 0] - face[30, 0])
    assert np.abs(alignment(face, turned)).max() < 0.35 * nose


@pytest.mark.parametrize("by", [STILL, (3, -2), (-1, 5), (40, 0)])
def test_moved_there_and_back(by: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((16, 20, 3), np.float32)
    back = laid_over(moved(picture, by), opposite(by), np.full_like(picture, -1))
    known = back[..., 0] >= 0
    np.testing.assert_array_equal(back[known], picture[known])
    assert known.sum() == max(16 - abs(by[1]), 0) * max(20 - abs(by[0]), 0)


def test_edges_are_continued_or_show_what_is_below() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(moved(picture, (1, 0))[:, 0], picture[:, 0])
    np.testing.assert_array_equal(moved(picture[None], (0, -2), axis=1)[0, 1], picture[2])
    below = np.full((3, 4, 1), 9, np.float32)
    over = laid_over(picture[..., None], (1, 0), below)
    assert (over[:, 0] == 9).all()
    np.testing.assert_array_equal(over[:, 1:, 0], picture[:, :-1])


@pytest.mark.parametrize("place", [(0, 0), (3, 1), (-1, 2), (5, -2), (20, 20), (-9, 0)])
def test_a_smaller_picture_is_laid_at_its_place(place: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((3, 4, 2), np.float32)
    below = np.full((6, 7, 2), 9, np.float32)
    over = laid_over(picture, place, below)
    assert (below == 9).all()
    for row in range(6):
        for column in range(7):
            own_row, own_column = row - place[1], column - place[0]
            inside = 0 <= own_row < 3 and 0 <= own_column < 4
            wanted = picture[own_row, own_column] if inside else below[row, column]
            np.testing.assert_array_equal(over[row, column], wanted)
