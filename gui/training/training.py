"""`Training`: the dock with the runs, the forms, and the button in the status bar."""

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
    """Owns the dock, the forms and the watcher. The panel is created when it is first shown.

    Importing the plots is slow and would delay the start of the editor.
    """

    failed = Signal(str)
    done = Signal(str)
    model_chosen = Signal(object)  # Path

    def __init__(self, document: Document, window: QMainWindow) -> None:
        super().__init__(window)
        self._document, self._window = document, window
        self.watcher = RunWatcher(self)
        # A thread of its own, so that listing a slow disk does not delay the opening of photos.
        self.background = Background(self)
        self.panel: TrainingPanel | None = None
        self.form: TrainingForm | PersonaliseDialog | None = None
        self._to_use: set[Path] = set()  # folders of runs whose model is to be used when finished
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
        self.state.setObjectName("state")
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
        """The action that shows and hides the dock."""
        return self.dock.toggleViewAction()

    def start(self) -> None:
        """Find the runs and watch them."""
        self.watcher.start()

    def stop(self) -> None:
        """Stop the background thread: the window closes. Runs continue."""
        self.background.stop()

    def show(self, run: engine.RunFolder | None = None) -> None:
        """Show the dock; with a run, select it."""
        if not self.dock.isVisible():
            self.dock.show()
            self._make_room()
        self.dock.raise_()
        self._make_panel(True)
        if self.panel is not None and isinstance(run, engine.RunFolder):
            self.panel.choose(run)

    def new_training(self) -> None:
        """Show the form for a new training."""
        from gui.training.training_form import TrainingForm

        self.form = TrainingForm(self.background, self._window)
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.started.connect(self._start)
        self.form.open()

    def personalise(self) -> None:
        """Show the dialog Personalise."""
        from gui.training.personalise import PersonaliseDialog

        self.form = PersonaliseDialog(self._document, self.background, self._window)
        self.form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.started.connect(self._start_personal)
        self.form.open()

    def choose_run(self) -> None:
        """Ask for the folder of a run and watch it."""
        folder = QFileDialog.getExistingDirectory(
            self._window, self.tr("Folder of a run"), str(runs_folder())
        )
        if folder:
            self.open_run(Path(folder))

    def open_run(self, folder: Path) -> None:
        """Watch the run in a folder."""
        if engine.is_run(folder):
            self.show(self.watcher.add(folder))
        else:
            self.failed.emit(self.tr("{folder} is not the folder of a run.").format(folder=folder))

    def _start(self, plan: RunPlan) -> None:
        self._run(plan.start, plan.folder)

    def _start_personal(self, fine_tune: FineTunePlan) -> None:
        if fine_tune.use:
            self._to_use.add(fine_tune.run.folder)
        self._run(fine_tune.start, fine_tune.run.folder)

    def _run(self, start: Callable[[], None], folder: Path) -> None:
        """Start a training in the background thread: its folder may be on a slow disk."""

        def started(_nothing: None) -> None:
            self.show(self.watcher.add(folder))
            text = self.tr("The training {name} runs in the background")
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
                text = self.tr("{name} is finished; its model is in use")
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
        """Widen the window by the dock's width, as far as the screen allows."""
        window = self._window
        if window.tabifiedDockWidgets(self.dock):
            self.dock.raise_()
            return
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
    """A title bar in the theme's colours: the dock's title and a close button."""
    bar = QWidget()
    bar.setObjectName("dockTitle")
    bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    close = QToolButton()
    close.setText("✕")
    close.setToolTip(QCoreApplication.translate("Training", "Close the panel; trainings continue"))
    close.setAccessibleName(close.toolTip())
    close.clicked.connect(dock.close)
    layout = QHBoxLayout(bar)
    layout.setContentsMargins(12, 2, 4, 2)
    layout.addWidget(QLabel(dock.windowTitle()))
    layout.addStretch()
    layout.addWidget(close)
    return bar
