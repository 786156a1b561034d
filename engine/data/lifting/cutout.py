"""Alpha matting of a portrait: separates the person from the background and inpaints both.

GrabCut (Rother, Kolmogorov and Blake 2004), initialised with the mean head's silhouette, segments
head, hair and shoulders. A guided filter (He, Sun and Tang 2010) refines the mask to soft opacity.
Where the background is uniform, pixels with loose hair are unmixed into hair and background.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.filling import filled

Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]
Pixels = NDArray[np.uint8]

_GRID = 192  # pixels: side of the picture for GrabCut
_ROUNDS = 4  # iterations of GrabCut
_SOFT = 5  # pixels on both sides of the border with fractional opacity
_LOOSE = 0.2, 0.5  # decimetres inside and outside the border: the zone of loose hair
_ALIKE = 14.0  # largest distance of similar colours, 0 to 255
_SURE = 0.97  # opacity from which a pixel counts as person only
_CLEAR = 0.03  # opacity up to which a pixel counts as background only


@dataclass(frozen=True, eq=False)
class Cutout:
    """The matte of a square picture of S pixels, with foreground and background colours.

    opacity     (S, S) in [0, 1]: fraction of each pixel covered by the person
    person      (S, S, 3) the person's colours, 0 to 255, extrapolated beyond the border
    background  (S, S, 3) the background's colours, 0 to 255, inpainted behind the person
    """

    opacity: Floats
    person: Floats
    background: Floats

    @classmethod
    def of(cls, picture: Pixels, head: NDArray[np.bool_], scale: float) -> Self:
        """Compute the matte of a picture (S, S, 3).

        head   (S, S) silhouette of the fitted mean head, neck included
        scale  pixels per decimetre of the head
        """
        size = len(picture)
        parts = _grabcut(picture, head, scale)
        colours = picture.astype(np.float32)
        inside, outside = _distance(parts.person) / scale, _distance(1 - parts.person) / scale
        opacity = _softened(colours, parts.person)
        opacity *= 1 - _seen_through(colours, parts, inside, outside)
        strands, stains = _strands(colours, parts, inside, outside)
        opacity = np.maximum(opacity, strands * (opacity < 0.5))
        behind = _grown(_mask(opacity > _CLEAR), 9)
        background = filled(colours, (1 - behind) * (1 - stains))
        sure = cv2.erode(_mask(opacity > _SURE), np.ones((5, 5), np.uint8))
        person = filled(colours, sure.astype(np.float32))
        # At high opacity use the picture's own colours, unmixed, which keep the detail.
        share = opacity[..., None]
        unmixed = (colours - (1 - share) * background) / share.clip(0.3)
        enough = cv2.erode(opacity, np.ones((3, 3), np.uint8)).reshape(size, size, 1)
        enough = np.clip((enough - 0.4) / 0.4, 0, 1)
        person = enough * unmixed.clip(0, 255) + (1 - enough) * person
        return cls(opacity, person.astype(np.float32), background)


class _Parts(NamedTuple):
    """(S, S) masks of 0 and 1: the person, the certain part of it, and the rows of the body."""

    person: Mask
    certain: Mask
    body: Mask


def _grabcut(picture: Pixels, head: NDArray[np.bool_], scale: float) -> _Parts:
    size = len(picture)
    small = cv2.resize(picture[..., ::-1], (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    outline = cv2.resize(_mask(head), (_GRID, _GRID), interpolation=cv2.INTER_NEAREST) > 0
    decimetre = scale * _GRID / size
    outside, inside = _distance(_mask(~outline)) / decimetre, _distance(_mask(outline)) / decimetre
    rows = np.append(np.flatnonzero(outline.any(axis=1)), _GRID)
    y = np.arange(_GRID)[:, None]
    body = y > rows[-2] - 0.35 * decimetre
    # Flat hair may lie inside the mean head's silhouette: only the inner part is certain.
    certain = inside > np.where(y < rows[0] + 1.1 * decimetre, 0.45, 0.12)
    labels = np.full((_GRID, _GRID), cv2.GC_PR_BGD, np.uint8)
    labels[(outside < 0.25) | ((outside < 0.6) & body)] = cv2.GC_PR_FGD
    labels[(outside > 0.9) & ~body] = cv2.GC_BGD
    labels[certain] = cv2.GC_FGD
    if (labels == cv2.GC_FGD).any():
        cv2.setRNGSeed(0)  # GrabCut initialises its clusters at random
        models = np.zeros((1, 65)), np.zeros((1, 65))
        rectangle = (0, 0, _GRID, _GRID)
        cv2.grabCut(small, labels, rectangle, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    person = _mask((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    # Broad regions with the colours of the adjacent background belong to the background.
    colours = small.astype(np.float32)
    behind = filled(colours, 1 - _grown(person, 5).astype(np.float32))
    alike = _mask((np.linalg.norm(colours - behind, axis=2) < _ALIKE) & ~certain & ~body)
    broad = cv2.morphologyEx(alike, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    person[broad] = 0
    large = [
        cv2.resize(mask, (size, size), interpolation=cv2.INTER_LINEAR_EXACT)
        for mask in (255 * person, 255 * _mask(certain), 255 * _mask(body | np.zeros_like(certain)))
    ]
    return _Parts(*(_mask(mask > 127) for mask in large))


def _softened(colours: Floats, person: Mask) -> Floats:
    """Opacity (S, S): the mask, refined near its border by a guided filter on the colours."""
    guide = cv2.GaussianBlur(colours, (0, 0), 0.5) / np.float32(255)
    matte = _guided(np.asarray(guide, np.float32), person.astype(np.float32), _SOFT)
    matte = np.clip((matte - 0.1) / 0.8, 0, 1)
    core = cv2.erode(person, np.ones((2 * _SOFT + 1, 2 * _SOFT + 1), np.uint8))
    return np.where(core > 0, 1, matte * _grown(person, 2 * _SOFT + 1)).astype(np.float32)


def _seen_through(colours: Floats, parts: _Parts, inside: Floats, outside: Floats) -> Floats:
    """(S, S) fraction of background in each pixel inside the person's border, due to loose hair.

    inside, outside  (S, S) distance to the border, decimetres
    """
    depth = _LOOSE[0]
    hair = filled(colours, (inside > depth).astype(np.float32) * (1 - parts.body))
    behind = filled(colours, (outside > 0.05).astype(np.float32))
    share, sure = _unmixed(colours, hair, behind)
    loose = np.clip((depth + 0.05 - inside) / 0.05, 0, 1) * (1 - parts.certain)
    # Exclude pixels with the hue of skin, such as ears.
    hue = cv2.cvtColor(colours / np.float32(255), cv2.COLOR_RGB2YCrCb)[..., 1:] * 255
    skin = np.median(hue[parts.certain > 0], axis=0) if parts.certain.any() else np.zeros(2)
    unlike_skin = np.clip(np.linalg.norm(hue - skin, axis=2) / 8 - 1, 0, 1)
    return np.asarray(sure * loose * unlike_skin * (1 - share), np.float32)


def _strands(
    colours: Floats, parts: _Parts, inside: Floats, outside: Floats
) -> tuple[Floats, Floats]:
    """For pixels outside the border: the fraction (S, S) of strands of hair, and the fraction of
    anything that is not background; both are near 0 if the background is not uniform."""
    depth, reach = _LOOSE
    hair = filled(colours, (inside > depth).astype(np.float32) * (1 - parts.body))
    behind = filled(colours, (outside > reach).astype(np.float32))
    ring = (outside > reach) & (outside < 2 * reach)
    if not ring.any():
        return np.zeros_like(inside), np.zeros_like(inside)
    uneven = float(np.abs(colours - cv2.blur(colours, (15, 15)))[ring].mean())
    even = np.exp(-((uneven / 3) ** 2)) * np.clip((reach - outside) / 0.1, 0, 1) * (1 - parts.body)
    share, sure = _unmixed(colours, hair, behind)
    unlike = np.linalg.norm(colours - behind, axis=2)
    stains = even * (1 - np.exp(-((unlike / 12) ** 2)))
    # Broad regions are not hair but part of the background.
    broad = cv2.morphologyEx(_mask(stains > 0.3), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    narrow = 1 - _grown(np.asarray(broad, np.uint8), 13)
    even, stains = even * narrow, stains * narrow
    strands = even * sure * np.where(share > 0.3, share, 0)
    return strands.astype(np.float32), stains.astype(np.float32)


def _unmixed(colours: Floats, hair: Floats, behind: Floats) -> tuple[Floats, Floats]:
    """(S, S) fraction of hair in each pixel under a linear mixing model of the two colours, and the
    confidence in the model."""
    gap, off = hair - behind, colours - behind
    length = (gap * gap).sum(axis=2)
    share = np.clip((off * gap).sum(axis=2) / length.clip(1), 0, 1)
    error = np.linalg.norm(off - share[..., None] * gap, axis=2)
    sure = length / (length + 45**2) * np.exp(-((error / 25) ** 2))
    return np.clip(share * 1.25 - 0.05, 0, 1).astype(np.float32), sure.astype(np.float32)


def _guided(guide: Floats, values: Floats, radius: int) -> Floats:
    """The guided filter: ``values`` (S, S) as a locally linear function of the guide (S, S, 3)."""

    def mean(layers: Floats) -> Floats:
        return np.asarray(cv2.blur(layers, (2 * radius + 1, 2 * radius + 1)), np.float32)

    size = len(values)
    average, level = mean(guide), mean(values)
    products = (guide[..., :, None] * guide[..., None, :]).reshape(size, size, 9)
    covariance = mean(products).reshape(size, size, 3, 3)
    covariance = covariance - average[..., :, None] * average[..., None, :]
    covariance += np.float32(1e-4) * np.eye(3, dtype=np.float32)
    together = mean(guide * values[..., None]) - average * level[..., None]
    slope = np.linalg.solve(covariance, together[..., None])[..., 0].astype(np.float32)
    offset = level - (slope * average).sum(axis=2)
    return np.asarray((mean(slope) * guide).sum(axis=2) + mean(offset), np.float32)


def _mask(where: NDArray[np.bool_]) -> Mask:
    return where.astype(np.uint8)


def _grown(mask: Mask, width: int) -> Mask:
    return np.asarray(cv2.dilate(mask, np.ones((width, width), np.uint8)), np.uint8)


def _distance(mask: Mask) -> Floats:
    """(S, S) distance of each pixel of the mask to the nearest pixel outside it, pixels."""
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
