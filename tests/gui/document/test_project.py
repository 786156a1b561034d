"""Project files: what is written reads back exactly; what is damaged is refused in a sentence."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

import engine
from engine.core.errors import ReposeError
from engine.face.landmarks import Landmarks
from gui.document.document import Document
from gui.document.edit import Correction, Edit, Faces
from gui.document.photo import Photo, file_hash
from gui.document.project import Project, photo_candidates, read_project, write_project

SIZE = (512, 512)


@pytest.fixture(scope="module")
def edit(photo: NDArray[np.uint8]) -> Edit:
    """A bit of everything."""
    rng = np.random.default_rng(0)
    field = rng.normal(size=(5, 5, 2)).astype(np.float32)
    source = engine.Pose3D.of(engine.find_faces(photo)[0])
    pose = source.moved([30, 33], (3.25, -7.125)).turned(12.5, -3.0, 0.1)
    pose = pose.with_coefficients({"jawOpen": 0.3}, (10, -5))
    pose = replace(
        pose,
        expression=engine.Expression(smile=0.3, close_left_eye=1.0),
        closing=rng.normal(size=(68, 3)),
        displacement=engine.Displacement(field, 90.5, -8.25, 300.125),
    )
    correction = Correction(source.moved([0], (1.0, 1.0)))
    keep = engine.KeepMask.nothing(SIZE).painted([(200, 100), (300, 130)], 17).feathered(4.5)
    return Edit(source.source.landmarks, pose, keep, correction)


@pytest.fixture
def project(edit: Edit, sample: Path, tmp_path: Path) -> Project:
    return Project(
        photo=sample,
        sha256=file_hash(sample),
        photo_size=SIZE,
        faces=Faces((edit,), 0),
        model=tmp_path / "models" / "mine.safetensors",
        model_name="mine",
        area=(10.5, 20.0, 300.25, 200.0),
        views=("warp", "source"),
        path=tmp_path / "a.repose",
    )


def written(project: Project, **changes: object) -> Path:
    """The project's file, with some of its values replaced."""
    assert project.path is not None
    write_project(project.path, project)
    values = json.loads(project.path.read_text(encoding="utf-8"))
    project.path.write_text(json.dumps(values | changes), encoding="utf-8")
    return project.path


def test_the_paths_read_back_are_plain(project: Project, tmp_path: Path) -> None:
    """They are shown to the user, in an export's folder for instance."""
    model = tmp_path.parent / "elsewhere" / "mine.safetensors"
    read = read_project(written(replace(project, model=model)))
    assert read.photo == project.photo
    assert read.model == model


def test_everything_reads_back_exactly(project: Project) -> None:
    read = read_project(written(project))
    assert read.faces.edit is not None
    assert project.faces.edit is not None
    np.testing.assert_array_equal(read.faces.edit.landmarks, project.faces.edit.landmarks)
    assert read.faces.edit.keep == project.faces.edit.keep
    assert read.faces.edit.correction is not None
    assert project.faces.edit.correction is not None
    for old, new in (
        (project.faces.edit.pose, read.faces.edit.pose),
        (project.faces.edit.correction.points, read.faces.edit.correction.points),
    ):
        np.testing.assert_array_equal(new.landmarks(), old.landmarks())
        np.testing.assert_array_equal(new.head.mesh, old.head.mesh)
        for field in fields(old):
            if field.name == "coefficients":
                assert new.coefficients == old.coefficients
            elif field.name == "displacement" and old.displacement is not None:
                assert new.displacement is not None
                assert new.displacement.to_values() == old.displacement.to_values()
            elif field.name != "source":
                np.testing.assert_array_equal(getattr(new, field.name), getattr(old, field.name))
    for name in ("sha256", "photo_size", "model_name", "area", "views", "path"):
        assert getattr(read, name) == getattr(project, name)
    assert read.photo.samefile(project.photo)
    assert project.model is not None
    assert read.model is not None
    assert read.model.resolve() == project.model.resolve()


