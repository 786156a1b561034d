"""Measures the latency of an update: from a new pose to the refined picture in memory."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.config.presets import PRESETS
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.photos import Photo
from engine.inference.predictor import Predictor
from engine.networks.generators import G1

_FILTERS = 64
_ROUNDS = 15


def update_speed(
    predictor: Predictor, photo: Photo, landmarks: Landmarks, updates: int
) -> dict[str, Any]:
    """Measurements by name; times in milliseconds, each as median and 95th percentile:

    update_ms       the whole update
    guides_ms       computation of the guides
    networks_ms     the rest: pose heatmaps, networks, transfer of the pictures to memory
    update_gflop    floating-point operations of the convolutions of one update, 10^9 (a
                    multiply-add counts as two)
    network_gflop_per_s      update_gflop / median of networks_ms
    convolution_gflop_per_s  throughput of a single 3x3 convolution with 64 input and output
                             channels, at the same picture size and precision
    convolution_share        network_gflop_per_s / convolution_gflop_per_s
    report_g1_ms    the report's own G1 alone, at its 160 x 120 and in float32
    report_g1_ratio          how many updates take as long as it
    precision                the data type of the networks
    """
    pose = Pose3D.of(landmarks)
    poses = [
        pose.turned(40 * np.sin(k / 7), 10 * np.sin(k / 11), 5 * np.sin(k / 5))
        for k in range(updates)
    ]
    source = predictor.cut(photo, pose.source)
    for warm_up in poses[:5]:
        predictor.predict_all([predictor.pose(source, warm_up)])
    guides, networks = [], []
    for each in poses:
        start = time.perf_counter()
        posed = predictor.pose(source, each)
        middle = time.perf_counter()
        predictor.predict_all([posed])
        guides.append(1000 * (middle - start))
        networks.append(1000 * (time.perf_counter() - middle))
    fused = {torch.ops.mkldnn._convolution_pointwise: _fused_flop}
    with FlopCounterMode(display=False, custom_mapping=fused) as flops:
        predictor.predict_all([posed])
    gflop = flops.get_total_flops() / 1e9
    rate = 1000 * gflop / float(np.median(networks))
    plain = _convolution_rate(predictor)
    update = summary(np.add(guides, networks).tolist())
    report = _report_g1(predictor)
    return {
        "update_ms": update,
        "guides_ms": summary(guides),
        "networks_ms": summary(networks),
        "update_gflop": round(gflop, 2),
        "network_gflop_per_s": round(rate, 1),
        "convolution_gflop_per_s": round(plain, 1),
        "convolution_share": round(rate / plain, 3),
        "report_g1_ms": round(report, 1),
        "report_g1_ratio": round(report / update["median"], 2),
        "precision": str(predictor.precision).removeprefix("torch."),
    }


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {
        "median": round(float(np.median(times)), 2),
        "p95": round(float(np.percentile(times, 95)), 2),
    }


def milliseconds(work: Callable[[], object]) -> float:
    """The duration of ``work`` in milliseconds."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


@torch.inference_mode()
def _convolution_rate(predictor: Predictor) -> float:
    """Throughput of a single convolution, 10^9 floating-point operations per second."""
    size, precision, device = predictor.size, predictor.precision, predictor.device
    layer = torch.nn.Conv2d(_FILTERS, _FILTERS, 3, padding=1)
    layer.to(device, precision, memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = torch.rand(1, _FILTERS, size, size)
    features = features.to(device, precision, memory_format=torch.channels_last)
    taken = _duration(lambda: layer(features), device)
    return 2 * 9 * _FILTERS**2 * size**2 / (1e6 * taken)


@torch.inference_mode()
def _report_g1(predictor: Predictor) -> float:
    """How long G1 of the report takes for one picture, milliseconds."""
    config = PRESETS["report"]
    image, device = config.image, predictor.device
    g1 = G1(config).to(device).eval()
    source = torch.rand(1, 3, image.height, image.width, device=device)
    condition = torch.rand(1, config.condition_channels, image.height, image.width, device=device)
    return _duration(lambda: g1(source, condition), device)


def _duration(work: Callable[[], object], device: str) -> float:
    """The median duration of ``work`` on a device, milliseconds."""

    def run() -> None:
        work()
        if device == "cuda":
            torch.cuda.synchronize()

    run()
    return float(np.median([milliseconds(run) for _ in range(_ROUNDS)]))


def _fused_flop(_picture: Sequence[int], *shapes: Any, out_shape: Sequence[int], **_: Any) -> int:
    """Floating-point operations of oneDNN's fused convolution. Its optional second argument, a
    tensor of the output's shape to be added, precedes the weights."""
    weights = next(shape for shape in shapes if list(shape) != list(out_shape))
    return int(2 * math.prod(out_shape) * math.prod(weights[1:]))
