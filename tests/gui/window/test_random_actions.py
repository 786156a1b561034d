"""5,000 random actions over the whole window: mouse, keys, menus, whatever widget is there.

Nothing may fail, undo has to lead back exactly to where editing began, and nothing may pile up.
Which widgets and actions there are is asked of the window, so that new ones take part by
themselves.
"""

import ctypes
import gc
import logging
import random
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QInputDialog,
    QMenu,
    QMessageBox,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document
from gui.document.edit import Faces
from gui.widgets import file_dialogs
from gui.widgets.fold import Fold
from gui.window.main_window import MainWindow

SEEDS = (6, 7)
ACTIONS, ROUND = 2500, 100  # of each seed
WARM_UP = 8  # rounds after which memory has to stay flat
NO_KEYS, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
KEYS = (
    *((key, NO_KEYS) for key in "123456789XOHPMRCBEK[].,F"),
    *((key, SHIFT) for key in "123456789C"),
    *((key, CONTROL) for key in "ZZZZYRDAI01+-"),
    ("Z", CONTROL | SHIFT), ("A", CONTROL | SHIFT),
)  # fmt: skip
OTHER_KEYS = (
    *(
        (key, keys)
        for key in ("Left", "Right", "Up", "Down")
        for keys in (NO_KEYS, SHIFT, ALT, CONTROL)
    ),
    *((key, NO_KEYS) for key in ("Escape", "Return", "Space", "Tab", "Delete", "F5", "F6", "F8")),
)


