"""The body: it goes along when the head moves across the picture or comes nearer.

A turn of the head leaves the body where it is. But where a head has another place or size, as with
a pose that is copied from another photo of the same camera, the person has moved.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.displacement import Displacement
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.layers import grid

Floats = NDArray[np.float32]

_PIVOT = np.array([0, 0.4, 0.15])
"""Decimetres, head coordinates: where a head that turns and moves is with the body, fitted to 48
pairs of photographs of people who moved."""

_NOTHING, _FULLY = 0.01, 0.025  # shares of the side: less may be an error of the head's fit
_OF_HEAD = 0.5  # share of the head's movement from which a part of the person is not the body
_OUTLINE = 2.0  # pixels at half size beside the body that move with it
_SLOPE = 1.6  # pixels over which each pixel of the movement fades; from 1.5 on, nothing folds
_ROUNDS = 5  # of the fixed-point iteration that inverts the movement


class Body:
    """The body of a source.

    labels   (G, G, 6) probabilities of `PartLabel` at half size
    follows  (G, G) in [0, 1]: share of the head's movement
    head     in pixels at half size
    """

    def __init__(self, labels: Floats, follows: Floats, head: PosedHead) -> None:
        self._size, self._pose = len(labels), head.pose
        person = (labels[..., PartLabel.BACKGROUND] < 0.5).astype(np.uint8)
        _, pieces = cv2.connectedComponents(person)
        of_head = (person > 0) & (follows > _OF_HEAD)
        one = np.isin(pieces, pieces[of_head])  # other pieces are other things
        beside = (~one | (follows > _OF_HEAD)).astype(np.uint8)
        self._beside = cv2.distanceTransform(beside, cv2.DIST_L2, 5)
        places = grid(self._size)
        self._border = np.minimum(places, self._size - 1 - places).min(axis=2)

    def moved(self, target: PosedHead) -> Floats | None:
        """(G, G, 2) how far what the source shows at each pixel moves, pixels at half size; None:
        nothing moves."""
        before, after, size = self._pose, target.pose, self._size
        middle = before.shift.astype(np.float32)
        nearer = np.float32(after.scale / before.scale - 1)
        way = (grid(size) - middle) * nearer + (after.shift - before.shift).astype(np.float32)
        share = smooth_step(self._farthest(way) / size, _NOTHING, _FULLY)
        if share == 0:
            return None
        turned = before.scale * ((after.rotation - before.rotation) @ _PIVOT)[:2]
        way += turned.astype(np.float32)
        return np.asarray(way * (share * self._weight(way))[..., None], np.float32)

    def displaced(self, moved: Floats | None, displacement: Displacement | None) -> Floats | None:
        """The movement (G, G, 2) that `moved` gave, followed by a displacement of the target."""
        if displacement is None:
            return moved
        before = np.zeros((self._size, self._size, 2), np.float32) if moved is None else moved
        way = displacement.at(grid(self._size) + before)
        return np.asarray(before + way * self._weight(way)[..., None], np.float32)

    def _weight(self, way: Floats) -> NDArray[np.float64]:
        """(G, G) in [0, 1]: the share of the body's way (G, G, 2) that each pixel goes."""
        fade = _SLOPE * self._farthest(way) + _OUTLINE
        beside = 1 - smooth_step(self._beside, _OUTLINE, _OUTLINE + fade)
        return np.asarray(beside * smooth_step(self._border, 0, fade))

    def _farthest(self, way: Floats) -> float:
        """The longest way (G, G, 2) of the body, pixels."""
        return float(np.linalg.norm(way[self._beside == 0], axis=1).max(initial=0))


def inverse(moved: Floats) -> Floats:
    """(G, G, 2) how far what is at each pixel after a movement (G, G, 2) has moved."""
    own, way = grid(len(moved)), moved
    for _ in range(_ROUNDS):
        x, y = cv2.split(own - way)
        found = cv2.remap(moved, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        way = np.asarray(found, np.float32)
    return way
