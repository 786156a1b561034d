"""The action that shows the photo before: a tap of its key switches, a longer press holds."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

HOLD_MS = 300  # a key that is down for longer is held, and counts until it comes up


class CompareAction(QAction):
    """Checked while the photo is to be seen instead of the pictures."""

    def __init__(self, key: Qt.Key, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._held = QElapsedTimer()
        self.setCheckable(True)
        self.setShortcut(QKeySequence(key))
        self.setAutoRepeat(False)
        self.triggered.connect(self._begin)

    def _begin(self, checked: bool) -> None:
        app = QApplication.instance()
        if checked and app is not None:
            self._held.start()
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Waits for the key to come up, wherever the focus is by then."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyRelease
            and event.key() == self._key
            and not event.isAutoRepeat()
        ):
            app = QApplication.instance()
            assert app is not None
            app.removeEventFilter(self)
            if self._held.elapsed() > HOLD_MS and self.isChecked():
                self.trigger()
        return super().eventFilter(watched, event)
