"""A list of files and folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.style.preferences import settings
from gui.widgets.file_dialogs import pictures_folder


class PathList(QWidget):
    """A list of unique files with certain suffixes and of folders; files can be dropped on it."""

    changed = Signal()

    def __init__(
        self, name: str, suffixes: Iterable[str], remembered: str, parent: QWidget | None = None
    ) -> None:
        """name: of the list, for the user; remembered: the settings key for the last folder."""
        super().__init__(parent)
        self._name, self._suffixes, self._remembered = name, tuple(suffixes), remembered
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(name)
        self.list.installEventFilter(self)
        self.setAcceptDrops(True)
        self.add_files = QPushButton(self.tr("Add files…"))
        self.add_folder = QPushButton(self.tr("Add folder…"))
        self.remove = QPushButton(self.tr("Remove"))
        self.add_files.setToolTip(self.tr("Add single files"))
        self.add_folder.setToolTip(self.tr("Add all files of a folder"))
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self._buttons = buttons
        buttons.addStretch()
        for button in (self.add_files, self.add_folder, self.remove):
            self.add_button(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addLayout(buttons)
        self.add_files.clicked.connect(self._choose_files)
        self.add_folder.clicked.connect(self._choose_folder)
        self.remove.clicked.connect(self._remove_chosen)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self._show_buttons()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths in the list's order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(Path(item.data(Qt.ItemDataRole.UserRole)) for item in items)

    def add_button(self, button: QPushButton) -> None:
        """Add a button behind those that are there."""
        button.setAutoDefault(False)
        button.setObjectName("small")
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def add(self, paths: Iterable[Path], name: str = "") -> None:
        """Add the paths that are not in the list yet; shown by their file names or as ``name``."""
        there = set(self.paths)
        for path in (path.absolute() for path in paths):
            if path in there:
                continue
            there.add(path)
            folder = self.tr("{folder}/ (all files)").format(folder=path.name)
            item = QListWidgetItem(name or (folder if path.is_dir() else path.name))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(str(path))
            self.list.addItem(item)
        self.changed.emit()

    def _choose_files(self) -> None:
        patterns = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in self._suffixes)
        kinds = f"{self._name} ({patterns});;{self.tr('All files')} (*)"
        title = self.tr("Add files")
        names, _ = QFileDialog.getOpenFileNames(self, title, self._start(), kinds)
        if names:
            self._remember(Path(names[0]).parent)
            self.add(map(Path, names))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Add a folder"), self._start())
        if name:
            self._remember(Path(name))
            self.add([Path(name)])

    def _start(self) -> str:
        return str(settings().value(f"folder/{self._remembered}", pictures_folder()))

    def _remember(self, folder: Path) -> None:
        settings().setValue(f"folder/{self._remembered}", str(folder))

    def _remove_chosen(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self.changed.emit()

    def _show_buttons(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))

    # Qt's events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() in keys:  # type: ignore[attr-defined]
            self._remove_chosen()
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        event.acceptProposedAction()
        self.add(p for p in dropped if p.is_dir() or p.suffix.lower() in self._suffixes)
