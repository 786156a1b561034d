"""How well a model does on people it has never seen, beside the baselines it has to beat.

For every pair of pictures of a held-out person: the source unchanged, the plain 2D warp, the coarse
and the refined image, each against the true target picture.
"""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity
from tqdm import tqdm
from tyro.conf import Positional

from engine.cache import Picture, open_cache
from engine.config import Config
from engine.devices import Device
from engine.errors import ReposeError
from engine.files import write_whole
from engine.guides import plain_warp
from engine.identity import describe
from engine.pairs import Pair, cut_pair, partners
from engine.pose3d import head_angles
from engine.predictor import Predictor

METHODS = ("source", "warp", "coarse", "refined")
"""What is compared: the source unchanged, the plain 2D warp, and what the networks make."""

BINS = ((0.0, 15.0), (15.0, 30.0), (30.0, 60.0), (60.0, 180.0), (15.0, 180.0), (0.0, 180.0))
"""Degrees of yaw change, from and below, for the lines of a table."""

_CAUTION = (
    "The model's training held out nobody here: the numbers count only if it saw nobody either.\n\n"
)


@dataclass(frozen=True)
class EvaluateOptions:
    """Compare a model with the unchanged source and the plain warp on people it never saw."""

    data: Positional[tuple[Path, ...]]
    """Caches, as `prepare` writes them; a table for each."""
    out: Path
    """The folder for the tables."""
    model: Path | None = None
    """The model; without it, the one that comes with Repose."""
    pairs: int = 200
    """At most so many pairs of each cache, spread over people and angles."""
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""


@dataclass(frozen=True)
class Score:
    """One method on one pair.

    yaw        by how many degrees the pose changes
    ssim, l1   against the true picture, cutoff removed (report, section 4.3)
    identity   dlib's distance to the true picture; None where no face was found
    landmarks  how far the face found is from the pose asked for: mean over the landmarks, percent
               of the distance of the eyes; None where no face was found
    """

    pair: str
    yaw: float
    method: str
    ssim: float
    l1: float
    identity: float | None
    landmarks: float | None


def evaluate(options: EvaluateOptions) -> None:
    """Write `scores.csv`, `tables.json` and `tables.md` and print the tables.

    Raises ReposeError when the model or a cache cannot be used.
    """
    if not options.data:
        raise ReposeError("Name at least one cache of pictures to evaluate on.")
    predictor = Predictor(options.model, options.device)
    options.out.mkdir(parents=True, exist_ok=True)
    texts, rows, tables = [], [], {}
    for folder in options.data:
        pictures = unseen(open_cache(folder), predictor.held_out)
        scores = list(_scores(pictures, predictor, options.pairs, folder.name))
        rows += [asdict(score) for score in scores]
        tables[folder.name] = table(scores)
        caution = "" if predictor.held_out & {p.group for p in pictures} else _CAUTION
        texts.append(f"## {folder.name}\n\n{caution}{as_markdown(tables[folder.name])}")
    report = "\n".join(texts)
    with write_whole(options.out / "tables.md") as part:
        part.write_text(report)
    with write_whole(options.out / "tables.json") as part:
        part.write_text(json.dumps(tables, indent=2))
    with write_whole(options.out / "scores.csv") as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(report)


def unseen(pictures: Sequence[Picture], held_out: frozenset[str]) -> list[Picture]:
    """The pictures of the groups ``held_out``; all of them if none is of these, for then they are
    most likely of people that the training never had.
    """
    chosen = [picture for picture in pictures if picture.group in held_out]
    return chosen or list(pictures)


