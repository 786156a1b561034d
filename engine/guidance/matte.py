"""The matte of head and hair: wisps beside them and gaps within, which the parts network does not
see.

A pixel near the outline is a mix of the nearest colour within the head and of the background's
beside it (as in sampling based matting, Wang and Cohen 2007). Where these two differ by less than
the background varies, the parts' own outline stays.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.parts import PartLabel
from engine.guidance.layers import smaller
from engine.imaging.filling import filled

Floats = NDArray[np.float32]

# Shares of the picture's side:
_OUTSIDE = 0.12  # how far beside the head there may be wisps
_INSIDE = 0.05  # how far within its outline there may be gaps
_AROUND = 0.12  # Gaussian in which the background's spread is measured
_WITHIN = 0.03  # Gaussian that averages the head's colours
_THIN = 0.035  # wisps are thinner; shadows are not
_NOISE = 0.02  # the background's least spread, of 1
_ALIKE = 1.5  # spreads: background beside the head that looks like that farther away
# Distances of colours, in spreads of the background:
_APART = (3.0, 6.0)  # of head and background: too alike, different enough
_SEEN = (1.5, 3.5)  # of a pixel and the background: nothing there, something
_STRANGE = (0.5, 1.0)  # share of that distance that the head's colour does not explain
_DOUBTED = (0.01, 0.05)  # probability of background: a bright strand, maybe a gap
_PALE = 0.05  # opacity of a wisp that may hold others
_FEWEST = 12  # pixels of a quarter of the size: colours of fewer are not known


def with_wisps(picture: Floats, parts: Floats) -> Floats:
    """The parts (S, S, 6), probabilities of `PartLabel`, with the wisps of a picture (S, S, 3) in
    [0, 1] as hair, and with gaps in the hair as background."""
    size = len(picture)
    backdrop, skin, hair = (  # copies, several times as fast
        np.ascontiguousarray(parts[..., label])
        for label in (PartLabel.BACKGROUND, PartLabel.SKIN, PartLabel.HAIR)
    )
    head = hair + skin
    beside, within = _distance(head < 0.5) / size, _distance(backdrop < 0.5) / size
    few = _quarter(picture)
    free = _quarter(((beside > _OUTSIDE) & (backdrop > 0.95)).astype(np.float32))
    ground = _background(few, free, _quarter(backdrop))
    inner = _quarter(((within > _INSIDE) & (head > 0.9)).astype(np.float32))
    own = _averaged(few, inner > 0.99, _WITHIN * len(few))
    if ground is None or own is None:
        return parts
    of_hair = _averaged(few, (inner > 0.99) & (_quarter(hair) > 0.95), _WITHIN * len(few))
    behind, spread = ground
    of_hair = behind if of_hair is None else of_hair  # then there are no gaps in hair
    behind, spread, own, of_hair = (
        np.asarray(cv2.resize(part, (size, size)), np.float32)
        for part in (behind, spread, own, of_hair)
    )
    whole, change = own - behind, picture - behind
    apart, seen = _length(whole), _length(change)
    explained = np.einsum("ijk,ijk->ij", change, whole) / np.maximum(apart, 1e-3)
    share = explained / np.maximum(apart, 1e-3)
    strange = np.sqrt((seen**2 - explained**2).clip(0)) / (np.abs(explained) + spread)
    known = smooth_step(apart / spread, *_APART)
    there = smooth_step(seen / spread, *_SEEN)
    wisps = share.clip(0, 1) * there * known * (1 - smooth_step(strange, *_STRANGE))
    wisps *= (1 - smooth_step(beside, 0.6 * _OUTSIDE, _OUTSIDE)) * smooth_step(backdrop, 0.3, 0.6)
    wisps = _thin(wisps.astype(np.float32), max(3, round(_THIN * size)))
    wisps *= _attached(wisps > _PALE, head > 0.5)
    apart = np.minimum(apart, _length(of_hair - behind))
    hairy = hair * smooth_step(apart / spread, *_APART) * smooth_step(backdrop, *_DOUBTED)
    gaps = (1 - there) * hairy * (1 - smooth_step(within, 0.6 * _INSIDE, _INSIDE))
    more = np.minimum(wisps * (1 - hair), backdrop) - gaps
    result = parts.copy()
    result[..., PartLabel.HAIR] += more
    result[..., PartLabel.BACKGROUND] -= more
    return result


def _background(picture: Floats, free: Floats, backdrop: Floats) -> tuple[Floats, Floats] | None:
    """The background's colours (Q, Q, 3) and spread (Q, Q), continued behind the head.

    picture   (Q, Q, 3)
    free      (Q, Q) where nothing but background is
    backdrop  (Q, Q) probability of background
    """
    sigma = _AROUND * len(picture)
    known = free > 0.99
    mean = _averaged(picture, known, sigma)
    if mean is None:
        return None
    apart = ((picture - mean) ** 2).sum(axis=2, keepdims=True)
    spread = _averaged(apart, known, sigma)
    assert spread is not None
    spread = np.sqrt(spread[..., 0].clip(0) + _NOISE**2)
    behind = filled(picture * known[..., None], known.astype(np.float32))
    known |= (backdrop > 0.95) & (_length(picture - behind) < _ALIKE * spread)
    return filled(picture * known[..., None], known.astype(np.float32)), spread


def _averaged(values: Floats, known: NDArray[np.bool_], sigma: float) -> Floats | None:
    """Values (Q, Q, C) averaged where they are known (Q, Q), and continued; None: too few are."""
    if np.count_nonzero(known) < _FEWEST:
        return None
    there = known.astype(np.float32)
    weight = cv2.GaussianBlur(there, (0, 0), sigma)
    sums = cv2.GaussianBlur(values * there[..., None], (0, 0), sigma)
    mean = sums.reshape(values.shape) / np.maximum(weight, 1e-4)[..., None]
    return filled(np.asarray(mean * there[..., None], np.float32), there)


def _thin(values: Floats, width: int) -> Floats:
    """Values (S, S) without what is wider than ``width`` pixels."""
    square = np.ones((width, width), np.uint8)
    return np.asarray(values - cv2.morphologyEx(values, cv2.MORPH_OPEN, square), np.float32)


def _attached(wisps: NDArray[np.bool_], head: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(S, S) near wisps that hang together with the head, by at most two pixels between them."""
    there = cv2.dilate((wisps | head).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(there)
    of_head = np.bincount(labels[head], minlength=count) > 0
    of_head[0] = False
    return np.asarray(of_head[labels], np.bool_)


def _distance(free: NDArray[np.bool_]) -> Floats:
    """(S, S) the distance to what is not free, pixels."""
    return np.asarray(cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _length(colours: Floats) -> Floats:
    """(S, S) of vectors (S, S, 3)."""
    x, y, z = cv2.split(colours)
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float32)


def _quarter(layer: Floats) -> Floats:
    return smaller(smaller(layer))
