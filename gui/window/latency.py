"""The latency benchmark of the window, which `benchmark` runs and prints.

Run as a program: `python -m gui.window.latency DEVICE PHOTO [MODEL]`. It opens the real window,
moves a point with mouse events, and prints JSON; the exit status is 1 after an error. It uses
temporary settings, recent files and autosaves instead of the user's.

window_s         from the start of the process until the window is painted
startup_s        from the start of the process until the first refined picture is painted
open_12mp_s      from opening a photo of 12 megapixels until its first refined picture is painted
move_ms          median and 95th percentile from a mouse move until the pane is painted, same photo
move_beyond_ms   the same without the duration of the update
window_memory_mb peak memory of the process (10^6 bytes)
"""

import json
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent

import engine
from gui.document.images import rgb_image
from gui.window.app import make_application
from gui.window.main_window import MainWindow
from gui.workers.predict_worker import Update

_LARGE = 3464  # pixels: the side of a square of 12 megapixels
_MOVES = 60
_RADIUS = 12.0  # screen pixels: of the circle along which the mouse moves
_TIMEOUT = 60.0  # seconds
_IDLE = 1.5  # seconds after which all computations are finished


class Watch(QObject):
    """Waits for paint events of the window. Raises RuntimeError when it reports an error."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._errors: list[str] = []
        self._update: Update | None = None
        self._painted = False
        self._drawn: set[QObject] = set()
        self._pane = window.panes.large.view.viewport()
        self._canvas = window.canvas.viewport()
        for widget in (self._pane, self._canvas):
            widget.installEventFilter(self)
        window.worker.updated.connect(self._updated)
        for sender in (window.worker, window.background, window.files):
            sender.failed.connect(self._errors.append)

    def window(self) -> None:
        """Wait until the window is painted."""
        self._until(lambda: self._canvas in self._drawn)

    def picture(self) -> float:
        """Wait until the next refined picture is painted; returns the update's duration in ms."""
        self._update, self._painted = None, False
        self._until(lambda: self._painted)
        assert self._update is not None
        return self._update.milliseconds

    def rest(self, seconds: float) -> None:
        """Process events for this time."""
        end = time.perf_counter() + seconds
        self._until(lambda: time.perf_counter() > end)

    def _until(self, done: Callable[[], bool]) -> None:
        end = time.perf_counter() + _TIMEOUT
        timer = self.startTimer(20)  # wakes the event loop, so that the timeout is checked
        while not done():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self._errors or time.perf_counter() > end:
                raise RuntimeError(self._errors[0] if self._errors else "No picture came.")
        self.killTimer(timer)

    def _updated(self, update: Update) -> None:
        self._update = update

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._drawn.add(watched)
            self._painted = self._painted or (self._update is not None and watched is self._pane)
        return False


def measure(device: str, photo: Path, model: Path | None, moves: int = _MOVES) -> dict[str, Any]:
    """The measurements by name. Raises RuntimeError after an error or a timeout."""
    started = psutil.Process().create_time()
    with TemporaryDirectory(prefix="repose-") as folder:
        os.environ["REPOSE_DATA"] = folder
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        app = make_application()
        window = MainWindow(device)
        watch = Watch(window)
        window.show()
        watch.window()
        results: dict[str, Any] = {"window_s": round(time.time() - started, 2)}
        window.start(photo, model)
        watch.picture()
        results["startup_s"] = round(time.time() - started, 2)
        watch.rest(_IDLE)
        large = _enlarged(photo, Path(folder))
        start = time.perf_counter()
        window.files.open(large)
        watch.picture()
        results["open_12mp_s"] = round(time.perf_counter() - start, 2)
        watch.rest(_IDLE)
        results |= move(window, watch, moves)
        while window.document.undo_stack.canUndo():
            window.document.undo_stack.undo()  # so that closing does not ask
        window.close()
        app.processEvents()
    results["window_memory_mb"] = _peak_memory()
    return results


def move(window: MainWindow, watch: Watch, moves: int) -> dict[str, Any]:
    """Drag a point along a circle with the mouse and time each move."""
    landmarks = window.document.landmarks
    assert landmarks is not None
    canvas, left = window.canvas, Qt.MouseButton.LeftButton
    start = canvas.viewportTransform().map(QPointF(*landmarks[30].tolist()))

    def post(kind: QEvent.Type, place: QPointF, held: Qt.MouseButton) -> None:
        viewport = canvas.viewport()
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
        there = viewport.mapToGlobal(place)
        plain = Qt.KeyboardModifier.NoModifier
        QCoreApplication.postEvent(viewport, QMouseEvent(kind, place, there, button, held, plain))

    post(QEvent.Type.MouseMove, start, Qt.MouseButton.NoButton)
    post(QEvent.Type.MouseButtonPress, start, left)
    taken, beyond = [], []
    for k in range(1, moves + 1):
        angle = k / 7
        offset = QPointF(_RADIUS * math.cos(angle), _RADIUS * math.sin(angle))
        begin = time.perf_counter()
        post(QEvent.Type.MouseMove, start + offset, left)
        update = watch.picture()
        taken.append(1000 * (time.perf_counter() - begin))
        beyond.append(taken[-1] - update)
    post(QEvent.Type.MouseButtonRelease, start, Qt.MouseButton.NoButton)
    watch.rest(0.1)
    return {"move_ms": _summary(taken), "move_beyond_ms": _summary(beyond)}


def _summary(times: list[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(times)), 2),
        "p95": round(float(np.percentile(times, 95)), 2),
    }


def _enlarged(photo: Path, folder: Path) -> Path:
    """A copy of a photo, scaled to 12 megapixels."""
    path = folder / "large.jpg"
    image = rgb_image(engine.read_photo(photo))
    scale = _LARGE / math.sqrt(image.width() * image.height())
    width = round(scale * image.width())
    image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation).save(str(path))
    return path


def _peak_memory() -> float:
    memory = psutil.Process().memory_info()
    peak = getattr(memory, "peak_wset", None)  # on Windows
    status = Path("/proc/self/status")
    if peak is None and status.exists():
        # Not getrusage: its maximum includes the parent's memory at the fork.
        peak = 1024 * int(status.read_text().split("VmHWM:")[1].split()[0])
    if peak is None:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    return round(peak / 1e6, 1)


def main(device: str, photo: str, model: str = "") -> int:
    """Print the measurements; returns the exit status."""
    try:
        print(json.dumps(measure(device, Path(photo), Path(model) if model else None)))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
