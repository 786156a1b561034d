"""Keyframes: poses at moments, the poses between them, and what is made of them."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.core.errors import ReposeError
from engine.core.files import data_folder, resource
from engine.export.batch_run import Progress
from engine.export.jobs import Outcome
from engine.export.keyframes import Keyframe, Keyframes, PoseTrack
from engine.export.sequence import open_footage
from engine.export.sequence_export import SequenceExport, export_sequence
from engine.face.detection import find_faces
from engine.face.expression import Expression
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D, expressed
from engine.face.pose_between import pose_between
from engine.face.pose_files import write_pose
from engine.face.pose_preset import PosePreset, write_pose3d
from engine.imaging.photos import Photo, read_photo
from engine.inference.predictor import Predictor
from main import main

SIZE = (512, 512)


@pytest.fixture(scope="module")
def own(face: Landmarks) -> Pose3D:
    return Pose3D.of(face)


@pytest.fixture(scope="module")
def shout(own: Pose3D) -> Pose3D:
    """Turned, with everything that a pose can have."""
    pose = own.turned(24, -10, 6).moved([19, 24], (3, -8))
    pose = pose.with_coefficients({"jawOpen": 0.6}, (20, -8))
    return expressed(pose, Expression(open_mouth=0.2, close_left_eye=0.5))


def written(path: Path, keyframes: list[tuple[Any, Any]], **more: object) -> Path:
    keys = [{"time": time, "pose": pose} for time, pose in keyframes]
    path.write_text(json.dumps({"version": 1, "keyframes": keys, **more}), encoding="utf-8")
    return path


# Poses between


def test_the_ends_are_exact_and_the_middle_looks_the_same_with_its_sliders_settled(
    own: Pose3D, shout: Pose3D
) -> None:
    assert pose_between(own, shout, 0) is own
    assert pose_between(own, shout, 1) is shout
    near = pose_between(own, shout, 1 - 1e-9)
    assert np.abs(near.landmarks() - shout.landmarks()).max() < 1e-3
    assert np.abs(near.shown.array - shout.shown.array).max() < 1e-6
    assert shout.settled().same_picture(shout)
    same = pose_between(own, Pose3D.unchanged(own.source), 0.3)
    assert not same.changed


def test_the_head_turns_at_constant_speed_on_the_shortest_way(own: Pose3D) -> None:
    one, other = own.turned(-40, 20, 0), own.turned(50, -10, 30)
    poses = [pose_between(one, other, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    turns = [Rotation.from_matrix(pose.rotation) for pose in poses]
    steps = [(b * a.inv()).magnitude() for a, b in pairwise(turns)]
    assert steps == pytest.approx([steps[0]] * 4)
    assert 4 * steps[0] == pytest.approx((turns[-1] * turns[0].inv()).magnitude())


def test_expression_gaze_and_edits_change_linearly(own: Pose3D) -> None:
    one = own.with_coefficients({"jawOpen": 0.2}, (-20, 6)).moved([48], (4, 0))
    other = own.with_coefficients({"jawOpen": 0.6}, (10, -6)).moved([48], (0, 8))
    middle = pose_between(one, other, 0.25)
    assert middle.shown["jawOpen"] == pytest.approx(0.3)
    for eye in middle.shown.gaze:
        assert tuple(eye) == pytest.approx((-12.5, 3))
    assert min(middle.shown["eyeLookInLeft"], middle.shown["eyeLookOutLeft"]) == 0
    assert middle.edits == pytest.approx(0.75 * one.edits + 0.25 * other.edits)


def test_a_track_holds_its_ends_and_passes_its_keyframes(own: Pose3D, shout: Pose3D) -> None:
    track = PoseTrack([0.5, 2.0], [own, shout])
    assert track.at(0) is own
    assert track.at(0.5) is own
    assert track.at(2.0) is shout
    assert track.at(99) is shout
    assert track.at(1.25).yaw == pytest.approx(pose_between(own, shout, 0.5).yaw)
    with pytest.raises(ReposeError, match="no keyframes"):
        PoseTrack([], [])


# Files


def test_a_file_has_poses_as_values_as_files_and_as_names(
    own: Pose3D, shout: Pose3D, tmp_path: Path
) -> None:
    write_pose3d(tmp_path / "shout.json", shout, SIZE)
    write_pose(tmp_path / "turned.pts", own.turned(15, 0, 0).landmarks(), SIZE)
    smile = json.loads(resource("poses/07-smile.json").read_text())
    data_folder("poses").mkdir(parents=True)
    write_pose3d(data_folder("poses") / "Agape.json", own.with_coefficients({"jawOpen": 1.0}), SIZE)
    file = written(
        tmp_path / "keys.json",
        [(2, "Smile"), (0, "shout.json"), (1, smile), (3.5, "turned.pts"), (4, "agape")],
        fps=10,
    )
    keys = Keyframes.read(file)
    assert [key.time for key in keys.keys] == [0, 1, 2, 3.5, 4]
    assert (keys.fps, keys.count) == (10, 41)
    track = keys.on(own.source)
    assert np.abs(track.at(0).landmarks() - shout.landmarks()).max() < 0.5
    assert track.at(1).same_picture(track.at(2))
    assert track.at(3.5).yaw == pytest.approx(15, abs=2)
    assert track.at(4).shown["jawOpen"] == 1
    again = tmp_path / "again.json"
    keys.write(again, own, SIZE)
    read = Keyframes.read(again)
    for time in (0, 0.7, 1, 2.9, 4):
        one, other = track.at(time), read.on(own.source).at(time)
        assert np.abs(one.landmarks() - other.landmarks()).max() < 0.6


def test_the_frame_rate_may_be_missing(tmp_path: Path) -> None:
    assert Keyframes.read(written(tmp_path / "keys.json", [(1, "left")])).fps == 25


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "is damaged or no file of keyframes"),
        ("[]", "is no file of keyframes: it needs"),
        ('{"version": 1, "keyframes": [{"time": "soon", "pose": "left"}]}', "is no file of keyfr"),
        ('{"version": 2, "keyframes": []}', "newer Repose"),
        ('{"version": 1, "keyframes": []}', "set at least one"),
        ('{"version": 1, "keyframes": [{"time": -1, "pose": "left"}]}', "goes from 0 to 3600"),
        ('{"version": 1, "keyframes": [{"time": NaN, "pose": "left"}]}', "goes from 0 to 3600"),
        ('{"version": 1, "keyframes": [{"time": 0, "pose": "lft"}]}', "are Ahead, Left"),
        ('{"version": 1, "keyframes": [{"time": 0, "pose": 5}]}', "a file's path or a name"),
        ('{"version": 1, "keyframes": [{"time": 0, "pose": {"version": 1}}]}', "cannot be used as"),
        ('{"version": 1, "keyframes": [{"time": 0, "pose": "no.json"}]}', "does not exist"),
        ('{"version": 1, "fps": -3, "keyframes": [{"time": 0, "pose": "up"}]}', "frames per sec"),
        (
            '{"version": 1, "keyframes": [{"time": 1, "pose": "up"}, {"time": 1, "pose": "up"}]}',
            "two keyframes at 1 seconds",
        ),
    ],
)
def test_what_is_no_file_of_keyframes_is_one_sentence(
    text: str, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(ReposeError, match=sentence) as refused:
        Keyframes.read(file)
    assert str(refused.value).startswith(str(file))


# What is made of them


def silent(_outcome: Outcome | None, _progress: Progress) -> None:
    pass


@pytest.fixture
def keys(own: Pose3D) -> Keyframes:
    turned = PosePreset.of(own.turned(20, 0, 0).with_coefficients({"jawOpen": 0.5}, (15, 0)))
    return Keyframes((Keyframe(0.0, PosePreset.of(own)), Keyframe(0.4, turned)), 10)


def test_each_frame_is_the_picture_of_its_moment(
    sample: Path, photo: Photo, keys: Keyframes, model: Path, predictor: Predictor, tmp_path: Path
) -> None:
    (found,) = find_faces(photo)
    export = SequenceExport(
        photo=sample, face=found, targets=(), keyframes=keys, fps=keys.fps,
        output=tmp_path / "made", model=model, device="cpu",
    )  # fmt: skip
    file = tmp_path / "sequence.json"
    file.write_text(export.to_json(), encoding="utf-8")
    told: list[int] = []
    export_sequence(
        SequenceExport.read(file), lambda _, progress: told.append(progress.done), Event()
    )
    assert told == [0, 1, 2, 3, 4, 5]
    assert len(list(export.output.iterdir())) == 5
    track = keys.on(LiftedFace.of(found))
    predictor.set_source(photo, found)
    expected = predictor.paste(predictor.predict(track.at(0.3)))
    made = read_photo(export.output / "frame-0004.png")
    assert np.abs(made.astype(int) - expected).max() <= 1
    double = replace(export, fps=20.0, output=tmp_path / "made.gif", view="face")
    export_sequence(double, silent, Event())
    assert open_footage(double.output).count == 9


def test_the_command_makes_a_video_of_keyframes(
    sample: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "keys.json", [(0, "ahead"), (0.5, "smile")], fps=10)
    out = tmp_path / "out.mp4"
    words = ["repose", str(sample), "--keyframes", str(file), "-o", str(out), "--view", "face"]
    assert main([*words, "--model", str(model)]) == 0
    assert capsys.readouterr().out.splitlines() == ["6 frames", str(out)]
    assert (open_footage(out).fps, open_footage(out).count) == (10, 6)
    assert main([*words, "--model", str(model), "--fps", "4"]) == 0
    assert (open_footage(out).fps, open_footage(out).count) == (4, 3)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a.jpg", "--keyframes", "k.json"], "--keyframes needs one SOURCE, and -o"),
        (["a.jpg", "--keyframes", "k.json", "--sequence", "v.mp4"], "exclude each other"),
        (["a.jpg", "--keyframes", "k.json", "-o", "b.mp4", "--yaw", "5"], "--yaw and --keyframes"),
        (["a.jpg", "--keyframes", "k.json", "-o", "b.mp4", "--to", "5"], "are for the video of"),
    ],
)
def test_options_that_make_no_sense(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["repose", *words]) == 2
    assert sentence in capsys.readouterr().err
