"""Garbage that is Qt's is deleted in the window's thread."""

import gc
from collections.abc import Iterator
from threading import Thread, current_thread
from weakref import finalize

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.window.garbage import Garbage


@pytest.fixture
def garbage(qapp: QObject) -> Iterator[Garbage]:
    garbage = Garbage(qapp)
    yield garbage
    garbage.deleteLater()
    gc.unfreeze()


def drop_cycles(count: int, collected_in: list[Thread]) -> None:
    for _ in range(count):
        item = QObject()
        item.me = item  # type: ignore[attr-defined]
        finalize(item, lambda: collected_in.append(current_thread()))


def test_cycles_of_other_threads_are_collected_in_this_one(qtbot: QtBot, garbage: Garbage) -> None:
    collected_in: list[Thread] = []
    worker = Thread(target=drop_cycles, args=(3000, collected_in))
    worker.start()
    worker.join()
    assert not collected_in
    qtbot.waitUntil(lambda: len(collected_in) == 3000, timeout=20_000)
    assert set(collected_in) == {current_thread()}
