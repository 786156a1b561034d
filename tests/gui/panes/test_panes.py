"""The panes: views, comparing with the photo, zoom and pan in step with the canvas."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from gui.canvas.canvas import Canvas
from gui.document.document import Document
from gui.document.photo import Photo, read_photo
from gui.panes.panes import Panes
from gui.panes.views import View
from gui.widgets.picture_view import PictureView
from gui.widgets.zoom_view import Viewport, ZoomView
from gui.window.view_menu import CompareAction, ViewMenu
from gui.window.view_options import ViewOptions

NOTHING = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
RED, PHOTO = "#ff0000", "#0000ff"


@pytest.fixture(scope="module")
def blue(sample: Path) -> Photo:
    """The sample with its face, all blue."""
    photo = read_photo(sample)
    pixels = np.zeros_like(photo.pixels)
    pixels[..., 2] = 255
    image = photo.image.copy()
    image.fill(QColor(PHOTO))
    return Photo(photo.path, pixels, photo.faces, image)


@pytest.fixture(scope="module")
def prediction(blue: Photo, predictor: engine.Predictor) -> engine.Prediction:
    """The face of the blue photo; what the networks make of it is red."""
    landmarks = blue.faces[0].landmarks
    predictor.set_source(blue.pixels, landmarks)
    made = predictor.predict(engine.Pose3D.of(landmarks).turned(10, 0, 0).landmarks())
    red = np.zeros_like(made.refined)
    red[..., 0] = 1
    return replace(made, refined=red)


@pytest.fixture
def panes(qtbot: QtBot, blue: Photo, prediction: engine.Prediction) -> Panes:
    shown = Viewport()
    panes = Panes(shown)
    shown.setParent(panes)
    qtbot.addWidget(panes)
    panes.resize(400, 700)
    shown.set_photo(QRectF(-0.5, -0.5, 512, 512))
    panes.show_photo(blue)
    panes.show_prediction(prediction, None)
    panes.show()
    qtbot.waitExposed(panes)
    crop = prediction.crop
    shown.show(QRectF(crop.left, crop.top, crop.side, crop.side))
    return panes


def shown_at(view: PictureView, x: float, y: float = 0.3) -> str:
    """The colour at a place, both as shares of the view's sides."""
    image = view.viewport().grab().toImage()
    return image.pixelColor(int(x * image.width()), int(y * image.height())).name()


def test_before_there_is_a_picture_the_pane_says_so(qtbot: QtBot) -> None:
    panes = Panes()
    qtbot.addWidget(panes)
    panes.resize(400, 700)
    panes.show()
    image = panes.large.view.viewport().grab().toImage()
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    assert len(colours) > 1, "there is text"


@pytest.mark.parametrize("view", list(View))
def test_a_pane_shows_the_view_that_its_tabs_choose(
    panes: Panes, prediction: engine.Prediction, view: View
) -> None:
    panes.small.choose(view)
    assert panes.small.chosen is view
    image = panes.small.view.image
    if view is View.SOURCE:
        assert image is None
        assert shown_at(panes.small.view, 0.5) == PHOTO
        return
    assert image is not None
    expected = {
        View.REFINED: prediction.refined,
        View.COARSE: prediction.coarse,
        View.DIFFERENCE: 0.5 + 2 * prediction.difference,
        View.WARP: prediction.warp,
    }[view]
    pixel = [channel / 255 for channel in image.pixelColor(30, 20).getRgb()[:3]]  # type: ignore[index]
    np.testing.assert_allclose(pixel, expected[20, 30].clip(0, 1), atol=0.003)


def test_the_photo_is_shown_while_the_mouse_is_held(panes: Panes) -> None:
    view = panes.large.view
    assert shown_at(view, 0.5) == RED
    QTest.mousePress(view.viewport(), LEFT)
    assert shown_at(view, 0.5) == PHOTO
    QTest.mouseRelease(view.viewport(), LEFT)
    assert shown_at(view, 0.5) == RED


def test_comparing_shows_the_photo_in_both(panes: Panes) -> None:
    panes.small.choose(View.REFINED)
    for comparing in (True, False):
        panes.set_comparing(comparing)
        for pane in panes.both:
            assert shown_at(pane.view, 0.5) == (PHOTO if comparing else RED)