def test_all_of_an_edit_and_of_a_pose_is_in_the_file(edit: Edit) -> None:
    """Who adds a field adds it here and in the file."""
    names = [field.name for field in fields(edit) if field.name != "number"]  # of this session
    assert names == ["landmarks", "pose", "keep", "correction"]
    assert [field.name for field in fields(edit.pose)] == [
        "source", "edits", "yaw", "pitch", "roll", "expression", "closing",
        "coefficients", "displacement",
    ]  # fmt: skip


def test_the_file_is_small_and_moves_with_its_photo(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    photo = folder / "faces" / "photo é.jpg"
    photo.parent.mkdir()
    photo.write_bytes(project.photo.read_bytes())
    path = folder / "a.repose"
    write_project(path, replace(project, photo=photo, path=path))
    assert path.stat().st_size < 70_000
    assert json.loads(path.read_text(encoding="utf-8"))["photo"]["path"] == "faces/photo é.jpg"
    moved = folder.rename(tmp_path / "two")
    assert read_project(moved / "a.repose").photo == moved / "faces" / "photo é.jpg"


def test_a_project_of_an_earlier_version_opens(project: Project, face: Landmarks) -> None:
    """Without what the detector found, without coefficients; its slider shuts an opened eye."""
    values = json.loads(written(project).read_text(encoding="utf-8"))
    opened = engine.Pose3D.of(face).moved([37, 38], (0, -6))
    pose = values["pose"] | {
        "edits": opened.edits.tolist(), "yaw": 0.0, "pitch": 0.0, "roll": 0.0,
        "expression": {"close_right_eye": 1.0}, "closing": np.ones((68, 3)).tolist(),
    }  # fmt: skip
    del pose["coefficients"]
    for changes in ({"pose": pose}, {"pose": pose | {"expression": {}, "closing": None}}):
        assert project.path is not None
        old = {**values, **changes, "correction": None}
        del old["detected"]
        project.path.write_text(json.dumps(old), encoding="utf-8")
        read = read_project(project.path)
        assert read.faces.edit is not None
        points = read.faces.edit.pose.landmarks()
        np.testing.assert_allclose(points[:36], face[:36], atol=0.5)
        gap = points[[41, 40], 1] - points[[37, 38], 1]
        if changes["pose"]["closing"]:
            assert np.abs(gap).max() < 0.8
        else:
            np.testing.assert_allclose(points, opened.landmarks(), atol=1e-3)


def test_a_photo_without_a_face_is_a_project_too(project: Project) -> None:
    read = read_project(written(replace(project, faces=Faces(), model=None, area=None)))
    assert read.faces.edit is None
    assert read.model is None
    assert read.area is None


def test_a_copy_knows_the_file_that_it_is_of(project: Project, tmp_path: Path) -> None:
    copy = tmp_path / "autosave" / "1.repose"
    write_project(copy, project, autosave=True)
    assert read_project(copy).path == project.path
    write_project(copy, replace(project, path=None), autosave=True)
    assert read_project(copy).path is None


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "repose pose"},
        {"landmarks": [[1, 2]] * 67},
        {"landmarks": [[5, 5]] * 68},
        {"landmarks": "many"},
        {"pose": {}},
        {"pose": None},
        {"photo": "photo.jpg"},
        {"photo": {"path": "a", "sha256": "b", "size": [1]}},
        {"photo": {"path": "a", "sha256": "b", "size": [0, 0]}},
        {"photo": {"path": "a", "sha256": "b", "size": [-5, 10**30]}},
        {"keep": {"png": "!!!", "feather": 1}},
        {"keep": {"png": "aGVsbG8=", "feather": 1}},
        {"keep": {"png": "aGVsbG8=", "feather": -1}},
        {"detected": {"box": [0, 0, 1, 1], "score": 1, "dense": [[0, 0, 0]], "coefficients": {}}},
        {"detected": [1]},
        {"shown": [0, 0, 0, 0]},
        {"shown": ["a", 0, 1, 1]},
        {"views": None},
    ],
)
def test_damaged_projects_are_refused(project: Project, changes: dict[str, object]) -> None:
    with pytest.raises(ReposeError, match=r"a\.repose is damaged or not a project of Repose\."):
        read_project(written(project, **changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("yaw", float("nan")),
        ("roll", 1e9),
        ("edits", [[0, 0, 0]]),
        ("edits", [[float("inf")] * 3] * 68),
        ("closing", [1]),
        ("expression", {"smile": 7}),
        ("expression", {"grin": 1}),
        ("coefficients", {"jawOpen": 2}),
        ("coefficients", {"grin": 1}),
        ("displacement", {"field": "AAAA", "left": 0, "top": 0, "side": 9}),
        ("displacement", {"field": 32 * "A" + 11 * "A" + "=", "left": 0, "top": 0, "side": 0}),
        ("displacement", {"field": "no base64", "left": 0, "top": 0, "side": 9}),
    ],
)
def test_poses_that_make_no_sense_are_refused(project: Project, name: str, value: object) -> None:
    path = written(project)
    pose = json.loads(path.read_text(encoding="utf-8"))["pose"]
    with pytest.raises(ReposeError, match="is damaged"):
        read_project(written(project, pose=pose | {name: value}))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"format": 1}'])
