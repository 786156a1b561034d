"""Expression coefficients: a mapping of ARKit's names, gaze, sliders and copying."""

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.face.coefficients import GROUPS, LARGEST_GAZE, NAMES, REST, Coefficients
from engine.face.expression import Expression
from engine.face.sliders import retargeted, with_sliders


def test_the_names_are_arkits() -> None:
    assert len(NAMES) == len(set(NAMES)) == 52
    assert {"eyeBlinkLeft", "jawOpen", "mouthSmileRight", "tongueOut", "noseSneerLeft"} <= {*NAMES}
    assert tuple(name for group in GROUPS.values() for name in group) == NAMES


def test_coefficients_are_a_mapping() -> None:
    face = Coefficients.of(jawOpen=0.6, eyeBlink_L=1)
    assert face["jawOpen"] == 0.6
    assert face["eyeBlinkLeft"] == 1
    assert sum(face.values()) == pytest.approx(1.6)
    assert dict(face) == {**dict.fromkeys(NAMES, 0.0), "jawOpen": 0.6, "eyeBlinkLeft": 1}
    assert face.replaced(jawOpen=0, eyeBlinkLeft=0) == REST
    with pytest.raises(ValueError, match="read-only"):
        face.array[0] = 1


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan"), "1", None])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(ReposeError, match="jawOpen"):
        Coefficients.of(jawOpen=value)  # type: ignore[arg-type]


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ReposeError, match="jawOpen"):
        Coefficients.of(jawOpn=0.5)


def test_the_gaze_is_in_the_coefficients() -> None:
    face = REST.with_gaze((10, -5), (20, 8))
    right, left = face.gaze
    assert right == pytest.approx((10, -5))
    assert left == pytest.approx((20, 8))
    assert face["eyeLookInRight"] > 0, "the right eye looks to the nose"
    assert face["eyeLookOutLeft"] > 0
    assert REST.with_gaze((90, 0)).gaze[0].yaw == LARGEST_GAZE
    assert face.with_gaze((0, 0)) == REST


def test_a_mirrored_face_looks_to_the_other_side() -> None:
    face = Coefficients.of(eyeBlinkLeft=0.7, mouthRight=0.3, jawOpen=0.2).with_gaze((12, 3))
    mirrored = face.mirrored()
    assert mirrored["eyeBlinkRight"] == 0.7
    assert mirrored["mouthLeft"] == 0.3
    assert mirrored.gaze[0] == pytest.approx((-12, 3))
    assert mirrored.mirrored() == face


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


def test_an_expression_is_copied_relative_to_its_own_neutral() -> None:
    own = Coefficients.of(mouthSmileLeft=0.8, jawOpen=0.4, browInnerUp=0.3)
    target = Coefficients.of(jawOpen=0.6, eyeBlinkLeft=0.9, browInnerUp=0.5)
    usual = Coefficients.of(jawOpen=0.1, browInnerUp=0.5)
    copied = retargeted(own, target, usual)
    assert copied["jawOpen"] == pytest.approx(0.5), "the own open mouth is not added to it"
    assert copied["mouthSmileLeft"] == 0
    assert copied["browInnerUp"] == 0
    eyes_only = retargeted(own, target, parts=("eyes",))
    assert eyes_only == own.replaced(eyeBlinkLeft=0.9)
    half = retargeted(own, target, strength=0.5)
    assert half["jawOpen"] == pytest.approx(0.5)
    assert half["mouthSmileLeft"] == pytest.approx(0.4)
    assert retargeted(own, target, strength=0) == own
    with pytest.raises(ReposeError, match="strength"):
        retargeted(own, target, strength=2)


def test_from_an_array_it_is_cut_off() -> None:
    values = np.linspace(-1, 2, len(NAMES))
    face = Coefficients.from_array(values)
    np.testing.assert_allclose(face.array, values.clip(0, 1))
