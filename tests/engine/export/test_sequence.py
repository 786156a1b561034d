"""Sequences: frames of videos and folders, the poses in them, and what is made of them."""

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import cv2
import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.export.batch_run import Progress
from engine.export.jobs import Outcome
from engine.export.sequence import (
    Frame,
    Target,
    lost_faces,
    lost_ranges,
    open_footage,
    played,
    smoothed,
)
from engine.export.sequence_export import SequenceExport, export_sequence
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D
from engine.face.pose_transfer import Transfer
from engine.guidance.keep import KeepMask
from engine.imaging.photos import Photo, read_photo, write_photo
from engine.inference.predictor import Predictor


@pytest.fixture(scope="module")
def frames(folder: Path) -> list[Frame]:
    return list(open_footage(folder).frames)


def noses(found: list[Frame]) -> list[float | None]:
    return [None if f.landmarks is None else float(f.landmarks[30, 0]) for f in found]


def test_a_folder_is_read_in_the_order_of_its_numbers(frames: list[Frame], folder: Path) -> None:
    assert open_footage(folder).count == 6
    assert [frame.landmarks is not None for frame in frames] == [True] * 4 + [False, True]
    x = [nose for nose in noses(frames) if nose is not None]
    assert np.allclose(np.diff(x), 6, atol=2.5)
    assert {frame.size for frame in frames} == {(256, 256)}


def test_a_video_gives_the_same_face_in_each_frame(video: Path, frames: list[Frame]) -> None:
    footage = open_footage(video)
    assert (footage.fps, footage.count) == (10.0, 5)
    found = list(footage.frames)
    assert len(found) == 5
    for one, other in zip(found, [*frames[:4], frames[5]], strict=True):
        assert one.landmarks is not None
        assert other.landmarks is not None
        assert np.abs(one.landmarks - other.landmarks).max() < 6
    preview = cv2.imdecode(np.frombuffer(found[0].preview, np.uint8), cv2.IMREAD_COLOR)
    assert preview is not None
    assert preview.shape == (256, 256, 3)


def test_the_face_of_the_first_frame_is_followed(two_faces: Path, tmp_path: Path) -> None:
    both = read_photo(two_faces)
    alone = both.copy()
    alone[:, :256] = 90  # the smaller face alone
    write_photo(tmp_path / "1.png", alone)
    write_photo(tmp_path / "2.png", both)
    x = noses(list(open_footage(tmp_path).frames))
    assert all(nose is not None and nose > 256 for nose in x)


def test_what_is_no_sequence_is_refused_in_a_sentence(sample: Path, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="does not exist"):
        open_footage(tmp_path / "gone.mp4")
    with pytest.raises(ReposeError, match="neither a folder of frames nor a video"):
        open_footage(sample)
    with pytest.raises(ReposeError, match="no pictures"):
        open_footage(tmp_path)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all" * 100)
    with pytest.raises(ReposeError, match="no video that can be read"):
        open_footage(broken)


def test_smoothing_fills_gaps_and_takes_out_tremor(frames: list[Frame]) -> None:
    plain = smoothed(frames, 0)
    for frame, target in zip(frames, plain, strict=True):
        if frame.landmarks is not None:
            assert np.allclose(target.landmarks, frame.landmarks, atol=1e-3)
    between = (plain[3].landmarks + plain[5].landmarks) / 2
    assert np.allclose(plain[4].landmarks, between, atol=1e-3)
    random = np.random.default_rng(0)
    face = plain[0].landmarks
    shaking = [
        Frame((face + random.normal(0, 2, face.shape)).astype(np.float32), (256, 256), b"")
        for _ in range(40)
    ]
    calm = np.stack([target.landmarks for target in smoothed(shaking, 3.0)])
    assert np.abs(calm - face).mean() < 0.5 * 2 * 0.8
    with pytest.raises(ReposeError, match="No face"):
        smoothed([Frame(None, (256, 256), b"")] * 3, 1.0)


