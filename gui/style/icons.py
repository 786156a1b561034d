"""Icons drawn from SVG in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import engine
from gui.style.theme import colour

DRAWN_IN = "#d7dde6"  # the colour in the SVG files, replaced by the theme's


class _ThemedEngine(QIconEngine):
    """Draws an SVG in the theme's current text colour."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self._svg = svg
        self._renderers: dict[str, QSvgRenderer] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        ink = colour("disabled" if mode == QIcon.Mode.Disabled else "text").name()
        if ink not in self._renderers:
            drawn = self._svg.replace(DRAWN_IN, ink).encode()
            self._renderers[ink] = QSvgRenderer(QByteArray(drawn))
        self._renderers[ink].render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._svg)


def icon(name: str) -> QIcon:
    """An icon of resources/icons."""
    return QIcon(_ThemedEngine(engine.resource(f"icons/{name}.svg").read_text(encoding="utf-8")))
