"""Decodes videos: one frame after the other, upright, at the times that they are shown at."""

import math
import os
import re
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

import cv2
import imageio_ffmpeg
import numpy as np

from engine.core.errors import ReposeError
from engine.imaging.photos import Photo
from engine.imaging.reading import check_video, file_input

_HDR = re.compile(rb"Video:.*(arib-std-b67|smpte2084)")  # the curves of HLG and of PQ

# HDR to the SDR of BT.709: FFmpeg's documentation of the filter tonemap.
_TO_SDR = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)

# OpenCV opens videos only to measure them; what it prints about broken ones is said in a sentence.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class Measured(NamedTuple):
    """What a video's container says: frames per second and number of frames, 0 if unknown."""

    fps: float
    frames: int


def measure(path: Path) -> Measured:
    """Measure a video. Raises ReposeError when it is none that can be read."""
    check_video(path)
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    finally:
        cv2.utils.logging.setLogLevel(level)
    try:
        if not capture.isOpened():
            raise ReposeError(
                f"{path} is no video that can be read, or damaged; choose another one."
            )
        frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        announced = max(0, round(frames)) if math.isfinite(frames) else 0
        return Measured(capture.get(cv2.CAP_PROP_FPS), announced)
    finally:
        capture.release()


def decode(path: Path, fps: float, some: slice) -> Iterator[Photo]:
    """The frames of a video with these indices, at a constant rate: index / fps is the time.

    Of a video with a variable rate, frames are repeated or left out. They are counted from the
    start: seeking is not exact in every video. A damaged video ends early.
    """
    command = [
        *(_ffmpeg(path), "-v", "error", *file_input(path), "-map", "0:v:0"),
        *(("-vf", _TO_SDR) if _HDR.search(described(path)) else ()),
        *("-fps_mode", "cfr", "-r", str(Fraction(fps).limit_denominator(100_000))),
        *("-pix_fmt", "rgb24", "-codec:v", "ppm", "-f", "image2pipe", "-"),
    ]
    decoder = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C ends this process, which then ends FFmpeg
    )
    assert decoder.stdout is not None
    try:
        for index in count():
            photo = None if some.stop is not None and index >= some.stop else _next(decoder.stdout)
            if photo is None:
                return
            if index >= some.start:
                yield photo
    finally:
        decoder.kill()
        decoder.stdout.close()
        decoder.wait()


def has_sound(path: Path) -> bool:
    """Whether a video has a sound track."""
    return b": Audio:" in described(path)


def described(path: Path) -> bytes:
    """What FFmpeg says about a video."""
    command = [_ffmpeg(path), "-hide_banner", *file_input(path)]
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).stderr


def _ffmpeg(path: Path) -> str:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ReposeError(
            f"{path} cannot be read: FFmpeg is missing; install Repose again."
        ) from error


def _next(pipe: IO[bytes]) -> Photo | None:
    """The next of a row of binary PPM pictures; None at the end."""
    header = [pipe.readline() for _ in range(3)]  # P6, width and height, largest value
    if not header[-1]:
        return None
    width, height = map(int, header[1].split())
    data = pipe.read(3 * width * height)
    if len(data) < 3 * width * height:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
