"""The inside of a mouth in another pose: teeth, gums, tongue and cavity behind the lips.

A warp of a photo cannot open a mouth, because the photo does not show what is inside. So teeth are
drawn along the arches of the head model, gums at their necks, and its tongue, with the colours that
the photo lets expect. Teeth that the photo shows stay themselves: the upper ones move with the
skull, the lower ones with the jaw.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.coefficients import INDEX
from engine.face.head_model import Part, Places, head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.patches import LUMA, Patch, Plane, Tones, Window, sample
from engine.guidance.warp2d import smooth_step
from engine.imaging.raster import draw

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# Lengths in decimetres.
_CHANGED = (0.008, 0.04)  # growth of the opening, movement of the lips: not drawn, fully drawn
_AROUND = 0.12  # of the lips, in the source
_SEARCHED = 0.15  # from the middle of the opening: where its rims are looked for
_LARGEST_CORRECTION = 0.04  # of a rim
_GUM = 0.12  # height of the gums
_SOFT = 0.03  # sigma of the shade inside the lips
_DEPTH = 0.5  # farther back, teeth get 1 / e of the light
_LONGER = (-0.05, 0.08)  # what the upper teeth may be longer than the head model's

# Tooth widths from the middle: two incisors, a canine, two premolars, two molars.
_WIDTHS = {
    Part.UPPER_TEETH: (0.085, 0.067, 0.077, 0.070, 0.068, 0.10, 0.10),
    Part.LOWER_TEETH: (0.055, 0.060, 0.070, 0.072, 0.074, 0.11, 0.11),
}
# What a tooth is shorter than its row, shares of the height.
_SHORTER = {
    Part.UPPER_TEETH: (0.0, 0.035, 0.0, 0.04, 0.06, 0.08, 0.10),
    Part.LOWER_TEETH: (0.0, 0.0, 0.0, 0.02, 0.05, 0.10, 0.10),
}
_NECK = 7  # points of a tooth's outline along the gum; six follow along its edge
_FRONT = (0.88, 0.355, 0.41)  # the bands lie outside this share of an ellipse: half axes x, z

_ENAMEL = np.array([1.0, 0.965, 0.89])  # RGB of a tooth, its brightness from the skin's
_BRIGHTNESS = (0.62, 122 / 255)
_FLESH = np.array([[0.8, 0.5, 0.5], [0.06, 0.0, 0.02]])  # RGB from the skin's: factor, summand
_CAVITY, _GUMS, _TONGUE = 0.3, 0.85, (0.95, 0.3)  # brightness of the flesh; tongue: tip, back
_TOOTH = (0.5, 1.0)  # how far from the colour of the lips to that of the teeth a tooth's is


class Mouth:
    """The mouth of a source, measured once per photo.

    pixels  (S, S, 3) uint8, the crop, at any size: also at the photo's own
    parts   (N, N, 6) probabilities of the crop's parts, at any size; None: the head's lips count
    head    the source's head, pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self._size = len(pixels)
        skin, lips = _skin_and_lips(pixels, head)
        light = min(_BRIGHTNESS[0] * float(skin @ LUMA) + _BRIGHTNESS[1], 1.0)
        tones = Tones(pixels)
        self._enamel = tones.of(light * _ENAMEL)
        self._flesh = tones.of(skin * _FLESH[0] + _FLESH[1])
        self._correction = np.zeros((2, len(_lips()[0].vertices)))
        self._gaps = _gaps(head)
        self._longer = 0.0
        self._own: _OwnTeeth | None = None
        rims = self._rims(head)
        window = Window.around(rims.reshape(-1, 2), _AROUND * head.pose.scale, self._size)
        if window is not None:
            if parts is not None:
                label = window.label(parts, PartLabel.MOUTH, self._size)
                self._correction = _correction(rims, label, window, head)
                rims = self._rims(head)
            self._own = _own_teeth(window.cut(pixels), window, rims, lips, head)
        self._rest = _Row.of(head, Part.UPPER_TEETH).plane.places(rims)
        if self._own is not None:
            self._enamel = self._own.enamel
            self._longer = self._own.longer

    def patches(self, target: PosedHead) -> list[Patch]:
        """What changes for a target head, pixels of the crop; [] if nothing does."""
        patch = self._patch(target)
        return [] if patch is None else [patch]

    def paint(self, layers: Floats, target: PosedHead) -> None:
        """Draw the mouth over a picture (3, S, S) in [0, 1] of a target head, in place."""
        for patch in self.patches(target):
            patch.paint(layers)

    def _rims(self, head: PosedHead) -> Array:
        """(2, K, 2) pixels: the visible rims of the upper and the lower lip."""
        down = head.pose.scale * head.pose.rotation[:2, 1]
        rims = np.stack([head.pose.project(lip.of(head.mesh))[:, :2] for lip in _lips()])
        open_as_before = (_gaps(head) / self._gaps.clip(0.02)).clip(0, 1)
        rims += (open_as_before * self._correction)[..., None] * down
        rims[1] = rims[0] + (rims[1] - rims[0]) * ((rims[1] - rims[0]) @ down > 0)[:, None]
        return rims

    def _patch(self, target: PosedHead) -> Patch | None:
        rows = {part: _Row.of(target, part) for part in _WIDTHS}
        scale = target.pose.scale
        rims = self._rims(target)
        moved = rows[Part.UPPER_TEETH].plane.places(rims) - self._rest
        grown = float(smooth_step((moved[1] - moved[0])[:, 1].max(), *_CHANGED))
        changed = grown
        if self._own is not None:
            changed = max(grown, float(smooth_step(np.abs(moved).max(), *_CHANGED)))
        if changed == 0:
            return None
        tongue = target.pose.project(target.mesh[_attachment(Part.TONGUE)[1]])[:, :2]
        tongue = cv2.convexHull(tongue.astype(np.float32))[:, 0].astype(np.float64)
        out = float(smooth_step(target.expression["tongueOut"], 0.1, 0.3))
        outline = np.concatenate([rims[0], rims[1][::-1]])
        everything = np.concatenate([outline, tongue]) if out else outline
        window = Window.around(everything, 2, self._size)
        if window is None:
            return None
        opening = window.mask([outline])
        shade = 0.5 + 0.5 * _depth_inside(opening, max(_SOFT * scale, 0.6))
        colours = np.empty((window.height, window.width, 3), np.float32)
        colours[:] = _CAVITY * self._flesh
        if not out:
            self._draw_tongue(colours, tongue, window, scale)
        self._draw_teeth(colours, rows, Part.LOWER_TEETH, window, target)
        alpha = opening * np.float32(grown)
        if out:
            outside = self._draw_tongue(colours, tongue, window, scale)
            alpha = np.maximum(alpha, outside * np.float32(out))
            shade = np.maximum(shade, outside)
        self._draw_teeth(colours, rows, Part.UPPER_TEETH, window, target)
        colours *= shade[..., None]
        if self._own is not None:
            for part, row in rows.items():
                own = self._own.draw(colours, part, row.plane, window)
                alpha = np.maximum(alpha, opening * own * np.float32(changed))
        return Patch(window, colours, alpha)

    def _draw_tongue(self, colours: Floats, tongue: Array, window: Window, scale: float) -> Floats:
        """Draw the tongue, an outline (N, 2), over colours (H, W, 3); its opacity (H, W)."""
        soft = max(_SOFT * scale, 0.6)
        alpha = np.asarray(cv2.GaussianBlur(window.mask([tongue]), (0, 0), soft), np.float32)
        y = np.arange(window.top, window.top + window.height)
        back = ((tongue[:, 1].max() - y) / max(float(np.ptp(tongue[:, 1])), 1.0)).clip(0, 1)
        light = (_TONGUE[0] + (_TONGUE[1] - _TONGUE[0]) * back).astype(np.float32)
        colours += alpha[..., None] * (self._flesh * light[:, None, None] - colours)
        return alpha

    def _draw_teeth(
        self, colours: Floats, rows: "dict[Part, _Row]", part: Part, window: Window, head: PosedHead
    ) -> None:
        """Draw a row of teeth with its gum over colours (H, W, 3)."""
        scale = head.pose.scale
        down = scale * head.pose.rotation[:2, 1]
        upper = part == Part.UPPER_TEETH
        outlines, light = rows[part].facing(upper)
        if not len(outlines):
            return
        if upper:
            outlines = outlines + self._longer * down
        middles = outlines.mean(axis=1, keepdims=True)
        teeth = window.fixed(outlines)
        bulges = window.fixed(middles + 0.62 * (outlines - middles))
        lit, cover = np.zeros((2, window.height, window.width), np.uint8)
        for tooth, bulge, brightness in zip(teeth, bulges, (255 * light).tolist(), strict=True):
            cv2.fillPoly(lit, [tooth], 0.9 * brightness, cv2.LINE_AA, 4)
            cv2.fillPoly(lit, [bulge], brightness, cv2.LINE_AA, 4)
            cv2.fillPoly(cover, [tooth], 255, cv2.LINE_AA, 4)
        necks = outlines[:, :_NECK]
        gums = np.concatenate([necks, necks[:, ::-1] + (-_GUM if upper else _GUM) * down], axis=1)
        colours += window.mask(gums)[..., None] * (_GUMS * self._flesh - colours)
        lit = cv2.GaussianBlur(lit, (0, 0), max(0.007 * scale, 0.3))
        share = np.float32(1 / 255)
        enamel = lit[..., None] * (share * self._enamel)
        colours += (cover * share)[..., None] * (enamel - colours)


