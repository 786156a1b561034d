"""Turns in steps and expressions for the menu Pose; what of them is shown for the menu View."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

import engine
from gui.canvas.gizmo import Gizmo
from gui.document.document import Document
from gui.document.head_turn import HeadTurn
from gui.pose.expression_panel import is_moved
from gui.pose.face_dock import FaceDock

STEP = 5.0  # degrees


class PoseActions(QObject):
    """Builds the actions and enables what makes sense at the moment."""

    def __init__(self, document: Document, turn: HeadTurn, dock: FaceDock, menu: QMenu) -> None:
        super().__init__(menu)
        self._document, self._turn, self._dock = document, turn, dock
        self._turns = self._turn_menu(menu.addMenu(self.tr("T&urn the head")))
        expression = menu.addMenu(self.tr("&Expression"))
        self._neutral = expression.addAction(self.tr("&Neutral face"))
        self._neutral.setShortcut(QKeySequence("Ctrl+Alt+N"))
        self._neutral.setStatusTip(dock.expression.neutral.toolTip())
        self._neutral.triggered.connect(self._relax)
        self._reset = expression.addAction(self.tr("As in the &photo"))
        self._reset.setStatusTip(dock.expression.reset.toolTip())
        self._reset.triggered.connect(self._reset_expression)
        dock.expression.neutral.clicked.connect(self._neutral.trigger)
        dock.expression.reset.clicked.connect(self._reset.trigger)
        document.pose_changed.connect(self._refresh)
        self._refresh()

    def add_views_to(self, menu: QMenu, gizmo: Gizmo) -> None:
        """Add what is shown or not to the menu View."""
        head = menu.addAction(self.tr("Head that &turns"))
        head.setCheckable(True)
        head.setChecked(True)
        head.setShortcut(QKeySequence("F3"))
        head.setStatusTip(self.tr("Show the head on the photo that turns the pose"))
        head.toggled.connect(gizmo.set_wanted)
        panel = self._dock.toggleViewAction()
        panel.setText(self.tr("&Expression and poses"))
        panel.setShortcut(QKeySequence("F2"))
        panel.setStatusTip(self.tr("Show the sliders of the expression and the named poses"))
        menu.addAction(panel)

    def _turn_menu(self, menu: QMenu) -> list[QAction]:
        actions = []
        for text, angles, keys in (
            (self.tr("To the &left"), (-STEP, 0.0, 0.0), "Alt+Left"),
            (self.tr("To the &right"), (STEP, 0.0, 0.0), "Alt+Right"),
            (self.tr("&Up"), (0.0, STEP, 0.0), "Alt+Up"),
            (self.tr("&Down"), (0.0, -STEP, 0.0), "Alt+Down"),
            (self.tr("Tilt &anticlockwise"), (0.0, 0.0, -STEP), "Alt+PgUp"),
            (self.tr("Tilt &clockwise"), (0.0, 0.0, STEP), "Alt+PgDown"),
        ):
            action = menu.addAction(text)
            action.setShortcut(QKeySequence(keys))
            action.setStatusTip(self.tr("Turn the head by {:.0f}°").format(STEP))
            action.triggered.connect(partial(self._turn_by, angles))
            actions.append(action)
        return actions

    def _refresh(self) -> None:
        pose, fitting = self._document.pose, self._document.fitting
        for action in self._turns:
            action.setEnabled(pose is not None)
        self._neutral.setEnabled(pose is not None and not fitting)
        self._reset.setEnabled(pose is not None and not fitting and is_moved(pose))

    def _turn_by(self, angles: tuple[float, float, float], _checked: bool = False) -> None:
        self._turn.turn_by(angles)

    def _relax(self) -> None:
        pose = self._document.pose
        if pose is not None and not (relaxed := engine.relaxed(pose)).looks_like(pose):
            self._document.change_pose(relaxed, self.tr("Neutral face"))

    def _reset_expression(self) -> None:
        pose = self._document.pose
        if pose is not None:
            unmoved = engine.Pose3D(pose.source, np.zeros_like(pose.edits))
            unmoved = unmoved.turned(pose.yaw, pose.pitch, pose.roll)
            self._document.change_pose(unmoved, self.tr("As in the photo"))
