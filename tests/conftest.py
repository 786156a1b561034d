"""What several tests share. Nothing here needs the trained model: a small random one stands in."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from mouse_editor import Editor
from PySide6.QtCore import QSettings, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from training_runs import PRETRAINING, Interferes, Trains, trains_in
from whole_window import WAIT

import gui.document.photo
from engine.config.config import Config, GeneratorConfig, ImageConfig
from engine.config.presets import PRESETS
from engine.core.files import resource
from engine.data.prepare import PrepareOptions, prepare
from engine.export.batches import ExportBatch
from engine.face.detection import find_faces
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.face.pose_files import write_pose
from engine.guidance.guides import SourceHead, combined
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo, read_photo, write_photo
from engine.inference.predictor import Predictor
from engine.networks.checkpoint import save_checkpoint
from engine.networks.generators import G1, G2
from gui.document.document import Document
from gui.document.edit import Faces
from gui.window.language import LANGUAGES
from gui.window.main_window import MainWindow

pytest_plugins = ["sequence_frames"]


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another one, or the user, has left."""
    monkeypatch.setenv("REPOSE_DATA", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """The window's settings, too."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture(scope="session", autouse=True)
def own_priority() -> Iterator[None]:
    """Commands that step back behind other programs do not take the tests after them along."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "nice", lambda _: 0, raising=False)  # not on Windows
        yield


@pytest.fixture(scope="session", autouse=True)
def heard_interrupts() -> None:
    """Ctrl+C is not ignored, as it is in what a shell starts in the background (`make test &`)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def own_working_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The test runs in an empty folder, so that it may name files without their folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def no_garbage_collection() -> Iterator[None]:
    """But after each test: as in the program, no other thread may delete what is Qt's."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def garbage_of_each_test(no_garbage_collection: None) -> Iterator[None]:
    """What is left after a test stays to the end: looking through it again and again would take
    longer than the tests."""
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(scope="session")
def sample() -> Path:
    """A photo of one face, 512x512."""
    return resource("sample.jpg")


@pytest.fixture(scope="session")
def photo(sample: Path) -> Photo:
    pixels = read_photo(sample)
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def face(photo: Photo) -> Landmarks:
    """The landmarks of the face in the photo."""
    return find_faces(photo)[0].landmarks


@pytest.fixture(scope="session")
def no_face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo without a face."""
    path = tmp_path_factory.mktemp("photos") / "meadow.png"
    write_photo(path, np.full((64, 64, 3), (40, 120, 30), np.uint8))
    return path


@pytest.fixture(scope="session")
def two_faces(photo: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of a large face on the left and a smaller one on the right, 416x256."""
    large = photo[:256, 96:352]
    small = np.full((256, 160, 3), 90, np.uint8)
    small[60:220] = cv2.resize(large, (160, 160), interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("photos") / "two.png"
    write_photo(path, np.concatenate([large, small], axis=1))
    return path


@pytest.fixture(scope="session")
def small_config() -> Config:
    """The default preset with networks that take milliseconds."""
    tiny = GeneratorConfig(blocks=2, filters=4, growth=4)
    image = ImageConfig(height=64, width=64)
    return replace(PRESETS["default"], image=image, g1=tiny, g2=tiny)


@pytest.fixture(scope="session")
def model(small_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with random weights."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    weights = {"g1": G1(small_config).state_dict(), "g2": G2(small_config).state_dict()}
    save_checkpoint(path, small_config, weights)
    return path


@pytest.fixture(scope="session")
def predictor(model: Path) -> Predictor:
    return Predictor(model, "cpu")


@pytest.fixture(scope="session")
def people(photo: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the layout fei: 5 people, the sample in other colours, in 3 views, with .pts.

    With dlib's landmarks, so that a better landmarker changes no picture that tests learn from.
    """
    size, face = 96, find_faces(photo, "dlib")[0].landmarks
    folder = tmp_path_factory.mktemp("data") / "people"
    crop = Crop.around(face)
    pixels, landmarks = crop.scaled(photo, size), crop.to_network(face, size)
    pose = Pose3D.of(landmarks)
    for person in range(5):
        tint = np.roll((1.0, 0.7, 0.5), person) * (0.6 + 0.1 * person)
        tinted = (pixels * tint).astype(np.uint8)
        layers = SourceHead(tinted, None, pose.source.head)
        for view, yaw in enumerate((0, 20, -25), start=1):
            posed = pose.turned(yaw, 0, 0)
            target = posed.landmarks()
            turned = combined(layers.maps(posed.head).guides(tinted))
            path = folder / f"{person}-{view:02}.png"
            write_photo(path, (turned * 255).astype(np.uint8))
            write_pose(path.with_suffix(".pts"), target, (size, size))
    return folder


@pytest.fixture(scope="session")
def cache(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `prepare` makes of the people."""
    folder = tmp_path_factory.mktemp("cache") / "people"
    prepare(PrepareOptions(data=people, out=folder, workers=1))
    return folder


@pytest.fixture(params=sorted(LANGUAGES))
def spoken(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """The application in each language; English needs no translation."""
    translator = QTranslator()
    if request.param != "en":
        assert translator.load(str(resource(f"translations/repose_{request.param}.qm")))
        qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture(scope="session")
def opened(sample: Path) -> gui.document.photo.Photo:
    """The photo as the window opens it."""
    return gui.document.photo.read_photo(sample)


@pytest.fixture
def document(qtbot: QtBot, opened: gui.document.photo.Photo) -> Document:
    """The photo being edited."""
    document = Document()
    document.set_photo(opened)
    return document


@pytest.fixture
def editor(qtbot: QtBot, opened: gui.document.photo.Photo) -> Editor:
    """The photo being edited with the mouse."""
    editor = Editor(qtbot)
    editor.document.set_photo(opened)
    return editor


@pytest.fixture
def window(qtbot: QtBot, model: Path, sample: Path) -> MainWindow:
    """The whole window with the photo and its first picture shown. Closing it asks nothing."""
    window = MainWindow("cpu")
    qtbot.addWidget(window, before_close_func=lambda window: window.document.open_faces(Faces()))
    window.show()
    with qtbot.waitSignal(window.worker.updated, timeout=WAIT):
        window.start(sample, model)
    return window


@pytest.fixture(scope="session")
def full_config(small_config: Config) -> Config:
    """The small networks trained for two short epochs a stage, with guides and all losses."""
    stage = replace(small_config.stage1, epochs=2, batch=4, average=0.8)
    d = replace(small_config.d, filters=4, growth=2, pretraining=PRETRAINING)
    data = replace(small_config.data, targets=1)  # short epochs
    return replace(small_config, stage1=stage, stage2=stage, d=d, data=data)


@pytest.fixture(scope="session")
def brief_config(full_config: Config) -> Config:
    """The same without what takes most of the time: guides, and losses that other networks see."""
    loss = replace(
        full_config.loss,
        perceptual_weight=0.0,
        identity_weight=0.0,
        landmark_weight=0.0,
        expression_weight=0.0,
    )
    return replace(full_config, guides=False, loss=loss)


@pytest.fixture
def trains(brief_config: Config, cache: Path, tmp_path: Path) -> Trains:
    """Train a run of this name in the brief config; further options by name."""
    return trains_in(tmp_path, brief_config, cache)


@pytest.fixture(scope="session")
def whole(brief_config: Config, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of both stages that is never stopped."""
    return trains_in(tmp_path_factory.mktemp("runs"), brief_config, cache)("whole")


@pytest.fixture(scope="session")
def whole_stage1(
    brief_config: Config, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run of stage 1 that is never stopped."""
    folder = tmp_path_factory.mktemp("runs")
    return trains_in(folder, brief_config, cache)("whole", stages="1")


@pytest.fixture
def interferes(monkeypatch: pytest.MonkeyPatch) -> Interferes:
    """Do something during that step (from 1) of Stage1 or Stage2, once."""

    def arrange(stage: type, number: int, what: Callable[[], object]) -> None:
        original, count = stage.step, [0]  # type: ignore[attr-defined]

        def step(self: Any, batch: Any) -> dict[str, float]:
            count[0] += 1
            if count[0] == number:
                what()
            losses: dict[str, float] = original(self, batch)
            return losses

        monkeypatch.setattr(stage, "step", step)

    return arrange


@pytest.fixture
def photos(sample: Path, tmp_path: Path) -> Path:
    """A folder of two photos of one face, and a file that is no photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("b.jpg", "a.jpg"):
        (folder / name).write_bytes(sample.read_bytes())
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture
def batch(photos: Path, model: Path, tmp_path: Path) -> ExportBatch:
    """Two sources in two poses each."""
    return ExportBatch(
        sources=(photos,), yaw=(-10.0, 10.0), out=tmp_path / "out", model=model, device="cpu"
    )
