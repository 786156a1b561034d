"""Teeth: drawn along the arches of the head model, and those that a photo shows.

The head model has each row as a band. The teeth are outlines on it, with widths as in textbooks of
dental anatomy.
"""

from dataclasses import dataclass
from functools import cache
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head_model import Part, head_model
from engine.face.posed_head import PosedHead
from engine.guidance.patches import LUMA, SUBPIXEL, Plane, Window, blended, blurred
from engine.imaging.resampling import sampled

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

ROWS = (Part.LOWER_TEETH, Part.UPPER_TEETH)
"""From the back to the front: the upper teeth bite in front of the lower ones."""

# Lengths in decimetres. From the middle: two incisors, a canine, two premolars, two molars.
_WIDTHS = {
    Part.UPPER_TEETH: (0.074, 0.058, 0.067, 0.062, 0.060, 0.09, 0.09),
    Part.LOWER_TEETH: (0.048, 0.052, 0.061, 0.063, 0.065, 0.10, 0.10),
}
# By how much each is shorter than its row, shares of the height.
_SHORTER = {
    Part.UPPER_TEETH: (0.0, 0.035, 0.0, 0.04, 0.06, 0.08, 0.10),
    Part.LOWER_TEETH: (0.0, 0.0, 0.0, 0.02, 0.05, 0.10, 0.10),
}
_NECK, _EDGE = 7, 6  # points of a tooth's outline along the gum, along its edge
_OUTER = (0.88, 0.355, 0.41)  # the bands' front is outside this share of an ellipse: axes x, z
_MIDDLE_Z = 0.55  # of that ellipse
_GUM = 0.12  # height of the gums
_DEPTH = 0.3  # farther back, teeth get 1 / e of the light
_REDDER = (1.0, 1.25, 1.3)  # exponents of the brightness: red, green, blue
_SIDES, _BULGE = 0.82, 0.62  # brightness of a tooth's sides, share of its size that is brighter

_LEAST = 0.0012  # square decimetres between the lips: less shows no teeth
_TOOTH = (0.35, 0.7)  # way from the colour of the lips to that of the teeth: no tooth, tooth
_LIT = (0.45, 0.6)  # the same for the brightness, of bright teeth
_LONGER = (-0.05, 0.08)  # what the upper teeth may be longer than the head model's


@dataclass(frozen=True, eq=False)
class Row:
    """A row of teeth of a head in a picture.

    part      upper or lower teeth
    plane     through the front teeth
    outlines  (T, P, 3) pixels and depth, those farther back first
    down      (2,) pixels: a decimetre downwards in the head
    """

    part: Part
    plane: Plane
    outlines: Array
    down: Array

    @classmethod
    def of(cls, head: PosedHead, part: Part) -> Self:
        inverse, vertices = _attachment(part)
        place = inverse @ head.mesh[vertices]  # affine: from the mean head's row to this one
        outlines = _arches()[part]
        posed = head.pose.project(outlines.reshape(-1, 3) @ place[:3] + place[3])
        posed = posed.reshape(outlines.shape)
        posed = posed[posed[..., 2].mean(axis=1).argsort(kind="stable")]
        front = outlines[-2:].mean(axis=(0, 1)) @ place[:3] + place[3]
        axes = head.pose.scale * head.pose.rotation[:2, :2]
        plane = Plane(head.pose.project(front[None])[0, :2], axes)
        return cls(part, plane, posed, axes[:, 1])

    def draw(
        self, colours: Floats, window: Window, enamel: Floats, gum: Floats, longer: float = 0.0
    ) -> Floats:
        """The row with its gum over colours (H, W, 3) of a window.

        enamel, gum  (3,) RGB in [0, 1]    longer  decimetres: how far the row is moved down
        """
        scale = float(np.linalg.norm(self.down))
        upper = self.part == Part.UPPER_TEETH
        flat, depth = self.outlines[..., :2], self.outlines[..., 2].mean(axis=1) / scale
        (x0, y0), (x1, y1) = (flat[:, 3] - flat[:, 10]).T, (flat[:, 0] - flat[:, 6]).T
        seen = (x1 * y0 - y1 * x0 < 0) == upper  # from its front
        if not seen.any():
            return colours
        light = 255 * np.exp((depth[seen] - depth[seen].max()) / _DEPTH)
        outlines = flat[seen] + longer * self.down
        middles = outlines.mean(axis=1, keepdims=True)
        teeth = window.fixed(outlines)
        bulges = window.fixed(middles + _BULGE * (outlines - middles))
        lit, cover = np.zeros((2, window.height, window.width), np.uint8)
        for tooth, bulge, brightness in zip(teeth, bulges, light.tolist(), strict=True):
            cv2.fillPoly(lit, [tooth], _SIDES * brightness, cv2.LINE_AA, SUBPIXEL)
            cv2.fillPoly(lit, [bulge], brightness, cv2.LINE_AA, SUBPIXEL)
            cv2.fillPoly(cover, [tooth], (255.0,), cv2.LINE_AA, SUBPIXEL)
        necks = outlines[:, :_NECK]
        away = (-_GUM if upper else _GUM) * self.down
        gums = np.zeros_like(lit)
        around = window.fixed(np.concatenate([necks, necks[:, ::-1] + away], axis=1))
        cv2.fillPoly(gums, [*around], 255, cv2.LINE_AA, SUBPIXEL)
        share = np.float32(1 / 255)
        brightness = blurred(lit, max(0.007 * scale, 0.3)) * share
        colours = blended(colours, gum, gums * share)
        return blended(colours, reddened(brightness) * enamel, cover * share)


