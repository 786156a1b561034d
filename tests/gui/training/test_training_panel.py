"""The panel over runs that were written by hand, and one real training from the editor."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

import engine
from engine.config.config import Config
from engine.imaging.photos import write_photo
from engine.training.run_lock import lock_run
from gui.document.document import Document
from gui.training import run_view
from gui.training.run_watcher import RunWatcher
from gui.training.training import Training
from gui.training.training_panel import TrainingPanel
from gui.workers.train_process import NICENESS, RunPlan

WAIT = 240_000
PROGRESS = {"epochs": 2, "total": 80, "images_per_second": 12.5, "eta": 64, "elapsed": 3.2}


@pytest.fixture(autouse=True)
def runs(own_settings: None, tmp_path: Path) -> Path:
    """The folder for runs."""
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Repose", "Repose")
    settings.setValue("training/folder", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def train(runs: Path) -> Iterator[Callable[[str], Path]]:
    """Write a run that is being trained."""
    locks = []

    def start(name: str) -> Path:
        folder = write_run(runs / name)
        locks.append(lock_run(folder))
        return folder

    yield start
    for lock in locks:
        lock.release()


def write_run(folder: Path) -> Path:
    """A run that has begun."""
    engine.write_config(folder, engine.PRESETS["default"])
    engine.note_process(folder, 2**30)
    tell(folder, "stage1", epoch=1, images=40, loss_g1=0.5, **PROGRESS)
    return folder


def tell(folder: Path, kind: str, **values: Any) -> None:
    line = json.dumps({"event": kind, "time": time.time() + 1, **values})
    with (folder / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def panel_of(qtbot: QtBot, watcher: RunWatcher) -> TrainingPanel:
    watcher.start()
    panel = TrainingPanel(watcher, lambda: None, lambda: None)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def rows(panel: TrainingPanel) -> list[list[str]]:
    items = [panel.list.topLevelItem(row) for row in range(panel.list.topLevelItemCount())]
    return [[item.text(column) for column in range(3)] for item in items if item]


def test_without_runs_it_says_what_a_training_is(qtbot: QtBot) -> None:
    panel = panel_of(qtbot, RunWatcher())
    assert panel.empty.isVisible()
    assert not panel.list.isVisible()
    assert not panel.view.isVisible()


def test_runs_are_listed_with_state_and_best_score(
    qtbot: QtBot, runs: Path, tmp_path: Path, train: Callable[[str], Path]
) -> None:
    write_run(runs / "crashed")
    tell(runs / "crashed", "held_out", stage=1, epoch=1, ssim=0.71, l1=0.1, best=True)
    done = write_run(tmp_path / "elsewhere")
    tell(done, "finished", elapsed=3)
    running = train("running")
    watcher = RunWatcher()
    watcher.add(done)
    panel = panel_of(qtbot, watcher)
    assert sorted(rows(panel)) == [
        ["crashed", "crashed", "0.7100"],
        ["elsewhere", "finished", ""],
        ["running", "stage 1, 50%", ""],
    ]
    tell(running, "stage1", epoch=2, images=60, loss_g1=0.4, **PROGRESS)
    watcher.look()
    assert ["running", "stage 1, 75%", ""] in rows(panel)
    again = RunWatcher()
    again.start()
    assert {run.folder.name for run in again.runs} == {"crashed", "elsewhere", "running"}
    again.remove(next(run for run in again.runs if run.folder == done))
    assert done.is_dir()
    third = RunWatcher()
    third.start()
    assert {run.folder.name for run in third.runs} == {"crashed", "running"}


def test_what_is_asked_lies_in_the_folder(qtbot: QtBot, train: Callable[[str], Path]) -> None:
    folder, watcher = train("run"), RunWatcher()
    panel = panel_of(qtbot, watcher)
    view = panel.view
    assert "Stage 1, epoch 1 of 2 · 12.5 images/s · 0:03 so far" in view.line.text()
    assert "1:04 left in this stage" in view.line.text()
    assert view.pause.isVisible()
    assert not view.go_on.isVisible()
    view.pause.click()
    assert (folder / "pause").exists()
    assert "Pausing" in view.line.text()
    tell(folder, "paused")
    watcher.look()
    assert not view.pause.isVisible()
    view.go_on.click()
    assert not (folder / "pause").exists()
    view._after_epoch.trigger()
    assert (folder / "stop").read_text() == "epoch"
    assert "Stops after this epoch." in view.line.text()
    view._save.trigger()
    assert (folder / "save").exists()


def test_a_crash_shows_the_log_and_can_be_resumed(
    qtbot: QtBot, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_run(runs / "run")
    (folder / "log.txt").write_text("stage1 epoch 1/2\nRuntimeError: lightning\n")
    (folder / "state.safetensors").touch()
    panel = panel_of(qtbot, RunWatcher())
    view = panel.view
    assert "without an error message" in view.note.text()
    assert "RuntimeError: lightning" in view.log.toPlainText()
    resumed: list[Path] = []
    monkeypatch.setattr(run_view, "resume", lambda run: resumed.append(run.folder))
    view.go_on.click()
    assert resumed == [folder]
    view._copy()
    assert QGuiApplication.clipboard().text().endswith(f"--run {folder} --resume")


def test_a_failure_is_a_sentence(qtbot: QtBot, runs: Path) -> None:
    tell(write_run(runs / "run"), "failed", error="The disk is full.")
    panel = panel_of(qtbot, RunWatcher())
    view = panel.view
    assert view.note.text() == "The disk is full."
    assert not view.go_on.isEnabled()


def test_curves_grow_and_samples_follow_the_newest(qtbot: QtBot, runs: Path) -> None:
    folder, watcher = write_run(runs / "run"), RunWatcher()
    picture = np.zeros((3 * 256, 4 * 256, 3), np.uint8)
    for epoch in (0, 1):
        write_photo(folder / "samples" / f"stage1-{epoch:04}.png", picture)
    tell(folder, "held_out", stage=1, epoch=1, ssim=0.71, l1=0.1, best=True)
    panel = panel_of(qtbot, watcher)
    view = panel.view
    plots, samples = view.plots.plots, view.samples
    assert (plots["loss_g1"].shown, plots["ssim"].shown, plots["loss_d"].shown) == (1, 1, 0)
    assert plots["loss_g1"].isVisible()
    assert not plots["loss_d"].isVisible()
    assert samples.label.text() == "stage 1, epoch 1"
    write_photo(folder / "samples" / "stage2-0001.png", np.zeros((4 * 256, 1024, 3), np.uint8))
    tell(folder, "stage2", epoch=1, images=80, loss_d=1.3, loss_g2=20.0, **PROGRESS)
    watcher.look()
    assert plots["loss_d"].isVisible()
    assert samples.label.text() == "stage 2, epoch 1"
    assert samples.view._rows == 4
    samples.slider.setValue(0)
    assert samples.label.text() == "stage 1, before training"
    tell(folder, "stage2", epoch=2, images=80, loss_d=1.2, loss_g2=19.0, **PROGRESS)
    write_photo(folder / "samples" / "stage2-0002.png", picture)
    watcher.look()
    assert samples.label.text() == "stage 1, before training"  # the user looks at the past


def test_a_folder_that_is_gone_leaves_the_list(qtbot: QtBot, runs: Path) -> None:
    folder, watcher = write_run(runs / "run"), RunWatcher()
    panel = panel_of(qtbot, watcher)
    folder.rename(runs / "other")
    watcher.look()
    assert rows(panel) == []
    assert panel.empty.isVisible()
    assert not panel.view.isVisible()


def test_a_model_is_chosen_with_one_click(qtbot: QtBot, runs: Path) -> None:
    folder, watcher = write_run(runs / "run"), RunWatcher()
    panel = panel_of(qtbot, watcher)
    assert not panel.view.best.isEnabled()
    (folder / "best.safetensors").touch()
    panel.view.refresh()
    chosen: list[Path] = []
    panel.model_chosen.connect(chosen.append)
    panel.view.best.click()
    assert chosen == [folder / "best.safetensors"]


@pytest.fixture
def training(qtbot: QtBot) -> Iterator[Training]:
    window = QMainWindow()
    qtbot.addWidget(window)
    training = Training(Document(window), window)
    window.show()
    training.start()
    yield training
    training.stop()
    for run in training.watcher.runs:  # of a test that failed
        run.update()
        if run.status.alive:
            psutil.Process(run.process()["pid"]).kill()


def test_a_training_outlives_its_window_and_goes_on(
    qtbot: QtBot, training: Training, runs: Path, small_config: Config, cache: Path
) -> None:
    stage = replace(small_config.stage1, epochs=2000, batch=4)
    data = replace(small_config.data, folders=(str(cache),))
    config = replace(small_config, stage1=stage, data=data)
    plan = RunPlan(runs / "real", config, stages="1", device="cpu")
    training._start(plan)
    state, watcher = training.state, training.watcher

    def status() -> engine.RunStatus:
        watcher.look()
        return watcher.runs[0].status

    qtbot.waitUntil(lambda: bool(watcher.runs), timeout=WAIT)
    assert training.dock.isVisible()
    qtbot.waitUntil(lambda: status().state == "running" and bool(status().phase), timeout=WAIT)
    assert state.text() == "training real"
    pid = watcher.runs[0].process()["pid"]
    if sys.platform != "win32":
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, own + NICENESS)

    # Another window finds it.
    other = RunWatcher()
    other.start()
    assert [run.status.state for run in other.runs] == ["running"]

    run = watcher.runs[0]
    run.ask("pause")
    qtbot.waitUntil(lambda: status().state == "paused", timeout=WAIT)
    run.go_on()
    qtbot.waitUntil(lambda: status().state == "running", timeout=WAIT)
    run.ask("stop now")
    qtbot.waitUntil(lambda: status().state == "stopped", timeout=WAIT)
    assert "last" in run.models
    assert training.panel is not None
    training.panel.view.show_run(run)
    training.panel.view.go_on.click()
    qtbot.waitUntil(lambda: status().state == "running", timeout=WAIT)
    run.ask("stop now")
    qtbot.waitUntil(lambda: status().state == "stopped", timeout=WAIT)


def test_a_training_that_cannot_begin_says_why(
    qtbot: QtBot, training: Training, runs: Path, tmp_path: Path
) -> None:
    default = engine.PRESETS["default"]
    data = replace(default.data, folders=(str(tmp_path / "nothing"),))
    training._start(RunPlan(runs / "bad", replace(default, data=data)))
    watcher = training.watcher
    qtbot.waitUntil(lambda: bool(watcher.runs), timeout=WAIT)
    qtbot.waitUntil(lambda: watcher.runs[0].status.state == "failed", timeout=WAIT)
    assert "nothing" in watcher.runs[0].status.error
    sentences: list[str] = []
    training.failed.connect(sentences.append)
    training._start(RunPlan(runs / "bad", default))
    qtbot.waitUntil(lambda: bool(sentences), timeout=WAIT)
    assert "holds something already" in sentences[0]
