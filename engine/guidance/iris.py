"""The iris of an eye in a photo: where it is, what it looks like as a whole, how it turns.

Places are on the plane of the eye (see `engine.guidance.lids`), decimetres.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.patches import blurred

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

SEARCH_SCALE = 170.0
"""Pixels per decimetre of the picture in which the iris is searched."""

_RADIUS = 0.0585
_RADII = (0.92 * _RADIUS, _RADIUS, 1.08 * _RADIUS)
_SPREAD = (0.06, 0.05)  # how far from its expected place an iris may be, across and down
_LEAST = 0.3  # of its area: what must be seen of it
_BROWN = np.array([[0.05, 0.04, 0.04], [0.12, 0.08, 0.05], [0.22, 0.14, 0.09]])
_BROWN_AT = np.array([0.0, 0.4, 0.9])


@dataclass(frozen=True, eq=False)
class Iris:
    """An iris that is seen in part.

    centre   (2,) and radius: on the plane of the eye
    at       (K,) distances from the centre, in radii
    colours  (K, 3) RGB in [0, 1] at these distances
    seen     whether the colours are the photo's; an iris that is not seen is brown
    """

    centre: Array
    radius: float
    at: Array
    colours: Array
    seen: bool

    @classmethod
    def found(cls, light: Floats, seen: Floats, x: Floats, y: Floats, expected: Array) -> Self:
        """The disc that is darkest against its surroundings, without colours of the photo.

        light     (H, W) brightness, `SEARCH_SCALE` pixels per decimetre
        seen      (H, W) 1 where the eye is open, 0 elsewhere
        x, y      (H, W) places of the pixels
        expected  (2,) place of the pupil in the head model
        """
        light = blurred(light, 1.2)
        contrast = max(float(light[seen > 0.5].std()) if (seen > 0.5).any() else 1.0, 0.02)
        away = ((x - expected[0]) / _SPREAD[0]) ** 2 + ((y - expected[1]) / _SPREAD[1]) ** 2
        best, centre, radius = -np.inf, expected, _RADIUS
        for size in _RADII:
            reach = int(np.ceil(1.45 * size * SEARCH_SCALE))
            offsets = np.arange(-reach, reach + 1) / (size * SEARCH_SCALE)
            distance = np.hypot(offsets, offsets[:, None])
            disc, rim, ring = (
                _mean(light, seen, (distance >= low) & (distance < high))
                for low, high in ((0.0, 1.0), (0.8, 1.0), (1.05, 1.4))
            )
            darker = (ring[0] - disc[0]) + 0.7 * (ring[0] - rim[0])
            score = darker / contrast * (ring[1] > 0.02) + 0.35 * disc[1].clip(None, 0.8)
            score = np.where(disc[1] < _LEAST, -np.inf, score - 0.25 * away)
            at = np.unravel_index(score.argmax(), score.shape)
            if score[at] > best:
                best, centre, radius = score[at], np.array([x[at], y[at]], np.float64), size
        return cls(centre, radius, _BROWN_AT, _BROWN, seen=False)

    def distance(self, x: Floats, y: Floats) -> Floats:
        """(H, W) distances of places from the centre, in radii."""
        left, top = self.centre.tolist()
        return np.asarray(np.hypot(x - left, y - top) / self.radius, np.float32)

    def coloured(self, pixels: Floats, seen: NDArray[np.bool_], distance: Floats) -> Self:
        """The iris with the colours of a photo, (H, W, 3) where it is ``seen`` (H, W); the same
        iris if that is too little."""
        at, colours = [], []
        for middle in np.linspace(0.07, 1.03, 8):
            here = pixels[seen & (np.abs(distance - middle) < 0.13)]
            if len(here) > 1:
                at.append(middle)
                colours.append(np.percentile(here, 40, axis=0))  # without reflections
        if len(at) < 4:
            return self
        return type(self)(self.centre, self.radius, np.array(at), np.array(colours), seen=True)

    def disc(self, distance: Floats) -> Floats:
        """Colours (H, W, 3) at distances (H, W) from the centre."""
        channels = [np.interp(distance, self.at, channel) for channel in self.colours.T]
        return np.stack(channels, axis=2).astype(np.float32)


def foreshortening(direction: Array) -> Array:
    """(2, 2): places on an iris that looks straight ahead to places on one that looks along
    ``direction`` (3,), head coordinates."""
    sideways = direction[:2] / max(float(np.linalg.norm(direction[:2])), 1e-6)
    return np.asarray(np.eye(2) - (1 - direction[2]) * np.outer(sideways, sideways))


def _mean(light: Floats, seen: Floats, ring: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean of what is seen in a ring around each pixel, and the seen share of the ring."""
    kernel = (ring / ring.sum()).astype(np.float32)
    share, total = (
        cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        for values in (seen, light * seen)
    )
    return np.asarray(total / share.clip(1e-4), np.float32), np.asarray(share, np.float32)
