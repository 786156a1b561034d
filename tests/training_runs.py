"""Short runs of a training for several tests, and what is looked at in them."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from same_weights import assert_same_models

from engine.config.config import Config
from engine.training.run import Position, saved_run
from engine.training.training import TrainOptions, settings_of, train

IMAGES = 24  # of each stage: 12 sources, 2 epochs; in batches of 4
PRETRAINING = 2  # steps

Trains = Callable[..., Path]
Interferes = Callable[[type, int, Callable[[], object]], None]


def trains_in(folder: Path, config: Config, cache: Path) -> Trains:
    """What trains runs in a folder: by name, with further options of `TrainOptions`."""
    settings = folder / "settings.json"
    settings.write_text(config.to_json())

    def run(name: str, **options: Any) -> Path:
        if not options.get("resume"):
            options = {"data": ((str(cache),),), "config": settings, **options}
        chosen = TrainOptions(run=folder / name, device="cpu", threads=1, **options)
        train(chosen, settings_of(chosen))
        return chosen.run

    return run


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def events(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def events_of(run: Path, kind: str) -> list[dict[str, Any]]:
    return [event for event in events(run) if event["event"] == kind]


def assert_same_runs(a: Path, b: Path) -> None:
    """To the bit: models and state, samples, and what the events say of the training itself."""
    assert_same_models(a, b)
    pictures = [sorted(path.name for path in (run / "samples").iterdir()) for run in (a, b)]
    assert pictures[0] == pictures[1]
    for name in pictures[0]:
        assert (a / "samples" / name).read_bytes() == (b / "samples" / name).read_bytes()
    told = [
        [{**event, "time": 0} for event in events(run) if event["event"] in ("held_out", "epoch")]
        for run in (a, b)
    ]
    assert told[0] == told[1]
    assert position(a).items == position(b).items
    assert position(a).best == position(b).best


def position(run: Path) -> Position:
    return saved_run(run)[1]
