"""The progress of an export: in its dialog, and as a button in the status bar."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStatusBar,
    QVBoxLayout,
    QWidget,
)

import engine
from gui.workers.export_process import Ending, ExportProcess, Progress

MOST_SHOWN = 500  # failures; the log has all of them
MOST_WARNINGS = 8  # different ones; the log has all of them


class ExportView(QWidget):
    """Hidden until `begin`."""

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
        self._times = 0  # consecutive occurrences of the last failure
        self.failures.hide()
        self.hide()

    def begin(self) -> None:
        """Show that an export was started."""
        self.failures.clear()
        self.failures.hide()
        self.bar.setRange(0, 0)
        self.text.setText(self.tr("Loading the model…"))
        self.bar.show()
        self.show()

    def add_failure(self, reason: str) -> None:
        """Add a failed job; equal consecutive reasons are counted in one row."""
        last = self.failures.item(self.failures.count() - 1)
        if last is not None and last.data(Qt.ItemDataRole.UserRole) == reason:
            self._times += 1  # a photo without a face fails in every pose
            last.setText(self._counted(reason, self._times))
        elif self.failures.count() < MOST_SHOWN:
            item = QListWidgetItem(reason, self.failures)
            item.setData(Qt.ItemDataRole.UserRole, reason)
            self._times = 1
        self.failures.show()

    def show_progress(self, progress: Progress) -> None:
        """Show the progress."""
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.finished)
        far = self.tr("{done} of {total}").format(done=progress.finished, total=progress.total)
        words = [far, *self._others(progress)]
        if progress.left is not None and progress.finished < progress.total:
            left = engine.duration(progress.left)
            words.append(self.tr("{time} left").format(time=left))
        self.text.setText(" · ".join(words))

    def show_cancelling(self) -> None:
        """Show that the export is being cancelled."""
        self.text.setText(self.tr("Stopping: the pictures in progress are being finished…"))

    def show_ending(self, ending: Ending) -> None:
        """Show how the export ended."""
        self.bar.setRange(0, 1)
        self.bar.setValue(1)
        self.bar.setVisible(not ending.stopped and not ending.reason)
        progress = ending.progress
        words = []
        if progress is not None:
            one = progress.done == 1
            made = self.tr("1 picture made") if one else self.tr("{count} pictures made")
            words = [made.format(count=progress.done), *self._others(progress)]
            words += [path.name for path in ending.made[:3]]
            if len(ending.made) > 3:
                words.append(self.tr("and {count} more").format(count=len(ending.made) - 3))
        if ending.stopped:
            words.append(self.tr("stopped; Export continues where it stopped"))
        text = " · ".join(words)
        lines = [ending.reason, text, *ending.problems, *self._warnings(ending)]
        self.text.setText("\n".join(filter(None, lines)))

    def _warnings(self, ending: Ending) -> list[str]:
        """The most frequent warnings with their counts."""
        counts = Counter(ending.warnings)
        lines = [self._counted(*one) for one in counts.most_common(MOST_WARNINGS)]
        if len(counts) > MOST_WARNINGS:
            more = self.tr("and {count} more")
            lines.append(more.format(count=len(counts) - MOST_WARNINGS))
        return lines

    def _counted(self, reason: str, count: int) -> str:
        text = self.tr("{reason} ({count} times)")
        return reason if count == 1 else text.format(reason=reason, count=count)

    def _others(self, progress: Progress) -> list[str]:
        words = []
        if progress.kept:
            words.append(self.tr("{count} existed already").format(count=progress.kept))
        if progress.failed:
            words.append(self.tr("{count} failed").format(count=progress.failed))
        return words


class ExportState(QPushButton):
    """The progress of an export, and its end, in the status bar while its dialog is hidden.

    A click shows the dialog.
    """

    def __init__(self, name: str, process: ExportProcess, dialog: QDialog, bar: QStatusBar) -> None:
        super().__init__()
        self._name, self._dialog = name, dialog
        self.setObjectName("state")
        self.setToolTip(self.tr("Show the export"))
        self.hide()
        bar.insertPermanentWidget(0, self)
        process.progressed.connect(self._show_progress)
        process.ended.connect(self._show_ending)
        self.clicked.connect(self._show_dialog)

    def _show_progress(self, progress: Progress) -> None:
        text = self.tr("{name}: {done} of {total}")
        self.setText(text.format(name=self._name, done=progress.finished, total=progress.total))
        self.show()

    def _show_ending(self, ending: Ending) -> None:
        if ending.reason:
            text = self.tr("{name} failed")
        else:
            text = self.tr("{name} stopped") if ending.stopped else self.tr("{name} finished")
        self.setText(text.format(name=self._name))
        self.setVisible(not self._dialog.isVisible())

    def _show_dialog(self) -> None:
        self.hide()  # until the next progress
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
