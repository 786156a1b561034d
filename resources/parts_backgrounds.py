"""Backgrounds to put behind people, for `make_parts.py`: drawn rooms and textures, the pictures
that scikit-image ships, and what stands behind the portraits, with the person filled in.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import skimage
from numpy.typing import NDArray

from engine.imaging.filling import filled
from resources.parts_pictures import CANVAS, Example

Pixels = NDArray[np.uint8]
Generator = np.random.Generator

_DRAWN = 500
_WITH_PEOPLE = 120
_SHIPPED = (
    *("coffee", "rocket", "chelsea", "hubble_deep_field", "retina", "immunohistochemistry"),
    *("brick", "grass", "gravel", "page", "text", "coins", "moon"),
)


def backgrounds(
    people: Sequence[Example], rendered: Sequence[Example], rng: Generator
) -> list[Pixels]:
    """Pictures (CANVAS, CANVAS, 3) uint8; ``people`` are the portraits of training."""
    drawn = [draw_room(rng) for _ in range(_DRAWN)]
    rooms = [_without_person(example) for example in people if not example.plain]
    shipped = [_cut(_as_colours(getattr(skimage.data, name)()), rng) for name in _SHIPPED * 6]
    empty = drawn + rooms * 3 + shipped
    # Other people stand behind; they belong to the background.
    crowds = []
    for _ in range(_WITH_PEOPLE if rendered else 0):
        behind = empty[rng.integers(len(empty))].copy()
        for _ in range(rng.integers(1, 4)):
            _add_person(behind, rendered[int(rng.integers(len(rendered)))], rng)
        crowds.append(behind)
    return empty + crowds


def draw_room(rng: Generator) -> Pixels:
    """A made-up interior or texture: gradients, noise, rectangles, lines, shelves, lights."""
    size = CANVAS
    corners = rng.uniform(0, 255, (2, 2, 1)) * 0.6 + rng.uniform(0, 100) + rng.normal(0, 25, 3)
    corners += rng.normal(0, 15, (2, 2, 3))
    room = np.asarray(cv2.resize(corners.astype(np.float32), (size, size)), np.float32)
    if rng.random() < 0.4:
        room *= 1 + np.float32(rng.uniform(0.1, 0.6)) * texture(rng, size)[..., None]
    picture = np.ascontiguousarray(room.clip(0, 255), np.uint8)

    def colour() -> tuple[int, ...]:
        grey, tint = rng.uniform(10, 250), rng.normal(0, 30, 3)
        return tuple(int(v) for v in np.clip(grey + tint, 0, 255))

    def place() -> tuple[int, int]:
        x, y = rng.integers(-size // 4, size * 5 // 4, 2)
        return int(x), int(y)

    for _ in range(rng.integers(0, 14)):
        kind = rng.integers(7)
        x, y = place()
        w, h = (int(v) for v in rng.integers(8, size * 2 // 3, 2))
        if kind == 0:  # furniture, pictures, windows with a frame
            cv2.rectangle(picture, (x, y), (x + w, y + h), colour(), -1)
            cv2.rectangle(picture, (x, y), (x + w, y + h), colour(), int(rng.integers(1, 7)))
        elif kind == 1:
            cv2.line(picture, place(), place(), colour(), int(rng.integers(1, 14)), cv2.LINE_AA)
        elif kind == 2:  # a shelf of books
            left = x
            while left < x + w:
                thick = int(rng.integers(4, 16))
                top = y + int(rng.integers(0, max(1, h // 4)))
                cv2.rectangle(picture, (left, top), (left + thick, y + h), colour(), -1)
                left += thick + 1
        elif kind == 3:  # lights out of focus
            for _ in range(rng.integers(2, 25)):
                cv2.circle(picture, place(), int(rng.integers(2, 18)), colour(), -1, cv2.LINE_AA)
        elif kind == 4:
            points = rng.integers(-size // 4, size * 5 // 4, (int(rng.integers(3, 8)), 2))
            cv2.fillPoly(picture, [points.astype(np.int32)], colour(), cv2.LINE_AA)
        elif kind == 5:  # leaves
            for _ in range(rng.integers(20, 150)):
                axes = (int(rng.integers(2, 12)), int(rng.integers(2, 7)))
                angle = float(rng.uniform(0, 180))
                cv2.ellipse(picture, place(), axes, angle, 0, 360, colour(), -1, cv2.LINE_AA)
        else:  # a grid: tiles, blinds, bricks
            step, across = int(rng.integers(5, 40)), int(rng.integers(5, 80))
            shade = colour()
            for line in range(0, size, step):
                cv2.line(picture, (0, line), (size, line), shade, 1 + step // 12)
            for line in range(0, size, across):
                cv2.line(picture, (line, 0), (line, size), shade, 1 + step // 12)
    sigma = rng.choice([0, 0.7, 1.5, 3, 6, 12])
    if sigma:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(sigma)), np.uint8)
    return picture


def texture(rng: Generator, size: int) -> NDArray[np.float32]:
    """Noise of several scales (size, size), about -1 to 1."""
    sum_ = np.zeros((size, size), np.float32)
    for scale in 2 ** rng.integers(1, 8, 3):
        noise = rng.normal(0, 0.5, (scale + 1, max(2, scale // int(rng.integers(1, 4))) + 1))
        sum_ += cv2.resize(
            noise.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC
        ) / np.sqrt(3)
    return sum_


def _without_person(example: Example) -> Pixels:
    person = cv2.dilate(np.asarray(example.labels != 0, np.uint8), np.ones((9, 9), np.uint8))
    known = np.asarray(1 - person, np.float32)
    picture = np.asarray(example.picture, np.float32)
    return np.asarray(filled(picture * known[..., None], known).clip(0, 255), np.uint8)


def _add_person(behind: Pixels, example: Example, rng: Generator) -> None:
    """Draw a person into a background, in place, anywhere and smaller or larger."""
    scale = rng.uniform(0.3, 1.1)
    shift = rng.uniform(-0.2, 1.0, 2) * CANVAS - scale * CANVAS * 0.3
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    warped = cv2.warpAffine(example.picture, matrix, (CANVAS, CANVAS))
    alpha = cv2.warpAffine(example.alpha, matrix, (CANVAS, CANVAS))[..., None] / 255
    mixed: NDArray[np.floating] = warped * alpha + behind * (1 - alpha)
    if rng.random() < 0.6:
        blurred = cv2.GaussianBlur(mixed, (0, 0), float(rng.uniform(0.7, 4)))
        mixed = np.asarray(blurred, np.float32)
    behind[...] = mixed.clip(0, 255)


def _as_colours(picture: NDArray[np.generic]) -> Pixels:
    grey = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.asarray(grey[..., :3], np.uint8)


def _cut(picture: Pixels, rng: Generator) -> Pixels:
    """A random square of a picture, scaled to CANVAS."""
    height, width = picture.shape[:2]
    side = int(min(height, width) * rng.uniform(0.5, 1))
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    square = picture[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (CANVAS, CANVAS)), np.uint8)
