"""What is dropped, pasted, copied and dragged out."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDropEvent, QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from gui.widgets.file_dialogs import folder_beside
from gui.window.main_window import MainWindow


def drop(window: MainWindow, data: QMimeData) -> None:
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def urls(*addresses: Path | str) -> QMimeData:
    data = QMimeData()
    data.setUrls([
        QUrl.fromLocalFile(str(each)) if isinstance(each, Path) else QUrl(each)
        for each in addresses
    ])  # fmt: skip
    return data


@pytest.mark.parametrize("way", ["dropped", "pasted"])
def test_picture_data_is_opened_as_a_photo_that_stays(
    qtbot: QtBot, window: MainWindow, two_faces: Path, way: str
) -> None:
    image = QImage(str(two_faces))
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        if way == "dropped":
            data = QMimeData()
            data.setImageData(image)
            drop(window, data)
        else:
            QGuiApplication.clipboard().setImage(image)
            QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    photo = window.document.photo
    assert photo is not None
    assert len(photo.faces) == 2
    assert photo.path.parent == engine.data_folder("pasted")
    np.testing.assert_array_equal(photo.pixels, engine.read_photo(two_faces))
    assert folder_beside(photo.path) != photo.path.parent


def test_a_file_in_the_clipboard_is_opened(
    qtbot: QtBot, window: MainWindow, two_faces: Path
) -> None:
    QGuiApplication.clipboard().setMimeData(urls(two_faces))
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        window.edit_menu.paste.trigger()
    assert window.document.photo is not None
    assert window.document.photo.path == two_faces


def test_what_cannot_be_opened_is_said(window: MainWindow, tmp_path: Path) -> None:
    photo = window.document.photo
    model = tmp_path / "a.safetensors"
    for data, words in (
        (urls("https://example.org/face.jpg"), "nothing from the internet"),
        (urls(tmp_path / "a.jpg", model), "not a.safetensors"),
    ):
        drop(window, data)
        assert window._error is not None
        assert words in window._error.text()
    QGuiApplication.clipboard().setText("a word")
    window.edit_menu.paste.trigger()
    assert window._error is not None
    assert "no picture and no file" in window._error.text()
    assert window.document.photo is photo


def test_several_photos_and_poses_become_a_batch(
    window: MainWindow, sample: Path, two_faces: Path, tmp_path: Path
) -> None:
    pose = tmp_path / "pose.pts"
    drop(window, urls(two_faces, pose, sample))
    assert window.files.export is not None
    assert window.files.export.isVisible()
    assert window.files.export.form.sources.paths == (two_faces, sample)
    assert window.files.export.form.targets.paths == (pose,)


def test_the_result_is_copied_at_full_size(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.document.turn(20, 0, 0)
    with qtbot.waitSignal(window.exchange.done, timeout=WAIT):
        QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image, photo = QGuiApplication.clipboard().image(), window.document.photo
    assert photo is not None
    assert (image.width(), image.height()) == photo.size
    assert image != photo.image


def test_the_result_is_dragged_out_as_a_file(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.document.turn(20, 0, 0)
    pictures: list[engine.Picture] = []

    def taken(drag: QDrag) -> Qt.DropAction:
        (url,) = drag.mimeData().urls()
        assert Path(url.toLocalFile()).name == "sample-reposed.png"
        pictures.append(engine.read_picture(url.toLocalFile()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", taken)
    view = window.panes.large.view
    middle = view.viewport().rect().center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert view._bare
    for step in (10, 25, 45):
        position = QPointF(middle) + QPointF(step, 0)
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove, position, view.viewport().mapToGlobal(position),
            Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QGuiApplication.sendEvent(view.viewport(), event)
    (picture,) = pictures
    photo = window.document.photo
    assert photo is not None
    assert picture.photo.shape == photo.pixels.shape
    assert b"compositeWithTrainedAlgorithmicMedia" in picture.metadata.xmp
    assert not view._bare
