"""The dialog Personalise, which starts a fine-tuning of the default model to one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.style.preferences import settings
from gui.training.run_watcher import free_folder
from gui.widgets.checked_field import CheckedField
from gui.widgets.file_dialogs import pictures_folder
from gui.widgets.wheel import guard_wheel
from gui.workers.background import Background, explain
from gui.workers.train_process import RunPlan

if TYPE_CHECKING:
    from engine import Landmarks
    from gui.document.document import Document
    from gui.document.photo import Photo

PAUSE_MS = 400


@dataclass(frozen=True)
class FineTunePlan:
    """A fine-tuning to start.

    run      the training
    lay_out  writes the pictures to the run's folder and returns the data source
    use      whether to use the model in the editor when the training is finished
    """

    run: RunPlan
    lay_out: Callable[[], str]
    use: bool

    def start(self) -> None:
        """Write settings and pictures, and start the training. Raises ReposeError."""
        plan = self.run
        engine.write_config(plan.folder, plan.config)
        data = replace(plan.config.data, folders=(self.lay_out(),))
        replace(plan, config=replace(plan.config, data=data)).start(laid_out=True)


class PersonaliseDialog(QDialog):
    """Fine-tunes with the open photo, or with a folder of pictures of one person."""

    started = Signal(object)  # FineTunePlan

    def __init__(
        self, document: Document, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Personalise"))
        self._background, self._round, self._pictures = background, 0, 0
        self._photo: Photo | None = document.photo
        self._landmarks: Landmarks | None = None if document.correcting else document.landmarks
        name = self._photo.path.name if self._photo is not None else ""
        self.from_photo = QRadioButton(
            self.tr("From the open photo alone ({name})").format(name=name) if name else ""
        )
        self.from_folder = QRadioButton(self.tr("From a folder of pictures of this person"))
        self.folder = CheckedField(QLineEdit(), self.tr("At least four; more angles are better."))
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(0.1, 600)
        self.minutes.setDecimals(1)
        self.minutes.setValue(5)
        self.minutes.setSuffix(self.tr(" minutes"))
        self.minutes.setMaximumWidth(130)
        self.use = QCheckBox(self.tr("Use the model in the editor when it is done"))
        self.use.setChecked(True)
        self.start = QPushButton(self.tr("Start"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._count)
        self._lay_out()
        possible = self._photo is not None and self._landmarks is not None
        self.from_photo.setVisible(possible)
        (self.from_photo if possible else self.from_folder).setChecked(True)
        self._line.textChanged.connect(self._typed)
        self.from_photo.toggled.connect(self._typed)
        self._typed()

    @property
    def _line(self) -> QLineEdit:
        line = self.folder.field
        assert isinstance(line, QLineEdit)
        return line

    def plan(self) -> FineTunePlan:
        """The fine-tuning that the dialog describes."""
        model = engine.resource("default.safetensors")
        config, minutes = engine.model_config(model), self.minutes.value()
        photo, landmarks = self._photo, self._landmarks
        if self.from_photo.isChecked() and photo is not None and landmarks is not None:
            run = free_folder(self.tr("{name} personal").format(name=photo.path.stem))
            config = engine.personal_config(config, 1, minutes)
            pixels = photo.pixels

            def lay_out() -> str:
                return engine.lay_out_photo(run, pixels, landmarks)

        else:
            folder = Path(self._line.text().strip()).expanduser().absolute()
            run = free_folder(self.tr("{name} personal").format(name=folder.name))
            config = engine.personal_config(config, self._pictures, minutes)

            def lay_out() -> str:
                return engine.lay_out_pictures(run, folder)

        plan = RunPlan(run, config, stages="1", model=model)
        return FineTunePlan(plan, lay_out, self.use.isChecked())

    def _typed(self) -> None:
        """Schedule a check of the folder."""
        chosen = self.from_folder.isChecked()
        self.folder.setEnabled(chosen)
        self._round += 1
        self._pictures = 0
        self.folder.set_problem("")
        self.start.setEnabled(not chosen)
        if chosen and self._line.text().strip():
            self._timer.start()

    def _count(self) -> None:
        folder, now = Path(self._line.text().strip()).expanduser().absolute(), self._round
        self._background.run(
            lambda: _counted(folder), lambda count: self._show(count, now), owner=self
        )

    def _show(self, count: int | str, asked: int) -> None:
        if asked != self._round:
            return  # outdated by a later change
        if isinstance(count, str):
            self.folder.set_problem(count)
        else:
            self._pictures = count
            self.folder.set_note(self.tr("{count} pictures").format(count=count))
            self.start.setEnabled(True)

    def _choose(self) -> None:
        start = self._line.text() or str(settings().value("folder/person", pictures_folder()))
        folder = QFileDialog.getExistingDirectory(self, self.tr("Pictures of one person"), start)
        if folder:
            settings().setValue("folder/person", folder)
            self.from_folder.setChecked(True)
            self._line.setText(folder)

    def _lay_out(self) -> None:
        about = QLabel(
            self.tr(
                "Fits the default model to one person, in the background. Held-out pictures of the"
                " person show whether it helps. Several photos from different sides help most: with"
                " one photo, Repose can only train on views that it generates from it."
            )
        )
        about.setWordWrap(True)
        choose, cancel = QPushButton("…"), QPushButton(self.tr("Cancel"))
        choose.setObjectName("small")
        choose.setToolTip(self.tr("Choose the folder"))
        choose.clicked.connect(self._choose)
        cancel.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.setContentsMargins(24, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.folder, 1)
        for button in (choose, cancel, self.start):
            button.setAutoDefault(False)
        self.start.setDefault(True)
        self.start.clicked.connect(lambda: self.started.emit(self.plan()))
        form = QFormLayout()
        form.addRow(self.tr("For at most"), self.minutes)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(about)
        layout.addWidget(self.from_photo)
        layout.addWidget(self.from_folder)
        layout.addLayout(line)
        line.addWidget(choose, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(form)
        layout.addWidget(self.use)
        layout.addStretch()
        layout.addLayout(buttons)
        self.resize(480, 320)
        guard_wheel(self)


def _counted(folder: Path) -> int | str:
    """The number of pictures in a folder, or an error as a sentence."""
    try:
        return len(engine.list_person(folder))
    except Exception as error:  # shown at the field
        return explain(error)
