"""The canvas tool that chooses the source face: one of several, or one placed by its eyes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

import engine
from gui.canvas.canvas_tool import CanvasTool, Keys
from gui.document.document import Document
from gui.widgets.face_boxes import BoxesItem


class FaceChooser(CanvasTool):
    """Gets the clicks until a face is chosen, and while one is placed by hand.

    A face that was not detected is placed by a click on each eye.
    """

    placing_changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, item: BoxesItem, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._item = item
        self._eyes: list[QPointF] | None = None
        document.source_changed.connect(self._show_boxes)

    @property
    def active(self) -> bool:
        """Whether this tool gets the clicks."""
        return self._eyes is not None or bool(self._item.boxes)

    @property
    def eyes_clicked(self) -> int | None:
        """The number of eyes clicked, 0 or 1; None while no face is placed by hand."""
        return None if self._eyes is None else len(self._eyes)

    def start_placing(self) -> None:
        """Take the next two clicks as the centres of the eyes."""
        self._eyes = []
        self._show((), ())
        self.placing_changed.emit()

    def stop_placing(self) -> None:
        """Cancel placing a face by hand."""
        self._show_boxes()
        self.placing_changed.emit()

    @property
    def cursor(self) -> Qt.CursorShape:
        if self._eyes is not None:
            return Qt.CursorShape.CrossCursor
        over = self._item.hovered is not None
        return Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor

    def key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape or self._eyes is None:
            return False
        self.stop_placing()
        return True

    def press(self, point: QPointF, keys: Keys = Keys.NoModifier) -> None:
        if self._eyes is not None:
            self._click_eye(self._eyes, point)
        elif (face := self._item.at(point)) is not None:
            self._document.choose_face(face)

    def hover(self, point: QPointF | None) -> None:
        hovered = None if point is None else self._item.at(point)
        if hovered != self._item.hovered:
            self._item.hovered = hovered
            self.changed.emit()

    def _click_eye(self, eyes: list[QPointF], point: QPointF) -> None:
        eyes.append(point)
        self._show((), tuple(eyes))
        if len(eyes) == 2:
            first, second = sorted((eye.x(), eye.y()) for eye in eyes)
            try:
                landmarks = engine.mean_face(first, second)
            except engine.ReposeError as error:
                self.start_placing()
                self.failed.emit(str(error))
                return
            self._eyes = None
            self._document.place_face(landmarks)
        self.placing_changed.emit()

    def _show_boxes(self) -> None:
        document = self._document
        self._eyes = None
        choosing = document.photo is not None and document.landmarks is None
        faces = document.photo.faces if document.photo is not None and choosing else ()
        self._show(tuple(face.box for face in faces), ())

    def _show(
        self, boxes: tuple[tuple[float, float, float, float], ...], clicks: tuple[QPointF, ...]
    ) -> None:
        self._item.boxes, self._item.clicks, self._item.hovered = boxes, clicks, None
        self.changed.emit()
