"""The form of a batch: sources, poses, and how the pictures are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.export.sweep_rows import SweepRows
from gui.style.preferences import keeps_place, notes_edits, precision, settings
from gui.widgets.checked_field import CheckedField
from gui.widgets.path_list import PathList
from gui.widgets.pose_words import transfer_names
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from engine import ExportBatch

VIEWS: dict[str, Any] = {
    "photo": QT_TRANSLATE_NOOP("ExportForm", "Whole photo"),
    "layer": QT_TRANSLATE_NOOP("ExportForm", "Change alone, transparent"),
    "face": QT_TRANSLATE_NOOP("ExportForm", "Face alone, refined"),
    "coarse": QT_TRANSLATE_NOOP("ExportForm", "Face alone, coarse"),
    "difference": QT_TRANSLATE_NOOP("ExportForm", "Difference map"),
}
FORMATS: dict[str, Any] = {
    "png": QT_TRANSLATE_NOOP("ExportForm", "PNG, exact"),
    "jpg": QT_TRANSLATE_NOOP("ExportForm", "JPEG, small"),
    "webp": QT_TRANSLATE_NOOP("ExportForm", "WebP, smaller"),
    "tif": QT_TRANSLATE_NOOP("ExportForm", "TIFF, exact"),
    "jxl": "JPEG XL",
    "ora": QT_TRANSLATE_NOOP("ExportForm", "OpenRaster, layers"),
    "psd": QT_TRANSLATE_NOOP("ExportForm", "Photoshop, layers"),
}
WITH_QUALITY = ("jpg", "webp", "jxl")
ANIMATIONS: dict[str, Any] = {
    "": QT_TRANSLATE_NOOP("ExportForm", "None"),
    ".gif": "GIF",
    ".mp4": "MP4",
}
BY_NUMBER = ""
FACES: dict[str, Any] = {
    "1": QT_TRANSLATE_NOOP("ExportForm", "The largest"),
    "all": QT_TRANSLATE_NOOP("ExportForm", "All"),
    BY_NUMBER: QT_TRANSLATE_NOOP("ExportForm", "By number"),
}
SHEET, ANIMATION = "contact-sheet.png", "sweep"


class ExportForm(QWidget):
    """`batch()` returns the values of the fields; `changed` is emitted on every change."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sources = PathList(self.tr("Photos"), engine.PHOTO_SUFFIXES, "photos")
        pose_files = (*engine.PHOTO_SUFFIXES, *engine.POSE_SUFFIXES)
        self.targets = PathList(self.tr("Poses"), pose_files, "poses")
        self.named = QMenu(self)
        self._add_named()
        self.edited_pose = QCheckBox(self.tr("The pose in the editor"))
        self.kept = QCheckBox(self.tr("Keep the areas painted in the editor, in its photo"))
        self.kept.setToolTip(self.tr("The areas painted with the menu Keep do not change"))
        self.sweeps = SweepRows()
        self.transfer = _choices({name: text for name, (text, _) in transfer_names().items()})
        for row, (_, note) in enumerate(transfer_names().values()):
            self.transfer.setItemData(row, note, 3)  # Qt.ToolTipRole
        self.folder, self.choose = QLineEdit(), QPushButton("…")
        self.name = QLineEdit()
        fields = " ".join(f"{{{field}}}" for field in engine.NAME_FIELDS)
        self.name.setToolTip(self.tr("These fields are replaced: {fields}").format(fields=fields))
        written = {
            kind: text
            for kind, text in FORMATS.items()
            if kind != "jxl" or ".jxl" in engine.WRITTEN_SUFFIXES
        }
        self.format, self.quality = self._translated(written), QSpinBox()
        self.view, self.animation = self._translated(VIEWS), self._translated(ANIMATIONS)
        self.fps = QSpinBox()
        self.faces, self.numbers = self._translated(FACES), QLineEdit()
        self.faces.setToolTip(self.tr("Which faces of each photo get the pose"))
        self.sheet = QCheckBox(self.tr("A contact sheet of all pictures"))
        self.sheet_faces = QCheckBox(self.tr("Only the faces"))
        self.sheet_faces.setToolTip(self.tr("The contact sheet shows the square around each face"))
        self.overwrite = QCheckBox(self.tr("Overwrite pictures that exist"))
        self.note = QCheckBox(self.tr("Note in the pictures that they were edited"))
        self.note.setToolTip(
            self.tr(
                "XMP: that a trained model made parts of it, and which. EXIF and colours are kept."
            )
        )
        self._fill()
        self._lay_out()
        guard_wheel(self)
        self._wire()

    def batch(self, pose: Path, masks: Path, model: Path | None, device: str) -> ExportBatch:
        """The batch that the form describes.

        pose   the file of the editor's pose
        masks  the folder with the keep mask of the editor's photo

        Raises ReposeError when the values of the fields are invalid.
        """
        chosen = self.targets.paths
        poses = [path for path in chosen if _holds_poses(path)]
        if self.edited_pose.isChecked():
            poses.append(pose)
        folder = self.folder.text().strip()
        if not folder:
            raise engine.ReposeError(self.tr("Choose a folder for the pictures."))
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
            face=self.faces.currentData() or self.numbers.text(),
            view=self.view.currentData(),
            out=out,
            name=self.name.text().strip(),
            format=self.format.currentData(),
            quality=self.quality.value(),
            note=self.note.isChecked(),
            place=keeps_place(),
            masks=masks if self.kept.isChecked() else None,
            overwrite=self.overwrite.isChecked(),
            sheet=out / SHEET if self.sheet.isChecked() else None,
            sheet_faces=self.sheet.isChecked() and self.sheet_faces.isChecked(),
            animation=out / f"{ANIMATION}{animation}" if animation else None,
            fps=self.fps.value(),
            model=model,
            device=device,
            precision=precision(),
        )

    def choose_faces(self, face: str) -> None:
        """Choose the faces of each photo, as text: see `ExportBatch`."""
        row = self.faces.findData(face)
        if row < 0:
            row = self.faces.findData(BY_NUMBER)
            self.numbers.setText(face)
        self.faces.setCurrentIndex(row)

    def offer_poses(self, named: Iterable[tuple[str, Path]]) -> None:
        """Offer named poses, the name and the pose file of each, for the list of poses."""
        self.named.clear()
        for name, path in named:
            action = self.named.addAction(name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, n=name, p=path: self.targets.add([p], n))

    def _add_named(self) -> None:
        button = QPushButton(self.tr("Named pose"))
        button.setToolTip(self.tr("Add a pose of the panel Expression and poses"))
        button.setMenu(self.named)
        self.targets.add_button(button)

    def _fill(self) -> None:
        self.sources.setMinimumHeight(130)
        self.targets.setMinimumHeight(100)
        self.quality.setRange(1, 100)
        self.quality.setValue(90)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.fps.setRange(1, 50)
        self.fps.setValue(8)
        self.fps.setSuffix(self.tr(" fps"))
        self.fps.setFixedWidth(96)
        self.fps.setAccessibleName(self.tr("Pictures per second"))
        self.fps.setToolTip(self.fps.accessibleName())
        self.numbers.setText("1")
        self.numbers.setFixedWidth(72)
        self.numbers.setAccessibleName(self.tr("Numbers of the faces"))
        self.numbers.setToolTip(
            self.tr("1 is the largest face, 2 the second largest; several with commas, such as 1,3")
        )
        self.note.setChecked(notes_edits())
        self.folder.setAccessibleName(self.tr("Folder for the pictures"))
        self.name.setAccessibleName(self.tr("Name of the pictures"))
        self.choose.setObjectName("small")
        self.choose.setAutoDefault(False)
        self.choose.setToolTip(self.tr("Choose the folder"))
        self.choose.setAccessibleName(self.choose.toolTip())
        self.folder_field = CheckedField(_line(self.folder, self.choose), marked=self.folder)
        self.name_field = CheckedField(self.name)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(8)
        left.addWidget(_heading(self.tr("Photos"), self.tr("each of these …")))
        left.addWidget(self.sources, 3)
        left.addWidget(self.kept)
        left.addSpacing(6)
        left.addWidget(
            _heading(self.tr("Poses"), self.tr("… in the pose of each of these (none: its own)"))
        )
        left.addWidget(self.edited_pose)
        left.addWidget(self.targets, 2)
        left.addSpacing(6)
        turned = _heading(self.tr("Turned by"))
        self.turned = turned.findChildren(QLabel)[-1]
        left.addWidget(turned)
        left.addWidget(self.sweeps)
        right.addWidget(_heading(self.tr("Pictures")))
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.quality_label = QLabel(self.tr("Quality"))
        self.quality.setFixedWidth(60)
        for name, field in (
            (self.tr("Folder"), self.folder_field),
            (self.tr("Name"), self.name_field),
            (self.tr("Format"), _line(self.format, self.quality_label, self.quality)),
            (self.tr("Show"), self.view),
            (self.tr("Faces"), _line(self.faces, self.numbers)),
            (self.tr("Pose of photos"), self.transfer),
            (self.tr("Animation"), _line(self.animation, self.fps)),
        ):
            form.addRow(name, field)
        right.addLayout(form)
        right.addSpacing(4)
        for box in (_line(self.sheet, self.sheet_faces), self.note, self.overwrite):
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
            self.edited_pose.toggled, self.kept.toggled,
            self.folder.textChanged, self.name.textChanged,
            self.format.currentIndexChanged, self.quality.valueChanged,
            self.view.currentIndexChanged, self.transfer.currentIndexChanged,
            self.faces.currentIndexChanged, self.numbers.textChanged,
            self.animation.currentIndexChanged, self.fps.valueChanged, self.sheet.toggled,
            self.sheet_faces.toggled,
            self.overwrite.toggled, self.note.toggled,
        ):  # fmt: skip
            signal.connect(lambda *_: self.changed.emit())
        self.choose.clicked.connect(self._choose_folder)
        self.format.currentIndexChanged.connect(self._show_quality)
        self._show_quality()
        self.animation.currentIndexChanged.connect(self._show_fps)
        self._show_fps()
        self.faces.currentIndexChanged.connect(self._show_numbers)
        self._show_numbers()
        self.sheet.toggled.connect(self.sheet_faces.setVisible)
        self.sheet_faces.setVisible(False)
        self.edited_pose.toggled.connect(self._show_turned)
        self._show_turned()

    def _show_turned(self) -> None:
        """Say which pose the angles are added to."""
        self.turned.setText(
            self.tr("from the pose in the editor, all combinations")
            if self.edited_pose.isChecked()
            else self.tr("from the pose, all combinations")
        )

    def _translated(self, texts: Mapping[str, Any]) -> QComboBox:
        return _choices({value: self.tr(text) for value, text in texts.items()})

    def _show_quality(self) -> None:
        shown = self.format.currentData() in WITH_QUALITY
        self.quality.setVisible(shown)
        self.quality_label.setVisible(shown)

    def _show_numbers(self) -> None:
        self.numbers.setVisible(self.faces.currentData() == BY_NUMBER)

    def _show_fps(self) -> None:
        self.fps.setVisible(bool(self.animation.currentData()))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the pictures"), self.folder.text()
        )
        if name:
            settings().setValue("folder/exports", name)
            self.folder.setText(name)


def _holds_poses(path: Path) -> bool:
    return path.suffix.lower() in engine.POSE_SUFFIXES or _folder_of(path, engine.POSE_SUFFIXES)


def _holds_photos(path: Path) -> bool:
    return not _holds_poses(path) or _folder_of(path, engine.PHOTO_SUFFIXES)


def _folder_of(path: Path, suffixes: tuple[str, ...]) -> bool:
    """Whether a path is a folder that has a file with one of these suffixes."""
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
