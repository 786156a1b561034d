"""The lock of a run's folder: only one process trains a run, and others see that it does."""

import sys
from pathlib import Path

from filelock import FileLock, Timeout

from engine.core.errors import ReposeError
from engine.core.files import reason

LOCK = ".lock"

_LOCK_SECONDS = 6.0
"""For how long a training retries the lock: the data workers of a killed training may have
inherited it, and end within 5 seconds."""
_LOOK_SECONDS = 0.005  # for which a look at the run retries a lock that another look may hold


def lock_run(folder: Path) -> FileLock:
    """Lock the run in ``folder`` for the training in this process, until the lock is released.

    The operating system releases the lock of a process that ends in any way.

    Raises ReposeError when another process trains the run or the folder is not writable.
    """
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        raise ReposeError(
            f"Another training is running in {folder}: stop it first, or wait until it ends."
        ) from error
    except OSError as error:
        raise ReposeError(f"{folder} cannot be written: {reason(error)}.") from error
    return lock


def is_training(folder: Path) -> bool:
    """Whether a process, on this or another machine, trains the run in ``folder``: see `lock_run`.

    The folder may be read-only here, such as a network folder that another machine writes.
    """
    path = folder / LOCK
    try:
        if sys.platform != "win32":
            return _is_locked(path)
        if path.is_file():
            FileLock(path).acquire(timeout=_LOOK_SECONDS, poll_interval=0.001).lock.release()
        return False
    except Timeout:
        return True
    except OSError:  # usually because there is no such file
        return False


if sys.platform != "win32":
    import fcntl

    def _is_locked(path: Path) -> bool:
        """Whether `FileLock` holds ``path``. A shared lock needs no write access (`FileLock` does)
        and does not conflict with the look of another process."""
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):  # EACCES: the lock of another machine
                return True
            return False
