from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.data.lifting.portrait import LiftedPortrait
from engine.face.dlib_detector import find_faces, find_largest_face, landmarks_in_box, model_file
from engine.face.landmarks import Landmarks
from engine.imaging.photos import Photo, read_photo


@pytest.fixture(name="face", scope="module")
def dlib_face(photo: Photo) -> Landmarks:
    """dlib's landmarks of the sample photo."""
    return find_faces(photo)[0].landmarks


def test_the_face_in_the_sample(photo: Photo) -> None:
    faces = find_faces(photo)
    assert len(faces) == 1
    left, top, right, bottom = faces[0].box
    landmarks = faces[0].landmarks
    assert landmarks.shape == (68, 2)
    assert landmarks.dtype == np.float32
    assert not landmarks.flags.writeable
    # Eyes, nose and mouth of the astronaut, by eye.
    for index, known in (
        (slice(36, 42), (203, 101)),
        (slice(42, 48), (246, 103)),
        (30, (225, 127)),
    ):
        np.testing.assert_allclose(landmarks[index].reshape(-1, 2).mean(axis=0), known, atol=4)
    assert left < landmarks[30, 0] < right
    assert top < landmarks[30, 1] < bottom


@pytest.mark.parametrize("scale", [0.5, 2, 5.3])
def test_the_size_of_the_photo_plays_no_part(photo: Photo, face: Landmarks, scale: float) -> None:
    part = photo[:320, 60:380]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    other = cv2.resize(part, None, fx=scale, fy=scale, interpolation=method)
    found = find_faces(np.asarray(other, np.uint8))[0].landmarks
    expected = (face - (60, 0) + 0.5) * scale - 0.5
    errors = (found - expected) / scale
    assert np.abs(errors).mean() < 1.0
    assert np.abs(errors.mean(axis=0)).max() < 0.6, "no shift"


def test_large_photos_have_no_shift(photo: Photo, face: Landmarks) -> None:
    scale = 7
    large = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale), np.uint8)
    box = find_faces(photo)[0].box
    low, high = (np.array(box).reshape(2, 2) + 0.5) * scale - 0.5
    found = landmarks_in_box(large, (low[0], low[1], high[0], high[1]))
    shift = (found - ((face + 0.5) * scale - 0.5)).mean(axis=0) / scale
    assert np.abs(shift).max() < 0.15


def test_largest_face_first(two_faces: Path) -> None:
    faces = find_faces(read_photo(two_faces))
    assert len(faces) == 2
    widths = [face.box[2] - face.box[0] for face in faces]
    assert widths[0] > widths[1]
    assert faces[0].landmarks[:, 0].max() < 256 < faces[1].landmarks[:, 0].min()


def test_no_face(no_face: Path) -> None:
    assert find_faces(read_photo(no_face)) == ()
    assert find_faces(np.zeros((16, 400, 3), np.uint8)) == ()


def test_a_box_beyond_the_border(photo: Photo) -> None:
    landmarks = landmarks_in_box(photo, (-50.0, 400.0, 120.0, 570.0))
    assert np.isfinite(landmarks).all()
    assert landmarks_in_box(photo, (200.0, 100.0, 203.0, 101.0)).shape == (68, 2)


@pytest.mark.parametrize("box", [(5, 5, 5, 50), (50, 50, 5, 5), (0, 0, float("nan"), 9)])
def test_an_empty_box_is_refused(photo: Photo, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ReposeError, match="empty"):
        landmarks_in_box(photo, box)


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ReposeError, match="face_recognition_models"):
        model_file("nothing.dat")


@pytest.mark.parametrize("mirrored", [False, True])
def test_turned_faces(photo: Photo, face: Landmarks, mirrored: bool) -> None:
    """The landmarks of a profile are not those of a face that looks the other way."""
    view = LiftedPortrait.of(photo, face).view(65, 0, 0)
    pixels, nose = view.pixels, view.landmarks[30].copy()
    if mirrored:
        pixels, nose[0] = np.ascontiguousarray(pixels[:, ::-1]), pixels.shape[1] - 1 - nose[0]
    found = find_faces(pixels)[0]
    width = found.box[2] - found.box[0]
    assert np.linalg.norm(found.landmarks[30] - nose) < 0.3 * width


def test_the_largest_face(photo: Photo, no_face: Path, two_faces: Path) -> None:
    assert find_largest_face(read_photo(no_face)) is None
    for picture in (photo, read_photo(two_faces)):
        found, first = find_largest_face(picture), find_faces(picture)[0]
        assert found is not None
        assert np.abs(found.landmarks - first.landmarks).mean() < 1.5
    # Too small for the first looks, coarse ones.
    small = np.full((480, 640, 3), 128, np.uint8)
    small[200:264, 300:364] = cv2.resize(
        photo[40:240, 110:310], (64, 64), interpolation=cv2.INTER_AREA
    )
    found = find_largest_face(small)
    assert found is not None
    assert 300 < found.landmarks[30, 0] < 364
