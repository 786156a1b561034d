"""The window and its dialogs fit a screen of 1024x700, in every language and at every scale."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QScrollArea,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.document.edit import Faces
from gui.document.photo import Photo
from gui.export.export_dialog import ExportDialog
from gui.live.camera_dialog import CameraDialog
from gui.live.keyframes_dialog import KeyframesDialog
from gui.live.sequence_dialog import SequenceDialog
from gui.pose.copy_pose_dialog import CopyPoseDialog
from gui.style.theme import show_theme
from gui.training.personalise import PersonaliseDialog
from gui.training.training_form import TrainingForm
from gui.widgets.window_size import FRAME
from gui.window.help import ShortcutSheet
from gui.window.main_window import MainWindow

SMALLEST = (1024 - FRAME.width(), 700 - FRAME.height())
SIZES = (SMALLEST, (1100, 660), (1366 - FRAME.width(), 768 - FRAME.height()), (1600, 860))


@pytest.fixture
def styled(qapp: QApplication) -> Iterator[None]:
    """The program's style, which is roomier than Qt's."""
    palette = qapp.palette()
    show_theme()
    yield
    qapp.setStyleSheet("")
    qapp.setPalette(palette)


@pytest.fixture
def window(styled: None, spoken: None, qtbot: QtBot, opened: Photo) -> MainWindow:
    """The window with the sample in another pose, without a model."""
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    window.document.set_photo(opened)
    window.document.turn(20, 0, 0)
    window.show()
    return window


def cut_off(window: QWidget) -> list[str]:
    """The visible widgets that reach out of their parent, or are too narrow for their text."""
    found = []
    for child in window.findChildren(QWidget):
        above = child.parentWidget()
        if above is None or not child.isVisible() or child.isWindow() or scrolled(child):
            continue
        if not above.rect().contains(child.geometry()):
            found.append(f"{child} {child.geometry()} in {above} {above.rect()}")
        if isinstance(child, QLabel) and not child.wordWrap():
            needed = child.sizeHint().width()
            if child.width() < needed:
                found.append(f"{child.text()}: {child.width()} of {needed} pixels")
    return found


def scrolled(widget: QWidget) -> bool:
    """Whether it may be hidden: in what scrolls, or the tab bar of docks without tabs."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QScrollArea | QAbstractItemView | QTabBar):
        above = above.parentWidget()
    return above is not None


def overlaps(widget: QWidget) -> list[str]:
    """Pairs of visible widgets beside one another in `widget` that cover each other."""
    shown = [
        child
        for child in widget.findChildren(QWidget)
        if child.isVisible()
        and (above := child.parentWidget()) is not None
        and above.layout() is not None
    ]
    found = []
    for number, one in enumerate(shown):
        for other in shown[number + 1 :]:
            if one.parentWidget() is other.parentWidget() and place(one).intersects(place(other)):
                found.append(f"{one} {other}")
    return found


def place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


@pytest.mark.parametrize("state", ["posing", "unfolded", "correcting", "painting"])
def test_everything_fits_the_window(window: MainWindow, state: str, qapp: QApplication) -> None:
    if state == "correcting":
        window.document.start_correcting()
    elif state == "painting":
        window.keep_menu.brush.trigger()
    elif state == "unfolded":
        movements = window.face_dock.coefficients
        for fold in (movements.fold, *movements.groups.values()):
            fold.button.click()
    buttons = [window.tool_bar.widgetForAction(action) for action in window.tool_bar.actions()]
    for size in SIZES:
        window.resize(*size)
        qapp.processEvents()
        assert (window.width(), window.height()) == size
        assert cut_off(window) == []
        assert all(button.isVisible() for button in buttons)
        for panel in (window.pose_panel, window.face_dock):
            assert overlaps(panel) == []


def test_the_panel_of_the_trainings_fits_too(window: MainWindow, qapp: QApplication) -> None:
    window.training.action.trigger()
    window.resize(*SMALLEST)
    qapp.processEvents()
    assert (window.width(), window.height()) == SMALLEST
    assert window.training.panel is not None
    assert not window.training.panel.visibleRegion().isEmpty()


def test_every_dialog_fits(window: MainWindow, qtbot: QtBot, opened: Photo) -> None:
    document = window.document
    assert document.pose is not None
    form = TrainingForm(window.background, window)
    form.all_settings.setChecked(True)
    for dialog in (
        ExportDialog(document, window),
        SequenceDialog(document, window.worker, window.background, window),
        KeyframesDialog(document, window.worker, window),
        CameraDialog(document, window.worker, window),
        CopyPoseDialog(document.pose, opened, opened, window.background, window),
        PersonaliseDialog(document, window.background, window),
        ShortcutSheet(window.menuBar(), window),
        form,
    ):
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.resize(*SMALLEST)
        least = dialog.size()
        assert (least.width(), least.height()) == SMALLEST, dialog
        assert cut_off(dialog) == []


@pytest.mark.parametrize("scale", ["1.25", "2"])
def test_the_least_size_does_not_grow_with_the_scale(scale: str, tmp_path: Path) -> None:
    program = (
        "from PySide6.QtCore import QSettings\n"
        "own = QSettings.Format.IniFormat, QSettings.Scope.UserScope\n"
        f"QSettings.setPath(*own, {str(tmp_path)!r})\n"
        "from gui.style.preferences import settings\n"
        "settings().setValue('language', 'de')\n"
        "from gui.window.app import make_application\n"
        "app = make_application()\n"
        "from gui.window.main_window import MainWindow\n"
        "window = MainWindow('cpu')\n"
        "window.show()\n"
        "app.processEvents()\n"
        "print(*window.minimumSizeHint().toTuple(), flush=True)\n"
        "import os; os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale},
    )  # fmt: skip
    width, height = map(int, done.stdout.split())
    assert width <= SMALLEST[0]
    assert height <= SMALLEST[1]
