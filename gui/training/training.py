"""Training in the editor: the dock, the forms, and what the status bar says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QToolButton,
    QWidget,
)

import engine
from gui.document.document import Document
from gui.training.run_watcher import RunWatcher, runs_folder
from gui.workers.background import Background
from gui.workers.train_process import RunPlan

if TYPE_CHECKING:
    from gui.training.personalise import FineTunePlan, PersonaliseDialog
    from gui.training.training_form import TrainingForm
    from gui.training.training_panel import TrainingPanel


WIDTH = 430  # pixels of the dock, at first


class Training(QObject):
    """What needs plots is made when it is first shown, so that the editor opens as fast."""

    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path

    def __init__(self, document: Document, window: QMainWindow) -> None:
        super().__init__(window)
        self._document, self._window = document, window
        self.watcher = RunWatcher(self)
        # Of its own: listing a slow disk must not hold up the opening of photos.
        self.background = Background(self)
        self.panel: TrainingPanel | None = None
        self.form: TrainingForm | PersonaliseDialog | None = None
        self._to_use: set[Path] = set()  # folders of runs
        self.dock = QDockWidget(self.tr("Training"), window)
        self.dock.setObjectName("training")
        self.dock.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.dock.setTitleBarWidget(_title_bar(self.dock))
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self.dock.visibilityChanged.connect(self._make_panel)
        self.action.triggered.connect(lambda shown: self._make_room() if shown else None)
        self.state = QPushButton()
        self.state.setObjectName("trainingState")
        self.state.setToolTip(self.tr("Show the training"))
        self.state.clicked.connect(self.show)
        self.state.hide()
        window.statusBar().insertPermanentWidget(0, self.state)
        self.background.failed.connect(self.failed)
        for signal in (self.watcher.added, self.watcher.removed, self.watcher.changed):
            signal.connect(self._show_state)
        self.watcher.changed.connect(self._use_when_done)

    @property
    def action(self) -> QAction:
        """Shows and hides the dock."""
        return self.dock.toggleViewAction()

    def start(self) -> None:
        """Find the runs; those that go on are watched again."""
        self.watcher.start()

    def stop(self) -> None:
        """The window closes; runs go on."""
        self.background.stop()

    def show(self, run: engine.RunFolder | None = None) -> None:
        """Show the dock, and a run in it."""
        if not self.dock.isVisible():
            self._make_room()
        self.dock.show()
        self.dock.raise_()
        self._make_panel(True)
        if self.panel is not None and isinstance(run, engine.RunFolder):
            self.panel.choose(run)

    def new_training(self) -> None:
        """Ask what to train."""
        from gui.training.training_form import TrainingForm

        self.form = TrainingForm(self.background, self._window)
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.started.connect(self._start)
        self.form.open()

    def personalise(self) -> None:
        """Ask for whom to fit the default model."""
        from gui.training.personalise import PersonaliseDialog

        self.form = PersonaliseDialog(self._document, self.background, self._window)
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.started.connect(self._start_personal)
        self.form.open()

    def choose_run(self) -> None:
        """Watch a run that was started elsewhere."""
        folder = QFileDialog.getExistingDirectory(
            self._window, self.tr("Folder of a run"), str(runs_folder())
        )
        if folder:
            self.open_run(Path(folder))

    def open_run(self, folder: Path) -> None:
        """Watch a run that lies anywhere."""
        if engine.is_run(folder):
            self.show(self.watcher.add(folder))
        else:
            self.failed.emit(self.tr("{folder} holds no run.").format(folder=folder))

    def _start(self, plan: RunPlan) -> None:
        self._run(plan.start, plan.folder)

    def _start_personal(self, wish: FineTunePlan) -> None:
        if wish.use:
            self._to_use.add(wish.plan.folder)
        self._run(wish.start, wish.plan.folder)

    def _run(self, start: Callable[[], None], folder: Path) -> None:
        """Start a training off this thread, for a slow disk must not hold up the window."""

        def started(_nothing: None) -> None:
            self.show(self.watcher.add(folder))
            text = self.tr("The training {name} goes on in the background")
            self.done.emit(text.format(name=folder.name))

        if self.form is not None:
            self.form.close()
            self.form = None
        self.background.run(start, started)

    def _use_when_done(self, run: engine.RunFolder) -> None:
        if run.folder in self._to_use and not run.status.alive:
            self._to_use.discard(run.folder)
            if run.status.state == "finished" and "best" in run.models:
                self.model_chosen.emit(run.models["best"])
                text = self.tr("{name} is done, and its model in use")
                self.done.emit(text.format(name=run.folder.name))

    def _make_panel(self, visible: bool) -> None:
        if not visible or self.panel is not None:
            return
        from gui.training.training_panel import TrainingPanel

        self.panel = TrainingPanel(self.watcher, self.new_training, self.personalise)
        for signal, to in (
            (self.panel.failed, self.failed),
            (self.panel.done, self.done),
            (self.panel.model_chosen, self.model_chosen),
        ):
            signal.connect(to)
        self.dock.setWidget(self.panel)

    def _make_room(self) -> None:
        """Widen the window by the dock, as far as the screen allows, so that the photo stays."""
        window = self._window
        screen = window.screen().availableGeometry()
        if not window.isMaximized() and not window.isFullScreen():
            wide = min(window.width() + WIDTH, max(window.width(), screen.right() - window.x()))
            window.resize(wide, window.height())

    def _show_state(self) -> None:
        alive = [run.status for run in self.watcher.runs if run.status.alive]
        self.state.setVisible(bool(alive))
        if len(alive) == 1:
            self.state.setText(self.tr("training {name}").format(name=alive[0].folder.name))
        elif alive:
            self.state.setText(self.tr("{count} trainings").format(count=len(alive)))


def _title_bar(dock: QDockWidget) -> QWidget:
    """The dock's title with a button that closes it, legible on dark grey."""
    bar = QWidget()
    bar.setObjectName("dockTitle")
    bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    close = QToolButton()
    close.setText("✕")
    close.setToolTip(QCoreApplication.translate("Training", "Close the panel; trainings go on"))
    close.setAccessibleName(close.toolTip())
    close.clicked.connect(dock.close)
    layout = QHBoxLayout(bar)
    layout.setContentsMargins(12, 2, 4, 2)
    layout.addWidget(QLabel(dock.windowTitle()))
    layout.addStretch()
    layout.addWidget(close)
    return bar
