"""The photos opened last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from gui.file_dialogs import settings

RECENT_LIMIT = 10


class RecentMenu(QMenu):
    """Filled anew each time it opens."""

    def __init__(self, open_photo: Callable[[Path], None], parent: QWidget) -> None:
        super().__init__("Open &recent", parent)
        self._open_photo = open_photo
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in recent_photos():
            call = partial(self._open_photo, path)
            action = self.addAction(str(path).replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, call=call: call())
        self.addSeparator()
        clear = self.addAction("Clear this list")
        clear.setEnabled(bool(recent_photos()))
        clear.triggered.connect(lambda _checked=False: forget_photos())


def recent_photos() -> list[Path]:
    """The photos opened last, newest first."""
    stored = settings().value("recent")
    names = stored if isinstance(stored, list) else [stored] if stored else []
    return [Path(str(name)) for name in names]


def remember_photo(path: Path) -> None:
    """Put a photo at the top of the recent ones."""
    path = path.absolute()
    others = [other for other in recent_photos() if other != path]
    settings().setValue("recent", [str(p) for p in [path, *others][:RECENT_LIMIT]])


def forget_photos() -> None:
    """Empty the list of recent photos."""
    settings().setValue("recent", [])
