"""Sliders for the single movements that an expression consists of: ARKit's 52 coefficients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

import engine
from gui.document.document import Document
from gui.widgets.fold import Fold
from gui.widgets.marked_slider import MarkedSlider

PERCENT = 100.0
INDENT = 8  # pixels: of the sliders in a group


class CoefficientsPanel(QWidget):
    """A fold with a group of sliders for each part of the face, from 0 to 100 % of a movement.

    Unlike the sliders of `ExpressionPanel`, which add to the source's expression, they show what
    the target's face does, and start at the source's own values.
    """

    def __init__(
        self,
        document: Document,
        symmetric: Callable[[], bool] = lambda: False,
        parent: QWidget | None = None,
    ) -> None:
        """symmetric: returns whether both sides of the face are to be changed together."""
        super().__init__(parent)
        self._document, self._symmetric = document, symmetric
        self.fold = Fold(
            self.tr("Single movements"),
            self.tr("All movements of the face, each from 0 to 100 %, for both sides separately"),
        )
        note = QLabel(self.tr("As the face is now; 0 is a face at rest."))
        note.setObjectName("sliderNote")
        note.setWordWrap(True)
        self.fold.body.addWidget(note)
        self.groups: dict[str, Fold] = {}
        self.sliders: dict[str, MarkedSlider] = {}
        for part, (title, units) in self._units().items():
            group = self.groups[part] = Fold(title, indent=INDENT)
            group.button.setAccessibleName(f"{self.fold.button.text()}: {title}")
            group.toggled.connect(partial(self._unfold, group, units))
            self.fold.body.addWidget(group)
        self.fold.toggled.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fold)
        document.source_changed.connect(self._show_source)
        document.pose_changed.connect(self._show)
        self._show_source()

    def _unfold(self, group: Fold, units: Mapping[str, str], unfolded: bool) -> None:
        """Make the sliders of a group when it is unfolded for the first time."""
        if unfolded and group.body.isEmpty():
            new = dict(chain.from_iterable(self._sliders_of(*unit) for unit in units.items()))
            width = max(slider.name.sizeHint().width() for slider in new.values())
            for name, slider in new.items():
                slider.name.setFixedWidth(width)
                slider.changed.connect(partial(self._slide, name))
                group.body.addWidget(slider)
            self.sliders |= new
            self._show_source()
        self._show()

    def _sliders_of(self, unit: str, title: str) -> Iterator[tuple[str, MarkedSlider]]:
        """The coefficients of a unit and their sliders; `_` at its end stands for both sides."""
        sides = {"": ("{}", self.tr("Left and right are the person's own."))}
        if unit.endswith("_"):
            sides = {
                "Right": (
                    self.tr("{}, right"),
                    self.tr("The person's own right side, at the left in the picture."),
                ),
                "Left": (
                    self.tr("{}, left"),
                    self.tr("The person's own left side, at the right in the picture."),
                ),
            }
        reset = self.tr(
            "The mark is the value in the photo; double-click the name to return to it."
        )
        for side, (text, note) in sides.items():
            name = unit.removesuffix("_") + side
            tip = f"{note} ({name})"
            yield name, MarkedSlider(text.format(title), tip, PERCENT, " %", 0, 0.0, reset)

    def _units(self) -> dict[str, tuple[str, dict[str, str]]]:
        """The title of each group, and the names of ARKit's units in it."""
        return {
            "eyes": (
                self.tr("Eyes"),
                {
                    "eyeBlink_": self.tr("Close"),
                    "eyeWide_": self.tr("Open wide"),
                    "eyeSquint_": self.tr("Squint"),
                    "eyeLookUp_": self.tr("Look up"),
                    "eyeLookDown_": self.tr("Look down"),
                    "eyeLookIn_": self.tr("Look in"),
                    "eyeLookOut_": self.tr("Look out"),
                },
            ),
            "brows": (
                self.tr("Brows"),
                {
                    "browDown_": self.tr("Lower"),
                    "browInnerUp": self.tr("Raise the middle"),
                    "browOuterUp_": self.tr("Raise end"),
                },
            ),
            "jaw": (
                self.tr("Jaw"),
                {
                    "jawOpen": self.tr("Open"),
                    "jawForward": self.tr("Forward"),
                    "jawRight": self.tr("To the right"),
                    "jawLeft": self.tr("To the left"),
                },
            ),
            "mouth": (
                self.tr("Mouth"),
                {
                    "mouthSmile_": self.tr("Smile"),
                    "mouthFrown_": self.tr("Corner down"),
                    "mouthDimple_": self.tr("Dimple"),
                    "mouthStretch_": self.tr("Stretch"),
                    "mouthPress_": self.tr("Press"),
                    "mouthUpperUp_": self.tr("Lip up"),
                    "mouthLowerDown_": self.tr("Lip down"),
                    "mouthClose": self.tr("Lips closed"),
                    "mouthFunnel": self.tr("Funnel"),
                    "mouthPucker": self.tr("Pucker"),
                    "mouthRight": self.tr("To the right"),
                    "mouthLeft": self.tr("To the left"),
                    "mouthRollUpper": self.tr("Upper lip in"),
                    "mouthRollLower": self.tr("Lower lip in"),
                    "mouthShrugUpper": self.tr("Push upper lip up"),
                    "mouthShrugLower": self.tr("Push lower lip up"),
                    "tongueOut": self.tr("Tongue out"),
                },
            ),
            "cheeks": (
                self.tr("Cheeks"),
                {"cheekPuff": self.tr("Puff"), "cheekSquint_": self.tr("Raise")},
            ),
            "nose": (self.tr("Nose"), {"noseSneer_": self.tr("Sneer")}),
        }

    def _slide(self, name: str, percent: float, gesture: int) -> None:
        pose = self._document.pose
        if pose is None:
            return
        names = (name, engine.MIRROR_NAMES[name]) if self._symmetric() else (name,)
        changed = pose.showing(dict.fromkeys(names, percent / PERCENT))
        self._document.change_pose(changed, self.tr("Change expression"), gesture)

    def _show_source(self) -> None:
        edit = self._document.edit
        if edit is not None:
            own = edit.pose.source.expression
            for name, slider in self.sliders.items():
                slider.set_origin(PERCENT * own[name])
        self._show()

    def _show(self) -> None:
        pose = self._document.pose
        self.setEnabled(pose is not None)
        if pose is not None and self.fold.button.isChecked():
            for name, slider in self.sliders.items():
                slider.show_value(PERCENT * pose.shown[name])
