"""Several reposed faces in one picture."""

import numpy as np
import pytest

from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.pose import Pose3D
from engine.guidance.keep import KeepMask
from engine.imaging.photos import Photo
from engine.inference.group import Group, PosedFace
from engine.inference.predictor import Predictor

APART = 150  # pixels from one face to the next: their crops overlap


@pytest.fixture(scope="session")
def pair(photo: Photo) -> tuple[Photo, Face, Face]:
    """The sample and its mirror image beside each other, the crops of the faces overlapping."""
    part = photo[20:276, 140 : 140 + APART + 40]
    picture = np.concatenate([part, part[:, ::-1]], axis=1)
    left, right = sorted(find_faces(picture), key=lambda face: face.box[0])
    return picture, left, right


def posed(predictor: Predictor, photo: Photo, face: Face, yaw: float) -> PosedFace:
    pose = Pose3D.of(face)
    source = predictor.cut(photo, pose.source)
    turned = pose.turned(yaw, 0, 0)
    return PosedFace(predictor.predict_all([predictor.pose(source, turned)])[0])


def test_each_face_changes_what_it_moves_and_nothing_else(
    predictor: Predictor, pair: tuple[Photo, Face, Face]
) -> None:
    picture, *faces = pair
    left, right = (posed(predictor, picture, face, 15) for face in faces)
    assert left.prediction.crop.left + left.prediction.crop.side > right.prediction.crop.left
    alone = [face.prediction.pasted() for face in (left, right)]
    by_left, by_right = ((one != picture).any(axis=2) for one in alone)
    assert by_left.any()
    assert by_right.any()
    both = Group.of([right, left]).pasted()
    neither = ~(by_left | by_right)
    np.testing.assert_array_equal(both[neither], picture[neither])
    for one, own, other in ((alone[0], by_left, by_right), (alone[1], by_right, by_left)):
        np.testing.assert_array_equal(both[own & ~other], one[own & ~other])


def test_the_order_does_not_depend_on_that_of_the_faces(
    predictor: Predictor, pair: tuple[Photo, Face, Face]
) -> None:
    picture, *faces = pair
    left, right = (posed(predictor, picture, face, 15) for face in faces)
    groups = Group.of([left, right]), Group.of([right, left])
    np.testing.assert_array_equal(groups[0].pasted(), groups[1].pasted())
    np.testing.assert_array_equal(Group.of([left]).pasted(), left.prediction.pasted())


def test_a_face_that_does_not_move_leaves_the_others(
    predictor: Predictor, pair: tuple[Photo, Face, Face]
) -> None:
    picture, *faces = pair
    turned, still = posed(predictor, picture, faces[0], 15), posed(predictor, picture, faces[1], 0)
    for order in ([turned, still], [still, turned]):
        group = Group(tuple(order))
        np.testing.assert_array_equal(group.pasted(), turned.prediction.pasted())


def test_16_bits_transparency_and_kept_areas_stay(
    predictor: Predictor, pair: tuple[Photo, Face, Face]
) -> None:
    picture, *faces = pair
    left, right = (posed(predictor, picture, face, 15) for face in faces)
    deep = picture.astype(np.uint16) * 257
    group = Group.of([left, right])
    shallow = group.pasted()
    assert np.abs(group.pasted(deep) / 257 - shallow).max() < 4  # both round
    see_through = np.concatenate([picture, np.full_like(picture[..., :1], 255)], axis=2)
    np.testing.assert_array_equal(group.pasted(see_through)[..., :3], shallow)
    height, width = picture.shape[:2]
    kept = KeepMask.nothing((width, height)).inverted()
    only_left = Group.of([left, PosedFace(right.prediction, kept)])
    np.testing.assert_array_equal(only_left.pasted(), left.prediction.pasted())
