"""Make `parts.safetensors`, the network that labels the parts of a picture.

    python -m resources.make_parts train RUN --data DATA --minutes 60
    python -m resources.make_parts evaluate resources/parts.safetensors --data DATA

DATA holds the folders `avatars`, `portraits` and `london` (see `parts.md` and `parts_pictures.py`).
A tenth of the groups of people is never trained on, and measured. RUN/parts.safetensors is the
result; training goes on where RUN has a checkpoint. With OMP_NUM_THREADS=1 it takes one core.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.core.files import write_whole
from engine.face.parts_network import CLASSES, PartsNetwork, network_input
from resources.parts_augmentation import Sample, on_background, plain_sample, random_sample
from resources.parts_backgrounds import backgrounds, draw_room
from resources.parts_pictures import UNSURE, Example, read_examples

BATCH = 16
RATE, WARM_UP, WEIGHT_DECAY = 3e-3, 200, 1e-3  # AdamW; the rate falls along a cosine
CLASS_WEIGHTS = (1.0, 1.0, 1.2, 1.0, 2.0, 2.0)
OVERLAP = 0.3  # weight of the overlap loss beside the cross entropy
AVERAGE = 0.999  # of the exponential moving average of the weights
SHARES = {"avatars": 0.5, "portraits": 0.32, "london": 0.18}  # of the samples
SAVE_EVERY = 250  # steps
MEASURE_EVERY = 1000


def train(run: Path, data: Path, minutes: float) -> None:
    """Train until ``minutes`` of training have passed, those before an interruption included."""
    torch.manual_seed(1)
    examples = {name: read_examples(data / name, held_out=False) for name in SHARES}
    held_out = {
        name: read_examples(data / name, held_out=True, every=5 if name == "avatars" else 1)
        for name in SHARES
    }
    scenes = backgrounds(examples["portraits"], examples["avatars"][::7], np.random.default_rng(1))
    print({name: len(found) for name, found in examples.items()}, len(scenes), flush=True)

    network = PartsNetwork(normalised=True)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = PartsNetwork(normalised=True)
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    saved = run / "checkpoint.pt"
    step, seconds = 0, 0.0
    if saved.is_file():
        state = torch.load(saved, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds = state["step"], state["seconds"]
    rng = np.random.default_rng(1000 + step)
    losses: list[float] = []
    while (done := seconds / (60 * minutes)) < 1:
        began = time.monotonic()
        optimizer.param_groups[0]["lr"] = _rate(step, done)
        inputs, labels = _batch(_random_samples(examples, scenes, rng))
        losses.append(_learn(network, optimizer, inputs, labels))
        _average(average, network, min(AVERAGE, (step + 1) / (step + 20)))
        step += 1
        seconds += time.monotonic() - began
        if step % 50 == 0:
            mean = float(np.mean(losses[-50:]))
            print(f"{step} {seconds:.0f} s loss {mean:.4f}", flush=True)
        if step % SAVE_EVERY == 0:
            state = {
                "network": network.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "seconds": seconds,
            }
            with write_whole(saved) as part:
                torch.save(state, part)
            save(average, run / "parts.safetensors", held_out=_groups(held_out), steps=step)
        if step % MEASURE_EVERY == 0:
            print(json.dumps(measure(average.folded(), held_out)), flush=True)
    save(average, run / "parts.safetensors", held_out=_groups(held_out), steps=step)
    print(json.dumps(measure(average.folded(), held_out)), flush=True)


def _rate(step: int, done: float) -> float:
    """The learning rate at a step when this share of the training is done."""
    cosine = (1 + math.cos(math.pi * done)) / 2
    return RATE * min(1.0, (step + 1) / WARM_UP) * (0.01 + 0.99 * cosine)


def _learn(
    network: nn.Module, optimizer: torch.optim.Optimizer, inputs: Tensor, labels: Tensor
) -> float:
    """One step; the loss before it."""
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(inputs)
    cost = loss(logits.float(), labels)
    optimizer.zero_grad()
    cost.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return cost.item()


def save(network: PartsNetwork, path: Path, *, held_out: Sequence[str], steps: int) -> None:
    """Write the network without normalisation layers, in float16."""
    state = network.folded().state_dict()
    tensors = {name: tensor.half().contiguous() for name, tensor in state.items()}
    metadata = {"format": "repose-parts", "version": "1", "steps": str(steps)}
    metadata["held_out"] = json.dumps(sorted(held_out))
    with write_whole(path) as part:
        save_file(tensors, part, metadata)


def measure(
    network: PartsNetwork, held_out: dict[str, list[Example]]
) -> dict[str, dict[str, float]]:
    """IoU, mean over pictures, by folder: the pictures as they are, and before drawn rooms."""
    rng = np.random.default_rng(5)
    results = {}
    for name, examples in held_out.items():
        results[name] = _overlaps(network, [plain_sample(example) for example in examples])
        moved = [on_background(example, draw_room(rng)) for example in examples]
        results[f"{name}, other rooms"] = _overlaps(network, moved)
    return results


def _overlaps(network: PartsNetwork, samples: Sequence[Sample]) -> dict[str, float]:
    network.eval()
    parts = {"person": (1, 2, 3, 4, 5), "skin": (1,), "hair": (2,), "clothes": (3,)}
    parts |= {"eyes": (4,), "mouth": (5,)}
    found: dict[str, list[float]] = {part: [] for part in parts}
    for start in range(0, len(samples), BATCH):
        some = samples[start : start + BATCH]
        inputs, labels = _batch(some)
        with torch.inference_mode():
            guessed = network(inputs).argmax(dim=1).numpy().astype(np.uint8)
        for guess, label in zip(guessed, labels.numpy(), strict=True):
            sure = label != UNSURE
            for part, classes in parts.items():
                a, b = np.isin(guess, classes) & sure, np.isin(label, classes)
                if b.sum() >= 30:  # pixels; fewer say nothing
                    found[part].append(float((a & b).sum() / (a | b).sum()))
    return {part: round(float(np.mean(values)), 4) for part, values in found.items() if values}


def _random_samples(
    examples: dict[str, list[Example]], scenes: list[NDArray[np.uint8]], rng: np.random.Generator
) -> Iterator[Sample]:
    for name in rng.choice(list(SHARES), BATCH, p=list(SHARES.values())):
        chosen = examples[name]
        yield random_sample(chosen[rng.integers(len(chosen))], scenes, rng)


def _batch(samples: Iterator[Sample] | Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Inputs (B, 5, S, S) and labels (B, S, S) int64."""
    samples = list(samples)
    inputs = network_input(
        np.stack([sample.picture for sample in samples]),
        np.stack([sample.hints for sample in samples]),
    )
    labels = torch.from_numpy(np.stack([sample.labels for sample in samples])).long()
    return inputs.contiguous(memory_format=torch.channels_last), labels


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy, and one minus the soft overlap (Dice) of each part over the batch."""
    sure = labels != UNSURE
    known = labels.where(sure, 0)
    likely = logits.log_softmax(dim=1)
    right = likely.gather(1, known.unsqueeze(1)).squeeze(1)  # log likelihood of the label
    weights = torch.tensor(CLASS_WEIGHTS)[known] * sure
    entropy = -(weights * right).sum() / weights.sum()
    soft = (likely.exp() * sure.unsqueeze(1)).sum(dim=(0, 2, 3))
    hard = torch.bincount(known[sure], minlength=CLASSES)
    both = torch.zeros(CLASSES).index_add(0, known.flatten(), (right.exp() * sure).flatten())
    dice = (2 * both + 1) / (soft + hard + 1)
    return entropy + OVERLAP * (1 - dice).mean()


def _average(average: nn.Module, network: nn.Module, keep: float) -> None:
    state = network.state_dict()
    with torch.no_grad():
        for name, value in average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[name], 1 - keep)
            else:
                value.copy_(state[name])


def _groups(examples: dict[str, list[Example]]) -> list[str]:
    return sorted({example.group for some in examples.values() for example in some})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("train", "evaluate"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.action == "train":
        options.path.mkdir(parents=True, exist_ok=True)
        train(options.path, options.data, options.minutes)
        return
    network = PartsNetwork()
    network.load_state_dict({k: v.float() for k, v in load_file(options.path).items()})
    held_out = {name: read_examples(options.data / name, held_out=True) for name in SHARES}
    for name, overlaps in measure(network, held_out).items():
        print(name, overlaps)


if __name__ == "__main__":
    main()
