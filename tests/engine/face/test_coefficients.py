"""Expression coefficients: a mapping of ARKit's names, with the gaze."""

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.face.coefficients import (
    GROUPS,
    LARGEST_GAZE,
    NAMES,
    REST,
    Coefficients,
    read_coefficients,
    read_gaze,
)


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


def test_from_an_array_it_is_cut_off() -> None:
    values = np.linspace(-1, 2, len(NAMES))
    face = Coefficients.from_array(values)
    np.testing.assert_allclose(face.array, values.clip(0, 1))


def test_text_gives_coefficients() -> None:
    assert read_coefficients("jawOpen=0.6, eyeBlink_L=1") == {"jawOpen": 0.6, "eyeBlinkLeft": 1}
    assert read_coefficients("eyeBlink=0.5") == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}
    assert read_coefficients("") == {}
    assert read_gaze("10,-5") == (10, -5)


@pytest.mark.parametrize("text", ["jawOpen", "jawOpen=", "jawOpen=2", "jawOpen=nan", "jaw=0.5"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ReposeError):
        read_coefficients(text)


@pytest.mark.parametrize("text", ["10", "10,nan", "40,0", "a,b", "1,2,3", ""])
def test_other_gazes_are_refused(text: str) -> None:
    with pytest.raises(ReposeError, match="gaze"):
        read_gaze(text)
