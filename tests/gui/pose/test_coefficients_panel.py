"""Sliders of single movements."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from engine.core.files import resource
from engine.face.coefficients import GROUPS, NAMES
from gui.document.document import Document
from gui.document.photo import Photo
from gui.pose.coefficients_panel import CoefficientsPanel
from gui.pose.face_dock import FaceDock
from gui.pose.pose_presets import PosePresets


class Panel(CoefficientsPanel):
    """The panel, unfolded."""

    def __init__(self, document: Document) -> None:
        self.both = False
        super().__init__(document, lambda: self.both)
        self.fold.button.click()
        for group in self.groups.values():
            group.button.click()
        self.show()


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> Panel:
    panel = Panel(document)
    qtbot.addWidget(panel)
    return panel


def pose_of(document: Document) -> engine.Pose3D:
    assert document.pose is not None
    return document.pose


def test_every_coefficient_is_in_its_group(panel: Panel) -> None:
    assert set(panel.sliders) == set(NAMES)
    assert set(panel.groups) == set(GROUPS)
    for part, group in panel.groups.items():
        inside = {name for name, slider in panel.sliders.items() if group.isAncestorOf(slider)}
        assert inside == set(GROUPS[part])
    said = [slider.slider.accessibleName() for slider in panel.sliders.values()]
    assert all(said)


def test_sliders_are_made_when_a_group_is_unfolded(qtbot: QtBot, document: Document) -> None:
    panel = CoefficientsPanel(document)
    qtbot.addWidget(panel)
    assert panel.sliders == {}
    panel.fold.button.click()
    panel.groups["nose"].button.click()
    assert set(panel.sliders) == set(GROUPS["nose"])
    panel.groups["nose"].button.click()
    panel.groups["nose"].button.click()
    assert set(panel.sliders) == set(GROUPS["nose"])


def test_they_show_the_face_and_begin_with_the_photo(panel: Panel, document: Document) -> None:
    pose = pose_of(document)
    for name, slider in panel.sliders.items():
        assert slider.value == pytest.approx(100 * pose.source.expression[name], abs=0.51)
    document.set_expression(engine.Expression(close_left_eye=1))
    assert panel.sliders["eyeBlinkLeft"].value == 100


def test_a_drag_is_one_entry_and_changes_one_side(panel: Panel, document: Document) -> None:
    before, slider = pose_of(document), panel.sliders["mouthSmileLeft"]
    slider.slider.setSliderDown(True)
    for percent in (60, 30, 20):
        slider.slider.setValue(percent)
    slider.slider.setSliderDown(False)
    assert document.undo_stack.count() == 1
    after = pose_of(document)
    changed = {name for name in NAMES if after.shown[name] != before.shown[name]}
    assert changed == {"mouthSmileLeft"}
    assert after.shown["mouthSmileLeft"] == 0.2
    moved = np.linalg.norm(after.landmarks() - before.landmarks(), axis=1)
    assert moved[54] > 3 * moved[48], "only her left corner of the mouth"
    document.undo_stack.undo()
    assert pose_of(document) is before
    assert slider.value == pytest.approx(100 * before.shown["mouthSmileLeft"], abs=0.51)


def test_symmetry_links_both_sides(panel: Panel, document: Document) -> None:
    panel.both = True
    panel.sliders["eyeBlinkRight"].spin_box.setValue(70)
    assert pose_of(document).shown["eyeBlinkLeft"] == 0.7
    panel.sliders["jawLeft"].spin_box.setValue(30)
    assert pose_of(document).shown["jawRight"] == 0.3
    assert panel.sliders["jawRight"].value == 30


def test_combined_sliders_go_on_from_a_coefficient(panel: Panel, document: Document) -> None:
    document.set_expression(engine.Expression(open_mouth=0.5))
    opened = pose_of(document)
    panel.sliders["tongueOut"].spin_box.setValue(40)
    assert pose_of(document).expression == opened.expression
    panel.sliders["jawOpen"].spin_box.setValue(20)
    assert pose_of(document).shown["jawOpen"] == 0.2
    assert pose_of(document).expression == engine.Expression()
    document.set_expression(engine.Expression(open_mouth=0))
    assert pose_of(document).shown["jawOpen"] == 0.2


def test_a_double_click_on_the_name_returns_to_the_photo(panel: Panel, document: Document) -> None:
    slider = panel.sliders["browInnerUp"]
    slider.spin_box.setValue(85)
    assert document.edited
    slider.name.reset.emit()
    assert not document.edited
    count = document.undo_stack.count()
    slider.name.reset.emit()
    assert document.undo_stack.count() == count


def test_another_face_has_another_origin(panel: Panel, document: Document) -> None:
    panel.sliders["jawOpen"].spin_box.setValue(50)
    document.place_face(engine.mean_face((170, 200), (230, 200)))
    assert not panel.isEnabled()
    document.finish_correcting()
    assert panel.isEnabled()
    own = pose_of(document).source.expression["jawOpen"]
    assert panel.sliders["jawOpen"].value == pytest.approx(100 * own, abs=0.51)


@pytest.fixture(params=["en", "de"])
def spoken(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    translator = QTranslator()
    if request.param != "en":
        assert translator.load(str(resource(f"translations/repose_{request.param}.qm")))
        qapp.installTranslator(translator)
    qapp.setStyleSheet("QScrollBar:vertical { width: 10px; }")  # as in the program's style
    yield
    qapp.setStyleSheet("")
    qapp.removeTranslator(translator)


def test_nothing_is_cut_off_where_all_is_unfolded(
    spoken: None, qtbot: QtBot, opened: Photo, tmp_path: Path
) -> None:
    document = Document()
    document.set_photo(opened)
    dock = FaceDock(document, PosePresets(tmp_path))
    qtbot.addWidget(dock)
    dock.resize(dock.minimumSizeHint().width(), 560)
    dock.show()
    dock.coefficients.fold.button.click()
    qtbot.waitUntil(lambda: dock.column.verticalScrollBar().value() > 0, timeout=WAIT)
    for group in dock.coefficients.groups.values():
        group.button.click()
    QTest.qWait(50)
    right = dock.column.viewport().width()
    for slider in dock.coefficients.sliders.values():
        box = slider.spin_box
        assert box.mapTo(dock.column.viewport(), box.rect().topRight()).x() < right
    assert dock.poses.list.height() > 80