@dataclass(frozen=True, eq=False)
class _Row:
    """A row of teeth of a head in a picture.

    plane     through the front teeth
    outlines  (T, P, 3) pixels and depth, those farther back first
    scale     pixels per decimetre
    """

    plane: Plane
    outlines: Array
    scale: float

    @classmethod
    def of(cls, head: PosedHead, part: Part) -> "_Row":
        inverse, vertices = _attachment(part)
        place = inverse @ head.mesh[vertices]  # affine: from the mean head's row to this one
        outlines = _arches()[part]
        posed = head.pose.project(outlines.reshape(-1, 3) @ place[:3] + place[3])
        front = outlines[-2:].mean(axis=(0, 1)) @ place[:3] + place[3]
        axes = head.pose.scale * head.pose.rotation[:2, :2]
        plane = Plane(head.pose.project(front[None])[0, :2], axes)
        return cls(plane, posed.reshape(outlines.shape), head.pose.scale)

    def facing(self, upper: bool) -> tuple[Array, Array]:
        """Outlines (F, P, 2) of the teeth whose front is seen, and their light (F,) in [0, 1]."""
        flat, depth = self.outlines[..., :2], self.outlines[..., 2].mean(axis=1) / self.scale
        (x0, y0), (x1, y1) = (flat[:, 3] - flat[:, 10]).T, (flat[:, 0] - flat[:, 6]).T
        seen = (x1 * y0 - y1 * x0 < 0) == upper
        light = np.exp((depth - depth.max()) / _DEPTH)
        return flat[seen], light[seen]


