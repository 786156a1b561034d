"""Warnings about the pose over the canvas, each with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

import engine
from gui.document.document import Document
from gui.style.icons import icon
from gui.style.theme import colour

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas

CHECK_MS = 200  # the shortest time between two checks
MARGIN = 12
WIDEST = 560
MOST = 2  # warnings at once, the most severe ones

DRIFTED = 0.5
"""Threshold of `engine.identity_drift` for a warning; from 0.6 on it is another person."""


class Sign(QWidget):
    """A triangle with an exclamation mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(20, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("warm"))
        pen = QPen(colour("warm"), 2.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolygon(QPolygonF([QPointF(10, 2.5), QPointF(18, 15.5), QPointF(2, 15.5)]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(QRectF(9, 5.5, 2, 5.5), 1, 1)
        painter.drawEllipse(QPointF(10, 13.4), 1.2, 1.2)


class Row(QWidget):
    """One warning with a button for its remedy."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.help = QPushButton()
        self.help.setObjectName("small")
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setIconSize(QSize(12, 12))
        self.close_button.setAccessibleName(self.tr("Hide this warning"))
        self.close_button.setToolTip(self.tr("Do not warn about this again for this face"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(9)
        for widget, stretch in ((Sign(), 0), (self.label, 1), (self.help, 0)):
            layout.addWidget(widget, stretch)
        layout.addWidget(self.close_button)

    def show_text(self, text: str, button: str) -> None:
        """Show a warning; with an empty name, the button is hidden."""
        self.label.setText(text)
        self.label.setAccessibleName(self.tr("Warning: {text}").format(text=text))
        self.help.setText(button)
        self.help.setVisible(bool(button))


class PoseWarnings(QWidget):
    """Checks the document's pose after each change; `set_drift` adds the drift of the identity."""

    def __init__(self, document: Document, canvas: Canvas, hint: QWidget) -> None:
        """hint: the widget that it must not cover."""
        super().__init__(canvas.viewport())
        self._hint = hint
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._document, self._canvas = document, canvas
        self._drift: float | None = None
        self._hidden: set[engine.FindingKind] = set()
        self.findings: tuple[engine.Finding, ...] = ()
        self.rows = [Row(self) for _ in range(MOST)]
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 8, 8)
        self._layout.setSpacing(6)
        for number, row in enumerate(self.rows):
            self._layout.addWidget(row)
            row.help.clicked.connect(lambda _=False, number=number: self._help(number))
            row.close_button.clicked.connect(lambda _=False, number=number: self._hide(number))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self.check)
        document.face_opened.connect(self._forget)
        for signal in (document.source_changed, document.pose_changed, document.model_changed):
            signal.connect(self._wait)
        for watched in (canvas.viewport(), hint):
            watched.installEventFilter(self)
        self._show()

    def set_drift(self, drift: float | None) -> None:
        """Set the result of `engine.identity_drift`; None: the pose is the source's."""
        self._drift = drift
        self.check()

    def check(self) -> None:
        """Check the pose now."""
        self._timer.stop()
        self.findings = tuple(f for f in self._find() if f.kind not in self._hidden)[:MOST]
        self._show()

    def _wait(self) -> None:
        if not self._timer.isActive():  # not restarted, so that a long drag is checked too
            self._timer.start()

    def _forget(self) -> None:
        self._hidden.clear()
        self._drift = None
        self._wait()

    def _find(self) -> tuple[engine.Finding, ...]:
        document = self._document
        pose, photo, model = document.pose, document.photo, document.model
        if pose is None or photo is None or model is None:
            return ()
        try:
            found = engine.check_pose(pose, photo.size, model.trained_range)
        except engine.ReposeError:
            return ()  # not a face at all: the prediction reports the error
        if self._drift is not None and self._drift >= DRIFTED:
            found += (engine.Finding("identity", value=self._drift, limit=0.6),)
        return found

    def _show(self) -> None:
        for row, finding in zip(self.rows, self.findings, strict=False):
            row.show_text(self._sentence(finding), self._button(finding))
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(self.findings))
        self.setVisible(bool(self.findings))
        self._place()

    def _sentence(self, finding: engine.Finding) -> str:
        values = {"value": abs(finding.value), "limit": abs(finding.limit)}
        return {
            "folded": self.tr(
                "Some points have crossed others, and the picture will tear there. Drag them back,"
                " or undo."
            ),
            "yaw": self.tr(
                "The head is turned by {value:.0f}° from the photo; the model was trained up to"
                " {limit:.0f}°. Turn it back, or the face may be smeared."
            ),
            "pitch": self.tr(
                "The head nods by {value:.0f}° from the photo; the model was trained up to"
                " {limit:.0f}°. Nod less, or the face may be smeared."
            ),
            "roll": self.tr(
                "The head is tilted by {value:.0f}° from the photo; the model was trained up to"
                " {limit:.0f}°. Tilt it less, or rotate the photo itself."
            ),
            "outside": self.tr(
                "Part of the face is outside the photo and is cut off. Move it back, or use a wider"
                " photo."
            ),
            "small": self.tr(
                "The face is only {value:.0f} pixels high, which limits the sharpness of the"
                " result. Use a larger photo if there is one."
            ),
            "identity": self.tr(
                "The result no longer looks much like this person. Turn the head less, or move"
                " fewer points."
            ),
        }[finding.kind].format(**values)

    def _button(self, finding: engine.Finding) -> str:
        if finding.kind == "folded":
            return self.tr("Select them")
        return self.tr("Turn back") if self._turned_back(finding) is not None else ""

    def _turned_back(self, finding: engine.Finding) -> tuple[float, float, float] | None:
        """The angles with the one beyond its limit set to the limit; None if none is beyond."""
        pose = self._document.pose
        if pose is None or finding.kind not in ("yaw", "pitch", "roll"):
            return None
        angles = {"yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}
        # Truncated, so that it is inside the limit.
        limit = float(int(finding.limit))
        if abs(angles[finding.kind]) <= abs(limit) or angles[finding.kind] * finding.value < 0:
            return None
        angles[finding.kind] = limit
        return angles["yaw"], angles["pitch"], angles["roll"]

    def _help(self, number: int) -> None:
        finding = self.findings[number]
        angles = self._turned_back(finding)
        if finding.kind == "folded":
            self._canvas.handles.select(finding.points)
        elif angles is not None:
            self._document.turn(*angles)
        self._canvas.setFocus()
        self.check()

    def _hide(self, number: int) -> None:
        self._hidden.add(self.findings[number].kind)
        self._canvas.setFocus()
        self.check()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        return False

    def _place(self) -> None:
        """Place it at the bottom, above the hint, as wide as fits."""
        viewport = self._canvas.viewport()
        if not self.findings:
            return
        self.setFixedWidth(max(min(viewport.width() - 2 * MARGIN, WIDEST), 220))
        self.setFixedHeight(self._layout.totalHeightForWidth(self.width()))
        bottom = viewport.height() - MARGIN
        if self._hint.isVisibleTo(self._canvas):
            bottom = self._hint.y() - MARGIN // 2
        self.move(MARGIN, bottom - self.height())
        self.raise_()
