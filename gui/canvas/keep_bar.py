"""The settings of the brush, over the canvas while it paints."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui.canvas.brush import Brush
from gui.document.commands import new_gesture
from gui.document.document import Document

STEPS = 200
MARGIN = 12


class KeepBar(QWidget):
    """Brush or eraser, size, soft border; and what is done to all that is kept."""

    def __init__(
        self, document: Document, brush: Brush, actions: tuple[QAction, ...], viewport: QWidget
    ) -> None:
        """actions: beside the sliders, as buttons."""
        super().__init__(viewport)
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._document, self._brush = document, brush
        self._gesture = new_gesture()
        self.size_slider = self._slider(
            self.tr("Size"), self.tr("Size of the brush ([ smaller, ] larger)")
        )
        self.feather_slider = self._slider(
            self.tr("Soft border"), self.tr("How gently what is kept goes over into what changes")
        )
        self._size, self._feather = QLabel(), QLabel()
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        rows = ((self.size_slider, self._size), (self.feather_slider, self._feather))
        for row, (slider, value) in enumerate(rows):
            name = QLabel(slider.accessibleName())
            name.setBuddy(slider)
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance("0000 px"))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((name, slider, value)):
                grid.addWidget(widget, row, column)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAccessibleName(action.iconText())
            buttons.addWidget(button)
        grid.addLayout(buttons, len(rows), 0, 1, 3)
        grid.setContentsMargins(14, 10, 12, 8)
        self.setLayout(grid)
        self.size_slider.valueChanged.connect(self._set_size)
        self.feather_slider.sliderPressed.connect(self._begin)
        self.feather_slider.valueChanged.connect(self._set_feather)
        brush.settings_changed.connect(self._show)
        self._show()
        self.move(MARGIN, MARGIN)
        self.hide()

    def _slider(self, name: str, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, STEPS)
        slider.setPageStep(STEPS // 10)
        slider.setMinimumWidth(130)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the canvas
        slider.setAccessibleName(name)
        slider.setToolTip(tip)
        slider.setStatusTip(tip)
        return slider

    # Sizes by their logarithms, borders by their roots: small ones matter most.

    def _set_size(self, step: int) -> None:
        low, high = self._brush.radii
        self._brush.set_radius(low * (high / low) ** (step / STEPS))

    def _begin(self) -> None:
        self._gesture = new_gesture()

    def _set_feather(self, step: int) -> None:
        if not self.feather_slider.isSliderDown():
            self._begin()
        feather = self._brush.largest_feather * (step / STEPS) ** 2
        self._brush.set_feather(feather, self._gesture)

    def _show(self) -> None:
        brush = self._brush
        low, high = brush.radii
        size = STEPS * math.log(brush.radius / low) / math.log(high / low)
        feather = STEPS * math.sqrt(brush.feather / brush.largest_feather)
        for slider, step in ((self.size_slider, size), (self.feather_slider, feather)):
            if not slider.isSliderDown():
                with QSignalBlocker(slider):
                    slider.setValue(round(step))
        self._size.setText(self.tr("{} px").format(round(2 * brush.radius)))
        self._feather.setText(self.tr("{} px").format(round(brush.feather)))
