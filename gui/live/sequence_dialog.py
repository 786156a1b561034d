"""The sequence dialog: plays the poses of a video or of a folder of frames on the open photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

import engine
from gui.document.document import Document
from gui.live.export_row import ExportRow
from gui.live.footage_reader import FootageReader
from gui.live.player import Player
from gui.live.sequence_form import BEGIN, END, SequenceForm
from gui.style.preferences import settings
from gui.widgets.file_dialogs import ask_open, pictures_folder
from gui.widgets.window_size import resize_within_screen
from gui.workers.background import Background
from gui.workers.export_process import ExportProcess
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Footage, Frame, Landmarks, Prediction, Target

GROWTH = 1.3  # of the number of frames read, after which they are smoothed again
ROUNDING = 1e-6  # frames


class SequenceDialog(QDialog):
    """Does not block the window. Reading and a running export continue when it is closed."""

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
        self._document, self._background = document, background
        self.reader = FootageReader(background, self)
        self.exports = ExportRow(document, self._stem, self._described)
        self.form = SequenceForm(self, document, self.exports)
        self.frames: list[Frame] = []
        self._footage: Footage | None = None
        self._targets: Sequence[Target] = ()  # of the frames when they were smoothed
        self._smoothing: object | None = None  # identifies the newest request
        self._smoothed = 0  # frames in it
        self._poses: dict[int, Landmarks] = {}
        self._first = 0  # the indices of the part that is played and exported
        self._last: int | None = None  # None: the last frame
        self._rest: int | None = None  # index of the frame in which the person is at rest
        self.player = Player(worker, self._span, self.form.repeat, self)
        self._wire()
        self._change_poses()
        resize_within_screen(self, 1000, 680)

    @property
    def index(self) -> int:
        """The index of the current frame, from 0."""
        return self.form.place.value()

    @property
    def playing(self) -> bool:
        """Whether the sequence is playing."""
        return self.player.playing

    def open_path(self, path: Path) -> None:
        """Show the dialog with a video or a folder of frames."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.player.pause()
        self._clear()
        self.form.begin_reading(path.name)
        self.reader.start(path)

    def may_end(self) -> bool:
        """Whether no export is running."""
        return not self.exports.process.running

    @property
    def process(self) -> ExportProcess:
        """The export."""
        return self.exports.process

    @property
    def part(self) -> tuple[int, int]:
        """The indices of the first and the last frame that are played and exported."""
        end = len(self.frames) - 1
        return self._first, end if self._last is None else min(self._last, end)

    def stop(self) -> None:
        """Stop playing and reading: the window closes."""
        self.player.pause()
        self.reader.stop()

    def play(self) -> None:
        """Play from the current frame, or from the first one of the part if it is not before the
        last one."""
        first, last = self.part
        if last > first:
            index = self.index if first <= self.index < last else first
            self.player.play(index / self._fps, self._fps)

    def show_frame(self, index: int) -> None:
        """Show a frame, and request the prediction for its pose."""
        if not self.frames:
            return
        index = min(max(index, 0), len(self.frames) - 1)
        self.form.show_place(index, self._fps, self.frames[index].landmarks is not None)
        pose = self.pose(index)
        if pose is None:
            self.player.forget()
            self._show_target()
        else:
            self.player.predict(pose)

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
                    self._reference,
                )
            except engine.ReposeError as error:
                self.form.show_problem(str(error))
                return None
        return self._poses[index]

    @property
    def _fps(self) -> float:
        return engine.USUAL_FPS if self._footage is None else self._footage.fps

    @property
    def _reference(self) -> Target | None:
        known = self._rest is not None and self._rest < len(self._targets)
        return self._targets[self._rest] if known and self._rest is not None else None

    def _wire(self) -> None:
        form, document = self.form, self._document
        form.open_video.clicked.connect(self._ask_video)
        form.open_folder.clicked.connect(self._ask_folder)
        form.stop_reading.clicked.connect(self.reader.stop)
        form.play.clicked.connect(lambda: self.player.pause() if self.playing else self.play())
        form.place.valueChanged.connect(self._scrub)
        form.smoothing.valueChanged.connect(lambda *_: self._smooth())
        for signal in (form.transfer.currentIndexChanged, form.strength.valueChanged):
            signal.connect(lambda *_: self._change_poses())
        form.begin_here.clicked.connect(lambda: self._set_part(self.index, self._last))
        form.end_here.clicked.connect(lambda: self._set_part(self._first, self.index))
        form.rest_here.clicked.connect(lambda: self._set_rest(self.index))
        form.whole.clicked.connect(self._take_all)
        form.use.clicked.connect(self._use_pose)
        for key, button in ((BEGIN, form.begin_here), (END, form.end_here)):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        space = QKeySequence(Qt.Key.Key_Space)
        for widget in (form.place, form.target):
            shortcut = QShortcut(space, widget, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(form.play.click)
        self.reader.opened.connect(self._opened)
        self.reader.found.connect(self._found)
        self.reader.ended.connect(self._read)
        self.player.moved.connect(self._play_at)
        self.player.changed.connect(form.show_playing)
        self.player.predicted.connect(self._show_prediction)
        for changed in (document.photo_changed, document.source_changed, document.model_changed,
                        document.keep_changed, self.exports.changed):  # fmt: skip
            changed.connect(self._change_poses)
        self.exports.failed.connect(self.failed)
        self.exports.message.connect(self.message)

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
        self._first, self._last, self._rest = 0, None, None
        self._poses.clear()
        self.player.forget()
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
        name = "" if self._footage is None else self._footage.path.name
        self.form.end_reading(name, engine.lost_ranges(self.frames), found)
        self._show_part()
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
        if self.frames and self.isVisible() and not self.playing:
            self.show_frame(self.index)

    # The part and the frame at rest

    def _set_part(self, first: int, last: int | None) -> None:
        """Play and export these frames; the other end moves out of the way of the newer one."""
        newest = self.index
        self._first, self._last = min(first, newest), last if last is None else max(last, newest)
        self._show_part()

    def _set_rest(self, index: int) -> None:
        self._rest = index
        self._show_part()
        self._change_poses()

    def _take_all(self) -> None:
        self._first, self._last = 0, None
        if self._rest is not None:
            self._rest = None
            self._change_poses()
        self._show_part()

    def _show_part(self) -> None:
        self.form.show_part(*self.part, self._rest, self._fps)

    # Playing

    def _span(self) -> tuple[float, float]:
        """The times of the part, until the end of its last frame."""
        first, last = self.part
        return first / self._fps, (last + 1) / self._fps

    def _scrub(self, index: int) -> None:
        self.player.seek(index / self._fps)
        self.show_frame(index)

    def _play_at(self, seconds: float) -> None:
        # A frame's time, divided and multiplied by the frame rate, may have become less.
        index = min(int(seconds * self._fps + ROUNDING), self.part[1])
        if index != self.index:
            self.show_frame(index)

    def _show_prediction(self, answer: Prediction | str) -> None:
        self._show_target()
        if isinstance(answer, str):
            self.form.show_problem(answer)
            return
        self.form.result.show_prediction(answer)

    def _show_target(self) -> None:
        index = self.index
        known = index < len(self._targets)
        landmarks = self._targets[index].landmarks if known else None
        self.form.target.show_frame(self.frames[index], landmarks)

    # Using and exporting the poses

    def _use_pose(self) -> None:
        pose = self.pose(self.index)
        if pose is not None:
            self._document.take_pose(pose, self.tr("Take pose from sequence"))

    def _stem(self) -> str:
        photo, footage = self._document.photo, self._footage
        paths = [one.path for one in (photo, footage) if one is not None]
        return "-".join(path.stem for path in paths)

    def _described(self) -> dict[str, Any]:
        """The frames of the part, for the export."""
        first, last = self.part
        return {
            "targets": tuple(self._targets[first : last + 1]),
            "reference": self._reference,
            "footage": None if self._footage is None else self._footage.path.absolute(),
            "start": first / self._fps,
            "transfer": self.form.transfer.currentData(),
            "strength": self.form.strength.value() / 100,
            "fps": self._fps,
        }

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._change_poses()  # they were not shown while the dialog was hidden


def _smoothed(frames: Sequence[Frame], over: float) -> Sequence[Target]:
    try:
        return engine.smoothed(frames, over)
    except engine.ReposeError:  # no face so far
        return ()
