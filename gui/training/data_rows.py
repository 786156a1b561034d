"""Fields for the data folders of a training, with their layouts and counts of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from PySide6.QtCore import QT_TRANSLATE_NOOP, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.style.preferences import settings
from gui.widgets.checked_field import CheckedField
from gui.widgets.file_dialogs import pictures_folder
from gui.widgets.wheel import guard_wheel
from gui.workers.background import Background, explain

if TYPE_CHECKING:
    from engine import Config, DataCount, Layout

LAYOUTS: dict[str, Any] = {
    "people": QT_TRANSLATE_NOOP("DataRow", "a folder per person"),
    "fei": QT_TRANSLATE_NOOP("DataRow", "files person-pose"),
    "portraits": QT_TRANSLATE_NOOP("DataRow", "single portraits"),
}
PAUSE_MS = 400  # after the last change, before the files are listed


class DataRow(QWidget):
    """Fields for one folder and its layout."""

    changed = Signal()
    dropped = Signal()

    def __init__(self, folder: str = "", layout: str = "people") -> None:
        super().__init__()
        self.folder, self.layout_box = QLineEdit(folder), QComboBox()
        self.folder.setPlaceholderText(self.tr("A folder of pictures, or a cache"))
        self.folder.setAccessibleName(self.tr("Folder of pictures"))
        self.layout_box.setAccessibleName(self.tr("Layout"))
        for name, text in LAYOUTS.items():
            self.layout_box.addItem(self.tr(text), name)
        guard_wheel(self.layout_box)
        self.own_layout = False  # whether the user has chosen the layout
        self.set_layout(layout)
        choose, remove = QPushButton("…"), QPushButton("✕")
        choose.setToolTip(self.tr("Choose the folder"))
        remove.setToolTip(self.tr("Remove this folder"))
        for button in (choose, remove):
            button.setAutoDefault(False)
            button.setObjectName("small")
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.folder, 1)
        line.addWidget(choose)
        line.addWidget(self.layout_box)
        line.addWidget(remove)
        fields = QWidget()
        fields.setLayout(line)
        self.checked = CheckedField(fields, marked=self.folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.checked)
        self.folder.textChanged.connect(self.changed)
        self.layout_box.activated.connect(self._layout_chosen)
        choose.clicked.connect(self._choose)
        remove.clicked.connect(self.dropped)

    @property
    def source(self) -> str:
        """The source in the syntax of the command line; empty without a folder."""
        path, cache = self.path, not self.layout_box.isEnabled()
        if path is None or cache:
            return "" if path is None else str(path)
        return f"{path}:{self.layout_box.currentData()}"

    @property
    def path(self) -> Path | None:
        """The folder; None if the field is empty."""
        text = self.folder.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def set_layout(self, layout: str) -> None:
        """Set the layout."""
        self.layout_box.setCurrentIndex(self.layout_box.findData(layout))

    def _choose(self) -> None:
        start = self.folder.text() or str(settings().value("folder/data", pictures_folder()))
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), start)
        if not folder:
            return
        settings().setValue("folder/data", folder)
        self.own_layout = False
        self.folder.setText(folder)

    def _layout_chosen(self) -> None:
        self.own_layout = True
        self.changed.emit()


class DataRows(QWidget):
    """A list of data rows. The folders are listed in the background after each change."""

    changed = Signal()
    counted = Signal()

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._config = engine.PRESETS["default"]
        self._round = 0
        self.rows: list[DataRow] = []
        self._nothing = self.tr("Name a folder of pictures.")
        self.problem = self._nothing
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        add = QPushButton(self.tr("Add another folder"))
        add.setAutoDefault(False)
        line = QHBoxLayout()
        line.addWidget(add)
        line.addStretch()
        line.setContentsMargins(0, 0, 0, 0)
        below = QWidget()
        below.setLayout(line)
        self.total = CheckedField(below)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._rows)
        column.addWidget(self.total)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._count)
        add.clicked.connect(lambda: self.add())
        self.add()

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources in the syntax of the command line."""
        return tuple(row.source for row in self.rows if row.source)

    @property
    def says_problem(self) -> bool:
        """Whether an error sentence is shown here."""
        return any(row.checked.problem for row in self.rows) or bool(self.total.problem)

    def add(self, folder: str = "", layout: str = "people") -> DataRow:
        """Add a row."""
        assert layout in get_args(engine.Layout)
        row = DataRow(folder, layout)
        self.rows.append(row)
        self._rows.addWidget(row)
        row.changed.connect(self.refresh)
        row.dropped.connect(lambda: self._drop(row))
        self.refresh()
        return row

    def use(self, config: Config) -> None:
        """Set the settings that counting depends on."""
        if config.data != self._config.data:
            self._config = config
            self.refresh()

    def refresh(self) -> None:
        """Schedule a new listing of the folders."""
        self._round += 1
        self.problem = self.tr("The folders are being listed…") if self.sources else self._nothing
        self.total.set_problem("")
        self.total.set_note(self.problem if self.sources else "")
        self._timer.start()
        self.changed.emit()

    def _drop(self, row: DataRow) -> None:
        self.rows.remove(row)
        row.setParent(None)
        row.deleteLater()
        if not self.rows:
            self.add()
        self.refresh()

    def _count(self) -> None:
        data, now = self._config.data, self._round
        asked = [
            (row.path, row.layout_box.currentData() if row.own_layout else None)
            for row in self.rows
            if row.path is not None
        ]

        def count() -> list[DataCount | str]:
            return [_counted(path, layout, data) for path, layout in asked]

        self._background.run(count, lambda counts: self._show(counts, now), owner=self)

    def _show(self, counts: list[DataCount | str], asked: int) -> None:
        if asked != self._round:
            return  # outdated by a later change
        named = [row for row in self.rows if row.source]
        for row in self.rows:
            row.checked.set_problem("")
            row.checked.set_note("")
        found: list[DataCount] = []
        self.problem = "" if named else self._nothing
        for row, count in zip(named, counts, strict=True):
            if isinstance(count, str):
                self.problem = count
                row.checked.set_problem(count)
            else:
                found.append(count)
                row.layout_box.setEnabled(count.layout is not None)
                if count.layout is not None:
                    row.set_layout(count.layout)
                row.checked.set_note(str(count))
        if named and not self.problem:
            try:
                note = self.tr("In all {pictures}").format(pictures=engine.sum_counts(found))
                self.total.set_note(note if len(found) > 1 else "")
            except engine.ReposeError as error:
                self.problem = str(error)
                self.total.set_problem(self.problem)
        else:
            self.total.set_note("")
        self.counted.emit()


def _counted(folder: Path, layout: Layout | None, data: engine.DataConfig) -> DataCount | str:
    """Count the pictures of a folder, guessing the layout if it is None; an error as a sentence."""
    try:
        layout = layout or engine.guess_layout(folder)
        return engine.count_source(f"{folder}:{layout}" if layout else str(folder), data)
    except Exception as error:  # shown in the row of the folder
        return explain(error)
