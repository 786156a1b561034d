"""The dialog Copy pose from photo: the face, the parts, the way of transfer, the strength."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.document.edit import within_sliders
from gui.document.photo import Photo, read_photo
from gui.widgets.face_boxes import draw_face_box, face_rect
from gui.widgets.file_dialogs import ask_open
from gui.widgets.pose_words import part_names, transfer_names
from gui.widgets.wheel import guard_wheel

if TYPE_CHECKING:
    from pathlib import Path

    from engine import Displacement, Pose3D, PosePart, Transfer
    from gui.workers.background import Background

STRONGEST = 150  # percent
MARGIN = 24  # pixels to the window's right border


class FaceView(QWidget):
    """A photo with boxes around its faces; a click chooses one."""

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
        """The box of a face in widget coordinates."""
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
    """Computes a pose from the pose at its start and the choices, and signals every change of it.

    `pose` is None while the choices are invalid; `problem` then shows the reason. For an absolute
    transfer, what `engine.registration` finds is added as soon as it is known; until then the pose
    cannot be accepted.
    """

    pose_changed = Signal(object)  # Pose3D

    def __init__(
        self,
        start: Pose3D,
        source: Photo,
        photo: Photo,
        background: Background,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Copy pose from photo"))
        self._start, self._source, self._photo = start, source, photo
        # By the number of the face; None: its face is of another person.
        self._displacements: dict[int, Displacement | None] = {}
        self._registering = False
        self._background, self._neutral = background, engine.REST
        self.pose: Pose3D | None = None
        self.faces = FaceView(photo)
        self.faces.setAccessibleName(self.tr("Faces in the photo"))
        self.parts: dict[PosePart, QCheckBox] = {}
        for part, name in part_names().items():
            self.parts[part] = QCheckBox(name)
            self.parts[part].setChecked(True)
        self.choices: dict[Transfer, QRadioButton] = {}
        for transfer, (name, note) in transfer_names().items():
            self.choices[transfer] = QRadioButton(
                self.tr("{name}: {note}").format(name=name, note=note)
            )
        self.choices["relative"].setChecked(True)
        self.strength, self.percent = QSlider(Qt.Orientation.Horizontal), QSpinBox()
        for control in (self.strength, self.percent):
            control.setRange(0, STRONGEST)
            control.setValue(100)
            control.setAccessibleName(self.tr("Strength"))
            control.setToolTip(
                self.tr("How far to move to the other pose; more than 100 % exaggerates it")
            )
        self.strength.setPageStep(10)
        self.percent.setSuffix(self.tr(" %"))
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.neutral = QPushButton(self.tr("An average face"))
        self.neutral.setObjectName("small")
        self.neutral.setAutoDefault(False)
        self.neutral.setToolTip(
            self.tr(
                "Choose a photo of the same person with a neutral face: only what differs from it "
                "is copied, not the shape of the face"
            )
        )
        self.problem = QLabel()
        self.problem.setObjectName("wrong")
        self.problem.setWordWrap(True)
        self._lay_out()
        guard_wheel(self)
        self.faces.chosen.connect(self._pose)
        for button in (*self.choices.values(), *self.parts.values()):
            button.toggled.connect(self._pose)
        self.strength.valueChanged.connect(self.percent.setValue)
        self.percent.valueChanged.connect(self.strength.setValue)
        self.percent.valueChanged.connect(self._pose)
        self.neutral.clicked.connect(self._choose_neutral)

    def _lay_out(self) -> None:
        several = len(self._photo.faces) > 1
        heading = QLabel(
            self.tr("Click the face whose pose to copy.") if several else self._photo.path.name
        )
        heading.setTextFormat(Qt.TextFormat.PlainText)
        parts = QHBoxLayout()
        parts.setSpacing(14)
        parts.addWidget(QLabel(self.tr("Copy")))
        for box in self.parts.values():
            parts.addWidget(box)
        parts.addStretch()
        strength = QHBoxLayout()
        strength.addWidget(QLabel(self.tr("Strength")))
        strength.addWidget(self.strength, 1)
        strength.addWidget(self.percent)
        neutral = QHBoxLayout()
        neutral.addWidget(QLabel(self.tr("Compared with")))
        neutral.addWidget(self.neutral)
        neutral.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.copy = QPushButton(self.tr("Copy pose"))
        self.copy.setDefault(True)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.addWidget(heading)
        layout.addWidget(self.faces, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(6)
        layout.addLayout(parts)
        layout.addLayout(strength)
        layout.addSpacing(6)
        for button in self.choices.values():
            layout.addWidget(button)
            if button is self.choices["relative"]:
                layout.addLayout(neutral)
        layout.addWidget(self.problem)
        layout.addSpacing(6)
        layout.addWidget(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Open over the panes, so that the face on the canvas, with the result, stays visible."""
        super().showEvent(event)
        window = self.parentWidget()
        if window is not None:
            corner = window.mapToGlobal(window.rect().topRight())
            self.move(corner + QPoint(-MARGIN - self.width(), 90))
        self._pose()

    def _choose_neutral(self) -> None:
        title = self.tr("Photo of a neutral face")
        path = ask_open(self, title, self.tr("Photos"), engine.PHOTO_SUFFIXES, "photos")
        if path is not None:
            self.compare_with(path)

    def compare_with(self, path: Path) -> None:
        """Copy what the target's face does relative to the largest face of another photo."""

        def done(photo: Photo) -> None:
            self.neutral.setEnabled(True)
            if not photo.faces:
                sentence = self.tr("No face was found in {}; choose another photo.")
                self._show_problem(sentence.format(path.name))
                return
            self._neutral = engine.Pose3D.of(photo.faces[0]).source.expression
            self.neutral.setText(path.name)
            self.choices["relative"].setChecked(True)
            self._pose()

        def failed() -> None:
            self.neutral.setEnabled(True)
            sentence = self.tr("{} could not be opened; choose another photo.")
            self._show_problem(sentence.format(path.name))

        self.neutral.setEnabled(False)
        self._background.run(lambda: read_photo(path), done, failed, self)

    def _pose(self) -> None:
        """Compute the pose for the current choices."""
        parts = [part for part, box in self.parts.items() if box.isChecked()]
        transfer = next(name for name, button in self.choices.items() if button.isChecked())
        target = self._photo.faces[self.faces.index]
        strength = self.percent.value() / 100
        self.pose, problem = None, ""
        try:
            if not parts:
                problem = self.tr("Choose at least one part to copy.")
            elif transfer == "relative":
                self.pose = within_sliders(
                    self._start.with_pose_of(target, parts, strength, self._neutral)
                )
            else:
                sizes = self._source.size, self._photo.size
                copied = engine.copied_pose(self._start, target, transfer, sizes, parts, strength)
                if transfer == "absolute" and "head" in parts:
                    displacement = self._displacement()
                    if displacement is not None:
                        copied = replace(copied, displacement=displacement.scaled(strength))
                self.pose = within_sliders(copied)
        except engine.ReposeError as error:
            problem = str(error)
        self._show_problem(problem)
        self.copy.setEnabled(self.pose is not None and not self._registering)
        if self.pose is not None:
            self.pose_changed.emit(self.pose)

    def _displacement(self) -> Displacement | None:
        """The displacement of a full transfer of the chosen face's pose; None if there is none, or
        none yet. Raises ReposeError for photos of different sizes."""
        number = self.faces.index
        if number in self._displacements or self._registering:
            return self._displacements.get(number)
        target, sizes = self._photo.faces[number], (self._source.size, self._photo.size)
        pose = engine.copied_pose(self._start, target, "absolute", sizes)
        photos = self._source.pixels, self._photo.pixels

        def done(found: Displacement | None) -> None:
            self._displacements[number], self._registering = found, False
            self._pose()

        self._registering = True
        job = partial(engine.registration, pose, *photos, target)
        self._background.run(job, done, lambda: done(None), self)
        return None

    def _show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