@dataclass(frozen=True, eq=False)
class OwnTeeth:
    """The teeth that a source shows.

    window   of the source
    pixels   (H, W, 3) its colours, in [0, 1]
    opacity  (H, W) of the teeth of each row
    planes   of the source's rows
    enamel   (3,) RGB of teeth in full light
    longer   decimetres: how much lower the upper teeth end than the head model's
    """

    window: Window
    pixels: Floats
    opacity: dict[Part, Floats]
    planes: dict[Part, Plane]
    enamel: Floats
    longer: float

    @classmethod
    def found(
        cls, pixels: Floats, window: Window, rims: Array, lips: Array, head: PosedHead
    ) -> Self | None:
        """The teeth between the rims of the lips; None if none are seen.

        pixels  (H, W, 3) of the window, in [0, 1]    rims  (2, K, 2) pixels of the picture
        lips    (3,) their colour
        """
        scale = head.pose.scale
        opening = window.mask([np.concatenate([rims[0], rims[1][::-1]])])
        square = np.ones((3, 3), np.uint8)
        steps = max(1, round(0.006 * scale))
        inner = np.asarray(cv2.erode(opening, square, iterations=steps), np.float32)
        inside = inner > 0.5
        if inside.sum() < _LEAST * scale**2:
            return None
        light = pixels @ LUMA
        bright = float(np.percentile(light[inside], 85))
        tooth = np.median(pixels[inside & (light > 0.8 * bright)], axis=0)
        if not _are_teeth(tooth, lips, bright):
            return None
        towards = (tooth - lips) / max(float((tooth - lips) @ (tooth - lips)), 1e-4)
        teeth = inner * smooth_step((pixels - lips) @ towards, *_TOOTH)
        teeth = teeth * smooth_step(light / bright, *_LIT)
        rows = {part: Row.of(head, part) for part in ROWS}
        columns, ends, longer = _lower_edge(teeth, inner, rows[Part.UPPER_TEETH], window)
        x, y = rows[Part.UPPER_TEETH].plane.grid(window)
        edge = np.interp(x.ravel(), columns, ends).reshape(x.shape)
        above = ((edge - y) * scale + 0.5).clip(0, 1)
        below = inner * (1 - above)
        if (teeth * below).sum() < 0.35 * below.sum():
            below = np.zeros_like(below)  # only reflections on the lower lip
        soft = max(0.004 * scale, 0.5)
        opacity = {
            Part.UPPER_TEETH: blurred(teeth * above, soft),
            Part.LOWER_TEETH: blurred(teeth * below, soft),
        }
        planes = {part: row.plane for part, row in rows.items()}
        enamel = np.asarray((1.08 * tooth).clip(0, 1), np.float32)
        return cls(window, pixels, opacity, planes, enamel, float(np.clip(longer, *_LONGER)))

    def draw(self, colours: Floats, row: Row, window: Window) -> tuple[Floats, Floats]:
        """The teeth of a target's row over colours (H, W, 3) of a window, and their opacity."""
        places = self.planes[row.part].sampling(*row.plane.grid(window), self.window)
        opacity = sampled(self.opacity[row.part], places, cv2.BORDER_CONSTANT)
        return blended(colours, sampled(self.pixels, places), opacity), opacity


def reddened(brightness: Floats) -> Floats:
    """(H, W, 3) of a brightness (H, W) in [0, 1]: dim light in a mouth has come past its flesh."""
    return np.asarray(brightness[..., None] ** np.array(_REDDER, np.float32), np.float32)


