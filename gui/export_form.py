"""What to export: sources, poses, and how the pictures are written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.checked_field import CheckedField
from gui.file_dialogs import notes_edits, settings
from gui.path_list import PathList
from gui.pose_words import transfer_names
from gui.sweep_rows import SweepRows

if TYPE_CHECKING:
    from engine import ExportBatch

VIEWS = {
    "photo": "Whole photo",
    "face": "Face alone, refined",
    "coarse": "Face alone, coarse",
    "difference": "Difference map",
}
FORMATS = {"png": "PNG, exact", "jpg": "JPEG, small", "webp": "WebP, smaller", "tif": "TIFF, exact"}
WITH_QUALITY = ("jpg", "webp")
ANIMATIONS = {"": "None", ".gif": "GIF", ".mp4": "MP4"}
SHEET, ANIMATION = "contact-sheet.png", "sweep"


class ExportForm(QWidget):
    """`batch()` is what is filled in; `changed` tells of every change."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sources = PathList("photos", engine.PHOTO_SUFFIXES, "photos")
        pose_files = (*engine.PHOTO_SUFFIXES, *engine.POSE_SUFFIXES)
        self.targets = PathList("poses", pose_files, "poses")
        self.edited_pose = QCheckBox("The pose in the editor")
        self.sweeps = SweepRows()
        self.transfer = _choices({name: text for name, (text, _) in transfer_names().items()})
        for row, (_, note) in enumerate(transfer_names().values()):
            self.transfer.setItemData(row, note, 3)  # Qt.ToolTipRole
        self.folder, self.choose = QLineEdit(), QPushButton("…")
        self.name = QLineEdit()
        fields = " ".join(f"{{{field}}}" for field in engine.NAME_FIELDS)
        self.name.setToolTip(f"These are filled in: {fields}")
        self.format, self.quality = _choices(FORMATS), QSpinBox()
        self.view, self.animation = _choices(VIEWS), _choices(ANIMATIONS)
        self.sheet = QCheckBox("A contact sheet of all pictures")
        self.overwrite = QCheckBox("Make pictures anew that are there already")
        self.note = QCheckBox("Note in the pictures that they were edited")
        self.note.setToolTip(
            "As XMP: parts were made by a trained model, and by which. EXIF and colours stay."
        )
        self._fill()
        self._lay_out()
        self._wire()

    def batch(self, pose: Path, model: Path | None, device: str) -> ExportBatch:
        """The batch; `pose` is the file of the pose in the editor.

        Raises ReposeError when something in it makes no sense.
        """
        chosen = self.targets.paths
        poses = [path for path in chosen if _holds_poses(path)]
        if self.edited_pose.isChecked():
            poses.append(pose)
        folder = self.folder.text().strip()
        if not folder:
            raise engine.ReposeError("Choose a folder for the pictures.")
        out = Path(folder).expanduser().absolute()
        animation = self.animation.currentData()
        return engine.ExportBatch(
            sources=self.sources.paths,
            targets=tuple(path for path in chosen if _holds_photos(path)),
            poses=tuple(poses),
            yaw=self.sweeps.angles("yaw"),
            pitch=self.sweeps.angles("pitch"),
            roll=self.sweeps.angles("roll"),
            transfer=self.transfer.currentData(),
            view=self.view.currentData(),
            out=out,
            name=self.name.text().strip(),
            format=self.format.currentData(),
            quality=self.quality.value(),
            note=self.note.isChecked(),
            overwrite=self.overwrite.isChecked(),
            sheet=out / SHEET if self.sheet.isChecked() else None,
            animation=out / f"{ANIMATION}{animation}" if animation else None,
            model=model,
            device=device,
        )

    def _fill(self) -> None:
        self.sources.setMinimumHeight(130)
        self.targets.setMinimumHeight(100)
        self.quality.setRange(1, 100)
        self.quality.setValue(90)
        self.quality.setAccessibleName("Quality")
        self.note.setChecked(notes_edits())
        self.folder.setAccessibleName("Folder for the pictures")
        self.name.setAccessibleName("Name of the pictures")
        self.choose.setObjectName("small")
        self.choose.setAutoDefault(False)
        self.choose.setToolTip("Choose the folder")
        self.folder_field = CheckedField(_line(self.folder, self.choose), marked=self.folder)
        self.name_field = CheckedField(self.name)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(8)
        left.addWidget(_heading("Photos", "each of these …"))
        left.addWidget(self.sources, 3)
        left.addSpacing(6)
        left.addWidget(_heading("Poses", "… in the pose of each of these (none: its own)"))
        left.addWidget(self.edited_pose)
        left.addWidget(self.targets, 2)
        left.addSpacing(6)
        left.addWidget(_heading("Turned by", "beyond the pose, each angle with each"))
        left.addWidget(self.sweeps)
        right.addWidget(_heading("Pictures"))
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.quality_label = QLabel("Quality")
        self.quality.setFixedWidth(60)
        for name, field in (
            ("Folder", self.folder_field),
            ("Name", self.name_field),
            ("Format", _line(self.format, self.quality_label, self.quality)),
            ("Show", self.view),
            ("Pose of photos", self.transfer),
            ("Animation", self.animation),
        ):
            form.addRow(name, field)
        right.addLayout(form)
        right.addSpacing(4)
        for box in (self.sheet, self.note, self.overwrite):
            right.addWidget(box)
        right.addStretch()
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(28)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)

    def _wire(self) -> None:
        for signal in (
            self.sources.changed, self.targets.changed, self.sweeps.changed,
            self.edited_pose.toggled, self.folder.textChanged, self.name.textChanged,
            self.format.currentIndexChanged, self.quality.valueChanged,
            self.view.currentIndexChanged, self.transfer.currentIndexChanged,
            self.animation.currentIndexChanged, self.sheet.toggled, self.overwrite.toggled,
            self.note.toggled,
        ):  # fmt: skip
            signal.connect(lambda *_: self.changed.emit())
        self.choose.clicked.connect(self._choose_folder)
        self.format.currentIndexChanged.connect(self._show_quality)
        self._show_quality()

    def _show_quality(self) -> None:
        shown = self.format.currentData() in WITH_QUALITY
        self.quality.setVisible(shown)
        self.quality_label.setVisible(shown)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder for the pictures", self.folder.text())
        if name:
            settings().setValue("folder/exports", name)
            self.folder.setText(name)


def _holds_poses(path: Path) -> bool:
    return path.suffix.lower() in engine.POSE_SUFFIXES or _folder_of(path, engine.POSE_SUFFIXES)


def _holds_photos(path: Path) -> bool:
    return not _holds_poses(path) or _folder_of(path, engine.PHOTO_SUFFIXES)


def _folder_of(path: Path, suffixes: tuple[str, ...]) -> bool:
    """Whether it is a folder with a file of these suffixes."""
    try:
        return path.is_dir() and any(file.suffix.lower() in suffixes for file in path.iterdir())
    except OSError:
        return False


def _choices(texts: Mapping[str, str]) -> QComboBox:
    box = QComboBox()
    for value, text in texts.items():
        box.addItem(text, value)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


def _line(*widgets: QWidget) -> QWidget:
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget, 1 if widget is widgets[0] else 0)
    holder = QWidget()
    holder.setLayout(line)
    return holder


def _heading(text: str, note: str = "") -> QWidget:
    title, rest = QLabel(text), QLabel(note)
    title.setObjectName("paneTitle")
    rest.setObjectName("paneNote")
    line = _line(title, rest)
    title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return line
