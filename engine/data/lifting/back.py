"""The colours of the back of a head, which the photo did not show: those of its outline."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.lifting.cutout import Cutout
from engine.face.pose import LiftedFace
from engine.imaging.filling import filled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_OUTLINE = (0.03, 0.15)  # decimetres from the outline: from where the back takes its colours
# Decimetres below the ears' axis: top of the ears, their bottom, where collars begin. The back
# takes the colours of hair from above the ears, and those of the neck from between the others.
_EARS = (-0.36, 0.6, 0.95)
_UNLIKE = 22  # a colour so far from the face's is not skin
_ENOUGH = 0.25  # of an outline that must be hair, or skin, for only that to count
_BLUR = 0.05  # decimetres: of the colours of the back


def back_colours(face: LiftedFace, cutout: Cutout) -> Floats:
    """Colours (S, S, 3) for the back: above those of the hair's outline, below those of the neck's;
    the ears have none there."""
    size, scale = len(cutout.opacity), face.pose.scale
    solid = (cutout.opacity > 0.9).astype(np.uint8)
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 5) / scale
    outline = (depth > _OUTLINE[0]) & (depth < _OUTLINE[1])
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    upright = face.pose.rotation[:2, 1]
    along, down = upright / max(float(np.linalg.norm(upright)), 1e-6)
    below = ((x - face.pose.shift[0]) * along + (y - face.pose.shift[1]) * down) / scale
    top, bottom, collar = _EARS
    skin = _unlike_skin(face, cutout.person) < _UNLIKE
    # The hair rather than the forehead beside it; the neck rather than a collar.
    scalp = _preferred(outline & (below < top), ~skin)
    neck = _preferred(outline & (below > bottom) & (below < collar), skin)
    parts = [
        filled(cutout.person, known.astype(np.float32)) if known.any() else cutout.person
        for known in (scalp, neck)
    ]
    share = np.clip((below - (top + bottom) / 2) / (bottom - top) + 0.5, 0, 1)[..., None]
    mixed = (1 - share) * parts[0] + share * parts[1]
    return np.asarray(cv2.GaussianBlur(mixed, (0, 0), _BLUR * scale), np.float32)


def _preferred(outline: Mask, better: Mask) -> Mask:
    """The better part of an outline if it is large enough, else all of it."""
    part = outline & better
    return part if part.sum() > _ENOUGH * outline.sum() else outline


def _unlike_skin(face: LiftedFace, colours: Floats) -> Floats:
    """(S, S) how far colours (S, S, 3) are from the median of the face, in 255ths."""
    hull = cv2.convexHull(face.landmarks.round().astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(colours.shape[:2], np.uint8), hull, 1) > 0
    hue = cv2.cvtColor(colours / np.float32(255), cv2.COLOR_RGB2YCrCb) * (90, 255, 255)
    skin = np.median(hue[inside], axis=0) if inside.any() else np.zeros(3)
    return np.asarray(np.linalg.norm(hue - skin, axis=2), np.float32)
