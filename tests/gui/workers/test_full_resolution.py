"""The full-resolution preview: what is computed, and which failures are shown."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

import engine
from engine.imaging.photos import Photo as Pixels
from gui.workers import full_resolution
from gui.workers.full_resolution import FullResolution, FullResolutionPreview

WAIT = 240_000


@pytest.fixture
def at_rest() -> Iterator[FullResolution]:
    at_rest = FullResolution()
    yield at_rest
    at_rest.stop()


@pytest.fixture
def ready(predictor: engine.Predictor, photo: Pixels, face: engine.Landmarks) -> engine.Predictor:
    predictor.set_source(photo, face)
    return predictor


def test_a_pose_that_is_no_longer_the_newest_is_not_computed(
    qtbot: QtBot,
    at_rest: FullResolution,
    ready: engine.Predictor,
    face: engine.Landmarks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = ready.predict(face), ready.predict(face)
    finish, computed = full_resolution.finish, list[engine.Prediction]()

    def watched(prediction: engine.Prediction, *others: object) -> FullResolutionPreview:
        computed.append(prediction)
        return finish(prediction, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(full_resolution, "finish", watched)
    opening = threading.Event()
    at_rest._background.run(lambda: opening.wait(WAIT / 1000), lambda _: None)
    at_rest.follow(old, None)
    qtbot.waitUntil(lambda: not at_rest._timer.isActive(), timeout=WAIT)
    at_rest.follow(new, None)
    opening.set()
    with qtbot.waitSignal(at_rest.measured, timeout=WAIT):
        pass
    assert len(computed) == 1
    assert computed[0] is new


@pytest.mark.parametrize("which", ["finish", "drift"])
def test_a_failure_is_shown_again_after_a_success(
    qtbot: QtBot,
    at_rest: FullResolution,
    ready: engine.Predictor,
    face: engine.Landmarks,
    monkeypatch: pytest.MonkeyPatch,
    which: str,
) -> None:
    def broken(*_args: object) -> None:
        raise engine.ReposeError("There is not enough memory.")

    prediction, works = ready.predict(face), getattr(full_resolution, which)
    said: list[str] = []
    at_rest.failed.connect(said.append)
    fails = {"finish": at_rest.finished, "drift": at_rest.measured}[which]
    for times in (1, 2):
        monkeypatch.setattr(full_resolution, which, broken)
        with qtbot.waitSignal(at_rest.failed, timeout=WAIT):
            at_rest.follow(prediction, None)
        monkeypatch.setattr(full_resolution, which, works)
        with qtbot.waitSignal(fails, timeout=WAIT):
            at_rest.follow(prediction, None)
        assert len(said) == times
