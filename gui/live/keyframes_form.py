"""The widgets of the keyframes dialog: the result, the timeline, and the list of keyframes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.document.document import Document
from gui.live.export_row import ExportRow
from gui.live.result_view import ResultView
from gui.widgets.marked_slider import Groove, ValueBox
from gui.widgets.wheel import guard_wheel

ICON_SIDE = 56  # pixels of a thumbnail
SIDE_WIDTH = 216  # pixels of the column of the keyframes
LEAST_FPS, MOST_FPS = 1.0, 60.0


class KeyframesForm(QWidget):
    """Has no state besides the values of its fields."""

    def __init__(self, dialog: QDialog, document: Document, exports: ExportRow) -> None:
        super().__init__(dialog)
        self.hint = QLabel(
            self.tr(
                "Pose the face in the window, choose a time here and click “Set keyframe”; the"
                " poses between are interpolated."
            )
        )
        self.open, self.save = QPushButton(self.tr("&Open…")), QPushButton(self.tr("&Save…"))
        self.view = ResultView(
            document, self.tr("The photo in the pose of this time appears here."), near=True
        )
        self.keys = QListWidget()
        self.set_key = QPushButton(self.tr("Set &keyframe"))
        self.remove = QPushButton(self.tr("&Delete"))
        self.edit = QPushButton(self.tr("Edit this &pose"))
        self.moved, self.time, self.fps = _seconds(), _seconds(), QDoubleSpinBox()
        self.play, self.place = QPushButton(self.tr("Play")), Groove()
        self.repeat = QCheckBox(self.tr("&Repeat"))
        self._fill()
        self._lay_out(dialog, exports)
        guard_wheel(self)

    def show_playing(self, playing: bool) -> None:
        """Set the button to Play or Pause."""
        self.play.setText(self.tr("Pause") if playing else self.tr("Play"))

    def show_count(self, count: int) -> None:
        """Show the number of keyframes: the hint explains how to make the first ones."""
        self.hint.setVisible(count < 2)

    def show_current(self, current: bool) -> None:
        """Show whether there is a keyframe at the current time."""
        self.remove.setEnabled(current)
        self.moved.setEnabled(current)
        self.set_key.setText(self.tr("Replace &keyframe") if current else self.tr("Set &keyframe"))

    def _fill(self) -> None:
        for widget, name, tip in (
            (self.open, self.tr("Open"), self.tr("Open a file of keyframes")),
            (self.save, self.tr("Save"), self.tr("Save the keyframes to a file")),
            (self.keys, self.tr("Keyframes"), self.tr("Click a keyframe to go to its time")),
            (self.set_key, self.tr("Set keyframe"),
             self.tr("Make the pose of the window the one at this time (K)")),
            (self.remove, self.tr("Delete"), self.tr("Delete the chosen keyframe")),
            (self.edit, self.tr("Edit this pose"),
             self.tr("Give the window the pose of this time, to change it there")),
            (self.moved, self.tr("Time of the keyframe"),
             self.tr("Move the chosen keyframe to another time")),
            (self.time, self.tr("Time"), self.tr("The time that is shown, in seconds")),
            (self.place, self.tr("Timeline"),
             self.tr("Drag, or use the arrow keys; Space plays. The dots are the keyframes.")),
            (self.play, self.tr("Play or pause"), self.tr("Play the keyframes")),
            (self.fps, self.tr("Frames a second"), self.tr("Frames a second of the video")),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
        self.hint.setWordWrap(True)
        self.hint.setObjectName("paneNote")
        self.keys.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.play.setMinimumWidth(90)
        self.place.setMinimumHeight(26)  # for the dots
        self.place.setSingleStep(40)
        self.place.setPageStep(500)
        self.place.origin = None
        self.fps.setRange(LEAST_FPS, MOST_FPS)
        self.fps.setDecimals(2)
        self.fps.setValue(engine.USUAL_FPS)
        self.fps.setKeyboardTracking(False)

    def _lay_out(self, dialog: QDialog, exports: ExportRow) -> None:
        opening = QHBoxLayout()
        opening.setSpacing(10)
        opening.addWidget(self.open)
        opening.addWidget(self.save)
        opening.addWidget(self.hint, 1)
        opening.addStretch()
        moving = QHBoxLayout()
        label = QLabel(self.tr("&Move to"))
        label.setBuddy(self.moved)
        moving.addWidget(label)
        moving.addWidget(self.moved, 1)
        column_of_keys = QWidget()
        column_of_keys.setFixedWidth(SIDE_WIDTH)
        side = QVBoxLayout(column_of_keys)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(8)
        side.addWidget(self.keys, 1)
        side.addLayout(moving)
        side.addWidget(self.remove)
        side.addWidget(self.edit)
        views = QHBoxLayout()
        views.setSpacing(12)
        views.addWidget(self.view, 1)
        views.addWidget(column_of_keys)
        bar = QHBoxLayout()
        bar.setSpacing(10)
        for widget in (self.play, self.place, self.time, self.set_key, self.repeat):
            bar.addWidget(widget, 1 if widget is self.place else 0)
        named = [QLabel(self.tr("&Frames a second")), QLabel(self.tr("Export sho&ws"))]
        for name, field in zip(named, (self.fps, exports.view), strict=True):
            name.setBuddy(field)
        exports.add(named[0], self.fps, named[1], exports.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(opening)
        column.addLayout(views, 1)
        column.addLayout(bar)
        column.addWidget(exports)
        for button in dialog.findChildren(QPushButton):
            button.setAutoDefault(False)
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.addWidget(self)


def _seconds() -> ValueBox:
    """A field for a time."""
    field = ValueBox()
    field.setRange(0.0, engine.LONGEST_TIME)
    field.setDecimals(2)
    field.setSingleStep(0.1)
    field.setSuffix(" s")
    field.setKeyboardTracking(False)
    field.setAlignment(Qt.AlignmentFlag.AlignRight)
    return field
