"""Sliders for the gaze of the target pose."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

import engine
from gui.document.document import Document
from gui.widgets.marked_slider import MarkedSlider


class GazePanel(QWidget):
    """The mean gaze of both eyes in the head, degrees.

    The button that lets them look at the viewer is for the panel's heading.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        reset = self.tr("The mark is the gaze in the photo; double-click the name to return to it.")
        self.yaw, self.pitch = self.sliders = tuple(
            MarkedSlider(name, tip, engine.LARGEST_GAZE, "°", reset_tip=reset)
            for name, tip in (
                (
                    self.tr("Look sideways"),
                    self.tr(
                        "Where the eyes look now: at 0 where the nose points, right of it to the"
                        " right in the picture."
                    ),
                ),
                (
                    self.tr("Look up or down"),
                    self.tr(
                        "Where the eyes look now: at 0 where the nose points, right of it upwards."
                    ),
                ),
            )
        )
        self.viewer = QPushButton(self.tr("Look at the viewer"))
        self.viewer.setObjectName("small")
        tip = self.tr("Turn the eyes to the camera, wherever the head is turned")
        self.viewer.setToolTip(tip)
        self.viewer.setStatusTip(tip)
        self.viewer.setAccessibleDescription(tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        width = max(slider.name.sizeHint().width() for slider in self.sliders)
        for axis, slider in enumerate(self.sliders):
            slider.changed.connect(partial(self._slide, axis))
            slider.name.setFixedWidth(width)
            layout.addWidget(slider)
        self.viewer.clicked.connect(self.look_at_viewer)
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show)
        self._show_source()

    def look_at_viewer(self) -> None:
        """Turn the eyes to the viewer."""
        pose = self._document.pose
        if pose is not None:
            looking = engine.looking_at_viewer(pose)
            self._document.change_pose(looking, self.tr("Look at the viewer"))

    def _slide(self, axis: int, degrees: float, gesture: int) -> None:
        pose = self._document.pose
        if pose is not None:
            yaw, pitch = engine.mean_gaze(pose)
            gaze = (degrees, pitch) if axis == 0 else (yaw, degrees)
            looking = engine.with_gaze(pose, *gaze)
            self._document.change_pose(looking, self.tr("Turn the eyes"), gesture)
            self._show()  # an eye may not turn that far

    def _show_source(self) -> None:
        edit = self._document.edit
        if edit is not None:
            own = engine.mean_gaze(engine.Pose3D.unchanged(edit.pose.source))
            for slider, degrees in zip(self.sliders, own, strict=True):
                slider.set_origin(degrees)
        self._show()

    def _show(self) -> None:
        pose = self._document.pose
        for widget in (self, self.viewer):
            widget.setEnabled(pose is not None)
        gaze = (0.0, 0.0) if pose is None else engine.mean_gaze(pose)
        for slider, degrees in zip(self.sliders, gaze, strict=True):
            slider.show_value(degrees)
