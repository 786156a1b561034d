"""A canvas with the mouse over it, for several tests."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import engine
from gui.canvas.canvas import Canvas
from gui.document.document import Document

SHIFT = Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def move(
    document: Document,
    start: engine.Pose3D,
    indices: set[int],
    offset: tuple[float, float],
    gesture: int | None = None,
) -> None:
    """Move landmarks of the pose `start` by `offset` photo pixels, as a drag of handles does."""
    pose = start.moved(sorted(indices), offset) if any(offset) else start
    document.change_pose(pose, "Move", gesture)


class Editor:
    """A canvas of 600x500 and the mouse over it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.document = Document()
        self.canvas = Canvas(self.document)
        qtbot.addWidget(self.canvas)
        self.canvas.resize(600, 500)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)

    @property
    def pose(self) -> engine.Landmarks:
        assert self.document.editable is not None
        return self.document.editable.landmarks()

    def place(self, point: tuple[float, float]) -> QPointF:
        """Where a point of the photo is on the canvas."""
        return self.canvas.viewportTransform().map(QPointF(*map(float, point)))

    def mouse(
        self,
        kind: QMouseEvent.Type,
        at: QPointF,
        button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = NOTHING,
    ) -> None:
        held = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseButtonRelease else button
        viewport = self.canvas.viewport()
        moved = kind == QMouseEvent.Type.MouseMove
        event = QMouseEvent(
            kind, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton if moved else button, held,
            keys,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)

    def press(self, at: QPointF, **kwargs: object) -> None:
        self.mouse(QMouseEvent.Type.MouseButtonPress, at, **kwargs)  # type: ignore[arg-type]

    def move(self, at: QPointF, **kwargs: object) -> None:
        self.mouse(QMouseEvent.Type.MouseMove, at, **kwargs)  # type: ignore[arg-type]

    def release(self, at: QPointF, **kwargs: object) -> None:
        self.mouse(QMouseEvent.Type.MouseButtonRelease, at, **kwargs)  # type: ignore[arg-type]

    def click(self, at: QPointF, **kwargs: object) -> None:
        self.press(at, **kwargs)
        self.release(at, **kwargs)

    def drag(self, start: QPointF, end: QPointF, **kwargs: object) -> None:
        """In three moves."""
        self.press(start, **kwargs)
        for step in (1, 2, 3):
            self.move(start + (end - start) * step / 3, **kwargs)
        self.release(end, **kwargs)
