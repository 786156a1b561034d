"""The dialog for batches, and the process that makes them."""

import shlex
import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine
from gui.document.document import Document, Model
from gui.document.photo import read_photo
from gui.export.export_dialog import ExportDialog
from gui.window.main_window import MainWindow

WAIT = 240_000


@pytest.fixture(autouse=True)
def own_places() -> None:
    QStandardPaths.setTestModeEnabled(True)


@pytest.fixture
def document(document: Document, model: Path) -> Document:
    document.set_model(Model(model, "small", "cpu"))
    return document


@pytest.fixture
def dialog(qtbot: QtBot, document: Document, tmp_path: Path) -> ExportDialog:
    dialog = ExportDialog(document)
    qtbot.addWidget(dialog, before_close_func=lambda _: dialog.process.end())
    dialog.form.folder.setText(str(tmp_path / "out"))
    dialog.open_for()
    return dialog


def run(qtbot: QtBot, dialog: ExportDialog) -> None:
    """Click Export and wait for the end."""
    with qtbot.waitSignal(dialog.process.ended, timeout=WAIT):
        dialog.start.click()


def sweep(dialog: ExportDialog, steps: int = 3) -> None:
    dialog.form.sweeps.set("yaw", -20, 20, steps)
    dialog.refresh()


def made(dialog: ExportDialog) -> int:
    progress = dialog.process.progress
    return 0 if progress is None else progress.done


def test_the_open_photo_is_there_and_its_name_is_shown(dialog: ExportDialog) -> None:
    assert [path.name for path in dialog.form.sources.paths] == ["sample.jpg"]
    assert dialog.form.name_field.label.text() == "sample-reposed.png"
    assert dialog.start.isEnabled()
    sweep(dialog, 5)
    names = dialog.form.name_field.label.text().splitlines()
    assert names == ["sample-yaw-20.png", "sample-yaw-10.png", "…", "sample-yaw20.png"]
    assert dialog.summary.text() == "5 pictures"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{person}", "no {person}"),
        ("{source", "brace"),
        ("{source:>4}", "without anything else"),
        ("same", "would both be called same.png"),
        ("../{yaw}", "leaves the output folder"),
        ("a:{yaw}", "cannot hold"),
    ],
)
def test_a_bad_name_is_refused_where_it_is_typed(
    qtbot: QtBot, dialog: ExportDialog, name: str, words: str
) -> None:
    sweep(dialog)
    QTest.keyClicks(dialog.form.name, name)
    qtbot.waitUntil(lambda: bool(dialog.form.name_field.problem), timeout=WAIT)
    assert words in dialog.form.name_field.problem
    assert not dialog.start.isEnabled()
    assert not dialog.copy.isEnabled()
    dialog.form.name.setText("{source}/{number}")
    qtbot.waitUntil(dialog.start.isEnabled, timeout=WAIT)
    assert dialog.form.name_field.label.text().startswith("sample/1.png")


def test_what_is_missing_is_said(qtbot: QtBot, dialog: ExportDialog) -> None:
    dialog.form.folder.clear()
    qtbot.waitUntil(lambda: "folder" in dialog.summary.text(), timeout=WAIT)
    dialog.form.folder.setText("x")
    dialog.form.sources.list.selectAll()
    QTest.keyClick(dialog.form.sources.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "at least one photo" in dialog.summary.text(), timeout=WAIT)
    assert not dialog.start.isEnabled()
    dialog.form.sweeps.set("roll", 5, 5, 3)
    qtbot.waitUntil(lambda: "Roll" in dialog.summary.text(), timeout=WAIT)


def test_other_problems_are_not_said_at_the_name(dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "names").mkdir()
    dialog.form.sources.add([tmp_path / "names"])
    dialog.refresh()
    assert "names" in dialog.summary.text()
    assert dialog.form.name_field.problem == ""


