"""The widgets of the sequence dialog: frame and result, the player, and the settings."""

from __future__ import annotations

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
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.widgets.items import ACCENT, SHADOW, screen_pen
from gui.widgets.picture_view import PictureView
from gui.widgets.progress_view import ExportView
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from engine import Frame, Landmarks


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

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self.open_video = QPushButton(self.tr("Open &video…"))
        self.open_folder = QPushButton(self.tr("Open folder of &frames…"))
        self.name = QLabel(self.tr("Open a video of a face, or a folder of its frames."))
        self.target = FrameView(self.tr("The frames appear here."))
        self.target.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.target.setAccessibleName(self.tr("Frame"))
        self.result = PictureView(self.tr("The photo in the frame's pose appears here."))
        self.result.setAccessibleName(self.tr("Photo in the frame's pose"))
        self.play = QPushButton(self.tr("Play"))
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.time = QLabel()
        self.repeat = QCheckBox(self.tr("&Repeat"))
        self.transfer, self.view = QComboBox(), QComboBox()
        self.strength = _slider(0, 150, 100)  # %
        self.smoothing = _slider(0, 50, 10)  # tenths of a frame
        self.read_bar, self.stop_reading = QProgressBar(), QPushButton(self.tr("Stop"))
        self.problem = QLabel()
        self.progress = ExportView()
        self.use = QPushButton(self.tr("&Use this pose"))
        self.export = QPushButton(self.tr("&Export"))
        self.stop_export = QPushButton(self.tr("Stop"))
        self.show_made = QPushButton(self.tr("Open folder"))
        menu = QMenu(self.export)
        self.export_video = menu.addAction(self.tr("&Video or animation…"))
        self.export_pictures = menu.addAction(self.tr("&Pictures, one for each frame…"))
        self.export.setMenu(menu)
        self._fill()
        self._lay_out(dialog)
        guard_wheel(self)
        self.show_no_frames()

    # Showing the state

    def begin_reading(self, name: str) -> None:
        """Show that a video or folder of this name is being opened."""
        self.name.setText(name)
        self.read_bar.setRange(0, 0)
        for widget in (self.read_bar, self.stop_reading):
            widget.show()

    def show_read(self, read: int, count: int) -> None:
        """Show that `read` of about `count` frames were read; 0: the count is unknown."""
        self.read_bar.setRange(0, max(count, read) if count else 0)
        self.read_bar.setValue(read)

    def end_reading(self, found: int, count: int) -> None:
        """Show that all `count` frames were read and `found` of them have a face."""
        for widget in (self.read_bar, self.stop_reading):
            widget.hide()
        if count and not found:
            self.show_problem(self.tr("No face was found in any frame: choose another video."))

    def show_no_frames(self) -> None:
        """Show that there is nothing to play."""
        self.target.show_frame(None)
        self.set_count(0)
        self.time.clear()
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

    def show_exporting(self, exporting: bool) -> None:
        """Show the buttons for a running or a finished export."""
        self.stop_export.setVisible(exporting)
        self.stop_export.setEnabled(True)
        self.show_made.setVisible(not exporting)

    def enable(self, poses: bool, face: bool, busy: bool) -> None:
        """Enable the buttons: `busy` means that frames are read or exported."""
        self.use.setEnabled(poses and face)
        self.export.setEnabled(poses and face and not busy)

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
        self.view.addItem(self.tr("Whole photo"), "photo")
        self.view.addItem(self.tr("Face alone"), "face")
        for widget, name, tip in (
            (self.place, self.tr("Frame"), self.tr("Drag, or use the arrow keys; Space plays")),
            (self.play, self.tr("Play or pause"), self.tr("Play the frames one after another")),
            (self.transfer, self.tr("Pose of the frames"), self.tr("How the face takes the pose")),
            (self.strength, self.tr("Strength"),
             self.tr("How far the face follows each pose, in percent")),
            (self.smoothing, self.tr("Smoothing"),
             self.tr("Smooth the points over this number of frames")),
            (self.view, self.tr("What to export"), self.tr("What the exported frames show")),
            (self.use, self.tr("Use this pose"), self.tr("Edit the photo in this frame's pose")),
            (self.export, self.tr("Export"), self.tr("Write all frames to files")),
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
        self.stop_export.hide()
        self.show_made.hide()
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
            (self.tr("Export shows"), self.view, None),
        )):  # fmt: skip
            label = QLabel(name)
            label.setBuddy(field)
            how.addWidget(label, 0, column)
            how.addWidget(field, 1, column)
            how.setColumnStretch(column, 1)
            if note is not None and isinstance(field, QSlider):
                _name_value(field, label, name, note, 10 if field is self.smoothing else 1)
        buttons = _line(self.show_made)
        buttons.addStretch()
        for button in (self.stop_export, self.use, self.export):
            buttons.addWidget(button)
        for button in dialog.findChildren(QPushButton):
            button.setAutoDefault(False)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.setSpacing(12)
        column_of_all.addLayout(opening)
        column_of_all.addLayout(reading)
        column_of_all.addLayout(views, 1)
        for part in (bar, how):
            column_of_all.addLayout(part)
        for widget in (self.problem, self.progress):
            column_of_all.addWidget(widget)
        column_of_all.addLayout(buttons)
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
