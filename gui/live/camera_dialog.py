"""The camera dialog: the open face follows the person in front of a camera."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.document.document import Document
from gui.document.images import rgb_image
from gui.live.camera_reader import CameraReader, LiveFrame
from gui.widgets.picture_view import PictureView
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Pose3D, Prediction

SELF_WIDTH = 200  # pixels of the picture of oneself
TOKENS = 1_000_000_000  # the first of this dialog's tokens: the sequence dialog's are lower


class CameraDialog(QDialog):
    """Does not block the window. Closing it frees the camera."""

    failed = Signal(str)

    def __init__(
        self, document: Document, worker: PredictWorker, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Camera"))
        self._document, self._worker = document, worker
        self._reader: CameraReader | None = None
        self._token = TOKENS
        self._pose: Pose3D | None = None
        self.camera, self.mirrored = QComboBox(), QCheckBox(self.tr("Mirror me"))
        self.start_button = QPushButton(self.tr("Start"))
        self.neutral = QPushButton(self.tr("This is my neutral face"))
        self.use = QPushButton(self.tr("Use this pose"))
        self.view = PictureView(self.tr("The photo in your pose appears here."))
        self.myself, self.state = QLabel(), QLabel()
        self._lay_out()
        self.start_button.clicked.connect(self._toggle)
        self.neutral.clicked.connect(self._calibrate)
        self.use.clicked.connect(self._use_pose)
        worker.played.connect(self._show_prediction)
        for changed in (document.source_changed, document.photo_changed):
            changed.connect(self._show_photo)
        self._show_photo()
        self._show_running(False)
        self.resize(900, 620)

    def look_for_cameras(self) -> None:
        """List the cameras anew."""
        self.camera.clear()
        for number in engine.camera_numbers():
            self.camera.addItem(self.tr("Camera {number}").format(number=number + 1), number)
        self.start_button.setEnabled(self.camera.count() > 0)
        self.state.setText("" if self.camera.count() else self.tr("No camera is connected."))

    def start(self, source: int | Path) -> None:
        """Follow a camera, by its number, or a video."""
        self.stop()
        self._reader = CameraReader(source, self.mirrored.isChecked(), self)
        self._reader.set_source(self._document.pose)
        self._reader.read.connect(self._show_frame)
        self._reader.failed.connect(self.failed)
        self._reader.finished.connect(lambda: self._show_running(False))
        self._reader.start()
        self._show_running(True)

    def stop(self) -> None:
        """Free the camera."""
        if self._reader is not None:
            self._reader.stop()
            self._reader.deleteLater()
            self._reader = None
            self._show_running(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        event.accept()

    def _lay_out(self) -> None:
        self.camera.setAccessibleName(self.tr("Camera"))
        self.mirrored.setChecked(True)
        self.view.setAccessibleName(self.tr("Result"))
        self.neutral.setToolTip(self.tr("Look ahead with a resting face, then click"))
        self.myself.setFixedWidth(SELF_WIDTH)
        self.myself.setAlignment(Qt.AlignmentFlag.AlignBottom)
        row, picture, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for widget in (self.camera, self.mirrored, self.start_button, self.neutral, self.use):
            row.addWidget(widget)
        for button in (self.start_button, self.neutral, self.use):
            button.setAutoDefault(False)
        row.addStretch()
        picture.addWidget(self.view, 1)
        picture.addWidget(self.myself)
        column.addLayout(row)
        column.addLayout(picture, 1)
        column.addWidget(self.state)

    def _toggle(self) -> None:
        if self._reader is not None:
            self.stop()
        else:
            self.start(self.camera.currentData())

    def _calibrate(self) -> None:
        if self._reader is not None:
            self._reader.calibrate()

    def _show_running(self, running: bool) -> None:
        self.start_button.setText(self.tr("Stop") if running else self.tr("Start"))
        self.camera.setEnabled(not running)
        self.mirrored.setEnabled(not running)
        self.neutral.setEnabled(running)
        self.use.setEnabled(self._pose is not None)

    def _show_photo(self) -> None:
        photo = self._document.photo
        self.view.show_photo(photo)
        if photo is not None:
            self.view.shown.set_photo(QRectF(-0.5, -0.5, *photo.size))
        if self._reader is not None:
            self._reader.set_source(self._document.pose)

    def _show_frame(self, frame: LiveFrame) -> None:
        picture = QPixmap.fromImage(rgb_image(frame.photo))
        smooth = Qt.TransformationMode.SmoothTransformation
        self.myself.setPixmap(picture.scaledToWidth(SELF_WIDTH, smooth))
        if frame.found is None:
            self.state.setText(self.tr("No face is seen."))
        elif frame.pose is None:
            self.state.setText(self.tr("Open a photo and choose its face."))
        else:
            text = self.tr("{fps:.0f} frames a second")
            self.state.setText(text.format(fps=frame.fps))
            self._pose = frame.pose
            self._token += 1
            self._worker.play(self._token, frame.pose)
        self.use.setEnabled(self._pose is not None)

    def _show_prediction(self, token: int, answer: Prediction | str) -> None:
        if token <= TOKENS or self._reader is None:
            return
        if isinstance(answer, str):
            self.state.setText(answer)
            return
        keep, crop = self._document.keep, answer.crop
        refined = answer.refined if keep is None else engine.keep_refined(answer, keep)
        area = QRectF(crop.left - 0.5, crop.top - 0.5, crop.side, crop.side)
        self.view.show_image(rgb_image(refined), area)

    def _use_pose(self) -> None:
        if self._pose is not None:
            self._document.change_pose(self._pose, self.tr("Take pose from camera"))
