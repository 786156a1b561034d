"""The head on the canvas, the sliders, and what the model has learnt."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import engine
from gui.canvas.gizmo import SIDE, Gizmo
from gui.document.document import Document, Model
from gui.document.edit import Faces
from gui.document.head_turn import HeadTurn
from gui.pose.pose_panel import PosePanel

NOTHING, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, QPointF(SIDE / 2, SIDE / 2)
TOP = QPointF(SIDE / 2, 6.0)  # on the ring


@pytest.fixture
def turn(document: Document) -> HeadTurn:
    return HeadTurn(document)


@pytest.fixture
def gizmo(qtbot: QtBot, document: Document, turn: HeadTurn) -> Gizmo:
    viewport = QWidget()
    qtbot.addWidget(viewport)
    viewport.resize(500, 400)
    gizmo = Gizmo(document, turn, viewport)
    viewport.show()
    qtbot.waitExposed(viewport)
    return gizmo


def mouse(gizmo: Gizmo, kind: QEvent.Type, at: QPointF, keys: Qt.KeyboardModifier) -> None:
    moved, released = kind == QEvent.Type.MouseMove, kind == QEvent.Type.MouseButtonRelease
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        kind, at, gizmo.mapToGlobal(at), none if moved else LEFT, none if released else LEFT, keys
    )
    QApplication.sendEvent(gizmo, event)


def drag(gizmo: Gizmo, *way: QPointF, keys: Qt.KeyboardModifier = NOTHING) -> None:
    mouse(gizmo, QEvent.Type.MouseButtonPress, way[0], keys)
    for at in way[1:]:
        mouse(gizmo, QEvent.Type.MouseMove, at, keys)
    mouse(gizmo, QEvent.Type.MouseButtonRelease, way[-1], keys)


def with_range(document: Document, *ranges: tuple[float, float]) -> None:
    document.set_model(Model(None, "small", "cpu", engine.TrainedRange(*ranges)))


def test_a_drag_turns_the_head_and_is_one_undo_entry(
    document: Document, turn: HeadTurn, gizmo: Gizmo
) -> None:
    drag(gizmo, MIDDLE, MIDDLE + QPointF(8, 0), MIDDLE + QPointF(16, -8))
    assert turn.angles == (20.0, 10.0, 0.0)
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert turn.angles == (0.0, 0.0, 0.0)


def test_the_nose_goes_where_the_mouse_goes(document: Document, gizmo: Gizmo) -> None:
    before = document.pose
    assert before is not None
    drag(gizmo, MIDDLE, MIDDLE + QPointF(20, 0))
    after = document.pose
    assert after is not None
    nose = before.source.points()[30]
    area = SIDE - 24.0
    moved = area * np.subtract(
        engine.place_on_head(nose, after), engine.place_on_head(nose, before)
    )
    assert moved[0] == pytest.approx(20, abs=6)
    assert abs(moved[1]) < 4


def test_shift_turns_finely(turn: HeadTurn, gizmo: Gizmo) -> None:
    drag(gizmo, MIDDLE, MIDDLE + QPointF(16, 0), keys=SHIFT)
    assert turn.angles == (4.0, 0.0, 0.0)


def test_the_ring_tilts(turn: HeadTurn, gizmo: Gizmo) -> None:
    radius = SIDE / 2 - 6
    at = MIDDLE + QPointF(np.sin(np.radians(30)) * radius, -np.cos(np.radians(30)) * radius)
    drag(gizmo, TOP, at)
    assert turn.angles == pytest.approx((0, 0, 30), abs=0.5)
    drag(gizmo, at, TOP)
    assert turn.angles == pytest.approx((0, 0, 0), abs=0.5)


def test_no_further_than_the_sliders(turn: HeadTurn, gizmo: Gizmo) -> None:
    drag(gizmo, MIDDLE, MIDDLE + QPointF(400, 300))
    assert turn.angles == (60.0, -40.0, 0.0)


def test_a_double_click_turns_back(turn: HeadTurn, gizmo: Gizmo) -> None:
    turn.turn_to((20.0, 5.0, 3.0))
    QTest.mouseDClick(gizmo, LEFT, pos=MIDDLE.toPoint())
    assert turn.angles == (0.0, 0.0, 0.0)


def test_escape_gives_a_drag_up(document: Document, turn: HeadTurn, gizmo: Gizmo) -> None:
    mouse(gizmo, QEvent.Type.MouseButtonPress, MIDDLE, NOTHING)
    mouse(gizmo, QEvent.Type.MouseMove, MIDDLE + QPointF(20, 0), NOTHING)
    assert turn.angles[0] > 20
    QTest.keyClick(gizmo, Qt.Key.Key_Escape)
    mouse(gizmo, QEvent.Type.MouseMove, MIDDLE + QPointF(40, 0), NOTHING)
    assert turn.angles == (0.0, 0.0, 0.0)
    assert document.undo_stack.count() == 0


def test_arrows_turn_the_head(document: Document, turn: HeadTurn, gizmo: Gizmo) -> None:
    for key, keys in (
        (Qt.Key.Key_Right, NOTHING), (Qt.Key.Key_Up, SHIFT), (Qt.Key.Key_PageDown, NOTHING)
    ):  # fmt: skip
        QTest.keyClick(gizmo, key, keys)
    assert turn.angles == (1.0, 10.0, 1.0)
    assert document.undo_stack.count() == 3
    assert "10" in gizmo.accessibleDescription()


def test_it_is_there_with_a_face_and_when_it_is_wanted(document: Document, gizmo: Gizmo) -> None:
    assert gizmo.isVisible()
    gizmo.set_wanted(False)
    assert not gizmo.isVisible()
    gizmo.set_wanted(True)
    document.open_faces(Faces())
    assert not gizmo.isVisible()


def test_it_stays_in_its_corner(gizmo: Gizmo) -> None:
    viewport = gizmo.parentWidget()
    assert viewport is not None
    viewport.resize(700, 500)
    assert viewport.width() - gizmo.geometry().right() < 20
    assert gizmo.y() < 20


def test_it_is_painted_with_and_without_a_model(document: Document, gizmo: Gizmo) -> None:
    bare = gizmo.grab().toImage()
    with_range(document, (-20, 20), (-10, 10), (-5, 5))
    assert gizmo.grab().toImage() != bare
    within = gizmo.grab().toImage()
    document.turn(50, 0, 40)
    assert gizmo.grab().toImage() != within


def test_ranges_count_from_the_source(document: Document, turn: HeadTurn) -> None:
    assert turn.ranges is None
    assert document.landmarks is not None
    with_range(document, (-40, 40), (-15, 15), (-100, 100))
    assert document.pose is not None
    own = document.pose.source.angles
    assert turn.ranges is not None
    assert turn.ranges[0] == pytest.approx((-40 - own[0], 40 - own[0]))
    assert turn.ranges[1] == pytest.approx((-15 - own[1], 15 - own[1]))
    assert turn.ranges[2] == (-45.0, 45.0), "as far as the slider goes"
    document.open_faces(Faces())
    assert turn.ranges is None


def test_what_is_beyond(qtbot: QtBot, document: Document, turn: HeadTurn) -> None:
    with_range(document, (-20, 20), (-30, 30), (-5, 5))
    panel = PosePanel(document, turn)
    qtbot.addWidget(panel)
    assert turn.beyond == frozenset()
    document.turn(30, 0, 20)
    assert turn.beyond == {0, 2}
    sliders = (panel.yaw, panel.pitch, panel.roll)
    assert [bool(s.spin_box.property("beyond")) for s in sliders] == [True, False, True]
    document.turn(5, 0, 0)
    assert turn.beyond == frozenset()
    low, high = panel.yaw.slider.marked or (0, 0)
    assert low == pytest.approx(-200, abs=20)
    assert high == pytest.approx(200, abs=20)
