"""The axes of the plots show no value that is impossible."""

from pytestqt.qtbot import QtBot

from engine import Curves
from gui.training.plots import Plots


def test_the_axes_of_a_single_value_stay_in_what_is_possible(qtbot: QtBot) -> None:
    plots = Plots()
    qtbot.addWidget(plots)
    plots.show_curves(Curves({"loss_g1": ([1.0], [0.2])}, ([1.0], [0.8])))
    plots.show()
    for name, least, greatest in (("ssim", -1, 1), ("loss_g1", 0, 10)):
        (low, high) = plots.plots[name].getPlotItem().getViewBox().viewRange()[1]
        assert least <= low < high <= greatest
