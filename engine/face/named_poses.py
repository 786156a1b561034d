"""Named poses: those that Repose ships, and pose files in the user's folder.

Names are written as the editor shows them in English ("Look left"); neither case nor a hyphen for a
space makes a difference.
"""

from pathlib import Path

from engine.core.errors import ReposeError
from engine.core.files import data_folder, resource

_FIRST = "poses/01-ahead.json"  # of the poses that Repose ships


def named_poses() -> dict[str, Path]:
    """The file of each pose by its name: first those that Repose ships, then the user's.

    A pose of the user takes the place of a shipped one with its name.
    """
    shipped = {pose_name(file).capitalize(): file for file in _files(_shipped())}
    own = {file.stem: file for file in _files(data_folder("poses"))}
    replaced = set(map(_key, own))
    return {name: file for name, file in shipped.items() if _key(name) not in replaced} | own


def named_pose(name: str) -> Path:
    """The file of the pose with this name. Raises ReposeError, which lists the names."""
    poses = named_poses()
    for known, file in poses.items():
        if _key(known) == _key(name):
            return file
    raise ReposeError(f"There is no pose {name!r}: the named poses are {', '.join(poses)}.")


def pose_name(file: Path) -> str:
    """The name of the pose in a file: its stem, of a shipped pose without the number in front."""
    if file.absolute().parent == _shipped():
        return file.stem.partition("-")[2].replace("-", " ")
    return file.stem


def _shipped() -> Path:
    return resource(_FIRST).parent


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.json") if not file.name.startswith("."))


def _key(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("_", " ").split()).casefold()
