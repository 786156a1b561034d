"""The wheel over a field changes nothing until the field was clicked."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QScrollBar,
    QSpinBox,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot
from whole_window import WAIT

from gui.document.edit import Faces
from gui.document.photo import Photo
from gui.export.export_dialog import ExportDialog
from gui.live.sequence_dialog import SequenceDialog
from gui.pose.copy_pose_dialog import CopyPoseDialog
from gui.training.personalise import PersonaliseDialog
from gui.training.training_form import TrainingForm
from gui.widgets.wheel import guard_wheel
from gui.window.main_window import MainWindow


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def value(field: QWidget) -> float:
    if isinstance(field, QComboBox | QTabBar):
        return field.currentIndex()
    assert isinstance(field, QSpinBox | QDoubleSpinBox | QAbstractSlider)
    return field.value()


def test_no_field_of_window_and_dialogs_follows_the_wheel(qtbot: QtBot, opened: Photo) -> None:
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    window.document.set_photo(opened)
    assert window.document.pose is not None
    dialogs = (
        ExportDialog(window.document, window),
        SequenceDialog(window.document, window.worker, window.background, window),
        CopyPoseDialog(window.document.pose, opened, opened, window.background, window),
        PersonaliseDialog(window.document, window.background, window),
        TrainingForm(window.background, window),
    )
    count = 0
    for top in (window, *dialogs):
        for kind in (QSpinBox, QDoubleSpinBox, QComboBox, QAbstractSlider, QTabBar):
            for field in top.findChildren(kind):
                if isinstance(field, QScrollBar) or not field.isEnabled():
                    continue
                before = value(field)
                wheel(field)
                assert value(field) == before, field.accessibleName()
                assert field.focusPolicy() != Qt.FocusPolicy.WheelFocus
                count += 1
    assert count > 40


@pytest.mark.parametrize("focused", [False, True])
def test_a_field_with_the_focus_follows_the_wheel(qtbot: QtBot, focused: bool) -> None:
    box = QSpinBox()
    guard_wheel(box)
    qtbot.addWidget(box)
    box.setValue(5)
    box.show()
    if focused:
        box.setFocus()
        qtbot.waitUntil(box.hasFocus, timeout=WAIT)
    else:
        box.clearFocus()
    wheel(box)
    assert (box.value() == 4) == focused
