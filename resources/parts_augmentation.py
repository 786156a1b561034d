"""What changes a picture with labelled parts for training, for `make_parts.py`."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.parts_network import SIZE, landmark_hints, no_hints
from resources.parts_backgrounds import Generator, Pixels, texture
from resources.parts_pictures import CANVAS, CONTEXT, UNSURE, Example

Floats = NDArray[np.float32]

_HAIR, _THINGS = 2, 3
_IN_FACE_WIDTHS = 0.02  # how far landmarks are off, of the face's size


@dataclass(frozen=True)
class Sample:
    """A picture (SIZE, SIZE, 3) with hints (SIZE, SIZE, 2) and labels (SIZE, SIZE)."""

    picture: Pixels
    hints: Pixels
    labels: Pixels


def plain_sample(example: Example) -> Sample:
    """The crop as it is."""
    inner = slice(CONTEXT, CONTEXT + SIZE)
    hints = landmark_hints(example.landmarks - np.float32(CONTEXT))
    return Sample(example.picture[inner, inner], hints, example.labels[inner, inner])


def on_background(example: Example, background: Pixels) -> Sample:
    """The crop in front of something else."""
    inner = slice(CONTEXT, CONTEXT + SIZE)
    cut, alpha = example.picture[inner, inner], example.alpha[inner, inner]
    plain = plain_sample(example)
    picture = _composite(np.asarray(cut, np.float32), alpha, background[inner, inner])
    return Sample(picture.clip(0, 255).astype(np.uint8), plain.hints, plain.labels)


def random_sample(example: Example, scenes: Sequence[Pixels], rng: Generator) -> Sample:
    """The crop moved, turned, mirrored, before another background, covered, in other light,
    blurred, compressed ...
    """
    matrix = _placement(rng)
    picture, labels, alpha = _moved(example, matrix)
    colours = np.asarray(picture, np.float32)
    if rng.random() < (0.6 if example.rendered else 0.15):
        colours = _recoloured(colours, labels, scenes, rng)
    if rng.random() < (0.85 if example.rendered else 0.55 if example.plain else 0.35):
        colours = _composite(colours, alpha, _scene(scenes, rng))
    if rng.random() < 0.07:
        _wear_hat(colours, labels, scenes, rng)
    if rng.random() < 0.22:
        _cover(colours, labels, scenes, rng)
    points = example.landmarks @ matrix[:, :2].T + matrix[:, 2]
    if rng.random() < 0.07:
        _wear_glasses(colours, points, rng)
    return Sample(_photographed(colours, rng), _hints(points, rng), labels)


def _placement(rng: Generator) -> NDArray[np.float32]:
    """The 2 x 3 matrix from the canvas to a crop near the right one."""
    wild = 1.0 if rng.random() < 0.85 else 2.5
    angle = np.radians(rng.normal(0, 8) * wild)
    scale = np.exp(rng.normal(0, 0.07) * wild).clip(0.65, 1.5)
    shift = rng.normal(0, 0.025, 2) * wild * SIZE
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ np.diag([mirror, 1.0])
    middle = (CANVAS - 1) / 2
    offset = (SIZE - 1) / 2 + shift - linear @ [middle, middle]
    return np.column_stack((linear, offset)).astype(np.float32)


def _moved(example: Example, matrix: NDArray[np.float32]) -> tuple[Pixels, Pixels, Pixels]:
    size, border = (SIZE, SIZE), cv2.BORDER_REPLICATE
    picture = cv2.warpAffine(example.picture, matrix, size, borderMode=border)
    alpha = cv2.warpAffine(example.alpha, matrix, size, borderMode=border)
    labels = cv2.warpAffine(
        example.labels, matrix, size, flags=cv2.INTER_NEAREST, borderMode=border
    )
    return np.asarray(picture, np.uint8), np.asarray(labels, np.uint8), np.asarray(alpha, np.uint8)


def _composite(colours: Floats, alpha: Pixels, background: Pixels) -> Floats:
    """The person before a background; at the outline with colours from within the person."""
    inside = np.asarray(cv2.erode(alpha, np.ones((3, 3), np.uint8)) > 242, np.float32)
    weight = cv2.blur(inside, (7, 7))[..., None]
    around = cv2.blur(colours * inside[..., None], (7, 7)) / np.maximum(weight, 1e-3)
    known = inside[..., None]
    own = np.where(weight > 1e-3, known * colours + (1 - known) * around, colours)
    share = np.asarray(alpha, np.float32)[..., None] / 255
    return np.asarray(share * own + (1 - share) * background, np.float32)


def _scene(scenes: Sequence[Pixels], rng: Generator) -> Pixels:
    """A background, cut, mirrored and coloured anew, SIZE wide."""
    scene = scenes[int(rng.integers(len(scenes)))]
    side = int(rng.integers(CANVAS // 3, CANVAS + 1))
    top, left = (int(v) for v in rng.integers(0, CANVAS - side + 1, 2))
    cut = cv2.resize(scene[top : top + side, left : left + side], (SIZE, SIZE))
    if rng.random() < 0.5:
        cut = cut[:, ::-1]
    if rng.random() < 0.3:
        cut = cut[..., rng.permutation(3)]
    if rng.random() < 0.3:
        cut = cv2.GaussianBlur(cut, (0, 0), float(rng.uniform(0.7, 5)))
    gain, offset = rng.uniform(0.5, 1.4, 3), rng.uniform(-30, 40)
    return np.asarray((cut * gain + offset).clip(0, 255), np.uint8)


def _recoloured(
    colours: Floats, labels: Pixels, scenes: Sequence[Pixels], rng: Generator
) -> Floats:
    """Other skin, hair and clothes."""
    tables = np.zeros((256, 2, 3), np.float32)
    tables[:, 0] = 1
    for part, spread in ((1, 0.12), (2, 0.35), (3, 0.4)):
        tables[part, 0] = np.exp(rng.normal(0, spread) + rng.normal(0, spread / 3, 3))
        if part == _HAIR and rng.random() < 0.4:  # blond, grey: brighter than a factor makes black
            tables[part, 1] = rng.uniform(20, 110) * rng.uniform(0.6, 1, 3)
    tables[_THINGS, 1] = rng.uniform(-20, 60, 3)
    gain, offset = (cv2.blur(tables[:, i][labels], (3, 3)) for i in range(2))
    colours = colours * gain + offset
    if rng.random() < 0.3:  # patterned clothes
        clothes = (labels == _THINGS)[..., None] * np.float32(rng.uniform(0.3, 1))
        colours = colours * (1 - clothes) + clothes * (
            0.3 * colours + 0.7 * _scene(scenes, rng).astype(np.float32)
        )
    return np.asarray(colours, np.float32)


def _wear_hat(colours: Floats, labels: Pixels, scenes: Sequence[Pixels], rng: Generator) -> None:
    """Cloth over the upper head, in place; sometimes over all hair, as a head scarf."""
    head = np.asarray((labels == 1) | (labels == _HAIR), np.uint8)
    rows = np.flatnonzero(head.any(axis=1))
    if not len(rows):
        return
    scarf = rng.random() < 0.35
    if scarf:
        cloth = np.asarray(labels == _HAIR, np.uint8)
        side = int(rng.integers(3, 13))
    else:
        top, height = rows[0], SIZE * rng.uniform(0.1, 0.22)
        y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
        line = top + height + rng.normal(0, 0.15) * (x - SIZE / 2)
        cloth = np.asarray(head * (y < line), np.uint8)
        side = int(rng.integers(5, 25))
    wide = cv2.dilate(cloth, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    if not scarf:
        wide = wide * (y < line)
    _lay(colours, labels, np.asarray(wide, np.uint8), _cloth(scenes, rng), _THINGS)


def _cover(colours: Floats, labels: Pixels, scenes: Sequence[Pixels], rng: Generator) -> None:
    """Things before the person, in place; whose they are is not known beside the person."""
    for _ in range(rng.integers(1, 3)):
        centre = rng.uniform(0.05, 0.95, 2) * SIZE
        count = int(rng.integers(4, 10))
        angles = np.sort(rng.uniform(0, 2 * np.pi, count))
        radii = rng.uniform(0.02, 0.16, (count, 1)) * SIZE * rng.uniform(0.5, 1.5, (1, 2))
        points = centre + radii * np.column_stack((np.cos(angles), np.sin(angles)))
        thing = np.zeros_like(labels)
        cv2.fillPoly(thing, [points.astype(np.int32)], 1)
        beside = (labels == 0) | (labels == UNSURE)
        _lay(colours, labels, thing, _cloth(scenes, rng), _THINGS)
        labels[(thing > 0) & beside] = UNSURE


def _cloth(scenes: Sequence[Pixels], rng: Generator) -> Floats:
    """Even or patterned colours (SIZE, SIZE, 3)."""
    even = np.broadcast_to(rng.uniform(0, 255, 3).astype(np.float32), (SIZE, SIZE, 3))
    if rng.random() < 0.5:
        return np.asarray(even * (1 + 0.25 * texture(rng, SIZE)[..., None]), np.float32)
    share = np.float32(rng.uniform(0, 1))
    return np.asarray(even * share + (1 - share) * _scene(scenes, rng), np.float32)


def _lay(colours: Floats, labels: Pixels, where: Pixels, what: Floats, part: int) -> None:
    soft = cv2.GaussianBlur(np.asarray(where, np.float32), (3, 3), 0)[..., None]
    colours *= 1 - soft
    colours += soft * what
    labels[where > 0] = part


def _wear_glasses(colours: Floats, points: NDArray[np.floating], rng: Generator) -> None:
    """Two rims and a bridge, in place; what is seen through them stays what it is."""
    colour = tuple(float(v) for v in rng.uniform(0, 255) + rng.normal(0, 25, 3))
    thick = int(rng.integers(1, 4))
    centres = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    apart = float(np.linalg.norm(centres[1] - centres[0]))
    if not 8 < apart < SIZE:
        return
    axes = (max(2, int(apart * rng.uniform(0.32, 0.44))), max(2, int(apart * 0.3)))
    (x0, y0), (x1, y1) = centres
    angle = float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
    for x, y in centres:
        place = (int(x), int(y))
        cv2.ellipse(colours, place, axes, angle, 0, 360, colour, thick, cv2.LINE_AA)
    ends = [centres[0] + 0.36 * (centres[1] - centres[0]), centres[1]]
    ends[1] = centres[1] - 0.36 * (centres[1] - centres[0])
    first, second = (tuple(int(v) for v in end) for end in ends)
    cv2.line(colours, first, second, colour, thick, cv2.LINE_AA)


def _photographed(colours: Floats, rng: Generator) -> Pixels:
    """Another light, camera, development and file."""
    if rng.random() < 0.3:  # light from one side
        corners = np.exp(rng.normal(0, 0.3, (2, 2, 1)) + rng.normal(0, 0.06, (2, 2, 3)))
        colours = colours * cv2.resize(corners.astype(np.float32), (SIZE, SIZE))
    colours = colours * np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.07, 3)).astype(np.float32)
    kind = rng.random()
    if kind < 0.14:  # black and white, some of it toned
        grey = colours @ rng.dirichlet([3, 4, 2]).astype(np.float32)
        tint = 1 + (rng.normal(0, 0.08, 3) if rng.random() < 0.4 else np.zeros(3))
        colours = grey[..., None] * tint.astype(np.float32)
    elif kind < 0.5:
        grey = colours.mean(axis=2, keepdims=True)
        colours = grey + (colours - grey) * np.float32(rng.uniform(0.4, 1.5))
    contrast, middle = rng.uniform(0.6, 1.4), rng.uniform(90, 165)
    gamma = np.exp(rng.normal(0, 0.25))
    colours = (colours - middle) * np.float32(contrast) + np.float32(middle)
    curve = np.rint(255 * np.linspace(0, 1, 256) ** gamma).astype(np.uint8)
    picture = np.asarray(cv2.LUT(colours.clip(0, 255).astype(np.uint8), curve), np.uint8)
    if rng.random() < 0.07:
        picture = _painted(picture, rng)
    if rng.random() < 0.25:  # small, then enlarged
        small = int(SIZE * rng.uniform(0.2, 0.7))
        less = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        enlarged = cv2.resize(less, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        picture = np.asarray(enlarged, np.uint8)
    elif rng.random() < 0.25:
        blurred = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.8)))
        picture = np.asarray(blurred, np.uint8)
    if rng.random() < 0.3:
        noise = rng.integers(-128, 128, (SIZE, SIZE, 3), dtype=np.int16)
        strength = rng.uniform(0.01, 0.12)
        picture = np.asarray((picture + noise * strength).clip(0, 255), np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(25, 96))
        _, file = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = cv2.imdecode(file, cv2.IMREAD_COLOR)
        assert decoded is not None
        picture = np.asarray(decoded, np.uint8)
    return picture


def _painted(picture: Pixels, rng: Generator) -> Pixels:
    """As if painted: even areas with edges between, few colours, or the grain of a canvas."""
    smooth = cv2.medianBlur(picture, int(rng.choice([5, 7, 9])))
    if rng.random() < 0.4:
        step = int(rng.integers(20, 64))
        smooth = np.asarray(smooth // step * step + step // 2, np.uint8)
    if rng.random() < 0.5:
        grain = 1 + rng.uniform(0.05, 0.2) * texture(rng, SIZE)[..., None]
        smooth = np.asarray((smooth * grain).clip(0, 255), np.uint8)
    return np.asarray(smooth, np.uint8)


def _hints(points: NDArray[np.floating], rng: Generator) -> Pixels:
    """The hints from landmarks that are a little off, sometimes much, sometimes unknown."""
    if rng.random() < 0.08:
        return no_hints()
    size = float(np.ptp(points, axis=0).max())
    wild = 1.0 if rng.random() < 0.9 else 4.0
    sigma = _IN_FACE_WIDTHS * size * rng.random() * wild
    off = points + rng.normal(0, sigma, 2) + rng.normal(0, sigma * 0.4, points.shape)
    return landmark_hints(off.astype(np.float32))
