"""The editor's window: canvas and sliders on the left, results on the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMessageBox, QSplitter, QVBoxLayout, QWidget

from gui.canvas.canvas import Canvas
from gui.canvas.gizmo import Gizmo
from gui.canvas.hint import Hint
from gui.canvas.pose_warnings import PoseWarnings
from gui.document.data_folder import data_folder
from gui.document.document import Document, Model
from gui.document.head_turn import HeadTurn
from gui.document.images import tinted_image
from gui.live.sequence import Sequences
from gui.panes.panes import Panes
from gui.panes.views import View, view_image
from gui.pose.face_dock import FaceDock
from gui.pose.named_pose_actions import NamedPoseActions
from gui.pose.pose_panel import PosePanel
from gui.pose.pose_presets import PosePresets
from gui.training.training import Training
from gui.widgets.zoom_view import Viewport
from gui.window.autosave import Autosave, LostWork, find_lost_work
from gui.window.file_actions import FileActions
from gui.window.menus import Menus
from gui.window.recovery import RecoveryDialog
from gui.workers.at_rest import AtRest, FullResolutionPreview
from gui.workers.background import Background
from gui.workers.predict_worker import PredictWorker, Request, Update

if TYPE_CHECKING:
    from engine import Prediction

HEATMAP_COLOUR, MASK_COLOUR = QColor("#ffb347"), QColor("#4ea1ff")
MESSAGE_MS = 8000


class MainWindow(QMainWindow):
    """Owns the document and both threads."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self._device = device
        self.document = Document(self)
        self.worker = PredictWorker(self)
        self.background = Background(self)
        self.shown = Viewport(self)
        self.canvas = Canvas(self.document, self.shown)
        self.canvas.setObjectName("canvas")
        self.panes = Panes(self.shown)
        self.turn = HeadTurn(self.document, self)
        self.pose_panel = PosePanel(self.document, self.turn)
        presets = PosePresets(data_folder("poses"), self)
        handles = self.canvas.handles
        self.face_dock = FaceDock(self.document, presets, self, lambda: handles.symmetric)
        self.named_poses = NamedPoseActions(self.document, presets, self.face_dock.poses, self)
        self.gizmo = Gizmo(self.document, self.turn, self.canvas.viewport())
        self.files = FileActions(
            self.document, self.worker, self.background, self.shown, self.panes, self
        )
        self.autosave = Autosave(
            self.document, self.files.projects.describe, data_folder("autosave"), self
        )
        self.hint = Hint(self.document, self.canvas)
        self.warnings = PoseWarnings(self.document, self.canvas, self.hint)
        self.at_rest = AtRest(self)
        self._error: QMessageBox | None = None
        self._lay_out()
        self.training = Training(self.document, self)
        self.sequences = Sequences(self.document, self.worker, self.background, self)
        self.menus = Menus(self)
        self._wire()
        self.setAcceptDrops(True)
        self.setWindowTitle("Repose")
        room = self.screen().availableSize().expandedTo(QSize(1280, 820))
        self.resize(QSize(1440, 900).boundedTo(room))

    def start(self, photo: Path | None = None, model: Path | None = None) -> None:
        """Load the model (None: the default one) and the photo (None: the sample)."""
        self.worker.start()
        self.load_model(model)
        if photo is None:
            self.files.open_sample()
        else:
            self.files.open(photo)
        self._offer_lost_work()
        self.training.start()

    def load_model(self, path: Path | None) -> None:
        """Load a model; until it is there, and if it fails, the present one stays."""
        if self.document.model is None:
            self._model.setText(self.tr("loading the model…"))
        self.worker.load_model(path, self._device)
        self.request()

    def request(self) -> None:
        """Ask the worker for the present pose."""
        pose, document = self.document.pose, self.document
        if pose is not None and not document.fitting:
            menus = self.menus
            self.worker.request(
                Request(pose.landmarks(), menus.heatmaps.isChecked(), menus.mask.isChecked())
            )

    def show_error(self, sentence: str) -> None:
        """Show an error in a dialog that does not stop the editor."""
        if self._error is not None and self._error.isVisible():
            if self._error.text() == sentence:
                return  # the same error for every step of a drag
            self._error.close()
        if self._error is not None:
            self._error.deleteLater()
        self._error = QMessageBox(QMessageBox.Icon.Warning, "Repose", sentence, parent=self)
        self._error.setTextFormat(Qt.TextFormat.PlainText)  # a file's name may hold a "<"
        self._error.open()

    def _offer_lost_work(self) -> None:
        """Of editors that did not end as they should."""
        lost = find_lost_work(data_folder("autosave"))
        if lost:
            dialog = RecoveryDialog(lost, self)
            dialog.wanted.connect(self._recover)
            dialog.open()

    def _recover(self, lost: LostWork) -> None:
        if self.files.may_discard():
            self.files.projects.recover(lost)
        else:
            lost.leave()

    def show_message(self, text: str) -> None:
        """Show a sentence in the status bar for a while."""
        self.statusBar().showMessage(text, MESSAGE_MS)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.pose_panel)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(self.panes)
        splitter.setHandleWidth(2)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([830, 450])
        self.setCentralWidget(splitter)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.face_dock)
        self._device_label, self._time, self._model = QLabel(), QLabel(), QLabel()
        for label, tip in (
            (self._time, self.tr("How long the last update took")),
            (self._device_label, self.tr("Where the networks run")),
            (self._model, self.tr("The model in use")),
        ):
            label.setToolTip(tip)
            self.statusBar().addPermanentWidget(label)
        # As the time changes, the texts beside it stay where they are.
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance("00000 ms") + 16)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.statusBar().setSizeGripEnabled(False)

    def _wire(self) -> None:
        document, worker = self.document, self.worker
        document.photo_changed.connect(self._photo_changed)
        document.source_changed.connect(self._source_changed)
        document.pose_changed.connect(self.request)
        for changed in (
            document.source_changed, document.pose_changed, document.keep_changed, document.saved
        ):  # fmt: skip
            changed.connect(lambda: self.setWindowModified(document.unsaved))
        document.face_opened.connect(self._show_title)
        document.saved.connect(self._show_title)
        self.files.projects.recovered.connect(self.autosave.take_over)
        self.autosave.failed.connect(self.show_message)
        document.keep_changed.connect(self._show_keep)
        self.at_rest.finished.connect(self._show_rested)
        self.menus.view.compare.triggered.connect(self.canvas.set_comparing)
        document.model_changed.connect(self._show_model)
        worker.updated.connect(self._show_update)
        worker.model_loaded.connect(self._model_loaded)
        for sender in (
            worker, self.background, self.files, self.training, self.sequences,
            self.canvas.chooser, self.menus.keep, self.at_rest, self.named_poses,
        ):  # fmt: skip
            sender.failed.connect(self.show_error)
        worker.failed.connect(self._worker_failed)
        for actor in (self.files, self.training):
            actor.model_chosen.connect(self.load_model)
        for teller in (
            self.files, self.training, self.sequences, self.menus.keep, self.named_poses
        ):  # fmt: skip
            teller.done.connect(self.show_message)
        self.files.busy.connect(self.hint.set_busy)
        self.hint.open_wanted.connect(self.files.open_file)
        self.hint.sample_wanted.connect(self.files.open_sample)

    def _photo_changed(self) -> None:
        self._show_title()
        self.panes.show_photo(self.document.photo)

    def _show_title(self) -> None:
        document = self.document
        if document.photo is not None:
            name = (document.project or document.photo.path).name
            self.setWindowTitle(f"{name}[*] – Repose")

    def _source_changed(self) -> None:
        document = self.document
        self.panes.show_nothing(document.fitting)
        self.at_rest.forget()
        self._time.clear()
        if document.photo is None or document.landmarks is None or document.fitting:
            self.worker.clear_source()
        else:
            self.worker.set_source(document.photo.pixels, document.landmarks)
            self.canvas.setFocus()

    def _model_loaded(self, model: Model) -> None:
        self.document.set_model(model)
        self.request()

    def _show_model(self) -> None:
        model = self.document.model
        if model is not None:
            self._model.setText(self.tr("model: {name}").format(name=model.name))
            self._device_label.setText(model.device.upper())

    def _worker_failed(self) -> None:
        self.files.busy.emit("")
        if self.document.model is None:
            self._model.setText(self.tr("no model"))
            for pane in self.panes.both:
                pane.view.set_empty(self.tr("There is no model: open one with Model, Open model…"))

    def _show_update(self, update: Update) -> None:
        self.panes.show_prediction(update.prediction, self.document.keep)
        self.at_rest.follow(update.prediction, self.document.keep)
        self._show_result(update.prediction)
        heatmaps, mask = update.heatmaps, update.mask
        self.canvas.show_overlays(
            update.overlay_crop,
            None if heatmaps is None else tinted_image(heatmaps, HEATMAP_COLOUR, 0.75),
            None if mask is None else tinted_image(mask, MASK_COLOUR, 0.35),
        )
        self._time.setText(self.tr("{time:.0f} ms").format(time=update.milliseconds))

    def _show_result(self, prediction: Prediction) -> None:
        """On the canvas, if it is wanted there."""
        crop, result = prediction.crop, None
        if self.menus.result.isChecked():
            result = view_image(View.REFINED, prediction, self.document.keep)
        self.canvas.show_result((crop.left, crop.top, crop.side), result)

    def _show_keep(self) -> None:
        self.panes.show_keep(self.document.keep)
        self.at_rest.follow_keep(self.document.keep)
        if self.panes.prediction is not None:
            self._show_result(self.panes.prediction)

    def _show_rested(self, rested: FullResolutionPreview) -> None:
        self.panes.show_rested(rested)
        self.canvas.show_rested(rested)
        self.warnings.set_drift(rested.drift)

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            path = Path(paths[0])
            self.sequences.open(path) if self.sequences.takes(path) else self.files.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self.files.may_close() and self.sequences.may_close()):
            event.ignore()
            return
        self.hide()
        self.autosave.stop()
        self.training.stop()
        self.background.stop()
        self.at_rest.stop()
        self.worker.stop()
        event.accept()
