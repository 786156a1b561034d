"""The inside of an opened mouth, which a warp of a closed mouth cannot show.

A generic drawing: upper teeth below the inner edge of the upper lip, dark behind them. It shows the
networks where the mouth opens; they refine its appearance.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.landmarks import Landmarks
from engine.guidance.warp2d import smooth_step

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_INNER = slice(60, 68)
_UPPER, _LOWER = [60, 61, 62, 63, 64], [60, 67, 66, 65, 64]
# Lengths in decimetres of the head (see `engine.face.head`).
_OPENED = (0.03, 0.08)  # opening beyond the source's own pixels: opacity 0, opacity 1
_FILLED = 2.0  # the source's own mouth pixels fill this multiple of its opening
_TEETH = (0.06, 0.1)  # distance below the upper lip: teeth begin to fade, have faded
_ENAMEL = np.array([1.2, 1.15, 1.1])  # RGB factor of the skin's brightness; teeth are nearly grey
_DARK = np.array([0.3, 0.18, 0.18])  # RGB factor of the skin's colour


@dataclass(frozen=True, eq=False)
class Mouth:
    """The inside of a mouth, as a patch of a picture.

    rows, columns  the patch, H by W pixels
    colours        (H, W, 3) float32 in [0, 1]
    share          (H, W) opacity in [0, 1]
    """

    rows: slice
    columns: slice
    colours: Floats
    share: Floats

    def paint(self, layers: Floats) -> None:
        """Composite the patch over a picture (3, S, S) in [0, 1], in place."""
        part = layers[:, self.rows, self.columns]
        part += self.share * (np.moveaxis(self.colours, 2, 0) - part)


def opened_mouth(
    source: Landmarks, target: Landmarks, scales: tuple[float, float], skin: Array, size: int
) -> Mouth | None:
    """The inside of the mouth in a picture of side ``size``; None if the source's pixels suffice.

    source, target  (68, 2) pixels    scales  pixels per decimetre of each head
    skin            (3,) RGB in [0, 1], skin colour of the source
    """
    gap_before, gap = _gap(source) / scales[0], _gap(target) / scales[1]
    share = float(smooth_step(np.array(gap - _FILLED * gap_before), *_OPENED))
    corners = target[_INNER]
    low = np.floor(corners.min(axis=0)).astype(int).clip(0, size) - 1
    high = np.ceil(corners.max(axis=0)).astype(int).clip(0, size) + 2
    (left, top), (right, bottom) = low.clip(0), high.clip(None, size)
    if share == 0 or right - left < 3 or bottom - top < 3:
        return None
    mask = np.zeros((bottom - top, right - left), np.uint8)
    fixed = ((corners - (left, top)) * 16).round().astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    y, x = np.mgrid[top:bottom, left:right]
    below = _below_lip(np.stack([x, y], axis=2).reshape(-1, 2), target) / scales[1]
    teeth = (1 - smooth_step(below, *_TEETH)).reshape(*mask.shape, 1)
    colours = teeth * (skin.mean() * _ENAMEL) + (1 - teeth) * (skin * _DARK)
    return Mouth(
        slice(top, bottom),
        slice(left, right),
        colours.clip(0, 1).astype(np.float32),
        mask * np.float32(share / 255),
    )


def _gap(points: Landmarks) -> float:
    """Mean distance between the inner edges of the lips, pixels."""
    return float(np.linalg.norm(points[_UPPER[1:4]] - points[_LOWER[1:4]], axis=1).mean())


def _below_lip(places: Array, points: Landmarks) -> Array:
    """(N,) signed distance in pixels of places (N, 2) below the inner edge of the upper lip."""
    along = (points[64] - points[60]).astype(np.float64)
    along /= max(float(np.linalg.norm(along)), 1e-6)
    down = np.array([-along[1], along[0]])
    lip = points[_UPPER] - points[60]
    order = np.argsort(lip @ along)
    edge = np.interp((places - points[60]) @ along, (lip @ along)[order], (lip @ down)[order])
    return np.asarray((places - points[60]) @ down - edge)
