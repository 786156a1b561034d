"""The background and the body, completed once per photo where the head stood before them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.parts import PartLabel
from engine.guidance.layers import smaller
from engine.imaging.filling import filled

Floats = NDArray[np.float32]

_DILATED = 5  # pixels at half size around the head that are replaced, too
_NEARLY_STILL = 0.3  # share of the head's movement up to which the neck at the collar stays
_WORN = 0.9  # probability of clothes that are no edge of the head
_TIP = 9  # pixels at half size: window in which the edge of sure clothes is
_INSIDE = 9  # pixels at half size: window that holds no background and no hair there


def completed(
    picture: Floats, labels: Floats, head: Floats, follows: Floats
) -> tuple[Floats, Floats]:
    """The picture (S, S, 3) in [0, 1] without the head, and its share (S, S) in [0, 1] in the
    result.

    labels   (G, G, 6) probabilities of `PartLabel` at half size
    head     (S, S) opacity of the head in it
    follows  (G, G) in [0, 1] share of the head's movement

    The neck stays where it hardly moves and has neither background nor hair beside it: there it is
    sharper than anything invented, and its old outline does not show.
    """
    full = len(picture)
    small, moved = smaller(picture), smaller(head)
    backdrop = labels[..., PartLabel.BACKGROUND]
    other = np.maximum(backdrop, labels[..., PartLabel.HAIR])
    enclosed = cv2.dilate(other, np.ones((_INSIDE, _INSIDE), np.uint8)) < 0.1
    leaves = (moved > 0.04) & ~(enclosed & (follows < _NEARLY_STILL))
    hole = cv2.dilate(leaves.astype(np.uint8), np.ones((_DILATED, _DILATED), np.uint8))
    clothes = cv2.erode(labels[..., PartLabel.CLOTHES], np.ones((3, 3), np.uint8))
    hole[(clothes > _WORN) & ~leaves] = 0  # a collar between neck and hair is narrow
    free = (1 - hole).astype(np.float32)
    body = 1 - backdrop
    behind = _inpainted(small, free * (backdrop > 0.95))
    inner = cv2.erode(body, np.ones((3, 3), np.uint8))
    worn = free * (inner > 0.9)
    dressed = filled(small * worn[..., None], worn) if worn.any() else behind
    tip = smooth_step(labels[..., PartLabel.CLOTHES], 0.3, 0.7)  # of a collar, beside the hull
    tip *= cv2.dilate((clothes > _WORN).astype(np.uint8), np.ones((_TIP, _TIP), np.uint8))
    inside = np.maximum(_hull(worn), tip.astype(np.float32))
    share = cv2.GaussianBlur(inside * hole + body * free, (0, 0), 1.0)[..., None]
    fill = (behind + share * (dressed - behind)).astype(np.float32)
    large = cv2.resize(fill, (full, full), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    mask = cv2.resize(hole.astype(np.float32), (full, full))
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.0), np.float32)
    result = picture + mask[..., None] * (large - picture)
    return np.asarray(result, np.float32), np.asarray(1 - mask, np.float32)


def _hull(mask: Floats) -> Floats:
    """(G, G) 1 in the convex hull of ``mask`` (G, G), else 0."""
    hull = np.zeros(mask.shape, np.float32)
    points = cv2.findNonZero((mask > 0).astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(hull, cv2.convexHull(points), 1.0)
    return hull


def _inpainted(picture: Floats, known: Floats) -> Floats:
    """A picture (G, G, 3) whose unknown pixels continue the known ones."""
    if not known.any():
        return picture
    pixels = (picture * 255).round().astype(np.uint8)
    unknown = (known < 0.5).astype(np.uint8)
    completed = cv2.inpaint(pixels, unknown, 4, cv2.INPAINT_TELEA)
    return np.asarray(completed, np.float32) * np.float32(1 / 255)
