"""The dialog that asks for a photo shows it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.photo_dialog import SIDE, Thumbnail, choose_photo


def test_a_photo_is_shown_small_and_other_files_are_not(
    qtbot: QtBot, sample: Path, tmp_path: Path
) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    thumbnail = Thumbnail(holder)
    thumbnail.show_file(str(sample))
    qtbot.waitUntil(lambda: not thumbnail.pixmap().isNull())
    assert thumbnail.pixmap().deviceIndependentSize().width() == SIDE
    (tmp_path / "broken.jpg").write_bytes(b"none")
    for other in (tmp_path, tmp_path / "broken.jpg", tmp_path / "gone.jpg"):
        thumbnail.show_file(str(other))
        assert thumbnail.pixmap().isNull()
    thumbnail.stop()
    assert thumbnail.pixmap().isNull()


@pytest.mark.parametrize("accepted", [True, False])
def test_the_chosen_file_is_returned(qtbot: QtBot, sample: Path, accepted: bool) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        assert dialog.findChild(Thumbnail) is not None
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(sample))  # type: ignore[union-attr]
        if accepted:
            dialog.accept()
        else:
            dialog.reject()

    QTimer.singleShot(200, answer)
    name = choose_photo(holder, "Open", str(sample.parent), "Photos (*.jpg)")
    assert name == (str(sample) if accepted else "")
