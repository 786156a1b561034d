"""Expressions by sliders: the right points move the right way, and 0 gives everything back."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pytest

from engine.config.skeletons import MIRROR_IMAGES
from engine.core.errors import ReposeError
from engine.face.coefficients import REST, Coefficients
from engine.face.expression import Expression, with_sliders
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, expressed, head_angles
from engine.face.pose_preset import relaxed
from engine.face.pose_transfer import Transfer, copy_pose
from engine.face.retargeting import PosePart

NAMES = [field.name for field in fields(Expression)]
UPPER, LOWER = [61, 62, 63], [67, 66, 65]


def changed(pose: Pose3D, **sliders: float) -> Landmarks:
    """How far each point goes, (68, 2), in distances between the eyes."""
    landmarks = pose.landmarks()
    eyes = np.linalg.norm(landmarks[36:42].mean(axis=0) - landmarks[42:48].mean(axis=0))
    moved: Landmarks = (expressed(pose, Expression(**sliders)).landmarks() - landmarks) / eyes
    return moved


def gap(landmarks: Landmarks) -> float:
    return float((landmarks[LOWER, 1] - landmarks[UPPER, 1]).mean())


def openings(landmarks: Landmarks) -> tuple[float, float]:
    """Of the right and the left eye, pixels."""
    return (
        float((landmarks[[41, 40], 1] - landmarks[[37, 38], 1]).mean()),
        float((landmarks[[47, 46], 1] - landmarks[[43, 44], 1]).mean()),
    )


@pytest.fixture
def pose(face: Landmarks) -> Pose3D:
    return Pose3D.of(face)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-1.0, -0.3, 0.5, 1.0])
def test_neutral_gives_back_exactly_what_was_there(pose: Pose3D, name: str, value: float) -> None:
    edited = pose.moved([37, 48, 66, 8], (2.3, -1.1)).turned(17, -5, 3)
    there = expressed(edited, Expression(**{name: value}))
    assert np.abs(there.landmarks() - edited.landmarks()).max() > 0.5
    np.testing.assert_array_equal(expressed(there, Expression()).landmarks(), edited.landmarks())


@pytest.fixture
def calm(pose: Pose3D) -> Pose3D:
    """The same face without its smile."""
    return relaxed(pose)


@pytest.mark.parametrize("name", NAMES)
def test_sliders_move_further_the_further_they_are_set(calm: Pose3D, name: str) -> None:
    half, whole = (np.abs(changed(calm, **{name: value})).max() for value in (0.5, 1.0))
    assert 0.02 < half < whole < 0.7


@pytest.mark.parametrize("name", [n for n in NAMES if "eye" not in n])
def test_both_sides_move_alike(name: str) -> None:
    """On a face that is symmetric itself."""
    points = (head_model().landmarks(np.eye(3), head_model().mean)[:, :2] * 100 + 300).astype(
        np.float32
    )
    moved = changed(Pose3D.of(points), **{name: 0.8})
    np.testing.assert_allclose(moved[list(MIRROR_IMAGES)] * (-1, 1), moved, atol=5e-3)


def test_the_mouth_opens_by_the_jaw(pose: Pose3D) -> None:
    moved = changed(pose, open_mouth=1)
    assert moved[8, 1] > 0.3
    assert moved[57, 1] > 0.35
    assert abs(moved[51, 1]) < 0.05
    assert np.abs(moved[[0, 16, 27, 30, 19, 24, 37, 44]]).max() < 0.03
    nearer = np.diff(moved[:9, 1])
    assert (nearer > -1e-3).all(), "the nearer to the chin, the further down"


def test_the_mouth_closes(face: Landmarks, pose: Pose3D) -> None:
    closed = expressed(pose, Expression(open_mouth=-1)).landmarks()
    assert gap(face) > 5
    assert abs(gap(closed)) < 0.1
    assert closed[8, 1] < face[8, 1]


def test_a_smile_widens_and_lifts(calm: Pose3D) -> None:
    moved = changed(calm, smile=1)
    assert moved[48, 0] < -0.08
    assert moved[54, 0] > 0.08
    assert (moved[[48, 54], 1] < -0.07).all()
    sad = changed(calm, smile=-1)
    assert (sad[[48, 54], 1] > 0.04).all()


def test_each_eye_closes_alone(face: Landmarks, pose: Pose3D) -> None:
    right, left = openings(face)
    shut = expressed(pose, Expression(close_right_eye=1)).landmarks()
    assert openings(shut)[0] < 0.15 * right
    assert openings(shut)[1] == left
    assert openings(shut)[0] > -0.1 * right, "the lids hardly cross"
    wide = expressed(pose, Expression(close_left_eye=-1)).landmarks()
    assert openings(wide)[1] > 1.2 * left


def test_an_eye_that_a_hand_has_opened_closes_all_the_way(pose: Pose3D) -> None:
    opened = pose.moved([37, 38], (0, -6))
    right, _ = openings(opened.landmarks())
    shut = expressed(opened, Expression(close_right_eye=1)).landmarks()
    assert abs(openings(shut)[0]) < 0.15 * right


def test_a_hand_moves_a_shut_eye_by_what_it_moves(pose: Pose3D) -> None:
    shut = expressed(pose, Expression(close_right_eye=1, smile=0.4)).turned(15, 0, 0)
    moved = shut.moved([37], (1.5, -2.0)).landmarks() - shut.landmarks()
    np.testing.assert_allclose(moved[37], (1.5, -2.0), atol=1e-3)
    assert np.abs(np.delete(moved, 37, axis=0)).max() < 1e-3


def test_brows_go_up_and_down(pose: Pose3D) -> None:
    assert (changed(pose, raise_brows=1)[17:27, 1] < -0.06).all()
    assert (changed(pose, raise_brows=-1)[17:27, 1] > 0.02).all()
    frown = changed(pose, frown=1)
    assert frown[21, 0] > 0.02 > -0.02 > frown[22, 0]


def test_an_expression_turns_with_the_head(calm: Pose3D) -> None:
    still = changed(calm, smile=1)[54] - changed(calm, smile=1)[48]
    turned = calm.turned(50, 0, 0)
    moved = expressed(turned, Expression(smile=1)).landmarks() - turned.landmarks()
    eyes = np.linalg.norm(
        np.subtract(*(calm.landmarks()[s].mean(axis=0) for s in (slice(36, 42), slice(42, 48))))
    )
    seen = (moved[54] - moved[48]) / eyes
    assert seen[0] < 0.85 * still[0]


def test_sliders_at_rest_change_nothing() -> None:
    own = Coefficients.of(jawOpen=0.3, eyeSquintLeft=0.4, mouthSmileLeft=0.2)
    assert with_sliders(own, Expression()) == own


@pytest.mark.parametrize("blink", [0.0, 0.4, 1.0])
def test_eyes_shut_and_open_from_what_they_are(blink: float) -> None:
    own = Coefficients.of(eyeBlinkRight=blink)
    shut = with_sliders(own, Expression(close_right_eye=1))
    assert shut["eyeBlinkRight"] == 1
    assert shut["eyeBlinkLeft"] == 0
    wide = with_sliders(own, Expression(close_right_eye=-1))
    assert wide["eyeBlinkRight"] == 0
    assert wide["eyeWideRight"] == 1


def test_a_mouth_closes_and_smiles() -> None:
    own = Coefficients.of(jawOpen=0.5, mouthUpperUpLeft=0.3, mouthFrownLeft=0.4)
    closed = with_sliders(own, Expression(open_mouth=-1))
    assert closed["jawOpen"] == closed["mouthUpperUpLeft"] == 0
    smiling = with_sliders(own, Expression(smile=1))
    assert smiling["mouthFrownLeft"] == 0
    assert min(smiling["mouthSmileLeft"], smiling["mouthSmileRight"]) > 0.7
    half = with_sliders(REST, Expression(smile=0.5))
    assert 0.3 < half["mouthSmileLeft"] < smiling["mouthSmileLeft"]


@pytest.mark.parametrize("value", [1.1, -2, float("nan"), float("inf"), "1", None])
def test_what_is_no_expression_is_refused(value: object) -> None:
    with pytest.raises(ReposeError, match="smile"):
        Expression(smile=value)  # type: ignore[arg-type]


# Copied poses, in parts


@pytest.fixture
def target(face: Landmarks) -> Landmarks:
    """A face that is turned, with an open mouth, shut eyes and raised brows."""
    expression = Expression(open_mouth=0.6, close_right_eye=1, close_left_eye=1, raise_brows=1)
    return expressed(Pose3D.of(face), expression).turned(25, -8, 5).landmarks()


@pytest.mark.parametrize(
    ("part", "moving"),
    [("eyes", range(36, 48)), ("brows", range(17, 27)), ("mouth", (*range(17), *range(48, 68))),
     ("jaw", (*range(17), *range(48, 68)))],
)  # fmt: skip
def test_a_part_alone(
    face: Landmarks, target: Landmarks, part: PosePart, moving: Sequence[int]
) -> None:
    moved = np.abs(copy_pose(face, target, parts=[part]) - face).max(axis=1)
    assert moved[list(moving)].max() > 3
    assert np.delete(moved, list(moving)).max() < 1


def test_the_head_alone_keeps_the_expression(face: Landmarks, target: Landmarks) -> None:
    copied = copy_pose(face, target, parts=["head"])
    assert head_angles(copied) == pytest.approx(head_angles(target), abs=4)
    assert openings(copied)[0] > 0.7 * openings(face)[0]


def test_strength_goes_on_in_the_same_direction(face: Landmarks, target: Landmarks) -> None:
    np.testing.assert_allclose(copy_pose(face, target, strength=0), face, atol=0.01)
    own, whole = head_angles(face)[0], head_angles(target)[0]
    for strength in (0.5, 1.5):
        copied = head_angles(copy_pose(face, target, strength=strength))[0]
        assert copied - own == pytest.approx(strength * (whole - own), abs=4)
    parts: tuple[PosePart, ...] = ("eyes", "mouth")
    for part in parts:
        further = copy_pose(face, target, parts=[part], strength=1.5)
        assert min(openings(further)) > -0.5, "nothing turns inside out"
        assert gap(further) > -0.5


@pytest.mark.parametrize("transfer", ["aligned", "absolute"])
def test_points_in_parts_and_by_strength(
    face: Landmarks, target: Landmarks, transfer: Transfer
) -> None:
    whole = copy_pose(face, target, transfer, (1, 1), (1, 1), parts=["mouth"])
    half = copy_pose(
        face,
        target,
        transfer,
        (1, 1),
        (1, 1),
        parts=["mouth"],
        strength=0.5,
    )
    np.testing.assert_allclose(half[48:], (face[48:] + whole[48:]) / 2, atol=1e-3)
    np.testing.assert_array_equal(half[:48], face[:48])


@pytest.mark.parametrize("strength", [-0.1, 1.6, float("nan")])
@pytest.mark.parametrize("transfer", ["relative", "aligned"])
def test_other_strengths_are_refused(face: Landmarks, strength: float, transfer: Transfer) -> None:
    with pytest.raises(ReposeError, match="strength"):
        copy_pose(face, face, transfer, strength=strength)


def test_copying_starts_from_what_is_there(pose: Pose3D, target: Landmarks) -> None:
    edited = expressed(pose.moved([33], (4, 4)).turned(5, 0, 0), Expression(smile=1, frown=0.5))
    copied = edited.with_pose_of(target, ["mouth"])
    assert copied.expression == Expression(frown=0.5)
    assert (copied.yaw, copied.pitch) == (5, 0)
    np.testing.assert_allclose(copied.landmarks()[17:48], edited.landmarks()[17:48], atol=1.0)
    assert edited.with_pose_of(target, strength=0) is edited
    assert edited.with_pose_of(target, parts=()) is edited
