"""The canvas tool that paints the keep mask: the areas that stay as in the photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

import engine
from gui.canvas.canvas_tool import CanvasTool, Keys
from gui.document.document import Document
from gui.document.edit import new_gesture
from gui.widgets.items import HANDLE, SHADOW, screen_pen

if TYPE_CHECKING:
    from engine import KeepMask

SMALLEST, LARGEST = 0.002, 0.25  # radii, as shares of the photo's longer side
INITIAL_RADIUS, INITIAL_FEATHER = 0.3, 0.15  # as shares of the distance between the eyes
LARGEST_FEATHER = 0.1  # as a share of the photo's longer side


@dataclass(frozen=True)
class Stroke:
    """A stroke in progress: the mask before it, and the last point of the brush (photo pixels)."""

    gesture: int
    before: KeepMask | None
    erases: bool
    last: QPointF


class Brush(CanvasTool):
    """Paints, or erases with Ctrl or as an eraser. Shift draws a straight line from the end of the
    last stroke. `radius` and `feather` are in photo pixels."""

    settings_changed = Signal()
    left = Signal()  # Esc: the user stops painting

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.erases = False
        self.radius, self.feather = 20.0, 6.0
        self._stroke: Stroke | None = None
        self._last: QPointF | None = None
        self._hovered: QPointF | None = None
        document.face_opened.connect(self._set_initial_size)
        document.keep_changed.connect(self._show_feather)

    # Settings

    @property
    def radii(self) -> tuple[float, float]:
        """The smallest and the largest radius for this photo."""
        side = self._side
        return SMALLEST * side, LARGEST * side

    @property
    def largest_feather(self) -> float:
        """The widest soft border for this photo."""
        return LARGEST_FEATHER * self._side

    def set_erases(self, erases: bool) -> None:
        """Set whether it erases instead of painting."""
        self.erases = erases
        self._signal_settings()

    def set_radius(self, radius: float) -> None:
        """Set the radius, within its limits."""
        low, high = self.radii
        self.radius = min(max(radius, low), high)
        self._signal_settings()

    def widen(self, factor: float) -> None:
        """Multiply the radius by `factor`."""
        self.set_radius(self.radius * factor)

    def set_feather(self, feather: float, gesture: int | None = None) -> None:
        """Set the width of the soft border of the keep mask."""
        self.feather = min(max(feather, 0.0), self.largest_feather)
        keep = self._document.keep
        if keep is not None and keep.feather != self.feather:
            text = self.tr("Soft border")
            self._document.set_keep(keep.feathered(self.feather), text, gesture)
        self._signal_settings()

    # The whole mask

    def clear(self) -> None:
        """Remove the keep mask."""
        self._document.set_keep(None, self.tr("Clear kept areas"))

    def invert(self) -> None:
        """Swap kept and not kept areas."""
        keep = self._document.keep
        whole = self._nothing() if keep is None else keep
        if whole is not None:
            self._set(whole.inverted(), self.tr("Invert kept areas"))

    # Mouse and keyboard

    @property
    def cursor(self) -> Qt.CursorShape:
        """No cursor where the brush's circle is drawn."""
        return Qt.CursorShape.BlankCursor if self._hovered else Qt.CursorShape.CrossCursor

    @property
    def tip(self) -> str:
        """What a drag does, for the status bar."""
        if self.erases:
            return self.tr("Drag to erase; [ and ] set the size, Esc ends")
        return self.tr(
            "Drag to paint the areas to keep; Ctrl erases, [ and ] set the size, Esc ends"
        )

    def press(self, point: QPointF, keys: Keys) -> None:
        """Begin a stroke."""
        if self._document.edit is None:
            return
        erases = self.erases != bool(keys & Keys.ControlModifier)
        line = self._last is not None and bool(keys & Keys.ShiftModifier)
        start = self._last if line and self._last is not None else point
        self._stroke = Stroke(new_gesture(), self._document.keep, erases, start)
        self._paint_to(point)

    def move(self, point: QPointF, keys: Keys) -> None:
        """Extend the stroke."""
        self._hovered = point
        self._paint_to(point)
        self.changed.emit()

    def release(self, point: QPointF, keys: Keys) -> None:
        """End the stroke."""
        self._stroke = None

    def hover(self, point: QPointF | None) -> None:
        """Draw the brush's circle at this point."""
        self._hovered = point
        self.changed.emit()

    def key(self, event: QKeyEvent) -> bool:
        """Esc undoes the stroke in progress; without one it ends painting."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            self.left.emit()
        else:
            self._document.set_keep(stroke.before, "", stroke.gesture)
        return True

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw the brush's circle, dashed while erasing."""
        if self._hovered is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((SHADOW, 3.0), (HANDLE, 1.3)):
            pen = screen_pen(colour, width, zoom)
            if self._erasing and colour is HANDLE:
                pen.setDashPattern([4.0, 4.0])
            painter.setPen(pen)
            painter.drawEllipse(self._hovered, self.radius, self.radius)

    def stop(self) -> None:
        """End the stroke: another tool is used, or another face was opened."""
        self._stroke = self._last = self._hovered = None

    # Implementation

    @property
    def _erasing(self) -> bool:
        return self.erases if self._stroke is None else self._stroke.erases

    @property
    def _side(self) -> int:
        photo = self._document.photo
        return 100 if photo is None else max(photo.size)

    def _paint_to(self, point: QPointF) -> None:
        stroke = self._stroke
        if stroke is None:
            return
        keep = self._document.keep or self._nothing()
        if keep is None or (stroke.erases and keep.empty):
            return
        way = [(end.x(), end.y()) for end in (stroke.last, point)]
        text = self.tr("Erase kept areas") if stroke.erases else self.tr("Paint kept areas")
        self._set(keep.painted(way, self.radius, stroke.erases), text, stroke.gesture)
        self._stroke = Stroke(stroke.gesture, stroke.before, stroke.erases, point)
        self._last = point

    def _set(self, keep: KeepMask, text: str, gesture: int | None = None) -> None:
        """Set the mask; an empty one is stored as None."""
        self._document.set_keep(None if keep.empty else keep, text, gesture)

    def _nothing(self) -> KeepMask | None:
        photo = self._document.photo
        return None if photo is None else engine.KeepMask.nothing(photo.size, self.feather)

    def _set_initial_size(self) -> None:
        """Set radius and feather in proportion to the face."""
        self.stop()
        landmarks = self._document.landmarks
        if landmarks is None:
            return
        right, left = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
        apart = float(((left - right) ** 2).sum() ** 0.5)
        self.feather = min(INITIAL_FEATHER * apart, self.largest_feather)
        self.set_radius(INITIAL_RADIUS * apart)

    def _show_feather(self) -> None:
        """Take over the mask's feather after undo or when a project was opened."""
        keep = self._document.keep
        if keep is not None and keep.feather != self.feather:
            self.feather = keep.feather
            self._signal_settings()

    def _signal_settings(self) -> None:
        self.settings_changed.emit()
        self.changed.emit()
