"""Fields of a new training: the model to start from, and the folder of the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

import engine
from gui.training.run_watcher import free_folder
from gui.widgets.checked_field import CheckedField
from gui.widgets.file_dialogs import MODEL_SUFFIXES, ask_open

if TYPE_CHECKING:
    from engine import Config


class ModelField(QWidget):
    """An optional model file; `config` reads its settings."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.checked = CheckedField(self.line, self.tr("Empty: start from random weights."))
        choose, default = QPushButton("…"), QPushButton(self.tr("Default model"))
        choose.setToolTip(self.tr("Choose a model"))
        choose.setObjectName("small")
        choose.clicked.connect(self._choose)
        default.setToolTip(self.tr("Start from the model that comes with Repose"))
        default.clicked.connect(
            lambda: self.line.setText(str(engine.resource("default.safetensors")))
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.checked, 1)
        for button in (choose, default):
            button.setAutoDefault(False)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.line.textChanged.connect(self.changed)

    @property
    def path(self) -> Path | None:
        """The model; None if the field is empty."""
        text = self.line.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def config(self, needed: bool) -> Config | None:
        """The model's settings, with the stages of the default preset.

        None if the field is empty, which is an error if `needed`, or if the model cannot be read;
        errors are shown below the field.
        """
        self.checked.set_problem("")
        if self.path is None:
            if needed:
                self.checked.set_problem(self.tr("Stage 2 alone needs a model with a trained G1."))
            return None
        try:
            config = engine.model_config(self.path)
        except engine.ReposeError as error:
            self.checked.set_problem(str(error))
            return None
        default = engine.PRESETS["default"]
        return replace(config, stage1=default.stage1, stage2=default.stage2)

    def _choose(self) -> None:
        path = ask_open(
            self, self.tr("Model to start from"), self.tr("Models"), MODEL_SUFFIXES, "models"
        )
        if path is not None:
            self.line.setText(str(path))


class RunField(CheckedField):
    """The folder of a run; it suggests an unused one until the user edits it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.line = QLineEdit()
        choose = QPushButton("…")
        choose.setObjectName("small")
        choose.setAutoDefault(False)
        fields = QWidget()
        layout = QHBoxLayout(fields)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.line, 1)
        layout.addWidget(choose)
        super().__init__(fields, marked=self.line, parent=parent)
        self.line.setAccessibleName(self.tr("Folder of the run"))
        choose.setToolTip(self.tr("Choose the folder of the run"))
        choose.setAccessibleName(choose.toolTip())
        choose.clicked.connect(self._choose)
        self._own = False  # whether the user has edited it
        self.suggest("training")
        self.line.textChanged.connect(self._check)
        self.line.textEdited.connect(self._edited)

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self.line.text().strip()).expanduser().absolute()

    def suggest(self, name: str) -> None:
        """Suggest an unused folder of this name, unless the user has edited the field."""
        if not self._own and self.line.text() != (folder := str(free_folder(name))):
            self.line.setText(folder)

    def _edited(self, text: str) -> None:
        self._own = bool(text)

    def _choose(self) -> None:
        """Ask for a folder; in one that is not empty, a new one is suggested."""
        title, start = self.tr("Folder of the run"), str(self.path.parent)
        name = QFileDialog.getExistingDirectory(self, title, start)
        if name:
            folder = Path(name)
            taken = any(folder.iterdir()) if folder.is_dir() else False
            self._own = True
            self.line.setText(str(free_folder(self.path.name, folder) if taken else folder))

    def _check(self) -> None:
        self.set_problem(self._problem())
        self.changed.emit()

    def _problem(self) -> str:
        if not self.line.text().strip():
            return self.tr("Choose a folder for the run.")
        folder = self.path
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                return self.tr("{folder} is not empty: choose a new folder.").format(folder=folder)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            return self.tr("{folder} cannot be used: {why}.").format(folder=folder, why=why)
        return ""
