"""Expression sliders and named poses."""

from pathlib import Path

import numpy as np
import pytest
from mouse_editor import move
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QListWidgetItem, QMenu, QWidget
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.document.edit import Faces
from gui.document.head_turn import HeadTurn
from gui.document.photo import Photo
from gui.pose import named_pose_actions
from gui.pose.face_dock import FaceDock
from gui.pose.named_pose_actions import NamedPoseActions
from gui.pose.pose_presets import PosePresets
from gui.window.pose_menu import ExpressionMenu, TurnMenu

WAIT = 120_000


class Dock:
    """The dock and its actions on the face of the sample photo."""

    def __init__(self, qtbot: QtBot, photo: Photo, folder: Path) -> None:
        self.document = Document()
        self.document.set_photo(photo)
        self.presets = PosePresets(folder)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.symmetric = False
        self.dock = FaceDock(self.document, self.presets, self.window, lambda: self.symmetric)
        self.named = NamedPoseActions(self.document, self.presets, self.dock.poses, self.window)
        self.turn = HeadTurn(self.document)
        self.turn_menu = TurnMenu(self.document, self.turn, self.window)
        self.expression_menu = ExpressionMenu(self.document, self.dock, self.window)
        self.said: list[str] = []
        self.named.failed.connect(self.said.append)
        self.window.show()

    @property
    def pose(self) -> engine.Pose3D:
        assert self.document.pose is not None
        return self.document.pose

    def item(self, name: str) -> QListWidgetItem:
        (item,) = self.dock.poses.list.findItems(name, Qt.MatchFlag.MatchExactly)
        return item

    def click(self, name: str) -> None:
        item = self.item(name)
        poses = self.dock.poses.list
        poses.scrollToItem(item)
        poses.setCurrentItem(item)
        center = poses.visualItemRect(item).center()
        QTest.mouseClick(poses.viewport(), Qt.MouseButton.LeftButton, pos=center)

    def action(self, text: str) -> QAction:
        """The action of the menu of the named poses whose text begins so."""
        menu = QMenu(self.window)
        self.named.fill(menu)
        (found,) = [a for a in menu.actions() if a.text().replace("&", "").startswith(text)]
        return found


@pytest.fixture
def dock(qtbot: QtBot, opened: Photo, tmp_path: Path) -> Dock:
    return Dock(qtbot, opened, tmp_path / "poses")


def answer(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setattr(named_pose_actions, name, lambda *_args: value)


def type_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: (name, True))


# Expression


def test_a_drag_of_a_slider_is_one_undo_entry(dock: Dock) -> None:
    before, smile = dock.pose, dock.dock.expression.sliders["smile"]
    smile.slider.setSliderDown(True)
    for percent in (10, 40, 80):
        smile.slider.setValue(percent)
    smile.slider.setSliderDown(False)
    assert dock.pose.expression == engine.Expression(smile=0.8)
    assert dock.document.undo_stack.count() == 1
    dock.document.undo_stack.undo()
    assert dock.pose is before
    assert smile.value == 0


def test_sliders_follow_the_document_and_add_up(dock: Dock) -> None:
    sliders = dock.dock.expression.sliders
    dock.document.set_expression(engine.Expression(open_mouth=0.5, frown=-1))
    assert (sliders["open_mouth"].value, sliders["frown"].value) == (50, -100)
    sliders["close_left_eye"].spin_box.setValue(100)
    expected = engine.Expression(open_mouth=0.5, frown=-1, close_left_eye=1)
    assert dock.pose.expression == expected


def test_both_eyes_close_where_both_sides_are_to_move(dock: Dock) -> None:
    eye = dock.dock.expression.sliders["close_right_eye"]
    eye.spin_box.setValue(40)
    assert dock.pose.expression == engine.Expression(close_right_eye=0.4)
    dock.symmetric = True
    eye.spin_box.setValue(70)
    assert dock.pose.expression == engine.Expression(close_right_eye=0.7, close_left_eye=0.7)


def test_as_in_the_photo_gives_the_photo_back(dock: Dock) -> None:
    before = dock.pose.landmarks()
    assert not dock.dock.expression.reset.isEnabled()
    dock.document.set_expression(engine.Expression(smile=1, pucker=-0.5))
    dock.dock.expression.reset.click()
    np.testing.assert_array_equal(dock.pose.landmarks(), before)
    assert dock.document.undo_stack.count() == 2


