"""Where the editor keeps what is neither a setting nor the user's own file."""

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths


def data_folder(name: str) -> Path:
    """The folder of one kind of thing ("poses", "autosave"); it may not exist yet.

    The environment variable REPOSE_DATA names another place for all of them.
    """
    own = QStandardPaths.StandardLocation.AppDataLocation
    place = os.environ.get("REPOSE_DATA") or QStandardPaths.writableLocation(own)
    return Path(place) / name
