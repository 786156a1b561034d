"""A small data set of drawn things without faces or points: cups and arrows, turned."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.photos import write_photo

HEIGHT, WIDTH = 64, 80
"""Of a picture, pixels."""

_ARROW = np.array([(-22, -5), (4, -5), (4, -14), (22, 0), (4, 14), (4, 5), (-22, 5)])
_CUP = np.array([(-12, -16), (12, -16), (9, 16), (-9, 16)])
_HANDLE = np.array([(11, -10), (19, -8), (18, 5), (10, 8)])


def draw_things(folder: Path, things: int, turns: int) -> None:
    """Write ``things`` folders of ``turns`` pictures each: one thing, turned in its plane."""
    for number in range(things):
        rng = np.random.default_rng(number)
        ground = rng.integers(200, 250, 3).tolist()
        ink = rng.permutation([20, 70, 190]).tolist()
        for turn in range(turns):
            angle = (turn + rng.uniform(0.2, 0.8)) * 360 / turns
            picture = draw_thing("cup" if number % 2 else "arrow", angle, ink, ground)
            write_photo(folder / f"{number:02}" / f"{turn}.png", picture)


def draw_thing(kind: str, angle: float, ink: list[int], ground: list[int]) -> NDArray[np.uint8]:
    """A picture (HEIGHT, WIDTH, 3) of a ``cup`` or an ``arrow``, turned by ``angle`` degrees."""
    picture = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cos, sin], [-sin, cos]])

    def placed(points: NDArray[np.int_]) -> NDArray[np.int32]:
        return np.asarray((points @ turn + (WIDTH / 2, HEIGHT / 2)).round(), np.int32)

    if kind == "cup":
        cv2.polylines(picture, [placed(_HANDLE)], True, ink, 3, cv2.LINE_AA)
    cv2.fillPoly(picture, [placed(_CUP if kind == "cup" else _ARROW)], ink, cv2.LINE_AA)
    return picture
