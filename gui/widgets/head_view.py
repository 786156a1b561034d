"""Drawing the 3D head of a pose: shaded, with the lines of the face."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import qimage2ndarray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

import engine

if TYPE_CHECKING:
    from engine import Pose3D, PosePreset

SKIN = QColor("#aeb9c9")
INK = QColor("#123a66")


@lru_cache(maxsize=2)  # the gizmo repaints with the canvas
def head_image(pose: Pose3D, side: int, only_face: bool = False) -> QImage:
    """The head of a pose with the lines of the face, `side` pixels wide and high."""
    head = engine.draw_head(pose, side, (SKIN.red(), SKIN.green(), SKIN.blue()), only_face)
    image: QImage = qimage2ndarray.array2qimage(head.pixels)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(INK, max(1.0, side / 110))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for part in engine.FACE_PARTS:
        line = QPolygonF([QPointF(*head.landmarks[i].tolist()) for i in part.indices])
        if part.closed:
            painter.drawPolygon(line)
        else:
            painter.drawPolyline(line)
    painter.end()
    return image


def preset_image(preset: PosePreset, side: int) -> QImage:
    """The mean face in a pose, `side` pixels wide and high, on a transparent background."""
    return head_image(preset.on(mean_pose()), side, only_face=True)


@cache
def mean_pose() -> Pose3D:
    """The unchanged pose of the mean face, in a picture of 400x400 pixels."""
    return engine.Pose3D.of(engine.mean_face((170, 200), (230, 200)))


def draw_head(painter: QPainter, area: QRectF, pose: Pose3D, ratio: float) -> None:
    """Draw the head into a square; `ratio` is screen pixels per painter unit."""
    painter.drawImage(area, head_image(pose, round(area.width() * ratio)))
