"""The canvas tool that chooses the face to repose: one of several, or one placed by its eyes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

import engine
from gui.canvas.canvas_tool import CanvasTool, Keys
from gui.document.document import Document
from gui.widgets.face_boxes import BoxesItem


class FaceChooser(CanvasTool):
    """Gets the clicks until a face is chosen, and while another one is chosen or placed by hand.

    While the handles of a face are in use, it shows the boxes of the other faces, and a click that
    hits no handle (see `Handles.missed`) chooses one. A face that was not detected is placed by a
    click on each eye.
    """

    waiting_changed = Signal()  # `choosing` or `eyes_clicked`
    failed = Signal(str)

    def __init__(self, document: Document, item: BoxesItem, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._item = item
        self._eyes: list[QPointF] | None = None
        self._choosing = False
        document.source_changed.connect(self._show_boxes)

    @property
    def active(self) -> bool:
        """Whether this tool gets the clicks."""
        return self._eyes is not None or self.choosing

    @property
    def choosing(self) -> bool:
        """Whether a click chooses a face and does nothing else."""
        return bool(self._item.boxes) and self._item.chosen is None

    @property
    def eyes_clicked(self) -> int | None:
        """The number of eyes clicked, 0 or 1; None while no face is placed by hand."""
        return None if self._eyes is None else len(self._eyes)

    def start_choosing(self) -> None:
        """Take the next click as the choice of a face. The one in use stays until then."""
        self._choosing = True
        self._show_boxes()
        self.waiting_changed.emit()

    def start_placing(self) -> None:
        """Take the next two clicks as the centres of the eyes."""
        self._eyes = []
        self._show((), ())
        self.waiting_changed.emit()

    def stop(self) -> None:
        """Cancel choosing another face, or placing one by hand."""
        self._choosing = False
        self._show_boxes()
        self.waiting_changed.emit()

    @property
    def cursor(self) -> Qt.CursorShape:
        if self._eyes is not None:
            return Qt.CursorShape.CrossCursor
        over = self._item.hovered is not None
        return Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor

    @property
    def tip(self) -> str:
        if self._item.hovered is None or self._document.landmarks is None:
            return ""
        return self.tr("Click to repose this face, too")

    def key(self, event: QKeyEvent) -> bool:
        waits = self._eyes is not None or self._choosing
        if event.key() != Qt.Key.Key_Escape or not waits:
            return False
        self.stop()
        return True

    def press(self, point: QPointF, keys: Keys = Keys.NoModifier) -> None:
        if self._eyes is not None:
            self._click_eye(self._eyes, point)
        elif (face := self._item.at(point)) is not None:
            waited, self._choosing = self._choosing, False
            self._document.choose_face(face)
            if waited:
                self.stop()

    def choose_other(self, point: QPointF) -> None:
        """Choose the face at this point, if it is not the one in use."""
        if (face := self._other_at(point)) is not None:
            self._document.choose_face(face)

    def hover(self, point: QPointF | None) -> None:
        self._set_hovered(None if point is None else self._item.at(point))

    def hover_others(self, point: QPointF | None) -> None:
        """The mouse moves over the canvas while handles are in use; None: a handle is under it."""
        self._set_hovered(None if point is None else self._other_at(point))

    def _other_at(self, point: QPointF) -> int | None:
        face = self._item.at(point)
        return None if face == self._item.chosen else face

    def _set_hovered(self, hovered: int | None) -> None:
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
        self.waiting_changed.emit()

    def _show_boxes(self) -> None:
        document = self._document
        self._eyes = None
        chosen = document.chosen
        if document.landmarks is None or document.correcting:
            self._choosing = False
        # While landmarks are corrected, no other face can be chosen.
        boxes = () if document.correcting else document.boxes
        self._show(boxes, (), None if self._choosing else chosen)

    def _show(
        self,
        boxes: tuple[tuple[float, float, float, float], ...],
        clicks: tuple[QPointF, ...],
        chosen: int | None = None,
    ) -> None:
        item = self._item
        item.boxes, item.clicks, item.chosen, item.hovered = boxes, clicks, chosen, None
        self.changed.emit()
