"""The dock with the sliders of expression and gaze, and the named poses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.document.document import Document
from gui.pose.coefficients_panel import CoefficientsPanel
from gui.pose.expression_panel import ExpressionPanel
from gui.pose.gaze_panel import GazePanel
from gui.pose.pose_presets import PosePresets
from gui.pose.presets_panel import PresetsPanel

WIDTH = 292  # pixels, at least
MARGIN = 12  # pixels, at least the width of a scroll bar
LEAST = 180  # pixels: height of the sliders, which scroll
QUEUED = Qt.ConnectionType.QueuedConnection  # when the layout is done


class Column(QScrollArea):
    """Scrolls up and down where there is no room for all of its body.

    The body has a margin at the right, in which the scroll bar is.
    """

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it scrolls to the slider with the focus
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._body = body
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        return self._body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._body.minimumSizeHint().width(), LEAST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # something was folded or unfolded
            self.updateGeometry()
        return super().eventFilter(watched, event)


class FaceDock(QDockWidget):
    """Expression and gaze above, named poses below."""

    def __init__(
        self,
        document: Document,
        presets: PosePresets,
        parent: QWidget | None = None,
        symmetric: Callable[[], bool] = lambda: False,
    ) -> None:
        """symmetric: see `ExpressionPanel`."""
        super().__init__(parent)
        self.setObjectName("face")
        self.setWindowTitle(self.tr("Expression and poses"))
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.setTitleBarWidget(QWidget())  # none: the panels have headings
        self.expression = ExpressionPanel(document, symmetric)
        self.gaze = GazePanel(document)
        self.coefficients = CoefficientsPanel(document, symmetric)
        self.poses = PresetsPanel(presets)
        sliders = QWidget()
        sliders.setObjectName("plain")
        column = QVBoxLayout(sliders)
        column.setContentsMargins(0, 0, MARGIN, 0)
        column.setSpacing(6)
        note = QLabel(self.tr("0 changes nothing"))
        note.setObjectName("paneNote")
        for title, beside, panel in (
            (self.tr("Expression"), note, self.expression),
            (self.tr("Gaze"), self.gaze.viewer, self.gaze),
        ):
            column.addLayout(_heading(title, beside))
            column.addWidget(panel)
        column.addWidget(self.coefficients)
        column.addStretch()
        body = QWidget()
        body.setObjectName("facePanel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(MARGIN, MARGIN, 0, MARGIN)
        layout.setSpacing(6)
        self.column = Column(sliders)
        self.column.setAccessibleName(self.tr("Sliders of expression and gaze"))
        layout.addWidget(self.column)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, MARGIN, 0)
        below.addLayout(_heading(self.tr("Poses")))
        below.addWidget(self.poses, 1)
        layout.addLayout(below, 1)
        self.coefficients.fold.toggled.connect(self._show_unfolded, QUEUED)
        # Setting a minimum replaces the layout's own.
        body.setMinimumWidth(max(WIDTH, body.minimumSizeHint().width()))
        self.setWidget(body)

    def _show_unfolded(self, unfolded: bool) -> None:
        """Scroll to the single movements."""
        if unfolded:
            self.column.verticalScrollBar().setValue(self.coefficients.y())


def _heading(title: str, beside: QWidget | None = None) -> QHBoxLayout:
    row = QHBoxLayout()
    label = QLabel(title)
    label.setObjectName("paneTitle")
    row.addWidget(label)
    row.addStretch()
    if beside is not None:
        row.addWidget(beside)
    return row
