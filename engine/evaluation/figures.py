"""Draws the report's figure 12 (results side by side) and figure 13 (training losses)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.core.files import read_text, write_whole

Floats = NDArray[np.float32]

# Only matplotlib's object-oriented interface is used: no global state, independent of the backend.

_COLUMNS = ("source", "target", "coarse", "difference map", "refined")
_DPI = 120
_CELL = 2.2  # longer side of a picture, inches
_SMOOTHING = 20  # the smoothing window is about 1 / _SMOOTHING of a curve

_PANELS = {
    "Stage 1: G1": ("loss_g1", "loss_coarse"),
    "Stage 2: G2": ("loss_g2",),
    "Stage 2: refined image": ("loss_refined",),
    "Stage 2: D": ("loss_d",),
    "People held out: SSIM": ("ssim",),
    "People held out: L1": ("l1",),
}
_CURVES = {
    "loss_g1": "L_G1, whole",
    "loss_coarse": "of the coarse image",
    "loss_g2": "L_G2, whole",
    "loss_refined": "of the refined image",
    "loss_d": "L_D",
}


@dataclass(frozen=True, eq=False)
class Row:
    """One row of figure 12: a label and pictures (H, W, 3) in [0, 1]; the difference map is in
    [-1, 1]."""

    label: str
    source: Floats
    target: Floats
    coarse: Floats
    difference: Floats
    refined: Floats


def draw_results(rows: Sequence[Row], path: Path) -> None:
    """Write figure 12 as a PNG file; grey in a difference map is 0.

    Difference maps are amplified by a common factor, which the column's title gives. Raises
    ReposeError when the file cannot be written.
    """
    height, width = rows[0].source.shape[:2]
    factor = _amplification([row.difference for row in rows])
    cell = (_CELL * width / max(height, width), _CELL * height / max(height, width))
    figure = Figure(
        figsize=(len(_COLUMNS) * cell[0] + 0.5, len(rows) * cell[1] + 0.4),
        dpi=_DPI,
        layout="constrained",
    )
    places = figure.subplots(len(rows), len(_COLUMNS), squeeze=False)
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.01, wspace=0, hspace=0)  # type: ignore[union-attr, call-arg]
    for line, row in zip(places, rows, strict=True):
        shown = (0.5 + factor * row.difference / 2).clip(0, 1)
        for place, image in zip(
            line, (row.source, row.target, row.coarse, shown, row.refined), strict=True
        ):
            place.imshow((255 * image.clip(0, 1)).round().astype(np.uint8))
            place.set(xticks=[], yticks=[])
            place.spines[:].set_visible(False)
        line[0].set_ylabel(row.label)
    for place, title in zip(places[0], _COLUMNS, strict=True):
        amplified = title == "difference map" and factor > 1
        place.set_title(f"{title} × {factor}" if amplified else title, fontsize=11)
    _save(figure, path)


class Curve(NamedTuple):
    """A value ``y`` (N,) over training progress ``x`` (N,)."""

    x: Floats
    y: Floats


def read_curves(events: Path) -> tuple[dict[str, Curve], str]:
    """Read the curves by name from a run's `events.jsonl`, and the unit of their x.

    ``ssim 1``, ``l1 1``, ``ssim 2`` and ``l1 2`` are the held-out scores of stages 1 and 2.
    Incomplete lines are skipped.

    Raises ReposeError when the file cannot be read.
    """
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    unit = "step"
    reached: dict[str, float] = defaultdict(float)  # by phase
    for event in _events(read_text(events, largest=1_000_000_000)):
        kind = event.get("event")
        if kind in ("stage1", "pretraining", "stage2"):
            unit = "pairs seen" if "images" in event else "step"
            before = reached["pretraining"] if kind == "stage2" else 0.0
            reached[kind] = before + float(event.get("images", event.get("step", 0)))
            for name, value in event.items():
                if name.startswith("loss_"):
                    points[name].append((reached[kind], float(value)))
        elif kind == "held_out":
            stage = event.get("stage", 1)
            for name in ("ssim", "l1"):
                if name in event:
                    points[f"{name} {stage}"].append((reached[f"stage{stage}"], float(event[name])))
    return {name: _curve(found) for name, found in points.items()}, unit


def draw_losses(curves: Mapping[str, Curve], unit: str, path: Path) -> None:
    """Write figure 13 as a PNG file: measured values as faint lines, smoothed values on top.

    Raises ReposeError when the file cannot be written.
    """
    panels = {
        title: shown
        for title, names in _PANELS.items()
        if (shown := [n for n in curves if n.split()[0] in names])
    }
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    figure = Figure(figsize=(4.5 * columns, 3.4 * lines), dpi=_DPI, layout="constrained")
    places = figure.subplots(lines, columns, squeeze=False).ravel()
    for place, (title, names) in zip(places, panels.items(), strict=False):
        for name in sorted(names):
            label = _CURVES.get(name, f"stage {name.split()[-1]}")
            _draw_curve(place, curves[name], label)
        place.set(
            title=title, xlabel=unit, ylabel=title.partition(": ")[2] if "held" in title else "loss"
        )
        place.grid(alpha=0.3)
        place.legend(fontsize=8)
    for place in places[len(panels) :]:
        place.remove()
    _save(figure, path)


def smoothed(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """The exponential moving average of ``values`` (N,), with bias correction at the start."""
    keep = 1 - 1 / max(1.0, len(values) / _SMOOTHING)
    result = np.empty(len(values))
    total = weight = 0.0
    for k, value in enumerate(values):
        total, weight = keep * total + float(value), keep * weight + 1
        result[k] = total / weight
    return result


def _draw_curve(place: Axes, curve: Curve, label: str) -> None:
    (raw,) = place.plot(curve.x, curve.y, alpha=0.3, linewidth=0.8)
    marker = "o" if len(curve.x) < 3 else ""
    smooth = smoothed(curve.y)
    place.plot(curve.x, smooth, color=raw.get_color(), label=label, marker=marker, markersize=3)


def _curve(points: Sequence[tuple[float, float]]) -> Curve:
    ordered = np.array(sorted(points, key=lambda point: point[0]), np.float32)
    return Curve(ordered[:, 0], ordered[:, 1])


def _amplification(differences: Sequence[Floats]) -> int:
    """The largest power of two (1 to 16) that keeps 99.5 % of the values within [-1, 1]."""
    largest = float(np.percentile(np.abs(np.stack(differences)), 99.5))
    return int(2 ** np.clip(np.floor(np.log2(1 / max(largest, 1e-6))), 0, 4))


def _events(text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


def _save(figure: Figure, path: Path) -> None:
    with write_whole(path) as part:
        figure.savefig(part, format="png")
