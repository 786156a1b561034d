"""The outline of a source's head, and the head model's skull, ears and neck brought to it.

The head that is fitted to a face has a mean skull and a mean neck: landmarks tell nothing of them.
The parts do, by the outline of skin and hair along rays from the middle of the head.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.face import beside_face, ear_share, face_share
from engine.guidance.layers import BARE, grid
from engine.imaging.raster import draw

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# Lengths in decimetres, head coordinates (see `engine.face.head`).
CENTRE = np.array([0.0, -0.3, -0.1])
"""The middle of the head."""
EARS = 0.71
"""What is farther from the middle plane is an ear."""

_RAYS = 96
_OUTER = 98  # percentile of the distances on a ray that counts as the outline
_PIXEL, _PIXELS = 0.02, 200  # side of the drawing's pixels, and how many: the skull's outline
SCALP = 0.4
"""Lowest y of the skull whose outline is measured."""
_RATIO = (0.85, 1.7)  # limits of hair outline to skull outline
_BARE_RATIO = (0.8, 1.3)  # the same where there is no hair
_TOP = 6  # rays to each side of the one upwards, which tell the skull's height
_LOWEST = 0.55  # least height of a skull, of the mean one's
_FOREHEAD = (0.35, 0.75)  # -y over which a lower skull begins
_FADE = (0.1, 0.5)  # y over which the widening ends
_DOWN = (0.5, 0.95)  # sine of the ray's angle downwards, over which the widening ends
_BEHIND = 0.8  # factor of the widened depth behind the centre
_BARE_BEHIND = 0.65  # the same without hair
_UPPER = 0.2  # sine of a ray's angle downwards: less is the upper part of the head
_NEAR = 1.6  # farther from the middle is nothing of a head without hair
_HAIRLESS = 0.08  # share of hair and hats in the upper part of such a head
_OUTLINE_FROM = 0.97  # of the skull's: an ear that reaches there is the outline
_BESIDE = 2  # rays beside those of an ear that it may cover, too
_HINGE = (-0.15, 0.1)  # z from the part of an ear that moves fully to the one that stays
_EAR_GAP = 0.2  # largest correction of an ear's place
_NECK_FROM = (0.3, 0.6)  # y over which the neck begins
_NECK_RATIO = (0.6, 1.1)
_NECK_AXIS = 0.1  # z
_NECK_STEP = 0.04  # of y
_LEAST_ROWS = 4  # in which a neck is seen between background


@dataclass(frozen=True, eq=False)
class Outline:
    """The head (V vertices of the surface) with its source's outline.

    solid  (V, 3) the head with its hair, head coordinates
    lower  (V, 3) where the source's skull and neck are, from those of the head model
    bare   whether neither hair nor a hat covers the skull; the solid then has ears
    """

    solid: Array
    lower: Array
    bare: bool

    @classmethod
    def of(cls, labels: Floats, head: PosedHead) -> "Outline":
        """From labels (G, G, 6), probabilities of `PartLabel`, and the head in their pixels."""
        skin = labels[..., BARE].sum(axis=2)
        bent = head.mesh[: len(head_model().surface.vertices)]
        rays = _Rays.of(labels, skin, head)
        thinner = _slimmed(bent, labels[..., PartLabel.BACKGROUND], skin, head)
        if rays.bare:
            solid = rays.fitted(thinner + rays.lowered(_flattened(thinner)))
            return cls(solid, solid - bent, True)
        flat = _flattened(thinner)
        lower = rays.lowered(flat)
        return cls(rays.widened(flat + lower), thinner + lower - bent, False)


@dataclass(frozen=True, eq=False)
class _Rays:
    """The outline of a head in its source, along rays (R,) in the picture from its middle.

    head      pixels of the picture
    outline   (R,) its distance from the middle, decimetres; 0 where there is no head
    has_hair  (R,) whether a ray meets hair
    bare      whether hardly any hair or hat is on the skull
    """

    head: PosedHead
    outline: Array
    has_hair: NDArray[np.bool_]
    bare: bool

    @classmethod
    def of(cls, labels: Floats, skin: Floats, head: PosedHead) -> "_Rays":
        """From probabilities (G, G, 6), and those of skin (G, G)."""
        pose, hair = head.pose, labels[..., PartLabel.HAIR]
        centre = CENTRE @ pose.rotation.T
        at = grid(len(skin)).reshape(-1, 2) - (pose.scale * centre[:2] + pose.shift)
        bins, far = _ray(np.arctan2(at[:, 1], at[:, 0])), np.hypot(at[:, 0], at[:, 1]) / pose.scale
        is_hair, is_head = hair.ravel() > 0.5, (hair + skin).ravel() > 0.5
        has_hair = np.bincount(bins[is_hair], minlength=_RAYS) > 2
        upper = (np.sin(_angles()) < _UPPER)[bins] & (far < _NEAR)
        worn = labels[..., PartLabel.CLOTHES].ravel() > 0.5
        covered = np.count_nonzero(upper & (is_hair | worn))
        bare = covered < _HAIRLESS * np.count_nonzero(upper & is_head)
        return cls(head, _farthest(bins[is_head], far[is_head]), has_hair, bool(bare))

    def lowered(self, flat: Array) -> Array:
        """(V, 3) by which vertices (V, 3) of the mean skull, which is a high one, move to be as
        high as the source's head."""
        rotation = self.head.pose.rotation
        top = _ray(np.arctan2(-rotation[1, 1:2], -rotation[0, 1:2])) + np.arange(-_TOP, _TOP + 1)
        there = self.outline[top % _RAYS]
        if not there.all():
            return np.zeros_like(flat)
        skull = self._around(flat)[1][top % _RAYS]
        height = np.median(there / skull).clip(_LOWEST, 1)
        up = smooth_step(-flat[:, 1], *_FOREHEAD) * (CENTRE[1] - flat[:, 1])
        return np.column_stack([up * 0, (1 - height) * up, up * 0])

    def widened(self, flat: Array) -> Array:
        """A head without ears (V, 3) with the outline of the hair."""
        rel, skull = self._around(flat)
        ratio = np.where(self.outline > 0, self.outline, skull) / skull
        ratio = np.where(self.has_hair, ratio, ratio.clip(None, 1)).clip(*_RATIO)
        fade = _upper(flat) * (1 - face_share())
        return self._scaled(flat, rel, ratio, fade)

    def fitted(self, own: Array) -> Array:
        """A head (V, 3) with the outline of the source's, which has no hair; with its ears."""
        own = own.copy()
        own[:, 2] -= (1 - _BARE_BEHIND) * (own[:, 2] - CENTRE[2]).clip(None, 0) * _upper(own)
        flat = _flattened(own)
        ears = ear_share()
        rel, skull = self._around(flat)
        widest = _widest(rel + (own - flat) @ self.head.pose.rotation.T, ears > 0.5)
        covered = _near(np.flatnonzero(widest > _OUTLINE_FROM * skull))
        angles = _angles()
        seen = (self.outline > 0) & ~covered
        if not seen.any():
            return own
        ratio = np.interp(angles, angles[seen], (self.outline / skull)[seen], period=2 * np.pi)
        fade = _upper(flat) * (1 - face_share())
        fitted = self._scaled(flat, rel, ratio.clip(*_BARE_RATIO), fade)
        fitted[:, 0] += own[:, 0] - flat[:, 0]
        return self._with_ears(fitted)

    def _with_ears(self, fitted: Array) -> Array:
        """Ears turned about their front until their outline is the source's, where they are the
        outline."""
        rel, skull = self._around(fitted)
        ears, z = ear_share(), head_model().surface.vertices[:, 2]
        hinged = ears * (1 - smooth_step(z, *_HINGE))
        result = fitted.copy()
        for side in (-1, 1):
            widest = _widest(rel, (ears > 0.5) & (fitted[:, 0] * side > 0))
            outer = (widest > 0) & (widest >= skull) & (self.outline > 0)
            if np.count_nonzero(outer) > 1:
                gap = np.median(self.outline[outer] - widest[outer]).clip(-_EAR_GAP, _EAR_GAP)
                sideways = abs(self.head.pose.rotation[0, 0])
                result[:, 0] += side * gap / max(sideways, 0.5) * hinged * (fitted[:, 0] * side > 0)
        return result

    def _around(self, mesh: Array) -> tuple[Array, Array]:
        """(V, 3) vertices in the view, from the middle; (R,) the skull's outline."""
        rotation = self.head.pose.rotation
        rel = mesh @ rotation.T - CENTRE @ rotation.T
        return rel, _skull(rel)

    def _scaled(self, mesh: Array, rel: Array, ratio: Array, fade: Array) -> Array:
        """Vertices (V, 3), in the view ``rel``, farther from the middle by ratios (R,), where
        ``fade`` (V,) is 1; in depth by the median ratio."""
        wrapped = np.concatenate([ratio[-3:], ratio, ratio[:3]])
        nearby = np.lib.stride_tricks.sliding_window_view(wrapped, 7)
        ratio = np.median(nearby, axis=1)  # single rays meet few vertices
        steps = np.sin(_angles())
        deep = float(np.median(ratio[steps < _UPPER]))
        ratio = 1 + (ratio - 1) * (1 - smooth_step(steps, *_DOWN))
        kernel = np.array([1, 2, 3, 2, 1]) / 9
        ratio = np.convolve(np.concatenate([ratio[-2:], ratio, ratio[:2]]), kernel, "valid")
        wider = np.interp(_angle(rel), _angles(), ratio, period=2 * np.pi)
        across = 1 + (wider - 1) * fade
        behind = 1 if self.bare else _BEHIND
        along = 1 + (deep * np.where(mesh[:, 2] < CENTRE[2], behind, 1) - 1) * fade
        moved = np.column_stack([rel[:, 0] * across, rel[:, 1] * across, rel[:, 2] * along])
        rotation = self.head.pose.rotation
        return np.asarray((moved + CENTRE @ rotation.T) @ rotation)


