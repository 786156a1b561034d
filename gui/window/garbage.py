"""Python's garbage is collected in the thread of the window alone.

Python collects in whichever thread happens to make objects. Widgets and watchers among the garbage
would then be deleted in the thread of the networks, which Qt does not survive.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000


class Garbage(QObject):
    """Stands in for Python's own collection until the application ends."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules and what they hold: never garbage, but slow to look through
        timer = QTimer(self)
        timer.timeout.connect(collect)
        timer.start(INTERVAL_MS)


def collect() -> None:
    """Collect the generations that Python itself would, by now."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [k for k, (n, limit) in enumerate(zip(counts, thresholds, strict=True)) if n > limit > 0]
    if due:
        gc.collect(max(due))
