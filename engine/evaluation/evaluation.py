"""The command `evaluate`: scores a model and baselines on people it was not trained on.

For pairs of pictures of held-out people it compares four images with the target picture: the
unchanged source, the plain 2D warp, the coarse and the refined image (report, section 4.4).
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
from tqdm import tqdm
from tyro.conf import UseAppendAction, arg

from engine.config.config import Config, Detector, Layout
from engine.core.devices import Device
from engine.core.errors import ReposeError
from engine.core.files import check_writable, real_path, write_whole
from engine.data.cache import Picture
from engine.data.datasets import open_sources
from engine.evaluation.figures import Row, draw_losses, draw_results, read_curves
from engine.evaluation.scores import Score, change_scale, measure, measure_parts
from engine.evaluation.tables import Tables, write_csv
from engine.evaluation.trials import Model, Outcome, Trial, choose, spread
from engine.training.run_folder import EVENTS

_ROWS = 8  # rows of figure 12


@dataclass(frozen=True)
class EvaluateOptions:
    """Compare a model with the unchanged source and the plain warp on people it never saw.

    Writes the report's tables 1 and 2 (tables.md, tables.json, scores.csv), pictures side by side
    (figure12.png) and, of a model in its run's folder, the losses of its training (figure13.png).
    """

    data: Annotated[UseAppendAction[tuple[tuple[str, ...], ...]], arg(metavar="DATA|CACHE ...")]
    """Folders of pictures, or caches as `prepare` writes them; DIR:LAYOUT where one has a layout of
    its own. Tables for each."""
    out: Annotated[Path, arg(metavar="DIR")]
    """The folder for tables and figures."""
    layout: Layout = "fei"
    """fei: files <person>-<pose>.jpg; people: one folder per person; portraits: single photos."""
    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model; without it, the one that comes with Repose."""
    detector: Annotated[Detector | None, arg(help_behavior_hint="")] = None
    """What finds the faces: landmarker or dlib; without it, as in the training of the model."""
    pairs: int = 200
    """At most so many pairs of each data set, spread over people and poses."""
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""


def evaluate(options: EvaluateOptions) -> None:
    """Write tables and figures and print the tables.

    Raises ReposeError when the model or the data cannot be used or the results cannot be written.
    """
    folders = list(chain.from_iterable(options.data))
    if options.pairs < 1:
        raise ReposeError("--pairs counts from 1.")
    model = Model(options.model, options.device)
    detector = options.detector or model.config.data.detector
    data = replace(model.config.data, layout=options.layout, detector=detector)
    pictures = open_sources(folders, data, model.config.skeleton, options.out / "cache")
    chosen = {
        title: choose(own, model, options.pairs, title)
        for title, own in by_data_set(pictures).items()
    }
    check_writable(options.out / "tables.md")  # before the computation
    options.out.mkdir(parents=True, exist_ok=True)
    shown = spread([trial for trials in chosen.values() for trial in trials], _ROWS)
    rows: dict[Trial, Row] = {}
    tables = {}
    for title, trials in chosen.items():
        scores = []
        bar = tqdm(trials, desc=title, unit="pair", disable=not sys.stderr.isatty())
        for trial, outcome in zip(bar, model.outcomes(trials), strict=True):
            scores.append(_score(title, trial, outcome, model.config))
            if trial in shown:
                rows[trial] = _row(trial, outcome, model.config)
        tables[title] = Tables.of(scores, change_scale(model.config), model.cautions(trials))
    draw_results([rows[trial] for trial in shown], options.out / "figure12.png")
    losses = _draw_losses(model.path, options.out / "figure13.png")
    print(_write(options.out, model, tables))
    print(losses)


def by_data_set(pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """The pictures of each cache, by its name; equal names get a number appended."""
    folders: dict[Path, list[Picture]] = {}
    for picture in pictures:
        folders.setdefault(picture.file.parent, []).append(picture)
    named: dict[str, list[Picture]] = {}
    for folder, own in folders.items():
        name = title = real_path(folder).name
        number = 2
        while title in named:
            title, number = f"{name}-{number}", number + 1
        named[title] = own
    return named


def _score(title: str, trial: Trial, outcome: Outcome, config: Config) -> Score:
    methods = measure(outcome.images, outcome.pair, config)
    parts = measure_parts(outcome.images, outcome.pair, config)
    source, target = trial.source, trial.target
    return Score(title, source.name, target.name, source.group, trial.change, methods, parts)


def _row(trial: Trial, outcome: Outcome, config: Config) -> Row:
    scale, images = change_scale(config), outcome.images
    label = "" if scale is None or trial.change is None else f"{trial.change:.0f}{scale.unit}"
    target = np.asarray(outcome.pair.target / np.float32(255), np.float32)
    return Row(
        label, images["source"], target, images["coarse"], outcome.difference, images["refined"]
    )


def _write(out: Path, model: Model, tables: dict[str, Tables]) -> str:
    """Write the tables as text, JSON and CSV; return the text."""
    text = "\n".join(f"## {title}\n\n{table.as_markdown()}" for title, table in tables.items())
    results = {
        "model": model.name,
        "data": {title: table.as_json() for title, table in tables.items()},
    }
    write_csv(out / "scores.csv", [score for table in tables.values() for score in table.scores])
    with write_whole(out / "tables.json") as part:
        part.write_text(json.dumps(results, indent=2), encoding="utf-8")
    with write_whole(out / "tables.md") as part:
        part.write_text(text, encoding="utf-8")
    return text


def _draw_losses(model: Path, path: Path) -> str:
    """Draw figure 13 from the events in the model's folder; return a message for the user."""
    events = model.parent / EVENTS
    curves, unit = read_curves(events) if events.is_file() else ({}, "")
    if not curves:
        return f"No losses lie beside the model ({EVENTS}): there is no figure 13."
    draw_losses(curves, unit, path)
    return f"Figures 12 and 13 are in {path.parent}."
