"""The one undoable command: it holds the old and the new state of the open face."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from gui.document.document import Document, Edit

_gestures = itertools.count(1)


def new_gesture() -> int:
    """A number for one drag (of handles, a slider, a brush); its changes become one undo entry."""
    return next(_gestures)


class ChangeEdit(QUndoCommand):
    """Replaces the edit. The changes of one gesture are one command, see `extend`."""

    def __init__(self, document: Document, edit: Edit, text: str, gesture: int | None = None):
        super().__init__(text)
        assert document.edit is not None
        self._document = document
        self._old = document.edit
        self._new = edit
        self.gesture = new_gesture() if gesture is None else gesture

    def redo(self) -> None:
        self._document.set_edit(self._new)

    def undo(self) -> None:
        self._document.set_edit(self._old)

    def extend(self, edit: Edit) -> None:
        """Go on to another edit. If that is where the gesture began, the next undo drops the
        command.

        Qt can merge commands, too, but PySide then keeps those that were merged for ever.
        """
        self._new = edit
        self.setObsolete(edit.same(self._old))
        self._document.set_edit(edit)
