"""The handles on the irises: by mouse and key."""

import numpy as np
import pytest
from mouse_editor import NOTHING, SHIFT, Editor
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

import engine
from gui.canvas.irises import BOTH, LEFT, RIGHT, Irises
from gui.canvas.picking import Iris, tip_over
from gui.document.edit import Faces


@pytest.fixture
def editor(editor: Editor) -> Editor:
    editor.canvas.zoom_by(1.8, editor.place(editor.pose[36]))
    return editor


@pytest.fixture
def irises(editor: Editor) -> Irises:
    return editor.canvas.handles.irises


def place(editor: Editor, eye: int) -> QPointF:
    places = editor.canvas.handles.irises.places
    assert places is not None
    return editor.place(tuple(places[eye]))


def gaze(editor: Editor) -> np.ndarray:
    assert editor.document.pose is not None
    return np.array(editor.document.pose.shown.gaze)


def test_a_drag_turns_both_eyes_as_one_entry(editor: Editor, irises: Irises) -> None:
    before, start = gaze(editor), place(editor, RIGHT)
    editor.drag(start, start + QPointF(9, -4))
    assert (place(editor, RIGHT) - start - QPointF(9, -4)).manhattanLength() < 1
    turned = gaze(editor) - before
    np.testing.assert_allclose(turned[0], turned[1])
    assert (turned[0] > 2).all()
    assert irises.selection == BOTH
    assert not editor.canvas.handles.selection
    assert editor.document.undo_stack.count() == 1
    assert editor.document.undo_stack.undoText() == "Turn the eyes"
    assert editor.document.unsaved
    editor.document.undo_stack.undo()
    np.testing.assert_array_equal(gaze(editor), before)
    assert place(editor, RIGHT) == start


def test_with_shift_one_eye_turns_alone(editor: Editor, irises: Irises) -> None:
    before, start = gaze(editor), place(editor, LEFT)
    editor.drag(start, start + QPointF(8, 0), keys=SHIFT)
    assert irises.selection == {LEFT}
    np.testing.assert_array_equal(gaze(editor)[RIGHT], before[RIGHT])
    assert gaze(editor)[LEFT, 0] > before[LEFT, 0] + 2


def test_a_click_turns_nothing(editor: Editor, irises: Irises) -> None:
    start = place(editor, RIGHT)
    editor.drag(start, start + QPointF(1, 1))
    assert irises.selection == BOTH
    assert editor.document.undo_stack.count() == 0
    editor.click(QPointF(300, 480))
    assert not irises.selection


def test_irises_follow_the_pose(editor: Editor, irises: Irises) -> None:
    before = irises.places
    editor.document.turn(20, 0, 0)
    assert before is not None
    assert irises.places is not None
    assert (irises.places[:, 0] > before[:, 0] + 1).all()
    editor.document.start_correcting()
    assert irises.places is None
    assert not editor.canvas.grab().isNull()


def test_arrows_turn_the_eyes(editor: Editor, irises: Irises) -> None:
    before = gaze(editor)
    editor.canvas.handles.take_eyes()
    for key, keys in (
        (Qt.Key.Key_Right, NOTHING), (Qt.Key.Key_Up, NOTHING), (Qt.Key.Key_Right, SHIFT)
    ):  # fmt: skip
        QTest.keyClick(editor.canvas, key, keys)
    np.testing.assert_allclose(gaze(editor) - before, [(6, 1)] * 2)
    assert editor.document.undo_stack.count() == 3
    irises.nudge(1, 0, held=False)
    irises.nudge(1, 0, held=True)
    assert editor.document.undo_stack.count() == 4
    np.testing.assert_allclose(gaze(editor) - before, [(8, 1)] * 2)


def test_esc_takes_a_drag_back_and_then_selects_nothing(editor: Editor, irises: Irises) -> None:
    before, start = gaze(editor), place(editor, RIGHT)
    editor.press(start)
    editor.move(start + QPointF(12, 0))
    assert not np.array_equal(gaze(editor), before)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(gaze(editor), before)
    editor.release(start)
    assert editor.document.undo_stack.count() == 0
    assert irises.selection == BOTH
    QTest.keyClick(editor.canvas, Qt.Key.Key_Escape)
    assert not irises.selection


def test_either_eyes_or_points_are_selected(editor: Editor, irises: Irises) -> None:
    handles = editor.canvas.handles
    handles.select_all()
    handles.take_eyes()
    assert not handles.selection
    handles.select(frozenset({30}))
    assert not irises.selection
    handles.take_eyes()
    handles.select(frozenset())
    assert not irises.selection


def test_the_status_bar_says_what_a_drag_does(editor: Editor, irises: Irises) -> None:
    editor.move(place(editor, LEFT), button=Qt.MouseButton.NoButton)
    assert irises.hovered == LEFT
    assert editor.canvas.tool.tip == tip_over(Iris(LEFT))
    assert editor.canvas.tool.cursor == Qt.CursorShape.PointingHandCursor
    editor.document.open_faces(Faces())
    assert irises.hovered is None


def test_irises_stay_in_the_eyes(editor: Editor) -> None:
    start = place(editor, RIGHT)
    editor.drag(start, start + QPointF(400, 0))
    assert np.abs(gaze(editor)).max() <= engine.LARGEST_GAZE + 1e-9
