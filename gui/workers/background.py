"""Slow work that needs no network: reading photos and finding faces, off the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from shiboken6 import isValid

import engine


def explain(error: BaseException) -> str:
    """One sentence for the user; anything unforeseen also goes to the log with its trace."""
    if isinstance(error, engine.ReposeError):
        return str(error)
    logging.getLogger("repose").error("Unexpected error", exc_info=error)
    if isinstance(error, MemoryError):
        return QCoreApplication.translate(
            "Errors",
            "There is not enough memory for this; close other programs or use a smaller photo.",
        )
    sentence = QCoreApplication.translate("Errors", "Something unexpected went wrong ({what}).")
    return sentence.format(what=f"{type(error).__name__}: {error}")


class Background(QObject):
    """One thread that runs jobs in their order; results arrive in the GUI thread."""

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
        """Run `job` in the thread, then `done(result)` here, or `failed()` before the signal.

        Once `owner`, such as a form that was closed meanwhile, is deleted, nobody is told.
        """
        if self._stopped:
            return  # whoever asks is closing too

        def hand_over(future: Future[Any]) -> None:
            if not future.cancelled():
                self._finished.emit(future, (done, failed, owner))

        self._executor.submit(job).add_done_callback(hand_over)

    def stop(self) -> None:
        """Wait for the running job and forget the waiting ones."""
        self._stopped = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, future: Future[Any], told: tuple[Any, Any, QObject | None]) -> None:
        done, failed, owner = told
        if self._stopped or (owner is not None and not isValid(owner)):
            return
        error = future.exception()
        if error is None:
            done(future.result())
            return
        if failed is not None:
            failed()
        self.failed.emit(explain(error))
