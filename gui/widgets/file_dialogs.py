"""Dialogs that ask for files and for decisions, and the folders that they suggest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

import engine
from gui.style.preferences import settings
from gui.widgets.photo_dialog import choose_photo

MODEL_SUFFIXES = (".safetensors",)
PASTED = "pasted"
"""The name of the `data_folder` of pictures from the clipboard and from other programs."""


def ask_open(
    parent: QWidget, title: str, kind: str, suffixes: Iterable[str], folder: str
) -> Path | None:
    """Ask for an existing file; `folder` is the settings key for the last folder."""
    start = str(settings().value(f"folder/{folder}", pictures_folder()))
    patterns = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
    everything = QCoreApplication.translate("FileDialogs", "All files")
    filters = f"{kind} ({patterns});;{everything} (*)"
    if folder == "photos":
        name = choose_photo(parent, title, start, filters)
    else:
        name, _ = QFileDialog.getOpenFileName(parent, title, start, filters)
    if not name:
        return None
    settings().setValue(f"folder/{folder}", str(Path(name).parent))
    return Path(name)


def ask_save(
    parent: QWidget, title: str, suggestion: Path, kinds: dict[str, str], folder: str
) -> Path | None:
    """Ask for a file to write. `kinds` maps suffixes to names; the first is the default."""
    start = Path(str(settings().value(f"folder/{folder}", suggestion.parent)))
    filters = ";;".join(f"{kind} (*{suffix})" for suffix, kind in kinds.items())
    name, chosen = QFileDialog.getSaveFileName(parent, title, str(start / suggestion.name), filters)
    if not name:
        return None
    path = Path(name)
    by_kind = [suffix for suffix, kind in kinds.items() if chosen.startswith(kind)]
    suffix = [*by_kind, *kinds][0]
    # Qt's own dialog leaves the suggested name as it is when another kind is chosen.
    left = path.name == suggestion.name or suffix.endswith(path.suffix)
    if not path.suffix or (left and not path.name.lower().endswith(suffix)):
        path = path.with_name((path.stem if path.suffix else path.name) + suffix)
        # The file dialog has checked the name without the suffix.
        if path.exists() and not ask_yes(
            parent,
            QCoreApplication.translate("FileDialogs", "Replace"),
            QCoreApplication.translate("FileDialogs", "{name} exists. Replace it?").format(
                name=path.name
            ),
        ):
            return None
    settings().setValue(f"folder/{folder}", str(path.parent))
    return path


def ask_yes(parent: QWidget, action: str, question: str, harmless: bool = False) -> bool:
    """Ask whether to do `action`; Cancel is the default unless the action is harmless."""
    box = _question(parent, question)
    yes = box.addButton(action, QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(yes if harmless else cancel)
    box.setEscapeButton(cancel)
    return _answer(box) is yes


def ask_unsaved(
    parent: QWidget, question: str, picture: bool
) -> Literal["picture", "project", "discard", "cancel"]:
    """Ask what to do with unsaved work; `picture`: whether a picture of it can be saved."""
    box = _question(parent, question)
    buttons = QMessageBox.StandardButton
    save, discard = box.addButton(buttons.Save), box.addButton(buttons.Discard)
    cancel = box.addButton(buttons.Cancel)
    save.setText(QCoreApplication.translate("FileDialogs", "Save &project…"))
    discard.setText(QCoreApplication.translate("FileDialogs", "&Discard"))
    box.setDefaultButton(save)
    box.setEscapeButton(cancel)
    save_picture = None
    if picture:
        text = QCoreApplication.translate("FileDialogs", "&Save picture…")
        save_picture = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(save_picture)
    answer = _answer(box)
    if answer is cancel:
        return "cancel"
    if answer is save_picture:
        return "picture"
    return "project" if answer is save else "discard"


def _question(parent: QWidget, question: str) -> QMessageBox:
    box = QMessageBox(QMessageBox.Icon.Warning, "Repose", question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def _answer(box: QMessageBox) -> QAbstractButton:
    """Show the box; returns the clicked button."""
    box.exec()
    box.deleteLater()  # else it would exist as long as its parent
    return box.clickedButton()


def pictures_folder() -> Path:
    """The user's folder for pictures, else the home folder."""
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures) if pictures and Path(pictures).is_dir() else Path.home()


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path` lies in `folder`."""
    return path.resolve().is_relative_to(folder.resolve())


def folder_beside(photo: Path) -> Path:
    """The folder to suggest for results: the photo's, or the pictures folder if it is Repose's."""
    own = (sample_photo().parent, engine.data_folder(PASTED))
    inside = any(is_inside(photo, folder) for folder in own)
    return pictures_folder() if inside else photo.absolute().parent


def same_file(one: Path, other: Path) -> bool:
    """Whether both paths are the same existing file."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def sample_photo() -> Path:
    """The photo that comes with Repose."""
    return engine.resource("sample.jpg")
