"""Poses that fit any face."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.expression import Expression
from engine.face.head_model import head_model, mean_face
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, expressed, head_angles
from engine.face.pose_files import read_pose, write_pose
from engine.face.pose_preset import PosePreset, relaxed

SIZE = (512, 512)


@pytest.fixture
def other() -> Landmarks:
    """Another face, larger and elsewhere."""
    return mean_face((700, 400), (1000, 420))


@pytest.fixture
def pose(face: Landmarks) -> Pose3D:
    moved = Pose3D.of(face).moved([8, 30], (3, 5)).turned(20, -8, 4)
    return expressed(moved, Expression(smile=0.5, close_right_eye=1))


def test_a_preset_gives_its_own_face_the_same_pose(
    tmp_path: Path, face: Landmarks, pose: Pose3D
) -> None:
    path = tmp_path / "wink.json"
    PosePreset.of(pose).write(path, pose, SIZE)
    again = PosePreset.read(path).on(Pose3D.of(face))
    np.testing.assert_allclose(again.landmarks(), pose.landmarks(), atol=0.01)
    assert again.expression == pose.expression
    assert (again.yaw, again.pitch, again.roll) == pytest.approx((20, -8, 4))
    # For whoever reads only landmarks, it is a pose file like any other.
    np.testing.assert_allclose(read_pose(path, face), pose.landmarks(), atol=0.01)


def test_another_face_keeps_its_shape(pose: Pose3D, other: Landmarks) -> None:
    turned = PosePreset.of(pose).on(Pose3D.of(other))
    assert head_angles(turned.landmarks()) == pytest.approx(head_angles(pose.landmarks()), abs=4)
    still = PosePreset.of(pose).on(Pose3D.of(other), head=False)
    assert (still.yaw, still.pitch, still.roll) == (0, 0, 0)
    # The chin was moved by as much of the face, and the eye is shut.
    scale = still.source.pose.scale / pose.source.pose.scale
    chin = still.landmarks()[8] - expressed(Pose3D.of(other), pose.expression).landmarks()[8]
    assert float(np.hypot(*chin)) == pytest.approx(scale * np.hypot(3, 5), rel=0.1)
    openings = still.landmarks()[[41, 47], 1] - still.landmarks()[[37, 43], 1]
    assert openings[0] < 0.2 * openings[1]


def test_what_a_preset_does_not_say_stays(pose: Pose3D) -> None:
    same = PosePreset().on(pose)
    np.testing.assert_array_equal(same.landmarks(), pose.landmarks())
    turned = PosePreset(angles=(0.0, 0.0, 0.0)).on(pose)
    assert turned.expression == pose.expression
    np.testing.assert_array_equal(turned.edits, pose.edits)
    smiling = PosePreset(expression=Expression(smile=1)).on(pose)
    assert (smiling.yaw, smiling.pitch, smiling.roll) == (20, -8, 4)
    np.testing.assert_array_equal(smiling.edits, pose.edits)
    assert smiling.expression == Expression(smile=1)


def test_only_the_head_or_only_the_face(face: Landmarks, pose: Pose3D) -> None:
    preset = PosePreset.of(pose)
    head = preset.on(Pose3D.of(face), face=False)
    assert head.yaw == pytest.approx(20)
    assert head.expression == Expression()
    assert not head.edits.any()
    assert preset.on(Pose3D.of(face), head=False).yaw == 0


@pytest.mark.parametrize("name", ["pose.pts", "pose.xml", "pose.csv", "pose.labelme.json"])
def test_poses_of_other_programs_are_copied(
    tmp_path: Path, face: Landmarks, other: Landmarks, name: str
) -> None:
    target = Pose3D.of(other).turned(25, 0, 0).landmarks()
    write_pose(tmp_path / name, target, (2000, 1000))
    preset = PosePreset.read(tmp_path / name)
    copied = preset.on(Pose3D.of(face))
    assert head_angles(copied.landmarks()) == pytest.approx(head_angles(target), abs=4)
    assert preset.on(Pose3D.of(face), head=False).yaw == 0


@pytest.mark.parametrize(
    "stored",
    [{"angles": [1, 2]}, {"angles": [1, 2, None]}, {"edits": [[0, 0, 0]]}, {"edits": "all"},
     {"edits": [[9.0, 0, 0]] * 68}, {"expression": {"smile": 3}}, {"expression": {"grin": 1}},
     {"expression": {"smile": "yes"}}, {"expression": 7}],
)  # fmt: skip
def test_damaged_files_get_a_sentence(
    tmp_path: Path, pose: Pose3D, stored: dict[str, object]
) -> None:
    path = tmp_path / "pose.json"
    PosePreset.of(pose).write(path, pose, SIZE)
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "preset": stored}), encoding="utf-8")
    with pytest.raises(ReposeError, match="damaged"):
        PosePreset.read(path)


def test_a_relaxed_face_is_neutral(face: Landmarks, pose: Pose3D) -> None:
    calm = relaxed(pose)
    assert calm.expression == Expression()
    assert (calm.yaw, calm.pitch, calm.roll) == (pose.yaw, pose.pitch, pose.roll)
    facing = calm.turned(0, 0, 0).landmarks()
    assert abs((facing[[65, 66, 67], 1] - facing[[63, 62, 61], 1]).mean()) < 3, "was a broad smile"
    assert np.ptp(facing[[48, 54], 0]) < 0.9 * np.ptp(face[[48, 54], 0])
    np.testing.assert_allclose(facing[36:48], face[36:48], atol=0.2)
    np.testing.assert_allclose(facing[17:27], face[17:27], atol=0.2)


def test_a_relaxed_face_has_open_eyes(face: Landmarks) -> None:
    asleep = face.copy()
    asleep[[37, 38, 43, 44]] = asleep[[41, 40, 47, 46]]
    calm = relaxed(Pose3D.of(asleep)).landmarks()
    assert (calm[[41, 40, 47, 46], 1] - calm[[37, 38, 43, 44], 1]).min() > 2


def test_coefficients_are_stored_and_replace_the_faces_own(
    tmp_path: Path, face: Landmarks, other: Landmarks
) -> None:
    path = tmp_path / "look.json"
    pose = Pose3D.of(face).with_coefficients({"jawOpen": 0.6, "eyeBlinkLeft": 1.0}, (10, -5))
    PosePreset.of(pose).write(path, pose, SIZE)
    again = PosePreset.read(path).on(Pose3D.of(other))
    assert again.shown == pose.shown
    assert again.shown.gaze[0] == pytest.approx((10, -5))


def test_some_coefficients_leave_the_others(face: Landmarks) -> None:
    smiling = expressed(Pose3D.of(face), Expression(smile=0.3))
    looking = PosePreset(coefficients={"eyeLookOutLeft": 0.5}).on(smiling)
    assert looking.expression == smiling.expression
    assert looking.shown == smiling.shown.replaced(eyeLookOutLeft=0.5)
    calm = PosePreset(expression=Expression(), coefficients={"jawOpen": 0.0}).on(smiling)
    assert calm.shown == calm.source.expression.replaced(jawOpen=0.0)


@pytest.mark.parametrize("stored", [{"grin": 0.5}, {"jawOpen": 2}, {"jawOpen": None}, 7])
def test_damaged_coefficients_get_a_sentence(tmp_path: Path, pose: Pose3D, stored: object) -> None:
    path = tmp_path / "pose.json"
    PosePreset.of(pose).write(path, pose, SIZE)
    data = json.loads(path.read_text(encoding="utf-8"))
    data["preset"]["coefficients"] = stored
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ReposeError, match="damaged"):
        PosePreset.read(path)


def named(name: str, face: Landmarks) -> Pose3D:
    (path,) = resource("head_model.npz").parent.glob(f"poses/??-{name}.json")
    return PosePreset.read(path).on(Pose3D.of(face))


def openings(pose: Pose3D) -> tuple[float, float, float]:
    """Of the right eye, the left eye and the mouth in the mesh, decimetres."""
    points = head_model().dense(pose.head.mesh)[:, 1]
    right, left, mouth = points[[145, 374, 14]] - points[[159, 386, 13]]
    return float(right), float(left), float(mouth)


def test_named_poses_do_what_they_say(face: Landmarks) -> None:
    right, _, _ = openings(Pose3D.of(face))
    asleep, wink = openings(named("asleep", face)), openings(named("wink", face))
    assert np.abs(asleep).max() < 0.012, "eyes and mouth are shut"
    assert abs(wink[1]) < 0.012
    assert wink[0] == pytest.approx(right, rel=0.25)
    for name in ("laugh", "surprised"):
        pose = named(name, face)
        assert pose.shown["jawOpen"] >= 0.5
        assert openings(pose)[2] > 0.2
    assert named("laugh", face).shown["mouthSmileLeft"] > 0.6
    kiss = named("kiss", face).landmarks()
    assert np.ptp(kiss[[48, 54], 0]) < 0.8 * np.ptp(face[[48, 54], 0])
    for name, sign in (("look-left", -1), ("look-right", 1)):
        pose = named(name, face)
        assert pose.shown.gaze[0].yaw == pytest.approx(sign * 20)
        np.testing.assert_allclose(pose.landmarks(), face, atol=0.5)


def test_a_relaxed_face_is_shut_in_the_mesh(face: Landmarks) -> None:
    wide = Pose3D.of(face).with_coefficients({"jawOpen": 1.0}).landmarks()
    assert openings(Pose3D.of(wide))[2] > 0.3
    assert abs(openings(relaxed(Pose3D.of(wide)))[2]) < 0.01
