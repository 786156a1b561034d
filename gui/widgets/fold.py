"""A heading that shows and hides what is below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.style.icons import icon


class Fold(QWidget):
    """A button with an arrow above a body, which is hidden at first."""

    toggled = Signal(bool)  # whether the body is shown

    def __init__(
        self, name: str, tip: str = "", indent: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setObjectName("fold")
        self.button.setText(name)
        self.button.setToolTip(tip)
        self.button.setStatusTip(tip)
        self.button.setCheckable(True)
        self.button.setIconSize(QSize(11, 11))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        body = QWidget()
        self.body = QVBoxLayout(body)
        self.body.setContentsMargins(indent, 0, 0, 4)
        self.body.setSpacing(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.button)
        layout.addWidget(body)
        self.button.toggled.connect(body.setVisible)
        self.button.toggled.connect(self._show)
        self.button.toggled.connect(self.toggled)
        body.hide()
        self._show(False)

    def _show(self, unfolded: bool) -> None:
        self.button.setIcon(icon("down" if unfolded else "right"))
        self.button.setAccessibleDescription(self.tr("unfolded") if unfolded else self.tr("folded"))
