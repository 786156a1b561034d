"""Undoable changes of the pose: each holds the old and the new value."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from engine import Pose3D
    from gui.document import Document

_gestures = itertools.count(1)


def new_gesture() -> int:
    """A number for one drag (of handles or of a slider); its changes become one undo entry."""
    return next(_gestures)


class ChangePose(QUndoCommand):
    """Replaces the pose. Changes with the same gesture merge; a gesture that ends where it
    began leaves no entry."""

    def __init__(self, document: Document, pose: Pose3D, text: str, gesture: int | None = None):
        super().__init__(text)
        assert document.pose is not None
        self._document = document
        self._old = document.pose
        self._new = pose
        self._gesture = new_gesture() if gesture is None else gesture

    def redo(self) -> None:
        self._document.set_pose(self._new)

    def undo(self) -> None:
        self._document.set_pose(self._old)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ChangePose) or other._gesture != self._gesture:
            return False
        self._new = other._new
        self.setObsolete(self._new is self._old)
        return True


class MoveLandmarks(ChangePose):
    """Dragged or nudged handles."""


class TurnHead(ChangePose):
    """A yaw, pitch or roll slider."""


class CopyPose(ChangePose):
    """The pose of another photo or of a pose file."""


class ResetPose(ChangePose):
    """Back to the pose of the source."""