def test_as_in_the_photo_takes_back_the_neutral_face_and_keeps_the_turn(dock: Dock) -> None:
    dock.document.turn(10, 0, 0, gesture=1)
    before = dock.pose.landmarks()
    assert not dock.dock.expression.reset.isEnabled()
    dock.dock.expression.neutral.click()
    dock.dock.expression.reset.click()
    np.testing.assert_array_equal(dock.pose.landmarks(), before)


def test_the_neutral_face(dock: Dock) -> None:
    before = dock.pose.landmarks()
    dock.dock.expression.neutral.click()
    after = dock.pose.landmarks()
    assert np.ptp(after[[48, 54], 0]) < np.ptp(before[[48, 54], 0]), "she smiled"
    count = dock.document.undo_stack.count()
    assert count == 1


def test_the_highlight_goes_with_the_pose(dock: Dock) -> None:
    chosen = dock.dock.poses.list.item(1)
    for leave in (dock.document.reset_pose, lambda: dock.document.open_faces(Faces())):
        dock.dock.poses.list.setCurrentItem(chosen)
        dock.dock.poses.list.itemClicked.emit(chosen)
        assert dock.dock.poses.current is not None
        leave()
        assert dock.dock.poses.current is None


def test_no_face_no_sliders(dock: Dock) -> None:
    assert dock.dock.expression.isEnabled()
    dock.document.start_correcting()
    assert not dock.dock.expression.isEnabled()
    dock.document.cancel_correcting()
    dock.document.open_faces(Faces())
    assert not dock.dock.expression.isEnabled()
    assert not dock.named.keep.isEnabled()


def test_turns_from_the_menu(dock: Dock) -> None:
    turn = dock.turn_menu
    for one, back in zip(turn.actions()[::2], turn.actions()[1::2], strict=True):
        one.trigger()
        assert any(dock.turn.angles)
        back.trigger()
        assert dock.turn.angles == (0, 0, 0)
    assert dock.document.undo_stack.count() == 6


# Named poses


def test_a_click_gives_the_face_the_pose(dock: Dock) -> None:
    dock.document.set_expression(engine.Expression(frown=0.5))
    dock.click("Left")
    assert engine.head_angles(dock.pose.landmarks())[0] == pytest.approx(-30, abs=5)
    assert dock.pose.expression == engine.Expression(frown=0.5), "that pose is of the head alone"
    assert dock.document.undo_stack.undoText() == "Pose Left"
    dock.click("Smile")
    assert dock.pose.expression == engine.Expression()
    assert dock.pose.shown["mouthSmileLeft"] > 0.5
    count = dock.document.undo_stack.count()
    dock.click("Smile")
    assert dock.document.undo_stack.count() == count, "nothing changes"


def test_all_poses_that_come_with_repose_fit(dock: Dock) -> None:
    poses = [pose for pose in dock.presets.poses if pose.built_in]
    assert len(poses) >= 10
    for pose in poses:
        assert pose.picture.is_file()
        assert not pose.name[0].isdigit()
        before = dock.pose.landmarks()
        pose.read().on(dock.pose)
        dock.named.take(pose)
        assert (dock.pose.landmarks() != before).any()
    assert not dock.said


