"""A background thread for slow work without networks, such as reading photos."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from shiboken6 import isValid

import engine


def explain(error: BaseException) -> str:
    """One sentence for the user. An unexpected error is also logged with its traceback."""
    if isinstance(error, engine.ReposeError):
        return str(error)
    logging.getLogger("repose").error("Unexpected error", exc_info=error)
    if isinstance(error, MemoryError):
        return QCoreApplication.translate(
            "Errors",
            "There is not enough memory for this; close other programs or use a smaller photo.",
        )
    sentence = QCoreApplication.translate("Errors", "An unexpected error occurred ({what}).")
    return sentence.format(what=f"{type(error).__name__}: {error}")


class Background(QObject):
    """One thread that runs jobs in order; results are delivered in the GUI thread."""

    failed = Signal(str)
    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = False
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._finished.connect(self._deliver)

    def run(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Run `job` in the thread, then call `done(result)` in the GUI thread.

        If it raises, `failed()` is called before the signal. If `owner` (for example a form that
        was closed) has been deleted by then, neither is called.
        """
        if self._stopped:
            return  # the window is closing

        def deliver(future: Future[Any]) -> None:
            if not future.cancelled():
                self._finished.emit(future, (done, failed, owner))

        self._executor.submit(job).add_done_callback(deliver)

    def stop(self) -> None:
        """Wait for the running job and cancel the waiting ones."""
        self._stopped = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, future: Future[Any], receiver: tuple[Any, Any, QObject | None]) -> None:
        done, failed, owner = receiver
        if self._stopped or (owner is not None and not isValid(owner)):
            return
        error = future.exception()
        if error is None:
            done(future.result())
            return
        if failed is not None:
            failed()
        self.failed.emit(explain(error))
