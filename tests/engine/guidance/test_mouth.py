import numpy as np
import pytest

from engine.face.expression import Expression
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, expressed
from engine.guidance.mouth import Mouth, opened_mouth
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

SIZE = 256
SKIN = np.array([0.8, 0.6, 0.5])


def mouth_of(source: Landmarks, target: Landmarks) -> Mouth | None:
    scale = float(np.ptp(source[:, 1])) / 1.2  # pixels per decimetre, about
    return opened_mouth(source, target, (scale, scale), SKIN, SIZE)


@pytest.fixture(scope="module")
def closed(face: Landmarks) -> Landmarks:
    """The sample's face, whose mouth is open, with lips that touch."""
    points = Crop.around(face).to_network(face, SIZE).copy()
    points[65:68] = points[[63, 62, 61]]
    return points


@pytest.fixture(scope="module")
def opened(closed: Landmarks) -> Landmarks:
    return expressed(Pose3D.of(closed), Expression(open_mouth=0.8)).landmarks()


def test_a_mouth_that_does_not_open_has_no_inside(closed: Landmarks, opened: Landmarks) -> None:
    assert mouth_of(closed, closed) is None
    assert mouth_of(opened, opened) is None, "the source shows it"
    assert mouth_of(opened, closed) is None


def test_an_opened_mouth_shows_teeth_above_and_dark_below(
    closed: Landmarks, opened: Landmarks
) -> None:
    mouth = mouth_of(closed, opened)
    assert mouth is not None
    picture = np.full((3, SIZE, SIZE), 0.5, np.float32)
    mouth.paint(picture)
    (x, upper), (_, lower) = opened[62].round().astype(int), opened[66].round().astype(int)
    assert lower - upper > 12, "else the test shows little"
    teeth, dark = picture[:, upper + 2, x], picture[:, lower - 3, x]
    assert teeth.min() > 0.6
    assert np.ptp(teeth) < 0.1, "teeth have next to no hue"
    assert dark.max() < 0.3
    np.testing.assert_array_equal(picture[:, upper - 3, x], 0.5)
    np.testing.assert_array_equal(picture[:, lower + 3, x], 0.5)
    assert (picture != 0.5).any(axis=0).mean() < 0.05


def test_the_less_it_opens_the_less_is_painted(closed: Landmarks) -> None:
    head = Pose3D.of(closed)
    shares = []
    for amount in (0.15, 0.2, 0.8):
        mouth = mouth_of(closed, expressed(head, Expression(open_mouth=amount)).landmarks())
        shares.append(0.0 if mouth is None else float(mouth.share.max()))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1, abs=0.01)
    assert shares[0] < 0.9


@pytest.mark.parametrize("shift", [(-400, 0), (130, 0), (0, 150), (400, 400)])
def test_a_mouth_at_the_border_or_beyond(
    closed: Landmarks, opened: Landmarks, shift: tuple[float, float]
) -> None:
    moved = opened + np.array(shift, np.float32)
    mouth = mouth_of(closed, moved)
    picture = np.full((3, SIZE, SIZE), 0.5, np.float32)
    if mouth is not None:
        mouth.paint(picture)
    assert np.isfinite(picture).all()
    inside = ((moved[60:68] >= 0) & (moved[60:68] < SIZE)).all()
    assert not (inside and mouth is None)


def test_lips_on_one_point(closed: Landmarks, photo: Photo) -> None:
    flat = closed.copy()
    flat[48:68] = flat[48]
    flat[66, 1] += 60
    mouth = mouth_of(closed, flat)
    assert mouth is None or np.isfinite(mouth.colours).all()
