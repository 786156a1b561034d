"""Starting the editor."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread, current_thread
from weakref import finalize

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.window.app import GarbageCollection, forget_other_qt, run, show_unexpected_errors
from gui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def plain_style(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    yield
    qapp.setStyleSheet("")


def test_run_shows_the_window_and_then_starts_it(
    qapp: QApplication, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[object, ...]] = []

    def start(window: MainWindow, *arguments: object) -> None:
        started.append((window.isVisible(), *arguments))
        window.close()

    monkeypatch.setattr(MainWindow, "start", start)
    assert run(sample, None, "cpu") == 0
    assert started == [(True, sample, None)]
    assert len(qapp.styleSheet()) > 100


def test_the_qt_of_opencv_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/site-packages/cv2/qt/plugins")
    monkeypatch.setenv("QT_QPA_FONTDIR", "/usr/share/fonts")
    forget_other_qt()
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in os.environ
    assert os.environ["QT_QPA_FONTDIR"] == "/usr/share/fonts"


def test_an_unforeseen_error_is_a_dialog(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    window = MainWindow("cpu")
    qtbot.addWidget(window)
    show_unexpected_errors(window)
    error = ZeroDivisionError("by zero")
    sys.excepthook(ZeroDivisionError, error, None)
    assert window._error is not None
    assert "ZeroDivisionError: by zero" in window._error.text()
    assert "Unexpected error" in caplog.text
    window._error.close()


@pytest.fixture
def garbage(qapp: QObject) -> Iterator[GarbageCollection]:
    garbage = GarbageCollection(qapp)
    yield garbage
    garbage.deleteLater()
    gc.unfreeze()


def drop_cycles(count: int, collected_in: list[Thread]) -> None:
    for _ in range(count):
        item = QObject()
        item.me = item  # type: ignore[attr-defined]
        finalize(item, lambda: collected_in.append(current_thread()))


def test_cycles_of_other_threads_are_collected_in_this_one(
    qtbot: QtBot, garbage: GarbageCollection
) -> None:
    collected_in: list[Thread] = []
    worker = Thread(target=drop_cycles, args=(3000, collected_in))
    worker.start()
    worker.join()
    assert not collected_in
    qtbot.waitUntil(lambda: len(collected_in) == 3000, timeout=120_000)
    assert set(collected_in) == {current_thread()}
