"""The menu bar and the tool bar. The larger menus have modules of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from gui.canvas.keep_menu import KeepMenu
from gui.canvas.select_menu import SelectMenu
from gui.document.document import Document
from gui.style.icons import icon
from gui.style.preferences import (
    detector,
    keep_place,
    keeps_place,
    note_edits,
    notes_edits,
    precision,
    set_detector,
    set_precision,
    set_threads,
    threads,
)
from gui.widgets.actions import add_action, add_choice
from gui.window.help import ShortcutSheet, show_help
from gui.window.pose_menu import PoseMenu
from gui.window.recent_menu import RecentMenu
from gui.window.view_menu import ViewMenu

if TYPE_CHECKING:
    from engine import Detector
    from gui.training.training import Training
    from gui.window.exchange import Exchange
    from gui.window.file_actions import FileActions


class FileMenu(QMenu):
    """Opens and saves photos, projects, poses and pictures."""

    quit_wanted = Signal()

    def __init__(self, document: Document, files: FileActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&File"))
        self._document, projects = document, files.projects
        self.open = add_action(
            self, self.tr("&Open…"), files.open_file, "Ctrl+O",
            tip=self.tr("Open a photo of a face, or a project"), picture="open",
        )  # fmt: skip
        self.addMenu(RecentMenu(files.open, self))
        add_action(
            self, self.tr("Open sa&mple photo"), files.open_sample,
            tip=self.tr("Open the photo that comes with Repose"),
        )  # fmt: skip
        self.addSeparator()
        self.save = add_action(
            self, self.tr("&Save picture…"), files.save_picture, "Ctrl+S", "Ctrl+Shift+E",
            tip=self.tr("Save the photo with the reposed face, at full size"), picture="save",
        )  # fmt: skip
        save_project = add_action(
            self, self.tr("Save pro&ject"), projects.save, "Ctrl+Shift+S",
            tip=self.tr("Save the photo's name, points, pose, kept areas and view in one file"),
        )  # fmt: skip
        save_project_as = add_action(
            self, self.tr("Save project &as…"), projects.save_as,
            tip=self.tr("Save the project in another file"),
        )  # fmt: skip
        self.note = add_action(
            self, self.tr("&Note edits in pictures"), lambda: note_edits(self.note.isChecked()),
            tip=self.tr("Write into saved pictures that they were edited, and with which model"),
        )  # fmt: skip
        self.note.setCheckable(True)
        self.note.setChecked(notes_edits())
        self.place = add_action(
            self, self.tr("Keep the p&lace (GPS)"), lambda: keep_place(self.place.isChecked()),
            tip=self.tr("Keep in saved pictures where the photo was taken, if it says so"),
        )  # fmt: skip
        self.place.setCheckable(True)
        self.place.setChecked(keeps_place())
        self.detectors = self._add_detectors(self.addMenu(self.tr("Find &faces with")))
        add_action(
            self, self.tr("E&xport batch…"), files.export_batch, "Ctrl+E",
            tip=self.tr("Repose many photos in many poses at once"),
        )  # fmt: skip
        self.addSeparator()
        open_pose = add_action(
            self, self.tr("Open &pose…"), files.open_pose, "Ctrl+Shift+O",
            tip=self.tr("Give this face the pose of a pose file"),
        )  # fmt: skip
        save_pose = add_action(
            self, self.tr("Save pos&e…"), files.save_pose, "Ctrl+Alt+S",
            tip=self.tr("Save the pose to a file"),
        )  # fmt: skip
        self.addSeparator()
        add_action(
            self, self.tr("&Quit"), self.quit_wanted.emit, "Ctrl+Q",
            tip=self.tr("Close the window; trainings continue"),
        )  # fmt: skip
        self._needs_photo, self._needs_pose = (
            (save_project, save_project_as),
            (open_pose, save_pose),
        )
        for signal in (document.photo_changed, document.source_changed, document.model_changed):
            signal.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        document = self._document
        for action in self._needs_photo:
            action.setEnabled(document.photo is not None)
        for action in self._needs_pose:
            action.setEnabled(document.pose is not None)
        self.save.setEnabled(document.pose is not None and document.model is not None)

    def _add_detectors(self, menu: QMenu) -> dict[Detector, QAction]:
        group = QActionGroup(menu)
        actions = {}
        choices: tuple[tuple[Detector, str, str], ...] = (
            ("landmarker", self.tr("&MediaPipe"), self.tr("Finds faces up to the profile")),
            ("dlib", self.tr("&dlib"), self.tr("As in the report; not for commercial use")),
        )
        for name, text, tip in choices:
            actions[name] = add_choice(menu, group, text, partial(set_detector, name), tip=tip)
            actions[name].setChecked(name == detector())
        return actions


class EditMenu(QMenu):
    """Undo, redo, reset, and the clipboard."""

    def __init__(self, document: Document, exchange: Exchange, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Edit"))
        self._document, stack = document, document.undo_stack
        self.undo, self.redo = stack.createUndoAction(self), stack.createRedoAction(self)
        for action, name, tip, keys in (
            (self.undo, "undo", self.tr("Undo the last change"), ("Ctrl+Z",)),
            (self.redo, "redo", self.tr("Redo the change"), ("Ctrl+Shift+Z", "Ctrl+Y")),
        ):
            action.setStatusTip(tip)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setIcon(icon(name))
            action.setIconVisibleInMenu(False)
            self.addAction(action)
        self.addSeparator()
        self.reset = add_action(
            self, self.tr("&Reset pose"), document.reset_pose, "Ctrl+R",
            tip=self.tr("Restore the pose of the photo (can be undone)"), picture="reset",
        )  # fmt: skip
        self.addSeparator()
        self.copy = add_action(
            self, self.tr("&Copy picture"), exchange.copy, "Ctrl+C",
            tip=self.tr("Copy the photo with the reposed face to the clipboard, at full size"),
        )  # fmt: skip
        self.paste = add_action(
            self, self.tr("&Paste"), exchange.paste, "Ctrl+V",
            tip=self.tr("Open the picture or the file in the clipboard"),
        )  # fmt: skip
        for signal in (document.source_changed, document.pose_changed, document.model_changed):
            signal.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        document = self._document
        self.reset.setEnabled(document.edited)
        self.copy.setEnabled(document.pose is not None and document.model is not None)


class ModelMenu(QMenu):
    """Chooses the model, and how the networks compute."""

    def __init__(self, document: Document, files: FileActions, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._files = document, files
        self.setTitle(self.tr("&Model"))
        add_action(
            self,
            self.tr("Open &model…"),
            files.open_model,
            tip=self.tr("Use another trained model"),
        )
        add_action(
            self, self.tr("Use the &default model"), partial(files.model_chosen.emit, None),
            tip=self.tr("Use the model that comes with Repose"),
        )  # fmt: skip
        self.addSeparator()
        tip = self.tr("Half precision is faster where the hardware has it; pictures differ little")
        names: dict[Any, str] = {
            "auto": self.tr("&Automatic"),
            "full": self.tr("&Full (float32)"),
            "half": self.tr("&Half"),
        }
        self._add_choices(self.tr("&Precision"), tip, precision(), set_precision, names)
        tip = self.tr("The processor's threads for the networks; fewer leave room for other work")
        names = {0: self.tr("&Automatic")}
        names |= {count: f"&{count}" for count in (1, 2, 4, 8) if count <= (os.cpu_count() or 1)}
        self._add_choices(self.tr("&Threads"), tip, threads(), set_threads, names)

    def _add_choices(
        self, title: str, tip: str, chosen: Any, store: Callable[[Any], None], names: dict[Any, str]
    ) -> None:
        """A submenu of values by name; another choice is stored, and the model loaded anew."""

        def choose(value: Any) -> None:
            store(value)
            model = self._document.model
            self._files.model_chosen.emit(None if model is None else model.path)

        menu, group = self.addMenu(title), QActionGroup(self)
        for value, name in names.items():
            action = add_choice(menu, group, name, partial(choose, value), tip=tip)
            action.setChecked(value == chosen)


class TrainingMenu(QMenu):
    """Starts trainings and shows them."""

    def __init__(self, training: Training, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Training"))
        add_action(
            self, self.tr("&New training…"), training.new_training,
            tip=self.tr("Train a model on your own pictures"),
        )  # fmt: skip
        add_action(
            self, self.tr("&Personalise…"), training.personalise,
            tip=self.tr("Fit the default model to one person"),
        )  # fmt: skip
        add_action(
            self, self.tr("&Open a run…"), training.choose_run,
            tip=self.tr("Show a training that was started elsewhere"),
        )  # fmt: skip
        self.addSeparator()
        training.action.setText(self.tr("&Show the trainings"))
        training.action.setShortcut(QKeySequence("Ctrl+Shift+T"))
        training.action.setStatusTip(self.tr("Show running and finished trainings"))
        self.addAction(training.action)


class HelpMenu(QMenu):
    """Help and the list of shortcuts; `bar` has the menus that the list is made from."""

    def __init__(self, bar: QMenuBar, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Help"))
        add_action(
            self, self.tr("&How to use Repose"), partial(show_help, parent), "F1",
            tip=self.tr("Show the basics on one page"),
        )  # fmt: skip
        add_action(
            self, self.tr("&Keyboard and mouse"), lambda: ShortcutSheet(bar, parent).open(), "?",
            tip=self.tr("Show all keys, and what the mouse does"),
        )  # fmt: skip


class ToolBar(QToolBar):
    """The most frequent actions of the menus, with short names where there is room for them."""

    def __init__(
        self,
        file: FileMenu,
        edit: EditMenu,
        select: SelectMenu,
        pose: PoseMenu,
        keep: KeepMenu,
        view: ViewMenu,
    ) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Tools"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        groups: tuple[tuple[tuple[QAction, str], ...], ...] = (
            ((file.open, self.tr("Open")), (file.save, self.tr("Save"))),
            (
                (edit.undo, self.tr("Undo")),
                (edit.redo, self.tr("Redo")),
                (edit.reset, self.tr("Reset")),
            ),
            ((pose.copy, self.tr("Copy pose")),),
            (
                (select.symmetry, self.tr("Symmetry")),
                (select.soft, self.tr("Soft")),
                (pose.correct, self.tr("Correct")),
                (keep.brush, self.tr("Keep")),
            ),
            ((view.points, self.tr("Points")), (view.result, self.tr("Result"))),
            ((view.fit, self.tr("Photo")), (view.face, self.tr("Face"))),
        )
        for number, group in enumerate(groups):
            if number:
                self.addSeparator()
            for action, name in group:
                action.setIconText(name)
                self.addAction(action)
        for action in (edit.undo, edit.redo, view.fit, view.face):  # their icons are familiar
            self._button(action).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._named = [
            self._button(action)
            for action in (
                view.points, select.symmetry, select.soft, keep.brush, pose.correct, edit.reset,
                pose.copy, view.result,
            )
        ]  # fmt: skip
        """The buttons that lose their names, in this order, where there is no room."""
        # The button for actions without room: Qt's own icon is invisible on a dark background.
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            more.setText("»")

    def _button(self, action: QAction) -> QToolButton:
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in self._named:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for button in self._named:
            if self.sizeHint().width() <= self.width():
                break
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
