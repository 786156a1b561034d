"""Records predictions as they come to an MP4, each at the time at which it came."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from engine.core.errors import ReposeError
from engine.core.files import check_writable
from engine.export.animation import write_frames
from engine.guidance.keep import KeepMask
from engine.imaging.photos import Photo
from engine.inference.prediction import Prediction, keep_refined

RECORDED_FPS = 30.0
"""Frame rate of a recording. A prediction is shown from the frame nearest to its time on, until the
next one: every player shows it at the right time, and equal frames take hardly any space."""

_SIDE = 1280  # pixels of the longer side
_MOST_WAITING = 30  # predictions that wait for the encoder; of more, the newest is left out


class _Moment(NamedTuple):
    """What is shown from a time on, seconds; None: still what was shown before."""

    seconds: float
    prediction: Prediction | None
    keep: KeepMask | None


class Recording:
    """Writes an MP4 in a thread of its own, whole or not at all."""

    def __init__(
        self,
        path: Path,
        ended: Callable[["Recording", str], object],
        *,
        note: bool = True,
        icc: bytes = b"",
    ) -> None:
        """path   the .mp4
        ended  called in the thread at the end, with this recording, and a sentence if the file
               could not be written, else an empty one; it may be called before this returns
        note   write provenance into the comment
        icc    colour profile of the photo

        Raises ReposeError for a file that cannot be written.
        """
        if path.suffix.lower() != ".mp4":
            raise ReposeError(f"{path} must be an .mp4.")
        check_writable(path)
        self.path = path
        self._ended, self._note, self._icc = ended, note, icc
        self._waiting: Queue[_Moment | None] = Queue()
        self._photo: Photo | None = None
        self._small: Photo = np.zeros((2, 2, 3), np.uint8)
        self._thread = Thread(target=self._write, name="recording", daemon=True)
        self._thread.start()

    def add(
        self, prediction: Prediction | None, seconds: float, keep: KeepMask | None = None
    ) -> None:
        """Show a prediction from now on; None: what is shown stays. Never waits.

        seconds  when it came, later than the last; the first one is at the start of the file
        keep     the area that stays as in the photo
        """
        if self._waiting.qsize() < _MOST_WAITING:
            self._waiting.put(_Moment(seconds, prediction, keep))

    def stop(self) -> None:
        """End the recording; the file is complete when ``ended`` is called."""
        self._waiting.put(None)

    def wait(self) -> None:
        """Wait until the file is complete, after `stop`."""
        self._thread.join()

    def _write(self) -> None:
        sentence = ""
        try:
            write_frames(self.path, self._frames(), RECORDED_FPS, note=self._note, icc=self._icc)
        except ReposeError as error:
            sentence = str(error)
        except Exception as error:  # a fault must not end in silence
            sentence = f"{self.path} was not recorded ({type(error).__name__}: {error})."
        self._ended(self, sentence)

    def _frames(self) -> Iterator[Image.Image]:
        """The picture at each frame's time."""
        shown: Image.Image | None = None
        start = last = 0.0
        count = 0
        while (moment := self._waiting.get()) is not None:
            if shown is None and moment.prediction is None:
                continue
            start = moment.seconds if shown is None else start
            last = moment.seconds
            while shown is not None and count < round((last - start) * RECORDED_FPS):
                yield shown
                count += 1
            if moment.prediction is not None:
                shown = self._picture(moment.prediction, moment.keep)
        if shown is not None:
            yield shown

    def _picture(self, prediction: Prediction, keep: KeepMask | None) -> Image.Image:
        """The photo, scaled down, with the refined picture over it, as the editor shows both."""
        photo, crop = prediction.posed.source.photo, prediction.crop
        height, width = photo.shape[:2]
        scale = min(1.0, _SIDE / max(width, height))
        if photo is not self._photo:
            size = max(2, round(width * scale)), max(2, round(height * scale))
            self._photo = photo
            self._small = np.asarray(
                cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8
            )
        refined = prediction.refined if keep is None else keep_refined(prediction, keep)
        side = crop.side * scale
        if side < refined.shape[0]:
            whole = max(1, round(side))
            refined = np.asarray(cv2.resize(refined, (whole, whole), interpolation=cv2.INTER_AREA))
        pixels = np.rint(refined.clip(0, 1) * 255).astype(np.uint8)
        step = side / pixels.shape[0]  # of a pixel, from which centres are half a step away
        left, top = ((start * scale + step / 2 - 0.5) for start in (crop.left, crop.top))
        placed = cv2.warpAffine(
            pixels, np.array([[step, 0, left], [0, step, top]]), self._small.shape[1::-1],
            dst=self._small.copy(), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT,
        )  # fmt: skip
        return Image.fromarray(placed)