def test_what_is_no_project_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.repose"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReposeError, match="is damaged or not a project"):
        read_project(path)


def test_newer_and_missing_projects_say_so(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="newer Repose"):
        read_project(written(project, version=3))
    with pytest.raises(ReposeError, match="does not exist"):
        read_project(tmp_path / "b.repose")


def test_where_a_photo_may_be(project: Project, sample: Path, tmp_path: Path) -> None:
    here = tmp_path / "here" / "a.repose"
    gone = replace(project, photo=tmp_path / "there" / "photo.jpg", path=here)
    recent = [tmp_path / "new" / "photo.jpg", sample]
    assert photo_candidates(gone, recent) == []
    for folder in ("new", "here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "photo.jpg").write_bytes(b"x")
    assert photo_candidates(gone, recent) == [
        tmp_path / "there" / "photo.jpg", tmp_path / "here" / "photo.jpg", recent[0],
    ]  # fmt: skip


def test_a_document_goes_on_where_the_project_was(
    qtbot: QtBot, opened: Photo, edit: Edit, tmp_path: Path
) -> None:
    document, path = Document(), tmp_path / "a.repose"
    document.set_project(opened, Faces((replace(edit, correction=None),), 0), path)
    assert document.pose is edit.pose
    assert document.keep is edit.keep
    assert document.project == path
    assert not document.unsaved
    assert document.undo_stack.count() == 0
    document.reset_pose()
    assert document.unsaved, "the file has another pose"
    document.undo_stack.undo()
    assert not document.unsaved
    document.turn(1.0, 0.0, 0.0)
    document.mark_picture_saved(document.faces)
    assert document.unsaved, "a picture is no project"
    document.mark_project_saved(path, document.faces)
    assert not document.unsaved


def test_a_correction_goes_on_and_can_be_given_up(
    qtbot: QtBot, opened: Photo, edit: Edit, tmp_path: Path
) -> None:
    document = Document()
    document.set_project(opened, Faces((edit,), 0), tmp_path / "a.repose")
    assert document.correcting
    assert edit.correction is not None
    assert document.pose is None
    assert document.editable is edit.correction.points
    document.cancel_correcting()
    assert document.pose is edit.pose
    for _ in range(2):
        document.undo_stack.redo()
        assert document.correcting
    document.finish_correcting()
    np.testing.assert_allclose(document.landmarks[0], edit.landmarks[0] + 1, atol=1e-3)


def test_recovered_work_is_unsaved(
    qtbot: QtBot, opened: Photo, face: Landmarks, tmp_path: Path
) -> None:
    document = Document()
    faces = Faces((Edit.of(face),), 0)
    document.set_project(opened, faces, tmp_path / "a.repose", saved=False)
    assert document.unsaved
    document.mark_project_saved(tmp_path / "a.repose", document.faces)
    assert not document.unsaved
