"""Checks of an export's files before it starts."""

from collections.abc import Iterable
from pathlib import Path

from engine.core.errors import ReposeError
from engine.core.files import check_writable, same_file_keys
from engine.export.jobs import View
from engine.imaging.layered import LAYERED_SUFFIXES, check_layered_path
from engine.imaging.photos import TRANSPARENT_SUFFIXES, WRITTEN_SUFFIXES, check_photo_path


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


def check_view_path(path: Path, view: View, size: tuple[int, int] | None = None) -> None:
    """Raises ReposeError when `engine.export.views.write_view` could not write the view to
    ``path``.

    size  (width, height) of the photo; also raises for one that the format cannot hold
    """
    suffix = path.suffix.lower()
    whole = size if view in ("photo", "layer") else None
    if suffix in LAYERED_SUFFIXES:
        if view != "photo":
            raise ReposeError(
                f"{path} has layers, which only the whole photo has: choose the view photo, or"
                " PNG for another view."
            )
        if whole is not None:
            check_layered_path(path, whole)
        return
    if suffix not in (*WRITTEN_SUFFIXES, ".jxl"):
        suffixes = " ".join((*WRITTEN_SUFFIXES, *LAYERED_SUFFIXES))
        raise ReposeError(f"{path} has no suffix that Repose can write; use one of {suffixes}.")
    if view == "layer" and suffix not in TRANSPARENT_SUFFIXES:
        raise ReposeError(
            f"{path} cannot hold a layer, which is transparent; use one of"
            f" {' '.join(TRANSPARENT_SUFFIXES)}."
        )
    check_photo_path(path, whole)
