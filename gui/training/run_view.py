"""The view of one run: its state, buttons, curves, samples and log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.training.plots import Plots
from gui.training.sample_strip import SampleStrip
from gui.widgets.file_dialogs import ask_yes
from gui.workers.train_process import resume, resume_line

PHASES: dict[str, Any] = {
    "stage1": QT_TRANSLATE_NOOP("RunView", "Stage 1"),
    "pretraining": QT_TRANSLATE_NOOP("RunView", "Stage 2: D alone"),
    "stage2": QT_TRANSLATE_NOOP("RunView", "Stage 2"),
}
ASKED: dict[str, Any] = {
    "stop now": QT_TRANSLATE_NOOP("RunView", "Stopping…"),
    "stop after epoch": QT_TRANSLATE_NOOP("RunView", "Stops after this epoch."),
    "save": QT_TRANSLATE_NOOP("RunView", "Saving…"),
    "pause": QT_TRANSLATE_NOOP("RunView", "Pausing…"),
}
LIVE = ("starting", "running", "paused")


class RunView(QWidget):
    """Shows one run; `refresh` shows its new state."""

    failed = Signal(str)
    model_chosen = Signal(object)  # Path
    forgotten = Signal(object)  # RunFolder
    done = Signal(str)
    look = Signal()  # a request was sent: check the runs now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run: engine.RunFolder | None = None
        self.name, self.line, self.note = QLabel(), QLabel(), QLabel()
        self.name.setObjectName("paneTitle")
        self.note.setObjectName("wrong")
        for label in (self.line, self.note):
            label.setWordWrap(True)
        self.pause, self.go_on = QPushButton(self.tr("Pause")), QPushButton(self.tr("Resume"))
        self.stop, self.more = QPushButton(self.tr("Stop")), QPushButton(self.tr("More"))
        self.best, self.last = (
            QPushButton(self.tr("Use the best")),
            QPushButton(self.tr("Use the newest")),
        )
        for button, tip in (
            (self.best, self.tr("Use the model with the best score in the editor")),
            (self.last, self.tr("Use the newest model in the editor")),
        ):
            button.setToolTip(tip)
        self.plots, self.samples = Plots(), SampleStrip()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setObjectName("log")
        self.log.setMaximumHeight(150)
        self._log_wanted = False
        self._height = 0
        self._menus()
        self._lay_out()
        self.pause.clicked.connect(lambda: self._ask("pause"))
        self.go_on.clicked.connect(self._go_on)
        self.best.clicked.connect(lambda: self._use("best"))
        self.last.clicked.connect(lambda: self._use("last"))
        self.show_run(None)

    def show_run(self, run: engine.RunFolder | None) -> None:
        """Show another run; None: hide the view."""
        self.run = run
        self._log_wanted = False
        self.setVisible(run is not None)
        if run is not None:
            self._height = run.picture_height
            self.samples.show_samples(run.samples, self._height, from_start=True)
            self.refresh()

    def refresh(self) -> None:
        """Show the current state of the run."""
        run = self.run
        if run is None:
            return
        status, state = run.status, run.status.state
        self.name.setText(run.folder.name)
        self.name.setToolTip(str(run.folder))
        self.line.setText(" · ".join(self._facts(status, run.log(1))))
        self.note.setText(self._problem(status))
        self.note.setVisible(bool(self.note.text()))
        self.pause.setVisible(state in ("starting", "running"))
        self.pause.setEnabled(state == "running" and not status.asked)
        self.go_on.setVisible(state not in ("starting", "running", "finished"))
        self.go_on.setEnabled(state == "paused" or run.resumable)
        self.stop.setVisible(state in LIVE)
        self._after_epoch.setEnabled(state == "running")
        self._save.setEnabled(state in ("running", "paused"))
        models = run.models
        self.best.setEnabled("best" in models)
        self.last.setEnabled("last" in models)
        self._forget.setEnabled(state not in LIVE)
        self.plots.show_curves(run.curves)
        self.samples.show_samples(run.samples, self._height)
        shows_log = self._log_wanted or state in ("failed", "crashed")
        self.log.setVisible(shows_log)
        if shows_log:
            self._show_log(run.log())

    def _menus(self) -> None:
        stop, more = QMenu(self), QMenu(self)
        self._after_epoch = _add(
            stop, self.tr("After this epoch"), lambda: self._ask("stop after epoch")
        )
        _add(stop, self.tr("Now"), lambda: self._ask("stop now"))
        self._save = _add(more, self.tr("Save a checkpoint now"), lambda: self._ask("save"))
        _add(more, self.tr("Show the log"), self._toggle_log)
        _add(more, self.tr("Copy as command"), self._copy)
        _add(more, self.tr("Open the folder"), self._open)
        more.addSeparator()
        self._forget = _add(more, self.tr("Remove from this list…"), self._leave)
        for button, menu in ((self.stop, stop), (self.more, more)):
            button.setMenu(menu)

    def _lay_out(self) -> None:
        buttons, models = QHBoxLayout(), QHBoxLayout()
        for line, members in (
            (buttons, (self.pause, self.go_on, self.stop, self.more)),
            (models, (self.best, self.last)),
        ):
            line.setSpacing(6)
            for button in members:
                line.addWidget(button)
            line.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.name)
        layout.addLayout(buttons)
        layout.addLayout(models)
        for label in (self.line, self.note):
            layout.addWidget(label)
        for part in (self.log, self.plots, self.samples):
            layout.addWidget(part)
        layout.addStretch()

    def _show_log(self, text: str) -> None:
        if text != self.log.toPlainText():
            self.log.setPlainText(text)
            bar = self.log.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _ask(self, request: engine.Request) -> None:
        run = self.run
        if run is not None:
            self._try(lambda: run.ask(request))

    def _go_on(self) -> None:
        run = self.run
        if run is not None:
            self._try(run.go_on if run.status.state == "paused" else lambda: resume(run))

    def _use(self, which: str) -> None:
        path = self.run.models.get(which) if self.run is not None else None
        if path is not None:
            self.model_chosen.emit(path)

    def _toggle_log(self) -> None:
        self._log_wanted = not self._log_wanted
        self.refresh()

    def _copy(self) -> None:
        if self.run is not None:
            QGuiApplication.clipboard().setText(resume_line(self.run.folder))
            self.done.emit(self.tr("Copied: the command that resumes this run"))

    def _open(self) -> None:
        if self.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.run.folder)))

    def _leave(self) -> None:
        run = self.run
        question = self.tr("Remove this run from the list? Its folder stays on the disk.")
        if run is not None and ask_yes(self, self.tr("Remove"), question):
            self.forgotten.emit(run)

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except engine.ReposeError as error:
            self.failed.emit(str(error))
        self.look.emit()

    def _facts(self, status: engine.RunStatus, now: str) -> list[str]:
        """Short texts about the progress; `now` is the last line of the log."""
        facts = []
        live = status.state == "running" and bool(status.phase)
        if status.phase:
            facts.append(f"{self.tr(PHASES[status.phase])}, {self._far(status)}")
        elif status.state == "starting":
            facts.append(now or self.tr("Reading the pictures and settings…"))
        if live:
            speed = f"{status.images_per_second:.3g}"
            facts.append(self.tr("{speed} images/s").format(speed=speed))
        if status.elapsed:
            time = engine.duration(status.elapsed)
            facts.append(self.tr("{time} so far").format(time=time))
        if live:
            time = engine.duration(status.eta)
            facts.append(self.tr("{time} left in this stage").format(time=time))
        if status.best is not None:
            best = self.tr("best SSIM {best:.4f}")
            if status.first is not None:
                best = self.tr("best SSIM {best:.4f} (before: {first:.4f})")
            facts.append(best.format(best=status.best, first=status.first))
        if status.asked:
            facts.append(self.tr(ASKED[status.asked]))
        return facts

    def _far(self, status: engine.RunStatus) -> str:
        if status.phase == "pretraining":
            return f"{status.share:.0%}"
        text = self.tr("epoch {epoch}") if status.timed else self.tr("epoch {epoch} of {epochs}")
        return text.format(epoch=status.epoch, epochs=status.epochs)

    def _problem(self, status: engine.RunStatus) -> str:
        if status.state == "failed":
            return status.error or self.tr("The training failed; its log says why.")
        if status.state == "crashed":
            return self.tr(
                "The training ended without an error message (it was killed, or the machine was"
                " switched off)."
            )
        return ""


def _add(menu: QMenu, text: str, call: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: call())
    return action
