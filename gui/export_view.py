"""How an export gets on: bar, time left, what failed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.export_process import Ending, Progress

MOST_SHOWN = 500  # failures: the report has them all


class ExportView(QWidget):
    """Shows nothing until `begin`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.text, self.failures = QProgressBar(), QLabel(), QListWidget()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.text.setWordWrap(True)
        self.failures.setMaximumHeight(96)
        self.failures.setAccessibleName(self.tr("What failed"))
        self.failures.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.bar, self.text, self.failures):
            column.addWidget(widget)
        self._times = 0  # that the last failure has come
        self.failures.hide()
        self.hide()

    def begin(self) -> None:
        """An export has been started."""
        self.failures.clear()
        self.failures.hide()
        self.bar.setRange(0, 0)
        self.text.setText(self.tr("Loading the model…"))
        self.bar.show()
        self.show()

    def add_failure(self, reason: str) -> None:
        """One more has failed."""
        last = self.failures.item(self.failures.count() - 1)
        if last is not None and last.data(Qt.ItemDataRole.UserRole) == reason:
            self._times += 1  # a photo without a face fails in every pose
            last.setText(f"{reason} ({self._times} times)")
        elif self.failures.count() < MOST_SHOWN:
            item = QListWidgetItem(reason, self.failures)
            item.setData(Qt.ItemDataRole.UserRole, reason)
            self._times = 1
        self.failures.show()

    def show_progress(self, progress: Progress) -> None:
        """So many are through."""
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.finished)
        words = [f"{progress.finished} of {progress.total}", *_others(progress)]
        if progress.left is not None and progress.finished < progress.total:
            words.append(f"{engine.duration(progress.left)} left")
        self.text.setText(" · ".join(words))

    def show_cancelling(self) -> None:
        """The last pictures are being finished."""
        self.text.setText(self.tr("Stopping: the pictures that are under way are finished…"))

    def show_ending(self, ending: Ending) -> None:
        """It is over."""
        self.bar.setRange(0, 1)
        self.bar.setValue(1)
        self.bar.setVisible(not ending.stopped and not ending.reason)
        progress = ending.progress
        words = []
        if progress is not None:
            words = [_count(progress.done, "picture", "made"), *_others(progress)]
            words += [path.name for path in ending.made[:3]]
            if len(ending.made) > 3:
                words.append(f"and {len(ending.made) - 3} more")
        if ending.stopped:
            words.append(self.tr("stopped; Export goes on where it stopped"))
        text = " · ".join(words)
        self.text.setText("\n".join(filter(None, [ending.reason, text, *ending.problems])))


def _others(progress: Progress) -> list[str]:
    kept = [f"{progress.kept} kept as they were"] if progress.kept else []
    return kept + ([f"{progress.failed} failed"] if progress.failed else [])


def _count(number: int, what: str, done: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'} {done}"
