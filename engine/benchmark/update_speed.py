"""How fast an update is: a new pose to the refined picture in memory, one at a time."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.imaging.photos import Photo
from engine.inference.predictor import Predictor

_FILTERS = 64
_ROUNDS = 15


def update_speed(
    predictor: Predictor, photo: Photo, landmarks: Landmarks, updates: int
) -> dict[str, Any]:
    """By name, times in milliseconds, each with its median and 95th percentile:

    update_ms       all of it
    guides_ms       the part before the networks: the guides
    networks_ms     the rest: pose heatmaps, networks, pictures in memory
    update_gflop    floating-point operations (10^9; a multiplication and an addition are two) of
                    one update's convolutions
    network_gflop_per_s      these in the median of networks_ms
    convolution_gflop_per_s  of nothing but a 3x3 convolution of 64 channels to as many, over a
                             picture of the same size, in the same precision
    convolution_share        the first of the second
    """
    pose = Pose3D.of(landmarks)
    poses = [
        pose.turned(40 * np.sin(k / 7), 10 * np.sin(k / 11), 5 * np.sin(k / 5)).landmarks()
        for k in range(updates)
    ]
    source = predictor.cut(photo, landmarks)
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
    return {
        "update_ms": summary(np.add(guides, networks).tolist()),
        "guides_ms": summary(guides),
        "networks_ms": summary(networks),
        "update_gflop": round(gflop, 2),
        "network_gflop_per_s": round(rate, 1),
        "convolution_gflop_per_s": round(plain, 1),
        "convolution_share": round(rate / plain, 3),
        "precision": str(predictor.precision).removeprefix("torch."),
    }


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {
        "median": round(float(np.median(times)), 2),
        "p95": round(float(np.percentile(times, 95)), 2),
    }


def milliseconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


@torch.inference_mode()
def _convolution_rate(predictor: Predictor) -> float:
    """10^9 operations a second."""
    size, precision, device = predictor.size, predictor.precision, predictor.device
    layer = torch.nn.Conv2d(_FILTERS, _FILTERS, 3, padding=1)
    layer.to(device, precision, memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = torch.rand(1, _FILTERS, size, size)
    features = features.to(device, precision, memory_format=torch.channels_last)

    def run() -> None:
        layer(features)
        if device == "cuda":
            torch.cuda.synchronize()

    run()
    taken = float(np.median([milliseconds(run) for _ in range(_ROUNDS)]))
    return 2 * 9 * _FILTERS**2 * size**2 / (1e6 * taken)


def _fused_flop(_picture: Sequence[int], *shapes: Any, out_shape: Sequence[int], **_: Any) -> int:
    """Of oneDNN's convolution, to whose result a tensor of its shape may be added before the
    weights come."""
    weights = next(shape for shape in shapes if list(shape) != list(out_shape))
    return int(2 * math.prod(out_shape) * math.prod(weights[1:]))
