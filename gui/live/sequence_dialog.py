"""The sequence dialog: plays the poses of a video or of a folder of frames on the open photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

import engine
from gui.document.document import Document
from gui.document.images import rgb_image
from gui.live.footage_reader import FootageReader
from gui.live.sequence_form import SequenceForm
from gui.style.preferences import keeps_place, notes_edits, precision, settings
from gui.widgets.file_dialogs import ask_open, ask_save, pictures_folder
from gui.widgets.window_size import resize_within_screen
from gui.workers.background import Background
from gui.workers.export_process import Ending, ExportProcess
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Footage, Frame, Landmarks, Prediction, Target

GROWTH = 1.3  # of the number of frames read, after which they are smoothed again
AROUND = 0.7  # initial margin around the face, as a share of its larger side


class SequenceDialog(QDialog):
    """Does not block the window. A running export continues when it is closed."""

    failed = Signal(str)
    message = Signal(str)

    def __init__(
        self,
        document: Document,
        worker: PredictWorker,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Sequence"))
        self._document, self._worker, self._background = document, worker, background
        self.reader = FootageReader(background, self)
        self.process = ExportProcess(self)
        self.form = SequenceForm(self)
        self.frames: list[Frame] = []
        self._footage: Footage | None = None
        self._targets: Sequence[Target] = ()  # of the frames when they were smoothed
        self._smoothing: object | None = None  # identifies the newest request
        self._smoothed = 0  # frames in it
        self._poses: dict[int, Landmarks] = {}
        self._token = 0  # of the last request to the worker
        self._waiting: int | None = None  # the frame of that request, until it is answered
        self._made: Path | None = None
        self._timer = QTimer(self)
        self._clock = QElapsedTimer()
        self._began_at = 0
        self._wire()
        self._show_photo()
        resize_within_screen(self, 1000, 680)

    @property
    def index(self) -> int:
        """The index of the current frame, from 0."""
        return self.form.place.value()

    @property
    def playing(self) -> bool:
        """Whether the sequence is playing."""
        return self._timer.isActive()

    def open_path(self, path: Path) -> None:
        """Show the dialog with a video or a folder of frames."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.pause()
        self._clear()
        self.form.begin_reading(path.name)
        self.reader.start(path)

    def may_end(self) -> bool:
        """Whether no export is running."""
        return not self.process.running

    def stop(self) -> None:
        """Stop playing and reading: the window closes."""
        self.pause()
        self.reader.stop()

    def play(self) -> None:
        """Play from the current frame, or from the first if the current one is the last."""
        if len(self.frames) < 2:
            return
        last = self.index == len(self.frames) - 1
        self._began_at = 0 if last else self.index
        self._clock.start()
        self._timer.start(round(1000 / self._fps))
        self.form.show_playing(True)

    def pause(self) -> None:
        """Stop playing at the current frame."""
        self._timer.stop()
        self.form.show_playing(False)

    def show_frame(self, index: int) -> None:
        """Show a frame, and request the prediction for its pose."""
        if not self.frames:
            return
        index = min(max(index, 0), len(self.frames) - 1)
        self.form.show_place(index, self._fps, self.frames[index].landmarks is not None)
        pose = self.pose(index)
        if pose is None:
            self._show_target(index)
        else:
            self._token += 1
            self._waiting = index
            self._worker.play(self._token, pose)

    def pose(self, index: int) -> Landmarks | None:
        """A frame's pose for the open face (68x2 pixels of its photo); None if there is none."""
        photo, face = self._document.photo, self._document.landmarks
        if photo is None or face is None or self._document.pose is None:
            return None
        if index >= len(self._targets):
            return None  # not smoothed yet
        if index not in self._poses:
            try:
                self._poses[index] = engine.played(
                    face,
                    photo.size,
                    self._targets[index],
                    self.form.transfer.currentData(),
                    self.form.strength.value() / 100,
                )
            except engine.ReposeError as error:
                self.form.show_problem(str(error))
                return None
        return self._poses[index]

    @property
    def _fps(self) -> float:
        return engine.USUAL_FPS if self._footage is None else self._footage.fps

    def _wire(self) -> None:
        form, document = self.form, self._document
        form.open_video.clicked.connect(self._ask_video)
        form.open_folder.clicked.connect(self._ask_folder)
        form.stop_reading.clicked.connect(self.reader.stop)
        form.play.clicked.connect(lambda: self.pause() if self.playing else self.play())
        form.place.valueChanged.connect(self._scrub)
        form.smoothing.valueChanged.connect(lambda *_: self._smooth())
        for signal in (form.transfer.currentIndexChanged, form.strength.valueChanged):
            signal.connect(lambda *_: self._change_poses())
        form.use.clicked.connect(self._use_pose)
        form.export_video.triggered.connect(self._export_video)
        form.export_pictures.triggered.connect(self._export_pictures)
        form.stop_export.clicked.connect(self._stop_export)
        form.show_made.clicked.connect(self._show_made)
        space = QKeySequence(Qt.Key.Key_Space)
        for widget in (form.place, form.target):
            shortcut = QShortcut(space, widget, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(form.play.click)
        self.reader.opened.connect(self._opened)
        self.reader.found.connect(self._found)
        self.reader.ended.connect(self._read)
        self._timer.timeout.connect(self._tick)
        self._worker.played.connect(self._show_prediction)
        document.photo_changed.connect(self._show_photo)
        document.source_changed.connect(self._zoom_to_face)
        for changed in (document.source_changed, document.model_changed, document.keep_changed):
            changed.connect(self._change_poses)
        self.process.progressed.connect(form.progress.show_progress)
        self.process.job_failed.connect(form.progress.add_failure)
        self.process.ended.connect(self._exported)

    # Frames

    def _ask_video(self) -> None:
        title, kind = self.tr("Open video"), self.tr("Videos")
        path = ask_open(self, title, kind, engine.VIDEO_SUFFIXES, "videos")
        if path is not None:
            self.open_path(path)

    def _ask_folder(self) -> None:
        start = str(settings().value("folder/frames", pictures_folder()))
        name = QFileDialog.getExistingDirectory(self, self.tr("Open folder of frames"), start)
        if name:
            settings().setValue("folder/frames", name)
            self.open_path(Path(name))

    def _clear(self) -> None:
        self.frames, self._targets, self._footage = [], (), None
        self._smoothing, self._smoothed = None, 0
        self._poses.clear()
        self._token += 1
        self._waiting = None
        self.form.show_no_frames()

    def _opened(self, footage: Footage) -> None:
        self._footage = footage
        self.form.show_read(0, footage.count)

    def _found(self, frames: list[Frame]) -> None:
        self.frames += frames
        self.form.set_count(len(self.frames))
        count = 0 if self._footage is None else self._footage.count
        self.form.show_read(len(self.frames), count)
        # Each time all frames are smoothed: not at every new one.
        if len(self.frames) >= GROWTH * self._smoothed:
            self._smooth()

    def _read(self) -> None:
        found = sum(frame.landmarks is not None for frame in self.frames)
        self.form.end_reading(found, len(self.frames))
        self._smooth()

    def _smooth(self) -> None:
        """Compute the smoothed targets in the background; only the newest request counts."""
        frames, over = tuple(self.frames), self.form.smoothing.value() / 10
        asked = self._smoothing = object()
        self._smoothed = len(frames)

        def done(targets: Sequence[Target]) -> None:
            if asked is self._smoothing:
                self._targets = targets
                self._change_poses()

        self._background.run(lambda: _smoothed(frames, over), done, owner=self)

    def _change_poses(self) -> None:
        """Show the poses anew: the targets, the face, or how it takes them have changed."""
        self._poses.clear()
        self.form.show_problem("")
        there = self._document.pose is not None
        busy = self.reader.running or self.process.running
        whole = len(self._targets) == len(self.frames)
        self.form.enable(bool(self._targets), there, busy or not whole)
        if self.frames and not self.playing:
            self.show_frame(self.index)

    # Playing

    def _scrub(self, index: int) -> None:
        self._began_at = index
        self._clock.start()
        self.show_frame(index)

    def _tick(self) -> None:
        if self._waiting is not None:
            return  # the worker is busy: frames are skipped
        index = self._began_at + int(self._clock.elapsed() * self._fps / 1000)
        if index >= len(self.frames):
            if not self.form.repeat.isChecked():
                self.show_frame(len(self.frames) - 1)
                self.pause()
                return
            index = self._began_at = 0
            self._clock.start()
        if index != self.index:
            self.show_frame(index)

    def _show_prediction(self, token: int, answer: Prediction | str) -> None:
        if token != self._token or self._waiting is None:
            return
        index, self._waiting = self._waiting, None
        self._show_target(index)
        if isinstance(answer, str):
            self.form.show_problem(answer)
            return
        keep, crop = self._document.keep, answer.crop
        refined = answer.refined if keep is None else engine.keep_refined(answer, keep)
        area = QRectF(crop.left - 0.5, crop.top - 0.5, crop.side, crop.side)
        icc = b"" if self._document.photo is None else self._document.photo.metadata.icc
        self.form.result.show_image(rgb_image(refined, icc), area)

    def _show_target(self, index: int) -> None:
        known = index < len(self._targets)
        landmarks = self._targets[index].landmarks if known else None
        self.form.target.show_frame(self.frames[index], landmarks)

    def _show_photo(self) -> None:
        photo = self._document.photo
        self.form.result.show_photo(photo)
        if photo is not None:
            self.form.result.shown.set_photo(QRectF(-0.5, -0.5, *photo.size))
        self._zoom_to_face()
        self._change_poses()

    def _zoom_to_face(self) -> None:
        face = self._document.landmarks
        if face is not None:
            (left, top), (right, bottom) = face.min(axis=0).tolist(), face.max(axis=0).tolist()
            more = max(right - left, bottom - top) * AROUND
            self.form.result.zoom_to(
                QRectF(left, top, right - left, bottom - top).adjusted(-more, -more, more, more)
            )

    # Using and exporting the poses

    def _use_pose(self) -> None:
        pose = self.pose(self.index)
        if pose is not None:
            self._document.take_pose(pose, self.tr("Take pose from sequence"))

    def _export_video(self) -> None:
        photo = self._document.photo
        if photo is None or self._footage is None:
            return
        kinds = {".mp4": self.tr("MP4 video"), ".gif": self.tr("GIF animation")}
        near = pictures_folder() / f"{photo.path.stem}-{self._footage.path.stem}.mp4"
        path = ask_save(self, self.tr("Export sequence"), near, kinds, "sequences")
        if path is not None:
            self._export(path)

    def _export_pictures(self) -> None:
        start = str(settings().value("folder/sequences", pictures_folder()))
        title = self.tr("Folder for the pictures of the sequence")
        name = QFileDialog.getExistingDirectory(self, title, start)
        if name:
            settings().setValue("folder/sequences", name)
            self._export(Path(name))

    def _export(self, output: Path) -> None:
        document = self._document
        photo, face, model = document.photo, document.landmarks, document.model
        if photo is None or face is None:
            return
        try:
            sequence = engine.SequenceExport(
                photo=photo.path.absolute(),
                face=face,
                targets=tuple(self._targets),
                output=output,
                footage=None if self._footage is None else self._footage.path.absolute(),
                transfer=self.form.transfer.currentData(),
                strength=self.form.strength.value() / 100,
                fps=self._fps,
                view=self.form.view.currentData(),
                note=notes_edits(),
                place=keeps_place(),
                keep=document.keep,
                model=None if model is None else model.path,
                device="auto" if model is None else model.device,
                precision=precision(),
            )
            self.process.start_sequence(sequence)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._made = output if output.is_dir() else output.parent
        self.form.progress.begin()
        self.form.show_exporting(True)
        self._change_poses()

    def _stop_export(self) -> None:
        self.process.cancel()
        self.form.progress.show_cancelling()
        self.form.stop_export.setEnabled(False)

    def _exported(self, ending: Ending) -> None:
        self.form.progress.show_ending(ending)
        self.form.show_exporting(False)
        self._change_poses()
        if ending.reason:
            self.failed.emit(ending.reason)
        elif not ending.stopped and not self.isVisible():
            self.message.emit(
                self.tr("Sequence exported: {names}").format(
                    names=", ".join(path.name for path in ending.made)
                )
            )

    def _show_made(self) -> None:
        if self._made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._made)))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.pause()
        event.accept()  # reading and exporting continue


def _smoothed(frames: Sequence[Frame], over: float) -> Sequence[Target]:
    try:
        return engine.smoothed(frames, over)
    except engine.ReposeError:  # no face so far
        return ()