def test_a_pose_is_kept_and_given_again(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    dock.document.turn(20, -5, 3)
    move(dock.document, dock.pose, {8}, (4.0, 6.0))
    dock.document.set_expression(engine.Expression(smile=1))
    kept = dock.pose
    type_name(monkeypatch, " Über die Schulter ")
    dock.named.keep.trigger()
    assert dock.dock.poses.current == dock.presets.find("über die schulter")
    path = dock.presets.folder / "Über die Schulter.json"
    assert path.is_file()
    assert path.with_suffix(".png").is_file()
    assert not dock.item("Über die Schulter").icon().isNull()
    dock.document.reset_pose()
    dock.click("Über die Schulter")
    np.testing.assert_allclose(dock.pose.landmarks(), kept.landmarks(), atol=0.01)
    dock.document.reset_pose()
    dock.dock.poses.list.setCurrentItem(dock.item("Über die Schulter"))
    dock.action("Take only the turn").trigger()
    assert dock.pose.yaw == pytest.approx(20)
    assert dock.pose.expression == engine.Expression()
    dock.document.reset_pose()
    dock.dock.poses.list.setCurrentItem(dock.item("Über die Schulter"))
    dock.action("Take only the face").trigger()
    assert (dock.pose.yaw, dock.pose.expression) == (0, kept.expression)


def test_a_name_that_is_taken_asks(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    type_name(monkeypatch, "Mine")
    dock.named.keep.trigger()
    first = (dock.presets.folder / "Mine.json").read_bytes()
    dock.document.turn(30, 0, 0)
    answer(monkeypatch, "ask_yes", False)
    dock.named.keep.trigger()
    assert (dock.presets.folder / "Mine.json").read_bytes() == first
    answer(monkeypatch, "ask_yes", True)
    type_name(monkeypatch, "MINE")
    dock.named.keep.trigger()
    assert (dock.presets.folder / "Mine.json").read_bytes() != first
    assert len([pose for pose in dock.presets.poses if not pose.built_in]) == 1


@pytest.mark.parametrize("name", ["a/b", "a\\b", "what?", ".hidden", "x" * 200, "tab\there"])
def test_what_cannot_be_a_file_is_no_name(
    dock: Dock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    type_name(monkeypatch, name)
    dock.named.keep.trigger()
    assert len(dock.said) == 1
    assert not list(dock.presets.folder.glob("*"))


def test_a_pose_is_renamed_and_deleted(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    type_name(monkeypatch, "One")
    dock.named.keep.trigger()
    type_name(monkeypatch, "one")
    dock.action("Rename").trigger()
    assert dock.presets.find("One") is not None
    type_name(monkeypatch, "Two")
    dock.action("Rename").trigger()
    assert sorted(path.name for path in dock.presets.folder.iterdir()) == ["Two.json", "Two.png"]
    answer(monkeypatch, "ask_yes", False)
    dock.action("Delete").trigger()
    assert dock.presets.find("Two") is not None
    answer(monkeypatch, "ask_yes", True)
    dock.action("Delete").trigger()
    assert not list(dock.presets.folder.iterdir())
    assert not dock.said


def test_a_name_of_another_is_refused(dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("One", "Two"):
        type_name(monkeypatch, name)
        dock.named.keep.trigger()
    type_name(monkeypatch, "one")
    dock.action("Rename").trigger()
    assert "already" in dock.said[0]
    assert dock.presets.find("Two") is not None


def test_own_poses_of_repose_stay(dock: Dock) -> None:
    dock.click("Up")
    assert not dock.action("Rename").isEnabled()
    assert not dock.action("Delete").isEnabled()
    assert dock.action("Export").isEnabled()


@pytest.mark.parametrize("name", ["there.pts", "there.xml", "there.csv", "there.labelme.json",
                                  "there.json"])  # fmt: skip
def test_poses_go_out_and_come_in(
    dock: Dock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    dock.click("Right")
    expected = dock.pose.landmarks()
    answer(monkeypatch, "ask_save", tmp_path / name)
    dock.document.reset_pose()
    dock.dock.poses.list.setCurrentItem(dock.item("Right"))
    dock.action("Export").trigger()
    np.testing.assert_allclose(
        engine.read_pose(tmp_path / name, dock.document.landmarks), expected, atol=0.01
    )
    answer(monkeypatch, "ask_open", tmp_path / name)
    dock.action("Import").trigger()
    assert not dock.said
    dock.click("there")
    np.testing.assert_allclose(
        engine.head_angles(dock.pose.landmarks()), engine.head_angles(expected), atol=5
    )


def test_what_is_no_pose_does_not_come_in(
    dock: Dock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pts"
    bad.write_text("version: 1\n{", encoding="utf-8")
    answer(monkeypatch, "ask_open", bad)
    dock.action("Import").trigger()
    assert "bad.pts" in dock.said[0]
    assert not list(dock.presets.folder.glob("*"))


def test_files_of_others_are_seen(qtbot: QtBot, dock: Dock, tmp_path: Path) -> None:
    dock.presets.add("Mine", dock.pose, (512, 512))
    (dock.presets.folder / "Mine.png").unlink()
    with qtbot.waitSignal(dock.presets.changed, timeout=WAIT):
        (dock.presets.folder / "Broken.json").write_text("{}", encoding="utf-8")
    assert dock.item("Broken").icon().isNull()
    assert not dock.item("Mine").icon().isNull(), "made again"
    before = dock.pose
    dock.click("Broken")
    assert "Broken.json" in dock.said[0]
    assert dock.pose is before
