"""Several faces of one photo in one document, one undo stack and one project file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.document.edit import Faces
from gui.document.photo import Photo, read_photo
from gui.document.project import Project, read_project, write_project


@pytest.fixture(scope="session")
def pair(two_faces: Path) -> Photo:
    """A photo with a large face and a small one, as the window opens it."""
    return read_photo(two_faces)


@pytest.fixture
def document(qtbot: QtBot, pair: Photo) -> Document:
    """Both faces are turned; the small one is in use."""
    document = Document()
    document.set_photo(pair)
    for index, yaw in ((0, 10.0), (1, -20.0)):
        document.choose_face(index)
        document.turn(yaw, 0.0, 0.0)
    return document


def yaws(document: Document) -> list[float]:
    return [edit.pose.yaw for edit in document.faces.edits]


def test_a_face_is_as_it_was_left(document: Document) -> None:
    assert document.chosen == 1
    assert [pose.yaw for pose, _ in document.faces.others] == [10.0]
    document.choose_face(0)
    assert document.chosen == 0
    assert document.pose is not None
    assert document.pose.yaw == 10.0
    assert [pose.yaw for pose, _ in document.faces.others] == [-20.0]
    assert document.undo_stack.count() == 2, "choosing a face is no change"


def test_one_undo_stack_leads_through_all_faces(document: Document) -> None:
    opened: list[int | None] = []
    document.face_opened.connect(lambda: opened.append(document.chosen))
    document.choose_face(0)
    document.undo_stack.undo()
    assert document.chosen == 1
    assert yaws(document) == [10.0, 0.0]
    document.undo_stack.undo()
    assert document.chosen == 0
    assert yaws(document) == [0.0]
    assert not document.unsaved
    document.undo_stack.redo()
    document.undo_stack.redo()
    assert document.chosen == 1
    assert yaws(document) == [10.0, -20.0]
    assert opened == [0, 1, 0, 1]


def test_each_face_counts_as_unsaved_work(document: Document, tmp_path: Path) -> None:
    assert document.unsaved
    document.mark_project_saved(tmp_path / "a.repose", document.faces)
    document.mark_picture_saved(document.faces)
    assert not document.unsaved
    document.choose_face(0)
    assert not document.unsaved
    assert document.picture_saved
    document.turn(11.0, 0.0, 0.0)
    document.choose_face(1)
    assert document.unsaved
    assert not document.picture_saved
    document.undo_stack.undo()
    assert not document.unsaved
    document.undo_stack.undo()
    assert document.unsaved, "the file has a pose of the other face"


def test_a_face_placed_by_hand_stands_beside_the_others(document: Document) -> None:
    landmarks = engine.mean_face((40, 40), (56, 40))
    document.place_face(landmarks)
    assert document.correcting
    assert len(document.boxes) == 3
    document.cancel_correcting()
    assert document.chosen == 1
    assert yaws(document) == [10.0, -20.0]
    document.place_face(landmarks)
    document.finish_correcting()
    assert document.chosen == 2
    document.choose_face(0)
    document.choose_face(2)
    assert document.landmarks is not None
    np.testing.assert_allclose(document.landmarks, landmarks, atol=1e-3)
    document.undo_stack.undo()
    assert document.chosen == 1
    assert len(document.boxes) == 2


def test_a_correction_ends_without_touching_the_other_face(document: Document) -> None:
    document.start_correcting()
    document.turn(5.0, 0.0, 0.0)
    document.finish_correcting()
    assert [edit.pose.yaw for edit in document.faces.edits] == [10.0, -20.0]
    document.undo_stack.setIndex(0)
    assert yaws(document) == [0.0]


def test_a_project_keeps_all_faces(document: Document, pair: Photo, tmp_path: Path) -> None:
    document.choose_face(0)
    path = tmp_path / "a.repose"
    project = Project(pair.path, pair.sha256, pair.size, document.work, path=path)
    write_project(path, project)
    assert json.loads(path.read_text())["version"] == 2
    read = read_project(path)
    again = Document()
    again.set_project(pair, read.faces, path)
    assert yaws(again) == [10.0, -20.0]
    assert again.chosen == 0
    assert not again.unsaved
    again.choose_face(1)
    assert again.pose is not None
    assert again.pose.yaw == -20.0, "the box of the photo leads to the edit of the file"
    for old, new in zip(document.faces.edits, again.faces.edits, strict=True):
        np.testing.assert_array_equal(old.pose.landmarks(), new.pose.landmarks())


def test_a_project_of_one_face_stays_readable_for_earlier_versions(
    document: Document, pair: Photo, tmp_path: Path
) -> None:
    path = tmp_path / "a.repose"
    document.undo_stack.setIndex(1)
    document.choose_face(1)
    document.choose_face(0)
    assert len(document.faces.edits) == 2
    faces = document.work
    assert len(faces.edits) == 1, "a face that was only looked at is not kept"
    write_project(path, Project(pair.path, pair.sha256, pair.size, faces, path=path))
    values = json.loads(path.read_text())
    assert values["version"] == 1
    assert values["pose"]["yaw"] == 10.0


@pytest.mark.parametrize("active", [2, -1, "one"])
def test_a_damaged_list_of_faces_is_refused(
    document: Document, pair: Photo, tmp_path: Path, active: object
) -> None:
    path = tmp_path / "a.repose"
    faces = replace(document.faces, active=None)
    write_project(path, Project(pair.path, pair.sha256, pair.size, faces, path=path))
    assert read_project(path).faces.active is None
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"active": active}))
    with pytest.raises(engine.ReposeError, match="damaged"):
        read_project(path)
    assert Faces().edit is None
