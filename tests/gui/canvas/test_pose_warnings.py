"""Warnings over the canvas, and what is done when the pose rests, in the whole window."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from mouse_editor import move
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

import engine
from gui.canvas.pose_warnings import DRIFTED
from gui.document.edit import Faces
from gui.document.photo import Photo
from gui.panes.views import View
from gui.window.main_window import MainWindow
from gui.workers.full_resolution import FullResolution, FullResolutionPreview, drift, finish

WAIT = 120_000
Pixels = NDArray[np.uint8]


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """With a model that knows 20 degrees of yaw each way."""
    loaded = window.document.model
    assert loaded is not None
    window.document.set_model(replace(loaded, trained_range=engine.TrainedRange(yaw=(-20, 20))))
    return window


def said(window: MainWindow) -> list[str]:
    """The warnings that are seen."""
    warnings = window.warnings
    warnings.check()
    return [row.label.text() for row in warnings.rows if row.isVisibleTo(window)]


def eyes_apart(window: MainWindow) -> float:
    landmarks = window.document.landmarks
    assert landmarks is not None
    return float(np.linalg.norm(landmarks[36:42].mean(axis=0) - landmarks[42:48].mean(axis=0)))


def test_a_good_pose_is_not_warned_about(window: MainWindow) -> None:
    assert said(window) == []
    window.document.turn(10, 0, 0)
    assert said(window) == []
    assert not window.warnings.isVisibleTo(window)


def test_a_pose_beyond_the_range_is_turned_back_by_the_button(window: MainWindow) -> None:
    window.document.turn(45, 5, 0)
    (text,) = said(window)
    assert "45°" in text
    assert window.warnings.rows[0].help.text() == "Turn back"
    window.warnings.rows[0].help.click()
    pose = window.document.pose
    assert pose is not None
    assert 0 < pose.yaw < 30
    assert pose.pitch == 5
    assert said(window) == []
    window.edit_menu.undo.trigger()
    assert len(said(window)) == 1


def test_folded_points_are_selected_by_the_button(window: MainWindow) -> None:
    pose = window.document.pose
    assert pose is not None
    move(window.document, pose, {8}, (0.0, -0.75 * eyes_apart(window)))
    (text,) = said(window)
    assert "crossed" in text
    window.warnings.rows[0].help.click()
    assert window.canvas.handles.selection == {8}


def test_a_warning_that_was_closed_stays_away_until_another_face(window: MainWindow) -> None:
    window.document.turn(45, 0, 0)
    assert len(said(window)) == 1
    window.warnings.rows[0].close_button.click()
    assert said(window) == []
    window.document.turn(50, 0, 0)
    assert said(window) == []
    window.document.reset_pose()
    window.document.open_faces(window.document.faces)
    window.document.turn(50, 0, 0)
    assert len(said(window)) == 1


def test_a_small_face_is_said_to_be_small(window: MainWindow) -> None:
    photo = window.document.photo
    assert photo is not None
    face = photo.faces[0]
    small = engine.Face(face.box, (face.landmarks * np.float32(0.3)), face.score)
    window.document.set_photo(Photo(photo.path, photo.pixels, (small,), photo.image))
    (text,) = said(window)
    assert "pixels high" in text
    assert not window.warnings.rows[0].help.isVisibleTo(window)


def test_points_that_are_being_corrected_are_no_pose(window: MainWindow) -> None:
    window.document.start_correcting()
    window.document.turn(50, 0, 0)
    assert said(window) == []


def test_drift_is_said_when_it_is_large(window: MainWindow) -> None:
    window.document.turn(5, 0, 0)
    window.warnings.set_drift(DRIFTED + 0.01)
    (text,) = said(window)
    assert "like this person" in text
    window.warnings.set_drift(DRIFTED - 0.01)
    assert said(window) == []
    window.warnings.set_drift(DRIFTED + 0.01)
    window.document.open_faces(Faces())
    assert said(window) == []


def test_at_rest_the_refined_picture_is_the_one_that_is_saved(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.full_resolution.finished.connect(lambda rested: shown.append(rested))
    shown: list[FullResolutionPreview] = []
    window.warnings.set_drift(DRIFTED + 0.01)
    rest = window.full_resolution
    signals = [window.worker.updated, rest.finished, rest.measured]
    with qtbot.waitSignals(signals, timeout=WAIT):
        window.document.turn(8, 0, 0)
    rested = shown[-1]
    assert window.warnings._drift != DRIFTED + 0.01
    view = window.panes.large.view
    assert view.image is rested.levels[0]
    assert view.image is not None
    assert view.image.width() == rested.area.width() > 64, "the photo's own pixels"
    window.panes.small.choose(View.REFINED)
    assert window.panes.small.view.image is view.image
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.document.turn(9, 0, 0)
    image = view.image
    assert image is not None
    assert image.width() == 64, "while it moves, what the networks draw"


def test_the_source_s_own_pose_is_the_photo_and_has_no_drift(
    predictor: engine.Predictor, photo: Pixels, face: engine.Landmarks
) -> None:
    predictor.set_source(photo, face)
    rested = finish(predictor.predict(face), None)
    assert drift(predictor.predict(face)) is None
    left, top = round(rested.area.left() + 0.5), round(rested.area.top() + 0.5)
    pixel = rested.levels[0].pixelColor(10, 20).getRgb()[:3]  # type: ignore[index]
    assert list(pixel) == photo[top + 20, left + 10].tolist()


def test_only_the_newest_picture_is_finished(
    qtbot: QtBot, predictor: engine.Predictor, photo: Pixels, face: engine.Landmarks
) -> None:
    predictor.set_source(photo, face)
    pose = engine.Pose3D.of(face)
    at_rest, got = FullResolution(), list[FullResolutionPreview]()
    at_rest.finished.connect(got.append)
    with qtbot.waitSignals([at_rest.finished, at_rest.measured], timeout=WAIT):
        for yaw in range(3):
            at_rest.follow(predictor.predict(pose.turned(yaw, 0, 0).landmarks()), None)
    assert len(got) == 1
    at_rest.clear()
    at_rest.stop()


@pytest.mark.parametrize("which", ["finish", "drift"])
def test_a_failure_at_rest_is_said_once_and_switches_nothing_off(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    predictor: engine.Predictor,
    photo: Pixels,
    face: engine.Landmarks,
    which: str,
) -> None:
    def broken(*_args: object) -> None:
        raise engine.ReposeError("The models are missing.")

    at_rest, said = FullResolution(), list[str]()
    at_rest.failed.connect(said.append)
    works = {"finish": at_rest.measured, "drift": at_rest.finished}[which]
    fails = {"finish": at_rest.finished, "drift": at_rest.measured}[which]
    predictor.set_source(photo, face)
    prediction = predictor.predict(face)
    with monkeypatch.context() as broken_once:
        broken_once.setattr(f"gui.workers.full_resolution.{which}", broken)
        for _ in range(2):
            with qtbot.waitSignal(works, timeout=WAIT):
                at_rest.follow(prediction, None)
        at_rest._background.run(lambda: None, lambda _: None)
        qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    with qtbot.waitSignal(fails, timeout=WAIT):
        at_rest.follow(prediction, None)
    at_rest.stop()
    assert said == ["The models are missing."]


def test_only_the_crop_of_a_photo_is_copied_at_rest(
    predictor: engine.Predictor, photo: Pixels, face: engine.Landmarks
) -> None:
    large = np.zeros((3000, 4000, 3), np.uint8)
    large[1000:1512, 2000:2512] = photo
    own = face + np.array([2000, 1000], np.float32)
    predictor.set_source(large, own)
    prediction = predictor.predict(engine.Pose3D.of(own).turned(9, 0, 0).landmarks())
    whole = predictor.paste(prediction)
    tracemalloc.start()
    rested = finish(prediction, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < large.nbytes / 2
    left, top = round(rested.area.left() + 0.5), round(rested.area.top() + 0.5)
    pixel = rested.levels[0].pixelColor(100, 120).getRgb()[:3]  # type: ignore[index]
    assert list(pixel) == whole[top + 120, left + 100].tolist()
