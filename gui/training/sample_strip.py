"""The sample pictures of a run: the same held-out people after each epoch."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

import engine
from gui.document.images import rgb_image
from gui.style.theme import colour
from gui.widgets.wheel import guard_wheel

ROWS = ("source", "target", "coarse", "refined")
ROW_HEIGHT = 92  # pixels, at most
LABELS = 58  # pixels for the names of the rows


class SampleView(QWidget):
    """A sample picture with the names of its rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self._rows = 3
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_image(self, image: QImage, rows: int) -> None:
        """Show a picture that has `rows` rows."""
        self.image, self._rows = image, rows
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self.image.isNull():
            return 0
        whole = round((width - LABELS) * self.image.height() / self.image.width())
        return min(ROW_HEIGHT * self._rows, whole)

    def sizeHint(self) -> QSize:
        return QSize(380, self.heightForWidth(380))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(
            (self.width() - LABELS) / self.image.width(), self.height() / self.image.height()
        )
        width, height = self.image.width() * scale, self.image.height() * scale
        painter.drawImage(QRectF(LABELS, 0, width, height), self.image)
        painter.setPen(colour("faint"))
        for number, name in enumerate(ROWS[: self._rows]):
            place = QRectF(0, number * height / self._rows, LABELS - 8, height / self._rows)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name
            )


class SampleStrip(QWidget):
    """The samples of a run with a slider over the epochs; at its end it follows the newest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: list[Path] = []
        self._height = 0
        self.view = SampleView()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Epoch"))
        guard_wheel(self.slider)
        self.slider.setToolTip(self.tr("Drag to see the same people after each epoch."))
        self.label = QLabel()
        self.label.setObjectName("paneNote")
        line = QHBoxLayout()
        line.addWidget(self.slider, 1)
        line.addWidget(self.label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.view)
        layout.addLayout(line)
        self.slider.valueChanged.connect(self._show)
        self.hide()

    def show_samples(self, paths: list[Path], height: int, from_start: bool = False) -> None:
        """Set the pictures, oldest first, with rows `height` pixels high.

        from_start: they are of another run, so the newest is shown.
        """
        if paths == self._paths and not from_start:
            return
        self._height = height
        follows = from_start or self.slider.value() == self.slider.maximum()
        self._paths = paths
        self.setVisible(bool(paths))
        self.slider.setRange(0, max(0, len(paths) - 1))
        self.slider.setEnabled(len(paths) > 1)
        if follows:
            self.slider.setValue(self.slider.maximum())
        self._show()

    def _show(self) -> None:
        if not self._paths:
            self.view.show_image(QImage(), 3)
            return
        path = self._paths[self.slider.value()]
        stage, epoch = map(int, re.findall(r"\d+", path.stem)[:2])
        try:
            image = rgb_image(engine.read_photo(path))
        except engine.ReposeError:  # being replaced, or deleted
            image = QImage()
        self.view.show_image(image, max(1, image.height() // (self._height or image.height() or 1)))
        when = self.tr("stage {stage}, epoch {epoch}")
        if not epoch:
            when = self.tr("stage {stage}, before training")
        self.label.setText(when.format(stage=stage, epoch=epoch))
