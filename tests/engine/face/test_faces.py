"""A face as JSON values: what is written reads back exactly, other values are refused."""

import json
from typing import Any

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.imaging.photos import Photo


@pytest.fixture(scope="module")
def found(photo: Photo) -> Face:
    return find_faces(photo)[0]


def test_a_face_reads_back_exactly(found: Face) -> None:
    text = json.dumps(found.to_values(), allow_nan=False)
    assert len(text) < 25_000, "the shortest decimals"
    read = Face.of_values(json.loads(text))
    assert (read.box, read.score) == (found.box, found.score)
    assert read.coefficients == found.coefficients
    np.testing.assert_array_equal(read.landmarks, found.landmarks)
    assert read.dense is not None
    assert found.dense is not None
    np.testing.assert_array_equal(read.dense, found.dense)
    assert read.dense.dtype == read.landmarks.dtype == np.float32


def test_a_face_of_dlib_has_landmarks_alone(photo: Photo) -> None:
    (face,) = find_faces(photo, "dlib")
    read = Face.of_values(json.loads(json.dumps(face.to_values())))
    np.testing.assert_array_equal(read.landmarks, face.landmarks)
    assert read.dense is None
    assert not read.coefficients


@pytest.mark.parametrize(
    "wrong",
    [{"box": [1, 2, 3]}, {"landmarks": [[0, 0]]}, {"score": "high"}, {"dense": [[0, 0, 0]]},
     {"dense": [[float("nan")] * 3] * 478}, {"coefficients": [1]}],
)  # fmt: skip
def test_other_values_are_refused(found: Face, wrong: dict[str, Any]) -> None:
    with pytest.raises((ReposeError, ValueError, TypeError, LookupError, AttributeError)):
        Face.of_values({**found.to_values(), **wrong})
