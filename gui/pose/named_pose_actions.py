"""The actions on named poses, for the menu Pose and the panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

import engine
from gui.document.document import Document
from gui.document.edit import within_sliders
from gui.pose.pose_presets import NamedPose, PosePresets, name_of
from gui.pose.presets_panel import PresetsPanel
from gui.widgets.file_dialogs import ask_open, ask_save, ask_yes

if TYPE_CHECKING:
    from engine import Pose3D


class NamedPoseActions(QObject):
    """Creates and enables the actions. They apply to the pose that is selected in the panel."""

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self, document: Document, presets: PosePresets, panel: PresetsPanel, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._presets, self._panel = document, presets, panel
        self._taking = False
        self._window = window
        self.keep = self._action(
            self.tr("&Keep this pose…"), self._keep,
            self.tr("Save the current pose under a name, as a file in your folder of poses"),
        )  # fmt: skip
        self.keep.setShortcut(QKeySequence("Ctrl+K"))
        self._only_head = self._action(
            self.tr("Take only the turn of the &head"), lambda: self._take_chosen(face=False),
            self.tr("Turn the head as in the chosen pose; keep the expression"),
        )  # fmt: skip
        self._only_face = self._action(
            self.tr("Take only the &face"), lambda: self._take_chosen(head=False),
            self.tr("Take the expression of the chosen pose; keep the turn of the head"),
        )  # fmt: skip
        self._rename = self._action(
            self.tr("&Rename…"), self._rename_chosen, self.tr("Give the chosen pose another name")
        )
        self._delete = self._action(
            self.tr("&Delete…"), self._delete_chosen, self.tr("Delete the file of the chosen pose")
        )
        self._import = self._action(
            self.tr("&Import…"), self._take_in,
            self.tr("Add the pose of a .pts, dlib, labelme, CSV or Repose file"),
        )  # fmt: skip
        self._export = self._action(
            self.tr("&Export…"), self._give_out,
            self.tr("Write the chosen pose on this face as .pts, dlib XML, labelme, CSV or Repose"),
        )  # fmt: skip
        self._folder = self._action(
            self.tr("&Open the folder"), self._open_folder, self.tr("Show the files of your poses")
        )
        panel.chosen.connect(self.take)
        panel.list.currentItemChanged.connect(self._refresh)
        panel.keep.clicked.connect(self.keep.trigger)
        panel.set_menu(self.fill)
        document.pose_changed.connect(self._pose_changed)
        self._refresh()

    def add_to(self, menu: QMenu) -> None:
        """Add a submenu with all actions to a menu."""
        named = menu.addMenu(self.tr("&Named poses"))
        poses = named.addMenu(self.tr("&Take a pose"))
        poses.aboutToShow.connect(lambda: self._list_poses(poses))
        named.addAction(self.keep)
        named.addSeparator()
        self.fill(named)

    def fill(self, menu: QMenu) -> None:
        """Add the actions on the selected pose to a menu."""
        menu.addActions([self._only_head, self._only_face])
        menu.addSeparator()
        menu.addActions([self._rename, self._delete])
        menu.addSeparator()
        menu.addActions([self._import, self._export, self._folder])

    def _list_poses(self, menu: QMenu) -> None:
        menu.clear()
        for pose in self._presets.poses:
            action = menu.addAction(pose.name.replace("&", "&&"))
            action.setStatusTip(self.tr("Give this pose to the face"))
            action.setEnabled(self.keep.isEnabled())
            action.triggered.connect(partial(self.take, pose))

    def _action(self, text: str, call: Callable[[], object], tip: str) -> QAction:
        action = QAction(text, self)
        action.setStatusTip(tip)
        action.setToolTip(tip)
        action.triggered.connect(lambda _checked=False: call())
        return action

    def _refresh(self) -> None:
        face = self._document.pose is not None
        chosen = self._panel.current
        own = chosen is not None and not chosen.built_in
        for widget in (self._panel.keep, self._panel.list):
            widget.setEnabled(face)
        self.keep.setEnabled(face)
        for action in (self._only_head, self._only_face, self._export):
            action.setEnabled(face and chosen is not None)
        for action in (self._rename, self._delete):
            action.setEnabled(own)

    def _pose_changed(self) -> None:
        """Another pose than the chosen one: none is highlighted any more."""
        if not self._taking:
            self._panel.clear()
        self._refresh()

    def take(self, chosen: NamedPose, _checked: bool = False) -> None:
        """Apply a named pose to the face."""
        self._take(chosen, head=True, face=True)

    def _take_chosen(self, head: bool = True, face: bool = True) -> None:
        chosen = self._panel.current
        if chosen is not None:
            self._take(chosen, head, face)

    def _take(self, chosen: NamedPose, head: bool, face: bool) -> None:
        def change() -> None:
            pose = self._document.pose
            if pose is not None:
                new = within_sliders(chosen.read().on(pose, head, face))
                if not new.looks_like(pose):
                    self._taking = True
                    self._document.change_pose(new, self.tr("Pose {}").format(chosen.name))
                    self._taking = False

        self._try(change)

    def _keep(self) -> None:
        photo, pose = self._document.photo, self._document.pose
        if photo is None or pose is None:
            return
        name = self._ask_name(self.tr("Keep this pose"), "")
        if name and self._may_replace(name):
            self._try(lambda: self._show(self._presets.add(name, pose, photo.size)))

    def _rename_chosen(self) -> None:
        chosen = self._panel.current
        if chosen is not None and not chosen.built_in:
            name = self._ask_name(self.tr("Rename the pose"), chosen.name)
            if name:
                self._try(lambda: self._show(self._presets.rename(chosen, name)))

    def _delete_chosen(self) -> None:
        chosen = self._panel.current
        if chosen is None or chosen.built_in:
            return
        question = self.tr("Delete the pose {}? This cannot be undone.").format(chosen.name)
        if ask_yes(self._window, self.tr("Delete"), question):
            self._try(lambda: self._presets.remove(chosen))

    def _take_in(self) -> None:
        path = ask_open(
            self._window, self.tr("Import pose"), self.tr("Poses"), engine.POSE_SUFFIXES, "poses"
        )
        if path is not None and self._may_replace(name_of(path)):
            self._try(lambda: self._show(self._presets.take_in(path)))

    def _give_out(self) -> None:
        chosen, photo, pose = self._panel.current, self._document.photo, self._document.pose
        if chosen is None or photo is None or pose is None:
            return
        kinds = {
            ".pts": self.tr("iBUG points"),
            ".xml": self.tr("dlib"),
            ".labelme.json": self.tr("labelme"),
            ".csv": self.tr("Table of points"),
            ".json": self.tr("Repose pose"),
        }
        suggestion = photo.path.absolute().parent / f"{chosen.name}.pts"
        path = ask_save(self._window, self.tr("Export pose"), suggestion, kinds, "poses")
        if path is not None:
            self._try(lambda: self._write(chosen, pose, photo.size, path))

    def _write(self, chosen: NamedPose, pose: Pose3D, size: tuple[int, int], path: Path) -> None:
        engine.write_pose3d(path, chosen.read().on(pose), size)
        self.done.emit(self.tr("Saved {}").format(path))

    def _open_folder(self) -> None:
        folder = self._presets.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.failed.emit(
                self.tr("The folder {} cannot be created: {}.").format(folder, error.strerror)
            )
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _show(self, pose: NamedPose) -> None:
        self._panel.show_pose(pose)
        self.done.emit(self.tr("The pose {} is in your folder").format(pose.name))

    def _ask_name(self, title: str, name: str) -> str:
        text, wanted = QInputDialog.getText(
            self._window, title, self.tr("Name"), QLineEdit.EchoMode.Normal, name
        )
        return text.strip() if wanted else ""

    def _may_replace(self, name: str) -> bool:
        """Whether no pose has this name, or the user agrees to replace it."""
        question = self.tr("There is a pose {} already. Replace it?").format(name)
        return self._presets.find(name) is None or ask_yes(
            self._window, self.tr("Replace"), question
        )

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except engine.ReposeError as error:
            self.failed.emit(str(error))
