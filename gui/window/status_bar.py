"""The status bar: messages, and on the right the time of an update, the device and the model."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from gui.document.document import Document, Model

MESSAGE_MS = 8000


class StatusBar(QStatusBar):
    """Shows the document's model and device; the time of the last update is set by `show_time`."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._device, self._time, self._model = QLabel(), QLabel(), QLabel()
        for label, tip in (
            (self._time, self.tr("Duration of the last update")),
            (
                self._device,
                self.tr("What the networks run on, and the precision (menu Model)"),
            ),
            (self._model, self.tr("The model in use")),
        ):
            label.setToolTip(tip)
            self.addPermanentWidget(label)
        # A fixed width, so that the labels beside it do not move when the time changes.
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance("00000 ms") + 16)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizeGripEnabled(False)
        document.model_changed.connect(self._show_model)
        document.source_changed.connect(self._time.clear)

    def show_message(self, text: str) -> None:
        """Show a sentence for a few seconds."""
        self.showMessage(text, MESSAGE_MS)

    def show_time(self, milliseconds: float) -> None:
        """Show the duration of an update."""
        self._time.setText(self.tr("{time:.0f} ms").format(time=milliseconds))

    def show_loading(self) -> None:
        """Show that a model is being loaded, if there is none yet."""
        if self._document.model is None:
            self._model.setText(self.tr("loading the model…"))

    def show_no_model(self) -> None:
        """Show that no model could be loaded."""
        self._model.setText(self.tr("no model"))

    def _show_model(self) -> None:
        model = self._document.model
        if model is not None:
            self._model.setText(self.tr("model: {name}").format(name=model.name))
            self._device.setText(self._computing(model))

    def _computing(self, model: Model) -> str:
        device, precision = model.device.upper(), model.precision
        if not model.threads:
            return f"{device}, {precision}"
        one, many = self.tr("1 thread"), self.tr("{count} threads")
        threads = one if model.threads == 1 else many.format(count=model.threads)
        return f"{device}, {threads}, {precision}"
