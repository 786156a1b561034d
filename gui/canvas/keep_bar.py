"""The keep mask on the canvas: the tint over the photo, and the bar with the brush's settings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QColor, QImage, qRgba
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from gui.canvas.brush import Brush
from gui.document.document import Document
from gui.document.edit import new_gesture
from gui.widgets.items import PictureItem
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from engine import KeepMask

STEPS = 200  # of a slider
MARGIN = 12
BESIDE = 3  # buttons in a row
TINT = QColor("#3ddc84")  # unlike skin, hair and lips
OPACITY = 0.55  # of the tint while painting
FAINT = 0.4  # factor of that otherwise, so that the face can be judged
_SHADES = [
    qRgba(TINT.red(), TINT.green(), TINT.blue(), round(OPACITY * share)) for share in range(256)
]


class KeepView(QObject):
    """Draws the document's keep mask as a tint; `item` is for the canvas's scene."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.item = PictureItem()
        self._wanted = True
        document.keep_changed.connect(self._show)

    def set_wanted(self, wanted: bool) -> None:
        """Set whether the mask is shown."""
        self._wanted = wanted
        self._show()

    def set_painting(self, painting: bool) -> None:
        """Show the tint at full opacity while painting, else faintly."""
        self.item.setOpacity(1.0 if painting else FAINT)

    def _show(self) -> None:
        keep = self._document.keep
        self.item.setVisible(self._wanted and keep is not None)
        if keep is not None and self._wanted:
            width, height = keep.photo_size
            area = QRectF(-0.5, -0.5, width, height)
            self.item.show_levels((keep_image(keep),), area)


def keep_image(keep: KeepMask) -> QImage:
    """The mask in one colour, its alpha proportional to the mask."""
    height, width = keep.soft.shape
    image = QImage(keep.soft.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_SHADES)
    return image.copy()


class KeepBar(QWidget):
    """Sliders for the brush's size and the soft border, and buttons for the given actions."""

    def __init__(
        self, document: Document, brush: Brush, actions: tuple[QAction, ...], viewport: QWidget
    ) -> None:
        """actions: shown as buttons below the sliders."""
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
            self.tr("Soft border"),
            self.tr("Width of the blend between kept and changed areas"),
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
        buttons = QGridLayout()
        buttons.setSpacing(2)
        for index, action in enumerate(actions):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAccessibleName(action.iconText())
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button, *divmod(index, BESIDE))
        grid.addLayout(buttons, len(rows), 0, 1, 3)
        grid.setContentsMargins(14, 10, 12, 8)
        self.setLayout(grid)
        guard_wheel(self)
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
        slider.setMinimumWidth(90)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, the canvas keeps the keys
        slider.setAccessibleName(name)
        slider.setToolTip(tip)
        slider.setStatusTip(tip)
        return slider

    # The size slider is logarithmic, the border slider quadratic, for precision at small values.

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
