"""Atomic writing of files, reading of text, the files that Repose ships and the folders it owns."""

import errno
import io
import os
import secrets
import shutil
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from engine.core.errors import ReposeError

# Next to the package `engine`, in a checkout and in site-packages.
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


class DiskFullError(ReposeError):
    """The disk is full."""


def resource(name: str) -> Path:
    """The path of a file that Repose ships, such as ``"default.safetensors"``.

    Raises ReposeError when the file is missing.
    """
    path = RESOURCES / name
    if not path.is_file():
        raise ReposeError(f"Repose's own file {path} is missing; install Repose again.")
    return path


def data_folder(name: str) -> Path:
    """The folder of one kind of the user's own data ("poses", "autosave", "export" ...).

    It may not exist yet. The environment variable REPOSE_DATA replaces the system's folder for the
    data of a program.
    """
    place = os.environ.get("REPOSE_DATA")
    return (Path(place) if place else _data_of_programs() / "Repose") / name


def _data_of_programs() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    place = Path(os.environ.get("XDG_DATA_HOME", ""))
    return place if place.is_absolute() else home / ".local" / "share"


_LITTLE = 1_000_000  # bytes: less free space than a picture needs
_unfinished: set[Path] = set()  # the temporary files of `write_whole` that are being written
_TRIES = 20  # to replace a file that another program has open


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Write a file atomically: yields a temporary path, which is renamed to ``path`` at the end.

    The temporary file is in the folder of ``path`` and has its suffix. It is flushed to the disk
    before it replaces ``path``, so that ``path`` holds the old contents or the new, never a part.
    Missing folders are created. If the block raises, the temporary file is removed and ``path``
    stays unchanged.

    Raises ReposeError when the file cannot be written (also when the block raises OSError):
    DiskFullError if the disk is full.
    """
    # A symbolic link stays one: its target is written.
    final = Path(os.path.realpath(path))
    if final.exists() and not final.is_file():
        raise ReposeError(f"{path} cannot be written: it is not a file.")
    part = final.with_name(f".{secrets.token_hex(6)}.part{final.suffix}")
    try:
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            # Not tempfile, whose files only their owner may read.
            _unfinished.add(part)
            part.touch(exist_ok=False)
            mode = (final if final.exists() else part).stat().st_mode
            yield part
            part.chmod(mode)  # the block may have replaced the file
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            when_free(lambda: os.replace(part, final))
        except OSError as error:
            if _is_full(error, final.parent):
                raise DiskFullError(
                    f"{path} cannot be written, the disk is full: free some space and try again."
                ) from error
            raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error
    finally:
        # In a read-only folder there is no temporary file, and the error is already raised.
        _remove(part)
        _unfinished.discard(part)


def remove_unfinished() -> None:
    """Remove the temporary files of all `write_whole` that are running: the process ends now."""
    for part in tuple(_unfinished):
        _remove(part)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        pass


def when_free(action: Callable[[], object]) -> None:
    """Replace or remove a file with ``action``, retried for a second while that is forbidden.

    On Windows it is, as long as another program (the training panel, a virus scanner) has the file
    open. Raises PermissionError when it still is.
    """
    for _ in range(_TRIES):
        try:
            action()
            return
        except PermissionError:
            time.sleep(1 / _TRIES)
    action()


def check_writable(path: Path) -> None:
    """Raises ReposeError when `write_whole` could not write the file, or create files in a folder.

    Missing folders are not created.
    """
    final = Path(os.path.realpath(path))
    if final.exists() and not final.is_file() and not final.is_dir():
        raise ReposeError(f"{path} cannot be written: it is not a file.")
    folder = final if final.is_dir() else final.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    probe = folder / f".{secrets.token_hex(6)}.part"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error


def name_key(name: str) -> str:
    """A key that is equal for names which file systems of Windows or macOS do not tell apart."""
    return unicodedata.normalize("NFC", name).casefold()


def same_file_keys(path: Path) -> set[Any]:
    """Values of which two paths share one if they are the same file.

    It may not exist yet. Names that only some file systems tell apart are different.
    """
    keys: set[Any] = {os.path.realpath(path)}
    try:
        status = os.stat(path)
        keys.add((status.st_dev, status.st_ino))
    except OSError:  # to be written
        pass
    return keys


def _is_full(error: OSError, folder: Path) -> bool:
    """Whether ``error`` was raised because the disk is full."""
    if error.errno is None:  # an encoder's error
        try:
            return shutil.disk_usage(folder).free < _LITTLE
        except OSError:
            return False
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


LARGEST_TEXT = 100_000_000
"""Bytes; `read_text` refuses larger files."""


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; pipes and devices, which may never end, are refused.

    Raises ReposeError when it is missing, a folder, no regular file, or cannot be opened.
    """
    try:
        # Without O_NONBLOCK, opening a pipe waits for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb")
    except FileNotFoundError as error:
        raise ReposeError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        if isinstance(error, IsADirectoryError) or os.path.isdir(path):
            raise ReposeError(f"{path} is a folder, not a file.") from error
        why = reason(error) if isinstance(error, OSError) else "its name is not valid"
        raise ReposeError(f"{path} cannot be read: {why}.") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ReposeError(f"{path} cannot be read: it is a pipe or a device, not a file.")
    return file


def real_path(path: Path) -> Path:
    """The absolute path without symbolic links, or as far as a loop of links; never an error."""
    return Path(os.path.realpath(path))


def read_text(path: Path, largest: int = LARGEST_TEXT, errors: str = "strict") -> str:
    """The text of a UTF-8 file of at most ``largest`` bytes.

    errors  `surrogateescape` to read names of files that are not UTF-8

    Raises ReposeError when it is too large, cannot be read or decoded.
    """
    with open_regular(path) as file:
        try:
            data = file.read(largest + 1)
        except OSError as error:
            raise ReposeError(f"{path} cannot be read: {reason(error)}.") from error
    if len(data) > largest:
        raise ReposeError(f"{path} is too large: at most {largest // 1_000_000} MB are read of it.")
    try:
        return io.StringIO(data.decode("utf-8-sig", errors), newline=None).read()
    except UnicodeDecodeError as error:
        raise ReposeError(f"{path} is not text in UTF-8.") from error


def reason(error: OSError) -> str:
    """The system's message, formatted for the middle of a sentence: ``"permission denied"``."""
    text = error.strerror or str(error) or type(error).__name__
    return text[0].lower() + text[1:].rstrip(".")