def _slimmed(mesh: Array, background: Floats, skin: Floats, head: PosedHead) -> Array:
    """The head (V, 3) with a neck as wide as the source's (G, G), where that is seen between
    background on both sides."""
    pose, size = head.pose, len(skin)
    down = pose.rotation[:2, 1] / np.linalg.norm(pose.rotation[:2, 1])
    axes = np.stack([down, (down[1], -down[0])], axis=1)
    step = _NECK_STEP * pose.scale
    low = mesh[:, 1] > _NECK_FROM[0]
    heights, across = (pose.project(mesh)[:, :2] @ axes).T
    rows, sides = (grid(size).reshape(-1, 2) @ axes).T
    mesh_rows, rows = np.floor(heights / step), np.floor(rows / step)
    is_skin, is_behind = skin.ravel() > 0.5, background.ravel() > 0.5
    found = []
    for row in np.unique(mesh_rows[low]):
        own, there = across[low & (mesh_rows == row)], rows == row
        inside = sides[there & is_skin]
        if len(own) < 2 or len(inside) < 2 or inside.min() < 3 or inside.max() > size - 4:
            continue
        ends = np.array([inside.min() - 2, inside.max() + 2])
        beside = sides[there & is_behind]
        if np.abs(beside - ends[:, None]).min(axis=1, initial=9).max() < 1.5:
            found.append((row, np.ptp(inside) / np.ptp(own)))
    if len(found) < _LEAST_ROWS:
        return mesh
    at, ratio = np.array(found).T
    ratio = np.interp(heights / step, at, ratio.clip(*_NECK_RATIO))
    change = (ratio - 1) * smooth_step(mesh[:, 1], *_NECK_FROM) * beside_face()
    result = mesh.copy()
    result[:, 0] *= 1 + change
    result[:, 2] += change * (result[:, 2] - _NECK_AXIS)
    return result


