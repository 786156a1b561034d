"""A target photo of the same person, in which hair and shoulders lie elsewhere."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.parts import PartLabel
from engine.face.pose import Pose3D
from engine.face.pose_transfer import copied_pose
from engine.guidance.layers import grid
from engine.imaging.photos import Photo
from engine.inference.prediction import NetworkInput, Source
from engine.inference.registration import registered, registration

_WAY = np.array([6.0, -4.0], np.float32)


@pytest.fixture(scope="module")
def found(photo: Photo) -> Face:
    return find_faces(photo)[0]


@pytest.fixture(scope="module")
def source(photo: Photo, found: Face) -> Source:
    return Source.around(photo, Pose3D.of(found).source, 256)


@pytest.fixture(scope="module")
def person(source: Source) -> NDArray[np.bool_]:
    """(256, 256) of the scaled crop: on the person, well beside the face's landmarks."""
    background = source.parts.in_crop(source.crop, source.size)[..., PartLabel.BACKGROUND]
    near = np.zeros((source.size, source.size), np.uint8)
    cv2.fillConvexPoly(near, cv2.convexHull(source.landmarks.round().astype(np.int32)), 1)
    beside = cv2.dilate(near, np.ones((41, 41), np.uint8)) == 0
    return np.asarray((background < 0.5) & beside, np.bool_)


@pytest.fixture(scope="module")
def moved(photo: Photo, found: Face) -> Photo:
    """The photo, in which everything but the face moves to the upper right, by `_WAY`."""
    hull = cv2.convexHull(found.landmarks.round().astype(np.int32))
    near = cv2.fillConvexPoly(np.zeros(photo.shape[:2], np.float32), hull, 1.0)
    near = cv2.dilate(near, np.ones((25, 25), np.float32))
    share = 1 - cv2.GaussianBlur(near, (0, 0), 8)
    x, y = cv2.split(grid(len(photo)) - share[..., None] * _WAY)
    return np.asarray(cv2.remap(photo, x, y, cv2.INTER_CUBIC), np.uint8)


def pose_of(target: Photo, photo: Photo, found: Face) -> tuple[Pose3D, Face]:
    face, size = find_faces(target)[0], (photo.shape[1], photo.shape[0])
    return copied_pose(Pose3D.of(found), face, "absolute", (size, size)), face


def test_hair_and_body_are_found_where_they_are(
    photo: Photo, found: Face, moved: Photo, source: Source, person: NDArray[np.bool_]
) -> None:
    pose, face = pose_of(moved, photo, found)
    displacement = registration(pose, photo, moved, face, source)
    assert displacement is not None
    assert person.sum() > 2000, "else the test shows little"
    in_crop = displacement.in_crop(source.crop, source.size)
    way = np.median(in_crop.at(grid(source.size))[person], axis=0)
    scale = source.size / source.crop.side
    assert np.linalg.norm(way - scale * _WAY) < 0.3 * scale * np.linalg.norm(_WAY)
    features = displacement.at(found.landmarks[36:])
    assert np.abs(features).max() < 1, "eyes and mouth are where their landmarks are"


def test_a_photo_without_colour_lies_on_a_coloured_target(
    photo: Photo, found: Face, moved: Photo, source: Source, person: NDArray[np.bool_]
) -> None:
    grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    pose, face = pose_of(moved, photo, found)
    displacement = registration(pose, np.asarray(grey, np.uint8), moved, face)
    assert displacement is not None
    in_crop = displacement.in_crop(source.crop, source.size)
    way = np.median(in_crop.at(grid(source.size))[person], axis=0)
    scale = source.size / source.crop.side
    assert np.linalg.norm(way - scale * _WAY) < 0.3 * scale * np.linalg.norm(_WAY)


def test_the_picture_lies_on_the_target_then(
    photo: Photo, found: Face, moved: Photo, source: Source, person: NDArray[np.bool_]
) -> None:
    pose, face = pose_of(moved, photo, found)
    wanted = source.crop.scaled(moved, source.size) / np.float32(255)

    def error(pose: Pose3D) -> float:
        posed = NetworkInput.of(source, pose.head, aligned=False)
        return float(np.abs(posed.layered - wanted)[person].mean())

    assert error(registered(pose, photo, moved, face)) < 0.75 * error(pose)


def test_a_target_that_is_the_photo_moves_nothing(photo: Photo, found: Face) -> None:
    pose, face = pose_of(photo, photo, found)
    displacement = registration(pose, photo, photo, face)
    assert displacement is not None
    assert np.abs(displacement.field).max() < 0.5


def of_somebody_else(photo: Photo) -> Photo:
    """The photo with eyes, nose and mouth of other proportions, and paler."""
    size = len(photo)
    places = grid(size) - np.float32(size / 2)
    x = places[..., 0] * (1 + 0.5 * np.exp(-(((places[..., 1] + 60) / 60) ** 2))) + size / 2
    y = places[..., 1] + 22 * np.sin(places[..., 1] / 40) + size / 2
    other = cv2.remap(photo, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(255 - (255 - other) * 0.5, np.uint8)


def test_nothing_is_taken_from_somebody_else(photo: Photo, found: Face) -> None:
    other = of_somebody_else(photo)
    pose, face = pose_of(other, photo, found)
    assert registration(pose, photo, other, face) is None


def test_an_earlier_registration_does_not_count(photo: Photo, found: Face, moved: Photo) -> None:
    pose, face = pose_of(moved, photo, found)
    once = registration(pose, photo, moved, face)
    assert once is not None
    again = registration(replace(pose, displacement=once), photo, moved, face)
    assert again is not None
    np.testing.assert_array_equal(again.field, once.field)
