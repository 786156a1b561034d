"""Recordings: predictions at their times in an MP4, whole or not at all."""

import errno
import os
import stat
import sys
from pathlib import Path
from queue import Queue

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from engine.core.errors import ReposeError
from engine.export.animation import write_frames
from engine.export.recording import RECORDED_FPS, Recording
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.guidance.keep import KeepMask
from engine.imaging.photos import Photo
from engine.inference.prediction import Prediction
from engine.inference.predictor import Predictor


@pytest.fixture(scope="module")
def predictions(photo: Photo, face: Landmarks, predictor: Predictor) -> list[Prediction]:
    """Of the face as it is, and turned."""
    predictor.set_source(photo, face)
    own = Pose3D.of(face)
    return [predictor.predict(own), predictor.predict(own.turned(25, 0, 0))]


def frames_of(path: Path) -> list[Photo]:
    capture, frames = cv2.VideoCapture(str(path)), []
    assert capture.get(cv2.CAP_PROP_FPS) == RECORDED_FPS
    while (read := capture.read())[0]:
        frames.append(np.asarray(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB), np.uint8))
    capture.release()
    return frames


def test_each_prediction_is_at_its_time(
    predictions: list[Prediction], photo: Photo, tmp_path: Path
) -> None:
    ended: Queue[str] = Queue()
    path = tmp_path / "made.mp4"
    recording = Recording(path, lambda _, sentence: ended.put(sentence))
    pixels = np.zeros((512, 512), np.uint8)
    pixels[:60] = 255
    keep = KeepMask.of(pixels, (512, 512))
    start = 1000.0
    recording.add(None, start - 5)  # before the first there is nothing to show
    for prediction, seconds in ((0, 0.0), (1, 0.5), (0, 0.6), (None, 0.9)):
        shown = None if prediction is None else predictions[prediction]
        recording.add(shown, start + seconds, keep)
    assert not path.exists()
    recording.stop()
    recording.wait()
    assert ended.get_nowait() == ""
    frames = frames_of(path)
    assert len(frames) == 28
    assert frames[0].shape == photo.shape
    apart = [float(np.abs(frame.astype(int) - frames[0]).mean()) for frame in frames]
    turned = [number for number, difference in enumerate(apart) if difference > 1]
    assert turned == [15, 16, 17]
    assert np.abs(frames[16][:50].astype(int) - photo[:50]).mean() < 6
    inside = np.abs(frames[0].astype(int) - predictions[0].pasted())
    assert inside.mean() < 6
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    ended: Queue[str] = Queue()
    recording = Recording(tmp_path / "made.mp4", lambda _, sentence: ended.put(sentence))
    recording.stop()
    recording.wait()
    assert "no pictures" in ended.get_nowait()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ReposeError, match=r"must be an \.mp4"):
        Recording(tmp_path / "made.gif", lambda _, sentence: ended.put(sentence))
    (tmp_path / "folder.mp4").mkdir()
    recording = Recording(tmp_path / "folder.mp4", lambda _, sentence: ended.put(sentence))
    recording.stop()
    recording.wait()
    assert "not a file" in ended.get_nowait()


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for FFmpeg")
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (f"av_interleaved_write_frame(): {os.strerror(errno.ENOSPC)}", "the disk is full: free"),
        ("Unknown encoder 'libx264'", "has no encoder for MP4"),
        ("something else", "ended with status 7"),
    ],
)
def test_why_ffmpeg_failed_is_one_sentence(
    said: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 7\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with pytest.raises(ReposeError, match=sentence):
        write_frames(tmp_path / "a.mp4", [Image.new("RGB", (8, 8))], 5)
    assert list(tmp_path.iterdir()) == [program]


def test_without_ffmpeg_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.raises(ReposeError, match="FFmpeg is missing"):
        write_frames(tmp_path / "a.mp4", [Image.new("RGB", (8, 8))], 5)
