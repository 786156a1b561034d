"""Parts of the face, their box, soft selection, symmetry, correcting: by mouse and key."""

import numpy as np
import pytest
from mouse_editor import NOTHING, SHIFT, Editor
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest

import engine
from gui.canvas.canvas_tool import CanvasTool, Keys
from gui.canvas.face_groups import face_groups
from gui.canvas.picking import MARGIN, STALK
from gui.canvas.selection_box import Grip

CONTROL = Qt.KeyboardModifier.ControlModifier
RIGHT_EYE, LEFT_EYE, MOUTH = set(range(36, 42)), set(range(42, 48)), set(range(48, 68))


@pytest.fixture
def editor(editor: Editor) -> Editor:
    editor.canvas.zoom_by(1.8, editor.place(editor.pose[36]))  # so that lines are not all handles
    return editor


def on_line(editor: Editor, index: int, following: int) -> QPointF:
    """Halfway between two handles."""
    return editor.place(tuple((editor.pose[index] + editor.pose[following]) / 2))


def grip_place(editor: Editor, grip: Grip) -> QPointF:
    box = editor.canvas.handles._box()
    assert box is not None
    zoom = editor.canvas.zoom
    return editor.place(tuple(box.grown(MARGIN / zoom).place(grip, STALK / zoom)))


def test_every_landmark_is_in_a_group_and_the_last_has_all() -> None:
    groups = face_groups()
    assert [group.key for group in groups] == list("123456789")
    assert frozenset.union(*(group.indices for group in groups[:-1])) == groups[-1].indices
    assert groups[-1].indices == frozenset(range(engine.N_LANDMARKS))


def test_a_click_on_a_line_takes_the_part(editor: Editor) -> None:
    editor.click(on_line(editor, 36, 37))
    assert editor.canvas.handles.selection == RIGHT_EYE
    editor.click(on_line(editor, 27, 28), keys=SHIFT)
    assert editor.canvas.handles.selection == RIGHT_EYE | set(range(27, 36))
    editor.click(on_line(editor, 37, 38), keys=SHIFT)
    assert editor.canvas.handles.selection == set(range(27, 36))
    assert editor.document.undo_stack.count() == 0


def test_a_drag_of_a_line_moves_the_part_at_once(editor: Editor) -> None:
    before, start = editor.pose.copy(), on_line(editor, 36, 37)
    editor.drag(start, start + QPointF(9, -6))
    before[36:42] += np.array([9, -6], np.float32) / np.float32(editor.canvas.zoom)
    np.testing.assert_allclose(editor.pose, before, atol=2e-3)
    assert editor.document.undo_stack.undoText() == "Move Right eye"


def test_a_click_on_one_of_several_selected_handles_takes_it_alone(editor: Editor) -> None:
    editor.canvas.handles.select_all()
    editor.click(editor.place(editor.pose[30]) + QPointF(1, 1))
    assert editor.canvas.handles.selection == {30}


def test_a_hand_that_shakes_does_not_edit(editor: Editor) -> None:
    at = editor.place(editor.pose[30])
    editor.drag(at, at + QPointF(1, 1))
    assert editor.document.undo_stack.count() == 0


def test_a_corner_of_the_box_scales_in_proportion(editor: Editor) -> None:
    handles = editor.canvas.handles
    handles.select(frozenset(RIGHT_EYE))
    box = handles._box()
    assert box is not None
    before, start = editor.pose.copy(), grip_place(editor, Grip(1, 1))
    offset = box.axes @ (box.half * 0.5) * editor.canvas.zoom
    editor.drag(start, start + QPointF(*offset))
    anchor = box.centre - box.axes @ box.half
    expected = anchor + 1.25 * (before[36:42] - anchor)
    np.testing.assert_allclose(editor.pose[36:42], expected, atol=0.02)
    np.testing.assert_array_equal(np.delete(editor.pose, range(36, 42), 0)[:, 0], np.delete(
        before, range(36, 42), 0)[:, 0])  # fmt: skip
    assert editor.document.undo_stack.count() == 1
    assert editor.document.undo_stack.undoText() == "Scale Right eye"


