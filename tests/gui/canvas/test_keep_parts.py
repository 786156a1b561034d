"""The parts of the picture as kept areas, and the choice of the detector."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

import engine
from gui.canvas.keep_menu import KeepMenu
from gui.style.preferences import detector, set_detector
from gui.window.main_window import MainWindow


@pytest.mark.parametrize(("part", "inside", "outside"), [
    ("background", (60, 20), (222, 140)),
    ("hair", (222, 40), (222, 140)),
    ("clothes", (225, 190), (222, 140)),
])  # fmt: skip
def test_a_part_is_kept_where_it_is(
    photo: NDArray[np.uint8], face: engine.Landmarks,
    part: engine.KeptPart, inside: tuple[int, int], outside: tuple[int, int],
) -> None:  # fmt: skip
    mask = engine.keep_part(photo, face, part)
    shown = mask.window(0, 0, photo.shape[1], photo.shape[0])
    assert shown[inside[1], inside[0]] > 0.9
    assert shown[outside[1], outside[0]] < 0.1


def test_what_is_not_there_is_told(photo: NDArray[np.uint8], face: engine.Landmarks) -> None:
    blank = np.full_like(photo, 128)
    with pytest.raises(engine.ReposeError, match="brush"):
        engine.keep_part(blank, face, "hair")


def test_the_choice_of_the_detector_is_kept(qtbot: QtBot) -> None:
    assert detector() == "landmarker"
    set_detector("dlib")
    assert detector() == "dlib"
    set_detector("landmarker")


def test_one_click_adds_a_part_and_undo_takes_it_back(window: MainWindow, qtbot: QtBot) -> None:
    menu: KeepMenu = window.keep_menu
    document = window.document
    assert document.keep is None
    for action in menu.parts[:2]:
        with qtbot.waitSignal(document.keep_changed, timeout=120_000):
            action.trigger()
    assert document.keep is not None
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.keep is None
