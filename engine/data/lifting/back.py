"""Inpaints the colours of the back of a head from the colours along its silhouette."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.lifting.cutout import Cutout
from engine.face.lifted_face import LiftedFace
from engine.imaging.filling import filled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_OUTLINE = (0.03, 0.15)  # decimetres inside the silhouette: the band that colours are taken from
# Decimetres below the ears' axis: top of the ears, bottom of the ears, start of the collar. Hair
# colours are taken from above the first, neck colours from between the second and the third.
_EARS = (-0.36, 0.6, 0.95)
_UNLIKE = 22  # least distance of a non-skin colour to the median colour of the face, YCrCb
_ENOUGH = 0.25  # least fraction of hair (or skin) in the band to ignore its other pixels
_BLUR = 0.05  # decimetres: standard deviation of the blur of the inpainted colours


def back_colours(face: LiftedFace, cutout: Cutout) -> Floats:
    """Colours (S, S, 3) of the back, 0 to 255: hair colours above, neck colours below, blended at
    the height of the ears, whose own colours are not used."""
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
    # Exclude the forehead from the hair colours and the collar from the neck colours.
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
    """The part of the outline in ``better`` if it is large enough, otherwise the whole outline."""
    part = outline & better
    return part if part.sum() > _ENOUGH * outline.sum() else outline


def _unlike_skin(face: LiftedFace, colours: Floats) -> Floats:
    """(S, S) distance of colours (S, S, 3) to the median colour of the face, in YCrCb
    of 0 to 255 with the luma scaled by 90 / 255."""
    hull = cv2.convexHull(face.landmarks.round().astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(colours.shape[:2], np.uint8), hull, 1) > 0
    hue = cv2.cvtColor(colours / np.float32(255), cv2.COLOR_RGB2YCrCb) * (90, 255, 255)
    skin = np.median(hue[inside], axis=0) if inside.any() else np.zeros(3)
    return np.asarray(np.linalg.norm(hue - skin, axis=2), np.float32)
