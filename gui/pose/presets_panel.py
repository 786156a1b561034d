"""The panel of named poses: their thumbnails and two buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.pose.pose_presets import NamedPose, PosePresets

ICON = 74  # pixels
POSE = Qt.ItemDataRole.UserRole


class PresetsPanel(QWidget):
    """A click on a thumbnail emits `chosen`; other actions are in the menu of `set_menu`."""

    chosen = Signal(object)  # NamedPose

    def __init__(self, presets: PosePresets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = presets
        self.list = QListWidget()
        self.list.setObjectName("poses")
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setMinimumHeight(ICON + 30)  # one row
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(self.tr("Named poses"))
        self.list.setToolTip(self.tr("Click a pose to give it to the face"))
        self.list.setStatusTip(self.list.toolTip())
        self.keep = QPushButton(self.tr("Keep this pose…"))
        self.keep.setToolTip(self.tr("Save the current pose under a name"))
        self.more = QPushButton(self.tr("More"))
        self.more.setToolTip(self.tr("Rename, delete, import and export poses"))
        buttons = QHBoxLayout()
        for button in (self.keep, self.more):
            button.setObjectName("small")
            button.setStatusTip(button.toolTip())
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        presets.changed.connect(self._fill)
        self._fill()

    @property
    def current(self) -> NamedPose | None:
        """The selected pose."""
        item = self.list.currentItem()
        pose = None if item is None else item.data(POSE)
        return pose if isinstance(pose, NamedPose) else None

    def set_menu(self, fill: Callable[[QMenu], None]) -> None:
        """Set the menu of the button and the context menu; `fill` adds the actions."""
        menu = QMenu(self)
        fill(menu)
        self.more.setMenu(menu)
        viewport = self.list.viewport()
        self.list.customContextMenuRequested.connect(
            lambda place: menu.popup(viewport.mapToGlobal(place))
        )

    def show_pose(self, pose: NamedPose) -> None:
        """Select a pose."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(POSE) == pose:
                self.list.setCurrentItem(item)

    def clear(self) -> None:
        """Select no pose."""
        self.list.setCurrentRow(-1)

    def _fill(self) -> None:
        current = self.current
        self.list.clear()
        for pose in self._presets.poses:
            image = self._presets.thumbnail(pose)
            item = QListWidgetItem(pose.name)
            item.setData(POSE, pose)
            item.setToolTip(pose.name)
            item.setSizeHint(QSize(ICON + 6, ICON + 24))
            if image is not None:
                item.setIcon(QIcon(QPixmap.fromImage(image)))
            self.list.addItem(item)
        if current is not None:
            self.show_pose(current)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(POSE))