class Random:
    """Somebody who tries everything, in an order that a seed decides."""

    def __init__(self, seed: int, window: MainWindow, files: list[Path]) -> None:
        self.rng = random.Random(seed)
        self.window, self.files = window, files
        self.done: deque[str] = deque(maxlen=30)
        self.kinds: tuple[tuple[Callable[[], str], int], ...] = (
            (self.drag_handle, 28),
            (self.drag_canvas, 12),
            (self.hover_and_wheel, 8),
            (self.key, 26),
            (self.menu_action, 8),
            (self.slider, 8),
            (self.mouse_anywhere, 10),
        )

    def act(self) -> None:
        """One action, and whatever it opened is closed again."""
        kinds, weights = zip(*self.kinds, strict=True)
        kind = self.rng.choices(kinds, weights)[0]
        self.done.append(kind())
        if self.rng.random() < 0.15:  # painting takes most of the time
            QApplication.processEvents()
        close_dialogs(self.window)

    def every_menu_action(self) -> None:
        """Once each, so that what is made at its first use is there."""
        for action in self.enabled_actions():
            if action.isEnabled():
                self.done.append(f"menu {action.text()}")
                action.trigger()
                QApplication.processEvents()
                close_dialogs(self.window)

    def drag_handle(self) -> str:
        pose = self.window.document.editable
        if pose is None:
            return self.drag_canvas()
        canvas, point = self.window.canvas, self.rng.choice(pose.landmarks().tolist())
        place = canvas.viewportTransform().map(QPointF(*point))
        if not canvas.viewport().rect().contains(place.toPoint()):
            canvas.zoom_to_face()
        return self.drag(place + QPointF(self.rng.uniform(-15, 15), self.rng.uniform(-15, 15)), 40)

    def drag_canvas(self) -> str:
        view = self.window.canvas.viewport().rect()
        at = QPointF(self.rng.uniform(0, view.width()), self.rng.uniform(0, view.height()))
        return self.drag(at, 150)

    def drag(self, at: QPointF, far: float) -> str:
        buttons = [Qt.MouseButton.LeftButton] * 9 + [Qt.MouseButton.MiddleButton]
        button, keys = self.rng.choice(buttons), self.rng.choice([NO_KEYS] * 4 + [SHIFT, CONTROL])
        steps = self.rng.choice([0, 1, 2, 3])
        self.send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, keys)
        self.send(QEvent.Type.MouseButtonPress, at, button, keys)
        for step in range(steps):
            at = at + QPointF(self.rng.uniform(-far, far), self.rng.uniform(-far, far))
            self.send(QEvent.Type.MouseMove, at, button, keys)
            if step and self.rng.random() < 0.1:
                self.key()  # in the middle of it
        self.send(QEvent.Type.MouseButtonRelease, at, button, keys)
        return f"drag with {button} {keys} to {at} in {steps}"

    def send(
        self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, keys: Qt.KeyboardModifier
    ) -> None:
        none, view = Qt.MouseButton.NoButton, self.window.canvas.viewport()
        moved, released = kind == QEvent.Type.MouseMove, kind == QEvent.Type.MouseButtonRelease
        event = QMouseEvent(
            kind, at, view.mapToGlobal(at), none if moved else button, none if released else button,
            keys,
        )  # fmt: skip
        QApplication.sendEvent(view, event)

    def hover_and_wheel(self) -> str:
        view = self.window.canvas.viewport()
        at = QPointF(self.rng.uniform(0, view.width()), self.rng.uniform(0, view.height()))
        self.send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, NO_KEYS)
        turn = QPoint(0, self.rng.choice([-240, -120, 120, 240]))
        wheel = QWheelEvent(
            at, view.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton, NO_KEYS,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, wheel)
        return f"wheel {turn.y()} at {at}"

    def key(self) -> str:
        name, keys = self.rng.choice(KEYS + OTHER_KEYS)
        on: QWidget = self.window.canvas
        focused = QApplication.focusWidget()
        if focused is not None and self.rng.random() < 0.2:
            on = focused
        key = QKeySequence.fromString(name)[0].key()  # type: ignore[index]
        QTest.keyClick(on, key, keys)
        return f"key {name} {keys}"

    def menu_action(self) -> str:
        action = self.rng.choice(self.enabled_actions())
        name = action.text()
        action.trigger()
        return f"menu {name}"

    def enabled_actions(self) -> list[QAction]:
        """All of the menus but Quit."""
        found = all_actions(self.window.menuBar().actions())
        leave = QKeySequence("Ctrl+Q")
        return [action for action in found if action.isEnabled() and action.shortcut() != leave]

    def slider(self) -> str:
        found: list[QSlider | QDoubleSpinBox] = [
            *self.window.findChildren(QSlider),
            *self.window.findChildren(QDoubleSpinBox),
        ]
        usable = [widget for widget in found if widget.isVisible() and widget.isEnabled()]
        if not usable:
            return "no slider"
        widget = self.rng.choice(usable)
        for _ in range(self.rng.choice([1, 3])):
            share = self.rng.choice([0.5, self.rng.random()])
            value = widget.minimum() + share * (widget.maximum() - widget.minimum())
            if isinstance(widget, QSlider):
                widget.setValue(round(value))
            else:
                widget.setValue(value)
        return f"{widget.accessibleName()} to {widget.value()}"

    def mouse_anywhere(self) -> str:
        rect = self.window.rect()
        at = QPoint(self.rng.randrange(rect.width()), self.rng.randrange(rect.height()))
        widget = self.window.childAt(at) or self.window
        local = widget.mapFrom(self.window, at)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=local)
        if self.rng.random() < 0.5:
            local += QPoint(self.rng.randint(-60, 60), self.rng.randint(-60, 60))
            QTest.mouseMove(widget, local)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=local)
        return f"mouse on {type(widget).__name__} {widget.objectName()} at {at}"

    # What the dialogs for files and questions answer

    def a_file(self, filters: str) -> str:
        fitting = [path for path in self.files if f"*{path.suffix}" in filters]
        return str(self.rng.choice(fitting)) if fitting and self.rng.random() < 0.3 else ""

    def click(self, box: QMessageBox) -> int:
        self.rng.choice(box.buttons()).click()
        return 0


def all_actions(actions: list[QAction]) -> list[QAction]:
    """The actions of menus and of the menus in them."""
    found = []
    for action in actions:
        menu = action.menu()
        if isinstance(menu, QMenu):
            menu.aboutToShow.emit()
            found += all_actions(menu.actions())
        elif not action.isSeparator():
            found.append(action)
    return found


