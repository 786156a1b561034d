"""The card at the bottom of the canvas that says what to do next."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gui.canvas.canvas import Canvas
from gui.document.document import Document

OPEN: Any = QT_TRANSLATE_NOOP("Hint", "Open photo…")
SAMPLE: Any = QT_TRANSLATE_NOOP("Hint", "Try the sample")
PLACE: Any = QT_TRANSLATE_NOOP("Hint", "Place it by hand")
DONE: Any = QT_TRANSLATE_NOOP("Hint", "Done")
CANCEL: Any = QT_TRANSLATE_NOOP("Hint", "Cancel")

MARGIN = 8  # pixels beside it
WIDEST = 420  # pixels of the sentence, which is broken into lines


class Hint(QWidget):
    """Shows a sentence and up to two buttons that depend on the state of the document.

    The sentence for a new user disappears for good after the first edit.
    """

    open_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, document: Document, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document, self._canvas = document, canvas
        self._busy = ""
        self._taught = False
        self._names = ("", "")
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Minimum)
        self.primary, self.secondary = QPushButton(), QPushButton()
        self.primary.setObjectName("primary")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 12, 10)
        layout.setSpacing(10)
        for widget in (self.label, self.secondary, self.primary):
            layout.addWidget(widget)
        self.primary.clicked.connect(lambda: self._click(self._names[0]))
        self.secondary.clicked.connect(lambda: self._click(self._names[1]))
        document.photo_changed.connect(self.refresh)
        document.source_changed.connect(self.refresh)
        document.pose_changed.connect(self._learn)
        document.keep_changed.connect(self._learn)
        canvas.chooser.waiting_changed.connect(self.refresh)
        canvas.installEventFilter(self)
        self.refresh()

    def set_busy(self, text: str) -> None:
        """Show what is in progress; "" when it is done."""
        self._busy = text
        self.refresh()

    def refresh(self) -> None:
        """Show the content for the state of the document."""
        text, primary, secondary = self._content()
        self._names = (primary, secondary)
        self.label.setText(text)
        for button, name in ((self.primary, primary), (self.secondary, secondary)):
            button.setText(self.tr(name) if name else "")
            button.setVisible(bool(name))
        self.setVisible(bool(text))
        self._place()

    def _content(self) -> tuple[str, str, str]:
        """The sentence, and the names of up to two buttons."""
        photo, chooser = self._document.photo, self._canvas.chooser
        if self._busy:
            return self._busy, "", ""
        if photo is None:
            return self.tr("Drop a photo of a face here, or open one."), OPEN, SAMPLE
        if chooser.eyes_clicked is not None:
            first = chooser.eyes_clicked == 0
            text = self.tr("Click the centre of the other eye.")
            return self.tr("Click the centre of one eye.") if first else text, "", CANCEL
        if self._document.correcting:
            text = self.tr(
                "Correcting the detection: move the points to their places on the face. The"
                " picture does not change. The sliders turn all points."
            )
            return text, DONE, CANCEL
        choosing = self.tr("{count} faces: click the one to repose.")
        choosing = choosing.format(count=len(self._document.boxes))
        if self._document.landmarks is not None and chooser.choosing:
            return choosing, "", CANCEL
        if self._document.landmarks is not None:
            if self._taught:
                return "", "", ""
            return self.tr("Drag a point, or turn the head with the sliders below."), "", ""
        if photo.faces:
            return choosing, "", ""
        return self.tr("No face was found in this photo."), PLACE, OPEN

    def _click(self, name: str) -> None:
        if name == OPEN:
            self.open_wanted.emit()
        elif name == SAMPLE:
            self.sample_wanted.emit()
        elif name == PLACE:
            self._canvas.chooser.start_placing()
        elif name == CANCEL and self._document.correcting:
            self._document.cancel_correcting()
        elif name == CANCEL:
            self._canvas.chooser.stop()
        elif name == DONE:
            self._document.finish_correcting()
        self._canvas.setFocus()

    def _learn(self) -> None:
        document = self._document
        done = document.edited or document.keep is not None
        if done and not self._taught and not document.correcting:
            self._taught = True
            self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        """Centre it at the bottom of the canvas."""
        self.label.setFixedWidth(0)
        room = self._canvas.width() - 2 * MARGIN - self.sizeHint().width()
        text = self.label.fontMetrics().horizontalAdvance(self.label.text()) + 4
        self.label.setFixedWidth(min(text, WIDEST, max(room, 80)))
        self.adjustSize()
        x = (self._canvas.width() - self.width()) // 2
        self.move(max(x, MARGIN), self._canvas.height() - self.height() - 18)
