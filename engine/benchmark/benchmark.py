"""The command `benchmark`: measures updates, training and exports on this machine."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.benchmark.export_speed import export_speed
from engine.benchmark.training_speed import training_speed
from engine.benchmark.update_speed import milliseconds, update_speed
from engine.core.devices import Device, Precision
from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.detection import find_faces
from engine.imaging.photos import read_photo
from engine.inference.predictor import Predictor


@dataclass(frozen=True)
class BenchmarkOptions:
    """Measure how long the editor takes for what it does all the time, and how fast training is."""

    json: bool = False
    """Print JSON alone."""
    updates: int = 100
    """How many poses to time."""
    training: bool = True
    """Time training as well, which takes about two minutes."""
    export: bool = True
    """Time batches as well."""
    photo: Path | None = None
    """The photo to work on; without it, the sample photo."""
    model: Path | None = None
    """The model; without it, the one that comes with Repose."""
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""
    precision: Precision = "auto"
    """float32 (full) or half precision; auto takes half where the hardware has it."""
    threads: int = 0
    """Threads of the networks on a processor; 0 chooses."""


def benchmark(options: BenchmarkOptions) -> dict[str, Any]:
    """Run the benchmarks; returns measurements by name, times in ms, memory in MB (10^6 bytes).

    update_ms ...   see `update_speed`
    set_source_ms   median time to set a new source face
    detect_ms       median time to detect the faces of the photo
    load_ms         time to load the model
    peak_memory_mb  peak resident memory of the process; None if unavailable
    batch           see `export_speed`
    training_...    see `training_speed`
    """
    photo = read_photo(options.photo or resource("sample.jpg"))
    start = time.perf_counter()
    predictor = Predictor(options.model, options.device, options.precision, options.threads)
    loading = 1000 * (time.perf_counter() - start)
    faces = find_faces(photo)
    if not faces:
        raise ReposeError("No face was found in the photo to measure with; name another one.")
    landmarks = faces[0].landmarks
    results = update_speed(predictor, photo, landmarks, options.updates)
    source = [milliseconds(lambda: predictor.set_source(photo, landmarks)) for _ in range(9)]
    detect = [milliseconds(lambda: find_faces(photo)) for _ in range(5)]
    results |= {
        "set_source_ms": round(float(np.median(source)), 2),
        "detect_ms": round(float(np.median(detect)), 2),
        "load_ms": round(loading, 1),
        "peak_memory_mb": _peak_memory(),
        "device": predictor.device,
        "threads": torch.get_num_threads(),
        "model": predictor.model_name,
    }
    if options.export:
        results["batch"] = export_speed(predictor, options.photo or resource("sample.jpg"))
    if options.training:
        results |= training_speed(predictor, photo, landmarks)
    return results


def _peak_memory() -> float | None:
    """Peak resident memory of this process, megabytes; None if the system does not report it."""
    if sys.platform == "win32":
        return None
    import resource as system

    peak = system.getrusage(system.RUSAGE_SELF).ru_maxrss  # kilobytes; bytes on macOS
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)
