"""The coarse and the refined picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget


class PictureView(QWidget):
    """A picture, as large as fits. While the mouse is pressed, the picture to compare it with."""

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self.image: QImage | None = None
        self.original: QImage | None = None
        self._comparing = False
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(420, 240)

    def set_empty(self, text: str) -> None:
        """What to say while there is no picture."""
        self._empty = text
        self.update()

    def show_image(self, image: QImage | None) -> None:
        """Show `image`, or the hint for an empty pane."""
        self.image = image
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._comparing = event.button() == Qt.MouseButton.LeftButton
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._comparing = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = self.original if self._comparing and self.original is not None else self.image
        area = QRectF(self.rect())
        if image is not None:
            scale = min(area.width() / image.width(), area.height() / image.height())
            width, height = image.width() * scale, image.height() * scale
            area = QRectF((area.width() - width) / 2, (area.height() - height) / 2, width, height)
        outline = QPainterPath()
        outline.addRoundedRect(area, 8, 8)
        painter.setClipPath(outline)
        painter.fillRect(area, QColor("#15171b"))
        if image is None:
            painter.setPen(QColor("#8b95a3"))
            text = self.rect().adjusted(16, 16, -16, -16)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(text, int(flags), self._empty)
            return
        painter.drawImage(area, image)
        if self._comparing and self.original is not None:
            painter.fillRect(QRectF(area.left(), area.bottom() - 26, 74, 26), QColor(0, 0, 0, 150))
            painter.setPen(QColor("white"))
            painter.drawText(area.adjusted(10, 0, 0, -6), Qt.AlignmentFlag.AlignBottom, "Original")


class Pane(QWidget):
    """A titled picture."""

    def __init__(self, title: str, note: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PictureView(empty)
        heading, explanation = QLabel(title), QLabel(note)
        heading.setObjectName("paneTitle")
        explanation.setObjectName("paneNote")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(heading)
        line.addWidget(explanation)
        line.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(self.view)


class Panes(QWidget):
    """Refined above coarse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panes")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.refined = Pane("Refined", "the result", "The reposed face appears here.")
        self.coarse = Pane("Coarse", "before refinement", "The first draft appears here.")
        tip = "Hold the mouse button on the picture to compare it with the original."
        for pane in (self.refined, self.coarse):
            pane.view.setToolTip(tip)
            pane.view.setStatusTip(tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(12)
        layout.addWidget(self.refined, 5)
        layout.addWidget(self.coarse, 3)

    def show_pictures(self, coarse: QImage | None, refined: QImage | None) -> None:
        """Show both pictures of the crop, or that there are none."""
        self.coarse.view.show_image(coarse)
        self.refined.view.show_image(refined)

    def set_original(self, original: QImage | None) -> None:
        """The same crop of the photo, to compare with."""
        self.coarse.view.original = self.refined.view.original = original
