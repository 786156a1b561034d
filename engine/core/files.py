"""Files that are written whole or not at all, and the files that Repose ships."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.core.errors import ReposeError

# Beside the engine in a checkout and in site-packages alike.
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


class DiskFullError(ReposeError):
    """There is no room left for what was to be written, nor for anything else."""


def resource(name: str) -> Path:
    """The path of a file that Repose ships, such as ``"default.safetensors"``.

    Raises ReposeError when the file is missing.
    """
    path = RESOURCES / name
    if not path.is_file():
        raise ReposeError(f"Repose's own file {path} is missing; install Repose again.")
    return path


_LITTLE = 1_000_000  # bytes: what no picture fits into


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield the path of an empty file to write; it becomes ``path`` when the block ends well.

    The temporary file lies in the folder of ``path`` and has its suffix. Its contents reach the
    disk before it takes the place of ``path``, so that whatever happens ``path`` holds the old
    contents or the new, never a part. Missing folders are made. When the block raises, the
    temporary file is removed and ``path`` stays as it was.

    Raises ReposeError when something cannot be written (also when the block raises OSError), and
    its kind DiskFullError when that is for want of room.
    """
    # A link stays a link: the file that it names is written.
    final = Path(os.path.realpath(path))
    if final.exists() and not final.is_file():
        raise ReposeError(f"{path} cannot be written: it is not a file.")
    part = final.with_name(f".{secrets.token_hex(6)}.part{final.suffix}")
    try:
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            # Not tempfile: its files are closed to everyone else, and the result must not be.
            part.touch(exist_ok=False)
            mode = (final if final.exists() else part).stat().st_mode
            yield part
            part.chmod(mode)  # whoever wrote it may have made a file of their own
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            os.replace(part, final)
        except OSError as error:
            if _is_full(error, final.parent):
                raise DiskFullError(
                    f"{path} cannot be written, the disk is full: free some space and try again."
                ) from error
            raise ReposeError(f"{path} cannot be written: {reason(error)}.") from error
    finally:
        # Without a writable folder there is nothing to remove, and the error is already raised.
        try:
            part.unlink(missing_ok=True)
        except OSError:
            pass


def _is_full(error: OSError, folder: Path) -> bool:
    if error.errno is None:  # what an encoder says whose file could not grow
        try:
            return shutil.disk_usage(folder).free < _LITTLE
        except OSError:
            return False
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises ReposeError when it cannot be read or is no such text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ReposeError(f"{path} does not exist.") from error
    except OSError as error:
        raise ReposeError(f"{path} cannot be read: {reason(error)}.") from error
    except UnicodeDecodeError as error:
        raise ReposeError(f"{path} is not text in UTF-8.") from error


def reason(error: OSError) -> str:
    """Why the system refused, as the middle of a sentence: ``"permission denied"``."""
    text = error.strerror or str(error) or type(error).__name__
    return text[0].lower() + text[1:].rstrip(".")
