"""Starts the editor."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import engine
from gui.style.theme import follow_theme
from gui.window.garbage import Garbage
from gui.window.language import speak_language
from gui.window.main_window import MainWindow
from gui.workers.background import explain


def run(photo: Path | None = None, model: Path | None = None, device: str = "auto") -> int:
    """Open the editor with a photo (None: the sample) and a model (None: the default one); returns
    the exit status when the window is closed."""
    app = make_application()
    window = MainWindow(device)
    Garbage(app)
    show_unforeseen_errors(window)
    window.show()
    # The window is on the screen before anything slow begins.
    QTimer.singleShot(0, lambda: window.start(photo, model))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal
    return app.exec()


def make_application() -> QApplication:
    """The application with its style."""
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
    """OpenCV may have pointed Qt at plugins and fonts of its own, which are of another Qt."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]


def show_unforeseen_errors(window: MainWindow) -> None:
    """An exception in a slot becomes a dialog; the editor lives on."""

    def show(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        window.show_error(explain(error))

    sys.excepthook = show