def test_smoothing_and_filling_end_at_a_cut(face: Landmarks) -> None:
    def shot(landmarks: Landmarks, lost: int) -> list[Frame]:
        frames = [Frame(landmarks, (512, 512), b"")] * 6
        frames[lost] = Frame(None, (512, 512), b"")
        return frames

    second = shot(face + np.float32(90), 0)
    second[0] = second[0]._replace(cut=True)
    for frame, target in enumerate(smoothed([*shot(face, 5), *second], 2.0)):
        wanted = face + (90 if frame >= 6 else 0)
        assert np.abs(target.landmarks - wanted).max() < 0.01


def test_a_hard_cut_is_found_and_motion_is_none(moving: list[Photo], tmp_path: Path) -> None:
    other = np.ascontiguousarray(255 - moving[0])
    for number, frame in enumerate([*moving, other, other, moving[0]]):
        write_photo(tmp_path / f"{number}.png", frame)
    cuts = [number for number, frame in enumerate(open_footage(tmp_path).frames) if frame.cut]
    assert cuts == [5, 7]


def test_frames_outside_of_two_moments_are_left_out(folder: Path, video: Path) -> None:
    part = open_footage(video, start=0.1, end=0.3)
    assert (part.first, part.count) == (1, 3)
    whole = noses(list(open_footage(video).frames))
    assert noses(list(part.frames)) == pytest.approx(whole[1:4], abs=3)
    some = open_footage(folder, start=0.12, end=9, fps=25)
    assert (some.first, some.count) == (3, 3)
    shown = list(some.frames)
    assert [frame.landmarks is None for frame in shown] == [False, True, False]
    assert lost_ranges(shown, some.first) == ((5, 5),)
    assert "in 1 of 3 frames (5)" in lost_faces(shown, some.first)
    assert list(open_footage(video, start=9).frames) == []


def test_frames_without_a_face_are_listed_in_runs() -> None:
    empty, full = Frame(None, (9, 9), b""), Frame(np.zeros((68, 2), np.float32), (9, 9), b"")
    frames = [empty, full, empty, empty, full]
    assert lost_ranges(frames) == ((1, 1), (3, 4))
    assert "3 of 5 frames (1, 3 to 4)" in lost_faces(frames)
    assert "(1, 3, 5, 7, 9, 11, 13, 15, ...)" in lost_faces([empty, full] * 9)
    assert lost_ranges([full]) == ()
    assert lost_faces([full]) == ""


@pytest.mark.parametrize("transfer", ["relative", "aligned", "absolute"])
def test_the_pose_at_rest_is_the_sources_own(face: Landmarks, transfer: Transfer) -> None:
    person = Pose3D.of(face).turned(12, 0, 0)
    rest = Target(person.landmarks(), (512, 512))
    moved = Target(person.turned(27, 0, 0).landmarks(), (512, 512))
    same = played(face, (512, 512), rest, transfer, reference=rest)
    assert np.abs(same - face).max() < 1e-3
    seen = played(face, (512, 512), moved, transfer, 1.0, rest)
    assert Pose3D.of(seen).source.angles[0] - Pose3D.of(face).source.angles[0] == pytest.approx(
        15, abs=4
    )
    with pytest.raises(ReposeError, match=r"from 0 to 1\.5"):
        played(face, (512, 512), moved, transfer, 2.0, rest)


def test_poses_follow_the_way_and_the_strength(photo: Photo, face: Landmarks) -> None:
    size = (photo.shape[1], photo.shape[0])
    other = (face + np.array((10, 5))).astype(np.float32)
    target = Target(other, size)
    assert np.array_equal(played(face, size, target, "absolute"), other)
    half = played(face, size, target, "absolute", 0.5)
    assert np.allclose(half, (face + other) / 2, atol=1e-3)
    assert np.abs(played(face, size, target) - face).max() < 1.5  # moved, not turned
    with pytest.raises(ReposeError, match="same size"):
        played(face, size, Target(other, (9, 9)), "absolute")


