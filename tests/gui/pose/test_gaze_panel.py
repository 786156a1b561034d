"""Sliders of the gaze, and the look at the viewer."""

import pytest
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.pose.gaze_panel import GazePanel


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> GazePanel:
    panel = GazePanel(document)
    qtbot.addWidget(panel)
    qtbot.addWidget(panel.viewer)
    return panel


def gaze(document: Document) -> tuple[float, float]:
    assert document.pose is not None
    yaw, pitch = engine.mean_gaze(document.pose)
    return yaw, pitch


def test_they_show_where_the_eyes_look(panel: GazePanel, document: Document) -> None:
    yaw, pitch = gaze(document)
    assert (panel.yaw.value, panel.pitch.value) == pytest.approx((yaw, pitch), abs=0.06)
    panel.yaw.spin_box.setValue(12)
    assert gaze(document) == pytest.approx((12, pitch))
    panel.pitch.slider.setValue(-80)
    assert gaze(document) == pytest.approx((12, -8))
    assert document.undo_stack.count() == 2
    assert document.edited
    assert document.unsaved
    document.undo_stack.undo()
    assert panel.pitch.value == pytest.approx(pitch, abs=0.06)


def test_a_slider_stops_where_an_eye_turns_no_further(panel: GazePanel, document: Document) -> None:
    panel.yaw.spin_box.setValue(engine.LARGEST_GAZE)
    assert panel.yaw.value == pytest.approx(gaze(document)[0], abs=0.06)
    panel.yaw.spin_box.setValue(engine.LARGEST_GAZE)
    assert panel.yaw.value == pytest.approx(gaze(document)[0], abs=0.06)


def test_a_double_click_returns_to_the_photo(panel: GazePanel, document: Document) -> None:
    before = gaze(document)
    panel.yaw.spin_box.setValue(20)
    panel.yaw.name.reset.emit()
    assert gaze(document) == pytest.approx(before)


def test_a_look_at_the_viewer_is_one_entry(panel: GazePanel, document: Document) -> None:
    before = gaze(document)
    document.turn(20, 0, 0)
    panel.viewer.click()
    # Two thirds of the turn: the iris lies before the corners of the lids.
    assert gaze(document)[0] == pytest.approx(before[0] - 13, abs=1)
    assert document.undo_stack.undoText() == "Look at the viewer"
    count = document.undo_stack.count()
    panel.viewer.click()
    assert document.undo_stack.count() == count


def test_no_gaze_while_points_are_corrected(panel: GazePanel, document: Document) -> None:
    document.start_correcting()
    assert not panel.isEnabled()
    assert not panel.viewer.isEnabled()
    panel.look_at_viewer()
