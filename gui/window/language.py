"""The language of the window: the system's, or the one that the user has chosen."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

import engine
from gui.style.preferences import settings

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their codes, each called as its speakers call it; all but English have a translation in
resources/translations."""


def chosen_language() -> str:
    """The code of what the user has chosen; empty for the system's language."""
    code = str(settings().value("language", ""))
    return code if code in LANGUAGES else ""


def speak_language(app: QApplication) -> None:
    """Let the window, and Qt's own dialogs, speak the chosen language. Before any is made: what
    is there already stays as it is."""
    code = chosen_language()
    locale = QLocale(code) if code else QLocale.system()
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    own = str(engine.resource("translations/repose_de.qm").parent)
    for name, folder in (("qtbase", qt), ("repose", own)):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)


class LanguageMenu(QMenu):
    """Which language the editor speaks from its next start on."""

    chosen = Signal(str)  # what to tell the user

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Lan&guage"))
        group = QActionGroup(self)
        for code, name in {"": self.tr("As the &system"), **LANGUAGES}.items():
            action = self.addAction(name)
            action.setStatusTip(
                self.tr("Speak this language from the next start on")
                if code
                else self.tr("Speak the language of the system")
            )
            action.setCheckable(True)
            action.setChecked(code == chosen_language())
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, code=code: self._choose(code))

    def _choose(self, code: str) -> None:
        settings().setValue("language", code)
        self.chosen.emit(self.tr("The language changes when Repose is started again."))
