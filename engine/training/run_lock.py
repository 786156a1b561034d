"""The lock of a run's folder: only one process trains a run, and others see that it does."""

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

    False if the folder is not writable: a training could not use it either.
    """
    try:
        if not (folder / LOCK).is_file():
            return False
        with FileLock(folder / LOCK).acquire(timeout=_LOOK_SECONDS, poll_interval=0.001):
            return False
    except Timeout:
        return True
    except OSError:
        return False
