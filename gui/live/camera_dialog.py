"""The camera dialog: the open face follows the person in front of a camera."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QPixmap
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
from gui.live.result_view import ResultView
from gui.style.preferences import notes_edits
from gui.widgets.file_dialogs import ask_save, pictures_folder
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Pose3D, Prediction, Recording

SELF_WIDTH = 200  # pixels of the picture of oneself


class CameraDialog(QDialog):
    """Does not block the window. Closing it frees the camera and ends a recording."""

    failed = Signal(str)
    message = Signal(str)
    _recorded = Signal(object, str)  # the Recording, and a sentence if it failed

    def __init__(
        self, document: Document, worker: PredictWorker, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Camera"))
        self._document, self._worker = document, worker
        self._reader: CameraReader | None = None
        self._pose: Pose3D | None = None
        self._recording: Recording | None = None
        self._writing: set[Recording] = set()  # those whose files are not complete
        self._began = 0.0
        self.camera, self.mirrored = QComboBox(), QCheckBox(self.tr("Mirror me"))
        self.start_button = QPushButton(self.tr("Start"))
        self.neutral = QPushButton(self.tr("This is my neutral face"))
        self.use = QPushButton(self.tr("Use this pose"))
        self.record = QPushButton(self.tr("Record…"))
        self.view = ResultView(document, self.tr("The photo in your pose appears here."))
        self.myself, self.state, self.recorded = QLabel(), QLabel(), QLabel()
        self._lay_out()
        self.start_button.clicked.connect(self._toggle)
        self.neutral.clicked.connect(self._calibrate)
        self.use.clicked.connect(self._use_pose)
        self.record.clicked.connect(self._toggle_recording)
        self._recorded.connect(self._show_recorded)
        worker.played.connect(self._show_prediction)
        document.photo_changed.connect(self.stop_recording)
        for changed in (document.source_changed, document.photo_changed):
            changed.connect(self._set_source)
        self._show_running(False)
        self.resize(900, 620)

    def look_for_cameras(self) -> None:
        """List the cameras anew."""
        self.camera.clear()
        for number in engine.camera_numbers():
            self.camera.addItem(self.tr("Camera {number}").format(number=number + 1), number)
        self.start_button.setEnabled(self.camera.count() > 0)
        self.state.setText(
            ""
            if self.camera.count()
            else self.tr("No camera is connected. Connect one and open this dialog again.")
        )

    def start(self, source: int | Path) -> None:
        """Follow a camera, by its number, or a video."""
        self.stop()
        self._reader = CameraReader(source, self.mirrored.isChecked(), self)
        self._reader.set_source(self._document.pose)
        self._reader.read.connect(self._show_frame)
        self._reader.failed.connect(self.failed)
        self._reader.finished.connect(self._finished)
        self._reader.start()
        self._show_running(True)

    def start_recording(self, path: Path) -> None:
        """Write what is shown from now on to an .mp4, until `stop_recording`."""
        self.stop_recording()
        photo = self._document.photo
        try:
            recording = engine.Recording(
                path,
                self._recorded.emit,
                note=notes_edits(),
                icc=b"" if photo is None else photo.metadata.icc,
            )
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._recording, self._began = recording, time.monotonic()
        self._writing.add(recording)
        self._show_recording()

    def stop_recording(self) -> None:
        """End the recording; its file is completed in the background."""
        if self._recording is not None:
            self._recording.add(None, time.monotonic())  # the last picture stays until now
            self._recording.stop()
            self.recorded.setText(self.tr("Writing {}…").format(self._recording.path.name))
            self._recording = None
            self._show_running(self._reader is not None)

    def end(self) -> None:
        """Free the camera, and wait until what was recorded is written: the window closes."""
        self.stop()
        for recording in self._writing:
            recording.wait()

    def stop(self) -> None:
        """Free the camera."""
        self.stop_recording()
        if self._reader is not None:
            self._reader.stop()
            self._reader.deleteLater()
            self._reader = None
            self._show_running(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # closed, not minimised
            self.stop()

    def _lay_out(self) -> None:
        self.camera.setAccessibleName(self.tr("Camera"))
        self.mirrored.setChecked(True)
        self.view.setAccessibleName(self.tr("Result"))
        self.record.setToolTip(self.tr("Write what you see here to a video (MP4)"))
        self.recorded.setTextFormat(Qt.TextFormat.PlainText)
        self.neutral.setToolTip(self.tr("Look ahead with a resting face, then click"))
        self.myself.setFixedWidth(SELF_WIDTH)
        self.myself.setAlignment(Qt.AlignmentFlag.AlignBottom)
        row, picture, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        buttons = self.start_button, self.neutral, self.use, self.record
        for widget in (self.camera, self.mirrored, *buttons):
            row.addWidget(widget)
        for button in buttons:
            button.setAutoDefault(False)
        row.addStretch()
        picture.addWidget(self.view, 1)
        picture.addWidget(self.myself)
        column.addLayout(row)
        column.addLayout(picture, 1)
        below = QHBoxLayout()
        below.addWidget(self.state)
        below.addStretch()
        below.addWidget(self.recorded)
        column.addLayout(below)

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
        recording = self._recording is not None
        self.record.setText(self.tr("Stop recording") if recording else self.tr("Record…"))
        self.record.setEnabled(running)

    def _finished(self) -> None:
        """The camera gives no more."""
        if self.sender() is self._reader:  # not an earlier one, whose signal comes late
            self.stop()

    def _set_source(self) -> None:
        self._pose = None  # it is of another face
        self.use.setEnabled(False)
        if self._reader is not None:
            self._reader.set_source(self._document.pose)

    def _show_frame(self, frame: LiveFrame) -> None:
        if self._reader is None or self.sender() is not self._reader:
            return  # the last picture of an earlier one
        # Converting a whole picture of a large camera would take longer than all else here.
        step = max(frame.photo.shape[1] // (2 * SELF_WIDTH), 1)
        picture = QPixmap.fromImage(rgb_image(frame.photo[::step, ::step]))
        smooth = Qt.TransformationMode.SmoothTransformation
        self.myself.setPixmap(picture.scaledToWidth(SELF_WIDTH, smooth))
        if frame.found is None:
            self.state.setText(self.tr("No face is seen."))
        elif frame.pose is None or not self._is_of_open_face(frame.pose):
            self.state.setText(self.tr("Open a photo and choose its face."))
        else:
            text = self.tr("{fps:.0f} frames a second")
            self.state.setText(text.format(fps=frame.fps))
            self._pose = frame.pose
            self._worker.play(self, frame, frame.pose)
        if self._recording is not None:
            if frame.pose is None:
                self._recording.add(None, max(frame.seconds, self._began))
            self._show_recording()
        self.use.setEnabled(self._pose is not None)

    def _is_of_open_face(self, pose: Pose3D) -> bool:
        """A frame may be of the face that was open when its picture was taken."""
        return self._document.edit is not None and pose.source is self._document.edit.pose.source

    def _show_prediction(self, asked: object, answer: Prediction | str) -> None:
        if not isinstance(asked, LiveFrame):
            return
        if asked.pose is None or not self._is_of_open_face(asked.pose):
            return  # another face was opened meanwhile
        if isinstance(answer, str):
            self.state.setText(answer)
            return
        self.view.show_prediction(answer)
        if self._recording is not None:
            # The first may be of a picture that was taken before the recording began.
            seconds = max(asked.seconds, self._began)
            self._recording.add(answer, seconds, self._document.keep)

    def _toggle_recording(self) -> None:
        if self._recording is not None:
            self.stop_recording()
            return
        photo = self._document.photo
        name = f"{photo.path.stem if photo else 'camera'}.mp4"
        kinds = {".mp4": self.tr("MP4 video")}
        path = ask_save(self, self.tr("Record to"), pictures_folder() / name, kinds, "recordings")
        if path is not None and self._reader is not None:
            self.start_recording(path)

    def _show_recording(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        text = self.tr("Recording: {minutes}:{seconds:02}")
        self.recorded.setText(text.format(minutes=minutes, seconds=seconds))
        self._show_running(True)

    def _show_recorded(self, recording: Recording, sentence: str) -> None:
        """A recording has ended, or has failed while it ran."""
        self._writing.discard(recording)
        if recording is self._recording:
            self._recording = None
            self._show_running(self._reader is not None)
        if sentence:
            self.recorded.clear()
            self.failed.emit(sentence)
            return
        text = self.tr("Recorded {}").format(recording.path)
        self.recorded.setText(self.tr("Recorded {}").format(recording.path.name))
        self.recorded.setToolTip(str(recording.path))
        self.message.emit(text)

    def _use_pose(self) -> None:
        if self._pose is not None:
            self._document.change_pose(self._pose, self.tr("Take pose from camera"))