def close_dialogs(window: MainWindow) -> None:
    """Close menus that are open, and every window but the main one."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()


@pytest.fixture
def somebody(
    seed: int, qtbot: QtBot, model: Path, sample: Path, two_faces: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Random:  # fmt: skip
    """At a window with the sample photo, and with a few files to open."""
    window = MainWindow("cpu")
    load = window.load_model
    monkeypatch.setattr(window, "load_model", lambda path: load(path or model))
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    window.resize(1000, 640)
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=120_000):
        window.start(sample, model)
    window.activateWindow()
    assert window.document.landmarks is not None
    pose = tmp_path / "pose.json"
    turned = engine.Pose3D.of(window.document.landmarks).turned(12, 4, 0).landmarks()
    engine.write_pose(pose, turned, (512, 512), window.document.landmarks)
    somebody = Random(seed, window, [pose, two_faces, sample, model])

    def open_name(*arguments: object) -> tuple[str, str]:
        return somebody.a_file(" ".join(map(str, arguments))), ""

    def save_name(*_arguments: object) -> tuple[str, str]:
        return str(tmp_path / "saved") if somebody.rng.random() < 0.3 else "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", open_name)
    monkeypatch.setattr(file_dialogs, "choose_photo", lambda *words: open_name(*words)[0])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", save_name)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("A name", True))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)
    monkeypatch.setattr(QDialog, "exec", lambda dialog: (dialog.accept(), 1)[1])
    monkeypatch.setattr(QMessageBox, "exec", lambda box: somebody.click(box))
    monkeypatch.setattr(QMenu, "exec", lambda *_: None)
    return somebody


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_actions(
    qtbot: QtBot,
    somebody: Random,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = somebody.window.document
    began = [document.faces]

    opened = document.open_faces

    def open_faces(faces: Faces, project: Path | None = None, saved: bool = True) -> None:
        began[:] = [faces]
        opened(faces, project, saved)

    monkeypatch.setattr(document, "open_faces", open_faces)
    resident: list[float] = []
    blocks: list[int] = []
    widgets: list[int] = []
    for fold in somebody.window.findChildren(Fold):  # their sliders are made when first shown
        for _ in range(2):
            fold.button.toggle()
    somebody.every_menu_action()
    for number in range(1, ACTIONS + 1):
        somebody.act()
        assert not errors(caplog), "\n".join(somebody.done)
        if number % ROUND:
            continue
        ended, stack = document.faces, document.undo_stack
        steps = stack.index()
        stack.setIndex(0)
        assert_same(document, began[0], somebody.done)
        stack.setIndex(steps)
        assert_same(document, ended, somebody.done)
        stack.setIndex(0)
        if document.edit is not None:
            document.reset_pose()  # forgets what could be redone
            document.open_faces(Faces((document.edit,), 0))  # faces placed by hand add up
        qtbot.wait(50)
        resident.append(resident_memory())
        blocks.append(sys.getallocatedblocks())
        widgets.append(len(somebody.window.findChildren(QObject)))
    # Megabytes: oneDNN keeps what it prepares for each new size of a picture that moved.
    assert max(resident[WARM_UP:]) < max(resident[:WARM_UP]) + 60
    assert max(blocks[WARM_UP:]) < 1.005 * max(blocks[:WARM_UP])
    assert max(widgets[WARM_UP:]) < 1.015 * max(widgets[:WARM_UP])


def resident_memory() -> float:
    """Of this process in MiB, without what is free but was not given back."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return float(psutil.Process().memory_info().rss / 2**20)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What went wrong unforeseen: expected errors are sentences for the user, not in the log."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def assert_same(document: Document, faces: Faces, done: deque[str]) -> None:
    """But for faces that were chosen and left as they were: choosing is no undo entry."""
    own, theirs = (
        [edit for edit in either.edits if not document._untouched(edit)]
        for either in (document.faces, faces)
    )
    assert len(own) == len(theirs), "\n".join(done)
    for edit in own:
        assert any(edit.same(other) for other in theirs), "\n".join(done)
