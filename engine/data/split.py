"""Splits pictures into training and held-out ones, and finds the pairs of a person."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from engine.core.errors import ReposeError
from engine.data.cache import Picture


def split(
    pictures: Sequence[Picture],
    held_out: float,
    seed: int,
    kept_out: Collection[str] = (),
    trained_on: Collection[str] = (),
) -> tuple[list[Picture], list[Picture]]:
    """Split into training and held-out pictures by group; each side gets at least one group.

    kept_out, trained_on  groups whose side an earlier training has decided; without effect if it
              was trained on all of them

    The split of the others depends only on the seed and the set of their names, so that people who
    occur in several folders are on the same side. Raises ReposeError when there is only one group.
    """
    groups = sorted({picture.group for picture in pictures})
    if len(groups) < 2:
        raise ReposeError("Training needs pictures of at least two people, to hold one out.")
    if set(groups) <= set(trained_on):
        trained_on = ()
    chosen = set(groups).intersection(kept_out)
    free = [group for group in groups if group not in chosen and group not in trained_on]
    order = np.random.default_rng(seed).permutation(len(free))
    least, most = (0 if chosen else 1), len(free) - (len(chosen) + len(free) == len(groups))
    count = min(max(least, round(held_out * len(free))), most)
    chosen |= {free[i] for i in order[: max(count, 0)]}
    return (
        [picture for picture in pictures if picture.group not in chosen],
        [picture for picture in pictures if picture.group in chosen],
    )


def split_pictures(
    pictures: Sequence[Picture], held_out: float, seed: int
) -> tuple[list[Picture], list[Picture]]:
    """Split the pictures of each person into training and held-out ones, at least two of each, so
    that both sides have pairs. Nothing is held out of people with fewer than four pictures.

    Raises ReposeError when no person has four pictures.
    """
    people: dict[str, list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        people[picture.person].append(index)
    rng = np.random.default_rng(seed)
    chosen: set[int] = set()
    for _, indices in sorted(people.items()):
        if len(indices) >= 4:
            count = min(max(2, round(held_out * len(indices))), len(indices) - 2)
            chosen.update(int(index) for index in rng.permutation(indices)[:count])
    if not chosen:
        raise ReposeError(
            "To hold pictures out, at least four usable pictures of a person are needed."
        )
    return (
        [picture for index, picture in enumerate(pictures) if index not in chosen],
        [picture for index, picture in enumerate(pictures) if index in chosen],
    )


def partners(pictures: Sequence[Picture]) -> list[list[int]]:
    """For each picture, the indices of the other pictures of the same person."""
    people: dict[str, list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        people[picture.person].append(index)
    return [
        [other for other in people[picture.person] if other != index]
        for index, picture in enumerate(pictures)
    ]
