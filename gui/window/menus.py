"""Menus, tool bar and keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.canvas.keep_menu import KeepMenu
from gui.canvas.select_menu import SelectMenu
from gui.style.icons import icon
from gui.style.preferences import note_edits, notes_edits
from gui.window.help import ShortcutSheet, show_help
from gui.window.language import LanguageMenu
from gui.window.pose_actions import PoseActions
from gui.window.recent_menu import RecentMenu
from gui.window.tool_bar import ToolBar
from gui.window.training_menu import TrainingMenu
from gui.window.view_menu import ViewMenu

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


class Menus(QObject):
    """Builds the menus of a window and enables what makes sense at the moment."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self._needs_photo: list[QAction] = []
        self._needs_face: list[QAction] = []
        self._file_menu()
        self._edit_menu()
        self.select = SelectMenu(self._document, window.canvas, window)
        window.menuBar().addMenu(self.select)
        self._pose_menu()
        self.keep = KeepMenu(self._document, window.canvas, window)
        window.menuBar().addMenu(self.keep)
        self._view_menu()
        self._model_menu()
        window.menuBar().addMenu(TrainingMenu(window))
        self._help_menu()
        self.bar = ToolBar(self)
        window.addToolBar(self.bar)
        window.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for signal in (
            self._document.photo_changed,
            self._document.source_changed,
            self._document.pose_changed,
            self._document.model_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Enable what makes sense at the moment."""
        document = self._document
        face = document.landmarks is not None and not document.fitting
        for action in self._needs_photo:
            action.setEnabled(document.photo is not None)
        for action in self._needs_face:
            action.setEnabled(face)
        self.correct.setEnabled(document.landmarks is not None)
        self.correct.setChecked(document.fitting)
        self.uncorrect.setEnabled(document.fitting)
        self.save.setEnabled(face and document.model is not None)
        self.reset.setEnabled(document.edited)
        several = document.photo is not None and len(document.photo.faces) > 1
        self.choose.setEnabled(several and document.landmarks is not None)

    def _add(
        self,
        menu: QMenu,
        text: str,
        call: Callable[[], object],
        keys: str = "",
        tip: str = "",
        picture: str = "",
    ) -> QAction:
        action = menu.addAction(text)
        action.setStatusTip(tip)
        if keys:
            action.setShortcut(QKeySequence(keys))
        shortcut = f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
        action.setToolTip((tip or text.rstrip("…")) + (shortcut if keys else ""))
        if picture:
            action.setIcon(icon(picture))
            action.setIconVisibleInMenu(False)
        action.triggered.connect(lambda _checked=False: call())
        return action

    def _file_menu(self) -> None:
        files = self._window.files
        menu = self._window.menuBar().addMenu(self.tr("&File"))
        self.open = self._add(
            menu, self.tr("&Open…"), files.open_file, "Ctrl+O",
            self.tr("Open a photo of a face, or a project"), "open",
        )  # fmt: skip
        menu.addMenu(RecentMenu(files.open, menu))
        self._add(
            menu, self.tr("Open sa&mple photo"), files.open_sample,
            tip=self.tr("Open the photo that comes with Repose"),
        )  # fmt: skip
        menu.addSeparator()
        projects = files.projects
        self._needs_photo += [
            self._add(
                menu, self.tr("&Save project"), projects.save, "Ctrl+S",
                self.tr("Keep photo, points, pose, areas and view in one small file"),
            ),
            self._add(
                menu, self.tr("Save project &as…"), projects.save_as, "Ctrl+Shift+S",
                self.tr("Keep all of it in another file"),
            ),
        ]  # fmt: skip
        self.save = self._add(
            menu, self.tr("Save p&icture…"), files.save_picture, "Ctrl+Shift+E",
            self.tr("Save the photo with the reposed face, at full size"), "save",
        )  # fmt: skip
        self.note = self._add(
            menu, self.tr("&Note edits in pictures"), lambda: note_edits(self.note.isChecked()),
            tip=self.tr("Saved pictures say that they were edited, and with which model"),
        )  # fmt: skip
        self.note.setCheckable(True)
        self.note.setChecked(notes_edits())
        self._add(
            menu, self.tr("E&xport batch…"), files.export_batch, "Ctrl+E",
            self.tr("Make many photos in many poses at once"),
        )  # fmt: skip
        menu.addSeparator()
        self._needs_face += [
            self._add(
                menu,
                self.tr("Open &pose…"),
                files.open_pose,
                "Ctrl+Shift+O",
                self.tr("Take the pose of a pose file"),
            ),
            self._add(
                menu,
                self.tr("Save pos&e…"),
                files.save_pose,
                "Ctrl+Alt+S",
                self.tr("Save the pose to a file"),
            ),
        ]
        menu.addSeparator()
        self._add(
            menu, self.tr("&Quit"), self._window.close, "Ctrl+Q",
            self.tr("Close the window; trainings go on"),
        )  # fmt: skip

    def _edit_menu(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Edit"))
        stack = self._document.undo_stack
        self.undo, self.redo = stack.createUndoAction(self), stack.createRedoAction(self)
        for action, name, tip, keys in (
            (self.undo, "undo", self.tr("Take back the last change"), ("Ctrl+Z",)),
            (self.redo, "redo", self.tr("Make it again"), ("Ctrl+Shift+Z", "Ctrl+Y")),
        ):
            action.setStatusTip(tip)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setIcon(icon(name))
            action.setIconVisibleInMenu(False)
            menu.addAction(action)
        menu.addSeparator()
        self.reset = self._add(
            menu, self.tr("&Reset pose"), self._document.reset_pose, "Ctrl+R",
            self.tr("Back to the pose of the photo (can be undone)"), "reset",
        )  # fmt: skip

    def _pose_menu(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Pose"))
        self.copy = self._add(
            menu, self.tr("&Copy pose from photo…"), self._window.files.copy_pose, "Ctrl+T",
            self.tr("Give this face the pose of a face in another photo"), "copy",
        )  # fmt: skip
        self._window.named_poses.add_to(menu)
        self.pose = PoseActions(self._document, self._window.turn, self._window.face_dock, menu)
        self._add(
            menu, self.tr("Se&quence…"), self._window.sequences.show, "Ctrl+Shift+V",
            self.tr("Play the poses of a video, or of a folder of frames, on this photo"),
        )  # fmt: skip
        self.correct = self._add(
            menu, self.tr("Correct the &detection"), self._correct, "Ctrl+D",
            self.tr("Put the points where the face really has them; the picture does not change"),
            "correct",
        )  # fmt: skip
        self.correct.setCheckable(True)
        self.uncorrect = self._add(
            menu, self.tr("Cancel correc&ting"), self._document.cancel_fitting,
            tip=self.tr("Leave the points of the face as they were"),
        )  # fmt: skip
        self._needs_face.append(self.copy)
        menu.addSeparator()
        self.choose = self._add(
            menu,
            self.tr("Choose another &face…"),
            self._choose,
            tip=self.tr("Repose another face of this photo"),
        )
        self.place = self._add(
            menu, self.tr("Place a face by &hand…"), self._place,
            tip=self.tr("Click the two eyes of a face that was not found"),
        )  # fmt: skip
        self._needs_photo.append(self.place)

    def _view_menu(self) -> None:
        canvas = self._window.canvas
        menu = self._window.menuBar().addMenu(self.tr("&View"))
        fit = self._add(
            menu, self.tr("&Whole photo"), canvas.zoom_to_fit, "Ctrl+0",
            self.tr("Show all of the photo"), "fit",
        )  # fmt: skip
        face = self._add(
            menu, self.tr("&Face"), canvas.zoom_to_face, "Ctrl+1",
            self.tr("Show the face as large as it fits"), "face",
        )  # fmt: skip
        nearer = self._add(
            menu, self.tr("Zoom &in"), lambda: canvas.zoom_by(1.25), "Ctrl++",
            self.tr("Show less of the photo, larger"),
        )  # fmt: skip
        nearer.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        further = self._add(
            menu, self.tr("Zoom &out"), lambda: canvas.zoom_by(0.8), "Ctrl+-",
            self.tr("Show more of the photo, smaller"),
        )  # fmt: skip
        self._needs_photo += [fit, nearer, further]
        self._needs_face.append(face)
        self.fit, self.face = fit, face
        menu.addSeparator()
        window = self._window
        self.handles = self._add(
            menu, self.tr("&Points"), lambda: canvas.show_handles(self.handles.isChecked()), "P",
            self.tr("Show the points over the photo"), "handles",
        )  # fmt: skip
        self.result = self._add(
            menu, self.tr("&Result under the points"), window.request, "R",
            self.tr("Edit the pose over the reposed face instead of the photo"), "result",
        )  # fmt: skip
        self.heatmaps = self._add(
            menu, self.tr("&Heatmaps"), window.request, "H",
            self.tr("Show the pose as the network sees it"), "heatmaps",
        )  # fmt: skip
        self.mask = self._add(
            menu,
            self.tr("&Mask"),
            window.request,
            "M",
            self.tr("Show where training looks most closely"),
            "mask",
        )
        for action in (self.handles, self.result, self.heatmaps, self.mask):
            action.setCheckable(True)
        self.handles.setChecked(True)
        self.pose.add_views_to(menu, window.gizmo)
        menu.addSeparator()
        self.view = ViewMenu(window.panes, menu)
        language = LanguageMenu(menu)
        language.chosen.connect(window.show_message)
        menu.addMenu(language)

    def _model_menu(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Model"))
        files = self._window.files
        self._add(
            menu,
            self.tr("Open &model…"),
            files.open_model,
            tip=self.tr("Use another trained model"),
        )
        self._add(
            menu, self.tr("Use the &default model"), lambda: self._window.load_model(None),
            tip=self.tr("Use the model that comes with Repose"),
        )  # fmt: skip

    def _help_menu(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Help"))
        self._add(
            menu, self.tr("&How to use Repose"), partial(show_help, self._window), "F1",
            self.tr("The main moves on one page"),
        )  # fmt: skip
        self._add(
            menu, self.tr("&Keyboard and mouse"), self._show_shortcuts, "?",
            self.tr("All keys, and what the mouse does"),
        )  # fmt: skip

    def _show_shortcuts(self) -> None:
        ShortcutSheet(self._window.menuBar(), self._window).open()

    def _correct(self) -> None:
        if self._document.fitting:
            self._document.finish_fitting()
        else:
            self._document.start_fitting()

    def _choose(self) -> None:
        if self._window.files.may_discard():
            self._document.leave_face()

    def _place(self) -> None:
        if self._window.files.may_discard():
            self._document.leave_face()
            self._window.canvas.chooser.start_placing()
