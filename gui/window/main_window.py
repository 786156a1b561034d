"""The editor's window: creates the document, the workers and all parts, and connects them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QMainWindow, QMessageBox, QSplitter, QVBoxLayout, QWidget

import engine
from gui.canvas.canvas import Canvas
from gui.canvas.gizmo import Gizmo
from gui.canvas.hint import Hint
from gui.canvas.keep_menu import KeepMenu
from gui.canvas.pose_warnings import PoseWarnings
from gui.canvas.select_menu import SelectMenu
from gui.document.document import Document, Model
from gui.document.head_turn import HeadTurn
from gui.document.images import labelled_image, tinted_image
from gui.live.sequence import Sequences
from gui.panes.panes import Panes
from gui.panes.views import View, view_image
from gui.pose.face_dock import FaceDock
from gui.pose.named_pose_actions import NamedPoseActions
from gui.pose.pose_panel import PosePanel
from gui.pose.pose_presets import PosePresets
from gui.style.preferences import precision, threads
from gui.training.training import Training
from gui.widgets.window_size import resize_within_screen
from gui.widgets.zoom_view import Viewport
from gui.window.autosave import Autosave, LostWork, find_lost_work
from gui.window.exchange import Exchange
from gui.window.file_actions import FileActions
from gui.window.menus import EditMenu, FileMenu, HelpMenu, ModelMenu, ToolBar, TrainingMenu
from gui.window.pose_menu import PoseMenu
from gui.window.recovery import RecoveryDialog
from gui.window.status_bar import StatusBar
from gui.window.view_menu import ViewMenu
from gui.window.view_options import ViewOptions
from gui.workers.background import Background
from gui.workers.full_resolution import FullResolution, FullResolutionPreview
from gui.workers.predict_worker import PredictWorker, Request, Update

if TYPE_CHECKING:
    from engine import Prediction
    from gui.workers.others import Others

THREE_COLUMNS = 1440  # pixels: a narrower screen has no room for both docks beside the pictures
HEATMAP_COLOUR, MASK_COLOUR = QColor("#ffb347"), QColor("#4ea1ff")
PART_COLOURS = {
    "SKIN": QColor("#ffd24a"),
    "HAIR": QColor("#a86bff"),
    "CLOTHES": QColor("#4fc26b"),
    "EYES": QColor("#3fb4ff"),
    "MOUTH": QColor("#ff4d4d"),
}
"""By the names of `engine.PartLabel`."""


class MainWindow(QMainWindow):
    """Owns the document, the view options, the workers and all parts of the window."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self._device = device
        self._error: QMessageBox | None = None
        self.document = Document(self)
        self.options = ViewOptions(self)
        self.worker = PredictWorker(self)
        self.background = Background(self)
        self.full_resolution = FullResolution(self)
        self.status = StatusBar(self.document)
        self.setStatusBar(self.status)
        self._make_parts()
        self._make_menus()
        self._lay_out()
        self._connect_document()
        self._connect_workers()
        self._connect_options()
        self._connect_parts()
        self.setAcceptDrops(True)
        self.setWindowTitle("Repose")
        resize_within_screen(self, 1440, 900)

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
        """Load a model. The current one stays in use until then, and if loading fails."""
        self.status.show_loading()
        self.worker.load_model(path, self._device, precision(), threads())
        self.request()

    def request(self) -> None:
        """Ask the worker for a prediction of the current pose."""
        pose, options = self.document.pose, self.options
        if pose is not None:
            self.worker.request(
                Request(
                    pose,
                    options.heatmaps.on,
                    options.mask.on,
                    options.parts.on,
                    self.document.faces.others,
                )
            )

    def show_error(self, sentence: str) -> None:
        """Show an error in a dialog that does not block the editor."""
        if self._error is not None and self._error.isVisible():
            if self._error.text() == sentence:
                return  # each step of a drag may raise the same error
            self._error.close()
        if self._error is not None:
            self._error.deleteLater()
        self._error = QMessageBox(QMessageBox.Icon.Warning, "Repose", sentence, parent=self)
        self._error.setTextFormat(Qt.TextFormat.PlainText)  # file names may contain "<"
        self._error.open()

    # Construction

    def _make_parts(self) -> None:
        document, worker, background = self.document, self.worker, self.background
        self.shown = Viewport(self)
        self.canvas = Canvas(document, self.shown)
        self.canvas.setObjectName("canvas")
        self.panes = Panes(self.shown)
        self.turn = HeadTurn(document, self)
        self.pose_panel = PosePanel(document, self.turn)
        presets, handles = PosePresets(engine.data_folder("poses"), self), self.canvas.handles
        self.face_dock = FaceDock(document, presets, self, lambda: handles.symmetric)
        self.named_poses = NamedPoseActions(document, presets, self.face_dock.poses, self)
        self.gizmo = Gizmo(document, self.turn, self.canvas.viewport())
        self.hint = Hint(document, self.canvas)
        self.warnings = PoseWarnings(document, self.canvas, self.hint)
        self.files = FileActions(
            document, worker, background, self.shown, self.panes, presets, self
        )
        describe = self.files.projects.describe
        self.autosave = Autosave(document, describe, engine.data_folder("autosave"), self)
        self.training = Training(document, self)
        self.sequences = Sequences(document, worker, background, self)
        self.exchange = Exchange(document, self.files, self.sequences, self.panes, background, self)

    def _make_menus(self) -> None:
        document, canvas, files = self.document, self.canvas, self.files
        self.file_menu = FileMenu(document, files, self)
        self.edit_menu = EditMenu(document, self.exchange, self)
        self.select_menu = SelectMenu(document, canvas, self)
        self.pose_menu = PoseMenu(
            document, canvas, files, self.named_poses, self.turn, self.face_dock,
            self.sequences, self,
        )  # fmt: skip
        self.keep_menu = KeepMenu(document, canvas, self.background, self)
        self.view_menu = ViewMenu(document, canvas, self.panes, self.options, self.face_dock, self)
        bar = self.menuBar()
        for menu in (
            self.file_menu, self.edit_menu, self.select_menu, self.pose_menu, self.keep_menu,
            self.view_menu, ModelMenu(document, files, self), TrainingMenu(self.training, self),
            HelpMenu(bar, self),
        ):  # fmt: skip
            bar.addMenu(menu)
        self.tool_bar = ToolBar(
            self.file_menu, self.edit_menu, self.select_menu, self.pose_menu, self.keep_menu,
            self.view_menu,
        )  # fmt: skip
        self.addToolBar(self.tool_bar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.canvas.setMinimumSize(420, 260)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.pose_panel)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(self.panes)
        splitter.setHandleWidth(2)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([830, 450])
        self.setCentralWidget(splitter)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.face_dock)
        if self.screen().availableSize().width() < THREE_COLUMNS:
            self.tabifyDockWidget(self.face_dock, self.training.dock)
            self.face_dock.raise_()

    # Connections

    def _connect_document(self) -> None:
        document = self.document
        document.photo_changed.connect(self._show_title)
        document.photo_changed.connect(lambda: self.panes.show_photo(document.photo))
        document.face_opened.connect(self._show_title)
        document.saved.connect(self._show_title)
        document.source_changed.connect(self._set_source)
        document.pose_changed.connect(self.request)
        document.keep_changed.connect(self._show_keep)
        for signal in (
            document.source_changed, document.pose_changed, document.keep_changed, document.saved,
        ):  # fmt: skip
            signal.connect(lambda: self.setWindowModified(document.unsaved))

    def _connect_workers(self) -> None:
        self.worker.updated.connect(self._show_update)
        self.worker.model_loaded.connect(self._use_model)
        self.worker.failed.connect(self._worker_failed)
        self.full_resolution.finished.connect(self._show_preview)
        self.full_resolution.measured.connect(self.warnings.set_drift)

    def _connect_options(self) -> None:
        options = self.options
        options.points.changed.connect(self.canvas.show_handles)
        options.head.changed.connect(self.gizmo.set_wanted)
        for option in (options.result, options.heatmaps, options.mask, options.parts):
            option.changed.connect(self.request)
        options.comparing.changed.connect(self.panes.set_comparing)
        options.comparing.changed.connect(self.canvas.set_comparing)

    def _connect_parts(self) -> None:
        for sender in (
            self.worker, self.background, self.files, self.training, self.sequences,
            self.canvas.chooser, self.keep_menu, self.full_resolution, self.named_poses,
            self.exchange,
        ):  # fmt: skip
            sender.failed.connect(self.show_error)
        for actor in (
            self.files, self.training, self.sequences, self.keep_menu, self.view_menu,
            self.named_poses, self.exchange,
        ):  # fmt: skip
            actor.done.connect(self.status.show_message)
        for chooser in (self.files, self.training):
            chooser.model_chosen.connect(self.load_model)
        self.autosave.failed.connect(self.status.show_message)
        self.files.projects.recovered.connect(self.autosave.take_over)
        self.files.busy.connect(self.hint.set_busy)
        self.hint.open_wanted.connect(self.files.open_file)
        self.hint.sample_wanted.connect(self.files.open_sample)
        self.file_menu.quit_wanted.connect(self.close)

    # From the document to the worker

    def _set_source(self) -> None:
        document = self.document
        self.panes.show_nothing(document.correcting)
        self.full_resolution.clear()
        self.full_resolution.icc = b"" if document.photo is None else document.photo.metadata.icc
        if document.photo is None or document.pose is None:
            self.worker.clear_source()
        else:
            photo = document.photo
            self.worker.set_source(photo.pixels, document.pose.source, photo.metadata.icc)
            self.canvas.setFocus()

    def _use_model(self, model: Model) -> None:
        self.document.set_model(model)
        self.request()

    # From the worker to canvas and panes

    def _show_update(self, update: Update) -> None:
        keep, others = self.document.keep, update.others
        self.panes.show_prediction(update.prediction, keep, others)
        group = None if others is None else others.group
        self.full_resolution.follow(update.prediction, keep, group)
        self._show_result(update.prediction, others)
        heatmaps, mask, parts = update.heatmaps, update.mask, update.parts
        self.canvas.show_overlays(
            update.overlay_crop,
            None if heatmaps is None else tinted_image(heatmaps, HEATMAP_COLOUR, 0.75),
            None if mask is None else tinted_image(mask, MASK_COLOUR, 0.35),
            None if parts is None else _parts_image(parts),
        )
        self.status.show_time(update.milliseconds)

    def _show_result(self, prediction: Prediction, others: Others | None) -> None:
        crop, result, photo = prediction.crop, None, self.document.photo
        wanted = self.options.result.on and not self.options.parts.on  # the parts are the photo's
        if wanted and photo is not None:
            group, keep = None if others is None else others.group, self.document.keep
            result = view_image(View.REFINED, prediction, keep, photo.metadata.icc, group)
        self.canvas.show_result((crop.left, crop.top, crop.side), result, others)

    def _show_keep(self) -> None:
        self.panes.show_keep(self.document.keep)
        self.full_resolution.follow_keep(self.document.keep)
        if self.panes.prediction is not None:
            self._show_result(self.panes.prediction, self.panes.others)

    def _show_preview(self, preview: FullResolutionPreview) -> None:
        self.panes.show_preview(preview)
        self.canvas.show_preview(preview)

    def _worker_failed(self) -> None:
        self.files.busy.emit("")
        if self.document.model is None:
            self.status.show_no_model()
            self.panes.set_empty(self.tr("There is no model: open one with Model, Open model…"))

    def _show_title(self) -> None:
        document = self.document
        if document.photo is not None:
            name = (document.project or document.photo.path).name
            self.setWindowTitle(f"{name}[*] – Repose")

    # Lost work

    def _offer_lost_work(self) -> None:
        lost = find_lost_work(engine.data_folder("autosave"))
        if lost:
            dialog = RecoveryDialog(lost, self)
            dialog.wanted.connect(self._recover)
            dialog.open()

    def _recover(self, lost: LostWork) -> None:
        if self.files.may_discard():
            self.files.projects.recover(lost)
        else:
            lost.leave()

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        inside = event.source() is not None  # the result, dragged out of a pane
        if self.exchange.accepts(event.mimeData()) and not inside:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.exchange.take(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self.files.may_close() and self.sequences.may_close()):
            event.ignore()
            return
        self.hide()
        self.files.stop()
        self.sequences.stop()
        self.autosave.stop()
        self.training.stop()
        self.background.stop()
        self.full_resolution.stop()
        self.worker.stop()
        event.accept()


def _parts_image(labels: NDArray[np.uint8]) -> QImage:
    colours = {int(engine.PartLabel[name]): colour for name, colour in PART_COLOURS.items()}
    return labelled_image(labels, colours, 0.45)
