"""What the editor remembers between two starts."""

from __future__ import annotations

from PySide6.QtCore import QSettings


def settings() -> QSettings:
    """What is kept between two starts: recent files and folders, and what the user has chosen."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Repose", "Repose")


def notes_edits() -> bool:
    """Whether pictures are to say that they were edited; they do unless the user has said no."""
    return bool(settings().value("note", True, bool))


def note_edits(wanted: bool) -> None:
    """Remember what `notes_edits` returns."""
    settings().setValue("note", wanted)
