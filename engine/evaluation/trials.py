"""Selects evaluation pairs of people unseen in training, and runs a model on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.config.skeletons import SKELETONS
from engine.core.devices import Device, choose_device
from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.data.cache import Picture
from engine.data.pairs import Pair, cut_pair, to_batch, to_tensors
from engine.data.split import partners
from engine.evaluation.scores import pose_change
from engine.guidance.warp2d import plain_warp
from engine.inference.predictor import DEFAULT_MODEL
from engine.networks.checkpoint import load_checkpoint
from engine.networks.generators import G1, G2
from engine.training.stages import draw_coarse

Floats = NDArray[np.float32]

_BATCH = 16

_UNKNOWN = (
    "The model's training held out nobody here: the numbers count only if it saw nobody either."
)
_TRAINED = "The model was trained on all of these people: the numbers say nothing about new ones."
_LIFTED = (
    "Some of these pictures were not taken, but lifted to 3D from a photo and turned: the numbers "
    "say as much about the lifting."
)


@dataclass(frozen=True, eq=False)
class Trial:
    """One evaluation pair and its pose change (see `ChangeScale`)."""

    source: Picture
    target: Picture
    change: float | None


@dataclass(frozen=True, eq=False)
class Outcome:
    """The results of a model on a pair.

    pair        the pair at the networks' size
    images      (H, W, 3) float32 in [0, 1], by method (see `METHODS`)
    difference  (H, W, 3) float32 in [-1, 1]: the difference map
    """

    pair: Pair
    images: dict[str, Floats]
    difference: Floats


class Model:
    """The networks of a checkpoint with any config, for batch evaluation.

    Raises ReposeError for a model that cannot be used and for an unavailable device.
    """

    def __init__(self, path: Path | None, device: Device) -> None:
        """Load the checkpoint ``path``, or the default model if it is None."""
        self.path = path or resource(DEFAULT_MODEL)
        checkpoint = load_checkpoint(self.path)
        self.name = checkpoint.name
        self.held_out, self.trained_on = checkpoint.held_out, checkpoint.trained_on
        self.device, self.config = choose_device(device), checkpoint.config
        self._g1, self._g2 = checkpoint.network("g1", G1), checkpoint.network("g2", G2)
        for network in (self._g1, self._g2):
            network.eval().requires_grad_(False)
            network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def unseen(self, pictures: Sequence[Picture]) -> list[Picture]:
        """The pictures of people outside the training set; all pictures if there are none.

        If the checkpoint does not list its training set: the pictures of its held-out people, or
        all pictures if there are none, since the model was then probably trained on other data.
        """
        if self.trained_on:
            chosen = [picture for picture in pictures if picture.group not in self.trained_on]
        else:
            chosen = [picture for picture in pictures if picture.group in self.held_out]
        return chosen or list(pictures)

    def cautions(self, trials: Sequence[Trial]) -> str:
        """Limitations of the numbers of these trials, as sentences; usually empty."""
        groups = {trial.source.group for trial in trials}
        found = []
        if groups & self.trained_on:
            found.append(_TRAINED)
        elif not self.trained_on and not groups & self.held_out:
            found.append(_UNKNOWN)
        if any(_is_lifted(picture) for trial in trials for picture in (trial.source, trial.target)):
            found.append(_LIFTED)
        return " ".join(found)

    def outcomes(self, trials: Sequence[Trial]) -> Iterator[Outcome]:
        """Run the model and the baselines on each trial, in batches."""
        waiting = iter(trials)
        while some := list(islice(waiting, _BATCH)):
            pairs = [cut_pair(trial.source, trial.target, self.config) for trial in some]
            coarse, refined, difference, layers = self._generate(pairs)
            for k, pair in enumerate(pairs):
                images = {**self._baselines(pair), "coarse": coarse[k], "refined": refined[k]}
                if layers is not None:
                    images["layers"] = layers[k]
                yield Outcome(pair, images, difference[k])

    @torch.inference_mode()
    def _generate(self, pairs: Sequence[Pair]) -> tuple[Floats, Floats, Floats, Floats | None]:
        """Coarse images, refined images, difference maps and guides, each (B, H, W, 3), of B pairs;
        None for the guides of a model without."""
        batch = to_batch([to_tensors(pair, self.config) for pair in pairs]).to(self.device)
        coarse = draw_coarse(self._g1, batch, self.config).image
        difference = self._g2(batch.source, coarse, batch.guides)
        return (
            _to_array(coarse.clamp(0, 1)),
            _to_array((coarse + difference).clamp(0, 1)),
            _to_array(difference.clamp(-1, 1)),
            None if batch.guides is None else _to_array(batch.guides[:, 3:6]),
        )

    def _baselines(self, pair: Pair) -> dict[str, Floats]:
        source = np.asarray(pair.source / np.float32(255), np.float32)
        if not SKELETONS[self.config.skeleton].has_head:
            return {"source": source}
        warped = plain_warp(source, pair.source_landmarks, pair.target_landmarks)
        return {"source": source, "warp": warped}


def choose(pictures: Sequence[Picture], model: Model, most: int, title: str) -> list[Trial]:
    """At most ``most`` pairs of unseen people, in a random but reproducible order. If any target is
    a photograph, pairs with lifted views as targets are excluded.

    Raises ReposeError when there are none; its message names the data set by ``title``.
    """
    pictures = model.unseen(pictures)
    pairs = [(i, j) for i, others in enumerate(partners(pictures)) for j in others]
    pairs = [(i, j) for i, j in pairs if not _is_lifted(pictures[j])] or pairs
    if not pairs:
        raise ReposeError(f"{title} has no two pictures of one person who was not trained on.")
    order = np.random.default_rng(0).permutation(len(pairs))
    chosen = [pairs[k] for k in order[:most]]
    return [
        Trial(pictures[i], pictures[j], pose_change(pictures[i], pictures[j], model.config))
        for i, j in chosen
    ]


def spread(trials: Sequence[Trial], count: int) -> list[Trial]:
    """At most ``count`` trials, evenly spaced in the order of pose change, of as many different
    people as possible."""
    ordered = sorted(trials, key=lambda trial: trial.change or 0.0)
    chosen: list[Trial] = []
    for part in np.array_split(np.arange(len(ordered)), min(count, len(ordered))):
        people = [trial.source.group for trial in chosen]
        middle = part[len(part) // 2]
        near = sorted(part, key=lambda k: abs(k - middle))
        chosen.append(ordered[min(near, key=lambda k: people.count(ordered[k].source.group))])
    return chosen


def _is_lifted(picture: Picture) -> bool:
    return picture.weight_offset is not None


def _to_array(images: torch.Tensor) -> Floats:
    """Convert Bx3xHxW to (B, H, W, 3)."""
    return np.ascontiguousarray(images.float().permute(0, 2, 3, 1).cpu().numpy())
