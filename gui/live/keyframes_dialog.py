"""The keyframes dialog: poses at moments of a timeline, played on the open photo and exported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPixmap, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QListWidgetItem, QWidget

import engine
from gui.document.document import Document
from gui.live.export_row import ExportRow
from gui.live.keyframes_form import ICON_SIDE, KeyframesForm
from gui.live.player import Player
from gui.widgets.file_dialogs import ask_open, ask_save, ask_yes, pictures_folder
from gui.widgets.head_view import mean_pose, preset_image
from gui.widgets.window_size import resize_within_screen
from gui.workers.predict_worker import PredictWorker

if TYPE_CHECKING:
    from engine import Keyframe, Keyframes, PosePreset, PoseTrack, Prediction

SUFFIX = ".json"
NEAR = 0.006  # seconds: a keyframe this near to the current time is the current one
SPARE = 1.0  # seconds of the timeline behind the last keyframe
LEAST = 4.0  # seconds of the timeline
MEAN_SIZE = (400, 400)  # width and height of the picture of the mean face, pixels


class KeyframesDialog(QDialog):
    """Does not block the window, in which the poses are made. When it is closed, the keyframes are
    kept and a running export continues.

    `keyframes` is replaced by every change.
    """

    failed = Signal(str)
    message = Signal(str)

    def __init__(
        self, document: Document, worker: PredictWorker, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyframes"))
        self._document = document
        self.keyframes = self._saved = engine.Keyframes(())
        self.exports = ExportRow(document, self._stem, self._described)
        self.form = KeyframesForm(self, document, self.exports)
        self._icons: dict[PosePreset, QIcon] = {}
        self._track: PoseTrack | None = None  # of the keyframes on the open face
        self.player = Player(worker, lambda: (0.0, self._end), self.form.repeat, self)
        self._drawing = QTimer(self, interval=0)
        self._wire()
        self._change_poses()
        resize_within_screen(self, 900, 660)

    @property
    def time(self) -> float:
        """The current time, seconds."""
        return self.form.time.value()

    @property
    def current(self) -> Keyframe | None:
        """The keyframe at the current time."""
        nearest = min(self.keyframes.keys, key=self._distance, default=None)
        return None if nearest is None or self._distance(nearest) >= NEAR else nearest

    @property
    def playing(self) -> bool:
        """Whether the keyframes are playing."""
        return self.player.playing

    @property
    def unsaved(self) -> bool:
        """Whether there are keyframes that no file holds."""
        return bool(self.keyframes.keys) and self.keyframes is not self._saved

    def _distance(self, key: Keyframe) -> float:
        return abs(key.time - self.time)

    # Changes

    def set_key(self) -> None:
        """Make the pose of the window the keyframe at the current time."""
        pose = self._document.pose
        if pose is not None:
            time = self.time if self.current is None else self.current.time
            self._replace(self.current, engine.Keyframe(time, engine.PosePreset.of(pose)))

    def remove_key(self) -> None:
        """Delete the keyframe at the current time."""
        if self.current is not None:
            self._replace(self.current, None)

    def move_key(self, time: float) -> None:
        """Move the keyframe at the current time to another one, seconds."""
        current = self.current
        if current is None:
            return
        if any(abs(key.time - time) < NEAR for key in self.keyframes.keys if key is not current):
            self.failed.emit(self.tr("There is a keyframe at this time: delete it first."))
            self._show_time()
            return
        self._replace(current, replace(current, time=time))
        self.go_to(time)

    def edit_pose(self) -> None:
        """Give the window the pose of the current time; it can be undone there."""
        if self._track is not None:
            pose = self._track.at(self.time)
            self._document.change_pose(pose, self.tr("Take pose from keyframes"))

    def _replace(self, old: Keyframe | None, new: Keyframe | None) -> None:
        kept = [key for key in self.keyframes.keys if key is not old]
        self._set(replace(self.keyframes, keys=(*kept, *([new] if new else []))))

    def _set(self, keyframes: Keyframes, saved: bool = False) -> None:
        self.keyframes = keyframes
        if saved:
            self._saved = keyframes
        self.form.keys.clear()
        for key in keyframes.keys:
            item = QListWidgetItem(self.tr("{time:.2f} s").format(time=key.time), self.form.keys)
            item.setIcon(self._icons.get(key.pose, QIcon()))
        with QSignalBlocker(self.form.fps):
            self.form.fps.setValue(keyframes.fps)
        self._drawing.start()
        self._change_poses()

    def _set_fps(self, fps: float) -> None:
        self.keyframes = replace(self.keyframes, fps=fps)

    def _draw_icon(self) -> None:
        """Draw one thumbnail that is missing: many at once would stop the window."""
        for row, key in enumerate(self.keyframes.keys):
            if key.pose not in self._icons:
                image = preset_image(key.pose, 2 * ICON_SIDE)
                icon = self._icons[key.pose] = QIcon(QPixmap.fromImage(image))
                self.form.keys.item(row).setIcon(icon)
                return
        self._drawing.stop()
        shown = {key.pose for key in self.keyframes.keys}
        self._icons = {pose: icon for pose, icon in self._icons.items() if pose in shown}

    # Files

    def open_file(self) -> None:
        """Ask for a file of keyframes, and for leave to drop those that are not saved."""
        question = self.tr("The keyframes are not saved. Replace them?")
        if self.unsaved and not ask_yes(self, self.tr("Replace"), question):
            return
        title, kind = self.tr("Open keyframes"), self.tr("Keyframes")
        path = ask_open(self, title, kind, (SUFFIX,), "keyframes")
        if path is None:
            return
        try:
            keyframes = engine.Keyframes.read(path)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self.player.pause()
        self._set(keyframes, saved=True)
        self.go_to(0.0)

    def save_file(self) -> None:
        """Ask for a file and write the keyframes to it."""
        suggestion = pictures_folder() / f"{self._stem()}{SUFFIX}"
        kinds = {SUFFIX: self.tr("Keyframes")}
        path = ask_save(self, self.tr("Save keyframes"), suggestion, kinds, "keyframes")
        if path is None:
            return
        keyframes = self.keyframes
        try:
            keyframes.write(path, mean_pose(), MEAN_SIZE)
        except engine.ReposeError as error:
            self.failed.emit(str(error))
            return
        self._saved = keyframes
        self.message.emit(self.tr("Saved {}").format(path))

    # Playing

    def go_to(self, seconds: float) -> None:
        """Show the pose at a time."""
        with QSignalBlocker(self.form.time), QSignalBlocker(self.form.place):
            self.form.time.setValue(seconds)
            self._show_length()
            self.form.place.setValue(round(1000 * self.time))
        self._show_time()
        self._show_pose()

    def play(self) -> None:
        """Play from the current time, or from the start if it is not before the last keyframe."""
        if self.keyframes.keys:
            start = self.time if self.time < self._end - NEAR else 0.0
            self.player.play(start, self.keyframes.fps)

    def stop(self) -> None:
        """Stop playing: the window closes."""
        self.player.pause()

    @property
    def _end(self) -> float:
        return self.keyframes.keys[-1].time if self.keyframes.keys else 0.0

    def _scrub(self, milliseconds: int) -> None:
        self.player.seek(milliseconds / 1000)
        self.go_to(milliseconds / 1000)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.keyframes.keys):
            self._scrub(round(1000 * self.keyframes.keys[row].time))

    def _change_poses(self) -> None:
        """Show the poses anew: the keyframes or the face have changed."""
        pose = self._document.pose
        self._track = None
        if pose is not None and self.keyframes.keys:
            try:
                self._track = self.keyframes.on(pose.source)
            except engine.ReposeError as error:
                self.failed.emit(str(error))
        self.form.place.points = tuple(round(1000 * key.time) for key in self.keyframes.keys)
        self.form.show_count(len(self.keyframes.keys))
        self._show_length()
        self._enable()
        if self.isVisible() and not self.playing:
            self._show_time()
            self._show_pose()

    def _enable(self) -> None:
        form, there = self.form, bool(self.keyframes.keys)
        form.set_key.setEnabled(self._document.pose is not None)
        form.edit.setEnabled(self._track is not None)
        form.play.setEnabled(self._track is not None and self._end > 0)
        form.save.setEnabled(there)
        running = self.exports.process.running
        self.exports.button.setEnabled(self._track is not None and not running)

    def _show_length(self) -> None:
        length = max(LEAST, self._end + SPARE, self.time)
        with QSignalBlocker(self.form.place):
            self.form.place.setRange(0, round(1000 * length))
        self.form.place.update()

    def _show_time(self) -> None:
        """Show which keyframe is the current one."""
        form, current = self.form, self.current
        with QSignalBlocker(form.keys), QSignalBlocker(form.moved):
            row = -1 if current is None else self.keyframes.keys.index(current)
            form.keys.setCurrentRow(row)
            if current is not None:
                form.moved.setValue(current.time)
        form.show_current(current is not None)

    def _show_pose(self) -> None:
        if self._track is None:
            self.player.forget()
            self.form.view.show_nothing()
        else:
            self.player.predict(self._track.at(self.time))

    def _show_prediction(self, answer: Prediction | str) -> None:
        if isinstance(answer, str):
            self.form.view.show_nothing(answer)
        else:
            self.form.view.show_prediction(answer)

    # The rest

    def _wire(self) -> None:
        form, document = self.form, self._document
        for button, call in (
            (form.open, self.open_file),
            (form.save, self.save_file),
            (form.set_key, self.set_key),
            (form.remove, self.remove_key),
            (form.edit, self.edit_pose),
            (form.play, lambda: self.player.pause() if self.playing else self.play()),
        ):
            button.clicked.connect(call)
        form.place.valueChanged.connect(self._scrub)
        form.time.valueChanged.connect(lambda value: self._scrub(round(1000 * value)))
        form.keys.currentRowChanged.connect(self._choose)
        form.moved.valueChanged.connect(self.move_key)
        form.fps.valueChanged.connect(self._set_fps)
        for keys, widget, button in (
            (Qt.Key.Key_Space, form.place, form.play),
            (Qt.Key.Key_Delete, form.keys, form.remove),
        ):
            shortcut = QShortcut(
                QKeySequence(keys), widget, context=Qt.ShortcutContext.WidgetShortcut
            )
            shortcut.activated.connect(button.click)
        QShortcut(QKeySequence(Qt.Key.Key_K), self).activated.connect(form.set_key.click)
        self.player.moved.connect(self.go_to)
        self.player.changed.connect(form.show_playing)
        self.player.predicted.connect(self._show_prediction)
        self._drawing.timeout.connect(self._draw_icon)
        for changed in (document.photo_changed, document.source_changed, document.model_changed,
                        document.keep_changed):  # fmt: skip
            changed.connect(self._change_poses)
        self.exports.changed.connect(self._enable)
        self.exports.failed.connect(self.failed)
        self.exports.message.connect(self.message)

    def _stem(self) -> str:
        photo = self._document.photo
        name = self.tr("keyframes")
        return name if photo is None else f"{photo.path.stem}-{name}"

    def _described(self) -> dict[str, Any]:
        return {"keyframes": self.keyframes, "fps": self.keyframes.fps}

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._change_poses()  # they were not shown while the dialog was hidden
