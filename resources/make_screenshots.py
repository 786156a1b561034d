"""Make the pictures of README.md from the real window, moved by mouse and keys as a user would.

QT_QPA_PLATFORM=offscreen python resources/make_screenshots.py [NAME ...]
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from PySide6.QtCore import QEvent, QEventLoop, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from engine.imaging.reading import open_picture
from gui.canvas.picking import MARGIN
from gui.panes.views import View
from gui.style.preferences import settings
from gui.style.theme import Theme
from gui.window.app import make_application
from gui.window.main_window import MainWindow

RESOURCES = Path(__file__).parent
WITH_DOCK, WITHOUT = (1400, 800), (1160, 700)  # pixels: the window
PANES = 450
COLOURS = 256
SETTLED_MS, PATIENCE_MS = 1500, 120_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

BRIDGE, MOUTH = 27, 48  # landmarks
HAIR = (
    (-62, 22), (-60, -25), (-38, -52), (0, -62), (38, -55), (62, -25), (62, 22),
    (52, -25), (25, -42), (-25, -42), (-50, -25),
)  # fmt: skip
"""Where the hair of the sample photo is: pixels from the bridge of the nose."""


class User:
    """Mouse and keys on a window, and the eye that waits for its pictures."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.canvas, self.gizmo = window.canvas.viewport(), window.gizmo

    def begin(self, theme: Theme = Theme.DARK, dock: bool = False) -> None:
        """Start over with the photo as it is."""
        window = self.window
        for widget in (self.canvas, self.gizmo):
            mouse(widget, QEvent.Type.MouseButtonRelease, QPointF(), NONE)
            QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
        window.document.cancel_correcting()
        window.document.undo_stack.setIndex(0)
        window.canvas.set_tool(None)
        window.canvas.handles.select(frozenset())
        window.view_menu.themes[theme].trigger()
        window.panes.set_split(False)
        window.panes.small.choose(View.COARSE)
        self.show_dock(dock)
        window.request()
        self.wait()

    def show_dock(self, shown: bool) -> None:
        """Show the expression and the named poses, or not; the face fills the canvas."""
        window = self.window
        window.face_dock.setVisible(shown)
        QApplication.processEvents()
        window.resize(*(WITH_DOCK if shown else WITHOUT))
        QApplication.processEvents()
        splitter = window.centralWidget()
        assert isinstance(splitter, QSplitter)
        splitter.setSizes([splitter.width() - PANES, PANES])
        QApplication.processEvents()
        window.canvas.zoom_to_face()

    def wait(self) -> None:
        """Until the newest picture is there as it is when the pose rests."""
        window, loop = self.window, QEventLoop()
        settled, patience = QTimer(loop), QTimer(loop)
        for timer, milliseconds in ((settled, SETTLED_MS), (patience, PATIENCE_MS)):
            timer.setSingleShot(True)
            timer.setInterval(milliseconds)
        window.worker.updated.connect(settled.stop)
        window.full_resolution.finished.connect(settled.start)
        settled.timeout.connect(loop.quit)
        patience.timeout.connect(lambda: loop.exit(1))
        patience.start()
        if loop.exec():
            raise RuntimeError("No picture came.")

    def at(self, landmark: int, right: float = 0, down: float = 0) -> QPointF:
        """Where a point of the pose is on the canvas, or a place so many photo pixels from it."""
        pose = self.window.document.editable
        assert pose is not None
        x, y = pose.landmarks()[landmark].tolist()
        return self.window.canvas.viewportTransform().map(QPointF(x + right, y + down))

    def drag(self, widget: QWidget, *way: QPointF, hold: bool = False) -> None:
        """Drag along a way; `hold`: the button stays down at its end."""
        mouse(widget, QEvent.Type.MouseMove, way[0], NONE)
        mouse(widget, QEvent.Type.MouseButtonPress, way[0], LEFT)
        for place in way:
            mouse(widget, QEvent.Type.MouseMove, place, LEFT)
            QApplication.processEvents()
        if not hold:
            mouse(widget, QEvent.Type.MouseButtonRelease, way[-1], NONE)
            mouse(widget, QEvent.Type.MouseMove, way[-1], NONE)

    def drag_corner(self, right: float, down: float) -> None:
        """Drag the lower right corner of the box around what is selected; screen pixels."""
        canvas, pose = self.window.canvas, self.window.document.editable
        assert pose is not None
        corner = pose.landmarks()[sorted(canvas.handles.selection)].max(axis=0)
        corner = corner + MARGIN / canvas.zoom
        start = canvas.viewportTransform().map(QPointF(*corner.tolist()))
        self.drag(self.canvas, start, start + QPointF(right, down))

    def turn(self, right: float, down: float, hold: bool = False) -> None:
        """Drag the small head; screen pixels."""
        middle = QPointF(self.gizmo.width() / 2, self.gizmo.width() / 2)
        self.drag(self.gizmo, middle, middle + QPointF(right, down), hold=hold)

    def press(self, key: Qt.Key) -> None:
        """Press a key in the canvas."""
        self.window.canvas.setFocus()
        QTest.keyClick(self.window.canvas, key)

    def type(self, name: str, percent: int) -> None:
        """Type a value beside a slider of the expression."""
        box = self.window.face_dock.expression.sliders[name].spin_box
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, str(percent))
        QTest.keyClick(box, Qt.Key.Key_Return)
        self.window.canvas.setFocus()

    def choose(self, name: str) -> None:
        """Click a named pose."""
        poses = self.window.face_dock.poses.list
        item = poses.findItems(name, Qt.MatchFlag.MatchExactly)[0]
        poses.scrollToItem(item)
        QTest.mouseClick(poses.viewport(), LEFT, pos=poses.visualItemRect(item).center())


