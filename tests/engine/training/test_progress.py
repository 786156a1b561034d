"""What a training tells while it runs, with a clock of our own."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch.amp import GradScaler
from torch.optim import Adam

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.training.progress import Clock, Progress
from engine.training.run import (
    Position,
    Run,
    optimizer_state,
    restore_optimizer,
    restore_scaler,
    scaler_state,
)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("engine.training.progress.time.monotonic", lambda: clock.now)
    return clock


def last_event(run: Run) -> dict[str, float]:
    event: dict[str, float] = json.loads((run.folder / "events.jsonl").read_text().splitlines()[-1])
    return event


def test_speed_and_time_left(
    tmp_path: Path, time: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    position = Position(seconds={"stage1": 70.0, "pretraining": 30.0})
    run = Run(tmp_path / "run", Config(), position)
    clock = Clock(70.0)
    progress = Progress(run, "stage1", 1000, 250, math.inf, clock)
    time.now += 3  # the workers start
    progress.restart()
    for loss in (1.0, 3.0):
        time.now += 4
        progress.add({"loss_g1": torch.tensor(loss)}, 20)
    assert progress.due
    progress.tell(240)
    event = last_event(run)
    assert event["images_per_second"] == 40 / 8
    assert event["loss_g1"] == 2.0
    assert (event["epoch"], event["epochs"]) == (1, 4)
    assert event["eta"] == (1000 - 240) / 5
    assert event["elapsed"] == 100 + 11
    assert capsys.readouterr().out == ("stage1  epoch 1/4  loss_g1 2  5 images/s  2:32 left\n")

    time.now += 8  # people are scored: that is no training, but it takes its time
    progress.restart()
    with clock.away():
        time.now += 1000  # a pause
    assert not progress.due
    time.now += 8
    progress.add({"loss_g1": torch.tensor(5.0)}, 60)
    progress.add({"loss_g1": torch.tensor(5.0)}, 20)
    progress.tell(320)
    event = last_event(run)
    assert event["images_per_second"] == 10
    assert event["epoch"] == 2
    assert event["eta"] == round((1000 - 320) / (120 / 24))
    assert event["elapsed"] == 127


def test_time_left_with_a_limit(tmp_path: Path, time: SimpleNamespace) -> None:
    run = Run(tmp_path / "run", Config(), Position())
    progress = Progress(run, "stage1", 1_000_000, 1000, 60.0, Clock())
    time.now += 20
    progress.add({"loss_g1": torch.tensor(1.0)}, 4)
    progress.tell(4)
    assert last_event(run)["eta"] == 40


def test_losses_that_are_no_numbers(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", Config(), Position())
    progress = Progress(run, "stage2", 8, 4, math.inf, Clock())
    progress.add({"loss_d": torch.tensor(1.0), "loss_g2": torch.tensor(math.inf)}, 4)
    progress.add({"loss_d": torch.tensor(1.0), "loss_g2": torch.tensor(2.0)}, 4)
    with pytest.raises(ReposeError, match="diverged"):
        progress.tell(8)
    assert not (tmp_path / "run" / "events.jsonl").exists()


def test_the_state_of_an_optimizer_and_of_the_scale_of_losses() -> None:
    """With the scaled losses that float16 needs, which no processor uses by itself."""

    def train(steps: int, weight: torch.nn.Parameter, optimizer: Adam, scaler: GradScaler) -> None:
        for step in range(steps):
            optimizer.zero_grad()
            scaler.scale((weight * (step + 1)).square().sum()).backward()  # type: ignore[no-untyped-call]
            scaler.step(optimizer)
            scaler.update()

    def fresh() -> tuple[torch.nn.Parameter, Adam, GradScaler]:
        values = torch.linspace(-1, 1, 36).view(1, 4, 3, 3)
        weight = torch.nn.Parameter(values.to(memory_format=torch.channels_last))
        return weight, Adam([weight]), GradScaler("cpu", growth_interval=2)

    one, other = fresh(), fresh()
    train(3, *one)
    scale = one[2].get_scale()
    assert scale == 2.0**17
    with torch.no_grad():
        other[0].copy_(one[0])
    saved = {name: tensor.clone() for name, tensor in optimizer_state(one[1]).items()}
    restore_optimizer(other[1], saved)
    restore_scaler(other[2], scaler_state(one[2]))
    assert other[2].get_scale() == scale
    train(3, *one)
    train(3, *other)
    assert torch.equal(one[0], other[0])
    assert one[2].state_dict() == other[2].state_dict()
