"""The predict worker with a small random model: what is dropped, what never is."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Model
from gui.document.photo import Photo
from gui.workers.predict_worker import PredictWorker, Request, Update


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[PredictWorker]:
    worker = PredictWorker()
    worker.start()
    yield worker
    worker.stop()


class Gate:
    """Holds the worker's thread until it is opened."""

    def __init__(self, worker: PredictWorker) -> None:
        self._open = threading.Event()
        self._entered = threading.Event()
        worker._enqueue(self._wait, changes_picture=False)
        assert self._entered.wait(120)

    def _wait(self) -> None:
        self._entered.set()
        assert self._open.wait(120)

    def open(self) -> None:
        self._open.set()


def load(qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo) -> engine.Landmarks:
    landmarks = opened.faces[0].landmarks
    with qtbot.waitSignal(worker.model_loaded, timeout=120_000) as blocker:
        worker.load_model(model, "cpu")
        worker.set_source(opened.pixels, landmarks)
    assert blocker.args is not None
    loaded = blocker.args[0]
    assert isinstance(loaded, Model)
    assert (loaded.path, loaded.device) == (model, "cpu")
    return landmarks


def test_a_pose_becomes_pictures(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    with qtbot.waitSignal(worker.updated, timeout=120_000) as blocker:
        worker.request(Request(pose, heatmaps=True, mask=True))
    assert blocker.args is not None
    update = blocker.args[0]
    assert isinstance(update, Update)
    size = update.prediction.refined.shape[0]
    assert update.prediction.refined.shape == update.prediction.coarse.shape == (size, size, 3)
    assert update.heatmaps is not None
    assert update.heatmaps.shape == (size, size)
    assert update.mask is not None
    assert set(np.unique(update.mask)) <= {0.0, 1.0}
    assert update.milliseconds > 0
    # The crop holds the face.
    left, top, side = update.crop
    inside = (pose >= (left, top)) & (pose <= (left + side, top + side))
    assert inside.all()


def test_waiting_poses_are_overwritten_by_the_newest(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    gate, updates = Gate(worker), QSignalSpy(worker.updated)
    for step in range(50):
        worker.request(Request(pose + np.float32(step), heatmaps=True))
    with qtbot.waitSignal(worker.updated, timeout=120_000):
        gate.open()
    with qtbot.waitSignal(worker.updated, timeout=120_000):
        worker.request(Request(pose + np.float32(49), heatmaps=True))
    assert updates.count() == 2
    first, second = (updates.at(index)[0] for index in range(2))
    np.testing.assert_array_equal(first.heatmaps, second.heatmaps)


def test_each_asker_has_its_own_slot_and_they_take_turns(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    gate, played = Gate(worker), QSignalSpy(worker.played)
    for token in range(3):
        worker.play("one", ("one", token), pose)
        worker.play("other", ("other", token), pose)
    gate.open()
    qtbot.waitUntil(lambda: played.count() == 2, timeout=120_000)
    assert [played.at(index)[0] for index in range(2)] == [("one", 2), ("other", 2)]
    # One that asks again at once does not overtake the other.
    gate = Gate(worker)
    worker.play("other", "first", pose)
    worker.play("one", "second", pose)
    worker.play("other", "third", pose)
    gate.open()
    qtbot.waitUntil(lambda: played.count() == 4, timeout=120_000)
    assert [played.at(index)[0] for index in (2, 3)] == ["third", "second"]


def test_a_picture_of_the_source_before_is_dropped(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    gate, updates = Gate(worker), QSignalSpy(worker.updated)
    worker.request(Request(pose))
    worker.set_source(opened.pixels, pose + np.float32(20))
    with qtbot.waitSignal(worker.updated, timeout=120_000) as blocker:
        worker.request(Request(pose + np.float32(20)))
        gate.open()
    assert updates.count() == 1
    assert blocker.args is not None
    assert blocker.args[0].crop[0] > 20


def test_a_picture_that_comes_after_the_source_changed_is_dropped(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    updates, done = QSignalSpy(worker.updated), threading.Event()
    worker._predicted.connect(done.set, Qt.ConnectionType.DirectConnection)
    worker.request(Request(pose))
    assert done.wait(120)  # the picture is on its way from the thread to here
    worker.clear_source()
    qtbot.wait(50)
    assert updates.count() == 0


@pytest.mark.parametrize("bad", [b"", b"\x80\x04K\x01.", b"no model at all" * 100])
def test_the_model_before_stays_when_another_cannot_be_read(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo, tmp_path: Path, bad: bytes
) -> None:
    pose = load(qtbot, worker, model, opened)
    path = tmp_path / "bad.safetensors"
    path.write_bytes(bad)
    with qtbot.waitSignal(worker.failed, timeout=120_000) as blocker:
        worker.load_model(path, "cpu")
    assert blocker.args is not None
    assert "bad.safetensors" in blocker.args[0]
    with qtbot.waitSignal(worker.updated, timeout=120_000):
        worker.request(Request(pose))


def test_an_error_while_predicting_is_shown_and_the_thread_lives_on(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo
) -> None:
    pose = load(qtbot, worker, model, opened)
    with qtbot.waitSignal(worker.failed, timeout=120_000):
        worker.request(Request(np.full((68, 2), np.nan, np.float32)))
    with qtbot.waitSignal(worker.updated, timeout=120_000):
        worker.request(Request(pose))


def test_saving_writes_the_whole_photo(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo, tmp_path: Path
) -> None:
    pose = load(qtbot, worker, model, opened)
    path = tmp_path / "out.png"
    with qtbot.waitSignal(worker.saved, timeout=120_000) as blocker:
        worker.save(path, pose + np.float32(2), "token")
    assert blocker.args == [path, "token"]
    saved = engine.read_photo(path)
    assert saved.shape == opened.pixels.shape
    assert (saved != opened.pixels).any()
    np.testing.assert_array_equal(saved[-8:], opened.pixels[-8:])


def test_a_save_is_of_the_source_it_was_asked_for(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo, tmp_path: Path
) -> None:
    pose = load(qtbot, worker, model, opened)
    gate = Gate(worker)
    with qtbot.waitSignal(worker.saved, timeout=120_000):
        worker.save(tmp_path / "out.png", pose, None)
        worker.clear_source()
        gate.open()
    assert (tmp_path / "out.png").exists()


def test_a_save_that_fails_says_so(
    qtbot: QtBot, worker: PredictWorker, model: Path, opened: Photo, tmp_path: Path
) -> None:
    pose = load(qtbot, worker, model, opened)
    (tmp_path / "file").write_text("not a folder")
    with qtbot.waitSignal(worker.failed, timeout=120_000) as blocker:
        worker.save(tmp_path / "file" / "out.png", pose, None)
    assert blocker.args is not None
    assert "cannot be written" in blocker.args[0]


def test_updates_go_on_while_a_photo_is_written(
    qtbot: QtBot,
    worker: PredictWorker,
    model: Path,
    opened: Photo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pose = load(qtbot, worker, model, opened)
    entered, opening = threading.Event(), threading.Event()
    write = engine.write_view

    def slowly(*args: Any, **kwargs: Any) -> None:
        entered.set()
        assert opening.wait(120)
        write(*args, **kwargs)

    monkeypatch.setattr(engine, "write_view", slowly)
    worker.save(tmp_path / "out.png", pose, None)
    assert entered.wait(120)
    with qtbot.waitSignal(worker.updated, timeout=120_000):
        worker.request(Request(pose))
    with qtbot.waitSignal(worker.saved, timeout=120_000):
        opening.set()


def test_stopping_finishes_a_save(qtbot: QtBot, model: Path, opened: Photo, tmp_path: Path) -> None:
    worker = PredictWorker()
    worker.start()
    pose = load(qtbot, worker, model, opened)
    worker.save(tmp_path / "out.png", pose, None)
    worker.stop()
    assert (tmp_path / "out.png").exists()


def test_nothing_to_save_is_said(
    qtbot: QtBot, worker: PredictWorker, opened: Photo, tmp_path: Path
) -> None:
    with qtbot.waitSignal(worker.failed, timeout=120_000):
        worker.save(tmp_path / "out.png", opened.faces[0].landmarks, None)
    assert not (tmp_path / "out.png").exists()
