"""The canvas, driven by mouse and keyboard events."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from mouse_editor import MIDDLE, NOTHING, SHIFT, Editor
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsItem
from pytestqt.qtbot import QtBot
from qimage2ndarray import rgb_view
from whole_window import WAIT

import engine
from gui.document.photo import Photo


def test_a_handle_moves_by_what_the_mouse_moves(editor: Editor) -> None:
    before, zoom = editor.pose.copy(), editor.canvas.zoom
    grab = editor.place(before[30]) + QPointF(3.0, -2.0)  # beside its centre
    editor.press(grab)
    np.testing.assert_array_equal(editor.pose, before)
    for step in (1, 2, 3):
        editor.move(grab + QPointF(7.0, 4.0) * step)
    editor.release(grab + QPointF(21.0, 12.0))
    before[30] += np.array([21.0, 12.0], np.float32) / np.float32(zoom)
    np.testing.assert_allclose(editor.pose, before, atol=2e-3)
    assert editor.document.undo_stack.count() == 1


def test_a_click_changes_nothing(editor: Editor) -> None:
    editor.click(editor.place(editor.pose[30]))
    assert editor.canvas.handles.selection == {30}
    assert editor.document.undo_stack.count() == 0


def test_shift_click_adds_and_removes(editor: Editor) -> None:
    editor.click(editor.place(editor.pose[30]))
    editor.click(editor.place(editor.pose[8]), keys=SHIFT)
    assert editor.canvas.handles.selection == {8, 30}
    editor.click(editor.place(editor.pose[30]), keys=SHIFT)
    assert editor.canvas.handles.selection == {8}


def test_a_rubber_band_selects_and_the_selection_drags_together(editor: Editor) -> None:
    before = editor.pose.copy()
    eye = before[36:42]
    first = editor.place(tuple(eye.min(axis=0) - 4))
    last = editor.place(tuple(eye.max(axis=0) + 4))
    editor.press(first)
    editor.move(last)
    editor.release(last)
    assert editor.canvas.handles.selection == set(range(36, 42))
    grab = editor.place(before[37])
    editor.press(grab)
    editor.move(grab + QPointF(0, -10))
    editor.release(grab + QPointF(0, -10))
    before[36:42, 1] -= 10 / editor.canvas.zoom
    np.testing.assert_allclose(editor.pose, before, atol=2e-3)
    assert editor.canvas.handles.selection == set(range(36, 42))


def test_a_click_beside_drops_the_selection(editor: Editor) -> None:
    editor.canvas.handles.select_all()
    editor.click(QPointF(2, 2))
    assert editor.canvas.handles.selection == frozenset()


@pytest.mark.parametrize(("keys", "step"), [(NOTHING, 1.0), (SHIFT, 10.0)])
def test_arrows_nudge(editor: Editor, keys: Qt.KeyboardModifier, step: float) -> None:
    before = editor.pose.copy()
    editor.canvas.handles.select(frozenset({8}))
    QTest.keyClick(editor.canvas, Qt.Key.Key_Right, keys)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Up, keys)
    np.testing.assert_allclose(editor.pose[8] - before[8], (step, -step), atol=1e-3)
    assert editor.document.undo_stack.count() == 2


def test_escape_gives_up_a_drag(editor: Editor) -> None:
    before = editor.pose
    grab = editor.place(before[30])
    editor.press(grab)
    editor.move(grab + QPointF(30, 0))
    QTest.keyClick(editor.canvas, Qt.Key.Key_Escape)
    editor.move(grab + QPointF(60, 0))
    editor.release(grab + QPointF(60, 0))
    np.testing.assert_array_equal(editor.pose, before)
    assert editor.document.undo_stack.count() == 0


def test_the_wheel_zooms_at_the_cursor(editor: Editor) -> None:
    at = QPointF(170.0, 220.0)
    before, zoom = editor.canvas.photo_point(at), editor.canvas.zoom
    wheel = QWheelEvent(
        at, editor.canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        NOTHING, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor.canvas.viewport(), wheel)
    assert editor.canvas.zoom > 1.2 * zoom
    distance = editor.canvas.photo_point(at) - before
    assert abs(distance.x()) * editor.canvas.zoom <= 1
    assert abs(distance.y()) * editor.canvas.zoom <= 1


def test_a_middle_drag_pans_and_edits_nothing(editor: Editor) -> None:
    at = editor.place(editor.pose[30])
    before = editor.canvas.photo_point(QPointF(100, 100))
    editor.press(at, button=MIDDLE)
    editor.move(at + QPointF(40, 25), button=MIDDLE)
    editor.release(at + QPointF(40, 25), button=MIDDLE)
    after = editor.canvas.photo_point(QPointF(140, 125))
    assert abs((after - before).x()) < 0.5
    assert abs((after - before).y()) < 0.5
    assert editor.document.undo_stack.count() == 0


def test_zoom_to_fit_shows_the_whole_photo(editor: Editor) -> None:
    editor.canvas.zoom_to_fit()
    corner = editor.place((511.0, 511.0))
    assert editor.canvas.viewport().rect().contains(corner.toPoint())
    assert editor.canvas.viewport().rect().contains(editor.place((0.0, 0.0)).toPoint())


def test_one_of_several_faces_is_picked_by_its_box(qtbot: QtBot, opened: Photo) -> None:
    face = opened.faces[0]
    other = engine.Face((300.0, 220.0, 400.0, 320.0), face.landmarks + np.float32(50), 1.0)
    editor = Editor(qtbot)
    editor.document.set_photo(Photo(opened.path, opened.pixels, (face, other), opened.image))
    editor.click(editor.place((20.0, 500.0)))
    assert editor.document.landmarks is None
    editor.click(editor.place((350.0, 270.0)))
    assert editor.document.landmarks is other.landmarks


def test_two_clicks_on_the_eyes_place_a_face(qtbot: QtBot, opened: Photo) -> None:
    editor = Editor(qtbot)
    editor.document.set_photo(Photo(opened.path, opened.pixels, (), opened.image))
    right, left = (opened.faces[0].landmarks[a:b].mean(axis=0) for a, b in ((36, 42), (42, 48)))
    editor.canvas.chooser.start_placing()
    editor.click(editor.place(left))  # in any order
    assert editor.canvas.chooser.eyes_clicked == 1
    editor.click(editor.place(right))
    assert editor.canvas.chooser.eyes_clicked is None
    assert editor.document.correcting
    np.testing.assert_allclose(editor.pose[36:42].mean(axis=0), right, atol=0.1)
    np.testing.assert_allclose(editor.pose[42:48].mean(axis=0), left, atol=0.1)


def test_the_same_spot_twice_is_refused_with_a_sentence(qtbot: QtBot, opened: Photo) -> None:
    editor = Editor(qtbot)
    editor.document.set_photo(Photo(opened.path, opened.pixels, (), opened.image))
    editor.canvas.chooser.start_placing()
    spot = editor.place((200.0, 200.0))
    with qtbot.waitSignal(editor.canvas.chooser.failed, timeout=WAIT):
        editor.click(spot)
        editor.click(spot)
    assert editor.document.landmarks is None
    assert editor.canvas.chooser.eyes_clicked == 0


def test_handles_keep_their_size_on_screen(editor: Editor) -> None:
    def white_pixels() -> int:
        image = editor.canvas.grab().toImage()
        centre = editor.place(editor.pose[30]).toPoint()
        around = range(-12, 13)
        return sum(
            image.pixelColor(centre + QPoint(x, y)).lightness() > 250
            for x in around
            for y in around
        )

    near = white_pixels()
    editor.canvas.zoom_by(3.0, editor.place(editor.pose[30]))
    assert near == pytest.approx(white_pixels(), rel=0.35)


def test_a_hundred_percent_is_one_pixel_on_the_screen(editor: Editor) -> None:
    editor.canvas.zoom_to_pixels()
    assert abs(editor.canvas.zoom * editor.canvas.devicePixelRatioF() - 1) < 1e-6


def test_a_photo_smaller_than_the_canvas_is_centred(editor: Editor) -> None:
    canvas = editor.canvas
    canvas.zoom_to_fit()
    canvas.zoom_by(0.7, QPointF(20, 20))
    apart = canvas.shown.area.center() - canvas.shown.photo.center()
    assert apart.manhattanLength() < 1


def test_what_changes_at_the_points_is_painted_although_they_are_cached(editor: Editor) -> None:
    canvas, cached = editor.canvas, QGraphicsItem.CacheMode.DeviceCoordinateCache
    (points,) = [item for item in canvas.scene().items() if item.cacheMode() == cached]

    def painted() -> QImage:
        QApplication.processEvents()
        return canvas.viewport().grab().toImage()

    def painted_anew() -> QImage:
        points.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        image = painted()
        points.setCacheMode(cached)
        return image

    nose = editor.place(editor.pose[30])
    seen = [painted()]
    changes: list[Callable[[], object]] = [
        lambda: editor.move(nose, button=Qt.MouseButton.NoButton),  # hovers
        lambda: editor.press(nose),
        lambda: editor.move(nose + QPointF(20, 12)),
        lambda: editor.release(nose + QPointF(20, 12)),
        lambda: editor.click(editor.place(editor.pose[8]), keys=SHIFT),
        lambda: canvas.zoom_by(1.3, nose),
        editor.document.start_correcting,
    ]
    for change in changes:
        change()
        seen.append(painted())
        one, other = (rgb_view(image).astype(int) for image in (seen[-1], painted_anew()))
        assert np.abs(one - other).max() <= 3
    assert all(one != other for one, other in itertools.pairwise(seen))
