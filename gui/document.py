"""What is being edited: the only owner of photo, landmarks, pose and model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

import engine
from gui.commands import CopyPose, MoveLandmarks, ResetPose, TurnHead
from gui.photo import Photo

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine import Landmarks, Pose3D

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 60.0, 40.0, 45.0


@dataclass(frozen=True)
class Model:
    """The generators in use, as the predict worker reports them once they are loaded."""

    path: Path | None
    name: str
    device: str


class Document(QObject):
    """Values are replaced, never edited in place; every replacement is signalled.

    `landmarks` and `pose` are None until a face is chosen. While `fitting` is true the pose is
    not a new pose but a correction of the source's own landmarks.
    """

    photo_changed = Signal()
    source_changed = Signal()
    pose_changed = Signal()
    saved = Signal()
    model_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photo: Photo | None = None
        self.landmarks: Landmarks | None = None
        self.pose: Pose3D | None = None
        self.model: Model | None = None
        self.fitting = False
        self._before_fitting: Landmarks | None = None
        self.undo_stack = QUndoStack(self)
        self._saved_pose: Pose3D | None = None

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose a pose that differs from the source's and is not saved."""
        return self.edited and self.pose is not self._saved_pose

    @property
    def edited(self) -> bool:
        """Whether the pose differs from the source's."""
        return (
            self.pose is not None
            and self.landmarks is not None
            and not np.array_equal(self.pose.landmarks(), self.landmarks)
        )

    # The source

    def set_photo(self, photo: Photo) -> None:
        """Edit another photo. Its face is chosen at once if there is only one."""
        self.photo = photo
        self._set_source(None)
        self.photo_changed.emit()
        if len(photo.faces) == 1:
            self.choose_face(0)

    def choose_face(self, index: int) -> None:
        """Edit the face `photo.faces[index]`."""
        assert self.photo is not None
        self.place_landmarks(self.photo.faces[index].landmarks)

    def leave_face(self) -> None:
        """Back to choosing among the faces."""
        self._set_source(None)

    def place_landmarks(self, landmarks: Landmarks, fitting: bool = False) -> None:
        """Take `landmarks` (68x2 pixels) for the source's; with `fitting`, correct them first."""
        self._before_fitting = None
        self._set_source(landmarks, fitting)

    def start_fitting(self) -> None:
        """Let the source's own landmarks be corrected; the pose goes back to the source's."""
        self._before_fitting = self.landmarks
        self._set_source(self.landmarks, fitting=True)

    def finish_fitting(self) -> None:
        """Take the corrected landmarks for the source's."""
        if self.pose is not None:
            self._set_source(self.pose.landmarks())

    def cancel_fitting(self) -> None:
        """Back to the landmarks from before; without any, to choosing a face."""
        self._set_source(self._before_fitting)

    def _set_source(self, landmarks: Landmarks | None, fitting: bool = False) -> None:
        pose = None if landmarks is None else engine.Pose3D.of(landmarks)
        self.landmarks = landmarks
        self.fitting = fitting
        self.undo_stack.clear()
        self._saved_pose = pose
        self.pose = pose
        self.source_changed.emit()
        self.pose_changed.emit()

    # The pose

    def set_pose(self, pose: Pose3D) -> None:
        """Replace the pose. For commands only: everything else goes through the undo stack."""
        self.pose = pose
        self.pose_changed.emit()

    def move(
        self,
        start: Pose3D,
        indices: Collection[int],
        offset: tuple[float, float],
        gesture: int | None = None,
    ) -> None:
        """Move the landmarks `indices` of the pose `start` by `offset` pixels."""
        pose = start.moved(sorted(indices), offset) if any(offset) else start
        text = "Move point" if len(indices) == 1 else f"Move {len(indices)} points"
        if pose is not self.pose:
            self.undo_stack.push(MoveLandmarks(self, pose, text, gesture))

    def turn(self, yaw: float, pitch: float, roll: float, gesture: int | None = None) -> None:
        """Turn the head by these angles from the source, in degrees."""
        if self.pose is not None:
            pose = self.pose.turned(yaw, pitch, roll)
            self.undo_stack.push(TurnHead(self, pose, "Turn head", gesture))

    def take_pose(self, landmarks: Landmarks, text: str) -> None:
        """Make `landmarks` (68x2 pixels of this photo) the pose.

        The sliders follow the head's rotation, so that they keep turning from there.
        """
        if self.landmarks is None:
            return
        old, new = engine.head_angles(self.landmarks), engine.head_angles(landmarks)
        limits = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)
        turn = [
            round(float(np.clip(n - o, -limit, limit)), 1)
            for o, n, limit in zip(old, new, limits, strict=True)
        ]
        pose = engine.Pose3D.of(self.landmarks).turned(*turn).with_landmarks(landmarks)
        self.undo_stack.push(CopyPose(self, pose, text))

    def reset_pose(self) -> None:
        """Back to the pose of the source, as an entry of its own."""
        if self.landmarks is not None and self.edited:
            pose = engine.Pose3D.of(self.landmarks)
            self.undo_stack.push(ResetPose(self, pose, "Reset pose"))

    def mark_saved(self, pose: Pose3D) -> None:
        """`pose` is on disk now."""
        self._saved_pose = pose
        self.saved.emit()

    # The model

    def set_model(self, model: Model) -> None:
        """The predict worker has loaded `model`."""
        self.model = model
        self.model_changed.emit()
