"""Every word that the window says can be translated, and its German is complete."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from pytestqt.qtbot import QtBot
from whole_window import WAIT

import gui
from engine.core.files import resource
from gui.window.language import LANGUAGES, LanguageMenu, chosen_language

PROGRAMS = ("latency.py", "first_picture.py")  # that time the window, for `benchmark`
FILES = [
    path for path in sorted(Path(gui.__file__).parent.rglob("*.py")) if path.name not in PROGRAMS
]
TRANSLATED = {"tr", "translate", "QT_TRANSLATE_NOOP"}
# Calls whose words are for the program, not for its user.
SILENT = {
    "Literal", "Path", "QColor", "QKeySequence", "data_folder", "encode", "error", "icon", "insert",
    "resource", "setApplicationDisplayName", "setApplicationName", "setObjectName", "setProperty",
    "setStyle", "setValue", "strftime", "value", "_ask", "horizontalAdvance",
}  # fmt: skip
NAMES = {
    "Repose", "repose project", "English", "Deutsch", "stop now", "stop after epoch", "Right",
    "Left",
}  # fmt: skip
WORDS = re.compile(
    r"[A-Za-z]{2,} [a-z(]|^&?[A-Z][a-z&]{2,}[…:.]?$|^[A-Za-z&]+…$| [a-z]{2,}$|^[a-z]+ $"
)


def said(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The words of a file that are neither translated nor for the program alone."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Assert | ast.arg):
        return
    if isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from said(node.value)
        return
    if isinstance(node, ast.FunctionDef):
        for part in node.body:
            yield from said(part)
        return
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in TRANSLATED | SILENT:
            yield from said(node.func)
            return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = re.sub(r"<[^>]*>", "", node.value).strip("<>/ ")  # without HTML
        if "'" not in node.value and WORDS.search(text) and text not in NAMES:
            yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from said(child)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_no_words_are_left_out(file: Path) -> None:
    assert list(said(ast.parse(file.read_text(encoding="utf-8")))) == []


def messages(path: Path) -> dict[tuple[str, str], str]:
    """The finished translations in a .ts file, by context and source."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            if translation.get("type") is None:
                key = (context.findtext("name", ""), message.findtext("source", ""))
                found[key] = translation.text or ""
    return found


@pytest.fixture(scope="module")
def german() -> dict[tuple[str, str], str]:
    return messages(resource("translations/repose_de.ts"))


def tool(name: str, *words: str) -> str:
    """Run one of Qt's programs."""
    package = Path(PySide6.__file__).parent
    suffix = ".exe" if sys.platform == "win32" else ""
    found = [path for path in package.rglob(f"{name}{suffix}") if path.is_file()]
    if not found:
        pytest.skip(f"this PySide6 comes without {name}")
    done = subprocess.run([found[0], *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_german_is_complete(tmp_path: Path, german: dict[tuple[str, str], str]) -> None:
    fresh = tmp_path / "fresh.ts"
    words = ("-source-language", "en_GB", "-target-language", "de_DE", "-locations", "none")
    tool("lupdate", *map(str, FILES), *words, "-ts", str(fresh))
    wanted = {
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in ElementTree.parse(fresh).getroot().iter("context")
        for message in context.iter("message")
    }
    assert wanted - german.keys() == set(), "run `make translations` and translate these"
    assert german.keys() - wanted == set(), "run `make translations` to drop these"
    assert all(german.values())


def test_what_is_filled_in_is_filled_in_in_german_too(german: dict[tuple[str, str], str]) -> None:
    for (_, source), translation in german.items():
        fields, own = (
            sorted(
                str((name, form))
                for _, name, form, _ in Formatter().parse(text)
                if name is not None
            )
            for text in (source, translation)
        )
        assert fields == own, source
        assert ("&" in source.replace("&&", "")) == ("&" in translation.replace("&&", "")), source


def test_the_compiled_german_is_of_the_same_words(
    qtbot: QtBot, german: dict[tuple[str, str], str]
) -> None:
    translator = QTranslator()
    assert translator.load(str(resource("translations/repose_de.qm")))
    for (context, source), translation in german.items():
        assert translator.translate(context, source) == translation


def test_the_language_follows_the_system_until_one_is_chosen(qtbot: QtBot) -> None:
    menu = LanguageMenu()
    qtbot.addWidget(menu)
    assert [action.isChecked() for action in menu.actions()] == [True, False, False]
    with qtbot.waitSignal(menu.chosen, timeout=WAIT):
        menu.actions()[2].trigger()
    assert chosen_language() == "de"
    again = LanguageMenu()
    qtbot.addWidget(again)
    assert [action.isChecked() for action in again.actions()] == [False, False, True]


def test_the_application_speaks_german(tmp_path: Path) -> None:
    program = (
        "from PySide6.QtCore import QCoreApplication, QSettings\n"
        "own = QSettings.Format.IniFormat, QSettings.Scope.UserScope\n"
        f"QSettings.setPath(*own, {str(tmp_path)!r})\n"
        "from gui.widgets.file_dialogs import settings\n"
        "settings().setValue('language', 'de')\n"
        "from gui.window.app import make_application\n"
        "app = make_application()\n"
        "print(QCoreApplication.translate('FileMenu', '&Quit'))\n"
        "print(QCoreApplication.translate('QPlatformTheme', 'Close'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["&Beenden", "Schließen"], done.stderr


def test_every_language_has_its_words() -> None:
    for code in LANGUAGES.keys() - {"en"}:
        assert QLocale(code).language() is not QLocale.Language.C
        assert resource(f"translations/repose_{code}.qm").stat().st_size > 1000
    assert QCoreApplication.translate("Nothing", "as it is") == "as it is"
