"""The menu View: zoom, overlays, what the panes show, appearance and language."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QWidget

from gui.document.document import Document
from gui.panes.views import View
from gui.style.theme import Theme, choose_theme, chosen_theme
from gui.widgets.actions import add_action, add_choice
from gui.window.language import LanguageMenu
from gui.window.view_options import ViewOptions

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas
    from gui.panes.panes import Pane, Panes

HOLD_MS = 300  # a key that is down for longer is held: comparing ends when it comes up
REPEAT_MS = 60  # a key press within this time of a release is auto-repeat


class ViewMenu(QMenu):
    """Switches the view options and sets what the panes show."""

    done = Signal(str)

    def __init__(
        self,
        document: Document,
        canvas: Canvas,
        panes: Panes,
        options: ViewOptions,
        face_dock: QDockWidget,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("&View"))
        self._document, self._panes = document, panes
        self._add_zoom(canvas)
        self.addSeparator()
        self._add_overlays(options)
        face_panel = face_dock.toggleViewAction()
        face_panel.setText(self.tr("&Expression and poses"))
        face_panel.setShortcut(QKeySequence("F2"))
        face_panel.setStatusTip(self.tr("Show the sliders of the expression and the named poses"))
        self.addAction(face_panel)
        self.addSeparator()
        self.large = self._add_views(
            self.addMenu(self.tr("&Large picture")), panes.large, self.tr("Large picture"), ""
        )
        self.small = self._add_views(
            self.addMenu(self.tr("&Small picture")), panes.small, self.tr("Small picture"), "Shift+"
        )
        self.addSeparator()
        self._add_comparisons(options)
        self.addSeparator()
        self.themes = self._add_themes(self.addMenu(self.tr("&Appearance")))
        language = LanguageMenu(self)
        language.chosen.connect(self.done)
        self.addMenu(language)
        for signal in (document.photo_changed, document.source_changed):
            signal.connect(self._enable)
        for signal in (panes.views_changed, panes.split_changed):
            signal.connect(self._show_panes)
        self._enable()
        self._show_panes()

    def _add_zoom(self, canvas: Canvas) -> None:
        self.fit = add_action(
            self, self.tr("&Whole photo"), canvas.zoom_to_fit, "Ctrl+0",
            tip=self.tr("Show the whole photo"), picture="fit",
        )  # fmt: skip
        self.face = add_action(
            self, self.tr("&Face"), canvas.zoom_to_face, "Ctrl+1",
            tip=self.tr("Zoom to the face"), picture="face",
        )  # fmt: skip
        pixels = add_action(
            self, self.tr("Zoom &100 %"), canvas.zoom_to_pixels, "Ctrl+2",
            tip=self.tr("Show one pixel of the photo as one pixel of the screen"),
        )  # fmt: skip
        zoom_in = add_action(
            self, self.tr("Zoom &in"), partial(canvas.zoom_by, 1.25), "Ctrl++", "Ctrl+=",
            tip=self.tr("Show less of the photo, larger"),
        )  # fmt: skip
        zoom_out = add_action(
            self, self.tr("Zoom &out"), partial(canvas.zoom_by, 0.8), "Ctrl+-",
            tip=self.tr("Show more of the photo, smaller"),
        )  # fmt: skip
        self._needs_photo = (self.fit, pixels, zoom_in, zoom_out)

    def _add_overlays(self, options: ViewOptions) -> None:
        for text, option, key, tip, picture in (
            (self.tr("&Points"), options.points, "P",
             self.tr("Show the points over the photo"), "handles"),
            (self.tr("&Result under the points"), options.result, "R",
             self.tr("Show the reposed face instead of the photo under the points"), "result"),
            (self.tr("&Heatmaps"), options.heatmaps, "H",
             self.tr("Show the pose heatmaps, which the networks get"), "heatmaps"),
            (self.tr("&Mask"), options.mask, "M",
             self.tr("Show the mask, which weights the loss in training"), "mask"),
            (self.tr("Parts of the pict&ure"), options.parts, "A",
             self.tr("Tint what was found: skin yellow, hair violet, clothes green, eyes blue, "
                     "mouth red"), ""),
            (self.tr("Head that &turns"), options.head, "F3",
             self.tr("Show the small head on the photo that turns the pose"), ""),
        ):  # fmt: skip
            action = add_action(self, text, None, key, tip=tip, picture=picture)
            option.bind(action)
            if option is options.points:
                self.points = action
            elif option is options.result:
                self.result = action

    def _add_views(self, menu: QMenu, pane: Pane, name: str, modifier: str) -> dict[View, QAction]:
        group = QActionGroup(menu)
        return {
            view: add_choice(
                menu, group, view.name_shown, partial(pane.choose, view), f"{modifier}F{key}",
                tip=f"{name}: {view.explained}",
            )
            for key, view in enumerate(View, start=5)  # F1 is help, F11 full screen
        }  # fmt: skip

    def _add_comparisons(self, options: ViewOptions) -> None:
        self.split = add_action(
            self, self.tr("Split into &before and after"), self._set_split, "Shift+C",
            tip=self.tr("Show the photo left of a line in the pictures; drag the line"),
        )  # fmt: skip
        self.split.setCheckable(True)
        self.compare = CompareAction(Qt.Key.Key_C, self)
        self.compare.setText(self.tr("&Compare with the photo"))
        self.compare.setStatusTip(
            self.tr("Show the photo instead of the pictures: press the key to switch, or hold it")
        )
        options.comparing.bind(self.compare)
        self.addAction(self.compare)

    def _add_themes(self, menu: QMenu) -> dict[Theme, QAction]:
        group = QActionGroup(menu)
        actions = {}
        for theme, text, tip in (
            (Theme.SYSTEM, self.tr("As the &system"), self.tr("Light or dark as the system")),
            (Theme.LIGHT, self.tr("&Light"), self.tr("Dark text on light grey")),
            (Theme.DARK, self.tr("&Dark"), self.tr("Light text on dark grey")),
        ):
            actions[theme] = add_choice(menu, group, text, partial(choose_theme, theme), tip=tip)
            actions[theme].setChecked(theme is chosen_theme())
        return actions

    def _set_split(self) -> None:
        self._panes.set_split(self.split.isChecked())

    def _enable(self) -> None:
        for action in self._needs_photo:
            action.setEnabled(self._document.photo is not None)
        self.face.setEnabled(self._document.landmarks is not None)

    def _show_panes(self) -> None:
        self.split.setChecked(self._panes.split)
        self.large[self._panes.large.chosen].setChecked(True)
        self.small[self._panes.small.chosen].setChecked(True)


class CompareAction(QAction):
    """A checkable action: a short press of its key toggles it, a long one checks it while held."""

    def __init__(self, key: Qt.Key, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._down = QElapsedTimer()
        self._up = QTimer(self)
        self._up.setSingleShot(True)
        self._up.setInterval(REPEAT_MS)
        self._up.timeout.connect(self._end)
        self.setCheckable(True)
        self.setShortcut(QKeySequence(key))
        self.setAutoRepeat(False)
        self.triggered.connect(self._begin)

    def _begin(self) -> None:
        app = QApplication.instance()
        if app is not None:
            self._down.start()
            app.installEventFilter(self)

    def _end(self) -> None:
        """The key is up."""
        self._unwatch()
        if self._down.elapsed() > HOLD_MS + REPEAT_MS and self.isChecked():
            self.trigger()
            self._unwatch()

    def _unwatch(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the release of the key, whichever widget has the focus by then.

        Some systems send auto-repeat as releases and presses, not marked as auto-repeat.
        """
        if not isinstance(event, QKeyEvent) or event.key() != self._key or event.isAutoRepeat():
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyRelease:
            self._up.start()
        elif self._up.isActive():
            self._up.stop()
            event.accept()
            return True
        return super().eventFilter(watched, event)
