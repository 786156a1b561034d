"""Copy pose from photo: which face, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.face_boxes import draw_face_box, face_rect
from gui.photo import Photo

if TYPE_CHECKING:
    from engine import Landmarks

Transfer = Literal["relative", "aligned", "absolute"]
TRANSFERS: tuple[tuple[Transfer, str, str], ...] = (
    ("relative", "Relative", "Head rotation and expression; the face keeps its own shape."),
    ("aligned", "Aligned", "The other face's points, moved and scaled onto this face."),
    (
        "absolute",
        "Absolute",
        "The other face's points as they are; for photos of a fixed camera.",
    ),
)


class FaceView(QWidget):
    """A photo with its faces; a click chooses one."""

    chosen = Signal(int)

    def __init__(self, photo: Photo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces = photo.faces
        self.index = 0
        image = photo.image
        self._scale = min(420 / image.width(), 320 / image.height())
        self._size = QSize(round(image.width() * self._scale), round(image.height() * self._scale))
        self._image = image.scaled(
            self._size * self.devicePixelRatio(),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self.setFixedSize(self._size)
        if len(self._faces) > 1:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def rect_of(self, index: int) -> QRectF:
        """Where a face's box is in this widget."""
        rect = face_rect(self._faces[index])
        return QRectF(rect.topLeft() * self._scale, rect.size() * self._scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = QPointF(event.position())
        hit = [i for i in range(len(self._faces)) if self.rect_of(i).contains(point)]
        if hit:
            self.index = min(hit, key=lambda i: self.rect_of(i).width())
            self.chosen.emit(self.index)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(self.rect(), self._image)
        for index in range(len(self._faces)):
            draw_face_box(painter, self.rect_of(index), index, index == self.index, 1.0)


class CopyPoseDialog(QDialog):
    """After `exec`, `landmarks` is the pose for the source (68x2 pixels of its photo)."""

    def __init__(
        self, source: Landmarks, source_size: tuple[int, int], photo: Photo, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Copy pose from photo")
        self._source, self._source_size, self._photo = source, source_size, photo
        self.landmarks: Landmarks | None = None
        self.faces = FaceView(photo)
        several = len(photo.faces) > 1
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.setContentsMargins(18, 16, 18, 16)
        heading = "Click the face whose pose to copy." if several else photo.path.name
        layout.addWidget(QLabel(heading))
        layout.addWidget(self.faces, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(6)
        self.choices: dict[Transfer, QRadioButton] = {}
        for transfer, name, note in TRANSFERS:
            self.choices[transfer] = QRadioButton(f"{name}: {note[0].lower()}{note[1:]}")
            layout.addWidget(self.choices[transfer])
        self.choices["relative"].setChecked(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        copy = buttons.addButton("Copy pose", QDialogButtonBox.ButtonRole.AcceptRole)
        copy.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addSpacing(6)
        layout.addWidget(buttons)

    def accept(self) -> None:
        transfer = next(name for name, button in self.choices.items() if button.isChecked())
        target = self._photo.faces[self.faces.index].landmarks
        try:
            self.landmarks = engine.copy_pose(
                self._source, target, transfer, self._source_size, self._photo.size
            )
        except engine.ReposeError as error:
            QMessageBox.warning(self, "Repose", str(error))
            return
        super().accept()
