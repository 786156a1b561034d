"""Starts the editor."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import engine
from gui.style.theme import follow_theme
from gui.window.language import speak_language
from gui.window.main_window import MainWindow
from gui.workers.background import explain

COLLECT_MS = 1000


def run(photo: Path | None = None, model: Path | None = None, device: str = "auto") -> int:
    """Open the editor with a photo (None: the sample) and a model (None: the default one).

    Returns the exit status after the window was closed.
    """
    app = make_application()
    window = MainWindow(device)
    GarbageCollection(app)
    show_unexpected_errors(window)
    window.show()
    # Show the window before the slow work starts.
    QTimer.singleShot(0, lambda: window.start(photo, model))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal
    return app.exec()


def make_application() -> QApplication:
    """The application with its name, icon, language and theme."""
    forget_other_qt()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Repose")
    app.setApplicationDisplayName("Repose")
    QGuiApplication.setDesktopFileName("repose")
    app.setWindowIcon(QIcon(str(engine.resource("icon.svg"))))
    app.setStyle("Fusion")
    speak_language(app)
    follow_theme()
    return app


def forget_other_qt() -> None:
    """Remove environment variables with which OpenCV points Qt at the files of OpenCV's own Qt."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]


def show_unexpected_errors(window: MainWindow) -> None:
    """Show an exception in a slot as a dialog; the editor continues."""

    def show(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        window.show_error(explain(error))

    sys.excepthook = show


class GarbageCollection(QObject):
    """Collects Python's garbage in the GUI thread only, instead of the automatic collection.

    The automatic collection runs in whichever thread allocates. In the worker's thread it would
    delete widgets and event filters there, which crashes Qt.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # excludes modules and what they hold: never garbage, and slow to scan
        timer = QTimer(self)
        timer.timeout.connect(collect)
        timer.start(COLLECT_MS)


def collect() -> None:
    """Collect the generations whose thresholds are exceeded, as the automatic collection does."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [k for k, (n, limit) in enumerate(zip(counts, thresholds, strict=True)) if n > limit > 0]
    if due:
        gc.collect(max(due))
