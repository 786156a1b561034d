"""Document and its undo stack, on the face of the sample photo."""

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from mouse_editor import move
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.document.edit import Faces, new_gesture
from gui.document.photo import Photo


def shown(document: Document) -> engine.Landmarks:
    assert document.editable is not None
    return document.editable.landmarks()


def source(document: Document) -> engine.Landmarks:
    assert document.landmarks is not None
    return document.landmarks


def test_the_only_face_beyond_doubt_is_chosen(document: Document, opened: Photo) -> None:
    np.testing.assert_array_equal(source(document), opened.faces[0].landmarks)
    np.testing.assert_array_equal(shown(document), opened.faces[0].landmarks)
    assert not document.unsaved
    assert not document.edited


def test_several_faces_wait_for_a_choice(qtbot: QtBot, opened: Photo) -> None:
    face = opened.faces[0]
    other = engine.Face((300.0, 20.0, 390.0, 110.0), face.landmarks + np.float32(50), 1.0)
    document = Document()
    document.set_photo(Photo(opened.path, opened.pixels, (face, other), opened.image))
    assert document.landmarks is None
    assert document.pose is None
    document.choose_face(1)
    np.testing.assert_array_equal(source(document), other.landmarks)
    document.open_faces(Faces())
    assert document.pose is None


def test_a_drag_is_one_undo_entry(document: Document) -> None:
    start, gesture = document.pose, new_gesture()
    assert start is not None
    for step in range(1, 6):
        move(document, start, {30, 33}, (2.0 * step, -1.0 * step), gesture)
    expected = source(document).copy()
    expected[[30, 33]] += (10, -5)
    np.testing.assert_allclose(shown(document), expected, atol=1e-3)
    assert document.undo_stack.count() == 1
    assert document.unsaved
    document.undo_stack.undo()
    assert document.pose is start
    assert not document.unsaved
    document.undo_stack.redo()
    np.testing.assert_allclose(shown(document), expected, atol=1e-3)


def test_a_drag_back_to_where_it_began_leaves_no_entry(document: Document) -> None:
    start, gesture = document.pose, new_gesture()
    assert start is not None
    move(document, start, {8}, (3.0, 0.0), gesture)
    move(document, start, {8}, (0.0, 0.0), gesture)
    move(document, start, {8}, (0.0, 0.0), gesture)
    assert document.undo_stack.count() == 0
    assert document.pose is start


def test_what_a_drag_passed_through_is_forgotten(document: Document) -> None:
    start, gesture = document.pose, new_gesture()
    assert start is not None
    passed = []
    for step in range(1, 20):
        move(document, start, {8}, (float(step), 0.0), gesture)
        assert document.edit is not None
        passed.append(weakref.ref(document.edit))
    gc.collect()
    assert [edit() is not None for edit in passed] == [False] * 18 + [True]


def test_drags_of_their_own_are_entries_of_their_own(document: Document) -> None:
    for _ in range(300):
        assert document.pose is not None
        move(document, document.pose, {8}, (0.5, 0.0))
    assert document.undo_stack.count() == 300
    for _ in range(300):
        document.undo_stack.undo()
    np.testing.assert_array_equal(shown(document), source(document))


def test_turning_keeps_what_was_dragged(document: Document) -> None:
    assert document.pose is not None
    move(document, document.pose, {51}, (0.0, -6.0))
    dragged = shown(document)
    gesture = new_gesture()
    document.turn(10.0, 0.0, 0.0, gesture)
    document.turn(20.0, 0.0, 0.0, gesture)
    assert document.undo_stack.count() == 2
    assert document.pose.yaw == 20.0
    assert abs(shown(document) - dragged).max() > 2
    document.turn(0.0, 0.0, 0.0)
    np.testing.assert_allclose(shown(document), dragged, atol=1e-3)


def test_a_copied_pose_is_exact_and_moves_the_sliders(document: Document) -> None:
    assert document.landmarks is not None
    turned = engine.Pose3D.of(document.landmarks).turned(18, -6, 9).landmarks()
    document.take_pose(turned, "Copy pose")
    np.testing.assert_allclose(shown(document), turned, atol=1e-2)
    assert document.pose is not None
    assert document.pose.yaw == pytest.approx(18, abs=6)
    assert document.undo_stack.undoText() == "Copy pose"


def test_reset_can_be_undone(document: Document) -> None:
    document.turn(15.0, 0.0, 0.0)
    edited = shown(document)
    document.reset_pose()
    np.testing.assert_array_equal(shown(document), source(document))
    document.undo_stack.undo()
    np.testing.assert_array_equal(shown(document), edited)


def test_reset_of_the_unchanged_pose_leaves_no_entry(document: Document) -> None:
    document.reset_pose()
    assert document.undo_stack.count() == 0


def test_what_moves_no_landmark_is_an_edit_too(document: Document) -> None:
    start = document.pose
    assert start is not None
    document.change_pose(start.showing({"tongueOut": 0.6}), "Tongue")
    np.testing.assert_array_equal(shown(document), source(document))
    assert document.edited
    assert document.unsaved
    document.reset_pose()
    assert not document.edited
    assert not document.unsaved
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.pose is start


