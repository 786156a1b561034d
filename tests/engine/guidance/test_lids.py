import numpy as np
import pytest

from engine.face.coefficients import Coefficients
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.posed_head import PosedHead
from engine.guidance.lids import EyePlane, Rims


@pytest.fixture(scope="module")
def lifted(face: Landmarks) -> LiftedFace:
    return LiftedFace.of(face)


def posed(lifted: LiftedFace, **coefficients: float) -> PosedHead:
    expression = lifted.expression.replaced(**coefficients)
    return PosedHead(lifted.pose, lifted.expressed(expression), expression, lifted.landmarks)


def gap(rims: Rims) -> float:
    return float(rims.gap.max())


@pytest.mark.parametrize("side", [0, 1])
def test_the_plane_has_the_corners_on_its_axis(lifted: LiftedFace, side: int) -> None:
    eye = EyePlane.of(lifted.head, side)
    ends = np.array([[-eye.width / 2, 0], [eye.width / 2, 0]])
    corners = lifted.landmarks[[36, 39] if side == 0 else [42, 45]]
    apart = np.linalg.norm(eye.plane.pixels(ends) - corners, axis=1) / lifted.pose.scale
    assert apart.max() < 0.05
    assert eye.faces(lifted.pose.scale)


def test_rims_that_do_not_move_stay(lifted: LiftedFace) -> None:
    rims = EyePlane.of(lifted.head, 0).rims
    visible = rims.grown(-0.01, 0.005)
    assert visible.moved(rims, rims).moves(visible) < 1e-9


def test_the_gap_closes_with_the_meshs(lifted: LiftedFace) -> None:
    """Also if the visible gap is larger than the mesh's."""
    eye = EyePlane.of(lifted.head, 0)
    shut = EyePlane.of(posed(lifted, eyeBlink_R=1, eyeWide_R=0), 0, eye.width)
    half = EyePlane.of(posed(lifted, eyeBlink_R=0.5, eyeWide_R=0), 0, eye.width)
    visible = eye.rims.grown(0.01, 0.01)
    assert gap(visible.moved(eye.rims, shut.rims)) < 0.003
    assert 0.2 < gap(visible.moved(eye.rims, half.rims)) / gap(visible) < 0.8


def test_the_gap_grows_by_what_the_meshs_does(lifted: LiftedFace) -> None:
    eye = EyePlane.of(lifted.head, 0)
    wide = EyePlane.of(posed(lifted, eyeBlink_R=0, eyeSquint_R=0, eyeWide_R=1), 0, eye.width)
    grown = gap(eye.rims.grown(-0.01, 0).moved(eye.rims, wide.rims))
    assert grown == pytest.approx(gap(wide.rims) - 0.01, abs=0.01)


def test_an_eye_that_turns_away_keeps_its_rims(lifted: LiftedFace) -> None:
    eye = EyePlane.of(lifted.head, 1)
    assert lifted.expression != Coefficients()
    label = eye.rims.grown(0.02, 0.01)
    window = eye.window(0.1, 0.16, 0.12, 512)
    assert window is not None
    mask = label.inside(*eye.plane.grid(window), lifted.pose.scale)
    assert eye.rims.visible(mask, eye.plane, window).moves(label) < 0.012
