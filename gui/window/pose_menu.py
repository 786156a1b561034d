"""The menu Pose: poses from elsewhere, turns, expressions, and correcting the landmarks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

import engine
from gui.document.document import Document
from gui.document.head_turn import HeadTurn
from gui.pose.expression_panel import is_moved
from gui.widgets.actions import add_action

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas
    from gui.live.sequence import Sequences
    from gui.pose.face_dock import FaceDock
    from gui.pose.named_pose_actions import NamedPoseActions
    from gui.window.file_actions import FileActions

STEP = 5.0  # degrees per key press


class PoseMenu(QMenu):
    """Changes the target pose, starts and ends a correction, and chooses the face."""

    def __init__(
        self,
        document: Document,
        canvas: Canvas,
        files: FileActions,
        named_poses: NamedPoseActions,
        turn: HeadTurn,
        dock: FaceDock,
        sequences: Sequences,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&Pose"))
        self._document, self._chooser = document, canvas.chooser
        self.copy = add_action(
            self, self.tr("&Copy pose from photo…"), files.copy_pose, "Ctrl+T",
            tip=self.tr("Give this face the pose of a face in another photo"), picture="copy",
        )  # fmt: skip
        named_poses.add_to(self)
        self.addMenu(TurnMenu(document, turn, self))
        self.addMenu(ExpressionMenu(document, dock, self))
        add_action(
            self, self.tr("Se&quence…"), sequences.show, "Ctrl+Shift+V",
            tip=self.tr("Play the poses of a video, or of a folder of frames, on this photo"),
        )  # fmt: skip
        add_action(
            self, self.tr("Ke&yframes…"), sequences.show_keyframes, "Ctrl+Shift+K",
            tip=self.tr("Make a video of poses that you set at moments of a timeline"),
        )  # fmt: skip
        add_action(
            self, self.tr("Ca&mera…"), sequences.show_camera, "Ctrl+Shift+C",
            tip=self.tr("Let this face follow the person in front of a camera"),
        )  # fmt: skip
        self.correct = add_action(
            self, self.tr("Correct the &detection"), self._toggle_correcting, "Ctrl+D",
            tip=self.tr("Move the detected points to their places on the face; the picture stays"),
            picture="correct",
        )  # fmt: skip
        self.correct.setCheckable(True)
        self.uncorrect = add_action(
            self, self.tr("Cancel correc&ting"), document.cancel_correcting,
            tip=self.tr("Restore the points from before the correction"),
        )  # fmt: skip
        self.addSeparator()
        self.choose = add_action(
            self, self.tr("Choose another &face…"), self._chooser.start_choosing,
            tip=self.tr("Repose another face of this photo, too"),
        )  # fmt: skip
        self.place = add_action(
            self, self.tr("Place a face by &hand…"), self._chooser.start_placing,
            tip=self.tr("Click the two eyes of a face that was not found"),
        )  # fmt: skip
        for signal in (document.photo_changed, document.source_changed):
            signal.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        document = self._document
        self.copy.setEnabled(document.pose is not None)
        self.correct.setEnabled(document.landmarks is not None)
        self.correct.setChecked(document.correcting)
        self.uncorrect.setEnabled(document.correcting)
        # A correction has to end first: it ends by going back in the undo stack of all faces.
        free = document.photo is not None and not document.correcting
        several = len(document.boxes) > 1
        self.choose.setEnabled(free and several and document.landmarks is not None)
        self.place.setEnabled(free)

    def _toggle_correcting(self) -> None:
        if self._document.correcting:
            self._document.finish_correcting()
        else:
            self._document.start_correcting()


class TurnMenu(QMenu):
    """Turns the head in steps."""

    def __init__(self, document: Document, turn: HeadTurn, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("T&urn the head"))
        self._document = document
        tip = self.tr("Turn the head by {:.0f}°").format(STEP)
        for text, angles, key in (
            (self.tr("To the &left"), (-STEP, 0.0, 0.0), "Alt+Left"),
            (self.tr("To the &right"), (STEP, 0.0, 0.0), "Alt+Right"),
            (self.tr("&Up"), (0.0, STEP, 0.0), "Alt+Up"),
            (self.tr("&Down"), (0.0, -STEP, 0.0), "Alt+Down"),
            (self.tr("Tilt &anticlockwise"), (0.0, 0.0, -STEP), "Alt+PgUp"),
            (self.tr("Tilt &clockwise"), (0.0, 0.0, STEP), "Alt+PgDown"),
        ):
            add_action(self, text, partial(turn.turn_by, angles), key, tip=tip)
        document.pose_changed.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        for action in self.actions():
            action.setEnabled(self._document.editable is not None)


class ExpressionMenu(QMenu):
    """Whole expressions and a gaze at once; buttons of the dock do the same."""

    def __init__(self, document: Document, dock: FaceDock, parent: QWidget) -> None:
        super().__init__(parent)
        panel = dock.expression
        self.setTitle(self.tr("&Expression"))
        self._document = document
        self.neutral = add_action(
            self, self.tr("&Neutral face"), self._relax, "Ctrl+Alt+N", tip=panel.neutral.toolTip()
        )
        self.reset = add_action(
            self, self.tr("As in the &photo"), self._reset_expression, tip=panel.reset.toolTip()
        )
        self.viewer = add_action(
            self, self.tr("&Look at the viewer"), dock.gaze.look_at_viewer, "Ctrl+L",
            tip=dock.gaze.viewer.toolTip(),
        )  # fmt: skip
        panel.neutral.clicked.connect(self.neutral.trigger)
        panel.reset.clicked.connect(self.reset.trigger)
        document.pose_changed.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        pose = self._document.pose
        for action in (self.neutral, self.viewer):
            action.setEnabled(pose is not None)
        self.reset.setEnabled(pose is not None and is_moved(pose))

    def _relax(self) -> None:
        pose = self._document.pose
        if pose is not None and not (relaxed := engine.relaxed(pose)).looks_like(pose):
            self._document.change_pose(relaxed, self.tr("Neutral face"))

    def _reset_expression(self) -> None:
        pose = self._document.pose
        if pose is not None:
            unmoved = engine.Pose3D.unchanged(pose.source)
            unmoved = unmoved.turned(pose.yaw, pose.pitch, pose.roll)
            self._document.change_pose(unmoved, self.tr("As in the photo"))
