"""The language of the window: the system's or the user's choice."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

import engine
from gui.style.preferences import settings

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Language codes with their native names. All but English have a file in resources/translations."""


def chosen_language() -> str:
    """The code of the user's choice; empty for the system's language."""
    code = str(settings().value("language", ""))
    return code if code in LANGUAGES else ""


def speak_language(app: QApplication) -> None:
    """Install the translators of the chosen language, for the window and Qt's own dialogs.

    Must be called before widgets are created; existing ones are not translated.
    """
    code = chosen_language()
    locale = QLocale(code) if code else QLocale.system()
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    own = str(engine.resource("translations/repose_de.qm").parent)
    for name, folder in (("qtbase", qt), ("repose", own)):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)


class LanguageMenu(QMenu):
    """Chooses the language that is used from the next start on."""

    chosen = Signal(str)  # a message for the user

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Lan&guage"))
        group = QActionGroup(self)
        for code, name in {"": self.tr("As the &system"), **LANGUAGES}.items():
            action = self.addAction(name)
            action.setStatusTip(
                self.tr("Use this language from the next start on")
                if code
                else self.tr("Use the language of the system")
            )
            action.setCheckable(True)
            action.setChecked(code == chosen_language())
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, code=code: self._choose(code))

    def _choose(self, code: str) -> None:
        settings().setValue("language", code)
        self.chosen.emit(self.tr("The language changes when Repose is started again."))