def test_the_split_line_divides_and_is_dragged(panes: Panes) -> None:
    view = panes.large.view
    panes.set_split(True)
    assert shown_at(view, 0.3) == PHOTO
    assert shown_at(view, 0.7) == RED
    width, y = view.viewport().width(), view.viewport().height() // 2
    QTest.mousePress(view.viewport(), LEFT, pos=QPoint(width // 2, y))
    QTest.mouseMove(view.viewport(), QPoint(int(0.8 * width), y))
    QTest.mouseRelease(view.viewport(), LEFT, pos=QPoint(int(0.8 * width), y))
    assert shown_at(view, 0.7) == PHOTO
    assert panes.small.view.split == pytest.approx(0.8, abs=0.02)
    panes.set_split(False)
    assert shown_at(view, 0.3) == RED
    panes.set_split(True)
    assert view.split == pytest.approx(0.8, abs=0.02), "where it was left"


def wheel(view: ZoomView, at: QPointF) -> None:
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NOTHING,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def middle(view: ZoomView) -> QPointF:
    return view.photo_point(QPointF(view.viewport().rect().center()))


def test_canvas_and_panes_zoom_and_pan_in_step(qtbot: QtBot, blue: Photo, panes: Panes) -> None:
    document = Document()
    canvas = Canvas(document, panes.large.view.shown)
    qtbot.addWidget(canvas)
    canvas.resize(600, 500)
    canvas.show()
    document.set_photo(blue)
    views = [canvas, panes.large.view, panes.small.view]
    for acting in views:
        before = [view.zoom for view in views]
        wheel(acting, QPointF(60.0, 80.0))
        factors = [view.zoom / zoom for view, zoom in zip(views, before, strict=True)]
        np.testing.assert_allclose(factors, factors[0], rtol=1e-6)
        assert factors[0] > 1.3
        for view in views:
            # Both scroll in whole pixels: one of each view's in both directions.
            apart = 2 / view.zoom + 2 / acting.zoom
            assert (middle(view) - middle(acting)).manhattanLength() < apart
    panes.large.view.setFocus()
    area = QRectF(canvas.shown.area)
    view = panes.large.view
    QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view.viewport(), LEFT, pos=QPoint(100, 100))
    QTest.mouseMove(view.viewport(), QPoint(130, 90))
    QTest.mouseRelease(view.viewport(), LEFT, pos=QPoint(130, 90))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    moved = canvas.shown.area.center() - area.center()
    assert moved.x() * view.zoom == pytest.approx(-30, abs=0.01)
    assert moved.y() * view.zoom == pytest.approx(10, abs=0.01)
    assert not view.panning
    assert (middle(canvas) - canvas.shown.area.center()).manhattanLength() < 4 / canvas.zoom


def test_arrows_pan_and_nothing_scrolls_out_of_step(panes: Panes) -> None:
    view = panes.large.view
    before = view.shown.area.center()
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    moved = (view.shown.area.center() - before) * view.zoom
    assert moved.x() == pytest.approx(40, abs=0.01)
    assert moved.y() == pytest.approx(0, abs=0.01)
    assert (middle(view) - view.shown.area.center()).manhattanLength() < 4 / view.zoom


def test_the_middle_of_what_is_shown_stays_on_the_photo(qtbot: QtBot) -> None:
    shown = Viewport()
    shown.set_photo(QRectF(0, 0, 100, 50))
    shown.show(QRectF(500, -300, 10, 10))
    assert shown.area == QRectF(95, -5, 10, 10)


@pytest.mark.parametrize("held", [False, True])
def test_a_tap_of_the_key_switches_and_a_long_press_holds(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    monkeypatch.setattr("gui.window.view_menu.HOLD_MS", -1000 if held else 1_000_000)
    monkeypatch.setattr("gui.window.view_menu.REPEAT_MS", 700)
    window = QMainWindow()
    qtbot.addWidget(window)
    action = CompareAction(Qt.Key.Key_C, window)
    window.addAction(action)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    seen: list[bool] = []
    action.toggled.connect(lambda checked: seen.append(checked))
    QTest.keyPress(window, Qt.Key.Key_C)
    assert action.isChecked()
    for _ in range(3):  # how a key repeats on some systems
        QTest.keyRelease(window, Qt.Key.Key_C)
        QTest.keyPress(window, Qt.Key.Key_C)
    assert seen == [True]
    QTest.keyRelease(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not action._up.isActive(), timeout=WAIT)
    assert seen == ([True, False] if held else [True])
    if not held:
        QTest.keyClick(window, Qt.Key.Key_C)
        assert not action.isChecked()


def test_the_menu_shows_what_the_panes_show(panes: Panes) -> None:
    document, options = Document(), ViewOptions()
    options.comparing.changed.connect(panes.set_comparing)
    menu = ViewMenu(document, Canvas(document), panes, options, QDockWidget(panes), panes)
    panes.small.choose(View.WARP)
    checked = [view for view, action in menu.small.items() if action.isChecked()]
    assert checked == [View.WARP]
    menu.large[View.COARSE].trigger()
    assert panes.large.chosen is View.COARSE
    menu.split.trigger()
    assert panes.split
    menu.compare.trigger()
    assert shown_at(panes.large.view, 0.9) == PHOTO
