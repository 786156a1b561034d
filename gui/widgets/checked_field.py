"""A form field with an error sentence below it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class CheckedField(QWidget):
    """A widget with a note below it, or an error sentence in red while its value is wrong."""

    def __init__(
        self,
        field: QWidget,
        note: str = "",
        marked: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """marked: the part of the field whose border turns red; None: the whole field."""
        super().__init__(parent)
        self.field = field
        self._marked = marked or field
        self.problem = ""
        self._note = note
        self.label = QLabel()
        self.label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(field)
        layout.addWidget(self.label)
        self.set_problem("")

    def set_problem(self, sentence: str) -> None:
        """Show an error sentence; "" hides it."""
        self.problem = sentence
        self._show()

    def set_note(self, text: str) -> None:
        """Set the note that is shown without an error."""
        self._note = text
        self._show()

    def _show(self) -> None:
        self.label.setText(self.problem or self._note)
        self.label.setVisible(bool(self.label.text()))
        mark(self._marked, bool(self.problem))
        if self.label.objectName() != (name := "wrong" if self.problem else "paneNote"):
            self.label.setObjectName(name)
            restyle(self.label)


def mark(field: QWidget, wrong: bool) -> None:
    """Set whether a field's border is red."""
    if field.property("wrong") != wrong:
        field.setProperty("wrong", wrong)
        restyle(field)


def restyle(widget: QWidget) -> None:
    """Apply the style sheet to a widget again, after a property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
