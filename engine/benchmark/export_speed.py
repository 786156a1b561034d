"""Measures the throughput of batch exports, compared with that of the networks alone."""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch, Format, angles_between, plan_batch
from engine.export.export import job_threads, networks_for, repose_all
from engine.face.detection import find_faces
from engine.face.pose import Pose3D
from engine.imaging.photos import read_photo
from engine.inference.prediction import NetworkInput
from engine.inference.predictor import Predictor

_ON_A_GPU = (1, 8, 32)  # batch sizes to try
_SOURCES = 3


def export_speed(
    predictor: Predictor, photo: Path, poses: int = 20, rounds: int = 3
) -> dict[str, Any]:
    """Pictures per second, the best of ``rounds`` measurements:

    network_per_s  G1 and G2 alone, with the fastest batch size and number of threads; their inputs,
                   except pose heatmaps, are precomputed
    predict_per_s  including the computation of the guides for every pose
    export_per_s   complete exports, from photos to JPEG files of whole photos: several sources with
                   ``poses`` poses each
    export_share   export_per_s / network_per_s
    export_of_predict  export_per_s / predict_per_s: what reading, pasting and writing leave of it

    Raises ReposeError when no face is detected in the photo.
    """
    pixels = read_photo(photo)
    faces = find_faces(pixels)
    if not faces:
        raise ReposeError("No face was found in the photo to measure with; name another one.")
    lifted = Pose3D.of(faces[0])
    source = predictor.cut(pixels, lifted.source)
    yaws = angles_between(-30, 30, poses)
    posed = [predictor.pose(source, lifted.turned(yaw, 0, 0)) for yaw in yaws]
    network = predict = export = 0.0
    with tempfile.TemporaryDirectory(prefix="repose-") as name:
        folder = Path(name)
        sources = tuple(folder / f"{k}{photo.suffix}" for k in range(_SOURCES))
        for path in sources:
            shutil.copy(photo, path)
        for number in range(rounds):
            network = max(network, _network_rate(predictor, posed))
            predict = max(predict, _predict_rate(predictor, posed))
            out = folder / str(number)
            export = max(export, _export_rate(predictor, sources, yaws, out, "jpg"))
    return {
        "network_per_s": round(network, 2),
        "predict_per_s": round(predict, 2),
        "export_per_s": round(export, 2),
        "export_share": round(export / network, 3),
        "export_of_predict": round(export / predict, 3),
    }


def _network_rate(predictor: Predictor, posed: Sequence[NetworkInput]) -> float:
    if predictor.device != "cpu":
        return max(_rate(predictor, posed, size, 1) for size in _ON_A_GPU)
    threads, before = job_threads("cpu"), torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        together = _rate(predictor, posed, 8, 1)
        torch.set_num_threads(1)
        return max(
            together, _rate(predictor, posed, 1, threads), _rate(predictor, posed, 4, threads)
        )
    finally:
        torch.set_num_threads(before)


def _predict_rate(predictor: Predictor, posed: Sequence[NetworkInput]) -> float:
    threads = job_threads(predictor.device)
    with networks_for(predictor, threads) as predict, ThreadPoolExecutor(threads) as pool:
        work = [lambda one=one: predict(predictor.pose(one.source, one.head)) for one in posed]
        return len(posed) / _seconds(lambda: list(pool.map(lambda do: do(), work)))


def _rate(predictor: Predictor, posed: Sequence[NetworkInput], size: int, threads: int) -> float:
    """Pictures per second in batches of ``size``, ``threads`` batches in parallel."""
    batches = [posed[k : k + size] for k in range(0, len(posed), size)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(predictor.predict_all, batches[:threads]))  # warm-up
        seconds = _seconds(lambda: list(pool.map(predictor.predict_all, batches)))
    return len(posed) / seconds


def _export_rate(
    predictor: Predictor,
    sources: tuple[Path, ...],
    yaws: tuple[float, ...],
    out: Path,
    kind: Format,
) -> float:
    batch = ExportBatch(sources=sources, yaw=yaws, out=out, format=kind)
    jobs = plan_batch(batch)
    seconds = _seconds(lambda: list(repose_all(predictor, jobs, batch.options)))
    return len(jobs) / seconds


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
