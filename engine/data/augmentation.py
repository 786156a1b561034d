"""Random augmentation of training pictures."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.edges import foreground
from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel

Pixels = NDArray[np.uint8]

ROLL = 7.0
"""Standard deviation of the rotation in the picture's plane, degrees."""

_UNCERTAIN = 0.004  # standard deviation of landmark noise, relative to the face's longer side
_GREY = 0.08  # share of pairs without colour


def random_jitter(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Affine map (3, 3): a small random scale, rotation and shift about the image centre."""
    scale, angle = np.exp(rng.normal(0, 0.09)), np.radians(rng.normal(0, ROLL))
    shift = rng.normal(0, 0.03, 2) * (width, height)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    result = np.eye(3)
    result[:2, :2], result[:2, 2] = turn, middle + shift - turn @ middle
    return result


def recoloured(pictures: Sequence[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """The pictures with the same random gain per channel, gamma and saturation."""
    gain = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.03, 3))
    gamma = np.exp(rng.normal(0, 0.15))
    ramp = np.linspace(0, 1, 256)[:, None] ** gamma * gain * 255
    table = ramp.clip(0, 255).astype(np.uint8)[None]
    saturation = float(np.clip(rng.normal(1, 0.2), 0, 1.6))
    if rng.random() < _GREY:
        saturation = 0.0
    result = []
    for picture in pictures:
        bright = cv2.LUT(picture, table)
        grey = cv2.cvtColor(cv2.cvtColor(bright, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        mixed = cv2.addWeighted(bright, saturation, grey, 1 - saturation, 0)
        result.append(np.asarray(mixed, np.uint8))
    return result


def shaken(landmarks: Landmarks, rng: np.random.Generator) -> Landmarks:
    """Landmarks (N, 2) with Gaussian noise of 0.4 % of the face, like a detector's errors."""
    if not len(landmarks):
        return landmarks
    size = np.nanmax(landmarks, axis=0) - np.nanmin(landmarks, axis=0)
    spread = _UNCERTAIN * float(size.max())
    return (landmarks + rng.normal(0, spread, landmarks.shape)).astype(np.float32)


def degraded(pictures: Sequence[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """The pictures with the same random blur and JPEG compression."""
    blur, quality = rng.uniform(0, 1.0), int(rng.integers(40, 95))
    result = []
    for picture in pictures:
        soft = cv2.GaussianBlur(picture, (0, 0), blur) if blur > 0.3 else picture
        _, coded = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, quality])
        result.append(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8))
    return result


def random_backdrop(picture: Pixels, size: int, rng: np.random.Generator) -> Pixels:
    """A random square of a picture, flipped vertically, resized and blurred: (size, size, 3)."""
    height, width = picture.shape[:2]
    side = int(min(height, width) * rng.uniform(0.3, 0.9))
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    piece = picture[top : top + side, left : left + side][::-1]
    large = cv2.resize(np.ascontiguousarray(piece), (size, size), interpolation=cv2.INTER_LINEAR)
    blur = size / 128 * abs(rng.normal(0, 1.5))
    return np.asarray(cv2.GaussianBlur(large, (0, 0), blur) if blur > 0.3 else large, np.uint8)


def exchanged_background(picture: Pixels, parts: NDArray[np.float32], backdrop: Pixels) -> Pixels:
    """The picture (S, S, 3) with its background replaced by ``backdrop``.

    parts  (S, S, 6) in [0, 1], the share of each `PartLabel`
    """
    person = 1 - parts[..., PartLabel.BACKGROUND]
    own = foreground(picture, person)  # without what is mixed in of the old background
    alpha = person[..., None]
    return np.asarray(own * alpha + backdrop * (1 - alpha), np.uint8)
