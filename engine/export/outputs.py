"""Checks of an export's files before it starts."""

from collections.abc import Iterable
from pathlib import Path

from engine.core.errors import ReposeError
from engine.core.files import check_writable, same_file_keys


def check_outputs(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Check the files that an export reads and those that it writes; None stands for no file.

    Raises ReposeError when one of them would be overwritten, or one cannot be written.
    """
    taken = {key for path in read if path is not None for key in same_file_keys(path)}
    folders: set[Path] = set()
    for path in filter(None, written):
        keys = same_file_keys(path)
        if keys & taken:
            raise ReposeError(
                f"{path} is another file of the same export, which it would overwrite:"
                " choose another name for it."
            )
        taken |= keys
        if path.parent not in folders:
            check_writable(path)
        folders.add(path.parent)
