"""The two panes beside the canvas; each shows one view of the newest prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabBar, QVBoxLayout, QWidget

import engine
from gui.panes.views import View, view_image
from gui.widgets.picture_view import PictureView
from gui.widgets.wheel import guard_wheel
from gui.widgets.zoom_view import Viewport

if TYPE_CHECKING:
    from engine import Group, KeepMask, Prediction
    from gui.document.photo import Photo
    from gui.workers.full_resolution import FullResolutionPreview
    from gui.workers.others import Others


class Pane(QWidget):
    """A picture with tabs above it that choose the view."""

    view_changed = Signal()

    def __init__(
        self, name: str, view: View, shown: Viewport, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("View in the {pane}").format(pane=name))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        for each in View:
            index = self.tabs.addTab(each.name_shown)
            self.tabs.setTabToolTip(index, each.explained)
        self.view = PictureView(self.tr("The reposed face appears here."), shown)
        self.view.setAccessibleName(name)
        self.view.drags = True
        tip = self.tr(
            "Hold the mouse button on the picture to see the photo before; drag the picture to"
            " another program to give it the result as a file."
        )
        self.view.setToolTip(tip)
        self.view.setStatusTip(tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.tabs)
        layout.addWidget(self.view, 1)
        guard_wheel(self.tabs)
        self.choose(view)
        self.tabs.currentChanged.connect(lambda _index: self.view_changed.emit())

    @property
    def chosen(self) -> View:
        """The view that it shows."""
        return list(View)[self.tabs.currentIndex()]

    def choose(self, view: View) -> None:
        """Show another view."""
        self.tabs.setCurrentIndex(list(View).index(view))


class Panes(QWidget):
    """A large pane above a small one; both zoom and pan together with the canvas."""

    views_changed = Signal()
    split_changed = Signal()

    def __init__(self, shown: Viewport | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panes")
        self.setMinimumWidth(240)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        shown = Viewport(self) if shown is None else shown
        self.large = Pane(self.tr("large pane"), View.REFINED, shown)
        self.small = Pane(self.tr("small pane"), View.COARSE, shown)
        self.prediction: Prediction | None = None
        self._keep: KeepMask | None = None
        self.others: Others | None = None
        self._icc = b""
        self._preview: FullResolutionPreview | None = None
        self._split = 0.5  # the last position of the line, as a share of the width
        splitter = QSplitter(Qt.Orientation.Vertical)
        for pane, share in ((self.large, 5), (self.small, 3)):
            splitter.addWidget(pane)
            splitter.setStretchFactor(splitter.indexOf(pane), share)
            pane.view_changed.connect(lambda pane=pane: self._change_view(pane))
            pane.view.split_moved.connect(self._move_split)
        splitter.setHandleWidth(12)
        splitter.setSizes([500, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.addWidget(splitter)

    @property
    def both(self) -> tuple[Pane, Pane]:
        """The large and the small pane."""
        return self.large, self.small

    # What they show

    def set_empty(self, sentence: str) -> None:
        """Set the sentence that is shown without a prediction."""
        for pane in self.both:
            pane.view.set_empty(sentence)

    def show_photo(self, photo: Photo | None) -> None:
        """Set the photo behind the pictures; drops the prediction."""
        self.prediction = self._preview = self.others = None
        self._icc = b"" if photo is None else photo.metadata.icc
        for pane in self.both:
            pane.view.show_photo(photo)

    def show_nothing(self, correcting: bool) -> None:
        """Drop the prediction: no face is open, or its landmarks are being corrected."""
        self.prediction = self._preview = self.others = None
        why = ""
        if correcting:
            why = self.tr("The reposed face appears here after the points are corrected.")
        for pane in self.both:
            pane.view.show_nothing(why)

    @property
    def result(self) -> Group | None:
        """All reposed faces as they are shown; None without a prediction."""
        if self.prediction is None:
            return None
        faces = () if self.others is None else self.others.group.faces
        return engine.Group.of([engine.PosedFace(self.prediction, self._keep), *faces])

    def show_prediction(
        self, prediction: Prediction, keep: KeepMask | None, others: Others | None = None
    ) -> None:
        """Show a new prediction with the keep mask applied, and the other reposed faces."""
        self.prediction, self._keep, self._preview = prediction, keep, None
        self.others = others
        for pane in self.both:
            self._show(pane)

    def show_preview(self, preview: FullResolutionPreview) -> None:
        """Show the result at full resolution until the next prediction."""
        self._preview = preview
        for pane in self.both:
            if pane.chosen is View.REFINED:
                self._show(pane)

    def show_keep(self, keep: KeepMask | None) -> None:
        """Apply another keep mask to the prediction."""
        if self.prediction is not None:
            self.show_prediction(self.prediction, keep, self.others)

    def _show(self, pane: Pane) -> None:
        if self.prediction is None:
            return
        # The views of the networks show the face that is edited, the refined one the picture.
        others = self.others if pane.chosen is View.REFINED else None
        pane.view.show_others(*(((), QRectF()) if others is None else (others.levels, others.area)))
        if pane.chosen is View.REFINED and self._preview is not None:
            pane.view.show_levels(self._preview.levels, self._preview.area)
            return
        group = None if others is None else others.group
        image = view_image(pane.chosen, self.prediction, self._keep, self._icc, group)
        if image is None:
            pane.view.show_source()
            return
        crop = self.prediction.crop
        pane.view.show_image(image, QRectF(crop.left - 0.5, crop.top - 0.5, crop.side, crop.side))

    def _change_view(self, pane: Pane) -> None:
        self._show(pane)
        self.views_changed.emit()

    # Comparing with the photo

    @property
    def split(self) -> bool:
        """Whether a line splits the pictures into before and after."""
        return self.large.view.split is not None

    def set_split(self, split: bool) -> None:
        """Set whether a line splits both pictures into before and after."""
        self._place_split(self._split if split else None)
        self.split_changed.emit()

    def set_comparing(self, comparing: bool) -> None:
        """Set whether the photo is shown instead of the pictures."""
        for pane in self.both:
            pane.view.set_comparing(comparing)

    def _move_split(self, split: float) -> None:
        self._split = split
        self._place_split(split)

    def _place_split(self, split: float | None) -> None:
        for pane in self.both:
            pane.view.set_split(split)