def _are_teeth(colour: Array, lips: Array, bright: float) -> bool:
    """Whether a colour is brighter and paler than the lips, not a lip, the tongue or the dark."""
    pale, paler = (1 - float(c.min() / c.max().clip(1e-3)) for c in (lips, colour))
    brighter = bright / max(float(lips @ LUMA), 0.01)
    return brighter > 1 and brighter - 1.1 + 1.2 * (pale - paler) / max(pale, 0.1) > 0.5


def _lower_edge(
    teeth: Array, inner: Floats, row: Row, window: Window
) -> tuple[Array, Array, float]:
    """Where the upper teeth end: from above, the first dark follows there.

    teeth, inner  (H, W) opacity of teeth, and the inside of the lips

    Returns places x (C,) and y (C,) on the row's plane, and by how much the front teeth are longer
    than the head model's, decimetres.
    """
    columns, steps = np.linspace(-0.3, 0.3, 25), np.arange(-0.15, 0.25, 0.005)
    x, y = (places.astype(np.float32) for places in np.meshgrid(columns, steps))
    places = row.plane.sampling(x, y, window)
    seen, within = (
        sampled(np.asarray(layer, np.float32), places, cv2.BORDER_CONSTANT)
        for layer in (teeth, inner)
    )
    started = np.maximum.accumulate(seen > 0.5, axis=0)
    ended = started & (seen < 0.35)
    first = np.where(ended.any(axis=0), ended.argmax(axis=0), len(steps) - 1)
    # A lower tooth that touches an upper one hides its edge in a few columns.
    nearby = np.lib.stride_tricks.sliding_window_view(np.pad(first, 3, "edge"), 7)
    first = np.median(nearby, axis=1).astype(int)
    central = (np.abs(columns) < 0.1) & started.any(axis=0)
    if not central.any():
        return columns, steps[first], 0.0
    edges = row.plane.places(row.outlines[..., :2]).reshape(-1, 2)
    longer = float(np.median(steps[first][central]) - edges[np.abs(edges[:, 0]) < 0.1, 1].max())
    follows = within[(first + 3).clip(None, len(steps) - 1), np.arange(len(columns))] > 0.5
    hidden = follows[central].mean() < 0.5  # the lower lip covers the edge
    return columns, steps[first], max(longer, 0.0) if hidden else longer


@cache
def _attachment(part: Part) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(4, V): from the vertices (V,) of a part to the affine map from the mean head; and those."""
    model = head_model()
    vertices = np.flatnonzero(model.vertex_parts == part)
    mean = np.column_stack([model.mean[vertices], np.ones(len(vertices))])
    return np.linalg.pinv(mean), vertices


@cache
def _arches() -> dict[Part, Array]:
    """Outlines (T, P, 3) of the teeth of the mean head by row, those farther back first.

    An outline begins with the points along the gum. The bands have 3 by 9 vertices on each side.
    """
    model = head_model()
    neck, edge = np.linspace(0, np.pi, _NECK), np.linspace(0, np.pi, _EDGE)
    across = np.concatenate([np.cos(neck), -np.cos(edge)]) / 2
    along = np.concatenate([0.18 * (1 - np.sin(neck)), 1 - 0.08 * np.cos(edge) ** 4])
    mirror = [*range(_NECK)[::-1], *range(_NECK, _NECK + _EDGE)[::-1]]
    share, wide, deep = _OUTER
    rows = {}
    for part, widths in _WIDTHS.items():
        band = model.mean[model.vertex_parts == part]
        x, z = band[:, 0], band[:, 2] - _MIDDLE_Z
        band = band[(np.hypot(x / wide, z / deep) > share) & (x > -1e-3)]
        band = band[np.arctan2(band[:, 0], band[:, 2] - _MIDDLE_Z).argsort()].reshape(-1, 3, 3)
        band = np.take_along_axis(band, band[..., 1:2].argsort(axis=1), axis=1)
        gum, tip = (0, 2) if part == Part.UPPER_TEETH else (2, 0)
        steps = np.linalg.norm(np.diff(band.mean(axis=1)[:, [0, 2]], axis=0), axis=1)
        length = np.concatenate([[0], np.cumsum(steps)])
        begins = np.cumsum(widths) - widths
        teeth = []
        for begin, width, shorter in zip(begins, widths, _SHORTER[part], strict=True):
            at = begin + width * (0.5 + 0.985 * across)
            start, end = (
                np.stack([np.interp(at, length, band[:, k, c]) for c in range(3)], axis=1)
                for k in (gum, tip)
            )
            teeth.append(start + (along * (1 - shorter))[:, None] * (end - start))
        one_side = np.array(teeth)
        both = np.concatenate([one_side, one_side[:, mirror] * (-1, 1, 1)])
        rows[part] = both[both[..., 2].mean(axis=1).argsort(kind="stable")]
    return rows
