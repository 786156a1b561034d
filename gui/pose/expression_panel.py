"""Sliders for the expression of the target pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

import engine
from gui.document.document import Document
from gui.widgets.marked_slider import MarkedSlider

PERCENT = 100.0
EYES = ("close_right_eye", "close_left_eye")


def is_moved(pose: engine.Pose3D) -> bool:
    """Whether more than the head rotation differs from the source."""
    return (
        bool(pose.edits.any())
        or pose.expression != engine.Expression()
        or pose.shown != pose.source.expression
    )


class ExpressionPanel(QWidget):
    """One slider for each coefficient of an expression, and two buttons without own behaviour."""

    def __init__(
        self,
        document: Document,
        symmetric: Callable[[], bool] = lambda: False,
        parent: QWidget | None = None,
    ) -> None:
        """symmetric: returns whether both eyes are to be changed together."""
        super().__init__(parent)
        self._document, self._symmetric = document, symmetric
        self.sliders = {
            name: MarkedSlider(label, tip, PERCENT, " %", 0)
            for name, (label, tip) in self._names().items()
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        width = max(slider.name.sizeHint().width() for slider in self.sliders.values())
        for name, slider in self.sliders.items():
            slider.name.setFixedWidth(width)
            slider.changed.connect(
                lambda percent, gesture, name=name: self._slide(name, percent, gesture)
            )
            layout.addWidget(slider)
        self.neutral = QPushButton(self.tr("Neutral face"))
        self.neutral.setToolTip(self.tr("Close the mouth, remove a smile, open closed eyes"))
        self.reset = QPushButton(self.tr("As in the photo"))
        self.reset.setToolTip(self.tr("Reset all points to the photo; keep the turn of the head"))
        buttons = QHBoxLayout()
        for button in (self.neutral, self.reset):
            button.setObjectName("small")
            button.setStatusTip(button.toolTip())
            button.setAccessibleDescription(button.toolTip())
            buttons.addWidget(button)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        document.pose_changed.connect(self._show)
        self._show()

    def _names(self) -> dict[str, tuple[str, str]]:
        """The name and the tip of each slider."""
        return {
            "open_mouth": (
                self.tr("Open mouth"),
                self.tr("Right of 0 the jaw drops, left of it the lips meet."),
            ),
            "smile": (self.tr("Smile"), self.tr("Right of 0 a smile, left of it a sad mouth.")),
            "pucker": (
                self.tr("Pucker"),
                self.tr("Right of 0 the lips of a kiss, left of it a wide mouth."),
            ),
            "close_right_eye": (
                self.tr("Close right eye"),
                self.tr(
                    "The person's own right eye, at the left in the picture. Left of 0 it opens "
                    "further."
                ),
            ),
            "close_left_eye": (
                self.tr("Close left eye"),
                self.tr(
                    "The person's own left eye, at the right in the picture. Left of 0 it opens "
                    "further."
                ),
            ),
            "raise_brows": (
                self.tr("Raise brows"),
                self.tr("Right of 0 both brows go up, left of it down."),
            ),
            "frown": (
                self.tr("Frown"),
                self.tr("Right of 0 the brows draw together, left of it they worry."),
            ),
        }

    def _slide(self, name: str, percent: float, gesture: int) -> None:
        pose = self._document.pose
        if pose is not None:
            names = EYES if name in EYES and self._symmetric() else (name,)
            expression = replace(pose.expression, **dict.fromkeys(names, percent / PERCENT))
            self._document.set_expression(expression, gesture)

    def _show(self) -> None:
        pose = self._document.pose
        self.setEnabled(pose is not None)
        expression = engine.Expression() if pose is None else pose.expression
        for name, slider in self.sliders.items():
            slider.show_value(PERCENT * getattr(expression, name))
        self.reset.setEnabled(pose is not None and is_moved(pose))
