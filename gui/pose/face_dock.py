"""The dock with the expression panel and the named poses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QVBoxLayout, QWidget

from gui.document.document import Document
from gui.pose.expression_panel import ExpressionPanel
from gui.pose.pose_presets import PosePresets
from gui.pose.presets_panel import PresetsPanel

WIDTH = 272  # pixels, at least


class FaceDock(QDockWidget):
    """Expression above, named poses below."""

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
        self.poses = PresetsPanel(presets)
        body = QWidget()
        body.setObjectName("facePanel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(6)
        for heading, panel, share in (
            (self.tr("Expression"), self.expression, 0),
            (self.tr("Poses"), self.poses, 1),
        ):
            label = QLabel(heading)
            label.setObjectName("paneTitle")
            layout.addWidget(label)
            layout.addWidget(panel, share)
            layout.addSpacing(8)
        # Setting a minimum replaces the layout's own.
        body.setMinimumWidth(max(WIDTH, body.minimumSizeHint().width()))
        self.setWidget(body)
