"""The head model: lids close over eyeballs, the jaw moves the lower teeth, both sides are alike."""

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.face.coefficients import INDEX, MIRROR_NAMES, NAMES, REST, Coefficients
from engine.face.head import N_JAW, rotation
from engine.face.head_model import HeadModel, Part, head_model, mean_face
from engine.face.lifted_face import fitted_head

UPPER_LIDS, LOWER_LIDS = [160, 159, 158], [144, 145, 153]  # MediaPipe's, of the right eye


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return head_model()


def lid_gap(model: HeadModel, blink: float) -> float:
    points = model.dense(model.vertices(None, Coefficients.of(eyeBlinkRight=blink)))
    return float((points[LOWER_LIDS, 1] - points[UPPER_LIDS, 1]).mean())


def test_the_surface_is_the_first_vertices(model: HeadModel) -> None:
    surface = model.surface
    n = len(surface.vertices)
    np.testing.assert_array_equal(model.mean[:n], surface.vertices)
    assert set(model.vertex_parts[:n].tolist()) == {Part.SKIN, Part.RIGHT_EYE, Part.LEFT_EYE}
    assert not np.isin(model.vertex_parts[n:], (Part.SKIN, Part.RIGHT_EYE, Part.LEFT_EYE)).any()
    assert surface.triangles.max() < n
    np.testing.assert_array_equal(surface.mirror[surface.mirror], np.arange(n))


@pytest.mark.parametrize("yaw", [-50, -20, 0, 35, 60])
def test_the_jaw_follows_the_silhouette(model: HeadModel, yaw: float) -> None:
    turned = rotation(yaw, 0, 0)
    points = model.landmarks(turned, model.mean) @ turned.T
    paths = model.jaw_paths.of(model.mean) @ turned.T
    for j, side in ((0, -1), (2, -1), (4, -1), (12, 1), (14, 1), (16, 1)):
        outermost = (side * paths[j, :, 0]).max()
        assert side * points[j, 0] == pytest.approx(outermost, abs=0.04)


def test_rest_is_the_mean(model: HeadModel) -> None:
    np.testing.assert_allclose(model.vertices(), model.mean, atol=1e-9)
    np.testing.assert_allclose(model.vertices(np.zeros(20), REST), model.mean, atol=1e-9)


def test_the_mean_and_the_shapes_are_symmetric(model: HeadModel) -> None:
    flip = np.array([-1, 1, 1])
    np.testing.assert_array_equal(model.mirror[model.mirror], np.arange(len(model.mean)))
    np.testing.assert_allclose(model.mean[model.mirror], model.mean * flip, atol=2e-3)
    for name in NAMES:
        other = model.expressions[INDEX[MIRROR_NAMES[name]]]
        assert np.abs(other[model.mirror] * flip - model.expressions[INDEX[name]]).max() < 0.02
    for mode in model.identities:
        mirrored = mode[model.mirror] * flip
        both_ways = min(np.abs(mirrored - mode).max(), np.abs(mirrored + mode).max())
        assert both_ways < 0.01, "symmetric or antisymmetric"


def test_an_eye_shuts_evenly(model: HeadModel) -> None:
    gaps = np.array([lid_gap(model, blink) for blink in (0, 0.25, 0.5, 0.75, 1)])
    assert 0.06 < gaps[0] < 0.13
    assert (np.diff(gaps) < 0).all()
    assert 0.3 < gaps[2] / gaps[0] < 0.65
    assert abs(gaps[4]) < 0.15 * gaps[0]
    wide = model.dense(model.vertices(None, Coefficients.of(eyeWideRight=1)))
    assert (wide[LOWER_LIDS, 1] - wide[UPPER_LIDS, 1]).mean() > 1.2 * gaps[0]


@pytest.mark.parametrize("blink", [0.0, 0.3, 0.6, 1.0])
def test_lids_stay_outside_the_eyeballs(model: HeadModel, blink: float) -> None:
    shut = Coefficients.of(eyeBlinkLeft=blink, eyeBlinkRight=blink)
    mesh = model.vertices(None, shut)
    lids = model.dense(mesh)[[*UPPER_LIDS, *LOWER_LIDS]]
    ball, _ = model.eyeballs(mesh, shut)
    assert (np.linalg.norm(lids - ball.centre, axis=1) > ball.radius - 4e-3).all()


