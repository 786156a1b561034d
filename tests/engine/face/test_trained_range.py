"""How far heads were turned in training."""

import numpy as np
import pytest

from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, head_angles
from engine.face.trained_range import TrainedRange


def test_the_range_is_that_of_nearly_all_faces(face: Landmarks) -> None:
    pose, own = Pose3D.of(face), head_angles(face)
    turned = [pose.turned(yaw, 0, 0).landmarks() for yaw in np.linspace(-30, 20, 51)]
    found = TrainedRange.of([*turned, np.zeros((68, 2), np.float32)])
    assert found is not None
    assert found.yaw == pytest.approx((own[0] - 30, own[0] + 20), abs=6)
    assert found.pitch[0] - 0.1 <= own[1] <= found.pitch[1] + 0.1
    assert np.ptp(found.pitch) < 8


def test_no_faces_no_range() -> None:
    assert TrainedRange.of([]) is None
    assert TrainedRange.of([np.full((68, 2), np.nan, np.float32)]) is None


def test_it_travels_in_a_checkpoint() -> None:
    written = TrainedRange((-40.5, 38.0), (-10.0, 12.0), (-5.0, 5.0))
    assert TrainedRange.read(written.metadata()) == written


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "3", '{"yaw": [3]}', '{"yaw": [5, -5]}', '{"yaw": [null, 1]}',
     '{"yaw": [NaN, 1]}', "[" * 100_000, '{"yaw": [0, 1%s]}' % ("0" * 400)],
)  # fmt: skip
def test_what_cannot_be_read_is_the_default(text: str) -> None:
    assert TrainedRange.read({"trained_range": text}) == TrainedRange()
    assert TrainedRange.read({}) == TrainedRange()


def test_no_change_is_always_within() -> None:
    offsets = TrainedRange((-40, 40), (-10, 10), (-5, 5)).around((10, -20, 0))
    assert offsets == TrainedRange((-50, 30), (0, 30), (-5, 5))


def test_roll_that_training_adds_widens_the_range(face: Landmarks) -> None:
    plain, varied = TrainedRange.of([face]), TrainedRange.of([face], rolled=7.0)
    assert plain is not None
    assert varied is not None
    assert (varied.yaw, varied.pitch) == (plain.yaw, plain.pitch)
    assert varied.roll == (plain.roll[0] - 14, plain.roll[1] + 14)
