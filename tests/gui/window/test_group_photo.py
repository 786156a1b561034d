"""A photo of two people in the whole window: each face has its own pose, one picture has both."""

from pathlib import Path

import numpy as np
import pytest
import qimage2ndarray
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from whole_window import WAIT, answer

import engine
from gui.document.edit import Faces
from gui.document.project import read_project
from gui.panes.views import View
from gui.window import project_actions
from gui.window.main_window import MainWindow

Pixels = NDArray[np.uint8]


@pytest.fixture
def window(qtbot: QtBot, model: Path, two_faces: Path) -> MainWindow:
    """Both faces are turned; the small one is in use, and its picture is shown."""
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    window.show()
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        window.start(two_faces, model)
    window.document.choose_face(0)
    window.document.turn(20, 0, 0)
    window.document.choose_face(1)
    with qtbot.waitSignal(window.full_resolution.finished, timeout=WAIT):
        window.document.turn(-20, 0, 0)
    return window


def changed(window: MainWindow, pixels: Pixels) -> tuple[bool, bool]:
    """Whether the large and the small face differ from the photo."""
    photo = window.document.photo
    assert photo is not None
    differs = (pixels != photo.pixels).any(axis=2)
    return bool(differs[:, :256].any()), bool(differs[:, 256:].any())


def place(window: MainWindow, index: int) -> QPointF:
    """The middle of the box of a face on the canvas."""
    left, top, right, bottom = window.document.boxes[index]
    middle = QPointF((left + right) / 2, (top + bottom) / 2)
    return window.canvas.viewportTransform().map(middle)


def click(window: MainWindow, at: QPointF) -> None:
    view = window.canvas.viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at.toPoint())


def test_a_click_beside_the_handles_goes_on_with_the_other_face(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.canvas.zoom_to_fit()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        click(window, place(window, 0))
    assert window.document.chosen == 0
    assert window.document.pose is not None
    assert window.document.pose.yaw == 20.0
    click(window, place(window, 0))
    assert window.document.chosen == 0
    window.canvas.zoom_to_fit()
    window.document.start_correcting()
    click(window, place(window, 1))
    assert window.document.chosen == 0, "a correction has to end first"
    window.document.cancel_correcting()


def test_choosing_another_face_can_be_cancelled(window: MainWindow) -> None:
    canvas, menu = window.canvas, window.pose_menu
    menu.choose.trigger()
    assert canvas.chooser.choosing
    assert "2 faces" in window.hint.label.text()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.chooser.active
    assert window.document.chosen == 1
    menu.choose.trigger()
    click(window, place(window, 1))
    assert not canvas.chooser.active
    menu.choose.trigger()
    click(window, place(window, 0))
    assert not canvas.chooser.active
    assert window.document.chosen == 0
    menu.place.trigger()
    assert canvas.chooser.eyes_clicked == 0
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert window.document.chosen == 0


def test_saved_copied_and_shown_pictures_have_all_faces(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = window.panes.result
    assert result is not None
    assert len(result.faces) == 2
    expected = result.pasted()
    assert changed(window, expected.astype(np.uint8)) == (True, True)
    answer(monkeypatch, "ask_save", tmp_path / "out.png")
    with qtbot.waitSignal(window.worker.saved, timeout=WAIT):
        window.files.save_picture()
    saved = engine.read_photo(tmp_path / "out.png")
    np.testing.assert_array_equal(saved, expected)
    assert window.document.picture_saved
    with qtbot.waitSignal(window.exchange.done, timeout=WAIT):
        window.exchange.copy()
    np.testing.assert_array_equal(pixels_of(QGuiApplication.clipboard().image()), saved)
    preview = window.panes.large.view
    assert preview.image is not None
    area: QRectF = preview._after._rect
    left, top = round(area.left() + 0.5), round(area.top() + 0.5)
    shown = pixels_of(preview.image)
    height, width = shown.shape[:2]
    assert width > 256, "both faces"
    np.testing.assert_array_equal(shown, saved[top : top + height, left : left + width])


def pixels_of(image: QImage) -> Pixels:
    return np.array(qimage2ndarray.rgb_view(image), np.uint8)


def test_before_and_after_compare_all_faces(window: MainWindow) -> None:
    pane = window.panes.large
    assert pane.view._others.isVisible()
    pane.view.set_comparing(True)
    assert not pane.view._others.isVisible()
    pane.view.set_comparing(False)
    pane.choose(View.COARSE)
    assert not pane.view._others.isVisible(), "the networks' pictures are of one face"
    pane.choose(View.REFINED)
    assert pane.view._others.isVisible()


def test_undoing_shows_the_face_that_it_changes(qtbot: QtBot, window: MainWindow) -> None:
    window.document.undo_stack.undo()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.document.undo_stack.undo()
    assert window.document.chosen == 0
    assert window.panes.others is None
    result = window.panes.result
    assert result is not None
    assert changed(window, result.picture) == (False, False)


def test_a_face_that_cannot_be_shown_does_not_stop_the_other(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, worker = window.document, window.worker
    document.choose_face(0)
    with qtbot.waitSignal(worker.failed, timeout=WAIT):
        assert document.pose is not None
        document.change_pose(document.pose.moved(range(68), (1e5, 0)), "Move")
    told: list[str] = []
    worker.failed.connect(told.append)
    document.choose_face(1)
    for angle in (5, 10):
        with qtbot.waitSignal(worker.updated, timeout=WAIT):
            document.turn(angle, 0, 0)
    assert len(told) == 1
    answer(monkeypatch, "ask_save", tmp_path / "out.png")
    with qtbot.waitSignal(worker.failed, timeout=WAIT):
        window.files.save_picture()
    assert not (tmp_path / "out.png").exists()


def test_a_project_and_the_autosave_have_all_faces(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def yaws(path: Path) -> list[float]:
        return [edit.pose.yaw for edit in read_project(path).faces.edits]

    qtbot.waitUntil(window.autosave.path.exists, timeout=WAIT)
    window.autosave.write()
    qtbot.waitUntil(lambda: yaws(window.autosave.path) == [20.0, -20.0], timeout=WAIT)
    path = tmp_path / "a.repose"
    monkeypatch.setattr(project_actions, "ask_save", lambda *_args: path)
    assert window.files.projects.save()
    assert not window.isWindowModified()
    assert yaws(path) == [20.0, -20.0]
    window.document.open_faces(Faces())
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.files.open(path)
    assert window.document.chosen == 1
    assert window.panes.result is not None
    assert changed(window, window.panes.result.picture) == (True, True)
