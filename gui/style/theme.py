"""The light and the dark theme: named colours, and the choice between both."""

from __future__ import annotations

from enum import Enum
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

import engine
from gui.style.preferences import settings

COLOURS = {
    # name: (dark, light)
    "text": ("#d7dde6", "#24292f"),
    "bright": ("#e8ecf2", "#14181d"),
    "soft": ("#a3adba", "#505963"),
    "faint": ("#8b95a3", "#626b76"),
    "disabled": ("#6d7683", "#9aa3ad"),
    "window": ("#1e2126", "#f1f2f4"),
    "stage": ("#15171b", "#dadde0"),
    "base": ("#15171b", "#ffffff"),
    "raised": ("#262a31", "#fbfcfd"),
    "card": ("rgba(38, 42, 49, 240)", "rgba(255, 255, 255, 240)"),
    "tool_tip": ("#2c323b", "#ffffff"),
    "edge": ("#14161a", "#d0d4d9"),
    "line": ("#3a414c", "#d0d4d9"),
    "border": ("#454d59", "#c0c6cd"),
    "button": ("#333942", "#ffffff"),
    "button_hover": ("#3d4550", "#eef1f4"),
    "button_pressed": ("#2b3038", "#e0e4e8"),
    "hover": ("#333942", "#e1e4e8"),
    "pressed": ("#3c444f", "#d3d8dd"),
    "checked": ("#2b4f78", "#c7ddf5"),
    "highlight": ("#2f6fb8", "#2f6fb8"),
    "highlight_border": ("#3f83d1", "#28619f"),
    "highlight_hover": ("#3a7fcf", "#3a7fcf"),
    "on_highlight": ("#ffffff", "#ffffff"),
    "handle": ("#d7dde6", "#57606a"),
    "handle_disabled": ("#565f6b", "#b9c0c8"),
    "groove": ("#3a414c", "#c3c9d0"),
    "accent": ("#4ea1ff", "#1b6ac4"),
    "good": ("#7fd18b", "#217534"),
    "warm": ("#ffb347", "#9a5700"),
    "rose": ("#e57fb0", "#b03a78"),
    "wrong": ("#f07178", "#c62f3b"),
}

_PALETTE = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "base",
    QPalette.ColorRole.AlternateBase: "raised",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "button",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "bright",
    QPalette.ColorRole.ToolTipBase: "tool_tip",
    QPalette.ColorRole.ToolTipText: "bright",
    QPalette.ColorRole.PlaceholderText: "faint",
    QPalette.ColorRole.Highlight: "highlight",
    QPalette.ColorRole.HighlightedText: "on_highlight",
    QPalette.ColorRole.Link: "accent",
}


class Theme(Enum):
    """The user's choices."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def chosen_theme() -> Theme:
    """The user's choice; SYSTEM by default."""
    name = str(settings().value("theme", Theme.SYSTEM.value))
    return Theme(name) if name in {theme.value for theme in Theme} else Theme.SYSTEM


def choose_theme(theme: Theme) -> None:
    """Store a theme as the user's choice and apply it."""
    settings().setValue("theme", theme.value)
    show_theme()


def follow_theme() -> None:
    """Apply the chosen theme, and apply it again when the system's colour scheme changes."""
    QApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: show_theme())
    show_theme()


def show_theme() -> None:
    """Apply the chosen theme to the application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme, hints = chosen_theme(), app.styleHints()
    # For title bars and the system's dialogs.
    hints.setColorScheme(
        {
            Theme.SYSTEM: Qt.ColorScheme.Unknown,
            Theme.LIGHT: Qt.ColorScheme.Light,
            Theme.DARK: Qt.ColorScheme.Dark,
        }[theme]
    )
    light = theme is Theme.LIGHT or (
        theme is Theme.SYSTEM and hints.colorScheme() is Qt.ColorScheme.Light
    )
    colours = {name: both[light] for name, both in COLOURS.items()}
    style = engine.resource("style.qss")
    icons = (style.parent / "icons").as_posix()
    sheet = Template(style.read_text(encoding="utf-8")).substitute(colours)
    sheet = sheet.replace("url(icons/", f"url({icons}/")
    if sheet == app.styleSheet():
        return
    palette = QPalette()
    for role, name in _PALETTE.items():
        palette.setColor(role, QColor(colours[name]))
        if name == "text":
            faded = QColor(colours["disabled"])
            palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    app.setPalette(palette)
    app.setStyleSheet(sheet)


def colour(name: str) -> QColor:
    """A colour of the current theme."""
    light = QApplication.palette().window().color().lightness() > 128
    return QColor(COLOURS[name][light])
