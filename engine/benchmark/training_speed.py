"""Measures training speed, compared with the implementation of the report.

Three settings are compared, all with the loader and the steps of a real training. "report's own
setting" detects the faces of both pictures for every sample, like the report's published code, in
pictures of 160 x 120. "preset report" trains the same networks on cached landmarks. "kind of
default" trains networks like the preset `default`, with guides, on face crops with at least as many
pixels.
"""

import contextlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import dlib
import numpy as np
import torch

from engine.config.config import Config, ImageConfig
from engine.config.presets import PRESETS
from engine.data.batch import Batch
from engine.data.cache import Picture, open_cache
from engine.data.loader import load_batches, share_cores
from engine.data.pairs import PairSet
from engine.data.prepare import PrepareOptions, prepare
from engine.face.dlib_detector import model_file
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.face.pose_files import write_pose
from engine.imaging.photos import Photo, write_photo
from engine.inference.predictor import Predictor
from engine.networks.discriminator import Discriminator
from engine.networks.generators import G1, G2
from engine.training.stages import Stage1, Stage2, adam

OWN, REPORT, DEFAULT = "report's own setting", "preset report", "kind of default"

_SIDE = 140  # pixels: a square with at least the area of 160 x 120, a multiple of 4
_VIEWS, _TURN = 8, 22.0  # number of pictures; largest yaw, degrees
_ENDLESS = 10_000_000  # pairs: more than any measurement uses
_ROUNDS = 3
_SECONDS = {1: 5.0, 2: 2.5}  # least duration of a measurement, by stage


@dataclass(frozen=True)
class Setting:
    """One way to train.

    config  the settings
    pairs   the data set class
    plain   whether to use torch's defaults: all CPU threads for the networks and contiguous (NCHW)
            images, where `train` reserves threads for the loader and uses channels-last
    """

    config: Config
    pairs: type[PairSet] = PairSet
    plain: bool = False


class DetectedPairs(PairSet):
    """Pairs as in the report's code: faces are detected whenever a pair is read."""

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        item = super().__getitem__(index)
        for name in ("source", "target"):
            pixels = (item[name] * 255).round().byte().permute(1, 2, 0)
            find_as_reported(np.ascontiguousarray(pixels.numpy()))
        return item


def find_as_reported(picture: Photo) -> list[Any]:
    """The landmarks of the frontal faces in a picture (H, W, 3), as dlib objects, detected as in
    the report's code.
    """
    detector, predictor = _dlib()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return [predictor(grey, box) for box in detector(grey, 1)]


@cache
def _dlib() -> tuple[Any, Any]:
    landmarks = str(model_file("shape_predictor_68_face_landmarks.dat"))
    return dlib.get_frontal_face_detector(), dlib.shape_predictor(landmarks)


def settings() -> dict[str, Setting]:
    """The compared settings by name."""
    default = PRESETS["default"]
    small = replace(
        default,
        image=ImageConfig(_SIDE, _SIDE, "face"),
        heatmaps=replace(
            default.heatmaps, radius=default.heatmaps.radius * _SIDE / default.image.width
        ),
    )
    return {
        OWN: Setting(PRESETS["report"], DetectedPairs, plain=True),
        REPORT: Setting(PRESETS["report"]),
        DEFAULT: Setting(small),
    }


def training_speed(
    predictor: Predictor,
    photo: Photo,
    landmarks: Landmarks,
    compared: Mapping[str, Setting] | None = None,
    rounds: int = _ROUNDS,
    seconds: Mapping[int, float] = _SECONDS,
) -> dict[str, object]:
    """Images per second of each setting, and the speed of "kind of default" relative to the
    report's own setting, by stage. Medians of interleaved measurements, so that other load on the
    machine affects all settings equally.

    The pictures are generated views of the face with ``landmarks`` (68, 2) in ``photo``.
    """
    compared = settings() if compared is None else compared
    device = torch.device(predictor.device)
    threads = torch.get_num_threads(), cv2.getNumThreads()
    results: dict[str, object] = {}
    try:
        cv2.setNumThreads(1)  # OpenCV's thread pool does not survive the fork
        with TemporaryDirectory() as folder:
            pictures = _pictures(predictor, photo, landmarks, Path(folder))
            for stage in (1, 2):
                rates = _interleaved(compared, pictures, device, stage, rounds, seconds[stage])
                ratios = np.divide(rates[DEFAULT], rates[OWN])
                results[f"training_stage{stage}_images_per_s"] = {
                    name: round(float(np.median(found)), 2) for name, found in rates.items()
                }
                results[f"training_stage{stage}_ratio"] = round(float(np.median(ratios)), 1)
    finally:
        torch.set_num_threads(threads[0])
        cv2.setNumThreads(threads[1])
    return results


