"""A camera as a live target: its newest picture, the face in it, and its pose without jitter."""

import math
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.coefficients import NAMES, Coefficients
from engine.face.detection import find_largest_face, find_near
from engine.face.faces import Face
from engine.face.pose import Pose3D
from engine.imaging.photos import Photo

_LOST_SECONDS = 5.0  # without a picture, after which a camera counts as gone
_CUT_OFF = 1.0  # Hz, of what does not move
_COEFFICIENT_SCALE = 60.0  # degrees of a head's turn that are as fast as a coefficient of 1


class OneEuroFilter:
    """A low-pass filter whose cut-off frequency rises with the speed of the values.

    What rests does not tremble, and what moves does not lag behind (Casiez, Roussel and Vogel 2012,
    "1 Euro Filter").
    """

    def __init__(self, cut_off: float = _CUT_OFF, speed: float = 0.05) -> None:
        """cut_off  Hz, of values that rest
        speed    Hz for each unit per second
        """
        self._cut_off, self._speed = cut_off, speed
        self._values: NDArray[np.float64] | None = None
        self._rates: NDArray[np.float64] = np.zeros(0)
        self._when = 0.0

    def __call__(self, values: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
        """The filtered values (N,), measured at a time in seconds, later than the last."""
        new = np.asarray(values, np.float64)
        if self._values is None or seconds <= self._when:
            self._values, self._rates = new, np.zeros_like(new)
        else:
            step = seconds - self._when
            rates = (new - self._values) / step
            self._rates = self._rates + _share(1.0, step) * (rates - self._rates)
            cut_offs = self._cut_off + self._speed * np.abs(self._rates)
            self._values = self._values + _share(cut_offs, step) * (new - self._values)
        self._when = seconds
        return self._values

    def reset(self) -> None:
        """Forget the values: the next ones are taken as they are."""
        self._values = None


def _share(cut_off: float | NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """The weight of a new value after ``step`` seconds, for a cut-off in Hz."""
    time_constant = 1 / (2 * math.pi * np.asarray(cut_off))
    return np.asarray(1 / (1 + time_constant / step))


@dataclass(frozen=True, eq=False)
class CameraPicture:
    """A picture (H, W, 3) of a camera, its number from 1, and when it was taken, seconds."""

    photo: Photo
    number: int
    seconds: float


class Camera:
    """Reads a camera in a thread of its own and keeps the newest picture: nothing queues up.

    A context manager. Raises ReposeError when the camera is missing, in use or forbidden.
    """

    def __init__(self, source: int | Path) -> None:
        """source  the camera's number, from 0; or a video, played at its own speed"""
        self._called = f"The camera {source}" if isinstance(source, int) else str(source)
        self._file = not isinstance(source, int)
        self._capture = cv2.VideoCapture(source if isinstance(source, int) else str(source))
        if not self._capture.isOpened():
            raise ReposeError(
                f"{self._called} cannot be used: connect it, end the program that uses it, or"
                " permit its use in the system's settings."
            )
        self._changed = Condition()
        self._newest: CameraPicture | None = None
        self._ended = self._closed = False
        self._thread = Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def after(self, number: int) -> CameraPicture | None:
        """The newest picture, once it is later than ``number``; None at the end of a video.

        Raises ReposeError when the camera gives no more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._count > number, _LOST_SECONDS)
            if self._newest is not None and self._newest.number > number:
                return self._newest
        if self._closed or (self._file and self._ended):
            return None
        raise ReposeError(f"{self._called} gives no more pictures: connect it again.")

    def close(self) -> None:
        """End the thread and free the camera."""
        self._closed = True
        self._thread.join(_LOST_SECONDS)

    @property
    def _count(self) -> int:
        return 0 if self._newest is None else self._newest.number

    def _read(self) -> None:
        rate = self._capture.get(cv2.CAP_PROP_FPS) if self._file else 0.0
        start = time.monotonic()
        while not self._closed:
            success, picture = self._capture.read()
            if not success:
                break
            photo = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
            now = time.monotonic()
            if rate > 0:  # a video waits until its picture is due
                due = start + self._count / rate
                time.sleep(max(0.0, due - now))
                now = due
            with self._changed:
                self._newest = CameraPicture(photo, self._count + 1, now)
                self._changed.notify_all()
        self._capture.release()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class LiveTarget:
    """Follows one face and gives its pose, smoothed, to a source.

    The pose is relative to the person's neutral face, which is the first one until `calibrate`.
    """

    def __init__(self, mirrored: bool = True) -> None:
        """mirrored  whether the pictures are mirrored, as people expect of themselves"""
        self.mirrored = mirrored
        self.face: Face | None = None
        """The face in the last picture, pixels of the (mirrored) picture; None if it was lost."""
        self._filter = OneEuroFilter()
        self._values: NDArray[np.float64] | None = None
        self._neutral: NDArray[np.float64] | None = None

    def follow(self, picture: CameraPicture) -> Photo:
        """Find the face in a camera's next picture; returns the picture, mirrored if wanted."""
        photo = picture.photo
        if self.mirrored:
            photo = np.asarray(cv2.flip(photo, 1), np.uint8)  # NumPy takes four times as long
        last = self.face
        self.face = None if last is None else find_near(photo, last)
        self.face = self.face or find_largest_face(photo)
        if self.face is None:
            self._filter.reset()
            return photo
        self._values = self._filter(_measured(self.face), picture.seconds)
        if self._neutral is None:
            self.calibrate()
        return photo

    def calibrate(self) -> None:
        """Take the present face as the neutral one: it gives the source's own pose."""
        self._neutral = self._values

    def pose_on(self, pose: Pose3D) -> Pose3D:
        """The pose of the source of ``pose`` as the person is posed; as it is without a person."""
        own = Pose3D.unchanged(pose.source)
        if self._values is None or self._neutral is None:
            return own
        change = self._values - self._neutral
        changed = own.shown.array + change[3:] / _COEFFICIENT_SCALE
        coefficients = Coefficients.from_array(changed.clip(0, 1))
        return replace(own, coefficients=coefficients).turned(*change[:3])


def _measured(face: Face) -> NDArray[np.float64]:
    """Yaw, pitch and roll in degrees, then the coefficients in units of comparable speed."""
    coefficients = np.array([face.coefficients.get(name, 0.0) for name in NAMES])
    return np.concatenate((face.angles or (0.0, 0.0, 0.0), _COEFFICIENT_SCALE * coefficients))


def camera_numbers() -> tuple[int, ...]:
    """The numbers of the cameras that may be there, from 0; on Linux those of its devices."""
    if sys.platform != "linux":
        return (0, 1, 2, 3)  # the system tells which exist only when they are opened
    names = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return tuple(sorted(int(name) for name in names if name.isdigit()))
