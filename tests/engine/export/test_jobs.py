"""Jobs: what is written, what is refused, and that one failure stops nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.export.batches import ExportBatch
from engine.export.export import repose_all
from engine.export.jobs import Job, JobOptions, Outcome, read_jobs
from engine.face.coefficients import NAMES
from engine.face.detection import find_faces
from engine.face.head_model import mean_face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.lifted_face import LiftedFace
from engine.face.pose import Pose3D, head_angles
from engine.face.pose_files import write_pose
from engine.face.pose_preset import PosePreset
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo, read_photo, read_picture, write_photo
from engine.inference.prediction import NetworkInput, Source
from engine.inference.predictor import Predictor

PLAIN = JobOptions()


@pytest.fixture(scope="session")
def face(photo: Photo) -> Landmarks:
    return find_faces(photo)[0].landmarks


class Spy:
    """A predictor that notes what it is asked."""

    def __init__(self, predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sources: list[Landmarks] = []
        self.poses: list[Landmarks] = []
        cut, pose = predictor.cut, predictor.pose

        def noted_source(pixels: Photo, face: LiftedFace) -> Source:
            self.sources.append(face.landmarks)
            return cut(pixels, face)

        def noted_pose(source: Source, target: Pose3D) -> NetworkInput:
            self.poses.append(target.landmarks())
            return pose(source, target)

        monkeypatch.setattr(predictor, "cut", noted_source)
        monkeypatch.setattr(predictor, "pose", noted_pose)


@pytest.fixture
def spy(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> Spy:
    return Spy(predictor, monkeypatch)


def errors(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.reason for outcome in outcomes]


def repose(
    predictor: Predictor,
    source: Path,
    output: Path,
    target: Path | None,
    options: JobOptions = PLAIN,
    yaw: float = 0.0,
) -> None:
    """One job; its failure as an exception."""
    for outcome in repose_all(predictor, [Job(source, target, output, (yaw, 0, 0))], options):
        if outcome.reason:
            raise ReposeError(outcome.reason)


def test_the_photo_keeps_its_size_and_surroundings(
    predictor: Predictor, sample: Path, photo: Photo, face: Landmarks, tmp_path: Path
) -> None:
    output = tmp_path / "out.png"
    repose(predictor, sample, output, None, yaw=15)
    written = read_photo(output)
    assert written.shape == photo.shape
    crop = Crop.around(face)
    outside = np.ones(photo.shape[:2], bool)
    top, left = max(0, int(crop.top) - 1), max(0, int(crop.left) - 1)
    outside[top : int(crop.top + crop.side) + 2, left : int(crop.left + crop.side) + 2] = False
    assert outside.any()
    assert (written[outside] == photo[outside]).all()
    assert (written != photo).any()


@pytest.mark.parametrize("view", ["face", "coarse", "difference"])
def test_views_are_the_networks_pictures(
    predictor: Predictor, sample: Path, tmp_path: Path, view: str
) -> None:
    output = tmp_path / "out.png"
    repose(predictor, sample, output, None, JobOptions(view=view))  # type: ignore[arg-type]
    assert read_photo(output).shape == (predictor.size, predictor.size, 3)


def test_no_target_keeps_the_pose(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path
) -> None:
    repose(predictor, sample, tmp_path / "out.png", None, PLAIN)
    assert (spy.poses[0] == face).all()


def test_angles_turn_what_the_target_gave(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path
) -> None:
    moved = check_landmarks(face + np.float32(3))
    write_pose(tmp_path / "pose.pts", moved, (512, 512))
    absolute = JobOptions(transfer="absolute")
    repose(predictor, sample, tmp_path / "a.png", tmp_path / "pose.pts", absolute)
    np.testing.assert_allclose(spy.poses[0], moved, atol=1e-3)
    repose(predictor, sample, tmp_path / "b.png", tmp_path / "pose.pts", absolute, yaw=20)
    own = Pose3D.of(find_faces(read_photo(sample))[0])
    expected = own.with_landmarks(moved).turned(20, 0, 0).landmarks()
    np.testing.assert_allclose(spy.poses[1], expected, atol=0.5)


def test_hair_and_clothes_lie_as_in_an_absolute_target(
    predictor: Predictor,
    sample: Path,
    photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    moved = np.roll(photo, (-3, 5), axis=(0, 1))
    write_photo(tmp_path / "moved.png", moved)
    poses: list[Pose3D] = []
    posed = predictor.pose

    def noted(source: Source, target: Pose3D) -> NetworkInput:
        poses.append(target)
        return posed(source, target)

    monkeypatch.setattr(predictor, "pose", noted)
    for transfer in ("absolute", "aligned"):
        options = JobOptions(transfer=transfer)
        repose(predictor, sample, tmp_path / "out.png", tmp_path / "moved.png", options)
    absolute, aligned = poses
    assert absolute.displacement is not None
    assert aligned.displacement is None


def place_and_height(face: Landmarks) -> NDArray[np.float64]:
    """Between the eyes, and from brows to chin, pixels."""
    return np.array([*face[36:48].mean(axis=0), np.ptp(face[:, 1])])


@pytest.mark.parametrize("suffix", [".pts", ".csv", ".xml", ".labelme.json", ".json"])
def test_a_pose_file_of_a_photo_of_another_size_moves_no_face(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path, suffix: str
) -> None:
    other = check_landmarks(Pose3D.of(face * 3 + 1000).turned(25, 0, 0).landmarks())
    file = tmp_path / f"pose{suffix}"
    write_pose(file, other, (4000, 3000), check_landmarks(face * 3 + 1000))
    for transfer in ("relative", "aligned"):
        repose(predictor, sample, tmp_path / "a.png", file, JobOptions(transfer=transfer))
        assert head_angles(spy.poses[-1])[0] - head_angles(face)[0] == pytest.approx(25, abs=8)
        move = np.abs(place_and_height(spy.poses[-1]) - place_and_height(face))
        assert move.max() < 0.35 * np.ptp(face[:, 1])
    with pytest.raises(ReposeError, match="relative or aligned"):
        repose(predictor, sample, tmp_path / "b.png", file, JobOptions(transfer="absolute"))
    assert not (tmp_path / "b.png").exists()


def test_absolute_points_of_the_photo_in_another_resolution_are_scaled(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path
) -> None:
    moved = check_landmarks(face + np.float32(3))
    write_pose(tmp_path / "pose.xml", check_landmarks((moved + 0.5) * 2 - 0.5), (1024, 1024))
    absolute = JobOptions(transfer="absolute")
    repose(predictor, sample, tmp_path / "a.png", tmp_path / "pose.xml", absolute)
    np.testing.assert_allclose(spy.poses[0], moved, atol=1e-3)


def test_what_a_pose_may_look_like_is_said(
    predictor: Predictor, sample: Path, face: Landmarks, tmp_path: Path
) -> None:
    folded = face.copy()
    folded[[48, 54]] = folded[[54, 48]]
    write_pose(tmp_path / "folded.pts", check_landmarks(folded), (512, 512))
    jobs = [
        Job(sample, None, tmp_path / "a.png", (8, 0, 0)),
        Job(sample, None, tmp_path / "b.png", (0, 40, 0)),
        Job(sample, tmp_path / "folded.pts", tmp_path / "c.png"),
    ]
    outcomes = list(repose_all(predictor, jobs, JobOptions(transfer="absolute")))
    assert [outcome.result for outcome in outcomes] == ["done"] * 3
    warnings = [outcome.warning for outcome in outcomes]
    assert warnings[0] == ""
    assert "nods by 40 degrees" in warnings[1]
    assert "crossed others" in warnings[2]


def test_coefficients_and_the_gaze_replace_the_faces_own(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path
) -> None:
    options = JobOptions(coefficients={"jawOpen": 0.9, "eyeBlinkLeft": 1.0}, gaze=(10, -5))
    repose(predictor, sample, tmp_path / "a.png", None, options)
    (posed,) = spy.poses
    assert posed[8, 1] > face[8, 1] + 5
    assert posed[47, 1] - posed[43, 1] < 0.2 * (face[47, 1] - face[43, 1])
    with pytest.raises(ReposeError, match="jawOpn"):
        ExportBatch(expression="jawOpn=0.5")
    assert ExportBatch(expression="jawOpen=0.5", gaze="10,-5").options.gaze == (10, -5)


def test_expressions_are_measured_from_a_face_at_rest(
    predictor: Predictor, sample: Path, photo: Photo, no_face: Path, spy: Spy, tmp_path: Path
) -> None:
    """What the sample smiles at rest is no smile: the source, which smiles, rests."""
    repose(predictor, sample, tmp_path / "a.png", sample, JobOptions(neutral=sample))
    (posed,) = spy.poses
    (face, *_) = find_faces(photo)
    resting = Pose3D.of(face).with_coefficients(dict.fromkeys(NAMES, 0.0))
    np.testing.assert_allclose(posed, resting.landmarks(), atol=1e-3)
    assert np.abs(posed - face.landmarks).max() > 3
    with pytest.raises(ReposeError, match="No face was found"):
        repose(predictor, sample, tmp_path / "b.png", sample, JobOptions(neutral=no_face))
    with pytest.raises(ReposeError, match="at rest"):
        ExportBatch(neutral=sample, transfer="aligned")


def test_a_preset_is_applied_to_the_face(
    predictor: Predictor, sample: Path, face: Landmarks, spy: Spy, tmp_path: Path
) -> None:
    """And not moved and scaled onto it with the shape of the face that it was made with."""
    path = tmp_path / "open.json"
    preset = PosePreset(coefficients={"jawOpen": 0.9})
    preset.write(path, Pose3D.of(mean_face((100, 100), (200, 100))), (400, 400))
    repose(predictor, sample, tmp_path / "a.png", path, PLAIN)
    (posed,) = spy.poses
    assert posed[8, 1] > face[8, 1] + 5
    np.testing.assert_allclose(posed[36:48], face[36:48], atol=0.5)


def test_absolute_takes_the_targets_pixels(
    predictor: Predictor, sample: Path, photo: Photo, spy: Spy, tmp_path: Path
) -> None:
    target = tmp_path / "target.png"
    write_photo(target, np.roll(photo, (11, 25), axis=(0, 1)))
    found = find_faces(read_photo(target))[0].landmarks
    repose(predictor, sample, tmp_path / "a.png", target, JobOptions(transfer="absolute"))
    assert (spy.poses[0] == found).all()
    write_photo(target, photo[:-20])
    with pytest.raises(ReposeError, match="same size"):
        repose(predictor, sample, tmp_path / "b.png", target, JobOptions(transfer="absolute"))
    assert not (tmp_path / "b.png").exists()


def test_a_face_is_picked_by_size(
    predictor: Predictor, two_faces: Path, spy: Spy, tmp_path: Path
) -> None:
    for number in (1, 2):
        repose(predictor, two_faces, tmp_path / "out.png", None, JobOptions(faces=(number,)))
    with pytest.raises(ReposeError, match=r"There is no face 3 .* 2 faces were found"):
        repose(predictor, two_faces, tmp_path / "out.png", None, JobOptions(faces=(3,)))
    widths = [float(np.ptp(landmarks[:, 0])) for landmarks in spy.sources]
    assert widths[0] > widths[1]


def test_one_failure_stops_nothing_and_a_source_is_set_once(
    predictor: Predictor, sample: Path, no_face: Path, spy: Spy, tmp_path: Path
) -> None:
    targets = [None, no_face, tmp_path / "missing.pts", sample]
    jobs = [Job(sample, target, tmp_path / f"{i}.png") for i, target in enumerate(targets)]
    jobs.insert(2, Job(no_face, None, tmp_path / "x.png"))
    jobs.append(Job(sample, None, tmp_path / "out.gif"))
    found = errors(list(repose_all(predictor, jobs, PLAIN)))
    assert [bool(error) for error in found] == [False, True, True, True, False, True]
    assert "No face was found" in found[1]
    assert "No face was found" in found[2]
    assert "does not exist" in found[3]
    assert "suffix" in found[5]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.png", "3.png"]
    assert len(spy.sources) == 1


def yaw_that_moves_the_nose(sample: Path, pixels: int) -> float:
    """Degrees of yaw that move the tip of the nose so far."""
    face = find_faces(read_photo(sample))[0].landmarks
    poses = {yaw: Pose3D.of(face).turned(yaw, 0, 0).landmarks() for yaw in np.arange(0, 9, 0.25)}
    return float(min(poses, key=lambda yaw: abs(poses[yaw][30, 0] - face[30, 0] - pixels)))


def test_a_fault_in_repose_stops_nothing_either(
    predictor: Predictor, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pose = predictor.pose
    failures = {1: ZeroDivisionError("half\nway"), 2: MemoryError()}

    def fail_twice(source: Source, target: Pose3D) -> NetworkInput:
        turned = round(float(target.landmarks()[30, 0] - source.face.landmarks[30, 0]))
        if turned in failures:
            raise failures[turned]
        return pose(source, target)

    monkeypatch.setattr(predictor, "pose", fail_twice)
    yaws = [yaw_that_moves_the_nose(sample, pixels) for pixels in (1, 2, 0)]
    jobs = [Job(sample, None, tmp_path / f"{i}.png", (yaw, 0, 0)) for i, yaw in enumerate(yaws)]
    found = errors(list(repose_all(predictor, jobs, PLAIN)))
    assert "ZeroDivisionError: half way" in found[0]
    assert "MemoryError" in found[1]
    assert found[2] == ""


def test_a_source_is_never_overwritten(predictor: Predictor, photo: Photo, tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    write_photo(source, photo)
    before = source.read_bytes()
    with pytest.raises(ReposeError, match="source itself"):
        repose(predictor, source, tmp_path / "." / "photo.png", None, PLAIN)
    assert source.read_bytes() == before


def test_a_list_is_read(tmp_path: Path) -> None:
    path, out = tmp_path / "jobs.csv", tmp_path / "out"
    path.write_text(
        "\ufeffsource,target,output\r\n"
        'a.jpg,"b, c.jpg",1.png\r\n'
        "a.jpg,,sub/2.png\r\n"
        "/photos/a.jpg,x.pts,3.png\r\n",
        encoding="utf-8",
    )
    assert read_jobs(path, out) == (
        Job(tmp_path / "a.jpg", tmp_path / "b, c.jpg", out / "1.png", line=2),
        Job(tmp_path / "a.jpg", None, out / "sub/2.png", line=3),
        Job(Path("/photos/a.jpg"), tmp_path / "x.pts", out / "3.png", line=4),
    )
    path.write_text("output;source;target;note\n1.png;a.jpg;b.jpg;hello\n")
    assert read_jobs(path, out) == (
        Job(tmp_path / "a.jpg", tmp_path / "b.jpg", out / "1.png", line=2),
    )


def test_bad_lines_become_problems(tmp_path: Path) -> None:
    path, out = tmp_path / "jobs.csv", tmp_path / "out"
    lines = ["a,,1.png", ",,2.png", "a,", "a,,../3.png", "a,,/etc/4.png", "c,,./1.png"]
    lines.append("c,,1.PNG")  # the same file on some file systems
    path.write_text("\n".join(["source,target,output", *lines]))
    problems = [job.problem for job in read_jobs(path, out)]
    assert problems[0] == ""
    told = ["no source", "no output", "outside", "outside", "Line 2", "Line 2"]
    for problem, words in zip(problems[1:], told, strict=True):
        assert words in problem


def test_a_target_may_be_a_named_pose(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    lines = ["a,Laugh,1.png", "a,lagh,2.png", "a,b/c,3.png", "a,smile,4.png"]
    path.write_text("\n".join(["source,target,output", *lines]))
    (tmp_path / "smile").touch()
    jobs = read_jobs(path, tmp_path / "out")
    assert jobs[0].target == resource("poses/08-laugh.json")
    assert "no pose 'lagh'" in jobs[1].problem
    assert [job.target for job in jobs[2:]] == [tmp_path / "b/c", tmp_path / "smile"]
    assert [job.problem for job in jobs[2:]] == ["", ""]


@pytest.mark.parametrize("text", ["", "a,b,c\n", "source,target\na,b\n", "source,target,output\n"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text(text)
    with pytest.raises(ReposeError, match=r"jobs\.csv"):
        read_jobs(path, tmp_path)
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10")
    with pytest.raises(ReposeError, match="UTF-8"):
        read_jobs(path, tmp_path)
    with pytest.raises(ReposeError, match="does not exist"):
        read_jobs(tmp_path / "none.csv", tmp_path)


def test_depth_and_transparency_go_through_a_job(
    predictor: Predictor, photo: Photo, tmp_path: Path
) -> None:
    stored = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)]).astype(np.uint16) * 257
    stored[400:, :, 3] = 0
    write_photo(tmp_path / "deep.png", stored)
    repose(predictor, tmp_path / "deep.png", tmp_path / "out.tif", None, PLAIN, 20.0)
    made = read_picture(tmp_path / "out.tif").stored
    assert made is not None
    assert made.dtype == np.uint16
    assert (made[400:] == stored[400:]).all()
    assert (made != stored).any()
