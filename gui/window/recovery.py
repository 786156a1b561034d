"""The dialog that offers work of crashed editors for recovery."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QVBoxLayout, QWidget

import engine
from gui.window.autosave import LostWork


class RecoveryDialog(QDialog):
    """Offers lost work. What is neither recovered nor deleted is offered again later."""

    wanted = Signal(object)  # LostWork

    def __init__(self, lost: Sequence[LostWork], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Recover unsaved work"))
        self._lost = list(lost)
        question = QLabel(
            self.tr("Repose was not closed normally. This unsaved work can be recovered:")
        )
        question.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Unsaved work"))
        self.list.addItems([_describe(work) for work in self._lost])
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self.accept)
        rows = min(len(self._lost), 6)
        self.list.setFixedHeight(rows * (self.list.sizeHintForRow(0) + 2) + 8)
        buttons = QDialogButtonBox()
        self.recover = buttons.addButton(
            self.tr("&Recover"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.later = buttons.addButton(self.tr("&Later"), QDialogButtonBox.ButtonRole.RejectRole)
        self.discard = buttons.addButton(
            self.tr("&Discard"), QDialogButtonBox.ButtonRole.DestructiveRole
        )
        self.recover.setToolTip(self.tr("Open this work"))
        self.later.setToolTip(self.tr("Ask again at the next start"))
        self.discard.setToolTip(self.tr("Delete the selected work permanently"))
        self.recover.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.discard.clicked.connect(self._discard)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(10)
        for widget in (question, self.list, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(460)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def done(self, result: int) -> None:
        row = self.list.currentRow()
        chosen = None
        if result == QDialog.DialogCode.Accepted and row >= 0:
            chosen = self._lost.pop(row)
        for work in self._lost:
            work.leave()
        self._lost = []
        super().done(result)
        if chosen is not None:
            self.wanted.emit(chosen)

    def _discard(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self.list.takeItem(row)
            self._lost.pop(row).discard()
        if not self._lost:
            self.reject()


def _describe(work: LostWork) -> str:
    """The name of the project or photo, and the time of the last change."""
    when = QDateTime.fromSecsSinceEpoch(int(work.when.timestamp()))
    time = QLocale().toString(when, QLocale.FormatType.ShortFormat)
    try:
        project = work.read()
    except engine.ReposeError:
        return f"{work.path.name}   {time}"
    return f"{(project.path or project.photo).name}   {time}"