def mouse(widget: QWidget, kind: QEvent.Type, place: QPointF, held: Qt.MouseButton) -> None:
    """Send a widget an event of the mouse."""
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    there, plain = widget.mapToGlobal(place), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, place, there, button, held, plain))


def screenshot(user: User) -> None:
    """The small head is being turned."""
    user.begin(dock=True)
    user.turn(15, -2, hold=True)


def part(user: User) -> None:
    """The mouth is taken by its key and made smaller with its box."""
    user.begin()
    user.press(Qt.Key.Key_7)
    user.drag_corner(-34, -14)


def expression(user: User) -> None:
    """A named pose is clicked, and then a slider moved."""
    user.begin(dock=True)
    user.choose("Laugh")
    user.type("close_left_eye", 100)


def compare(user: User) -> None:
    """Before and after, above the warp that the networks start from; light."""
    user.begin(Theme.LIGHT)
    user.turn(-14, 4)
    user.window.panes.small.choose(View.WARP)
    user.window.view_menu.split.trigger()


def keep(user: User) -> None:
    """The brows go up; the hair is painted, so that it stays."""
    user.begin(dock=True)
    user.type("raise_brows", 100)
    user.show_dock(False)
    user.window.canvas.zoom_by(0.75)
    user.press(Qt.Key.Key_B)
    user.drag(user.canvas, *(user.at(BRIDGE, *place) for place in HAIR))


def correct(user: User) -> None:
    """A corner of the mouth is put where the photo has it, under the loupe."""
    user.begin()
    user.press(Qt.Key.Key_Escape)
    user.window.pose_menu.correct.trigger()
    user.drag(user.canvas, user.at(MOUTH), user.at(MOUTH, 1.5, 0.5))


def warning(user: User) -> None:
    """The head nods further than the model has learnt."""
    user.begin()
    user.turn(-12, 25)


PICTURES = (screenshot, part, expression, compare, keep, correct, warning)


def save(widget: QWidget, path: Path) -> None:
    """Write what a widget shows, in few colours."""
    widget.grab().save(str(path))
    with open_picture(path) as image:
        # Of all methods, this one keeps the few pixels of a signal colour.
        method, refined = Image.Quantize.MAXCOVERAGE, 2
        few = image.convert("RGB").quantize(COLOURS, method, refined, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def main(names: list[str]) -> None:
    with TemporaryDirectory(prefix="repose-") as folder:
        os.environ["REPOSE_DATA"] = folder
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        settings().setValue("language", "en")
        app = make_application()
        window = MainWindow("cpu")
        window.show()
        window.start()
        user = User(window)
        user.wait()
        for picture in PICTURES:
            name = picture.__name__
            if names and name not in names:
                continue
            picture(user)
            if not window.document.correcting:
                user.wait()
            whole = name == "screenshot"
            save(window, RESOURCES / ("screenshot.png" if whole else f"screenshot-{name}.png"))
        user.begin()  # with edits it would ask before it closes
        window.close()
        app.processEvents()


if __name__ == "__main__":
    main(sys.argv[1:])
