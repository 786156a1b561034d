"""The window that plays the poses of a video on the photo."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

import engine
from engine.imaging.photos import Photo as Pixels
from engine.imaging.photos import write_photo
from gui.document.document import Document
from gui.live import export_row, footage_reader, sequence
from gui.live.sequence import Sequences
from gui.live.sequence_dialog import SequenceDialog
from gui.workers.background import Background
from gui.workers.predict_worker import PredictWorker

WAIT = 240_000


@pytest.fixture(scope="module")
def folder(photo: Pixels, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four frames of a face that moves and grows; the third shows none."""
    folder = tmp_path_factory.mktemp("frames")
    for number, cut in enumerate((0, 8, None, 24), start=1):
        frame = np.full((240, 240, 3), 128, np.uint8)
        if cut is not None:
            frame = photo[cut : cut + 240, 104 - cut : 344 - cut]
        write_photo(folder / f"{number}.png", np.ascontiguousarray(frame))
    return folder


@pytest.fixture
def worker(qtbot: QtBot, document: Document, model: Path) -> Iterator[PredictWorker]:
    worker = PredictWorker()
    worker.start()
    worker.model_loaded.connect(document.set_model)
    with qtbot.waitSignal(worker.model_loaded, timeout=WAIT):
        worker.load_model(model, "cpu")
    assert document.photo is not None
    assert document.landmarks is not None
    worker.set_source(document.photo.pixels, document.landmarks)
    yield worker
    worker.stop()


@pytest.fixture
def sequences(qtbot: QtBot, document: Document, worker: PredictWorker) -> Iterator[Sequences]:
    window = QMainWindow()
    qtbot.addWidget(window)
    background = Background()
    sequences = Sequences(document, worker, background, window)
    yield sequences
    if sequences.dialog is not None:
        sequences.dialog.process.end()
        sequences.dialog.stop()
    background.stop()


@pytest.fixture
def dialog(qtbot: QtBot, sequences: Sequences, folder: Path) -> SequenceDialog:
    """With all frames, and the first picture shown."""
    assert sequences.takes(folder)
    sequences.open(folder)
    assert sequences.dialog is not None
    with qtbot.waitSignal(sequences.dialog.reader.ended, timeout=WAIT):
        pass
    qtbot.waitUntil(lambda: seen(sequences), timeout=WAIT)
    qtbot.waitUntil(sequences.dialog.exports.button.isEnabled, timeout=WAIT)
    return sequences.dialog


def seen(sequences: Sequences) -> bool:
    assert sequences.dialog is not None
    return sequences.dialog.form.result.image is not None


def test_frames_can_be_gone_through(qtbot: QtBot, dialog: SequenceDialog) -> None:
    form = dialog.form
    assert [frame.landmarks is not None for frame in dialog.frames] == [True, True, False, True]
    assert form.place.maximum() == 3
    assert form.time.text() == "1 of 4  ·  0.00 s"
    before = form.result.image
    form.place.setValue(2)
    qtbot.waitUntil(lambda: form.result.image is not before, timeout=WAIT)
    assert form.time.text() == "3 of 4  ·  0.08 s"
    assert not form.gap.isHidden()


def test_playing_ends_at_the_last_frame(qtbot: QtBot, dialog: SequenceDialog) -> None:
    dialog.form.play.click()
    assert dialog.playing
    assert dialog.form.play.text() == "Pause"
    qtbot.waitUntil(lambda: not dialog.playing, timeout=WAIT)
    assert dialog.index == 3
    dialog.form.repeat.setChecked(True)
    dialog.form.play.click()
    qtbot.waitUntil(lambda: dialog.index < 3, timeout=WAIT)
    dialog.form.play.click()
    assert not dialog.playing


def test_a_sequence_and_keyframes_play_side_by_side(
    qtbot: QtBot, dialog: SequenceDialog, sequences: Sequences, worker: PredictWorker
) -> None:
    """Each of them is answered, even if the other asks before its turn."""
    sequences.show_keyframes()
    keyframes, document = sequences.keyframes, dialog._document
    assert keyframes is not None
    keyframes.set_key()
    document.turn(10, 0, 0)
    keyframes.form.time.setValue(0.5)
    keyframes.set_key()
    qtbot.waitUntil(lambda: not keyframes.player.waiting, timeout=WAIT)
    opening = threading.Event()

    def hold() -> None:
        assert opening.wait(WAIT / 1000)

    worker._enqueue(hold, changes_picture=False)
    dialog.show_frame(1)
    keyframes.go_to(0.25)
    dialog.show_frame(2)
    opening.set()
    qtbot.waitUntil(
        lambda: not dialog.player.waiting and not keyframes.player.waiting, timeout=WAIT
    )
    dialog.play()
    keyframes.play()
    assert dialog.playing
    assert keyframes.playing
    qtbot.waitUntil(lambda: not dialog.playing and not keyframes.playing, timeout=WAIT)
    assert (dialog.index, keyframes.time) == (3, 0.5)


def test_what_is_hidden_requests_nothing(
    qtbot: QtBot, dialog: SequenceDialog, sequences: Sequences, worker: PredictWorker
) -> None:
    document = dialog._document
    sequences.show_keyframes()
    assert sequences.keyframes is not None
    sequences.keyframes.set_key()
    for repeat in (dialog.form.repeat, sequences.keyframes.form.repeat):
        repeat.setChecked(True)
    players = dialog.player, sequences.keyframes.player
    dialog.play()
    assert dialog.playing
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    sequences.keyframes.close()
    qtbot.waitUntil(lambda: not any(one.playing or one.waiting for one in players), timeout=WAIT)
    document.set_keep(engine.KeepMask.nothing((512, 512)).painted([(90, 90)], 30), "Paint")
    document.turn(5, 0, 0)
    assert not any(one.waiting for one in players)
    sequences.show()
    sequences.show_keyframes()
    assert all(one.waiting for one in players)
    qtbot.waitUntil(lambda: not any(one.waiting for one in players), timeout=WAIT)