def test_a_second_angle_makes_a_sweep_and_one_step_one_angle(dialog: ExportDialog) -> None:
    first, last, steps = dialog.form.sweeps.rows["yaw"]
    first.setValue(-30)
    assert dialog.form.sweeps.angles("yaw") == (-30.0,)
    last.setValue(30)
    assert dialog.form.sweeps.angles("yaw") == (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0)
    steps.setValue(1)
    assert dialog.form.sweeps.angles("yaw") == (-30.0,)
    assert last.value() == -30


def test_an_animation_has_its_frame_rate(dialog: ExportDialog) -> None:
    form = dialog.form
    assert form.fps.isHidden()
    form.animation.setCurrentIndex(form.animation.findData(".mp4"))
    assert not form.fps.isHidden()
    form.fps.setValue(25)
    dialog.refresh()
    assert dialog._batch is not None
    assert dialog._batch.fps == 25


def test_a_batch_is_made_in_another_process_and_shown(
    qtbot: QtBot, dialog: ExportDialog, document: Document, no_face: Path, tmp_path: Path
) -> None:
    document.turn(10, 0, 0)
    meadow = Path(shutil.copy(no_face, tmp_path / "meadow.png"))
    dialog.form.edited_pose.setChecked(True)
    dialog.form.sources.add([meadow])
    dialog.form.sheet.setChecked(True)
    dialog.form.animation.setCurrentIndex(1)
    sweep(dialog)
    shown: list[int] = []
    dialog.process.progressed.connect(lambda progress: shown.append(progress.finished))
    run(qtbot, dialog)
    out = tmp_path / "out"
    names = sorted(path.name for path in out.iterdir())
    assert [name for name in names if name.endswith("0.png")] == [
        "sample-edited-yaw-20.png",
        "sample-edited-yaw0.png",
        "sample-edited-yaw20.png",
    ]
    assert {"contact-sheet.png", "report.csv", "sweep-sample.gif"} <= set(names)
    assert shown[-1] == 6
    text = dialog.view.text.text()
    assert "3 pictures made · 3 failed" in text
    assert "sweep-meadow.gif was not made" in text
    assert dialog.view.failures.count() == 1
    failure = dialog.view.failures.item(0).text()
    assert "No face was found" in failure
    assert "(3 times)" in failure
    assert dialog.retry.isVisible()
    assert dialog.report.isVisible()
    # What failed is done again once its reason is gone, and nothing else.
    before = (out / "sample-edited-yaw0.png").stat().st_mtime_ns
    meadow.write_bytes(engine.resource("sample.jpg").read_bytes())
    with qtbot.waitSignal(dialog.process.ended, timeout=WAIT):
        dialog.retry.click()
    assert "3 pictures made" in dialog.view.text.text()
    assert (out / "meadow-edited-yaw0.png").exists()
    assert (out / "sample-edited-yaw0.png").stat().st_mtime_ns == before
    assert not dialog.retry.isVisible()


