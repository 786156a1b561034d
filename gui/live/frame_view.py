"""A frame of a video, small, with the lines of the face that was found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

import engine
from gui.widgets.items import ACCENT, SHADOW, screen_pen

if TYPE_CHECKING:
    from engine import Frame, Landmarks


class FrameView(QWidget):
    """Shows nothing but a sentence until there is a frame."""

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._image = QImage()
        self._size = (1, 1)  # of the frame, pixels
        self._landmarks: Landmarks | None = None
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def show_frame(self, frame: Frame | None, landmarks: Landmarks | None = None) -> None:
        """Show a frame and these landmarks (68x2, its pixels) over it."""
        self._image = QImage() if frame is None else QImage.fromData(frame.preview)
        self._size = (1, 1) if frame is None else frame.size
        self._landmarks = landmarks
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 16, -16, -16), int(flags), self._empty)
            return
        width, height = self._size
        scale = min(self.width() / width, self.height() / height)
        left, top = (self.width() - width * scale) / 2, (self.height() - height * scale) / 2
        painter.drawImage(QRectF(left, top, width * scale, height * scale), self._image)
        if self._landmarks is None:
            return
        painter.translate(left + scale / 2, top + scale / 2)
        painter.scale(scale, scale)
        for pen in (screen_pen(SHADOW, 3.0, scale), screen_pen(ACCENT, 1.4, scale)):
            painter.setPen(pen)
            for part in engine.FACE_PARTS:
                points = [QPointF(*self._landmarks[index].tolist()) for index in part.indices]
                line = QPolygonF([*points, points[0]] if part.closed else points)
                painter.drawPolyline(line)