def test_the_jaw_takes_the_lower_teeth_along(model: HeadModel) -> None:
    moved = model.vertices(None, Coefficients.of(jawOpen=1)) - model.mean
    down = {
        part: moved[model.vertex_parts == part, 1].mean() for part in Part if part != Part.SOCKET
    }
    assert down[Part.LOWER_TEETH] > 0.15
    assert down[Part.TONGUE] > 0.1
    assert abs(down[Part.UPPER_TEETH]) < 1e-3
    assert abs(down[Part.RIGHT_EYE]) < 1e-3


def test_a_closed_mouth_hides_the_teeth(model: HeadModel) -> None:
    teeth = model.mean[model.vertex_parts == Part.UPPER_TEETH]
    lip = model.dense(model.mean)[13]
    assert teeth[:, 2].max() < lip[2]
    assert lip[1] - 0.02 < teeth[:, 1].max() < lip[1] + 0.06, "the edges are near the lips' line"


def test_a_mouth_cannot_close_further_than_the_jaw_opens(model: HeadModel) -> None:
    np.testing.assert_allclose(model.vertices(None, Coefficients.of(mouthClose=1)), model.mean)
    points = model.dense(model.vertices(None, Coefficients.of(mouthClose=0.5, jawOpen=0.5)))
    assert points[14, 1] - points[13, 1] < 0.06


@pytest.mark.parametrize("gaze", [(20, 0), (-15, 0), (0, 12), (0, -12)])
def test_irises_go_where_the_gaze_goes(model: HeadModel, gaze: tuple[float, float]) -> None:
    face = REST.with_gaze(gaze)
    before, after = model.eyeballs(model.mean), model.eyeballs(model.vertices(None, face), face)
    for old, new in zip(before, after, strict=True):
        moved = new.pupil - old.pupil
        assert np.sign(np.round(moved[0], 3)) == np.sign(gaze[0])
        assert np.sign(np.round(-moved[1], 3)) == np.sign(gaze[1])
        assert old.direction == pytest.approx((0, 0, 1), abs=1e-9)


def test_lids_follow_a_gaze_downwards(model: HeadModel) -> None:
    down = model.dense(model.vertices(None, REST.with_gaze((0, -25))))
    assert (down[UPPER_LIDS, 1] - model.dense(model.mean)[UPPER_LIDS, 1]).mean() > 0.01


def test_landmarks_lie_where_the_face_has_them(model: HeadModel) -> None:
    points = model.landmarks(np.eye(3), model.mean)
    turned = model.landmarks(rotation(50, 0, 0), model.mean)
    assert turned[13, 2] > points[13, 2] + 0.1, "the jaw slides along the silhouette"
    np.testing.assert_array_equal(turned[N_JAW:], points[N_JAW:])


def test_expressions_leave_the_back_of_the_head(model: HeadModel) -> None:
    behind = model.mean[:, 2] < -0.3
    assert np.abs(model.expressions[:, behind]).max() < 0.05


def test_mean_face_is_placed_on_two_eyes() -> None:
    left, right = (120.0, 80.0), (180.0, 110.0)
    placed = mean_face(left, right)
    np.testing.assert_allclose(placed[36:42].mean(axis=0), left, atol=0.01)
    np.testing.assert_allclose(placed[42:48].mean(axis=0), right, atol=0.01)
    # A similarity: the face is turned as the eyes are, clockwise, and looks at the viewer.
    yaw, pitch, roll = fitted_head(placed).angles
    assert roll == pytest.approx(np.degrees(np.arctan2(30, 60)), abs=0.5)
    assert (yaw, pitch) == pytest.approx((0, 0), abs=0.5)


@pytest.mark.parametrize("right", [(120.0, 80.0), (float("nan"), 80.0)])
def test_mean_face_refuses_eyes_that_are_one_point_or_none(right: tuple[float, float]) -> None:
    with pytest.raises(ReposeError):
        mean_face((120.0, 80.0), right)
