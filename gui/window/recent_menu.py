"""The menu of recent files, and the list of them in the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from gui.style.preferences import settings

RECENT_LIMIT = 10


class RecentMenu(QMenu):
    """Lists the recent files; it is filled each time it opens."""

    def __init__(self, open_file: Callable[[Path], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Open &recent"))
        self.setToolTipsVisible(True)
        self._open = open_file
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for number, path in enumerate(recent_files(), start=1):
            name = path.name.replace("&", "&&")
            key = f"&{number % 10} " if number <= RECENT_LIMIT else ""
            there = path.exists()
            action = self.addAction(f"{key}{name}  ({_folder(path)})")
            action.setToolTip(str(path) if there else self.tr("{} does not exist").format(path))
            action.setStatusTip(action.toolTip())
            action.setEnabled(there)
            call = partial(self._open, path)
            action.triggered.connect(lambda _checked=False, call=call: call())
        self.addSeparator()
        clear = self.addAction(self.tr("&Clear this list"))
        clear.setEnabled(bool(recent_files()))
        clear.triggered.connect(lambda _checked=False: forget_files())


def recent_files() -> list[Path]:
    """The recent photos and projects, newest first."""
    stored = settings().value("recent")
    names = stored if isinstance(stored, list) else [stored] if stored else []
    return [Path(str(name)) for name in names]


def remember_file(path: Path) -> None:
    """Put a photo or a project at the top of the list."""
    path = path.absolute()
    others = [other for other in recent_files() if other != path]
    settings().setValue("recent", [str(p) for p in [path, *others][:RECENT_LIMIT]])


def forget_files() -> None:
    """Clear the list."""
    settings().setValue("recent", [])


def _folder(path: Path) -> str:
    """The folder for a menu, with "~" for the home folder."""
    folder = path.parent
    if folder.is_relative_to(Path.home()):
        folder = "~" / folder.relative_to(Path.home())
    return str(folder).replace("&", "&&")
