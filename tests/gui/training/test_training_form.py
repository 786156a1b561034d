"""What the forms make of what is typed into them."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

import engine
from engine.training.training import read_arguments
from gui.document.document import Document
from gui.document.photo import read_photo
from gui.training.personalise import PersonaliseDialog
from gui.training.run_watcher import free_folder
from gui.training.training_form import TrainingForm
from gui.workers.background import Background
from gui.workers.train_process import RunPlan

WAIT = 120_000


@pytest.fixture(autouse=True)
def own_runs(own_settings: None, tmp_path: Path) -> None:
    QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Repose", "Repose").setValue(
        "training/folder", str(tmp_path / "runs")
    )


@pytest.fixture
def background() -> Iterator[Background]:
    background = Background()
    yield background
    background.stop()


@pytest.fixture
def form(qtbot: QtBot, background: Background) -> TrainingForm:
    form = TrainingForm(background)
    qtbot.addWidget(form)
    form.show()
    return form


def name_data(qtbot: QtBot, form: TrainingForm, folder: Path) -> None:
    form.data.rows[0].folder.setText(str(folder))
    with qtbot.waitSignal(form.data.counted, timeout=WAIT):
        pass


def type_over(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)


def plan_of(qtbot: QtBot, form: TrainingForm) -> RunPlan:
    """The plan, once the folders have been listed."""
    qtbot.waitUntil(form.start.isEnabled, timeout=WAIT)
    plan = form.plan()
    assert plan is not None
    return plan


def number(form: TrainingForm, name: str) -> QLineEdit:
    return cast(QLineEdit, form.numbers[name].field)


def test_an_empty_form_says_what_is_missing(form: TrainingForm) -> None:
    assert form.problem.text() == "Name a folder of pictures."
    assert not form.start.isEnabled()
    assert not form.copy.isEnabled()
    assert form.plan() is None


def test_it_says_how_much_there_is_and_guesses_the_layout(
    qtbot: QtBot, form: TrainingForm, people: Path, tmp_path: Path
) -> None:
    name_data(qtbot, form, people)
    row = form.data.rows[0]
    assert row.checked.label.text() == "5 people, 15 pictures, 30 pairs"
    assert row.layout_box.currentData() == "fei"
    plan = plan_of(qtbot, form)
    assert plan.config.data.folders == (f"{people}:fei",)
    assert plan.folder == tmp_path / "runs" / "people"
    row.layout_box.setCurrentIndex(row.layout_box.findData("people"))
    row.layout_box.activated.emit(0)
    with qtbot.waitSignal(form.data.counted, timeout=WAIT):
        pass
    assert "but 15 in the layout fei" in row.checked.problem
    assert not form.start.isEnabled()


def test_a_cache_has_no_layout_and_folders_add_up(
    qtbot: QtBot, form: TrainingForm, cache: Path, people: Path
) -> None:
    form.data.add(str(people))
    name_data(qtbot, form, cache)
    assert not form.data.rows[0].layout_box.isEnabled()
    assert form.data.sources == (str(cache), f"{people}:fei")
    assert form.data.total.label.text() == "In all 10 people, 30 pictures, 60 pairs"
    form.data.rows[1].dropped.emit()
    with qtbot.waitSignal(form.data.counted, timeout=WAIT):
        pass
    assert list(form.data.sources) == [str(cache)]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5"])
def test_wrong_numbers_are_refused_where_they_are_typed(
    qtbot: QtBot, form: TrainingForm, cache: Path, text: str
) -> None:
    name_data(qtbot, form, cache)
    assert form.start.isEnabled()
    field = number(form, "stage1.epochs")
    field.setText(text)
    assert form.numbers["stage1.epochs"].problem
    assert field.property("wrong")
    assert not form.start.isEnabled()
    field.setText("3")
    assert form.start.isEnabled()
    assert not field.property("wrong")


def test_a_wrong_setting_is_marked_and_a_right_one_counts(
    qtbot: QtBot, form: TrainingForm, cache: Path
) -> None:
    name_data(qtbot, form, cache)
    height, width = (
        cast(QLineEdit, form.settings.fields[f"image.{side}"]) for side in ("height", "width")
    )
    height.setText("64")
    assert "square" in form.problem.text()
    assert height.property("wrong")
    assert form.plan() is None
    width.setText("64")
    cast(QComboBox, form.settings.fields["mask.style"]).setCurrentText("landmarks")
    plan = form.plan()
    assert plan is not None
    assert (plan.config.image.height, plan.config.mask.style) == (64, "landmarks")
    assert form.all_settings.text() == "All settings (3 changed)"


def test_a_used_folder_and_a_wrong_model_are_refused(
    qtbot: QtBot, form: TrainingForm, cache: Path, tmp_path: Path, model: Path
) -> None:
    name_data(qtbot, form, cache)
    folder = form.folder.line
    type_over(folder, str(cache))
    assert "is not empty" in form.folder.problem
    type_over(folder, str(tmp_path / "new"))
    assert not form.folder.problem
    line = form.model.line
    line.setText(str(cache / "index.json"))
    assert "not a model" in form.model.checked.problem
    assert form.plan() is None
    line.setText(str(model))
    plan = plan_of(qtbot, form)
    assert plan.model == model
    assert plan.config.g1 == engine.model_config(model).g1
    assert not form.preset.isEnabled()


def test_stage_2_alone_needs_a_model(
    qtbot: QtBot, form: TrainingForm, cache: Path, model: Path
) -> None:
    name_data(qtbot, form, cache)
    form.stages.setCurrentIndex(2)
    assert "needs a model" in form.model.checked.problem
    assert not form.start.isEnabled()
    form.model.line.setText(str(model))
    assert plan_of(qtbot, form).stages == "2"


def test_the_copied_command_is_the_training_that_starts(
    qtbot: QtBot, form: TrainingForm, cache: Path, tmp_path: Path
) -> None:
    name_data(qtbot, form, cache)
    form.preset.setCurrentIndex(1)
    assert number(form, "stage2.epochs").text() == "50"
    form.stages.setCurrentIndex(1)
    number(form, "stage1.epochs").setText("7")
    number(form, "batch").setText("2")
    form.settings.changes["loss.cutoff"] = "0"
    form.refresh()
    plan = plan_of(qtbot, form)
    form.copy.click()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:3] == ["python", "main.py", "train"]
    engine.write_config(plan.folder, plan.config)
    copied, settings = read_arguments(words[3:], "train")
    started, same = read_arguments(plan.arguments(), "train")
    assert settings == same == plan.config
    assert settings.stage1.epochs == 7
    same_place = replace(started, data=copied.data, config=None, preset=copied.preset)
    assert same_place == copied


def test_names_of_runs_are_free(tmp_path: Path) -> None:
    first = free_folder("a/b: c?")
    assert first == tmp_path / "runs" / "a-b- c"
    first.mkdir(parents=True)
    assert free_folder("a/b: c?").name == "a-b- c 2"


def test_personalising_from_the_open_photo(
    qtbot: QtBot, background: Background, sample: Path, tmp_path: Path
) -> None:
    document = Document()
    document.set_photo(read_photo(sample))
    dialog = PersonaliseDialog(document, background)
    qtbot.addWidget(dialog)
    assert dialog.from_photo.isChecked()
    assert dialog.start.isEnabled()
    plan = dialog.plan()
    assert plan.run.folder == tmp_path / "runs" / "sample personal"
    assert plan.run.model == engine.resource("default.safetensors")
    assert plan.run.stages == "1"
    assert plan.run.config.data.layout == "portraits"
    assert plan.run.config.stage1.minutes == 5
    source = plan.lay_out()
    assert engine.count_source(source, plan.run.config.data).people == 1
    assert (plan.run.folder / "pictures" / "photo.pts").is_file()


def test_personalising_from_a_folder(
    qtbot: QtBot, background: Background, people: Path, tmp_path: Path, no_face: Path
) -> None:
    dialog = PersonaliseDialog(Document(), background)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.from_photo.isVisible()
    assert not dialog.start.isEnabled()
    line = cast(QLineEdit, dialog.folder.field)
    line.setText(str(no_face.parent))
    qtbot.waitUntil(lambda: "of the 4 pictures" in dialog.folder.problem, timeout=WAIT)
    assert not dialog.start.isEnabled()
    line.setText(str(people))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=WAIT)
    plan = dialog.plan()
    source = plan.lay_out()
    count = engine.count_source(source, plan.run.config.data)
    assert (count.people, count.pictures) == (1, 15)
    assert plan.run.config.data.hold_out == "pictures"


def test_the_next_form_begins_with_what_was_chosen_last(
    qtbot: QtBot, form: TrainingForm, people: Path
) -> None:
    name_data(qtbot, form, people)
    form.stages.setCurrentIndex(form.stages.findData("1"))
    number(form, "stage1.epochs").setText("7")
    plan_of(qtbot, form)
    with qtbot.waitSignal(form.started, timeout=WAIT):
        form.start.click()
    again = TrainingForm(form.data._background)
    qtbot.addWidget(again)
    assert again.stages.currentData() == "1"
    assert number(again, "stage1.epochs").text() == "7"
    assert [row.path for row in again.data.rows] == [people]
    assert again.problem.text() in ("", "The folders are being listed…")
    with qtbot.waitSignal(again.data.counted, timeout=WAIT):
        pass


def test_a_run_goes_where_the_user_says(
    form: TrainingForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, empty = tmp_path / "taken", tmp_path / "empty"
    for folder in (taken, empty):
        folder.mkdir()
    (taken / "something").mkdir()
    for chosen, path in ((empty, empty), (taken, taken / "empty")):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, c=chosen: str(c))
        form.folder._choose()
        assert form.folder.path == path