def test_a_side_scales_along_one_axis_and_with_control_about_the_middle(editor: Editor) -> None:
    editor.canvas.handles.select(frozenset(RIGHT_EYE))
    box = editor.canvas.handles._box()
    assert box is not None
    before, start = editor.pose.copy(), grip_place(editor, Grip(0, -1))
    offset = -box.axes[:, 1] * box.half[1] * editor.canvas.zoom
    editor.drag(start, start + QPointF(*offset), keys=CONTROL)
    local = (before[36:42] - box.centre) @ box.axes * (1, 2)
    expected = box.centre + local @ box.axes.T
    np.testing.assert_allclose(editor.pose[36:42], expected, atol=0.02)


def test_the_grip_above_the_box_turns_in_steps_with_shift(editor: Editor) -> None:
    editor.canvas.handles.select(frozenset(RIGHT_EYE))
    box = editor.canvas.handles._box()
    assert box is not None
    before, start = editor.pose.copy(), grip_place(editor, Grip(0, -1, turns=True))
    centre = editor.place(tuple(box.centre))
    arm = start - centre
    quarter = centre + QPointF(-arm.y(), arm.x())  # 90 degrees, clockwise on the screen
    editor.drag(start, quarter + QPointF(2, 3), keys=SHIFT)
    expected = box.centre + (before[36:42] - box.centre) @ np.array([[0, 1], [-1, 0]])
    np.testing.assert_allclose(editor.pose[36:42], expected, atol=0.02)


def test_a_drag_inside_the_box_moves_and_a_click_drops_the_selection(editor: Editor) -> None:
    handles = editor.canvas.handles
    handles.take(face_groups()[0])  # the jaw, whose box is mostly empty
    before = editor.pose.copy()
    cheek = editor.place(tuple((before[3] + before[31]) / 2))
    editor.drag(cheek, cheek + QPointF(0, 8))
    np.testing.assert_allclose(
        editor.pose[:17, 1], before[:17, 1] + 8 / editor.canvas.zoom, atol=2e-3
    )
    editor.click(cheek)
    assert handles.selection == frozenset()


def test_a_box_is_never_turned_over_or_flattened(editor: Editor) -> None:
    editor.canvas.handles.select_all()
    start = grip_place(editor, Grip(1, 1))
    editor.drag(start, start - QPointF(2000, 2000))
    editor.drag(start, start - QPointF(2000, 2000))
    assert np.ptp(editor.pose, axis=0).min() > 1


def test_neighbours_follow_the_less_the_farther(editor: Editor) -> None:
    handles = editor.canvas.handles
    handles.set_soft(True)
    before, at = editor.pose.copy(), editor.place(editor.pose[8])
    editor.drag(at, at + QPointF(0, 20))
    moved = (editor.pose - before)[:, 1] * editor.canvas.zoom
    assert moved[8] == pytest.approx(20, abs=0.01)
    assert 20 > moved[7] > moved[6] > 0
    assert moved[0] == 0
    editor.document.undo_stack.undo()
    editor.press(at)
    editor.move(at + QPointF(0, 20))
    handles.widen(2.0)  # by the wheel, while dragging
    editor.release(at + QPointF(0, 20))
    assert (editor.pose - before)[6, 1] * editor.canvas.zoom > moved[6] + 1
    assert editor.document.undo_stack.count() == 1


@pytest.mark.parametrize("yaw", [0.0, 25.0])
def test_with_symmetry_the_other_side_follows(editor: Editor, yaw: float) -> None:
    editor.document.turn(yaw, 0, 0)
    editor.canvas.handles.set_symmetric(True)
    before, at = editor.pose.copy(), editor.place(editor.pose[48])
    editor.drag(at, at + QPointF(-12, -9))
    moved = (editor.pose - before) * editor.canvas.zoom
    np.testing.assert_allclose(moved[48], (-12, -9), atol=0.01)
    assert moved[54, 0] > 6
    assert moved[54, 1] == pytest.approx(-9, abs=3)
    assert np.flatnonzero(np.abs(moved).max(axis=1) > 0.01).tolist() == [48, 54]