@dataclass(frozen=True, eq=False)
class _OwnTeeth:
    """The teeth that a source shows.

    window   of the source    pixels  (H, W, 3) its colours, in [0, 1]
    opacity  (H, W) by row    planes  of the source's rows
    enamel   (3,) RGB of teeth in full light
    longer   decimetres: how much longer the upper teeth are than the head model's
    """

    window: Window
    pixels: Floats
    opacity: dict[Part, Floats]
    planes: dict[Part, Plane]
    enamel: Floats
    longer: float

    def draw(self, colours: Floats, part: Part, plane: Plane, window: Window) -> Floats:
        """Draw a row over colours (H, W, 3) of a target's window; its opacity (H, W)."""
        places = self.planes[part].sampling(*plane.grid(window), self.window)
        opacity = sample(self.opacity[part], places, cv2.BORDER_CONSTANT)
        colours += opacity[..., None] * (sample(self.pixels, places) - colours)
        return opacity


def _own_teeth(
    pixels: Floats, window: Window, rims: Array, lips: Array, head: PosedHead
) -> _OwnTeeth | None:
    """The teeth between rims (2, K, 2); None if there are none.

    pixels  (H, W, 3) the window's, in [0, 1]    lips  (3,) their colour
    """
    scale = head.pose.scale
    window_of = window.mask([np.concatenate([rims[0], rims[1][::-1]])])
    inner = cv2.erode(window_of, np.ones((3, 3)), iterations=max(1, round(0.006 * scale)))
    inside = inner > 0.5
    if inside.sum() < 0.0012 * scale**2:
        return None
    light = pixels @ LUMA
    bright = float(np.percentile(light[inside], 85))
    tooth = np.median(pixels[inside & (light > 0.8 * bright)], axis=0)
    pale = [1 - float(c.min() / c.max().clip(1e-3)) for c in (lips, tooth)]
    brighter, paler = bright / max(float(lips @ LUMA), 0.01), (pale[0] - pale[1]) / max(pale[0], 0.1)
    if brighter < 1 or brighter - 1.1 + 1.2 * paler < 0.5:
        return None  # a lip, the tongue or the dark
    towards = (tooth - lips) / max(float((tooth - lips) @ (tooth - lips)), 1e-4)
    teeth = inner * smooth_step((pixels - lips) @ towards, 0.35, 0.7)
    teeth = (teeth * smooth_step(light / bright, 0.45, 0.6)).astype(np.float32)
    rows = {part: _Row.of(head, part) for part in _WIDTHS}
    plane = rows[Part.UPPER_TEETH].plane
    # The upper teeth end where, from above, the first dark follows.
    columns, steps = np.linspace(-0.3, 0.3, 25), np.arange(-0.15, 0.25, 0.005)
    x, y = np.meshgrid(columns.astype(np.float32), steps.astype(np.float32))
    places = plane.sampling(x, y, window)
    seen, within = (sample(layer, places, cv2.BORDER_CONSTANT) for layer in (teeth, inner))
    started = np.maximum.accumulate(seen > 0.5, axis=0)
    ended = started & (seen < 0.35)
    first = np.where(ended.any(axis=0), ended.argmax(axis=0), len(steps) - 1)
    dark_follows = within[(first + 3).clip(None, len(steps) - 1), np.arange(len(columns))] > 0.5
    central = (np.abs(columns) < 0.1) & started.any(axis=0)
    longer = 0.0
    if central.any():
        edges = plane.places(rows[Part.UPPER_TEETH].outlines[..., :2]).reshape(-1, 2)
        longer = float(np.median(steps[first][central]) - edges[np.abs(edges[:, 0]) < 0.1, 1].max())
        if dark_follows[central].mean() < 0.5:  # the lip covers the edges
            longer = max(longer, 0.0)
    x, y = plane.grid(window)
    edge = np.interp(x.ravel(), columns, steps[first]).reshape(x.shape)
    above = ((edge - y) * scale + 0.5).clip(0, 1)
    soft = max(0.004 * scale, 0.5)
    opacity = {
        part: np.asarray(cv2.GaussianBlur(teeth * share, (0, 0), soft), np.float32)
        for part, share in ((Part.UPPER_TEETH, above), (Part.LOWER_TEETH, 1 - above))
    }
    planes = {part: row.plane for part, row in rows.items()}
    enamel = np.asarray((1.08 * tooth).clip(0, 1), np.float32)
    return _OwnTeeth(window, pixels, opacity, planes, enamel, float(np.clip(longer, *_LONGER)))


