"""The brush, on the sample's face, through the window's menu and the canvas's mouse."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine
from gui.canvas import keep_menu
from gui.canvas.brush import Brush
from gui.canvas.canvas import Canvas
from gui.canvas.keep_bar import TINT, keep_image
from gui.canvas.keep_menu import KeepMenu
from gui.document.document import Document
from gui.document.edit import Faces
from gui.document.photo import Photo
from gui.workers.background import Background

NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot: QtBot, opened: Photo) -> Canvas:
    canvas = Canvas(Document())
    canvas._document.setParent(canvas)
    qtbot.addWidget(canvas)
    canvas.resize(800, 600)
    canvas.show()
    return canvas


@pytest.fixture
def document(canvas: Canvas) -> Document:
    return canvas._document


@pytest.fixture
def menu(canvas: Canvas, opened: Photo) -> KeepMenu:
    menu = KeepMenu(canvas._document, canvas, Background(canvas), canvas)
    canvas._document.set_photo(opened)
    return menu


def kept(document: Document, x: float, y: float) -> float:
    return 0.0 if document.keep is None else document.keep.window(round(x), round(y), 1, 1).item()


def stroke(brush: Brush, *points: tuple[float, float], keys: Qt.KeyboardModifier = NONE) -> None:
    brush.press(QPointF(*points[0]), keys)
    for point in points[1:]:
        brush.move(QPointF(*point), keys)
    brush.release(QPointF(*points[-1]), keys)


def test_a_stroke_is_one_entry_and_can_be_undone(document: Document, menu: KeepMenu) -> None:
    brush = menu.tool
    brush.set_radius(10)
    stroke(brush, (100, 100), (150, 100), (150, 160))
    assert kept(document, 125, 100) == 1
    assert kept(document, 150, 160) == 1
    assert kept(document, 100, 160) == 0
    assert document.undo_stack.count() == 1
    assert document.unsaved
    before = document.keep
    stroke(brush, (125, 80), (125, 120), keys=CONTROL)
    assert kept(document, 125, 100) == 0
    assert document.undo_stack.undoText() == "Erase kept areas"
    document.undo_stack.undo()
    assert document.keep is before
    document.undo_stack.undo()
    assert document.keep is None
    assert not document.unsaved


def test_erasing_everything_keeps_nothing(document: Document, menu: KeepMenu) -> None:
    brush = menu.tool
    brush.set_erases(True)
    stroke(brush, (100, 100), (150, 100))
    assert document.undo_stack.count() == 0, "there is nothing to erase"
    brush.set_erases(False)
    brush.set_radius(10)
    stroke(brush, (100, 100))
    brush.set_radius(30)
    stroke(brush, (100, 100), keys=CONTROL)
    assert document.keep is None


def test_shift_draws_a_line_from_the_last_stroke(document: Document, menu: KeepMenu) -> None:
    stroke(menu.tool, (100, 100), keys=SHIFT)
    stroke(menu.tool, (300, 200), keys=SHIFT)
    assert kept(document, 200, 150) == 1
    document.open_faces(replace(document.faces, active=None))
    document.choose_face(0)
    stroke(menu.tool, (300, 400), keys=SHIFT)
    assert kept(document, 300, 300) == 0, "no line from another face's stroke"


def test_escape_takes_a_stroke_back_and_then_ends_painting(
    canvas: Canvas, document: Document, menu: KeepMenu
) -> None:
    menu.brush.trigger()
    assert canvas.tool is menu.tool
    menu.tool.press(QPointF(100, 100), NONE)
    menu.tool.move(QPointF(200, 100), NONE)
    assert document.keep is not None
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert document.keep is None
    assert document.undo_stack.count() == 0
    menu.tool.move(QPointF(220, 100), NONE)
    assert document.keep is None
    assert canvas.tool is menu.tool
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is canvas.handles
    assert not menu.brush.isChecked()
    assert not menu.bar.isVisible()


def test_the_mouse_paints_where_it_is(canvas: Canvas, document: Document, menu: KeepMenu) -> None:
    menu.brush.trigger()
    place = canvas.viewport().rect().center()
    point = canvas.photo_point(QPointF(place))
    QTest.mousePress(canvas.viewport(), LEFT, pos=place)
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=place)
    assert kept(document, point.x(), point.y()) == 1
    assert document.pose is not None
    assert not document.edited, "the points stay"


def test_brush_and_eraser_are_taken_and_put_away(canvas: Canvas, menu: KeepMenu) -> None:
    def state() -> tuple[bool, bool, bool]:
        assert menu.bar.isVisible() == menu.painting
        return menu.painting, menu.brush.isChecked(), menu.eraser.isChecked()

    menu.brush.trigger()
    assert state() == (True, True, False)
    menu.eraser.trigger()
    assert state() == (True, False, True)
    menu.eraser.trigger()
    assert state() == (False, False, False)
    menu.eraser.trigger()
    assert menu.tool.erases
    menu.finish.trigger()
    assert state() == (False, False, False)


def test_correcting_the_detection_puts_the_brush_away(document: Document, menu: KeepMenu) -> None:
    menu.brush.trigger()
    document.start_correcting()
    assert not menu.painting
    assert not menu.brush.isEnabled()
    document.cancel_correcting()
    assert menu.brush.isEnabled()
    document.open_faces(Faces())
    assert not menu.brush.isEnabled()


def test_the_soft_border_is_undoable_and_followed(document: Document, menu: KeepMenu) -> None:
    brush, slider = menu.tool, menu.bar.feather_slider
    stroke(brush, (100, 100), (200, 100))
    usual = brush.feather
    assert document.keep is not None
    assert document.keep.feather == usual
    slider.setSliderDown(True)
    for step in (150, 160, 170):
        slider.setValue(step)
    slider.setSliderDown(False)
    assert brush.feather > usual
    assert document.keep.feather == brush.feather
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert brush.feather == usual
    assert slider.value() < 150


def test_the_size_has_limits_and_a_slider(menu: KeepMenu) -> None:
    brush, slider = menu.tool, menu.bar.size_slider
    low, high = brush.radii
    for _ in range(100):
        brush.widen(1.2)
    assert brush.radius == high
    assert slider.value() == slider.maximum()
    for _ in range(100):
        brush.widen(1 / 1.2)
    assert brush.radius == low
    slider.setValue(slider.maximum() // 2)
    assert brush.radius == pytest.approx((low * high) ** 0.5)


def test_invert_and_clear(document: Document, menu: KeepMenu) -> None:
    assert not menu.clear_all.isEnabled()
    menu.invert.trigger()
    assert kept(document, 5, 5) == 1
    menu.invert.trigger()
    assert document.keep is None
    stroke(menu.tool, (100, 100), (200, 100))
    menu.invert.trigger()
    assert kept(document, 150, 100) == 0
    assert kept(document, 300, 300) == 1
    menu.clear_all.trigger()
    assert document.keep is None
    document.undo_stack.undo()
    assert kept(document, 300, 300) == 1


def test_what_is_kept_is_seen_until_it_is_hidden(
    canvas: Canvas, document: Document, menu: KeepMenu
) -> None:
    item = menu._view.item
    assert not item.isVisible()
    stroke(menu.tool, (100, 100), (200, 100))
    assert item.isVisible()
    menu.shown.trigger()
    assert not item.isVisible()
    menu.shown.trigger()
    assert item.isVisible()
    document.undo_stack.undo()
    assert not item.isVisible()
    assert item.zValue() == canvas._pose.zValue()


def test_the_tint_is_strong_where_all_is_kept() -> None:
    image = keep_image(engine.KeepMask.nothing((64, 48)).painted([(30, 20)], 8))
    assert (image.width(), image.height()) == (64, 48)
    colour = image.pixelColor(30, 20)
    assert colour.rgb() == TINT.rgb()
    assert 0.4 < colour.alphaF() < 0.7
    assert image.pixelColor(2, 2).alpha() == 0


def test_a_saved_mask_opens_again(
    document: Document, menu: KeepMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stroke(menu.tool, (100, 100), (200, 100))
    keep = document.keep
    assert keep is not None
    monkeypatch.setattr(keep_menu, "ask_save", lambda *_args: tmp_path / "mask")
    menu.save_mask.trigger()
    menu.clear_all.trigger()
    monkeypatch.setattr(keep_menu, "ask_open", lambda *_args: tmp_path / "mask.png")
    menu.open_mask.trigger()
    assert document.keep is not None
    np.testing.assert_array_equal(document.keep.pixels, keep.soft)
    said: list[str] = []
    menu.failed.connect(said.append)
    engine.write_photo(tmp_path / "mask.png", np.zeros((20, 90, 3), np.uint8))
    menu.open_mask.trigger()
    assert "90x20" in said[0]


def test_hundreds_of_strokes_need_little_memory(document: Document, menu: KeepMenu) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        stroke(menu.tool, *map(tuple, rng.uniform(0, 512, (3, 2))))
    keep = document.keep
    assert keep is not None
    assert len(keep.packed) < 0.1 * keep.pixels.nbytes
    for _ in range(50):
        document.undo_stack.undo()
    assert document.keep is None
