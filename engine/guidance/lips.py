"""The lips of a mouth that closes or opens, drawn from the source's lips alone.

The rims of the mesh's lips miss those in a photo by a pixel or two. What lies between belongs to
the mesh's lips, but shows teeth, the dark of the mouth or the other lip: it would stay between lips
that meet, and fray lips that part. So both lips are stretched from a little beside the rims of the
source to those of the pose.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.posed_head import PosedHead
from engine.guidance.patches import Window, blurred
from engine.imaging.raster import draw, strip
from engine.imaging.resampling import sampled

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

_CLOSED = (0.1, 0.5)  # share of the opening that is gone: lips as in the source, drawn anew
# Lengths in decimetres.
_OPENED = (0.04, 0.15)  # growth of the opening: lips as in the source, drawn anew
_BESIDE = 0.02  # beside the rims the source shows lips
_CORNER = 0.035  # the same beside the corners, where cheeks throw shadows
_OVERLAP = 0.012  # of the two lips of a pose, so that no gap shows what is below them
_BEYOND = (0.04, 0.09)  # from the corners outwards: the shadows end, the lips drawn anew end
_SEAM = 0.014  # thickness of the line between lips that meet
_SEAM_SHADE = np.array([0.4, 0.55, 0.55], np.float32)  # RGB of the light that it lacks
_OUTER_SHARE = 0.5  # of the way to the rim: drawn fully from there on


@dataclass(frozen=True, eq=False)
class Lips:
    """The lips of a source.

    pixels  (H, W, 3) in [0, 1] of the window
    strips  (2, 2, K, 2) pixels of the picture, for the upper and the lower lip: a line on the skin
            beside it, and its rim
    gap     the largest one between the rims, decimetres
    """

    window: Window
    pixels: Floats
    strips: Array
    gap: float

    @classmethod
    def of(
        cls, pixels: NDArray[np.uint8], rims: Array, outer: Array, head: PosedHead
    ) -> Self | None:
        """From a picture (S, S, 3) and the lines (2, K, 2) of its lips, pixels; None if the picture
        does not show them."""
        strips = _strips(rims, outer, head, _BESIDE, _CORNER)
        window = Window.around(strips.reshape(-1, 2), 2, len(pixels))
        if window is None:
            return None
        return cls(window, window.cut(pixels), strips, _largest_gap(rims, head))

    def strips_at(self, rims: Array, outer: Array, head: PosedHead) -> Array:
        """The strips for another pose, whose lips have these lines, pixels."""
        return _strips(rims, outer, head, -_OVERLAP, -_OVERLAP)

    def redrawn(self, rims: Array, head: PosedHead) -> float:
        """-1 to 1: how far the lips of another pose are drawn anew, because they part (> 0) or
        close (< 0)."""
        gap = _largest_gap(rims, head)
        if gap > self.gap:
            return float(smooth_step(gap - self.gap, *_OPENED))
        return -float(smooth_step(1 - gap / max(self.gap, 1e-3), *_CLOSED))

    def draw(self, strips: Array, window: Window, closing: bool) -> tuple[Floats, Floats]:
        """Colours (H, W, 3) in a window of another pose with its strips, and opacity (H, W).

        Lips that close are drawn beyond their corners, too, and with the line where they meet.
        """
        shape, count = (window.height, window.width), strips.shape[2]
        triangles = np.concatenate([strip(count), strip(count) + 2 * count])
        points = (strips.reshape(-1, 2) - (window.left, window.top)).astype(np.float32)
        start = self.strips.reshape(-1, 2) - (self.window.left, self.window.top)
        opaque = np.ones((2, 2, count))
        opaque[:, 0] = 0
        ends = [0.0, 1.0] if closing else [0.0, 0.0, 0.5, 0.8, 1.0]  # outermost points first
        inwards = np.ones((2, 2, count))
        inwards[..., : len(ends)], inwards[..., -len(ends) :] = ends, ends[::-1]
        drawing = draw(points, None, triangles, *shape)
        values = np.zeros((*shape, 4), np.float32)
        values.reshape(-1, 4)[drawing.pixels] = drawing.interpolate(
            np.column_stack([start, opaque.ravel(), inwards.ravel()]).astype(np.float32), triangles
        )
        alpha = smooth_step(values[..., 2], 0, _OUTER_SHARE) * smooth_step(values[..., 3], 0, 1)
        colours = sampled(self.pixels, values[..., :2])
        if closing:
            colours *= 1 - _SEAM_SHADE * self._seam(strips, window)[..., None]
        return colours, np.asarray(alpha, np.float32)

    def _seam(self, strips: Array, window: Window) -> Floats:
        """(H, W) 1 on the line where the lips meet, 0 elsewhere."""
        lower, upper = strips[:, 1, 1:-1]  # each overlaps the other
        line, across = (lower + upper) / 2, _SEAM / (4 * _OVERLAP) * (lower - upper)
        across[[0, -1]] = 0
        seam = window.mask([np.concatenate([line + across, (line - across)[::-1]])])
        return blurred(seam, float(np.linalg.norm(across, axis=1).max()))


def _strips(rims: Array, outer: Array, head: PosedHead, beside: float, corner: float) -> Array:
    """(2, 2, K + 4, 2): lines (2, K, 2) of the lips, outer and rim, with two points more at each
    end; the rims moved away from the opening, decimetres."""
    right, down = head.pose.scale * head.pose.rotation[:2, :2].T
    lines = []
    for lip, away in enumerate((-down, down)):
        ends = rims[:, [0, -1]].mean(axis=0)
        both = []
        for line, middle, margins in (
            (outer[lip], outer[lip][[0, -1]], (0.0, 0.0)),
            (rims[lip], ends, (beside, corner)),
        ):
            first, last = (
                middle[end] + sign * np.array(steps)[:, None] * right + margins[1] * away
                for end, sign, steps in ((0, -1, _BEYOND[::-1]), (1, 1, _BEYOND))
            )
            both.append(np.concatenate([first, line + margins[0] * away, last]))
        lines.append(both)
    return np.array(lines)


def _largest_gap(rims: Array, head: PosedHead) -> float:
    """Decimetres."""
    return float(np.linalg.norm(rims[1] - rims[0], axis=1).max() / head.pose.scale)