def test_strength_and_way_change_the_poses(dialog: SequenceDialog) -> None:
    own = dialog._document.landmarks
    assert own is not None
    whole = dialog.pose(3)
    dialog.form.strength.setValue(0)
    none = dialog.pose(3)
    assert whole is not None
    assert none is not None
    assert np.allclose(none, own, atol=0.01)
    assert np.abs(whole - own).max() > 0.5
    dialog.form.strength.setValue(100)
    dialog.form.transfer.setCurrentIndex(dialog.form.transfer.findData("absolute"))
    assert dialog.pose(3) is None
    assert "same size" in dialog.form.problem.text()


def test_a_part_is_played_and_exported_and_a_frame_is_at_rest(
    qtbot: QtBot, dialog: SequenceDialog
) -> None:
    form = dialog.form
    assert "no face in 3" in form.name.text()
    assert dialog.part == (0, 3)
    form.place.setValue(1)
    QTest.keyClick(dialog, Qt.Key.Key_I)
    form.place.setValue(2)
    form.end_here.click()
    assert dialog.part == (1, 2)
    assert form.place.marked == (1, 2)
    assert form.part.text() == "0.04 to 0.08 s"
    described = dialog._described()
    assert (len(described["targets"]), described["start"]) == (2, 0.04)
    form.play.click()
    qtbot.waitUntil(lambda: not dialog.playing, timeout=WAIT)
    assert dialog.index == 2
    form.place.setValue(0)
    form.end_here.click()
    assert dialog.part == (0, 0)
    form.place.setValue(3)
    form.rest_here.click()
    assert "rests at 0.12 s" in form.part.text()
    own, rest = dialog._document.landmarks, dialog.pose(3)
    assert own is not None
    assert rest is not None
    assert np.abs(rest - own).max() < 0.01
    assert dialog._described()["reference"] is dialog._targets[3]
    form.whole.click()
    assert dialog.part == (0, 3)
    assert dialog._described()["reference"] is None
    assert form.part.text() == ""


def test_a_pose_can_be_used_and_undone(dialog: SequenceDialog) -> None:
    document = dialog._document
    before = document.edit
    dialog.form.place.setValue(3)
    dialog.form.use.click()
    pose = dialog.pose(3)
    assert document.pose is not None
    assert pose is not None
    assert np.allclose(document.pose.landmarks(), pose, atol=0.01)
    document.undo_stack.undo()
    assert document.edit is before


def test_the_sequence_is_exported(
    qtbot: QtBot, dialog: SequenceDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "made.mp4"
    monkeypatch.setattr(export_row, "ask_save", lambda *_: path)
    dialog.exports.view.setCurrentIndex(dialog.exports.view.findData("face"))
    with qtbot.waitSignal(dialog.process.ended, timeout=2 * WAIT) as blocker:
        dialog.exports.video.trigger()
        assert not dialog.may_end()
        assert not dialog.exports.button.isEnabled()
    assert blocker.args is not None
    assert blocker.args[0].reason == ""
    assert path.stat().st_size > 1000
    assert dialog.exports.button.isEnabled()
    assert dialog.may_end()


def test_what_cannot_be_read_is_told(qtbot: QtBot, sequences: Sequences, tmp_path: Path) -> None:
    with qtbot.waitSignal(sequences._background.failed, timeout=WAIT) as blocker:
        sequences.open(tmp_path)
    assert blocker.args is not None
    assert "no pictures" in blocker.args[0]
    assert sequences.dialog is not None
    assert not sequences.dialog.reader.running


def test_another_video_takes_the_place_of_the_one_being_read(
    qtbot: QtBot, sequences: Sequences, folder: Path, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.jpg").write_bytes(sample.read_bytes())
    sequences.open(folder)
    sequences.open(tmp_path / "one")
    dialog = sequences.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.reader.running and len(dialog.frames) == 1, timeout=WAIT)
    assert not dialog.form.play.isEnabled()


def test_closing_the_window_asks_while_exporting(
    dialog: SequenceDialog, sequences: Sequences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.exports.export(tmp_path / "many")
    monkeypatch.setattr(sequence, "ask_yes", lambda *_: False)
    assert not sequences.may_close()
    monkeypatch.setattr(sequence, "ask_yes", lambda *_: True)
    assert sequences.may_close()
    assert not dialog.may_end(), "nothing ends before all was asked"
    sequences.stop()
    assert dialog.may_end()


def test_frames_are_smoothed_a_few_times_and_beside_the_window(
    qtbot: QtBot, sequences: Sequences, photo: Pixels, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Reading many frames in slices must not smooth all of them at each slice."""
    for number in range(16):
        write_photo(tmp_path / f"{number:02}.png", np.ascontiguousarray(photo[:240, 104:344]))
    threads: list[threading.Thread] = []
    smoothed = engine.smoothed

    def watched(frames: Sequence[engine.Frame], over: float) -> tuple[engine.Target, ...]:
        threads.append(threading.current_thread())
        return smoothed(frames, over)

    monkeypatch.setattr(engine, "smoothed", watched)
    monkeypatch.setattr(footage_reader, "SLICE", 0.0)
    sequences.open(tmp_path)
    dialog = sequences.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.exports.button.isEnabled, timeout=WAIT)
    assert len(dialog.frames) == 16
    assert 2 <= len(threads) < 12
    assert threading.main_thread() not in threads