def table(scores: Sequence[Score]) -> list[dict[str, float | str | None]]:
    """Means, with their standard errors, for every band of yaw change and method."""
    lines: list[dict[str, float | str | None]] = []
    for low, high in BINS:
        band = [score for score in scores if low <= score.yaw < high]
        for method in METHODS:
            chosen = [score for score in band if score.method == method]
            if not chosen:
                continue
            line: dict[str, float | str | None] = {
                "yaw change": f"{low:g} to {high:g}",
                "pairs": len(chosen),
                "method": method,
            }
            for name in ("ssim", "l1", "identity", "landmarks"):
                found = [v for score in chosen if (v := getattr(score, name)) is not None]
                line[name] = round(float(np.mean(found)), 4) if found else None
                line[f"{name} se"] = _standard_error(found)
            lost = sum(score.identity is None for score in chosen)
            line["lost %"] = round(100 * lost / len(chosen), 1)
            lines.append(line)
    return lines


def as_markdown(lines: Sequence[dict[str, float | str | None]]) -> str:
    """A table as Markdown."""
    head = ("yaw change", "pairs", "method", "ssim", "l1", "identity", "landmarks", "lost %")
    text = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in lines:
        cells = []
        for name in head:
            error = line.get(f"{name} se")
            cells.append(f"{line[name]}" + (f" ± {error}" if error is not None else ""))
        text.append("| " + " | ".join(cells) + " |")
    return "\n".join(text) + "\n"


def _scores(
    pictures: Sequence[Picture], predictor: Predictor, most: int, title: str
) -> Iterable[Score]:
    pairs = _choose(pictures, most)
    if not pairs:
        raise ReposeError(f"{title} has no two pictures of one person who was not trained on.")
    for source, target in tqdm(pairs, desc=title, unit="pair", disable=not sys.stderr.isatty()):
        pair = cut_pair(pictures[source], pictures[target], predictor.config)
        yaw = abs(head_angles(pair.source_landmarks)[0] - head_angles(pair.target_landmarks)[0])
        name = f"{pictures[source].name} {pictures[target].name}"
        yield from _score(name, yaw, pair, _images(pair, predictor), predictor.config)


def _choose(pictures: Sequence[Picture], most: int) -> list[tuple[int, int]]:
    """Pairs (source, target), always the same ones, in random order of people and angles."""
    pairs = [(i, j) for i, others in enumerate(partners(pictures)) for j in others]
    order = np.random.default_rng(0).permutation(len(pairs))
    return [pairs[k] for k in order[:most]]


def _images(pair: Pair, predictor: Predictor) -> dict[str, NDArray[np.float32]]:
    source = np.asarray(pair.source / np.float32(255), np.float32)
    predictor.set_crop(pair.source, pair.source_landmarks)
    made = predictor.predict(pair.target_landmarks)
    warped = plain_warp(source, pair.source_landmarks, pair.target_landmarks)
    return {"source": source, "warp": warped, "coarse": made.coarse, "refined": made.refined}


def _score(
    name: str,
    yaw: float,
    pair: Pair,
    images: dict[str, NDArray[np.float32]],
    config: Config,
) -> Iterable[Score]:
    target = pair.target.astype(np.float32) / 255
    true = describe(pair.target)
    n = config.loss.cutoff
    inner = slice(n, -n or None)
    for method, image in images.items():
        ssim, l1 = similarity(image[inner, inner], target[inner, inner])
        found = describe((image.clip(0, 1) * 255).round().astype(np.uint8))
        identity = landmarks = None
        if true is not None and found is not None:
            identity = float(np.linalg.norm(true[1] - found[1]))
            eyes = true[0][36:42].mean(axis=0) - true[0][42:48].mean(axis=0)
            error = np.linalg.norm(found[0] - pair.target_landmarks, axis=1).mean()
            landmarks = float(100 * error / np.linalg.norm(eyes))
        yield Score(name, yaw, method, ssim, l1, identity, landmarks)


def similarity(image: NDArray[np.floating], target: NDArray[np.floating]) -> tuple[float, float]:
    """SSIM (mean over channels) and L1 (mean over channels and pixels) of images in [0, 1]."""
    ssim = structural_similarity(image, target, data_range=1.0, channel_axis=2)
    return float(ssim), float(np.abs(image - target).mean())


def _standard_error(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    return round(float(np.std(values, ddof=1) / np.sqrt(len(values))), 4)