def _skin_and_lips(pixels: NDArray[np.uint8], head: PosedHead) -> tuple[Floats, Floats]:
    """Median colours (3,) in [0, 1] of cheeks and nose, and of the lips."""
    points = head.landmarks
    cheeks = 0.7 * points[[1, 2, 3, 13, 14, 15, 29, 30, 31, 35, 48, 54]] + 0.3 * points[30]
    lips = 0.55 * points[[50, 51, 52, 56, 57, 58]] + 0.45 * points[[61, 62, 63, 67, 66, 65]]
    skin, lip = (
        np.median(sample(pixels, places[None].astype(np.float32))[0], axis=0) / np.float32(255)
        for places in (cheeks, lips)
    )
    return skin, lip


def _gaps(head: PosedHead) -> Array:
    """(K,) decimetres between the rims of the mesh's lips."""
    upper, lower = (lip.of(head.mesh) for lip in _lips())
    return np.asarray((lower - upper)[:, 1].clip(0))


def _correction(rims: Array, label: Floats, window: Window, head: PosedHead) -> Array:
    """How far the rims (2, K) are below the mesh's in the source, decimetres.

    rims  (2, K, 2) the mesh's, pixels    label  (H, W) of the inside of the mouth
    """
    step, scale = 0.005, head.pose.scale
    steps = np.arange(-_SEARCHED, _SEARCHED, step)
    down = scale * head.pose.rotation[:2, 1]
    places = rims.mean(axis=0) + steps[:, None, None] * down - (window.left, window.top)
    seen = sample(label, places.astype(np.float32))
    above, below = (seen[rows].sum(axis=0) * step for rows in (steps < 0, steps >= 0))
    if (above + below).max() < 0.02:
        return np.zeros((2, rims.shape[1]))
    half = np.linalg.norm(rims[1] - rims[0], axis=1) / scale / 2
    moves = np.stack([half - above, below - half]).clip(-_LARGEST_CORRECTION, _LARGEST_CORRECTION)
    padded = np.pad(moves, ((0, 0), (1, 1)), "edge")
    return np.asarray((padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4)


def _depth_inside(opening: Floats, sigma: float) -> Floats:
    """(H, W) from 0 at the rim of an opening (H, W) to 1 inside."""
    margin = int(3 * sigma) + 1
    padded = cv2.copyMakeBorder(opening, *(margin,) * 4, cv2.BORDER_CONSTANT)
    blurred = cv2.GaussianBlur(padded, (0, 0), sigma)[margin:-margin, margin:-margin]
    return np.asarray((2 * blurred - 1).clip(0, 1), np.float32)


@cache
def _attachment(part: Part) -> tuple[Array, NDArray[np.int64]]:
    """The part's vertices (V,), and (4, V) that gives the affine map from them in the mean head."""
    model = head_model()
    vertices = np.flatnonzero(model.vertex_parts == part)
    return np.linalg.pinv(np.pad(model.mean[vertices], ((0, 0), (0, 1)), constant_values=1)), vertices


@cache
def _lips() -> tuple[Places, Places]:
    """Places (K,) along the line where the lips of the mean head touch: on the upper, the lower lip.

    There the fall of the surface with the jaw jumps.
    """
    model = head_model()
    fall = model.expressions[INDEX["jawOpen"]][:, 1:2]
    skin = model.triangles[model.triangle_parts == Part.SKIN]
    x, y, z = np.moveaxis(model.mean[skin], 2, 0)
    near = (np.abs(x) < 0.3) & (y > 0.3) & (y < 0.65) & (z > 0.7)
    skin = skin[near.all(axis=1)]
    scale, left, top, width, height = 800.0, -0.3, 0.35, 480, 160
    points = ((model.mean[:, :2] - (left, top)) * scale).astype(np.float32)
    drawing = draw(points, model.mean[:, 2].astype(np.float32), skin, height, width)
    falls = np.zeros(height * width, np.float32)
    falls[drawing.pixels] = drawing.interpolate(fall, skin)[:, 0]
    columns = ((np.linspace(-0.2275, 0.2275, 25) - left) * scale).round().astype(int)
    above = np.diff(falls.reshape(height, width)[30:130], axis=0).argmax(axis=0)[columns] + 30
    upper, lower = (
        np.searchsorted(drawing.pixels, rows * width + columns) for rows in (above, above + 1)
    )
    return tuple(
        Places(skin[drawing.triangles[at]], drawing.weights[at].astype(np.float64))
        for at in (upper, lower)
    )


@cache
def _arches() -> dict[Part, Array]:
    """Outlines (T, P, 3) of the teeth of the mean head by row, those farther back first.

    The head model has the rows as bands of 3 by 9 vertices on each side.
    """
    model = head_model()
    angles = np.linspace(0, np.pi, _NECK), np.linspace(0, np.pi, 6)
    across = np.concatenate([np.cos(angles[0]), -np.cos(angles[1])]) / 2
    along = np.concatenate([0.18 * (1 - np.sin(angles[0])), 1 - 0.08 * np.cos(angles[1]) ** 4])
    mirror = [*range(_NECK)[::-1], *range(_NECK, len(across))[::-1]]
    share, wide, deep = _FRONT
    rows = {}
    for part, widths in _WIDTHS.items():
        band = model.mean[model.vertex_parts == part]
        outer = np.hypot(band[:, 0] / wide, (band[:, 2] - 0.55) / deep) > share
        band = band[outer & (band[:, 0] > -1e-3)]
        band = band[np.arctan2(band[:, 0], band[:, 2] - 0.55).argsort()].reshape(-1, 3, 3)
        band = np.take_along_axis(band, band[..., 1:2].argsort(axis=1), axis=1)
        gum, edge = (band[:, 0], band[:, 2]) if part == Part.UPPER_TEETH else (band[:, 2], band[:, 0])
        steps = np.linalg.norm(np.diff(band.mean(axis=1)[:, [0, 2]], axis=0), axis=1)
        length = np.concatenate([[0], np.cumsum(steps)])
        teeth = []
        begins = np.concatenate([[0], np.cumsum(widths)])
        for begin, width, shorter in zip(begins, widths, _SHORTER[part], strict=False):
            at = begin + width * (0.5 + 0.985 * across)
            neck, tip = (
                np.stack([np.interp(at, length, axis) for axis in line.T], axis=1)
                for line in (gum, edge)
            )
            teeth.append(neck + (along * (1 - shorter))[:, None] * (tip - neck))
        one_side = np.array(teeth)
        both = np.concatenate([one_side, one_side[:, mirror] * (-1, 1, 1)])
        rows[part] = both[both[..., 2].mean(axis=1).argsort(kind="stable")]
    return rows