def _interleaved(
    compared: Mapping[str, Setting],
    pictures: Sequence[Picture],
    device: torch.device,
    stage: int,
    rounds: int,
    seconds: float,
) -> dict[str, list[float]]:
    """Images per second by setting, one value per round."""
    steps = {name: _step(setting, device, stage) for name, setting in compared.items()}
    rates: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(rounds):
        for name, setting in compared.items():
            with _batches(setting, pictures, device) as batches:
                rates[name].append(_rate(steps[name], batches, device, seconds))
    return rates


def _rate(
    step: Callable[[Batch], object], batches: Iterator[Batch], device: torch.device, seconds: float
) -> float:
    """Images per second over at least two steps, after a warm-up."""
    warm = time.perf_counter() + seconds / 5
    step(next(batches).to(device))
    while time.perf_counter() < warm:
        step(next(batches).to(device))
    images = steps = 0
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds or steps < 2:
        batch = next(batches)
        step(batch.to(device))
        images, steps = images + len(batch.source), steps + 1
    return images / elapsed


@contextlib.contextmanager
def _batches(
    setting: Setting, pictures: Sequence[Picture], device: torch.device
) -> Iterator[Iterator[Batch]]:
    """Batches for either stage; leaving the context ends the worker processes."""
    config = setting.config
    threads, workers = share_cores(device, config.guides)
    torch.set_num_threads((os.cpu_count() or threads) if setting.plain else threads)
    pairs = setting.pairs(pictures, config)
    batches = load_batches(pairs, config.seed, 0, _ENDLESS, config.stage1.batch, workers)
    with contextlib.closing(batches):
        yield batches


def _step(setting: Setting, device: torch.device, stage: int) -> Callable[[Batch], object]:
    """The training step of a stage with newly initialised networks."""
    config = setting.config
    layout = torch.contiguous_format if setting.plain else torch.channels_last
    g1, g2, d = (
        network(config).to(device, memory_format=layout)  # type: ignore[call-overload]
        for network in (G1, G2, Discriminator)
    )
    if stage == 1:
        step = Stage1(g1, adam(g1, config.stage1), config).step
    else:
        optimizers = adam(g2, config.stage2), adam(d, config.stage2)
        step = Stage2(g1, g2, d, *optimizers, config).step
    return (lambda batch: step(_in_planes(batch))) if setting.plain else step


def _in_planes(batch: Batch) -> Batch:
    return replace(batch, source=batch.source.contiguous(), target=batch.target.contiguous())


def _pictures(
    predictor: Predictor, photo: Photo, landmarks: Landmarks, folder: Path
) -> list[Picture]:
    """A small prepared data set: views of the face at different yaw angles, in 4:3 pictures."""
    predictor.set_source(photo, landmarks)
    pose, crop = Pose3D.of(landmarks), predictor.crop
    margin = crop.side // 6
    for view, yaw in enumerate(np.linspace(-_TURN, _TURN, _VIEWS), start=1):
        turned = pose.turned(float(yaw), 0, 0).landmarks()
        square = crop.cut(predictor.paste(predictor.predict(turned)))
        picture = cv2.copyMakeBorder(square, 0, 0, margin, margin, cv2.BORDER_REPLICATE)
        path = folder / f"1-{view:02}.png"
        write_photo(path, np.asarray(picture, np.uint8))
        write_pose(
            path.with_suffix(".pts"), turned - (crop.left - margin, crop.top), picture.shape[:2]
        )
    with contextlib.redirect_stdout(io.StringIO()):  # suppress the summary
        prepare(PrepareOptions(data=folder, out=folder / "cache", workers=1))
    return open_cache(folder / "cache")
