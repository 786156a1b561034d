"""The form for a new training: data, preset, settings, folder of the run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.style.preferences import settings
from gui.training.data_rows import LAYOUTS, DataRows
from gui.training.settings_tree import SettingsTree
from gui.training.start_fields import ModelField, RunField
from gui.widgets.checked_field import CheckedField, restyle
from gui.widgets.wheel import guard_wheel
from gui.widgets.window_size import resize_within_screen
from gui.workers.background import Background
from gui.workers.train_process import Preset, RunPlan, Stages

if TYPE_CHECKING:
    from engine import Config

PRESETS: tuple[tuple[str, Any], ...] = (
    ("default", QT_TRANSLATE_NOOP("TrainingForm", "default: guided, for new people")),
    ("report", QT_TRANSLATE_NOOP("TrainingForm", "report: the published experiment")),
)
STAGES: tuple[tuple[str, Any], ...] = (
    ("both", QT_TRANSLATE_NOOP("TrainingForm", "both, one after the other")),
    ("1", QT_TRANSLATE_NOOP("TrainingForm", "1: G1, the coarse image")),
    ("2", QT_TRANSLATE_NOOP("TrainingForm", "2: G2 against D, the refinement")),
)
NUMBERS: tuple[tuple[str, Any, Any], ...] = (
    (
        "stage1.epochs",
        QT_TRANSLATE_NOOP("TrainingForm", "Epochs of stage 1"),
        QT_TRANSLATE_NOOP("TrainingForm", "How often each picture is used as source in stage 1."),
    ),
    (
        "stage2.epochs",
        QT_TRANSLATE_NOOP("TrainingForm", "Epochs of stage 2"),
        QT_TRANSLATE_NOOP("TrainingForm", "How often each picture is used as source in stage 2."),
    ),
    (
        "batch",
        QT_TRANSLATE_NOOP("TrainingForm", "Batch"),
        QT_TRANSLATE_NOOP("TrainingForm", "Pairs per step, in both stages."),
    ),
)
IN_FORM = ("stage1.epochs", "stage2.epochs", "stage1.batch", "stage2.batch", "data.layout")


class TrainingForm(QDialog):
    """Checks its values after each change; emits `started` with the plan."""

    started = Signal(object)  # RunPlan

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New training"))
        self.data = DataRows(background)
        self.preset, self.stages, self.device = (QComboBox() for _ in range(3))
        for box, choices in ((self.preset, PRESETS), (self.stages, STAGES)):
            for value, text in choices:
                box.addItem(self.tr(text), value)
        self.device.addItem("auto", "auto")
        background.run(engine.usable_devices, self._show_devices, owner=self)
        self.numbers = {name: CheckedField(QLineEdit()) for name, _, _ in NUMBERS}
        self.model, self.folder = ModelField(), RunField()
        self.settings = SettingsTree(IN_FORM)
        self.all_settings = QPushButton()
        self.problem = QLabel()
        self.start, self.copy = (
            QPushButton(self.tr("Start training")),
            QPushButton(self.tr("Copy as command")),
        )
        self._settings_problem = ""
        self._lay_out()
        guard_wheel(self)
        self._fill()
        self._wire()
        self._recall()
        self.refresh()

    def plan(self) -> RunPlan | None:
        """The training that the form describes; None while a value is wrong."""
        config = self._config()
        if config is None or self._problems():
            return None
        return RunPlan(
            self.folder.path,
            replace(config, data=replace(config.data, folders=self.data.sources)),
            cast(Preset, self.preset.currentData()),
            cast(Stages, self.stages.currentData()),
            str(self.device.currentData()),
            self.model.path,
        )

    def refresh(self) -> None:
        """Check all values and show the problems."""
        stages = self.stages.currentData()
        self.numbers["stage1.epochs"].setEnabled(stages != "2")
        self.numbers["stage2.epochs"].setEnabled(stages != "1")
        self.copy.setText(self.tr("Copy as command"))
        base = self._base()
        if base is not None:
            self.settings.show_settings(base)
        paths = [row.path for row in self.data.rows if row.path is not None]
        self.folder.suggest(paths[0].name if paths else "training")
        config = self._config()
        if config is not None:
            self.data.use(config)
        problems = self._problems()
        # A problem that is shown at a field is not shown again below.
        shown = self.data.says_problem or any(f.problem for f in self._fields if f.isEnabled())
        self.problem.setText(problems[0] if problems and not shown else "")
        # An empty form is not shown as an error.
        if self.problem.objectName() != (name := "wrong" if self.data.sources else "paneNote"):
            self.problem.setObjectName(name)
            restyle(self.problem)
        for button in (self.start, self.copy):
            button.setEnabled(config is not None and not problems)

    def _problems(self) -> list[str]:
        wrong = [field.problem for field in self._fields if field.isEnabled()]
        return [text for text in (self.data.problem, *wrong, self._settings_problem) if text]

    @property
    def _fields(self) -> list[CheckedField]:
        return [self.model.checked, *self.numbers.values(), self.folder]

    def _base(self) -> Config | None:
        """The settings without changes: the preset's, or those of the model to start from."""
        config = self.model.config(needed=self.stages.currentData() == "2")
        self.preset.setEnabled(self.model.path is None)
        if config is None and not self.model.checked.problem:
            return engine.PRESETS[self.preset.currentData()]
        return config

    def _config(self) -> Config | None:
        """The settings with all changes; None while a value is wrong."""
        self._settings_problem = ""
        config = self._base()
        if config is None:
            return None
        right = True
        for name, field in self.numbers.items():
            names = ("stage1.batch", "stage2.batch") if name == "batch" else (name,)
            text = self._line(field).text()
            try:
                config = engine.with_settings(config, dict.fromkeys(names, text))
                field.set_problem("")
            except engine.ReposeError as error:
                field.set_problem(str(error))
                right = not field.isEnabled() and right
        try:
            config = engine.with_settings(config, self.settings.changes)
        except engine.ReposeError as error:
            self._settings_problem = str(error)
        self.settings.set_problem(self._settings_problem)
        changes = len(self.settings.changes)
        text = self.tr("All settings ({count} changed)") if changes else self.tr("All settings")
        self.all_settings.setText(text.format(count=changes))
        return config if right and not self._settings_problem else None

    def _fill(self) -> None:
        """Fill the number fields with the values of the preset."""
        base = self._base() or engine.PRESETS["default"]
        values = {"batch": base.stage1.batch}
        values |= {"stage1.epochs": base.stage1.epochs, "stage2.epochs": base.stage2.epochs}
        for name, value in values.items():
            self._line(self.numbers[name]).setText(str(value))

    def _show_devices(self, devices: tuple[str, ...]) -> None:
        for device in devices[1:]:
            self.device.addItem(device, device)

    def _wire(self) -> None:
        self.data.changed.connect(self.refresh)
        self.data.counted.connect(self.refresh)
        self.preset.currentIndexChanged.connect(self._fill)
        for box in (self.preset, self.stages, self.device):
            box.currentIndexChanged.connect(self.refresh)
        for field in self.numbers.values():
            self._line(field).textChanged.connect(self.refresh)
        self.model.changed.connect(self.refresh)
        self.folder.changed.connect(self.refresh)
        self.settings.changed.connect(self.refresh)
        self.all_settings.toggled.connect(self._show_settings)
        self.start.clicked.connect(self._start)
        self.copy.clicked.connect(self._copy)

    def _show_settings(self, shown: bool) -> None:
        self.settings.setVisible(shown)
        if shown:
            resize_within_screen(self, max(self.width(), 1080), self.height())

    def _start(self) -> None:
        plan = self.plan()
        if plan is not None:
            self._remember()
            self.started.emit(plan)

    def _remember(self) -> None:
        """Store the choices for the next training."""
        kept = {
            "folders": [(str(row.path), row.layout_box.currentData()) for row in self.data.rows],
            "choices": [box.currentData() for box in (self.preset, self.stages)],
            "numbers": {name: self._line(field).text() for name, field in self.numbers.items()},
            "model": self.model.line.text(),
        }
        settings().setValue("training/form", json.dumps(kept))

    def _recall(self) -> None:
        """Restore the choices of the last training."""
        try:
            kept = json.loads(str(settings().value("training/form", "{}")))
            folders = [(str(folder), str(layout)) for folder, layout in kept["folders"]]
            choices, numbers, model = kept["choices"], kept["numbers"], str(kept["model"])
            for box, value in zip((self.preset, self.stages), choices, strict=True):
                box.setCurrentIndex(max(box.findData(value), 0))
            for name, text in numbers.items():
                self._line(self.numbers[name]).setText(str(text))
        except (LookupError, TypeError, ValueError):  # nothing stored, or by another version
            return
        if Path(model).is_file():
            self.model.line.setText(model)
        there = [pair for pair in folders if pair[1] in LAYOUTS and Path(pair[0]).is_dir()]
        for row, (folder, layout) in zip(self.data.rows, there[:1], strict=False):
            row.set_layout(layout)
            row.folder.setText(folder)
        for folder, layout in there[1:]:
            self.data.add(folder, layout)

    def _copy(self) -> None:
        plan = self.plan()
        if plan is not None:
            QGuiApplication.clipboard().setText(plan.command_line())
            self.copy.setText(self.tr("Copied"))

    def _line(self, field: CheckedField) -> QLineEdit:
        return cast(QLineEdit, field.field)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        form.addRow(self.tr("Pictures"), self.data)
        form.addRow(self.tr("Preset"), self.preset)
        form.addRow(self.tr("Stages"), self.stages)
        for name, text, tip in NUMBERS:
            self.numbers[name].field.setToolTip(self.tr(tip))
            form.addRow(self.tr(text), self.numbers[name])
        form.addRow(self.tr("Device"), self.device)
        form.addRow(self.tr("Start from model"), self.model)
        form.addRow(self.tr("Folder of the run"), self.folder)
        self.all_settings.setText(self.tr("All settings"))
        self.all_settings.setCheckable(True)
        self.settings.hide()
        body = QWidget()
        body.setObjectName("plain")
        body.setLayout(form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(body)
        scroll.viewport().setObjectName("plain")
        scroll.setMinimumWidth(560)
        sides = QHBoxLayout()
        sides.setSpacing(16)
        sides.addWidget(scroll, 1)
        sides.addWidget(self.settings, 1)
        self.problem.setObjectName("wrong")
        self.problem.setWordWrap(True)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        for button in (self.copy, self.all_settings, cancel, self.start):
            button.setAutoDefault(False)
        self.start.setDefault(True)
        buttons.addWidget(self.all_settings)
        buttons.addWidget(self.copy)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.addLayout(sides, 1)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        resize_within_screen(self, 620, 600)