@pytest.fixture
def export(
    sample: Path, face: Landmarks, frames: list[Frame], model: Path, tmp_path: Path
) -> SequenceExport:
    return SequenceExport(
        photo=sample,
        face=face,
        targets=smoothed(frames, 1.0),
        output=tmp_path / "made",
        model=model,
        device="cpu",
    )


def silent(_outcome: Outcome | None, _progress: Progress) -> None:
    pass


def test_what_to_export_survives_its_file(
    export: SequenceExport, photo: Photo, tmp_path: Path
) -> None:
    (found,) = find_faces(photo)
    pixels = np.zeros((512, 512), np.uint8)
    pixels[100:200, 50:90] = 255
    export = replace(
        export,
        face=found,
        keep=KeepMask.of(pixels, (512, 512), 7.0),
        strength=0.5,
        reference=export.targets[0],
        start=0.5,
    )
    file = tmp_path / "sequence.json"
    file.write_text(export.to_json(), encoding="utf-8")
    read = SequenceExport.read(file)
    assert read.to_json() == export.to_json()
    assert read.keep == export.keep
    assert isinstance(read.face, Face)
    assert np.array_equal(LiftedFace.of(read.face).mesh, LiftedFace.of(found).mesh)
    del (old := json.loads(export.to_json()))["reference"], old["start"], old["keyframes"]
    file.write_text(json.dumps({**old, "face": found.landmarks.tolist()}))
    assert SequenceExport.read(file).reference is None, "of an earlier version"
    for text in ("", "[]", "{}", json.dumps({"version": 2})):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ReposeError, match="does not describe"):
            SequenceExport.read(file)


def test_each_frame_is_the_picture_of_its_pose(
    export: SequenceExport, photo: Photo, face: Landmarks, predictor: Predictor
) -> None:
    told: list[int] = []
    pixels = np.zeros((512, 512), np.uint8)
    pixels[:120] = 255
    export = replace(export, keep=KeepMask.of(pixels, (512, 512)))
    ended = export_sequence(export, lambda _, progress: told.append(progress.done), Event())
    assert told == [0, 1, 2, 3, 4, 5, 6]
    names = sorted(path.name for path in export.output.iterdir())
    assert names == [f"frame-{number:04}.png" for number in range(1, 7)]
    assert ended.made == (export.output,)
    predictor.set_source(photo, export.face)
    pose = played(face, (512, 512), export.targets[2])
    expected = predictor.paste(predictor.predict(pose), export.keep)
    made = read_photo(export.output / "frame-0003.png")
    assert np.abs(made.astype(int) - expected).max() <= 1
    assert np.array_equal(made[:118], photo[:118])


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_a_video_has_all_frames(export: SequenceExport, tmp_path: Path, suffix: str) -> None:
    export = replace(export, output=tmp_path / f"made{suffix}", view="face", fps=10.0)
    export_sequence(export, silent, Event())
    footage = open_footage(export.output)
    assert footage.fps == 10.0
    assert len(list(footage.frames)) == 6


def test_a_stopped_export_keeps_what_is_made(export: SequenceExport, tmp_path: Path) -> None:
    stop = Event()

    def tell(_outcome: Outcome | None, progress: Progress) -> None:
        if progress.done == 1:
            stop.set()

    many = replace(export, targets=export.targets * 10)
    assert export_sequence(many, tell, stop).progress.done < 60
    assert (many.output / "frame-0001.png").exists()
    stopped = replace(export, output=tmp_path / "none.mp4")
    export_sequence(stopped, silent, stop)
    assert not stopped.output.exists()


def test_what_cannot_be_written_is_refused_at_once(export: SequenceExport) -> None:
    with pytest.raises(ReposeError, match=r"must be an \.mp4"):
        replace(export, output=Path("clip.avi"))
    with pytest.raises(ReposeError, match="frames per second"):
        replace(export, fps=0.0)
