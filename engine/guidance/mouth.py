"""The inside of a mouth in another pose: teeth, gums, tongue and cavity behind the lips.

A warp of a photo cannot open a mouth, because the photo does not show what is inside. So teeth are
drawn along the arches of the head model, gums at their necks, and its tongue, with the colours that
the photo lets expect. What the photo shows of the inside is stretched between the lips of the pose.
Teeth that it shows stay themselves: the upper ones move with the skull, the lower ones with the
jaw.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.coefficients import INDEX
from engine.face.head_model import Part, Places, head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.lips import Lips
from engine.guidance.patches import LUMA, Patch, Tones, Window, blended, blurred
from engine.guidance.teeth import ROWS, OwnTeeth, Row, reddened
from engine.imaging.raster import Drawing, draw, strip
from engine.imaging.resampling import sampled

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

# Lengths in decimetres.
_CHANGED = (0.008, 0.04)  # growth of the opening, movement of the lips: not drawn, fully drawn
_PARTED = (0.01, 0.04)  # gap between the source's lips: closed, shows the inside
_STRETCHED = (0.005, 0.02)  # movement of the lips in the picture: not drawn, fully drawn
_AROUND = 0.12  # of the lips, in the source
_SEARCHED = 0.15  # from the middle of the opening: where its rims are looked for
_CORRECTED = (-0.04, 0.04)  # of a rim, at most
_SOFT = 0.03  # sigma of the shade inside the lips and of the tongue's edge
_CORNER = (-0.02, 0.13)  # from the corners of the mouth: hardly any light, full light
_LIP = 0.08  # from the rims to the lines beside them
_THIN = (0.015, 0.04)  # gap between lips that were farther apart: closed, shows the inside
_LONGER = 0.015  # upper teeth than the head model's, the median of people who smile
_GRADUAL = 8.0  # times its growth: the opening is drawn as the head model has it
_TONGUE_OUT = (0.1, 0.3)  # coefficient: the tongue stays inside, it lies over the lower lip

# RGB from the skin's: of teeth its brightness times a factor, plus a summand; of flesh each channel
_ENAMEL, _ENAMEL_LIGHT = np.array([1.0, 0.94, 0.90]), (0.54, 0.60)
_FLESH = np.array([[0.8, 0.5, 0.5], [0.06, 0.0, 0.02]])
_CAVITY, _GUMS, _TONGUE = 0.3, 0.85, (0.95, 0.3)  # light on the flesh; tongue: tip, back


class Mouth:
    """The mouth of a source, measured once per photo.

    pixels  (S, S, 3) uint8, the crop, at any size: also at the photo's own
    parts   (N, N, 6) probabilities of the crop's parts, at any size; None: the head's lips count
    head    the source's head, pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self._size = len(pixels)
        skin, lips = _skin_and_lips(pixels, head)
        self._tones = Tones(pixels)
        factor, summand = _ENAMEL_LIGHT
        enamel = min(factor * float(skin @ LUMA) + summand, 1.0) * _ENAMEL
        self._enamel = np.asarray(enamel, np.float32)
        self._flesh = np.asarray(skin * _FLESH[0] + _FLESH[1], np.float32)
        self._gaps = _gaps(head)
        self._correction: Array = np.zeros((2, len(self._gaps)))
        self._own: OwnTeeth | None = None
        self._inside: _OwnInside | None = None
        self._lips: Lips | None = None
        rims = self._rims(head)
        window = Window.around(rims.reshape(-1, 2), _AROUND * head.pose.scale, self._size)
        if window is not None:
            if parts is not None:
                label = window.label(parts, PartLabel.MOUTH, self._size)
                self._correction = _correction(rims, label, window, head)
                rims = self._rims(head)
            self._lips = Lips.of(pixels, rims, _beside_lips(head), head)
            inside = window.cut(pixels)
            self._inside = _OwnInside(inside, window, rims, head.pose.scale)
            self._own = OwnTeeth.found(inside, window, rims, lips, head)
        self._rest = Row.of(head, Part.UPPER_TEETH).plane.places(rims)
        if self._own is not None:
            self._enamel = self._own.enamel

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
        upper, lower = (head.pose.project(lip.of(head.mesh))[:, :2] for lip in _lips()[:2])
        open_as_before = (_gaps(head) / self._gaps.clip(0.02)).clip(0, 1)
        above, below = (open_as_before * self._correction)[..., None] * down
        upper, gap = upper + above, lower + below - upper - above
        return np.stack([upper, upper + gap * (gap @ down > 0)[:, None]])

    def _patch(self, target: PosedHead) -> Patch | None:
        lower, upper = (Row.of(target, part) for part in ROWS)
        rims = self._rims(target)
        moved = upper.plane.places(rims) - self._rest
        grown = float(smooth_step((moved[1] - moved[0])[:, 1].max(), *_CHANGED))
        own = self._own
        changed = grown if own is None else float(smooth_step(np.abs(moved).max(), *_CHANGED))
        stretched = 0.0 if self._inside is None else self._inside.changed(rims)
        if max(grown, changed, stretched) == 0:
            return None
        out = float(smooth_step(target.expression["tongueOut"], *_TONGUE_OUT))
        if self._inside is not None and max(grown, changed, out) == 0:
            return self._inside.patch(rims, stretched, self._size)
        outline = np.concatenate([rims[0], rims[1][::-1]])
        everything = np.concatenate([outline, _tongue(target)]) if out else outline
        redrawn = 0.0 if self._lips is None else self._lips.redrawn(rims, target)
        if self._lips is not None and redrawn:
            strips = self._lips.strips_at(rims, _beside_lips(target), target)
            everything = np.concatenate([everything, strips.reshape(-1, 2)])
        soft = max(_SOFT * target.pose.scale, 0.6)
        window = Window.around(everything, 2 + out * soft, self._size)
        if window is None:
            return None
        opening = window.mask([outline])
        alpha = opening * np.float32(grown)
        below, shown = None, None
        if self._inside is not None:
            below, shown = self._inside.stretched(rims, window)
        if grown or out or below is None:
            colours, covered = self._drawn(target, (lower, upper), rims, window, opening, soft, out)
            alpha = np.maximum(alpha, covered * np.float32(out))
            if below is not None and not out:
                colours = blended(below, colours, np.full_like(alpha, min(_GRADUAL * grown, 1)))
        else:
            colours = below
        if own is not None:
            for row in (lower, upper):
                colours, opacity = own.draw(colours, row, window)
                alpha = np.maximum(alpha, opening * opacity * np.float32(max(grown, changed)))
        if below is not None and shown is not None and stretched:
            shown *= opening * (1 - alpha) * np.float32(stretched)
            colours = blended(below, colours, alpha / (alpha + shown).clip(1e-6))
            alpha = (alpha + shown).clip(0, 1)
        if self._lips is not None and redrawn:
            if redrawn < 0:
                thin = _thin(upper.plane.places(rims), upper.plane.grid(window)[0])
                alpha = alpha * (1 - thin)
            lips, shown = self._lips.draw(strips, window, closing=redrawn < 0)
            shown = shown * np.float32(abs(redrawn)) * (1 - alpha)
            colours = blended(lips, colours, alpha / (alpha + shown).clip(1e-6))
            alpha = (alpha + shown).clip(0, 1)
        return Patch(window, colours, alpha)

    def _drawn(
        self, target: PosedHead, rows: tuple[Row, Row], rims: Array, window: Window,
        opening: Floats, soft: float, out: float,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Colours (H, W, 3) of the inside as the head model has it, and opacity (H, W) of the
        tongue.

        rows  lower and upper teeth    out  how far the tongue lies over the lower lip, 0 to 1
        """
        lower, upper = rows
        shade = 0.65 + 0.35 * _depth_inside(opening, soft)
        corners = _corners(upper.plane.places(rims), upper.plane.grid(window)[0])
        tongue = _tongue(target)
        covered = blurred(window.mask([tongue]), soft * (1 - 0.7 * out))
        tongue_colours = self._tongue_colours(tongue, window)
        cavity = np.broadcast_to(_CAVITY * self._flesh, (*opening.shape, 3))
        colours = blended(cavity, tongue_colours, covered * np.float32(1 - out))
        colours = lower.draw(colours, window, self._enamel, _GUMS * self._flesh)
        if out:
            colours = blended(colours, tongue_colours, covered * np.float32(out))
            shade = np.maximum(shade, covered * np.float32(out))
        longer = _LONGER if self._own is None else self._own.longer
        colours = upper.draw(colours, window, self._enamel, _GUMS * self._flesh, longer)
        return self._tones.of(colours * shade[..., None] * corners), covered

    def _tongue_colours(self, outline: Array, window: Window) -> Floats:
        """Colours (H, 1, 3) of the tongue with an outline (N, 2): darker towards its back."""
        y = np.arange(window.top, window.top + window.height)
        back = ((outline[:, 1].max() - y) / max(float(np.ptp(outline[:, 1])), 1.0)).clip(0, 1)
        light = _TONGUE[0] + (_TONGUE[1] - _TONGUE[0]) * back
        return np.asarray(light[:, None, None] * self._flesh, np.float32)


@dataclass(frozen=True, eq=False)
class _OwnInside:
    """What a source shows between its lips.

    pixels  (H, W, 3) in [0, 1] of the window    rims  (2, K, 2) of the lips, pixels of the picture
    scale   pixels per decimetre
    """

    pixels: Floats
    window: Window
    rims: Array
    scale: float

    def changed(self, rims: Array) -> float:
        """How much of it has to be drawn anew between other rims, 0 to 1."""
        return float(smooth_step(np.abs(rims - self.rims).max() / self.scale, *_STRETCHED))

    def patch(self, rims: Array, share: float, size: int) -> Patch | None:
        """The inside between other rims in a picture of side ``size``, drawn only in part."""
        window = Window.around(rims.reshape(-1, 2), 2, size)
        if window is None:
            return None
        colours, shown = self.stretched(rims, window)
        opening = window.mask([np.concatenate([rims[0], rims[1][::-1]])])
        return Patch(window, colours, (shown * opening * np.float32(share)).clip(0, 1))

    def stretched(self, rims: Array, window: Window) -> tuple[Floats, Floats]:
        """Colours (H, W, 3) in a window with the inside between other rims, and their opacity
        (H, W): where the source's lips touch, there is none."""
        shape, triangles = (window.height, window.width), strip(rims.shape[1])
        gap = np.linalg.norm(self.rims[1] - self.rims[0], axis=1) / self.scale
        shown = np.tile(smooth_step(gap, *_PARTED), 2)
        start = self.rims.reshape(-1, 2) - (self.window.left, self.window.top)
        end = (rims.reshape(-1, 2) - (window.left, window.top)).astype(np.float32)
        drawing = draw(end, None, triangles, *shape)
        values = np.zeros((*shape, 3), np.float32)
        values.reshape(-1, 3)[drawing.pixels] = drawing.interpolate(
            np.column_stack([start, shown]).astype(np.float32), triangles
        )
        return sampled(self.pixels, values[..., :2]), values[..., 2]


def _thin(rims: Array, x: Floats) -> Floats:
    """(H, W) 1 where the gap between the rims is too thin to show what is inside, 0 elsewhere.

    rims  (2, K, 2) on the plane of the upper teeth, decimetres    x  (H, W) places on it
    """
    gaps = (rims[1] - rims[0])[:, 1]
    gap = np.interp(x.ravel(), rims[..., 0].mean(axis=0), gaps, 0, 0).reshape(x.shape)
    return np.asarray(1 - smooth_step(gap, *_THIN), np.float32)


def _beside_lips(head: PosedHead) -> Array:
    """(2, K, 2) pixels: lines on the skin above and below the rims of the mesh's lips."""
    return np.stack([head.pose.project(line.of(head.mesh))[:, :2] for line in _lips()[2:]])


def _tongue(head: PosedHead) -> Array:
    """The outline (N, 2) of the tongue, pixels."""
    tongue = head.pose.project(head.mesh[head_model().rows(Part.TONGUE)])[:, :2]
    return np.asarray(cv2.convexHull(tongue.astype(np.float32))[:, 0], np.float64)


def _skin_and_lips(pixels: NDArray[np.uint8], head: PosedHead) -> tuple[Floats, Floats]:
    """Median colours (3,) in [0, 1] of cheeks and nose, and of the lips."""
    points = head.landmarks
    cheeks = 0.7 * points[[1, 2, 3, 13, 14, 15, 29, 30, 31, 35, 48, 54]] + 0.3 * points[30]
    lips = 0.55 * points[[50, 51, 52, 56, 57, 58]] + 0.45 * points[[61, 62, 63, 67, 66, 65]]
    skin, lip = (
        np.median(sampled(pixels, places[None].astype(np.float32))[0], axis=0) / np.float32(255)
        for places in (cheeks, lips)
    )
    return skin, lip


def _gaps(head: PosedHead) -> Array:
    """(K,) decimetres between the rims of the mesh's lips."""
    upper, lower = (lip.of(head.mesh) for lip in _lips()[:2])
    return np.asarray((lower - upper)[:, 1].clip(0))


def _correction(rims: Array, label: Floats, window: Window, head: PosedHead) -> Array:
    """How far the rims (2, K) are below the mesh's in the source, decimetres.

    rims  (2, K, 2) the mesh's, pixels    label  (H, W) of the inside of the mouth
    """
    step, scale = 0.005, head.pose.scale
    steps = np.arange(-_SEARCHED, _SEARCHED, step)
    down = scale * head.pose.rotation[:2, 1]
    places = rims.mean(axis=0) + steps[:, None, None] * down - (window.left, window.top)
    seen = sampled(label, places.astype(np.float32))
    above, below = (seen[rows].sum(axis=0) * step for rows in (steps < 0, steps >= 0))
    if (above + below).max() < 0.02:
        return np.zeros((2, rims.shape[1]))
    half = np.linalg.norm(rims[1] - rims[0], axis=1) / scale / 2
    moves = np.stack([half - above, below - half]).clip(*_CORRECTED)
    padded = np.pad(moves, ((0, 0), (1, 1)), "edge")
    return np.asarray((padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4)


def _depth_inside(opening: Floats, sigma: float) -> Floats:
    """(H, W) from 0 at the rim of an opening (H, W) to 1 inside."""
    inside = cv2.GaussianBlur(opening, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    return np.asarray((2 * inside - 1).clip(0, 1), np.float32)


def _corners(rims: Array, x: Floats) -> Floats:
    """(H, W, 3) in [0, 1]: the light beside the corners of the lips, where the cheeks dim it.

    rims  (2, K, 2) on the plane of the upper teeth, decimetres    x  (H, W) places on it
    """
    left, right = rims[..., 0].min(), rims[..., 0].max()
    light = smooth_step(np.minimum(x - left, right - x), *_CORNER)
    return reddened(np.asarray(0.5 + 0.5 * light, np.float32))


@cache
def _lips() -> tuple[Places, Places, Places, Places]:
    """Places (K,) on the upper and the lower lip, along the line where the mean head's touch, and
    at some distance above and below it.

    There the fall of the surface with the jaw jumps.
    """
    model = head_model()
    fall = model.expressions[INDEX["jawOpen"]][:, 1:2]
    skin = model.triangles[model.triangle_parts == Part.SKIN]
    x, y, z = np.moveaxis(model.mean[skin], 2, 0)
    near = (np.abs(x) < 0.3) & (y > 0.2) & (y < 0.75) & (z > 0.7)
    skin = skin[near.all(axis=1)]
    scale, left, top, width, height = 800.0, -0.3, 0.275, 480, 280
    points = ((model.mean[:, :2] - (left, top)) * scale).astype(np.float32)
    drawing = draw(points, model.mean[:, 2].astype(np.float32), skin, height, width)
    falls = np.zeros(height * width, np.float32)
    falls[drawing.pixels] = drawing.interpolate(fall, skin)[:, 0]
    columns = ((np.linspace(-0.2275, 0.2275, 25) - left) * scale).round().astype(int)
    above = np.diff(falls.reshape(height, width)[90:190], axis=0).argmax(axis=0)[columns] + 90
    far = round(_LIP * scale)
    upper, lower, higher, deeper = (
        _places(skin, drawing, rows * width + columns)
        for rows in (above - 1, above + 2, above - far, above + 1 + far)
    )
    return upper, lower, higher, deeper


def _places(triangles: NDArray[np.int32], drawing: Drawing, pixels: NDArray[np.int64]) -> Places:
    """The places on a mesh that pixels (K,) of its drawing show."""
    at = np.searchsorted(drawing.pixels, pixels)
    return Places(triangles[drawing.triangles[at]], drawing.weights[at].astype(np.float64))