def test_what_is_selected_on_both_sides_goes_as_it_is_dragged(editor: Editor) -> None:
    handles = editor.canvas.handles
    handles.set_symmetric(True)
    handles.take(face_groups()[6])
    before = editor.pose.copy()
    QTest.keyClick(editor.canvas, Qt.Key.Key_Right, SHIFT)
    np.testing.assert_allclose(editor.pose[48:68, 0], before[48:68, 0] + 10, atol=1e-3)


def test_turning_and_scaling_by_keys(editor: Editor) -> None:
    handles = editor.canvas.handles
    handles.turn(5)  # of nothing
    assert editor.document.undo_stack.count() == 0
    handles.take(face_groups()[6])
    before = editor.pose.copy()
    handles.turn(5)
    handles.scale(1.1)
    wide = np.ptp(editor.pose[48:68, 0]) / np.ptp(before[48:68, 0])
    assert 1.02 < wide < 1.2
    assert editor.document.undo_stack.count() == 2


def test_the_points_one_after_the_other(editor: Editor) -> None:
    handles = editor.canvas.handles
    for eye in (1, 0):
        handles.step(-1)
        assert not handles.selection
        assert handles.irises.selection == {eye}
    handles.step(-1)
    assert handles.selection == {67}
    assert not handles.irises.selection
    handles.select(frozenset())
    handles.step(1)
    assert handles.selection == {0}


def test_correcting_shows_the_loupe_and_enter_takes_the_points(editor: Editor) -> None:
    editor.document.start_correcting()
    at = editor.place(editor.pose[36])
    editor.move(QPointF(400, 300), button=Qt.MouseButton.NoButton)
    assert editor.canvas.loupe.isVisible()
    assert editor.canvas.loupe.y() < 100
    assert not editor.canvas.loupe.grab().isNull()
    editor.move(QPointF(30, 30), button=Qt.MouseButton.NoButton)
    assert editor.canvas.loupe.y() > 100  # not where the mouse is
    before = editor.pose.copy()
    editor.drag(at, at + QPointF(6, 0))
    assert editor.document.landmarks is not None
    np.testing.assert_array_equal(editor.document.landmarks, before)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Return)
    assert not editor.document.correcting
    assert not editor.canvas.loupe.isVisible()
    np.testing.assert_allclose(
        editor.document.landmarks[36], before[36] + (6 / editor.canvas.zoom, 0), atol=2e-3
    )


class Marker(CanvasTool):
    """Notes what the canvas tells it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, float]] = []

    def press(self, point: QPointF, keys: Keys) -> None:
        self.told.append(("press", point.x()))

    def move(self, point: QPointF, keys: Keys) -> None:
        self.told.append(("move", point.x()))

    def release(self, point: QPointF, keys: Keys) -> None:
        self.told.append(("release", point.x()))

    def stop(self) -> None:
        self.told.append(("stop", 0.0))

    def paint(self, painter: QPainter, zoom: float) -> None:
        painter.fillRect(0, 0, 5, 5, Qt.GlobalColor.red)


def test_another_tool_takes_the_mouse_until_it_is_put_away(editor: Editor) -> None:
    marker = Marker()
    editor.canvas.set_tool(marker)
    at = editor.place((100.0, 100.0))
    editor.drag(at, at + QPointF(30, 0), keys=NOTHING)
    assert [name for name, _ in marker.told] == ["press", "move", "move", "move", "release"]
    assert marker.told[0][1] == pytest.approx(100)
    assert editor.document.undo_stack.count() == 0
    editor.canvas.grab()
    editor.canvas.set_tool(None)
    assert marker.told[-1][0] == "stop"
    editor.click(editor.place(editor.pose[30]))
    assert editor.canvas.handles.selection == {30}