def _upper(mesh: Array) -> Array:
    """(V,) 1 on the skull, 0 on the neck."""
    return 1 - smooth_step(mesh[:, 1], *_FADE)


def _flattened(mesh: Array) -> Array:
    """The head (V, 3) without ears."""
    flat = mesh.copy()
    flat[:, 0] = flat[:, 0].clip(-EARS, EARS)
    return flat


def _skull(rel: Array) -> Array:
    """(R,) the skull's distance from the middle along each ray; rel (V, 3) from the middle."""
    scalp = (head_model().surface.vertices[:, 1] < SCALP)[head_model().surface.triangles]
    triangles = head_model().surface.triangles[scalp.all(axis=1)]
    points = (rel[:, :2] / _PIXEL + _PIXELS / 2).astype(np.float32)
    drawing = draw(points, None, triangles, _PIXELS, _PIXELS)
    row, column = np.divmod(drawing.pixels, _PIXELS)
    at = _PIXEL * (np.column_stack([column, row]) - _PIXELS / 2)
    return np.asarray(_farthest(_ray(_angle(at)), np.hypot(*at.T)).clip(0.3))


def _widest(rel: Array, chosen: NDArray[np.bool_]) -> Array:
    """(R,) how far from the middle the outermost chosen vertices (V,) on each ray are; else 0."""
    found = np.zeros(_RAYS)
    np.maximum.at(found, _ray(_angle(rel[chosen])), np.hypot(rel[chosen, 0], rel[chosen, 1]))
    return found


def _farthest(rays: NDArray[np.int64], far: Array) -> Array:
    """(R,) of points (N,) on these rays, how far from the middle the farthest are; else 0."""
    order = np.argsort(rays, kind="stable")
    parts = np.split(far[order], np.searchsorted(rays[order], np.arange(1, _RAYS)))
    found = [np.percentile(part, _OUTER) if len(part) > 2 else 0.0 for part in parts]
    return np.array(found)


def _angle(rel: Array) -> Array:
    return np.asarray(np.arctan2(rel[:, 1], rel[:, 0]))


def _angles() -> Array:
    """(R,) of the rays, -pi to pi, clockwise from the image's right."""
    return np.asarray((np.arange(_RAYS) + 0.5) / _RAYS * 2 * np.pi - np.pi)


def _ray(angle: Array) -> NDArray[np.int64]:
    return ((angle + np.pi) / (2 * np.pi) * _RAYS).astype(int) % _RAYS


def _near(rays: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(R,) whether a ray is one of these, or near to one."""
    hit = np.zeros(_RAYS, bool)
    for beside in range(-_BESIDE, _BESIDE + 1):
        hit[(rays + beside) % _RAYS] = True
    return hit
