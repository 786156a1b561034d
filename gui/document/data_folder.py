"""The folders of the editor's own data: named poses, autosaved work, export descriptions."""

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths


def data_folder(name: str) -> Path:
    """The folder of one kind of data ("poses", "autosave", "export" ...); it may not exist yet.

    The environment variable REPOSE_DATA replaces the system's folder for application data.
    """
    own = QStandardPaths.StandardLocation.AppDataLocation
    place = os.environ.get("REPOSE_DATA") or QStandardPaths.writableLocation(own)
    return Path(place) / name
