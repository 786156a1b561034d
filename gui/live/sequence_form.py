"""The widgets of the sequence dialog: frame and result, the player, and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.document.document import Document
from gui.live.export_row import ExportRow
from gui.live.result_view import ResultView
from gui.widgets.items import ACCENT, SHADOW, screen_pen
from gui.widgets.marked_slider import Groove
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from engine import Frame, Landmarks

BEGIN, END = "I", "O"  # keys, as in video editors


class FrameView(QWidget):
    """A frame of the video with the lines of its face, or a sentence while there is none."""

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._image = QImage()
        self._size = (1, 1)  # of the frame, pixels
        self._landmarks: Landmarks | None = None
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def show_frame(self, frame: Frame | None, landmarks: Landmarks | None = None) -> None:
        """Show a frame with the lines of these landmarks (68x2, pixels of the frame)."""
        self._image = QImage() if frame is None else QImage.fromData(frame.preview)
        self._size = (1, 1) if frame is None else frame.size
        self._landmarks = landmarks
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 16, -16, -16), int(flags), self._empty)
            return
        width, height = self._size
        scale = min(self.width() / width, self.height() / height)
        left, top = (self.width() - width * scale) / 2, (self.height() - height * scale) / 2
        painter.drawImage(QRectF(left, top, width * scale, height * scale), self._image)
        if self._landmarks is None:
            return
        painter.translate(left + scale / 2, top + scale / 2)
        painter.scale(scale, scale)
        for pen in (screen_pen(SHADOW, 3.0, scale), screen_pen(ACCENT, 1.4, scale)):
            painter.setPen(pen)
            for part in engine.FACE_PARTS:
                points = [QPointF(*self._landmarks[index].tolist()) for index in part.indices]
                line = QPolygonF([*points, points[0]] if part.closed else points)
                painter.drawPolyline(line)


class SequenceForm(QWidget):
    """Has no state besides the values of its fields."""

    def __init__(self, dialog: QDialog, document: Document, exports: ExportRow) -> None:
        super().__init__(dialog)
        self._exports = exports
        self.open_video = QPushButton(self.tr("Open &video…"))
        self.open_folder = QPushButton(self.tr("Open folder of &frames…"))
        self.name = QLabel(self.tr("Open a video of a face, or a folder of its frames."))
        self.target = FrameView(self.tr("The frames appear here."))
        self.target.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.target.setAccessibleName(self.tr("Frame"))
        self.result = ResultView(
            document, self.tr("The photo in the frame's pose appears here."), near=True
        )
        self.result.setAccessibleName(self.tr("Photo in the frame's pose"))
        self.play = QPushButton(self.tr("Play"))
        self.place = Groove()
        self.begin_here = QPushButton(self.tr("&Begin here"))
        self.end_here = QPushButton(self.tr("E&nd here"))
        self.whole = QPushButton(self.tr("&All frames"))
        self.rest_here = QPushButton(self.tr("Rests &here"))
        self.part = QLabel()
        self.time = QLabel()
        self.repeat = QCheckBox(self.tr("&Repeat"))
        self.transfer = QComboBox()
        self.strength = _slider(0, 150, 100)  # %
        self.smoothing = _slider(0, 50, 10)  # tenths of a frame
        self.read_bar, self.stop_reading = QProgressBar(), QPushButton(self.tr("Stop"))
        self.problem = QLabel()
        self.use = QPushButton(self.tr("&Use this pose"))
        self._fill()
        self._lay_out(dialog)
        guard_wheel(self)
        self.show_no_frames()

    # Showing the state

    def begin_reading(self, name: str) -> None:
        """Show that a video or folder of this name is being opened."""
        self.name.setText(name)
        self.name.setToolTip("")
        self.read_bar.setRange(0, 0)
        for widget in (self.read_bar, self.stop_reading):
            widget.show()

    def show_read(self, read: int, count: int) -> None:
        """Show that `read` of about `count` frames were read; 0: the count is unknown."""
        self.read_bar.setRange(0, max(count, read) if count else 0)
        self.read_bar.setValue(read)

    def end_reading(self, name: str, lost: Sequence[tuple[int, int]], found: int) -> None:
        """Show that all frames were read.

        lost   the first and last numbers of runs of frames without a face
        found  the number of frames with one
        """
        for widget in (self.read_bar, self.stop_reading):
            widget.hide()
        if lost and not found:
            self.show_problem(self.tr("No face was found in any frame: choose another video."))
        elif lost:
            runs = [f"{a}" if a == b else f"{a}\N{EN DASH}{b}" for a, b in lost]
            most = engine.MOST_RANGES
            listed = ", ".join([*runs[:most], *(["…"] if len(runs) > most else [])])
            text = self.tr("{name}  ·  no face in {frames}").format(name=name, frames=listed)
            self.name.setText(text)
            self.name.setToolTip(self.tr("Poses are interpolated where no face was found."))

    def show_no_frames(self) -> None:
        """Show that there is nothing to play."""
        self.target.show_frame(None)
        self.set_count(0)
        self.time.clear()
        self.part.clear()
        self.show_problem("")
        self.read_bar.hide()
        self.stop_reading.hide()
        self.enable(False, False, False)

    def set_count(self, frames: int) -> None:
        """Set the number of frames."""
        with QSignalBlocker(self.place):
            self.place.setRange(0, max(frames - 1, 0))
        for widget in (self.place, self.play):
            widget.setEnabled(frames > 1)

    def show_place(self, index: int, fps: float, found: bool) -> None:
        """Show the index of the current frame, from 0, and whether a face was found in it."""
        with QSignalBlocker(self.place):
            self.place.setValue(index)
        text = self.tr("{frame} of {count}  ·  {seconds:.2f} s").format(
            frame=index + 1, count=self.place.maximum() + 1, seconds=index / fps
        )
        self.time.setText(text)
        self.target.setToolTip(
            "" if found else self.tr("No face was found here; its pose is interpolated.")
        )
        self.gap.setVisible(not found)

    def show_playing(self, playing: bool) -> None:
        """Set the button to Play or Pause."""
        self.play.setText(self.tr("Pause") if playing else self.tr("Play"))

    def show_problem(self, sentence: str) -> None:
        """Show an error sentence; "" hides it."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def show_part(self, first: int, last: int, rest: int | None, fps: float) -> None:
        """Show the indices of the frames that are played and exported, and of the one at rest."""
        count = self.place.maximum() + 1
        whole = (first, last) == (0, count - 1)
        self.place.marked = None if whole else (first, last)
        self.place.origin = rest
        self.place.update()
        words = []
        if not whole:
            text = self.tr("{start:.2f} to {end:.2f} s")
            words.append(text.format(start=first / fps, end=last / fps))
        if rest is not None:
            words.append(self.tr("rests at {time:.2f} s").format(time=rest / fps))
        self.part.setText("  ·  ".join(words))
        self.whole.setEnabled(bool(words))

    def enable(self, poses: bool, face: bool, busy: bool) -> None:
        """Enable the buttons: `busy` means that frames are read or exported."""
        self.use.setEnabled(poses and face)
        self._exports.button.setEnabled(poses and face and not busy)
        for button in (self.begin_here, self.end_here, self.rest_here):
            button.setEnabled(poses)
        self.whole.setEnabled(poses and bool(self.part.text()))

    # Construction

    def _fill(self) -> None:
        for name, value, tip in (
            (self.tr("Relative"), "relative",
             self.tr("Head rotation and expression; the face keeps its own shape.")),
            (self.tr("Aligned"), "aligned",
             self.tr("The other face's points, moved and scaled onto this face.")),
            (self.tr("Absolute"), "absolute",
             self.tr("The other face's points as they are; for photos of a fixed camera.")),
        ):  # fmt: skip
            self.transfer.addItem(name, value)
            self.transfer.setItemData(self.transfer.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        for widget, name, tip in (
            (self.place, self.tr("Frame"), self.tr("Drag, or use the arrow keys; Space plays")),
            (self.play, self.tr("Play or pause"), self.tr("Play the frames one after another")),
            (self.transfer, self.tr("Pose of the frames"), self.tr("How the face takes the pose")),
            (self.strength, self.tr("Strength"),
             self.tr("How far the face follows each pose, in percent")),
            (self.smoothing, self.tr("Smoothing"),
             self.tr("Smooth the points over this number of frames")),
            (self.use, self.tr("Use this pose"), self.tr("Edit the photo in this frame's pose")),
            (self.begin_here, self.tr("Begin here"),
             self.tr("Play and export from this frame on ({key})").format(key=BEGIN)),
            (self.end_here, self.tr("End here"),
             self.tr("Play and export up to this frame ({key})").format(key=END)),
            (self.whole, self.tr("All frames"),
             self.tr("Play and export all frames, with their poses as they are")),
            (self.rest_here, self.tr("Rests here"),
             self.tr("The person is at rest in this frame: the photo keeps its own pose there, and"
                     " takes only what changes")),
            (self.read_bar, self.tr("Frames read"), ""),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
        self.play.setMinimumWidth(90)
        self.place.setPageStep(10)
        self.problem.setObjectName("wrong")
        self.problem.setWordWrap(True)
        self.gap = QLabel(self.tr("no face found: interpolated"))
        self.gap.setObjectName("paneNote")
        self.gap.hide()
        self.read_bar.setTextVisible(False)
        self.read_bar.setFixedHeight(8)

    def _lay_out(self, dialog: QDialog) -> None:
        opening = _line(self.open_video, self.open_folder, self.name)
        opening.addStretch()
        opening.addWidget(self.gap)
        views = QHBoxLayout()
        views.setSpacing(12)
        views.addWidget(self.target, 2)
        views.addWidget(self.result, 3)
        reading = _line(self.read_bar, self.stop_reading)
        bar = _line(self.play, self.place, self.time, self.repeat)
        how = QGridLayout()
        how.setHorizontalSpacing(12)
        for column, (name, field, note) in enumerate((
            (self.tr("Pose of the frames"), self.transfer, None),
            (self.tr("Strength"), self.strength, self.tr("{value} %")),
            (self.tr("Smoothing"), self.smoothing, "{value}"),
            (self.tr("Export shows"), self._exports.view, None),
        )):  # fmt: skip
            label = QLabel(name)
            label.setBuddy(field)
            how.addWidget(label, 0, column)
            how.addWidget(field, 1, column)
            how.setColumnStretch(column, 1)
            if note is not None and isinstance(field, QSlider):
                _name_value(field, label, name, note, 10 if field is self.smoothing else 1)
        part = _line(self.begin_here, self.end_here, self.rest_here, self.whole, self.part)
        part.addStretch()
        self._exports.add(self.use)
        for button in dialog.findChildren(QPushButton):
            button.setAutoDefault(False)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.setSpacing(12)
        column_of_all.addLayout(opening)
        column_of_all.addLayout(reading)
        column_of_all.addLayout(views, 1)
        for line in (bar, part, how):
            column_of_all.addLayout(line)
        for widget in (self.problem, self._exports):
            column_of_all.addWidget(widget)
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.addWidget(self)


def _slider(least: int, most: int, value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(least, most)
    slider.setValue(value)
    return slider


def _name_value(slider: QSlider, label: QLabel, name: str, note: str, steps: int) -> None:
    """Show a slider's value in a label; `steps` slider steps are one unit."""

    def show(value: int) -> None:
        label.setText(f"{name}: {note.format(value=f'{value / steps:g}')}")

    slider.valueChanged.connect(show)
    show(slider.value())


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(10)
    for widget in widgets:
        stretch = isinstance(widget, (QSlider, QProgressBar))
        line.addWidget(widget, 1 if stretch else 0)
    return line
