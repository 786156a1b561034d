"""The one undoable command: it holds the old and the new state of the open face."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from gui.document import Document, Edit

_gestures = itertools.count(1)


def new_gesture() -> int:
    """A number for one drag (of handles, a slider, a brush); its changes become one undo entry."""
    return next(_gestures)


class ChangeEdit(QUndoCommand):
    """Replaces the edit. Changes with the same gesture merge; a gesture that ends where it
    began leaves no entry."""

    def __init__(self, document: Document, edit: Edit, text: str, gesture: int | None = None):
        super().__init__(text)
        assert document.edit is not None
        self._document = document
        self._old = document.edit
        self._new = edit
        self._gesture = new_gesture() if gesture is None else gesture

    def redo(self) -> None:
        self._document.set_edit(self._new)

    def undo(self) -> None:
        self._document.set_edit(self._old)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ChangeEdit) or other._gesture != self._gesture:
            return False
        self._new = other._new
        self.setObsolete(self._new.same(self._old))
        return True