def test_cancelling_keeps_what_is_made_and_goes_on_there(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    sweep(dialog, 90)
    dialog.start.click()
    assert not dialog.form.isEnabled()
    qtbot.waitUntil(lambda: made(dialog) > 0, timeout=WAIT)
    with qtbot.waitSignal(dialog.process.ended, timeout=WAIT) as ended:
        dialog.cancel.click()
    assert ended.args[0].stopped
    assert "stopped" in dialog.view.text.text()
    before = len(list((tmp_path / "out").glob("*.png")))
    assert 0 < before < 90
    assert not list((tmp_path / "out").glob(".*"))
    run(qtbot, dialog)
    assert f"{before} existed already" in dialog.view.text.text()
    assert len(list((tmp_path / "out").glob("*.png"))) == 90


def test_an_export_that_cannot_begin_says_why(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    dialog.form.folder.setText(str(tmp_path / "file"))
    dialog.refresh()
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as failed:
        dialog.start.click()
    assert "cannot be written" in failed.args[0]
    assert "cannot be written" in dialog.view.text.text()
    assert dialog.start.isEnabled()


def test_a_process_that_dies_says_so(qtbot: QtBot, dialog: ExportDialog) -> None:
    sweep(dialog, 90)
    with qtbot.waitSignal(dialog.process.progressed, timeout=WAIT):
        dialog.start.click()
    assert dialog.process._process is not None
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as failed:
        dialog.process._process.kill()
    assert "aborted" in failed.args[0]
    assert dialog.start.isEnabled()


def test_a_python_that_cannot_be_started_says_so(
    qtbot: QtBot, dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with qtbot.waitSignal(dialog.failed, timeout=WAIT) as failed:
        dialog.start.click()
    assert "could not be started" in failed.args[0]


def test_the_command_says_the_same(dialog: ExportDialog, tmp_path: Path) -> None:
    sweep(dialog)
    dialog.form.format.setCurrentIndex(1)
    assert dialog.form.quality.isVisible()
    dialog.refresh()
    dialog.copy.click()
    command = QGuiApplication.clipboard().text()
    assert command.startswith("python main.py repose ")
    for words in ("sample.jpg", "--yaw=-20:20:3", "--format jpg", "--quality 90", "--out "):
        assert words in command


def test_the_sheet_can_show_only_the_faces(dialog: ExportDialog) -> None:
    form = dialog.form
    assert not form.sheet_faces.isVisible()
    form.sheet.setChecked(True)
    assert form.sheet_faces.isVisible()
    form.sheet_faces.setChecked(True)
    dialog.refresh()
    assert dialog._batch is not None
    assert dialog._batch.sheet_faces
    form.sheet.setChecked(False)
    dialog.refresh()
    assert not dialog._batch.sheet_faces


def test_named_poses_are_offered(qtbot: QtBot, window: MainWindow) -> None:
    window.files.export_batch()
    dialog = window.files.export
    assert dialog is not None
    smile = next(action for action in dialog.form.named.actions() if action.text() == "Smile")
    smile.trigger()
    smile.trigger()
    assert [path.name for path in dialog.form.targets.paths] == ["07-smile.json"]
    assert dialog.form.targets.list.item(0).text() == "Smile"
    dialog.refresh()
    assert dialog._batch is not None
    assert dialog._batch.poses == dialog.form.targets.paths
    dialog.close()


def test_the_faces_of_a_photo_are_chosen(dialog: ExportDialog) -> None:
    form = dialog.form
    assert (form.faces.currentData(), form.numbers.isVisible()) == ("1", False)

    def face() -> str:
        dialog.refresh()
        assert dialog._batch is not None
        return dialog._batch.face

    form.faces.setCurrentIndex(form.faces.findData("all"))
    assert face() == "all"
    form.faces.setCurrentIndex(form.faces.findData(""))
    assert form.numbers.isVisible()
    form.numbers.setText("2, 1")
    assert face() == "2, 1"
    form.view.setCurrentIndex(form.view.findData("face"))
    dialog.refresh()
    assert "choose one" in dialog.summary.text()
    form.numbers.setText("0")
    dialog.refresh()
    assert "counted from 1" in dialog.summary.text()
    assert not dialog.start.isEnabled()


def test_the_open_face_is_the_one_of_a_batch(
    qtbot: QtBot, document: Document, two_faces: Path
) -> None:
    document.set_photo(read_photo(two_faces))
    document.choose_face(1)
    dialog = ExportDialog(document)
    qtbot.addWidget(dialog)
    dialog.open_for()
    assert dialog._batch is not None
    assert dialog._batch.face == "2"


def test_a_batch_that_changes_nothing_is_told(dialog: ExportDialog) -> None:
    assert dialog.summary.text().startswith("1 picture, as it is")
    sweep(dialog)
    assert dialog.summary.text() == "3 pictures"


def test_layers_are_a_format(dialog: ExportDialog) -> None:
    form = dialog.form
    form.format.setCurrentIndex(form.format.findData("ora"))
    dialog.refresh()
    assert form.name_field.label.text() == "sample-reposed.ora"
    form.view.setCurrentIndex(form.view.findData("layer"))
    dialog.refresh()
    assert not dialog.start.isEnabled()
    assert "only the whole photo has" in dialog.summary.text()


def test_lists_take_files_once_and_folders(dialog: ExportDialog, sample: Path) -> None:
    sources = dialog.form.sources
    sources.add([sample, sample.parent, sample.parent / "." / sample.name])
    assert sources.paths == (sample.absolute(), sample.parent.absolute())
    assert sources.list.item(1).text() == "resources/ (all files)"


def test_folders_of_poses_and_of_photos_are_told_apart(
    dialog: ExportDialog, document: Document, sample: Path, tmp_path: Path
) -> None:
    assert document.landmarks is not None
    (tmp_path / "poses").mkdir()
    engine.write_pose(tmp_path / "poses" / "a.pts", document.landmarks, (512, 512))
    dialog.form.targets.add([tmp_path / "poses", sample])
    batch = dialog.form.batch(Path("edited.json"), Path("masks"), None, "cpu")
    assert batch.poses == (tmp_path / "poses",)
    assert batch.targets == (sample.absolute(),)


def test_copying_a_command_leaves_a_running_export_alone(
    qtbot: QtBot, dialog: ExportDialog, document: Document
) -> None:
    """What a running export reads is changed neither by the dialog nor by another editor."""
    document.set_keep(engine.KeepMask.nothing((512, 512)).painted([(210, 110)], 30), "Paint")
    document.turn(10, 0, 0)
    dialog.form.edited_pose.setChecked(True)
    dialog.form.kept.setChecked(True)
    sweep(dialog, 90)
    with qtbot.waitSignal(dialog.process.progressed, timeout=WAIT):
        dialog.start.click()
    running = contents(engine.data_folder("export"))
    assert {path.name for path in running} == {"batch.json", "edited.json", "sample.png"}
    document.turn(20, 0, 0)
    document.set_keep(engine.KeepMask.nothing((512, 512)).painted([(90, 90)], 60), "Paint")
    dialog.copy.click()
    assert dialog.process.running
    other = ExportDialog(document)
    qtbot.addWidget(other, before_close_func=lambda _: other.process.end())
    other.form.folder.setText(dialog.form.folder.text())
    other.open_for()
    with qtbot.waitSignal(other.process.progressed, timeout=WAIT):
        other.start.click()
    after = contents(engine.data_folder("export"))
    assert {path: after[path] for path in running} == running
    words = shlex.split(QGuiApplication.clipboard().text())
    copied = Path(words[words.index("--pose") + 1])
    assert copied in after
    assert copied not in running


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_painted_in_the_editor_is_kept_in_its_photo(
    qtbot: QtBot, dialog: ExportDialog, document: Document, two_faces: Path, tmp_path: Path
) -> None:
    assert not dialog.form.kept.isEnabled()
    keep = engine.KeepMask.nothing((512, 512)).painted([(210, 110)], 30)
    document.set_keep(keep, "Paint")
    assert dialog.form.kept.isEnabled()
    dialog.form.kept.setChecked(True)
    dialog.form.sources.add([two_faces])
    dialog.form.sweeps.set("yaw", 20, 20, 1)
    dialog.refresh()
    run(qtbot, dialog)
    assert made(dialog) == 2
    made_photo = engine.read_photo(tmp_path / "out" / "sample-reposed.png")
    own = engine.read_photo(engine.resource("sample.jpg"))
    share = keep.window(0, 0, 512, 512)
    assert (made_photo[share == 1] == own[share == 1]).all()
    assert (made_photo != own).any()
    document.undo_stack.undo()
    assert not dialog.form.kept.isChecked()
