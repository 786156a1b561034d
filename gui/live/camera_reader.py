"""The thread that reads a camera and finds the face in its pictures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

import engine
from gui.workers.background import explain

if TYPE_CHECKING:
    from engine import Landmarks, Pose3D

SMOOTHING = 0.1  # weight of the newest duration in the frame rate that is shown


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """A camera's picture.

    photo      HxWx3 uint8 RGB, mirrored if wanted
    found      68x2 pixels of the picture; None if there is no face
    pose       the source's face posed as the person; None without a face or a source
    fps        pictures a second in which a face was looked for
    seconds    when it was taken
    """

    photo: NDArray[np.uint8]
    found: Landmarks | None
    pose: Pose3D | None
    fps: float
    seconds: float


class CameraReader(QThread):
    """Reads one camera until `stop`. Pictures that come while a face is looked for are skipped."""

    read = Signal(object)  # LiveFrame
    failed = Signal(str)

    def __init__(self, source: int | Path, mirrored: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera, self._mirrored = source, mirrored
        self._source: Pose3D | None = None
        self._calibrates = self._stopping = False

    def set_source(self, pose: Pose3D | None) -> None:
        """Set a pose of the face that follows the person; None: there is none."""
        self._source = pose

    def calibrate(self) -> None:
        """Take the person's next face as the neutral one."""
        self._calibrates = True

    def stop(self) -> None:
        """End the thread, and free the camera."""
        self._stopping = True
        self.wait()

    def run(self) -> None:
        try:
            with engine.Camera(self._camera) as camera:
                self._follow(camera)
        except Exception as error:  # shown in the dialog
            self.failed.emit(explain(error))

    def _follow(self, camera: engine.Camera) -> None:
        target, number, duration = engine.LiveTarget(self._mirrored), 0, 0.0
        last = time.monotonic()
        while not self._stopping:
            picture = camera.after(number)
            if picture is None:
                return
            number = picture.number
            photo = target.follow(picture)
            if self._calibrates:
                target.calibrate()
                self._calibrates = False
            now = time.monotonic()
            duration += (SMOOTHING if duration else 1.0) * (now - last - duration)
            last = now
            face, source = target.face, self._source
            pose = None
            if face is not None and source is not None:
                pose = target.pose_on(source)
                _ = pose.head  # computed in this thread
            found = None if face is None else face.landmarks
            fps = 1 / max(duration, 1e-6)
            self.read.emit(LiveFrame(photo, found, pose, fps, picture.seconds))