def test_the_source_keeps_its_dense_fit(document: Document, opened: Photo) -> None:
    assert document.pose is not None
    lifted = document.pose.source
    assert lifted.detected is opened.faces[0]
    document.turn(10, 0, 0)
    document.reset_pose()
    document.start_correcting()
    document.cancel_correcting()
    document.take_pose(source(document) + np.float32(3), "Copy pose")
    assert document.pose is not None
    assert document.pose.source is lifted


def test_correcting_keeps_by_how_much_an_expression_was_changed(document: Document) -> None:
    pose = document.pose
    assert pose is not None
    document.change_pose(pose.showing({"cheekPuff": 0.5}), "Puff")
    document.start_correcting()
    assert document.editable is not None
    move(document, document.editable, {0}, (4.0, 4.0))
    document.finish_correcting()
    after = document.pose
    assert after is not None
    changed = {n for n in after.shown if after.shown[n] != after.source.expression[n]}
    assert changed == {"cheekPuff"}
    before = pose.source.expression["cheekPuff"]
    own = after.source.expression["cheekPuff"]
    assert after.shown["cheekPuff"] - own == pytest.approx(0.5 - before)


def test_saved_is_what_was_saved_even_if_edited_meanwhile(document: Document) -> None:
    document.turn(5.0, 0.0, 0.0)
    saved = document.faces
    document.turn(6.0, 0.0, 0.0)
    document.mark_project_saved(Path("a.repose"), saved)
    document.mark_picture_saved(saved)
    assert document.unsaved
    assert not document.picture_saved
    document.undo_stack.undo()
    assert not document.unsaved
    assert document.picture_saved


def test_correcting_corrects_the_source_as_one_entry(document: Document) -> None:
    before = source(document)
    document.start_correcting()
    assert document.pose is None
    assert document.editable is not None
    for _ in range(3):
        move(document, document.editable, {0}, (4.0, 4.0))
    np.testing.assert_array_equal(source(document), before)
    assert document.unsaved
    document.finish_correcting()
    assert not document.correcting
    assert document.unsaved
    np.testing.assert_allclose(source(document)[0], before[0] + 12, atol=1e-3)
    np.testing.assert_array_equal(shown(document), source(document))
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert not document.correcting
    assert source(document) is before


def test_correcting_the_points_keeps_what_was_done_to_the_pose(document: Document) -> None:
    before = source(document)
    assert document.pose is not None
    move(document, document.pose, {51}, (0.0, -6.0))
    raised = shown(document)
    document.start_correcting()
    np.testing.assert_array_equal(shown(document), before)
    assert document.editable is not None
    move(document, document.editable, {0}, (-5.0, 0.0))
    with_signals: list[str] = []
    document.source_changed.connect(lambda: with_signals.append("source"))
    document.pose_changed.connect(lambda: with_signals.append("pose"))
    document.finish_correcting()
    assert with_signals == ["source", "pose"]
    raised = raised.copy()
    raised[0, 0] -= 5
    np.testing.assert_allclose(shown(document), raised, atol=0.5)
    document.undo_stack.undo()
    assert source(document) is before
    document.undo_stack.undo()
    np.testing.assert_array_equal(shown(document), before)


def test_undo_goes_back_through_a_correction_and_out_of_it(document: Document) -> None:
    before = source(document)
    document.turn(10.0, 0.0, 0.0)
    document.start_correcting()
    assert document.pose is None
    assert document.editable is not None
    move(document, document.editable, {0}, (4.0, 4.0))
    document.undo_stack.undo()
    assert document.correcting
    np.testing.assert_array_equal(shown(document), before)
    document.undo_stack.undo()
    assert not document.correcting
    assert document.pose is not None
    assert document.pose.yaw == 10.0
    document.undo_stack.redo()
    document.undo_stack.redo()
    document.finish_correcting()
    np.testing.assert_allclose(source(document)[0], before[0] + 4, atol=1e-3)
    assert document.undo_stack.count() == 2


def test_correcting_can_be_given_up(document: Document) -> None:
    before = source(document)
    document.start_correcting()
    document.turn(20.0, 0.0, 0.0)
    document.cancel_correcting()
    assert not document.correcting
    assert document.undo_stack.index() == 0
    np.testing.assert_array_equal(shown(document), before)
    document.place_face(before + np.float32(3))
    assert document.correcting
    document.cancel_correcting()
    assert source(document) is before, "the face in its place is back"


def test_a_change_tells_only_what_differs(document: Document) -> None:
    told: list[str] = []
    document.source_changed.connect(lambda: told.append("source"))
    document.pose_changed.connect(lambda: told.append("pose"))
    document.keep_changed.connect(lambda: told.append("keep"))
    document.turn(5.0, 0.0, 0.0)
    assert told == ["pose"]
    assert document.edit is not None
    document.change(document.edit, "Nothing")
    assert told == ["pose"]
    assert document.undo_stack.count() == 1
