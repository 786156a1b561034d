"""The editor's settings, which are kept between two starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from engine import Detector, Precision


def settings() -> QSettings:
    """The settings: recent files and folders, and the user's choices."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Repose", "Repose")


def notes_edits() -> bool:
    """Whether saved pictures note that they were edited; True by default."""
    return bool(settings().value("note", True, bool))


def note_edits(wanted: bool) -> None:
    """Set the value of `notes_edits`."""
    settings().setValue("note", wanted)


def keeps_place() -> bool:
    """Whether saved pictures keep where the photo was taken (GPS); True by default."""
    return bool(settings().value("place", True, bool))


def keep_place(wanted: bool) -> None:
    """Set the value of `keeps_place`."""
    settings().setValue("place", wanted)


def detector() -> Detector:
    """What finds the faces of opened photos and videos."""
    return "dlib" if settings().value("detector") == "dlib" else "landmarker"


def set_detector(wanted: Detector) -> None:
    """Store what `detector` returns."""
    settings().setValue("detector", wanted)


def precision() -> Precision:
    """The precision in which the networks compute."""
    stored = settings().value("precision")
    return "full" if stored == "full" else "half" if stored == "half" else "auto"


def set_precision(wanted: Precision) -> None:
    """Store what `precision` returns."""
    settings().setValue("precision", wanted)


def threads() -> int:
    """The number of CPU threads of the networks; 0: the program chooses."""
    return int(str(settings().value("threads", 0)))


def set_threads(wanted: int) -> None:
    """Store what `threads` returns."""
    settings().setValue("threads", wanted)
