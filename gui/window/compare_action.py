"""The action that shows the photo before: a tap of its key switches, a longer press holds."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

HOLD_MS = 300  # a key that is down for longer is held, and counts until it comes up
REPEAT_MS = 60  # a key that goes down again so soon only repeats


class CompareAction(QAction):
    """Checked while the photo is to be seen instead of the pictures."""

    def __init__(self, key: Qt.Key, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._down = QElapsedTimer()
        self._up = QTimer(self)
        self._up.setSingleShot(True)
        self._up.setInterval(REPEAT_MS)
        self._up.timeout.connect(self._end)
        self.setCheckable(True)
        self.setShortcut(QKeySequence(key))
        self.setAutoRepeat(False)
        self.triggered.connect(self._begin)

    def _begin(self) -> None:
        app = QApplication.instance()
        if app is not None:
            self._down.start()
            app.installEventFilter(self)

    def _end(self) -> None:
        """The key is up."""
        self._forget()
        if self._down.elapsed() > HOLD_MS + REPEAT_MS and self.isChecked():
            self.trigger()
            self._forget()

    def _forget(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Waits for the key to come up, wherever the focus is by then.

        While a key is held, some systems say again and again that it came up and went down.
        """
        if not isinstance(event, QKeyEvent) or event.key() != self._key or event.isAutoRepeat():
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyRelease:
            self._up.start()
        elif self._up.isActive():
            self._up.stop()
            event.accept()
            return True
        return super().eventFilter(watched, event)
