"""Plots of a run's losses and of its scores on held-out people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from engine import Curves
from gui.style.theme import colour

PLOTS: tuple[tuple[str, Any, str, tuple[float, float | None]], ...] = (
    # name, title, colour, the least and the greatest possible value
    ("loss_g1", QT_TRANSLATE_NOOP("Plot", "Loss of G1"), "accent", (0, None)),
    ("ssim", QT_TRANSLATE_NOOP("Plot", "SSIM, held out"), "good", (-1, 1)),
    ("loss_g2", QT_TRANSLATE_NOOP("Plot", "Loss of G2"), "warm", (0, None)),
    ("loss_d", QT_TRANSLATE_NOOP("Plot", "Loss of D"), "rose", (0, None)),
)


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """One curve over the epochs."""

    def __init__(self, title: str, shade: str, possible: tuple[float, float | None]) -> None:
        """shade     the name of the curve's colour in the theme
        possible  the least and the greatest value that the axis shows
        """
        super().__init__(background=None)
        self._title, self._shade = title, shade
        self.setMinimumWidth(120)
        self.setFixedHeight(150)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.getViewBox().setLimits(yMin=possible[0], yMax=possible[1])
        item.showGrid(x=False, y=True, alpha=0.15)
        small = QFont()
        small.setPointSize(8)
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setStyle(tickFont=small, tickLength=-4)
            axis.enableAutoSIPrefix(False)
        item.getAxis("left").setWidth(44)
        self._curve = item.plot(symbolPen=None, symbolSize=4)
        self._curve.setDownsampling(auto=True, method="mean")
        self._stage2 = pyqtgraph.InfiniteLine(angle=90)
        item.addItem(self._stage2, ignoreBounds=True)
        self.setMouseEnabled(x=False, y=False)
        tip = self.tr("{curve} by epoch. The vertical line is the start of stage 2.")
        self.setToolTip(tip.format(curve=title))
        self._show_colours()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_stage2"):
            self._show_colours()

    def _show_colours(self) -> None:
        """Use the colours of the theme."""
        item, curve = self.getPlotItem(), colour(self._shade)
        item.setTitle(self._title, color=colour("faint").name(), size="9pt")
        for name in ("left", "bottom"):
            item.getAxis(name).setPen(colour("line"))
            item.getAxis(name).setTextPen(colour("faint"))
        self._curve.setPen(pyqtgraph.mkPen(curve, width=2))
        self._curve.setSymbolBrush(curve)
        self._stage2.setPen(pyqtgraph.mkPen(colour("line"), width=1))

    def wheelEvent(self, event: object) -> None:
        """Pass the wheel to the scroll area."""
        event.ignore()  # type: ignore[attr-defined]

    def show_curve(self, epochs: list[float], values: list[float], stage2: float | None) -> None:
        """Set the curve's values and the epoch at which stage 2 starts."""
        self._curve.setData(np.array(epochs), np.array(values))
        self._curve.setSymbol("o" if len(values) <= 30 else None)
        self._stage2.setVisible(stage2 is not None and bool(epochs) and epochs[0] < stage2)
        if stage2 is not None:
            self._stage2.setValue(stage2)

    @property
    def shown(self) -> int:
        """The number of values shown."""
        epochs, _ = self._curve.getOriginalDataset()
        return 0 if epochs is None else len(epochs)


class Plots(QWidget):
    """The losses (figure 13 of the report) and the held-out SSIM; empty plots are hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.plots = {
            name: Plot(QCoreApplication.translate("Plot", title), shade, possible)
            for name, title, shade, possible in PLOTS
        }
        for number, plot in enumerate(self.plots.values()):
            layout.addWidget(plot, number // 2, number % 2)
        self.show_curves(Curves())

    def show_curves(self, curves: Curves) -> None:
        """Show the curves of a run."""
        for name, plot in self.plots.items():
            values = curves.ssim if name == "ssim" else curves.losses.get(name, ([], []))
            plot.show_curve(*values, curves.stage2)
            plot.setVisible(bool(values[0]))
        self.setVisible(any(plot.isVisibleTo(self) for plot in self.plots.values()))
