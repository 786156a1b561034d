"""A photo with a colour profile looks on canvas and panes as its colours are."""

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QColorSpace
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import engine
from gui.window.main_window import MainWindow


def test_canvas_and_panes_show_a_p3_photo_in_srgb(
    qtbot: QtBot, window: MainWindow, photo: engine.Photo, tmp_path: Path
) -> None:
    """The same numbers are more saturated colours in Display P3 than in sRGB."""
    path = tmp_path / "phone.png"
    p3 = bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data())
    Image.fromarray(photo).save(path, icc_profile=p3)
    canvas = window.canvas
    with qtbot.waitSignal(window.document.photo_changed, timeout=WAIT):
        window.files.open(path)
    with qtbot.waitSignal(window.full_resolution.finished, timeout=WAIT):
        pass  # at rest the result is the photo, at its own resolution
    expected = engine.in_srgb(photo, p3)
    result, pane = canvas._result._levels[0], window.panes.large.view.image
    assert pane is not None
    corner = canvas._result._rect.topLeft()
    left, top = round(corner.x() + 0.5), round(corner.y() + 0.5)
    inside = slice(top, top + result.height()), slice(left, left + result.width())
    changed = np.abs(expected[inside].astype(int) - photo[inside]).max(axis=2)
    assert changed.max() > 10
    y, x = map(int, np.unravel_index(changed.argmax(), changed.shape))
    for image, place in (
        (canvas._photo._levels[0], (left + x, top + y)), (result, (x, y)), (pane, (x, y)),
    ):  # fmt: skip
        colour = image.pixelColor(*place)
        assert (colour.red(), colour.green(), colour.blue()) == tuple(expected[inside][y, x])
