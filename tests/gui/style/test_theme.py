"""Light, dark and system: style, palette and icons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui.style.icons import icon
from gui.style.theme import (
    COLOURS,
    Theme,
    choose_theme,
    chosen_theme,
    colour,
    follow_theme,
    show_theme,
)


@pytest.fixture(autouse=True)
def own_colours(qapp: QApplication) -> Iterator[None]:
    palette = qapp.palette()
    yield
    choose_theme(Theme.SYSTEM)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)


def ink(picture: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, size: int = 40) -> set[str]:
    """The colours of an icon's opaque pixels."""
    image: QImage = picture.pixmap(QSize(size, size), 1.0, mode).toImage()
    assert image.width() == size
    places = ((x, y) for x in range(size) for y in range(size))
    colours = (image.pixelColor(x, y) for x, y in places)
    return {colour.name() for colour in colours if colour.alpha() == 255}


def test_a_chosen_theme_is_shown_and_remembered(qtbot: QtBot) -> None:
    follow_theme()
    assert chosen_theme() is Theme.SYSTEM
    label = QLabel("text")
    qtbot.addWidget(label)
    open_icon = icon("open")
    for theme, which in ((Theme.LIGHT, 1), (Theme.DARK, 0), (Theme.LIGHT, 1)):
        choose_theme(theme)
        assert chosen_theme() is theme
        assert colour("window").name() == COLOURS["window"][which]
        assert COLOURS["base"][which] in QApplication.instance().styleSheet()  # type: ignore[union-attr]
        assert COLOURS["text"][which] in ink(open_icon)
        assert COLOURS["disabled"][which] in ink(open_icon, QIcon.Mode.Disabled)


def test_the_system_theme_is_the_system_s(qapp: QApplication) -> None:
    follow_theme()
    choose_theme(Theme.DARK)
    choose_theme(Theme.SYSTEM)
    light = qapp.styleHints().colorScheme().name == "Light"
    assert colour("text").name() == COLOURS["text"][light]


def test_a_damaged_setting_is_the_system_theme(tmp_path: Path) -> None:
    choose_theme(Theme.DARK)
    file = next(tmp_path.rglob("*.ini"))
    file.write_text("[General]\ntheme=pink\n")
    assert chosen_theme() is Theme.SYSTEM
    show_theme()


def test_text_can_be_read_in_both(qapp: QApplication) -> None:
    """WCAG's contrast of at least 4.5 for text, 3 for what is faint."""

    def luminance(name: str) -> float:
        channels = [int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(ink: str, paper: str, which: int) -> float:
        pair = sorted(luminance(COLOURS[name][which]) for name in (ink, paper))
        return (pair[1] + 0.05) / (pair[0] + 0.05)

    for which in (0, 1):
        for paper in ("window", "base", "raised"):
            for name in ("text", "soft", "faint", "wrong", "warm", "good", "accent"):
                assert contrast(name, paper, which) >= 4.5, (name, paper, which)
        assert contrast("text", "checked", which) >= 4.5
        assert contrast("on_highlight", "highlight", which) >= 4.5
        assert contrast("faint", "stage", which) >= 3
